/**
 * Memory: a load of a word takes the value that was stored there or loaded from there before.
 *
 *   mem.store %p, %v: i8                    mem.store %p, %v
 *   %1: i256 = mem.load %p          ==>     %1: i256 = zext %v
 *
 * Addresses are base and constant offset (locations.ts). Within extended basic blocks; a store that may overlap a known word forgets it,
 * as does everything that writes memory otherwise (copies, calls). Stores stay. A load from an untrusted address may halt: it is replaced
 * only behind an access to the same address, which then halted first. Stores of the free pointer are not forwarded: backends
 * may raise its first value. Needs SSA.
 */
import { computeCfg } from "../analysis/cfg.js";
import { clobbers, hasOrderlyMemory } from "../analysis/effects.js";
import { FunctionEffects } from "../analysis/function-effects.js";
import { Locations, WORD_BYTES, type Location } from "../analysis/locations.js";
import { computeDefs } from "../analysis/uses.js";
import type { Block, Func, Inst, ValueId } from "../ir/module.js";
import type { ModulePass } from "./pass.js";
import { Replacements } from "./rewrite.js";

const MAX_KNOWN = 32;
/** The word of the free pointer: an allocation writes it and nothing else. */
const FREE_POINTER: Location = { base: undefined, offset: 0x40n };

interface Word {
  readonly at: Location;
  readonly addressType: number;
  readonly value: ValueId;
  /** The word is the value, zero-extended or sign-extended; a load knows only the low bits. */
  readonly extension: "zext" | "sext" | "low";
}

class Forwarding {
  private readonly same: Replacements;
  private readonly locations: Locations;

  constructor(
    private readonly func: Func,
    private readonly effects: FunctionEffects,
    orderlyMemory: boolean,
  ) {
    this.same = new Replacements(func);
    this.locations = new Locations(func, computeDefs(func), orderlyMemory);
  }

  run(): boolean {
    const cfg = computeCfg(this.func);
    const atEnd: (readonly Word[])[] = [];
    for (const block of cfg.rpo) {
      const preds = cfg.preds[block.id]!;
      const known = preds.length === 1 && preds[0] !== block.id ? (atEnd[preds[0]!] ?? []) : [];
      atEnd[block.id] = this.block(block, known);
    }
    this.same.apply();
    return this.same.count > 0;
  }

  private block(block: Block, before: readonly Word[]): readonly Word[] {
    let known = before;
    const out: Inst[] = [];
    for (const inst of block.insts) {
      this.same.rewrite(inst);
      if (inst.op === "mem.load") {
        known = this.load(inst, known, out);
        continue;
      }
      out.push(inst);
      known = this.after(inst, known);
    }
    block.insts = out;
    return known;
  }

  /** Replaces the load, or keeps it and remembers what it gave. */
  private load(inst: Inst, known: readonly Word[], out: Inst[]): readonly Word[] {
    const [address] = inst.args as [ValueId];
    const [result] = inst.results as [ValueId];
    const at = this.locations.of(address);
    const type = this.func.typeOf(address);
    const word = known.find((w) => w.addressType === type && w.at.base === at.base && w.at.offset === at.offset && this.covers(w, result));
    if (!word) {
      out.push(inst);
      const extension = this.func.typeOf(result) === 256 ? "zext" : "low";
      return [{ at, addressType: type, value: result, extension }, ...known].slice(0, MAX_KNOWN) as Word[];
    }
    const [from, to] = [this.func.typeOf(word.value), this.func.typeOf(result)];
    if (from === to) {
      this.same.set(result, this.same.find(word.value));
    } else {
      const op = from > to ? "trunc" : word.extension;
      out.push({ op, args: [this.same.find(word.value)], results: [result], imm: {}, targets: [], span: inst.span });
      this.same.count++;
    }
    return known;
  }

  /** A word of which only low bits are known serves loads of at most as many. */
  private covers(word: Word, result: ValueId): boolean {
    return word.extension !== "low" || this.func.typeOf(word.value) >= this.func.typeOf(result);
  }

  private after(inst: Inst, known: readonly Word[]): readonly Word[] {
    if (!clobbers(this.effects.of(inst), ["memory"])) return known;
    const [address, value] = inst.args as [ValueId, ValueId];
    switch (inst.op) {
      case "mem.store":
      case "mem.store.s": {
        const at = this.locations.of(address);
        const extension = inst.op === "mem.store" ? "zext" : "sext";
        // What an entry stores as the first free pointer is not what is loaded: the EVM backend raises it by its spill area.
        if (!this.locations.rangesDiffer(at, WORD_BYTES, FREE_POINTER, WORD_BYTES)) return this.without(known, at, WORD_BYTES);
        const word: Word = { at, addressType: this.func.typeOf(address), value, extension };
        return [word, ...this.without(known, at, WORD_BYTES)].slice(0, MAX_KNOWN);
      }
      case "mem.store.byte":
        return this.without(known, this.locations.of(address), 1n);
      case "mem.alloc":
        return this.without(known, FREE_POINTER, WORD_BYTES);
      default:
        return [];
    }
  }

  private without(known: readonly Word[], at: Location, length: bigint): Word[] {
    return known.filter((word) => this.locations.rangesDiffer(word.at, WORD_BYTES, at, length));
  }
}

export function forwardMemory(func: Func, effects: FunctionEffects, orderlyMemory: boolean): boolean {
  return new Forwarding(func, effects, orderlyMemory).run();
}

export const memoryForward: ModulePass = {
  kind: "module",
  name: "memory-forward",
  doc: "Memory loads take the value stored or loaded before.",
  needs: ["ssa"],
  gives: [],
  run(module) {
    const effects = new FunctionEffects(module);
    const orderlyMemory = hasOrderlyMemory(module);
    let changed = false;
    for (const func of module.funcs.values()) changed = forwardMemory(func, effects, orderlyMemory) || changed;
    return changed;
  },
};
