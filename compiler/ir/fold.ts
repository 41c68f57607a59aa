/**
 * The meaning of the operations that depend on their operands only: arithmetic, bits, comparisons, conversions. The interpreter runs
 * them and constant folding computes with them, so the two cannot disagree. Operands are in [0, 2^N).
 */
import type { Type } from "./ops.js";

/** The operation ends the execution with Panic(code). */
export interface Trap {
  readonly trap: number;
}

/** Solidity's panic codes of arithmetic. */
export const PANIC_OVERFLOW = 0x11;
export const PANIC_DIVISION = 0x12;

const OVERFLOW: Trap = { trap: PANIC_OVERFLOW };
const DIVISION: Trap = { trap: PANIC_DIVISION };

/** A claim of the IR (`add.nuw`: no overflow) does not hold. */
export type FalseClaim = "false claim";

/** `n`: width of the first operand, `r`: width of the result. */
type Evaluate = (a: bigint, b: bigint, n: Type, r: Type, c: bigint) => bigint | Trap | FalseClaim;

const bool = (condition: boolean): bigint => (condition ? 1n : 0n);
const signed = (x: bigint, n: Type): bigint => BigInt.asIntN(n, x);
const wrap = (x: bigint, n: Type): bigint => BigInt.asUintN(n, x);
const fits = (x: bigint, n: Type): boolean => BigInt.asUintN(n, x) === x;

function checkedUnsigned(x: bigint, n: Type): bigint | Trap {
  return fits(x, n) ? x : OVERFLOW;
}
function checkedSigned(x: bigint, n: Type): bigint | Trap {
  return BigInt.asIntN(n, x) === x ? wrap(x, n) : OVERFLOW;
}
function claimed(x: bigint, n: Type): bigint | FalseClaim {
  return fits(x, n) ? x : "false claim";
}

/** Square and multiply modulo 2^n; bases are unsigned. */
function powerModulo(base: bigint, exponent: bigint, n: Type): bigint {
  let result = 1n;
  for (let square = base, e = exponent; e > 0n && result !== 0n; e >>= 1n) {
    if (e & 1n) result = wrap(result * square, n);
    square = wrap(square * square, n);
  }
  return wrap(result, n);
}

/** The exact power where it needs at most `n` bits and a sign, else undefined. Bases of magnitude 0 and 1 take any exponent. */
function exactPower(base: bigint, exponent: bigint, n: Type): bigint | undefined {
  if (exponent === 0n || base === 1n) return 1n;
  if (base === 0n) return 0n;
  if (base === -1n) return exponent & 1n ? -1n : 1n;
  return exponent > BigInt(n) ? undefined : base ** exponent;
}

function checkedPower(base: bigint, exponent: bigint, n: Type, check: (x: bigint, n: Type) => bigint | Trap): bigint | Trap {
  const power = exactPower(base, exponent, n);
  return power === undefined ? OVERFLOW : check(power, n);
}

