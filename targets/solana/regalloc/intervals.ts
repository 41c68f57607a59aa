/**
 * Live intervals: for each virtual register the ranges of positions in which it holds a value that is still needed, with
 * the cost of keeping it in memory. Instruction i reads at position 4i, calls destroy r0-r5 at 4i+1, and it writes at 4i+2, so
 * that an instruction's result may take the register of an operand that dies there.
 */
import { defsOf, isImmediate, usesOf, type LirFunc, type VReg } from "../lir/instruction.js";
import { computeLiveness, splitBlocks, type BlockRange } from "./liveness.js";

/** Positions [from, to). */
export interface Segment {
  from: number;
  to: number;
}

export interface Interval {
  readonly reg: VReg;
  /** Ascending, disjoint. */
  readonly segments: Segment[];
  /** Uses and definitions, weighted by loop depth. */
  cost: number;
}

/** Intervals by register (undefined where it is never used), and the positions of calls. */
export interface IntervalTable {
  readonly intervals: readonly (Interval | undefined)[];
  readonly calls: readonly number[];
}

/** Computes all intervals of a legalized function. */
export function computeIntervals(func: LirFunc): IntervalTable {
  const blocks = splitBlocks(func.insts);
  const { liveOut } = computeLiveness(func, blocks);
  const depth = loopDepths(blocks);
  const intervals: (Interval | undefined)[] = new Array<Interval | undefined>(func.regCount).fill(undefined);
  const calls: number[] = [];
  const of = (reg: VReg): Interval => (intervals[reg] ??= { reg, segments: [], cost: 0 });

  // Backwards, so that segments are found last first; they are reversed at the end.
  for (let index = blocks.length - 1; index >= 0; index--) {
    const block = blocks[index]!;
    const weight = 10 ** Math.min(depth[index]!, 6);
    const openEnd = new Map<VReg, number>();
    liveOut[index]!.forEach((reg) => openEnd.set(reg as VReg, 4 * block.end));
    for (let i = block.end - 1; i >= block.start; i--) {
      const inst = func.insts[i]!;
      if (inst.kind === "call" || inst.kind === "syscall") calls.push(4 * i + 1);
      for (const reg of defsOf(inst)) {
        const end = openEnd.get(reg) ?? 4 * i + 3; // a result that nobody reads still needs a place
        openEnd.delete(reg);
        addSegment(of(reg), 4 * i + 2, end);
        of(reg).cost += weight;
      }
      for (const reg of usesOf(inst)) {
        if (!openEnd.has(reg)) openEnd.set(reg, 4 * i + 1);
        of(reg).cost += weight;
      }
    }
    for (const [reg, end] of openEnd) addSegment(of(reg), 4 * block.start, end);
  }
  for (const param of func.params) if (intervals[param]) addSegment(intervals[param], -2, 0);
  for (const interval of intervals) interval?.segments.sort((a, b) => a.from - b.from);
  for (const interval of intervals) if (interval) mergeAdjacent(interval.segments);
  return { intervals, calls: calls.reverse() };
}

function addSegment(interval: Interval, from: number, to: number): void {
  interval.segments.push({ from, to });
}

function mergeAdjacent(segments: Segment[]): void {
  let kept = 0;
  for (let i = 1; i < segments.length; i++) {
    const last = segments[kept]!;
    const next = segments[i]!;
    if (next.from <= last.to) last.to = Math.max(last.to, next.to);
    else segments[++kept] = next;
  }
  segments.length = segments.length === 0 ? 0 : kept + 1;
}

/** Loop depth of each block, estimated from backward jumps of the layout. */
function loopDepths(blocks: readonly BlockRange[]): number[] {
  const depth = blocks.map(() => 0);
  blocks.forEach((block, from) => {
    for (const to of block.successors) if (to <= from) for (let i = to; i <= from; i++) depth[i]!++;
  });
  return depth;
}

/** Number of positions covered. */
export function intervalLength(interval: Interval): number {
  return interval.segments.reduce((sum, s) => sum + s.to - s.from, 0);
}

/** Registers that are set once, to a constant, with the constant: cheaper to make again than to keep in memory. */
export function constantRegisters(func: LirFunc): Map<VReg, bigint> {
  const constants = new Map<VReg, bigint>();
  const defined = new Set<VReg>(func.params);
  for (const inst of func.insts) {
    for (const reg of defsOf(inst)) {
      if (inst.kind === "mov" && isImmediate(inst.a) && !defined.has(reg)) constants.set(reg, inst.a);
      else constants.delete(reg);
      defined.add(reg);
    }
  }
  return constants;
}
