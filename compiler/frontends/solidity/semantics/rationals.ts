/**
 * Exact arithmetic of literals and constant expressions: rationals of unlimited size, with solc's limit of 4096 bits per
 * numerator and denominator.
 */
import type { BinaryOperator, NumberLiteral, UnaryOperator } from "../syntax/ast.js";

/** denominator > 0, reduced. */
export interface Rational {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

const LIMIT_BITS = 4096;

/** Units and what they multiply a literal with. */
const units: Readonly<Record<string, bigint>> = {
  wei: 1n,
  gwei: 10n ** 9n,
  szabo: 10n ** 12n,
  finney: 10n ** 15n,
  ether: 10n ** 18n,
  seconds: 1n,
  minutes: 60n,
  hours: 3600n,
  days: 86_400n,
  weeks: 604_800n,
  years: 31_536_000n,
};

export function abs(value: bigint): bigint {
  return value < 0n ? -value : value;
}

/** Number of bits of the absolute value; 0 for 0. */
export function bitLength(value: bigint): number {
  return value === 0n ? 0 : abs(value).toString(16).length * 4 - Math.clz32(parseInt(abs(value).toString(16)[0]!, 16)) + 28;
}

function gcd(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
}

/** The reduced fraction. @param denominator not 0 */
export function makeRational(numerator: bigint, denominator = 1n): Rational {
  if (denominator === 1n) return { numerator, denominator };
  if (denominator < 0n) [numerator, denominator] = [-numerator, -denominator];
  const divisor = gcd(abs(numerator), denominator);
  return { numerator: numerator / divisor, denominator: denominator / divisor };
}

/** Whether a value is within the precision of constants, 4096 bits. */
export function fitsPrecision(value: Rational): boolean {
  return value.numerator === 0n || Math.max(bitLength(value.numerator), bitLength(value.denominator)) - 1 <= LIMIT_BITS;
}

/** The value of a number literal with its unit; undefined for what is malformed or beyond 4096 bits. */
export function literalValue(literal: NumberLiteral): Rational | undefined {
  const value = literal.isHex ? hexValue(literal.value) : decimalValue(literal.value);
  const factor = literal.subDenomination === undefined ? 1n : units[literal.subDenomination]!;
  return value && makeRational(value.numerator * factor, value.denominator);
}

function hexValue(text: string): Rational | undefined {
  return /^0x[0-9a-fA-F]+$/.test(text) ? makeRational(BigInt(text)) : undefined;
}

function decimalValue(text: string): Rational | undefined {
  const match = /^(\d*)(?:\.(\d+))?(?:[eE](-?\d+))?$/.exec(text);
  if (!match || (match[1] === "" && match[2] === undefined)) return undefined;
  const [, whole = "", fraction = "", exponentText = "0"] = match;
  const mantissa = makeRational(BigInt(whole + fraction), 10n ** BigInt(fraction.length));
  const exponent = Number(exponentText);
  if (mantissa.numerator === 0n || exponent === 0) return mantissa;
  const grown = exponent > 0 ? mantissa.numerator : mantissa.denominator;
  if (bitLength(grown) + Math.abs(exponent) * Math.log2(10) > LIMIT_BITS + 1) return undefined;
  const power = 10n ** BigInt(Math.abs(exponent));
  return exponent > 0 ? makeRational(mantissa.numerator * power, mantissa.denominator) : makeRational(mantissa.numerator, mantissa.denominator * power);
}

/** The value of `-x` or `~x`; undefined where the operator does not apply. */
export function applyUnary(operator: UnaryOperator, value: Rational): Rational | undefined {
  if (operator === "-") return { numerator: -value.numerator, denominator: value.denominator };
  if (operator === "~" && value.denominator === 1n) return makeRational(~value.numerator);
  return undefined;
}

/** The value of an arithmetic or bit operation; undefined for division by zero, fractional bits, or results that are too large. */
export function applyBinary(operator: BinaryOperator, left: Rational, right: Rational): Rational | undefined {
  switch (operator) {
    case "+":
      return makeRational(left.numerator * right.denominator + right.numerator * left.denominator, left.denominator * right.denominator);
    case "-":
      return makeRational(left.numerator * right.denominator - right.numerator * left.denominator, left.denominator * right.denominator);
    case "*":
      return makeRational(left.numerator * right.numerator, left.denominator * right.denominator);
    case "/":
      return right.numerator === 0n ? undefined : makeRational(left.numerator * right.denominator, left.denominator * right.numerator);
    case "%":
      return right.numerator === 0n ? undefined : remainder(left, right);
    case "**":
      return right.denominator === 1n ? power(left, right.numerator) : undefined;
    default:
      return left.denominator === 1n && right.denominator === 1n ? applyBits(operator, left.numerator, right.numerator) : undefined;
  }
}

function remainder(left: Rational, right: Rational): Rational {
  const quotient = (left.numerator * right.denominator) / (left.denominator * right.numerator);
  return applyBinary("-", left, makeRational(quotient * right.numerator, right.denominator))!;
}

function applyBits(operator: BinaryOperator, left: bigint, right: bigint): Rational | undefined {
  switch (operator) {
    case "|":
      return makeRational(left | right);
    case "^":
      return makeRational(left ^ right);
    case "&":
      return makeRational(left & right);
    case "<<":
      if (right < 0n || right > 0xffffffffn) return undefined;
      if (left === 0n) return makeRational(0n);
      return BigInt(bitLength(left)) + right > BigInt(LIMIT_BITS) ? undefined : makeRational(left << right);
    case ">>":
      if (right < 0n || right > 0xffffffffn) return undefined;
      return makeRational(left >> right);
    default:
      return undefined;
  }
}

function power(base: Rational, exponent: bigint): Rational | undefined {
  if (exponent === 0n) return makeRational(1n);
  if (base.denominator === 1n && (base.numerator === 0n || base.numerator === 1n)) return base;
  if (base.denominator === 1n && base.numerator === -1n) return makeRational(abs(exponent) % 2n === 0n ? 1n : -1n);
  const size = abs(exponent);
  if (size > 0xffffffffn || !powerFits(base.numerator, size) || !powerFits(base.denominator, size)) return undefined;
  const [numerator, denominator] = [base.numerator ** size, base.denominator ** size];
  if (exponent > 0n) return makeRational(numerator, denominator);
  return numerator === 0n ? undefined : makeRational(denominator, numerator);
}

function powerFits(base: bigint, exponent: bigint): boolean {
  const bits = bitLength(base);
  return bits <= 1 || (bits <= LIMIT_BITS && exponent * BigInt(bits) <= BigInt(LIMIT_BITS));
}

export function compareRationals(a: Rational, b: Rational): number {
  const difference = a.numerator * b.denominator - b.numerator * a.denominator;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
