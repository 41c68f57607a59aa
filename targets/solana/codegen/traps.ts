/**
 * Which functions of a module may end their contract's frame: only those return a status, and only their callers check one.
 * A fixed point over the call graph, starting from "none".
 */
import type { Func, Inst, Module } from "../../../compiler/ir/module.js";
import { opInfo } from "../../../compiler/ir/ops.js";

/** Instructions whose address operand decides: trusted addresses (i64) need no check here. */
const BY_ADDRESS: ReadonlyMap<string, number> = new Map([
  ["mem.load", 0],
  ["mem.store", 0],
  ["mem.store.s", 0],
  ["mem.load.byte", 0],
  ["mem.store.byte", 0],
  ["mem.copy", 0],
  ["mem.zero", 0],
  ["mem.keccak", 0],
  ["calldata.copy", 0],
  ["code.copy", 0],
  ["extcode.copy", 1],
]);
/** The table says that these may trap; on this target they do not. */
const NEVER: ReadonlySet<string> = new Set(["slot.map.bytes"]);

function mayTrap(func: Func, inst: Inst, trapping: ReadonlySet<string>): boolean {
  if (inst.op === "call") return trapping.has(inst.imm.func ?? "");
  if (!opInfo(inst.op).traps || NEVER.has(inst.op)) return false;
  const address = BY_ADDRESS.get(inst.op);
  return address === undefined || func.typeOf(inst.args[address]!) !== 64;
}

/** Names of the functions that may trap. */
export function trappingFunctions(module: Module): Set<string> {
  const trapping = new Set<string>();
  for (let changed = true; changed;) {
    changed = false;
    for (const func of module.funcs.values()) {
      if (trapping.has(func.name)) continue;
      if (func.blocks.some((block) => block.insts.some((inst) => mayTrap(func, inst, trapping)))) {
        trapping.add(func.name);
        changed = true;
      }
    }
  }
  return trapping;
}
