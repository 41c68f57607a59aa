/** Basic blocks of a LIR function and the registers that are live at their ends (backward data flow). */
import { defsOf, usesOf, type Label, type LirFunc, type LirInst } from "../lir/instruction.js";

/** Instructions [start, end) of the list. */
export interface BlockRange {
  readonly start: number;
  readonly end: number;
  readonly successors: number[];
}

/** A set of small integers. */
export class BitSet {
  private constructor(private readonly words: Uint32Array) {}
  static ofSize(size: number): BitSet {
    return new BitSet(new Uint32Array((size + 31) >> 5));
  }
  clone(): BitSet {
    return new BitSet(this.words.slice());
  }
  has(i: number): boolean {
    return ((this.words[i >> 5]! >>> (i & 31)) & 1) === 1;
  }
  add(i: number): void {
    this.words[i >> 5]! |= 1 << (i & 31);
  }
  delete(i: number): void {
    this.words[i >> 5]! &= ~(1 << (i & 31));
  }
  /** Adds (other minus except); true where that changed the set. */
  addAll(other: BitSet, except?: BitSet): boolean {
    let changed = false;
    for (let i = 0; i < this.words.length; i++) {
      const before = this.words[i]!;
      const after = (before | (other.words[i]! & ~(except?.words[i] ?? 0))) >>> 0;
      if (after !== before) {
        this.words[i] = after;
        changed = true;
      }
    }
    return changed;
  }
  forEach(visit: (i: number) => void): void {
    this.words.forEach((word, w) => {
      for (let rest = word; rest !== 0; rest &= rest - 1) visit(w * 32 + 31 - Math.clz32(rest & -rest));
    });
  }
}

/** Splits at labels and behind jumps, branches and returns. */
export function splitBlocks(insts: readonly LirInst[]): BlockRange[] {
  const blocks: BlockRange[] = [];
  const blockOf = new Map<Label, number>();
  let start = 0;
  const close = (end: number): void => {
    if (end > start) blocks.push({ start, end, successors: [] });
    start = end;
  };
  insts.forEach((inst, i) => {
    if (inst.kind === "label") {
      if (i > start && insts[i - 1]!.kind !== "label") close(i);
      blockOf.set(inst.label, blocks.length);
    } else if (inst.kind === "jump" || inst.kind === "branch" || inst.kind === "ret") close(i + 1);
  });
  close(insts.length);
  blocks.forEach((block, index) => {
    const last = insts[block.end - 1]!;
    if (last.kind === "jump" || last.kind === "branch") block.successors.push(blockOf.get(last.to)!);
    if (last.kind !== "jump" && last.kind !== "ret" && index + 1 < blocks.length) block.successors.push(index + 1);
  });
  return blocks;
}

/** Live registers at each block's end. */
export function computeLiveness(func: LirFunc, blocks: readonly BlockRange[]): { liveOut: BitSet[] } {
  const make = (): BitSet => BitSet.ofSize(func.regCount);
  const use = blocks.map(make);
  const def = blocks.map(make);
  blocks.forEach((block, index) => {
    for (let i = block.start; i < block.end; i++) {
      const inst = func.insts[i]!;
      for (const u of usesOf(inst)) if (!def[index]!.has(u)) use[index]!.add(u);
      for (const d of defsOf(inst)) def[index]!.add(d);
    }
  });
  const liveIn = use.map((u) => u.clone());
  const liveOut = blocks.map(make);
  const predecessors: number[][] = blocks.map(() => []);
  blocks.forEach((block, index) => block.successors.forEach((s) => predecessors[s]!.push(index)));
  const work = blocks.map((_, i) => i);
  const queued = new Array<boolean>(blocks.length).fill(true);
  while (work.length > 0) {
    const index = work.pop()!;
    queued[index] = false;
    for (const s of blocks[index]!.successors) liveOut[index]!.addAll(liveIn[s]!);
    if (liveIn[index]!.addAll(liveOut[index]!, def[index])) {
      for (const p of predecessors[index]!)
        if (!queued[p]) {
          queued[p] = true;
          work.push(p);
        }
    }
  }
  return { liveOut };
}
