/** How intervals pass through operations: ranges.ts asks for each instruction. Everything that is not listed may be anything. */
import type { Inst } from "../ir/module.js";
import type { Type } from "../ir/ops.js";
import type { Interval } from "./interval.js";

const full = (bits: Type): Interval => ({ low: 0n, high: (1n << BigInt(bits)) - 1n });
const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);
/** The largest number with as many bits as this one. */
const allOnes = (x: bigint): bigint => (x === 0n ? 0n : (1n << BigInt(x.toString(2).length)) - 1n);

/** Of sums and products: exact where the largest fits, all of the type where it may wrap, cut off where it may not. */
function bounded(low: bigint, high: bigint, bits: Type, wraps: boolean): Interval {
  const all = full(bits);
  if (high <= all.high) return { low, high };
  return wraps ? all : { low: min(low, all.high), high: all.high };
}

/** Bits a value needs at most, by what it is read from. */
const SMALL: ReadonlyMap<string, number> = new Map([
  // Byte counts: no machine has more.
  ["calldata.size", 32],
  ["returndata.size", 32],
  ["code.size", 32],
]);

/**
 * The interval of an instruction's only result.
 *
 * @param arg the interval of an operand
 */
export function intervalOf(inst: Inst, types: readonly Type[], bits: Type, arg: (index: number) => Interval): Interval {
  const wraps = !inst.op.includes(".nuw") && !inst.op.includes(".checked");
  switch (inst.op) {
    case "const":
      return { low: inst.imm.int!, high: inst.imm.int! };
    case "zext":
      return arg(0);
    case "sext":
      return arg(0).high < 1n << BigInt(types[0]! - 1) ? arg(0) : full(bits);
    case "trunc":
      return arg(0).high <= full(bits).high ? arg(0) : full(bits);
    case "add":
    case "add.nuw":
    case "add.checked.u":
      return bounded(arg(0).low + arg(1).low, arg(0).high + arg(1).high, bits, wraps);
    case "mul":
    case "mul.nuw":
    case "mul.checked.u":
      return bounded(arg(0).low * arg(1).low, arg(0).high * arg(1).high, bits, wraps);
    case "sub":
      return arg(0).low >= arg(1).high ? { low: arg(0).low - arg(1).high, high: arg(0).high - arg(1).low } : full(bits);
    case "sub.nuw":
    case "sub.checked.u":
      return { low: max(0n, arg(0).low - arg(1).high), high: max(0n, arg(0).high - arg(1).low) };
    case "div.u":
    case "div.checked.u":
      return { low: 0n, high: arg(0).high / max(1n, arg(1).low) };
    case "rem.u":
    case "rem.checked.u":
      return { low: 0n, high: arg(1).high === 0n ? 0n : min(arg(0).high, arg(1).high - 1n) };
    case "and":
      return { low: 0n, high: min(arg(0).high, arg(1).high) };
    case "or":
    case "xor":
      return { low: inst.op === "or" ? max(arg(0).low, arg(1).low) : 0n, high: allOnes(max(arg(0).high, arg(1).high)) };
    case "shr.u":
      return { low: 0n, high: arg(1).low >= BigInt(bits) ? 0n : arg(0).high >> arg(1).low };
    case "shl":
      if (arg(1).low !== arg(1).high || arg(1).low >= BigInt(bits)) return full(bits);
      return bounded(arg(0).low << arg(1).low, arg(0).high << arg(1).low, bits, true);
    case "byte":
      return { low: 0n, high: 255n };
    case "clz":
      return { low: 0n, high: 256n };
    case "select":
      return { low: min(arg(1).low, arg(2).low), high: max(arg(1).high, arg(2).high) };
    default:
      return { low: 0n, high: full(Math.min(bits, SMALL.get(inst.op) ?? bits)).high };
  }
}
