/**
 * Cleans LIR before register allocation: unreachable code, jumps to the next instruction, branches around jumps, jumps to
 * jumps, and computations whose results nobody reads.
 *
 *   branch eq v1, 0 -> L1 ; jump L2 ; L1:    ->   branch ne v1, 0 -> L2 ; L1:
 *
 * Safe: control flow is the same; only loads, moves and arithmetic without readers go (loads here cannot fault in a way that
 * the abstract machine defines).
 */
import type { Condition, Label, LirFunc, LirInst } from "../lir/instruction.js";
import { defsOf, usesOf } from "../lir/instruction.js";
import { holds } from "./legalize.js";
import { BitSet, computeLiveness, splitBlocks } from "./liveness.js";

const INVERSE: Partial<Record<Condition, Condition>> = {
  eq: "ne",
  ne: "eq",
  "lt.u": "ge.u",
  "ge.u": "lt.u",
  "gt.u": "le.u",
  "le.u": "gt.u",
  "lt.s": "ge.s",
  "ge.s": "lt.s",
  "gt.s": "le.s",
  "le.s": "gt.s",
};

/** Applies all of it. */
export function cleanup(func: LirFunc): LirFunc {
  let insts: readonly LirInst[] = foldBranches(func.insts);
  for (;;) {
    const next = simplifyJumps(removeUnreachable(threadJumps(insts)));
    if (next.length === insts.length) {
      insts = next;
      break;
    }
    insts = next;
  }
  return removeDead({ ...func, insts });
}

/** Decides comparisons of constants, and unsigned ones with 0. */
function foldBranches(insts: readonly LirInst[]): LirInst[] {
  return insts.flatMap((inst): LirInst[] => {
    if (inst.kind !== "branch") return [inst];
    if ((inst.cond === "lt.u" && inst.b === 0n) || (inst.cond === "gt.u" && inst.a === 0n)) return [];
    if (typeof inst.a !== "bigint" || typeof inst.b !== "bigint") return [inst];
    return holds(inst.cond, inst.a, inst.b) ? [{ kind: "jump", to: inst.to }] : [];
  });
}

/** Lets jumps to a label that only jumps on go to the final label. */
function threadJumps(insts: readonly LirInst[]): LirInst[] {
  const forward = new Map<Label, Label>();
  insts.forEach((inst, i) => {
    if (inst.kind !== "label") return;
    let j = i + 1;
    while (insts[j]?.kind === "label") j++;
    const next = insts[j];
    if (next?.kind === "jump") forward.set(inst.label, next.to);
  });
  const final = (label: Label): Label => {
    const seen = new Set<Label>();
    while (forward.has(label) && !seen.has(label)) {
      seen.add(label);
      label = forward.get(label)!;
    }
    return label;
  };
  return insts.map((inst) => (inst.kind === "jump" || inst.kind === "branch" ? { ...inst, to: final(inst.to) } : inst));
}

/** Drops code behind jumps and returns up to a label that something jumps to. */
function removeUnreachable(insts: readonly LirInst[]): LirInst[] {
  const targets = new Set<Label>();
  for (const inst of insts) if (inst.kind === "jump" || inst.kind === "branch") targets.add(inst.to);
  const out: LirInst[] = [];
  let reachable = true;
  for (const inst of insts) {
    if (inst.kind === "label") {
      if (!targets.has(inst.label)) continue;
      reachable = true;
    }
    if (!reachable) continue;
    out.push(inst);
    if (inst.kind === "jump" || inst.kind === "ret") reachable = false;
  }
  return out;
}

function simplifyJumps(insts: readonly LirInst[]): LirInst[] {
  const out: LirInst[] = [];
  const leadsTo = (from: number, label: Label): boolean => {
    for (let i = from; insts[i]?.kind === "label"; i++) {
      const inst = insts[i]!;
      if (inst.kind === "label" && inst.label === label) return true;
    }
    return false;
  };
  for (let i = 0; i < insts.length; i++) {
    const inst = insts[i]!;
    if (inst.kind === "jump" && leadsTo(i + 1, inst.to)) continue;
    const next = insts[i + 1];
    if (inst.kind === "branch") {
      if (leadsTo(i + 1, inst.to)) continue;
      const inverse = INVERSE[inst.cond];
      if (next?.kind === "jump" && inverse !== undefined && leadsTo(i + 2, inst.to)) {
        out.push({ ...inst, cond: inverse, to: next.to });
        i++;
        continue;
      }
    }
    out.push(inst);
  }
  return out;
}

const REMOVABLE: ReadonlySet<string> = new Set(["alu", "mov", "neg", "zext32", "swap", "load", "slotaddr", "rodata"]);

/** Removes computations without readers, to a fixed point within one backward walk a block. */
export function removeDead(func: LirFunc): LirFunc {
  const blocks = splitBlocks(func.insts);
  const { liveOut } = computeLiveness(func, blocks);
  const keep = new Array<boolean>(func.insts.length).fill(true);
  blocks.forEach((block, index) => {
    const live: BitSet = liveOut[index]!.clone();
    for (let i = block.end - 1; i >= block.start; i--) {
      const inst = func.insts[i]!;
      const defs = defsOf(inst);
      if (REMOVABLE.has(inst.kind) && !defs.some((d) => live.has(d))) {
        keep[i] = false;
        continue;
      }
      for (const d of defs) live.delete(d);
      for (const u of usesOf(inst)) live.add(u);
    }
  });
  return { ...func, insts: func.insts.filter((_, i) => keep[i]) };
}
