/** Rules for sums, products, quotients and powers, wrapping, claimed and checked. Constants stand on the right of commutative operations. */
import type { Inst, ValueId } from "../../ir/module.js";
import { log2, mask, type Rule, type SimplifyContext } from "./context.js";

/** x + 0; (x + a) + b => x + (a + b), claimed not to wrap where both sums are. */
const sum: Rule = (inst, cx) => {
  const [x, y] = inst.args as [ValueId, ValueId];
  const c = cx.constOf(y);
  if (c === 0n) return x;
  if (c === undefined || inst.op.includes("checked")) return undefined;
  const inner = cx.def(x, "add") ?? cx.def(x, "add.nuw");
  const d = inner && cx.constOf(inner.args[1]!);
  const op = inner?.op === inst.op ? inst.op : "add";
  return inner && d !== undefined ? cx.emit(op, [cx.arg(inner, 0), cx.const(cx.type(x), c + d)], cx.type(x)) : undefined;
};

/** x - 0, x - x; (x + a) - b => x + (a - b) where nothing is claimed. */
const difference: Rule = (inst, cx) => {
  const [x, y] = inst.args as [ValueId, ValueId];
  const type = cx.type(x);
  if (x === y) return cx.const(type, 0n);
  const c = cx.constOf(y);
  if (c === 0n) return x;
  if (inst.op !== "sub") return undefined;
  const inner = cx.def(x, "add");
  const d = inner && cx.constOf(inner.args[1]!);
  return c !== undefined && inner && d !== undefined ? cx.emit("add", [cx.arg(inner, 0), cx.const(type, d - c)], type) : undefined;
};

/** x * 0, x * 1, x * 2^k => x << k. On narrow types a claimed product is worth more than a shift, which would have to wrap. */
const product: Rule = (inst, cx) => {
  const [x, y] = inst.args as [ValueId, ValueId];
  const type = cx.type(x);
  const c = cx.constOf(y);
  if (c === 0n) return y;
  // On i1 the signed number of the bit pattern 1 is -1.
  if (c === 1n && (type > 1 || !inst.op.endsWith(".s"))) return x;
  const shift = c === undefined ? undefined : log2(c);
  if (shift === undefined || !(inst.op === "mul" || (inst.op === "mul.nuw" && type === 256))) return undefined;
  return cx.emit("shl", [x, cx.const(8, BigInt(shift))], type);
};

/** Division of unsigned numbers by a constant; the checked forms do not trap where the divisor is not 0. */
const unsignedDivision: Rule = (inst, cx) => {
  const [x, y] = inst.args as [ValueId, ValueId];
  const type = cx.type(x);
  const c = cx.constOf(y);
  const checked = inst.op.includes("checked");
  const remainder = inst.op.startsWith("rem");
  if (c === undefined) return undefined;
  if (c === 0n) return checked ? undefined : y;
  if (c === 1n) return remainder ? cx.const(type, 0n) : x;
  const shift = log2(c);
  if (shift !== undefined) return remainder ? cx.emit("and", [x, cx.const(type, c - 1n)], type) : cx.emit("shr.u", [x, cx.const(8, BigInt(shift))], type);
  return checked ? cx.emit(remainder ? "rem.u" : "div.u", [x, y], type) : undefined;
};

/** Signed division by a constant: 1 and, for dropping the check, anything but 0 and -1. */
const signedDivision: Rule = (inst, cx) => {
  const [x, y] = inst.args as [ValueId, ValueId];
  const type = cx.type(x);
  const c = cx.constOf(y);
  const checked = inst.op.includes("checked");
  const remainder = inst.op.startsWith("rem");
  if (c === undefined) return undefined;
  if (c === 0n) return checked ? undefined : y;
  if (c === 1n && type > 1) return remainder ? cx.const(type, 0n) : x;
  const mayOverflow = c === mask(type) && !remainder;
  return checked && !mayOverflow ? cx.emit(remainder ? "rem.s" : "div.s", [x, y], type) : undefined;
};

/** x ** 0, x ** 1, x ** 2 => x * x; 2 ** n => 1 << n where it may wrap. */
const power: Rule = (inst, cx) => {
  const [x, y] = inst.args as [ValueId, ValueId];
  const type = cx.type(x);
  const exponent = cx.constOf(y);
  if (exponent === 1n) return x;
  // The checked signed power 0 of an i1 would be 1, which is no signed i1: it panics.
  if (exponent === 0n && type > 1) return cx.const(type, 1n);
  if (exponent === 2n) return cx.emit(inst.op.replace("exp", "mul"), [x, x], type);
  if (inst.op === "exp" && cx.constOf(x) === 2n) return cx.emit("shl", [cx.const(type, 1n), y], type);
  return undefined;
};

/** Products and sums modulo 0 and 1 are 0. */
const modular: Rule = (inst, cx) => {
  const modulus = cx.constOf(inst.args[2]!);
  return modulus === 0n || modulus === 1n ? cx.const(256, 0n) : undefined;
};

function each(ops: readonly string[], rule: Rule): [string, Rule][] {
  return ops.map((op) => [op, rule]);
}

export const ARITHMETIC_RULES: readonly (readonly [string, (inst: Inst, cx: SimplifyContext) => ValueId | undefined])[] = [
  ...each(["add", "add.nuw", "add.checked.u", "add.checked.s"], sum),
  ...each(["sub", "sub.nuw", "sub.checked.u", "sub.checked.s"], difference),
  ...each(["mul", "mul.nuw", "mul.checked.u", "mul.checked.s"], product),
  ...each(["div.u", "rem.u", "div.checked.u", "rem.checked.u"], unsignedDivision),
  ...each(["div.s", "rem.s", "div.checked.s", "rem.checked.s"], signedDivision),
  ...each(["exp", "exp.checked.u", "exp.checked.s"], power),
  ...each(["addmod", "mulmod"], modular),
];
