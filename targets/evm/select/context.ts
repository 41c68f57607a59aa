/** What instruction selection of one function works with; the handlers of the single instructions take it. */
import { InternalError } from "../../../compiler/diagnostics/diagnostic.js";
import type { Func, Inst, Module, ValueId } from "../../../compiler/ir/module.js";
import type { Fork } from "../hardfork.js";
import type { LirBuilder } from "../lir/builder.js";
import { Region, type LFunc, type Word } from "../lir/lir.js";
import { Demand } from "./demand.js";

/** Arguments and results beyond these go through reserved memory words. */
export const STACK_WORDS = 10;

/** The object under construction: a module's creation or runtime code. */
export interface Unit {
  readonly module: Module;
  readonly creation: boolean;
  readonly fork: Fork;
  /** Names of the functions that may return to their caller. */
  readonly returning: ReadonlySet<string>;
  /** The name of a helper function; it is compiled into the object. */
  helper(name: string, make: (fork: Fork) => LFunc): string;
  /** The entry stored the initial free pointer, so reserved words can be put before the heap. */
  heapInitialized: boolean;
  /** Instructions behind which the program reads the scratch words (see scratch.ts). */
  readonly scratchNeeds: ReadonlySet<Inst>;
  /** The fork lacks an opcode that cannot be emulated. */
  refuse(opcode: string, inst: Inst): void;
}

export type Handler = (s: Selection, inst: Inst) => void;

export class Selection {
  readonly words: (Word | undefined)[] = [];
  readonly definitions: (Inst | undefined)[] = [];

  constructor(
    readonly unit: Unit,
    readonly func: Func,
    readonly b: LirBuilder,
    readonly demands: Uint8Array,
  ) {}

  /** The word of a value; its upper bits may be dirty where all uses tolerate that. */
  raw(value: ValueId): Word {
    const word = this.words[value];
    if (word === undefined) throw new InternalError(`value %${value} of '${this.func.name}' is used before its definition`);
    return word;
  }

  /** The word of a value with clean upper bits. */
  clean(value: ValueId): Word {
    return this.b.mask(this.raw(value), this.func.typeOf(value));
  }

  /** A trusted address or length (see demand.ts), or an untrusted one, which has all 256 bits. */
  address(value: ValueId): Word {
    return this.demands[value] === Demand.address ? this.raw(value) : this.clean(value);
  }

  /** The two's complement word of a value. */
  signed(value: ValueId): Word {
    return this.b.signed(this.raw(value), this.func.typeOf(value));
  }

  /** Two words of memory that an instruction may overwrite: [address, region], the second word 32 bytes behind. */
  scratchWords(inst: Inst): { first: Word; second: Word; region: number } {
    const { func } = this.b;
    if (!this.unit.scratchNeeds.has(inst)) return { first: func.const(0), second: func.const(0x20), region: Region.scratch };
    const word = (index: number): Word => func.push({ kind: "slot", area: "hash", index }, 32);
    return { first: word(0), second: word(1), region: Region.hash };
  }

  typeOf(value: ValueId): number {
    return this.func.typeOf(value);
  }

  constantOf(value: ValueId): bigint | undefined {
    return this.b.func.constantOf(this.raw(value));
  }

  set(inst: Inst, word: Word): void {
    this.words[inst.results[0]!] = word;
  }

  /** Defines the result by a word whose upper bits may be dirty: masks it where a use needs that. */
  wrapped(inst: Inst, word: Word): void {
    const result = inst.results[0]!;
    this.words[result] = this.demands[result] === Demand.any ? word : this.b.mask(word, this.typeOf(result));
  }

  /** As `wrapped` for words that are loaded or truncated: addresses stay as they are. */
  loaded(inst: Inst, word: Word): void {
    const result = inst.results[0]!;
    this.words[result] = this.demands[result] === Demand.clean ? this.b.mask(word, this.typeOf(result)) : word;
  }
}
