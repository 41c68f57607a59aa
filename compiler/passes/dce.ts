/**
 * Dead code elimination: removes instructions without effect whose results nothing needs, and block parameters that feed only such.
 *
 *   %1: i256 = storage.load %0      (nothing)
 *   %2: i256 = add %1, %1      ==>
 *
 * An instruction stays where it may trap or writes part of the machine (its row in the table says so). Checked arithmetic traps, so it
 * stays. `mem.load` from a trusted address is known not to trap and goes too; so does a `call` of a function without effects.
 * Needs SSA.
 */
import { FunctionEffects } from "../analysis/function-effects.js";
import { isPure, opInfo } from "../ir/ops.js";
import type { Func, Inst, ValueId } from "../ir/module.js";
import { pruneBlockParams } from "./block-params.js";
import type { ModulePass } from "./pass.js";

/** Reads of memory that trap only where an untrusted range is too far out. */
const TRAPS_WHEN_UNTRUSTED: ReadonlySet<string> = new Set(["mem.load", "mem.load.byte", "mem.keccak"]);

/** True where an instruction may go if its results are unused. */
export function isRemovable(func: Func, inst: Inst, effects?: FunctionEffects): boolean {
  const info = opInfo(inst.op);
  if (isPure(info)) return true;
  if (inst.op === "call" && effects) {
    const callee = effects.of(inst);
    return callee.writes.length === 0 && !callee.traps;
  }
  return TRAPS_WHEN_UNTRUSTED.has(inst.op) && func.typeOf(inst.args[0]!) === 64;
}

/** @param effects where given, calls of functions without effects are removed too */
export function eliminateDeadCode(func: Func, effects?: FunctionEffects): boolean {
  const live = new Uint8Array(func.valueTypes.length);
  const work: ValueId[] = [];
  const mark = (value: ValueId): void => {
    if (live[value]) return;
    live[value] = 1;
    work.push(value);
  };
  const params: (readonly ValueId[])[] = [];
  for (const block of func.blocks) params[block.id] = block.params;
  const feeds: ValueId[][] = Array.from({ length: func.valueTypes.length }, () => []);
  for (const block of func.blocks)
    for (const inst of block.insts) {
      if (isRemovable(func, inst, effects)) for (const result of inst.results) feeds[result] = inst.args;
      else inst.args.forEach(mark);
      for (const target of inst.targets) target.args.forEach((arg, i) => feeds[params[target.block]![i]!]!.push(arg));
    }
  while (work.length > 0) feeds[work.pop()!]!.forEach(mark);
  return sweep(func, live, effects);
}

function sweep(func: Func, live: Uint8Array, effects: FunctionEffects | undefined): boolean {
  let changed = false;
  // Parameters first: an instruction that goes may be an argument for one of them.
  if (func.blocks.some((block) => block.params.some((param) => !live[param]))) changed = dropDeadParams(func, live);
  for (const block of func.blocks) {
    const kept = block.insts.filter((inst) => inst.results.some((r) => live[r]) || !isRemovable(func, inst, effects));
    changed ||= kept.length < block.insts.length;
    block.insts = kept;
  }
  return pruneBlockParams(func) || changed;
}

function dropDeadParams(func: Func, live: Uint8Array): boolean {
  const drops = new Map(func.blocks.map((block) => [block.id, block.params.map((param) => !live[param])]));
  for (const block of func.blocks) {
    block.params = block.params.filter((_, i) => !drops.get(block.id)![i]);
    for (const target of block.insts[block.insts.length - 1]!.targets) target.args = target.args.filter((_, i) => !drops.get(target.block)![i]);
  }
  return true;
}

export const dce: ModulePass = {
  kind: "module",
  name: "dce",
  doc: "Removes instructions without effect whose results nothing needs.",
  needs: ["ssa"],
  gives: [],
  run(module) {
    const effects = new FunctionEffects(module);
    let changed = false;
    for (const func of module.funcs.values()) changed = eliminateDeadCode(func, effects) || changed;
    return changed;
  },
};
