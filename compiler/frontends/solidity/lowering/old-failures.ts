/**
 * How the contracts of lines before 0.8 fail where later ones panic: by the INVALID opcode, which gives no data and takes all gas; what
 * cannot be allocated reverts without data.
 *
 *   panic 0x32   ->   exit.invalid             panic 0x41   ->   exit.revert 0, 0
 *
 * Runs over a finished module, helpers included, so that the code that builds checks need not know of lines. Instructions that panic by
 * themselves (`div.checked.u`) are left: code of those lines is lowered without them.
 */
import { Builder } from "../../../ir/builder.js";
import type { Block, Func, Inst, Module } from "../../../ir/module.js";
import { PTR } from "../../../ir/ops.js";

/** Allocation of too much memory, or a too large array. */
const ALLOCATION = 0x41;

export function panicByInvalid(module: Module): void {
  for (const func of module.funcs.values()) for (const block of func.blocks) rewrite(func, block);
}

/** A panic ends its block. */
function rewrite(func: Func, block: Block): void {
  const last = block.insts[block.insts.length - 1]!;
  if (last.op !== "panic") return;
  block.insts.pop();
  if (last.imm.code === ALLOCATION) revertAsBefore(func, block, last);
  else block.insts.push({ ...last, op: "exit.invalid", imm: {} });
}

function revertAsBefore(func: Func, block: Block, panic: Inst): void {
  const b = new Builder(func);
  b.at(block);
  b.span = panic.span;
  b.exit("exit.revert", [b.const(PTR, 0), b.const(PTR, 0)]);
}
