/** Rules for bitwise operations, shifts and `select`. Constants stand on the right of commutative operations. */
import type { ValueId } from "../../ir/module.js";
import { log2, mask, type Rule, type SimplifyContext } from "./context.js";

const isNotOf = (cx: SimplifyContext, a: ValueId, b: ValueId): boolean => cx.def(a, "not")?.args[0] === b;

/** x & x, x & 0, x & ~x, x & ones, (x & a) & b; masks of whole bytes become conversions, which say the width. */
const and: Rule = (inst, cx) => {
  const [x, y] = inst.args as [ValueId, ValueId];
  const type = cx.type(x);
  if (x === y) return x;
  if (isNotOf(cx, x, y) || isNotOf(cx, y, x)) return cx.const(type, 0n);
  const c = cx.constOf(y);
  if (c === undefined) return undefined;
  if (c === 0n) return y;
  if (c === mask(type)) return x;
  const inner = cx.def(x, "and");
  const d = inner && cx.constOf(inner.args[1]!);
  if (inner && d !== undefined) return cx.emit("and", [cx.arg(inner, 0), cx.const(type, c & d)], type);
  const extended = cx.def(x, "zext");
  if (extended && (c & mask(cx.type(extended.args[0]!))) === mask(cx.type(extended.args[0]!))) return x;
  const bits = log2(c + 1n);
  return bits !== undefined && bits >= 8 && bits % 8 === 0 ? cx.emit("zext", [cx.emit("trunc", [x], bits)], type) : undefined;
};

/** x | x, x | 0, x | ones, x | ~x. */
const or: Rule = (inst, cx) => {
  const [x, y] = inst.args as [ValueId, ValueId];
  const type = cx.type(x);
  const c = cx.constOf(y);
  if (x === y || c === 0n) return x;
  if (c === mask(type)) return y;
  return isNotOf(cx, x, y) || isNotOf(cx, y, x) ? cx.const(type, mask(type)) : undefined;
};

/** x ^ x, x ^ 0, x ^ ones => ~x. */
const xor: Rule = (inst, cx) => {
  const [x, y] = inst.args as [ValueId, ValueId];
  const type = cx.type(x);
  if (x === y) return cx.const(type, 0n);
  const c = cx.constOf(y);
  if (c === 0n) return x;
  return c === mask(type) ? cx.emit("not", [x], type) : undefined;
};

const INVERSE: ReadonlyMap<string, string> = new Map([
  ["eq", "ne"],
  ["ne", "eq"],
  ["lt.u", "ge.u"],
  ["ge.u", "lt.u"],
  ["gt.u", "le.u"],
  ["le.u", "gt.u"],
  ["lt.s", "ge.s"],
  ["ge.s", "lt.s"],
  ["gt.s", "le.s"],
  ["le.s", "gt.s"],
]);

/** ~~x; the complement of a comparison is the opposite one. */
const not: Rule = (inst, cx) => {
  const inner = cx.def(inst.args[0]!);
  if (!inner) return undefined;
  if (inner.op === "not") return cx.arg(inner, 0);
  const inverse = INVERSE.get(inner.op);
  return inverse === undefined ? undefined : cx.emit(inverse, [cx.arg(inner, 0), cx.arg(inner, 1)], 1);
};

/** Shifts by 0 and beyond the width; two shifts the same way; there and back is a mask; an extended amount needs no extension. */
const shift: Rule = (inst, cx) => {
  const [x, amount] = inst.args as [ValueId, ValueId];
  const type = cx.type(x);
  const c = cx.constOf(amount);
  const narrow = cx.def(amount, "zext");
  if (narrow) return cx.emit(inst.op, [x, cx.arg(narrow, 0)], type);
  if (c === undefined) return undefined;
  if (c === 0n) return x;
  if (c >= BigInt(type)) return inst.op === "shr.s" ? undefined : cx.const(type, 0n);
  const inner = cx.def(x);
  const d = inner && (inner.op === "shl" || inner.op.startsWith("shr")) ? cx.constOf(inner.args[1]!) : undefined;
  if (inner === undefined || d === undefined || d >= BigInt(type)) return undefined;
  return shiftOfShift(inst.op, inner.op, cx.arg(inner, 0), type, c, d, cx);
};

function shiftOfShift(op: string, innerOp: string, x: ValueId, type: number, c: bigint, d: bigint, cx: SimplifyContext): ValueId | undefined {
  if (op === innerOp) {
    const sum = c + d;
    if (sum < BigInt(type)) return cx.emit(op, [x, cx.const(8, sum)], type);
    return op === "shr.s" ? cx.emit(op, [x, cx.const(8, BigInt(type - 1))], type) : cx.const(type, 0n);
  }
  if (c !== d) return undefined;
  if (op === "shr.u" && innerOp === "shl") return cx.emit("and", [x, cx.const(type, mask(type) >> c)], type);
  if (op === "shl") return cx.emit("and", [x, cx.const(type, (mask(type) >> c) << c)], type);
  // Sign extension by shifting there and back, where the kept part is a type.
  const kept = type - Number(c);
  if (op !== "shr.s" || innerOp !== "shl" || kept % 8 !== 0) return undefined;
  return cx.emit("sext", [cx.emit("trunc", [x], kept)], type);
}

/** signextend(k, x) with constant k says a width. */
const signextend: Rule = (inst, cx) => {
  const [k, x] = inst.args as [ValueId, ValueId];
  const c = cx.constOf(k);
  if (c === undefined) return undefined;
  return c > 30n ? x : cx.emit("sext", [cx.emit("trunc", [x], 8 * Number(c) + 8)], 256);
};

/** byte(i, x) with constant i is a shift and a mask. */
const byte: Rule = (inst, cx) => {
  const [i, x] = inst.args as [ValueId, ValueId];
  const c = cx.constOf(i);
  if (c === undefined) return undefined;
  if (c > 31n) return cx.const(256, 0n);
  const shifted = c === 31n ? x : cx.emit("shr.u", [x, cx.const(8, 8n * (31n - c))], 256);
  return c === 0n ? shifted : cx.emit("zext", [cx.emit("trunc", [shifted], 8)], 256);
};

const select: Rule = (inst, cx) => {
  const [condition, then, otherwise] = inst.args as [ValueId, ValueId, ValueId];
  const type = cx.type(then);
  const known = cx.constOf(condition);
  if (then === otherwise) return then;
  if (known !== undefined) return known === 1n ? then : otherwise;
  const inverted = cx.def(condition, "not");
  if (inverted) return cx.emit("select", [cx.arg(inverted, 0), otherwise, then], type);
  const [a, b] = [cx.constOf(then), cx.constOf(otherwise)];
  if (a === 1n && b === 0n) return cx.resize(condition, type);
  if (a === 0n && b === 1n) return cx.resize(cx.emit("not", [condition], 1), type);
  if (type !== 1) return undefined;
  if (b === 0n) return cx.emit("and", [condition, then], 1);
  if (a === 1n) return cx.emit("or", [condition, otherwise], 1);
  return undefined;
};

export const BIT_RULES: readonly (readonly [string, Rule])[] = [
  ["and", and],
  ["or", or],
  ["xor", xor],
  ["not", not],
  ["shl", shift],
  ["shr.u", shift],
  ["shr.s", shift],
  ["signextend", signextend],
  ["byte", byte],
  ["select", select],
];
