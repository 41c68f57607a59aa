/**
 * Removes block parameters that are dead or redundant.
 *
 *   jump b1(%x, %d)                   jump b1
 *   b1(%p: i8, %q: i8):      ==>      b1:
 *     ret %p                            ret %x
 *
 * A parameter is redundant where every jump passes the same value or the parameter itself: that value's definition then dominates the
 * block (each path to the block passes it). It is dead where it is used only as an argument for dead parameters. Needs SSA and no
 * unreachable predecessors; keeps the control flow.
 */
import type { Block, Func, ValueId } from "../ir/module.js";
import type { FunctionPass } from "./pass.js";
import { dropParams, jumpsTo, Replacements } from "./rewrite.js";

export function pruneBlockParams(func: Func): boolean {
  let changed = false;
  while (dropRedundant(func)) changed = true;
  return dropDead(func) || changed;
}

function dropRedundant(func: Func): boolean {
  const jumps = jumpsTo(func);
  const same = new Replacements(func);
  for (const block of func.blocks) {
    if (block.params.length === 0) continue;
    const drop = block.params.map((param, i) => {
      const value = onlyArgument(block, i, param, jumps[block.id]!, same);
      if (value === undefined) return false;
      same.set(param, value);
      return true;
    });
    if (drop.includes(true)) dropParams(block, drop, jumps[block.id]!);
  }
  same.apply();
  return same.count > 0;
}

/** The one value that all jumps pass for a parameter, apart from the parameter itself; undefined where there is not exactly one. */
function onlyArgument(block: Block, index: number, param: ValueId, jumps: ReturnType<typeof jumpsTo>[number], same: Replacements): ValueId | undefined {
  let only: ValueId | undefined;
  for (const jump of jumps)
    for (const target of jump.targets) {
      if (target.block !== block.id) continue;
      const value = same.find(target.args[index]!);
      if (value === param || value === only) continue;
      if (only !== undefined) return undefined;
      only = value;
    }
  return only;
}

function dropDead(func: Func): boolean {
  const live = liveParams(func);
  const jumps = jumpsTo(func);
  let changed = false;
  for (const block of func.blocks) {
    const drop = block.params.map((param) => !live[param]);
    if (!drop.includes(true)) continue;
    changed = true;
    dropParams(block, drop, jumps[block.id]!);
  }
  return changed;
}

/** Marks values that are an operand of an instruction, or passed for a marked parameter. */
function liveParams(func: Func): Uint8Array {
  const live = new Uint8Array(func.valueTypes.length);
  const work: ValueId[] = [];
  const mark = (value: ValueId): void => {
    if (live[value]) return;
    live[value] = 1;
    work.push(value);
  };
  const sources: ValueId[][] = Array.from({ length: func.valueTypes.length }, () => []);
  const params: (readonly ValueId[])[] = [];
  for (const block of func.blocks) params[block.id] = block.params;
  for (const block of func.blocks)
    for (const inst of block.insts) {
      inst.args.forEach(mark);
      for (const target of inst.targets) target.args.forEach((arg, i) => sources[params[target.block]![i]!]!.push(arg));
    }
  while (work.length > 0) sources[work.pop()!]!.forEach(mark);
  return live;
}

export const blockParams: FunctionPass = {
  kind: "function",
  name: "block-params",
  doc: "Removes block parameters that are dead or always the same value.",
  needs: ["ssa"],
  gives: [],
  run: pruneBlockParams,
};
