/**
 * How the contracts of lines before 0.8 fail where later ones panic: by the INVALID opcode, which gives no data and takes all gas.
 *
 *   panic 0x32   ->   exit.invalid
 *
 * Runs over a finished module, helpers included, so that the code that builds checks need not know of lines. Instructions that panic by
 * themselves (`div.checked.u`) are left: code of those lines is lowered without them.
 */
import type { Module } from "../../../ir/module.js";

export function panicByInvalid(module: Module): void {
  for (const func of module.funcs.values())
    for (const block of func.blocks) block.insts = block.insts.map((inst) => (inst.op === "panic" ? { ...inst, op: "exit.invalid", imm: {} } : inst));
}