const EVALUATE = new Map<string, Evaluate>(
  Object.entries<Evaluate>({
    add: (a, b, n) => wrap(a + b, n),
    sub: (a, b, n) => wrap(a - b, n),
    mul: (a, b, n) => wrap(a * b, n),
    "add.nuw": (a, b, n) => claimed(a + b, n),
    "sub.nuw": (a, b, n) => claimed(a - b, n),
    "mul.nuw": (a, b, n) => claimed(a * b, n),
    "div.u": (a, b) => (b === 0n ? 0n : a / b),
    "div.s": (a, b, n) => (b === 0n ? 0n : wrap(signed(a, n) / signed(b, n), n)),
    "rem.u": (a, b) => (b === 0n ? 0n : a % b),
    "rem.s": (a, b, n) => (b === 0n ? 0n : wrap(signed(a, n) % signed(b, n), n)),
    exp: (a, b, n) => powerModulo(a, b, n),
    addmod: (a, b, _n, _r, m) => (m === 0n ? 0n : (a + b) % m),
    mulmod: (a, b, _n, _r, m) => (m === 0n ? 0n : (a * b) % m),
    "add.checked.u": (a, b, n) => checkedUnsigned(a + b, n),
    "add.checked.s": (a, b, n) => checkedSigned(signed(a, n) + signed(b, n), n),
    "sub.checked.u": (a, b, n) => checkedUnsigned(a - b, n),
    "sub.checked.s": (a, b, n) => checkedSigned(signed(a, n) - signed(b, n), n),
    "mul.checked.u": (a, b, n) => checkedUnsigned(a * b, n),
    "mul.checked.s": (a, b, n) => checkedSigned(signed(a, n) * signed(b, n), n),
    "div.checked.u": (a, b) => (b === 0n ? DIVISION : a / b),
    "div.checked.s": (a, b, n) => (b === 0n ? DIVISION : checkedSigned(signed(a, n) / signed(b, n), n)),
    "rem.checked.u": (a, b) => (b === 0n ? DIVISION : a % b),
    "rem.checked.s": (a, b, n) => (b === 0n ? DIVISION : wrap(signed(a, n) % signed(b, n), n)),
    "exp.checked.u": (a, b, n) => checkedPower(a, b, n, checkedUnsigned),
    "exp.checked.s": (a, b, n) => checkedPower(signed(a, n), b, n, checkedSigned),
    and: (a, b) => a & b,
    or: (a, b) => a | b,
    xor: (a, b) => a ^ b,
    not: (a, _b, n) => wrap(~a, n),
    shl: (a, b, n) => (b >= BigInt(n) ? 0n : wrap(a << b, n)),
    "shr.u": (a, b, n) => (b >= BigInt(n) ? 0n : a >> b),
    "shr.s": (a, b, n) => wrap(signed(a, n) >> (b >= BigInt(n) ? BigInt(n) : b), n),
    byte: (i, x) => (i > 31n ? 0n : (x >> (8n * (31n - i))) & 0xffn),
    signextend: (k, x) => (k > 30n ? x : wrap(BigInt.asIntN(8 * Number(k) + 8, x), 256)),
    clz: (a) => (a === 0n ? 256n : BigInt(256 - a.toString(2).length)),
    eq: (a, b) => bool(a === b),
    ne: (a, b) => bool(a !== b),
    "lt.u": (a, b) => bool(a < b),
    "lt.s": (a, b, n) => bool(signed(a, n) < signed(b, n)),
    "gt.u": (a, b) => bool(a > b),
    "gt.s": (a, b, n) => bool(signed(a, n) > signed(b, n)),
    "le.u": (a, b) => bool(a <= b),
    "le.s": (a, b, n) => bool(signed(a, n) <= signed(b, n)),
    "ge.u": (a, b) => bool(a >= b),
    "ge.s": (a, b, n) => bool(signed(a, n) >= signed(b, n)),
    zext: (a) => a,
    sext: (a, _b, n, r) => wrap(signed(a, n), r),
    trunc: (a, _b, _n, r) => wrap(a, r),
    select: (condition, then, _n, _r, otherwise) => (condition === 1n ? then : otherwise),
  }),
);

/** True for the operations that this file defines. */
export function isFoldable(op: string): boolean {
  return EVALUATE.has(op);
}

/**
 * Evaluates an operation of constants; undefined for operations that depend on more than their operands.
 *
 * @param types the operands' types in order, then the result's
 */
export function evaluate(op: string, types: readonly Type[], args: readonly bigint[]): bigint | Trap | FalseClaim | undefined {
  return EVALUATE.get(op)?.(args[0]!, args[1] ?? 0n, types[0]!, types[types.length - 1]!, args[2] ?? 0n);
}

/**
 * Constant folding: the result, "trap" where the operation panics for these operands, undefined where it cannot be folded (the
 * operation depends on more than its operands, or its claim is false and nothing may be concluded).
 *
 * @param types the operands' types in order, then the result's
 */
export function foldOp(op: string, types: readonly Type[], args: readonly bigint[]): bigint | "trap" | undefined {
  const result = evaluate(op, types, args);
  if (typeof result === "bigint" || result === undefined) return result;
  return result === "false claim" ? undefined : "trap";
}
