/**
 * Ends blocks at calls of functions that never return, and drops what only followed such calls.
 *
 *   call @fails(%0)              call @fails(%0)
 *   %1: i256 = add %0, %0   ==>  unreachable
 *   jump b7(%1)
 *
 * Such functions appear once a contract reverts on every path of a helper, often only after folding. No path leads behind the call, so
 * nothing there can be observed. Backends may rely on it: a call that never returns is followed by `unreachable` and by nothing else.
 * Last of each pipeline, since every pass before it may find more such functions.
 */
import { findReturning } from "../analysis/returning.js";
import type { Func } from "../ir/module.js";
import type { ModulePass } from "./pass.js";
import { removeUnreachable } from "./rewrite.js";

function endAtCalls(func: Func, returning: ReadonlySet<string>): boolean {
  let changed = false;
  for (const block of func.blocks) {
    const at = block.insts.findIndex((inst) => inst.op === "call" && !returning.has(inst.imm.func!));
    if (at < 0 || block.insts[at + 1]!.op === "unreachable") continue;
    const { span } = block.insts[at]!;
    block.insts = [...block.insts.slice(0, at + 1), { op: "unreachable", args: [], results: [], imm: {}, targets: [], span }];
    changed = true;
  }
  if (changed) removeUnreachable(func);
  return changed;
}

export const noreturn: ModulePass = {
  kind: "module",
  name: "noreturn",
  doc: "Ends blocks at calls of functions that never return.",
  needs: ["ssa"],
  gives: [],
  run: (module) => {
    const returning = findReturning(module);
    let changed = false;
    for (const func of module.funcs.values()) changed = endAtCalls(func, returning) || changed;
    return changed;
  },
};
