/**
 * Which values of a function may keep dirty upper bits on the EVM's 256-bit words.
 *
 *   %c:i8 = add %a, %b      no mask: the only use masks anyway
 *   %d:i8 = mul %c, %b      mask here, as `lt.u` looks at the whole word
 *   %e:i1 = lt.u %d, %a
 *
 * A demand is the strictest of a value's uses:
 *   any      every use gives the same result whatever the upper bits are
 *   address  uses are trusted addresses and lengths as well: a value that is *loaded or truncated* may stay as it is, since
 *            trusted memory addresses are small by construction; the result of arithmetic that may wrap may not
 *   clean    some use looks at the whole word
 */
import type { Block, Func, Inst, ValueId } from "../../../compiler/ir/module.js";

export const Demand = { any: 0, address: 1, clean: 2 } as const;

/** Operations whose result's low N bits depend on the operands' low N bits only, or that extend the sign themselves. */
const TOLERANT: ReadonlySet<string> = new Set([
  "add",
  "sub",
  "mul",
  "and",
  "or",
  "xor",
  "not",
  "trunc",
  "sext",
  "div.s",
  "rem.s",
  "lt.s",
  "gt.s",
  "le.s",
  "ge.s",
  "add.checked.s",
  "sub.checked.s",
  "mul.checked.s",
  "div.checked.s",
  "rem.checked.s",
]);

/** Operand positions that tolerate dirty bits, of instructions whose other positions do not. */
const TOLERANT_ARGS: Readonly<Record<string, readonly number[]>> = { shl: [0], "shr.s": [0], "mem.store.byte": [1], "mem.store.s": [1] };

/** Operand positions that are trusted memory addresses and lengths where their type is i64. */
const ADDRESS_ARGS: Readonly<Record<string, readonly number[]>> = {
  "mem.load": [0],
  "mem.store": [0],
  "mem.store.s": [0],
  "mem.load.byte": [0],
  "mem.store.byte": [0],
  "mem.copy": [0, 1, 2],
  "mem.zero": [0, 1],
  "mem.keccak": [0, 1],
  "mem.ensure": [0, 1],
  "slot.map.bytes": [0, 1],
  "object.copy": [0],
  "object.runtime.copy": [0],
  "calldata.copy": [0, 2],
  "returndata.copy": [0, 2],
  "data.copy": [0, 2],
  "code.copy": [0, 2],
  log: [0, 1],
  "exit.return": [0, 1],
  "exit.revert": [0, 1],
  "ext.call": [3, 4, 5, 6],
  "ext.callcode": [3, 4, 5, 6],
  "ext.delegatecall": [2, 3, 4, 5],
  "ext.staticcall": [2, 3, 4, 5],
  "ext.create": [1, 2],
  "ext.create2": [1, 2],
};

function useDemand(func: Func, inst: Inst, position: number, demands: Uint8Array): number {
  const { op } = inst;
  if (op === "add.nuw" || op === "sub.nuw" || op === "mul.nuw") return demands[inst.results[0]!]!;
  if (TOLERANT.has(op) || TOLERANT_ARGS[op]?.includes(position)) return Demand.any;
  if (func.typeOf(inst.args[position]!) === 64 && ADDRESS_ARGS[op]?.includes(position)) return Demand.address;
  return Demand.clean;
}

/** The demand on each value, by value id. */
export function computeDemands(func: Func, blocks: readonly Block[]): Uint8Array {
  const demands = new Uint8Array(func.valueTypes.length);
  const paramsOf = new Map(blocks.map((block) => [block.id, block.params]));
  let changed = true;
  const raise = (value: ValueId, demand: number): void => {
    if (demands[value]! >= demand) return;
    demands[value] = demand;
    changed = true;
  };
  while (changed) {
    changed = false;
    for (let i = blocks.length - 1; i >= 0; i--) {
      const { insts } = blocks[i]!;
      for (let j = insts.length - 1; j >= 0; j--) {
        const inst = insts[j]!;
        inst.args.forEach((arg, position) => raise(arg, useDemand(func, inst, position, demands)));
        for (const target of inst.targets) {
          const params = paramsOf.get(target.block)!;
          target.args.forEach((arg, k) => raise(arg, demands[params[k]!]!));
        }
      }
    }
  }
  return demands;
}
