/**
 * Keeps one of functions with the same code: contracts of one compilation often inherit the same functions.
 *
 *   Token#_transfer and Vault#_transfer have equal bodies   ->   calls of both go to Token#_transfer
 *
 * Bodies are compared with callees replaced by their representatives, until nothing changes, so that callers of merged
 * functions merge as well. Safe: functions have no identity (there are no function addresses), equal code does the same.
 */
import { LirProgram, type LirFunc, type LirInst } from "./lir/instruction.js";
import { printFunc } from "./lir/print.js";

/** The program without duplicates; `keep` are names that must stay callable from outside. */
export function mergeFunctions(program: LirProgram, keep: ReadonlySet<string>): LirProgram {
  let funcs = [...program.funcs.values()];
  for (;;) {
    const representative = findDuplicates(funcs, keep);
    if (representative.size === 0) break;
    funcs = funcs.filter((f) => !representative.has(f.name)).map((f) => redirect(f, representative));
  }
  const merged = new LirProgram();
  for (const bytes of program.data) merged.addData(bytes);
  for (const func of funcs) merged.add(func);
  return merged;
}

/** Duplicate -> the function that stays. */
function findDuplicates(funcs: readonly LirFunc[], keep: ReadonlySet<string>): Map<string, string> {
  const first = new Map<string, string>();
  const representative = new Map<string, string>();
  for (const func of funcs) {
    const body = `${func.slots.join(",")} ${func.regCount}\n${printFunc(anonymous(func))}`;
    const known = first.get(body);
    if (known === undefined) first.set(body, func.name);
    else if (!keep.has(func.name)) representative.set(func.name, known);
  }
  return representative;
}

/** The function without its name, also where it calls itself. */
function anonymous(func: LirFunc): LirFunc {
  return { ...redirect(func, new Map([[func.name, "itself"]])), name: "" };
}

function redirect(func: LirFunc, representative: ReadonlyMap<string, string>): LirFunc {
  if (!func.insts.some((inst) => inst.kind === "call" && representative.has(inst.callee))) return func;
  const insts = func.insts.map((inst): LirInst => (inst.kind === "call" ? { ...inst, callee: representative.get(inst.callee) ?? inst.callee } : inst));
  return { ...func, insts };
}
