/**
 * The EVM target's low-level IR: functions of blocks in SSA whose instructions are EVM opcodes on 256-bit words, with the
 * operands in stack order (the first is the top). Selection makes it, the stack scheduler turns it into stack code.
 *
 * Numbers that cost no more to push than to copy (constants, `CALLER`, ...) are not instructions but values of kind
 * "push": they never live on the stack and are pushed at each use.
 */
import type { Span } from "../../../compiler/base/span.js";
import type { ItemBody } from "../asm/item.js";

/** A value of the low-level IR, an index into the function's tables. */
export type Word = number & { readonly __brand: "Word" };

/** Parts of the machine's state, as bits of a mask: what an instruction reads and writes. */
export const Region = {
  /** Memory 0x00-0x3f. */
  scratch: 1,
  /** Memory 0x40-0x5f. */
  free: 2,
  /** Memory from 0x60 on. */
  heap: 4,
  storage: 8,
  transient: 16,
  returndata: 32,
  world: 64,
  /** Reserved words for arguments and results beyond those on the stack. */
  transfer: 128,
  /** Reserved words of immutables in creation code. */
  immutables: 256,
  /** Reserved words that are hashed where the scratch words are in use. */
  hash: 512,
} as const;

export const MEMORY = Region.scratch | Region.free | Region.heap;
export const EVERYTHING = 1023;

/** Where a failed check goes: a tail shared by the whole object. */
export type TrapKey = `panic:${number}` | "invalid" | "empty";

export interface LInst {
  /** An EVM mnemonic, or "call" (an internal function), or "trapif" (to a shared tail where the operand is not zero). */
  readonly op: string;
  args: Word[];
  readonly results: Word[];
  readonly reads: number;
  readonly writes: number;
  readonly callee?: string;
  readonly trap?: TrapKey;
  readonly span?: Span;
}

/** A successor with the arguments of its parameters. */
export interface Edge {
  block: number;
  args: Word[];
}

export type LTerm = { readonly span?: Span } & (
  | { readonly kind: "jump"; readonly to: Edge }
  /** `then` where the condition is not zero. */
  | { readonly kind: "branch"; cond: Word; readonly then: Edge; readonly else: Edge }
  | { readonly kind: "switch"; value: Word; readonly cases: readonly { readonly value: bigint; readonly to: Edge }[]; readonly otherwise: Edge }
  | { readonly kind: "ret"; values: Word[] }
  /** Jumps to a function that returns to this function's caller, or (without a return address) never. */
  | { readonly kind: "tailcall"; readonly callee: string; args: Word[] }
  /** An opcode that ends the execution. */
  | { readonly kind: "exit"; readonly op: string; args: Word[] }
  | { readonly kind: "trap"; readonly trap: TrapKey }
  /** Installs the runtime code. */
  | { readonly kind: "deploy" }
);

export interface LBlock {
  readonly id: number;
  params: Word[];
  insts: LInst[];
  term: LTerm;
}

export type WordDef =
  | { readonly kind: "push"; readonly item: ItemBody }
  | { readonly kind: "inst"; readonly inst: LInst; readonly block: number }
  /** A function's or block's parameter, or the return address. */
  | { readonly kind: "param" };

const WORD_MASK = (1n << 256n) - 1n;

export class LFunc {
  readonly blocks: LBlock[] = [];
  readonly defs: WordDef[] = [];
  /** Upper bound of each value's significant bits. */
  readonly bits: number[] = [];
  /** Parameters on the stack, the first on top. */
  params: Word[] = [];
  /** The return address; undefined for entries and functions that never return. */
  returnAddress: Word | undefined;
  /** Number of results that return on the stack. */
  resultCount = 0;
  private readonly constants = new Map<bigint, Word>();
  private readonly pushes = new Map<string, Word>();

  constructor(readonly name: string) {}

  newWord(def: WordDef, bits: number): Word {
    this.defs.push(def);
    this.bits.push(bits);
    return (this.defs.length - 1) as Word;
  }

  param(bits: number): Word {
    return this.newWord({ kind: "param" }, bits);
  }

  const(value: bigint | number): Word {
    const int = BigInt(value) & WORD_MASK;
    let word = this.constants.get(int);
    if (word === undefined) {
      word = this.newWord({ kind: "push", item: { kind: "push", value: int } }, int.toString(2).length - (int === 0n ? 1 : 0));
      this.constants.set(int, word);
    }
    return word;
  }

  /** A value that is pushed anew at each use. */
  push(item: ItemBody, bits: number): Word {
    const key = JSON.stringify(item, (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value));
    let word = this.pushes.get(key);
    if (word === undefined) {
      word = this.newWord({ kind: "push", item }, bits);
      this.pushes.set(key, word);
    }
    return word;
  }

  /** The number behind a constant. */
  constantOf(word: Word): bigint | undefined {
    const def = this.defs[word]!;
    return def.kind === "push" && def.item.kind === "push" ? def.item.value : undefined;
  }

  isPush(word: Word): boolean {
    return this.defs[word]!.kind === "push";
  }

  defInst(word: Word): LInst | undefined {
    const def = this.defs[word]!;
    return def.kind === "inst" ? def.inst : undefined;
  }
}

/** The successors of a terminator. */
export function edgesOf(term: LTerm): Edge[] {
  switch (term.kind) {
    case "jump":
      return [term.to];
    case "branch":
      return [term.then, term.else];
    case "switch":
      return [...term.cases.map((c) => c.to), term.otherwise];
    default:
      return [];
  }
}

/** The values that a terminator itself consumes, edge arguments apart. */
export function operandsOf(term: LTerm): readonly Word[] {
  switch (term.kind) {
    case "branch":
      return [term.cond];
    case "switch":
      return [term.value];
    case "ret":
      return term.values;
    case "tailcall":
    case "exit":
      return term.args;
    default:
      return [];
  }
}
