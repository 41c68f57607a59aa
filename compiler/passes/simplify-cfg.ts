/**
 * Simplifies control flow, until nothing changes:
 *
 *   branch %true, b1, b2                  ==>   jump b1
 *   branch %c, b1(%x), b1(%x)             ==>   jump b1(%x)
 *   switch %k, [1: b1, 2: b3], b3         ==>   switch %k, [1: b1], b3
 *   jump b1   b1: (only code) jump b2     ==>   jump b2
 *   b0: ... jump b1   b1: (one predecessor) ...    ==>   b0: ... ...
 *   branch (not %c), b1, b2               ==>   branch %c, b2, b1
 *
 * and removes unreachable blocks. Every path executes the same instructions with effects in the same order before and after. Needs SSA.
 */
import { computeDefs } from "../analysis/uses.js";
import { terminator, type Block, type Func, type Inst, type Target, type ValueId } from "../ir/module.js";
import { pruneBlockParams } from "./block-params.js";
import type { FunctionPass } from "./pass.js";
import { removeUnreachable, Replacements } from "./rewrite.js";

export function simplifyControlFlow(func: Func): boolean {
  let changed = removeUnreachable(func);
  for (let again = true; again;) {
    again = simplifyTerminators(func);
    again = threadJumps(func) || again;
    again = removeUnreachable(func) || again;
    again = mergeChains(func) || again;
    again = pruneBlockParams(func) || again;
    changed ||= again;
  }
  return changed;
}

function sameTarget(a: Target, b: Target): boolean {
  return a.block === b.block && a.args.length === b.args.length && a.args.every((arg, i) => arg === b.args[i]);
}

function becomeJump(inst: Inst, to: Target): void {
  inst.op = "jump";
  inst.args = [];
  inst.targets = [to];
  delete inst.cases;
}

function simplifyTerminators(func: Func): boolean {
  const defs = computeDefs(func);
  let changed = false;
  for (const block of func.blocks) {
    const last = terminator(block);
    if (last.op === "branch") changed = simplifyBranch(last, defs) || changed;
    else if (last.op === "switch") changed = simplifySwitch(last, defs) || changed;
  }
  return changed;
}

function simplifyBranch(inst: Inst, defs: readonly (Inst | undefined)[]): boolean {
  const [then, otherwise] = inst.targets as [Target, Target];
  const condition = defs[inst.args[0]!];
  if (sameTarget(then, otherwise)) {
    becomeJump(inst, then);
  } else if (condition?.op === "const") {
    becomeJump(inst, condition.imm.int === 1n ? then : otherwise);
  } else if (condition?.op === "not") {
    inst.args = [condition.args[0]!];
    inst.targets = [otherwise, then];
  } else {
    return false;
  }
  return true;
}

function simplifySwitch(inst: Inst, defs: readonly (Inst | undefined)[]): boolean {
  const cases = inst.cases!;
  const fallback = inst.targets[cases.length]!;
  const operand = defs[inst.args[0]!];
  if (operand?.op === "const") {
    const found = cases.indexOf(operand.imm.int!);
    becomeJump(inst, found < 0 ? fallback : inst.targets[found]!);
    return true;
  }
  const kept = cases.map((_, i) => i).filter((i) => !sameTarget(inst.targets[i]!, fallback));
  if (kept.length === 0) {
    becomeJump(inst, fallback);
    return true;
  }
  if (kept.length === cases.length) return false;
  inst.cases = kept.map((i) => cases[i]!);
  inst.targets = [...kept.map((i) => inst.targets[i]!), fallback];
  return true;
}

/**
 * Edges to a block that only jumps on go to its successor. The block's parameters may be used by its own jump only. A switch keeps its
 * way through the block where it would have to pass arguments: its edges have no other place for the moves.
 */
function threadJumps(func: Func): boolean {
  const empty = emptyBlocks(func);
  if (empty.size === 0) return false;
  let changed = false;
  for (const block of func.blocks) {
    const last = terminator(block);
    for (const target of last.targets) {
      const via = empty.get(target.block);
      if (!via || via.id === block.id) continue;
      const on = terminator(via).targets[0]!;
      if (on.block === via.id || (last.op === "switch" && on.args.length > 0)) continue;
      const args = on.args.map((arg) => substitute(arg, via, target));
      target.block = on.block;
      target.args = args;
      changed = true;
    }
  }
  return changed;
}

function substitute(arg: ValueId, via: Block, target: Target): ValueId {
  const index = via.params.indexOf(arg);
  return index < 0 ? arg : target.args[index]!;
}

/** Blocks other than the entry that only jump, without cycles among them, whose parameters are used nowhere else. */
function emptyBlocks(func: Func): Map<number, Block> {
  const empty = new Map<number, Block>();
  const candidates = func.blocks.filter((b, i) => i > 0 && b.insts.length === 1 && b.insts[0]!.op === "jump");
  if (candidates.length === 0) return empty;
  const owner = new Map<ValueId, Block>();
  for (const block of candidates) for (const param of block.params) owner.set(param, block);
  const escaped = new Set<Block>();
  if (owner.size > 0)
    for (const block of func.blocks)
      for (const inst of block.insts)
        for (const list of [inst.args, ...inst.targets.map((t) => t.args)])
          for (const arg of list) {
            const defined = owner.get(arg);
            if (defined && defined !== block) escaped.add(defined);
          }
  for (const block of candidates) if (!escaped.has(block) && !inCycle(block, candidates)) empty.set(block.id, block);
  return empty;
}

/** An endless loop of empty blocks must not be followed for ever. */
function inCycle(start: Block, candidates: readonly Block[]): boolean {
  const byId = new Map(candidates.map((b) => [b.id, b]));
  let at: Block | undefined = start;
  for (let steps = 0; at && steps <= candidates.length; steps++) {
    at = byId.get(terminator(at).targets[0]!.block);
    if (at === start) return true;
  }
  return at !== undefined;
}

/** Appends a block to its only predecessor where that jumps there unconditionally. */
function mergeChains(func: Func): boolean {
  const edges = new Uint32Array(func.blockIdLimit);
  const byId: Block[] = [];
  for (const block of func.blocks) {
    byId[block.id] = block;
    for (const target of terminator(block).targets) edges[target.block]!++;
  }
  const merged = new Set<Block>();
  const same = new Replacements(func);
  for (const block of func.blocks) {
    if (merged.has(block)) continue;
    for (let last = terminator(block); last.op === "jump"; last = terminator(block)) {
      const [{ block: id, args }] = last.targets as [Target];
      const next = byId[id]!;
      if (edges[id] !== 1 || next === block || next === func.entry) break;
      next.params.forEach((param, i) => same.set(param, args[i]!));
      block.insts.pop();
      // One by one: a spread of a long block would overflow the stack.
      for (const inst of next.insts) block.insts.push(inst);
      merged.add(next);
    }
  }
  if (merged.size === 0) return false;
  func.blocks = func.blocks.filter((block) => !merged.has(block));
  same.apply();
  return true;
}

export const simplifyCfg: FunctionPass = {
  kind: "function",
  name: "simplify-cfg",
  doc: "Merges, threads and removes blocks; folds constant branches.",
  needs: ["ssa"],
  gives: [],
  run: simplifyControlFlow,
};
