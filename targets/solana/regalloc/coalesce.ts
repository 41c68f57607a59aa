/**
 * Merges registers that a move connects and that never hold different values at the same time:
 *
 *   v1 = load [p] ; v2 = v1 ; v2 = swap v2        ->   v2 = load [p] ; v2 = swap v2
 *
 * Moves in deeper loops first. Safe: two registers are merged only where their live ranges are disjoint, so that no write of one
 * can change a value of the other that is still needed. Constants are left alone; they are cheaper made again than kept.
 */
import type { LirFunc, LirInst, VReg } from "../lir/instruction.js";
import { computeIntervals, constantRegisters, type Segment } from "./intervals.js";
import { renameAll } from "./rename.js";

/** The function with fewer registers and moves. */
export function coalesce(func: LirFunc): LirFunc {
  const { intervals } = computeIntervals(func);
  const constants = constantRegisters(func);
  const parent = new Map<VReg, VReg>();
  const find = (reg: VReg): VReg => {
    let root = reg;
    for (let next = parent.get(root); next !== undefined; next = parent.get(root)) root = next;
    if (root !== reg) parent.set(reg, root);
    return root;
  };
  const segments = new Map<VReg, Segment[]>();
  const segmentsOf = (reg: VReg): Segment[] => segments.get(reg) ?? intervals[reg]?.segments ?? [];
  for (const inst of func.insts) {
    if (inst.kind !== "mov" || typeof inst.a === "bigint" || constants.has(inst.a) || constants.has(inst.dst)) continue;
    const a = find(inst.a);
    const b = find(inst.dst);
    if (a === b) continue;
    const merged = mergeDisjoint(segmentsOf(a), segmentsOf(b));
    if (merged === undefined) continue;
    parent.set(a, b);
    segments.set(b, merged);
  }
  const renamed = renameAll(func, find);
  return { ...renamed, insts: renamed.insts.filter((inst) => !isSelfMove(inst)) };
}

const isSelfMove = (inst: LirInst): boolean => inst.kind === "mov" && inst.a === inst.dst;

/** The union of two ascending lists of segments, or undefined where two overlap. */
function mergeDisjoint(a: readonly Segment[], b: readonly Segment[]): Segment[] | undefined {
  const out: Segment[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const takeA = j >= b.length || (i < a.length && a[i]!.from <= b[j]!.from);
    const next = takeA ? a[i++]! : b[j++]!;
    const last = out[out.length - 1];
    if (last !== undefined && next.from < last.to) return undefined;
    out.push(next);
  }
  return out;
}
