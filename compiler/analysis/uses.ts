/** Definitions and use counts of a function's values, indexed by value id. Valid until an instruction changes. */
import type { Block, Func, Inst, ValueId } from "../ir/module.js";

/** The defining instruction by value; undefined for function and block parameters. */
export function computeDefs(func: Func): (Inst | undefined)[] {
  const defs = new Array<Inst | undefined>(func.valueTypes.length).fill(undefined);
  for (const block of func.blocks) for (const inst of block.insts) for (const result of inst.results) defs[result] = inst;
  return defs;
}

/** How often each value is an operand or an argument of a jump. */
export function countUses(func: Func): Uint32Array {
  const counts = new Uint32Array(func.valueTypes.length);
  forEachUse(func, (value) => counts[value]!++);
  return counts;
}

/** Visits every use: operands and jump arguments. */
export function forEachUse(func: Func, visit: (value: ValueId, inst: Inst, block: Block) => void): void {
  for (const block of func.blocks)
    for (const inst of block.insts) {
      for (const arg of inst.args) visit(arg, inst, block);
      for (const target of inst.targets) for (const arg of target.args) visit(arg, inst, block);
    }
}

/** The instructions that use each value, once per use. */
export function computeUsers(func: Func): Inst[][] {
  const users: Inst[][] = Array.from({ length: func.valueTypes.length }, () => []);
  forEachUse(func, (value, inst) => users[value]!.push(inst));
  return users;
}
