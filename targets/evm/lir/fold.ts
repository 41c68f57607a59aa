/** Constant folding and the identities of words that the builder applies while it appends. */
import { hasOpcode, type Fork } from "../hardfork.js";
import type { LFunc, Word } from "./lir.js";

const MODULUS = 1n << 256n;
const wrap = (value: bigint): bigint => ((value % MODULUS) + MODULUS) % MODULUS;
const signed = (value: bigint): bigint => BigInt.asIntN(256, value);
const bool = (value: boolean): bigint => (value ? 1n : 0n);

const BINARY: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  ADD: (a, b) => a + b,
  SUB: (a, b) => a - b,
  MUL: (a, b) => a * b,
  DIV: (a, b) => (b === 0n ? 0n : a / b),
  MOD: (a, b) => (b === 0n ? 0n : a % b),
  AND: (a, b) => a & b,
  OR: (a, b) => a | b,
  XOR: (a, b) => a ^ b,
  LT: (a, b) => bool(a < b),
  GT: (a, b) => bool(a > b),
  SLT: (a, b) => bool(signed(a) < signed(b)),
  SGT: (a, b) => bool(signed(a) > signed(b)),
  EQ: (a, b) => bool(a === b),
  SHL: (a, b) => (a > 255n ? 0n : b << a),
  SHR: (a, b) => (a > 255n ? 0n : b >> a),
  SAR: (a, b) => (a > 255n ? (signed(b) < 0n ? -1n : 0n) : signed(b) >> a),
  SIGNEXTEND: (k, x) => (k > 30n ? x : BigInt.asIntN(8 * Number(k) + 8, x)),
};

/** What simplification needs of the builder that it serves. */
export interface Emitter {
  readonly func: LFunc;
  readonly fork: Fork;
  const(value: bigint | number): Word;
  bits(word: Word): number;
  isZero(word: Word): Word;
  op(name: string, ...args: Word[]): Word;
}

/** The result where all operands are constants and the opcode is one that folds. */
export function foldWords(name: string, args: readonly (bigint | undefined)[]): bigint | undefined {
  const [a, b] = args;
  if (a === undefined) return undefined;
  if (name === "ISZERO") return bool(a === 0n);
  if (name === "NOT") return MODULUS - 1n - a;
  const fold = BINARY[name];
  return fold && b !== undefined ? wrap(fold(a, b)) : undefined;
}

/** log2 of a power of two, else undefined. */
export function exactLog2(value: bigint): number | undefined {
  return value > 0n && (value & (value - 1n)) === 0n ? value.toString(2).length - 1 : undefined;
}

/** A cheaper equal of an opcode, or undefined. `constants` are the operands' numbers where known. */
export function simplify(b: Emitter, name: string, args: readonly Word[], constants: readonly (bigint | undefined)[]): Word | undefined {
  const [x, y] = args as [Word, Word];
  const [cx, cy] = constants;
  switch (name) {
    case "ADD":
      return cx === 0n ? y : cy === 0n ? x : undefined;
    case "SUB":
      return cy === 0n ? x : x === y ? b.const(0) : otherAddend(b, x, y);
    case "OR":
    case "XOR":
      if (x === y) return name === "OR" ? x : b.const(0);
      return cx === 0n ? y : cy === 0n ? x : undefined;
    case "AND":
      return simplifyAnd(b, x, y, cx, cy);
    case "MUL":
      return cx !== undefined ? simplifyMul(b, y, cx) : cy !== undefined ? simplifyMul(b, x, cy) : undefined;
    case "DIV":
      return cy === undefined ? undefined : simplifyDiv(b, x, cy);
    case "MOD": {
      const log = cy === undefined ? undefined : exactLog2(cy);
      return log === undefined ? undefined : b.op("AND", b.const(cy! - 1n), x);
    }
    case "SHL":
    case "SHR":
      return cx === 0n ? y : cx !== undefined && cx > 255n ? b.const(0) : name === "SHR" && cx !== undefined && b.bits(y) <= Number(cx) ? b.const(0) : undefined;
    case "SAR":
      return cx === 0n ? y : undefined;
    case "EQ":
      if (x === y) return b.const(1);
      return cx === 0n ? b.isZero(y) : cy === 0n ? b.isZero(x) : undefined;
    case "LT":
      return cy === 1n ? b.isZero(x) : cx === 0n && b.bits(y) <= 1 ? y : cy === 0n || x === y ? b.const(0) : undefined;
    case "GT":
      return cx === 1n ? b.isZero(y) : cy === 0n && b.bits(x) <= 1 ? x : cx === 0n || x === y ? b.const(0) : undefined;
    case "ISZERO":
      return simplifyIsZero(b, x);
    default:
      return undefined;
  }
}

/** (a + y) - y is a. */
function otherAddend(b: Emitter, sum: Word, y: Word): Word | undefined {
  const inst = b.func.defInst(sum);
  if (inst?.op !== "ADD") return undefined;
  const [left, right] = inst.args as [Word, Word];
  return right === y ? left : left === y ? right : undefined;
}

/** ISZERO(ISZERO(x)) is x where x is 0 or 1. */
function simplifyIsZero(b: Emitter, x: Word): Word | undefined {
  const inner = b.func.defInst(x);
  return inner?.op === "ISZERO" && b.bits(inner.args[0]!) <= 1 ? inner.args[0]! : undefined;
}

function simplifyAnd(b: Emitter, x: Word, y: Word, cx: bigint | undefined, cy: bigint | undefined): Word | undefined {
  if (x === y) return x;
  if (cx === 0n || cy === 0n) return b.const(0);
  // A mask of ones that covers all bits that can be set.
  const covers = (mask: bigint | undefined, other: Word): boolean =>
    mask !== undefined && exactLog2(mask + 1n) !== undefined && (mask + 1n).toString(2).length - 1 >= b.bits(other);
  return covers(cx, y) ? y : covers(cy, x) ? x : undefined;
}

function simplifyMul(b: Emitter, x: Word, factor: bigint): Word | undefined {
  if (factor === 0n) return b.const(0);
  const log = exactLog2(factor);
  if (log === undefined) return undefined;
  return log === 0 ? x : hasOpcode(b.fork, "SHL") ? b.op("SHL", b.const(log), x) : undefined;
}

function simplifyDiv(b: Emitter, x: Word, divisor: bigint): Word | undefined {
  if (divisor === 0n) return b.const(0);
  const log = exactLog2(divisor);
  if (log === undefined) return undefined;
  return log === 0 ? x : hasOpcode(b.fork, "SHR") ? b.op("SHR", b.const(log), x) : undefined;
}
