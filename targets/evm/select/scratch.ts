/**
 * Where the scratch words (memory 0x00-0x3f) hold something that the program reads later.
 *
 * Slot derivations are hashed by way of memory. The IR says that they leave memory alone, so they may use the scratch words only
 * where nobody reads those afterwards before writing them; elsewhere they use reserved words, for 2 gas more.
 *
 * A backward analysis over all functions of a module. The state is a mask with one bit for each of the 64 bytes.
 */
import { computeCfg, type Cfg } from "../../../compiler/analysis/cfg.js";
import type { Func, Inst, Module, ValueId } from "../../../compiler/ir/module.js";

const ALL = (1n << 64n) - 1n;

/** The scratch bytes from `start` to before `end`. */
function bytes(start: bigint, end: bigint): bigint {
  if (start >= 64n || end <= start) return 0n;
  const last = end > 64n ? 64n : end;
  return ((1n << last) - 1n) & ~((1n << start) - 1n);
}

/** Address and length operands of instructions that read memory; a number is a fixed length. */
const READS: Readonly<Record<string, readonly [number, number | { arg: number }]>> = {
  "mem.load": [0, 32],
  "mem.load.byte": [0, 1],
  "mem.copy": [1, { arg: 2 }],
  "mem.keccak": [0, { arg: 1 }],
  log: [0, { arg: 1 }],
  "exit.return": [0, { arg: 1 }],
  "exit.revert": [0, { arg: 1 }],
  "ext.call": [3, { arg: 4 }],
  "ext.callcode": [3, { arg: 4 }],
  "ext.delegatecall": [2, { arg: 3 }],
  "ext.staticcall": [2, { arg: 3 }],
  "ext.create": [1, { arg: 2 }],
  "ext.create2": [1, { arg: 2 }],
  "slot.map.bytes": [0, { arg: 1 }],
};

/** Likewise for instructions that overwrite all of a range. */
const WRITES: Readonly<Record<string, readonly [number, number | { arg: number }]>> = {
  "mem.store": [0, 32],
  "mem.store.s": [0, 32],
  "mem.copy": [0, { arg: 2 }],
  "mem.zero": [0, { arg: 1 }],
  "calldata.copy": [0, { arg: 2 }],
  "code.copy": [0, { arg: 2 }],
  "data.copy": [0, { arg: 2 }],
};

const ENDS: ReadonlySet<string> = new Set(["exit.stop", "exit.deploy", "exit.invalid", "exit.selfdestruct", "panic", "unreachable"]);

class FunctionScratch {
  readonly cfg: Cfg;
  private readonly defs: (Inst | undefined)[] = [];
  private readonly liveIn: bigint[];
  /** Live where the function returns. */
  atReturn = 0n;

  constructor(readonly func: Func) {
    this.cfg = computeCfg(func);
    this.liveIn = new Array<bigint>(func.blockIdLimit).fill(0n);
    for (const block of this.cfg.rpo) for (const inst of block.insts) for (const result of inst.results) this.defs[result] = inst;
  }

  get atEntry(): bigint {
    return this.liveIn[this.func.entry.id]!;
  }

  /** Propagates until stable; `visit` sees each instruction with the state behind it. */
  run(calleeEntry: (name: string) => bigint, visit: (inst: Inst, after: bigint) => void): void {
    for (let changed = true; changed;) {
      changed = false;
      for (let i = this.cfg.rpo.length - 1; i >= 0; i--) {
        const block = this.cfg.rpo[i]!;
        let live = 0n;
        for (const to of this.cfg.succs[block.id]!) live |= this.liveIn[to]!;
        for (let j = block.insts.length - 1; j >= 0; j--) {
          const inst = block.insts[j]!;
          visit(inst, live);
          live = this.before(inst, live, calleeEntry);
        }
        if (live === this.liveIn[block.id]) continue;
        this.liveIn[block.id] = live;
        changed = true;
      }
    }
  }

  private before(inst: Inst, after: bigint, calleeEntry: (name: string) => bigint): bigint {
    if (inst.op === "ret") return this.atReturn;
    if (ENDS.has(inst.op)) return 0n;
    if (inst.op === "call") return after | calleeEntry(inst.imm.func!);
    const written = WRITES[inst.op];
    const read = READS[inst.op];
    const kept = written ? after & ~this.covered(inst, written) : after;
    return read ? kept | this.touched(inst, read) : kept;
  }

  private constant(value: ValueId): bigint | undefined {
    const def = this.defs[value];
    return def?.op === "const" ? def.imm.int : undefined;
  }

  private range(inst: Inst, [address, length]: readonly [number, number | { arg: number }]): { start: bigint | undefined; size: bigint | undefined } {
    return { start: this.constant(inst.args[address]!), size: typeof length === "number" ? BigInt(length) : this.constant(inst.args[length.arg]!) };
  }

  /** Bytes that are surely in the range. */
  private covered(inst: Inst, place: readonly [number, number | { arg: number }]): bigint {
    const { start, size } = this.range(inst, place);
    return start === undefined || size === undefined ? 0n : bytes(start, start + size);
  }

  /** Bytes that may be in the range. */
  private touched(inst: Inst, place: readonly [number, number | { arg: number }]): bigint {
    const { start, size } = this.range(inst, place);
    if (size === 0n) return 0n;
    if (start === undefined) return this.isHeap(inst.args[place[0]]!, 8) ? 0n : ALL;
    return bytes(start, size === undefined ? 64n : start + size);
  }

  /** An allocation, a trusted pointer loaded from memory, or an offset from one. */
  private isHeap(value: ValueId, depth: number): boolean {
    const def = this.defs[value];
    if (!def || depth === 0 || this.func.typeOf(value) !== 64) return false;
    if (def.op === "mem.alloc" || def.op === "mem.free" || def.op === "mem.load") return true;
    if (def.op !== "add" && def.op !== "add.nuw") return false;
    return def.args.some((arg) => this.isHeap(arg, depth - 1));
  }
}

/** The instructions of a module behind which scratch words are still needed. */
export function findScratchNeeds(module: Module): ReadonlySet<Inst> {
  const functions = new Map([...module.funcs.values()].map((func) => [func.name, new FunctionScratch(func)]));
  const entryOf = (name: string): bigint => functions.get(name)!.atEntry;
  const needs = new Set<Inst>();
  for (let changed = true; changed;) {
    changed = false;
    for (const scratch of functions.values()) {
      const before = scratch.atEntry;
      scratch.run(entryOf, (inst, after) => {
        if (after !== 0n) needs.add(inst);
        if (inst.op !== "call") return;
        const callee = functions.get(inst.imm.func!)!;
        if ((callee.atReturn | after) === callee.atReturn) return;
        callee.atReturn |= after;
        changed = true;
      });
      if (scratch.atEntry !== before) changed = true;
    }
  }
  return needs;
}
