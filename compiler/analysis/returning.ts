/** Which functions of a module ever return to their caller; the others end every path in an exit, a panic or a call of such a function. */
import type { Module } from "../ir/module.js";
import { computeCfg } from "./cfg.js";

/** Names of the functions that may return to their caller: a `ret` is reachable without passing a call that never returns. */
export function findReturning(module: Module): Set<string> {
  const returning = new Set<string>();
  const flows = [...module.funcs.values()].map((func) => ({ func, cfg: computeCfg(func) }));
  for (let changed = true; changed;) {
    changed = false;
    for (const { func, cfg } of flows) {
      if (returning.has(func.name)) continue;
      const seen = new Set<number>([func.entry.id]);
      const work = [func.entry.id];
      while (work.length > 0) {
        const id = work.pop()!;
        const block = cfg.blocks[id]!;
        if (block.insts.some((inst) => inst.op === "call" && !returning.has(inst.imm.func!))) continue;
        if (block.insts[block.insts.length - 1]!.op === "ret") {
          returning.add(func.name);
          changed = true;
          break;
        }
        for (const to of cfg.succs[id]!) {
          if (seen.has(to)) continue;
          seen.add(to);
          work.push(to);
        }
      }
    }
  }
  return returning;
}
