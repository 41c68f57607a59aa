/** Handlers of arithmetic, bit, comparison and conversion instructions. */
import type { Inst, ValueId } from "../../../compiler/ir/module.js";
import type { Operand, VReg } from "../lir/instruction.js";
import { addLimbs, branchOnSign, negateIf, signOf, subLimbs } from "./arithmetic.js";
import { branchOn, compareValue, COMPARISONS, type Comparison } from "./compare.js";
import type { FunctionContext } from "./context.js";
import { constantLimbs, limbCount, topBits, type Limbs } from "./limbs.js";
import { SUPPORT } from "./support.js";

export type Handler = (c: FunctionContext, inst: Inst) => void;

const OVERFLOW = 0x11;
const DIVISION = 0x12;

const operands = (c: FunctionContext, inst: Inst): Limbs[] => inst.args.map((a) => c.limbs(a));
const resultBits = (c: FunctionContext, inst: Inst): number => c.bits(inst.results[0]!);

// ---- sums ------------------------------------------------------------------------------------------------------
const wrapping =
  (combine: typeof addLimbs): Handler =>
  (c, inst) => {
    const [a, b] = operands(c, inst) as [Limbs, Limbs];
    c.define(inst, c.e.clean(combine(c.e, a, b), resultBits(c, inst)));
  };

function addCheckedUnsigned(c: FunctionContext, inst: Inst): void {
  const [a, b] = operands(c, inst) as [Limbs, Limbs];
  const bits = resultBits(c, inst);
  const panic = c.panic(OVERFLOW);
  const sum = addLimbs(c.e, a, b, topBits(bits) === 64 ? panic : undefined);
  refuseHighBits(c, sum, bits, panic);
  c.define(inst, sum);
}

/** Jumps where the highest limb has bits above the type. */
function refuseHighBits(c: FunctionContext, limbs: Limbs, bits: number, to: ReturnType<FunctionContext["panic"]>): void {
  const top = limbs[limbs.length - 1]!;
  if (topBits(bits) < 64) c.f.branch("gt.u", top, (1n << BigInt(topBits(bits))) - 1n, to);
}

function subCheckedUnsigned(c: FunctionContext, inst: Inst): void {
  const [a, b] = operands(c, inst) as [Limbs, Limbs];
  c.define(inst, subLimbs(c.e, a, b, c.panic(OVERFLOW)));
}

/** Overflow of signed sums shows in the sign bits: operands agree (for a difference: differ) and the result disagrees with the first. */
const signedSum =
  (subtract: boolean): Handler =>
  (c, inst) => {
    const [a, b] = operands(c, inst) as [Limbs, Limbs];
    const bits = resultBits(c, inst);
    const { e } = c;
    const result = e.clean(subtract ? subLimbs(e, a, b) : addLimbs(e, a, b), bits);
    const top = a.length - 1;
    const fromA = e.alu("xor", a[top]!, result[top]!);
    const other = subtract ? e.alu("xor", a[top]!, b[top]!) : e.alu("xor", b[top]!, result[top]!);
    branchOnSign(e, e.alu("and", fromA, other), bits, c.panic(OVERFLOW));
    c.define(inst, result);
  };

// ---- products --------------------------------------------------------------------------------------------------
/** math.mul: four limbs and the overflow flag. */
function multiplyQuads(c: FunctionContext, a: Limbs, b: Limbs): [VReg[], VReg] {
  const results = c.f.call("math.mul", [c.quad(0, a), c.quad(1, b)], 5);
  return [results.slice(0, 4), results[4]!];
}

function mul(c: FunctionContext, inst: Inst): void {
  const [a, b] = operands(c, inst) as [Limbs, Limbs];
  const bits = resultBits(c, inst);
  if (bits <= 64) c.define(inst, c.e.clean([c.e.alu("mul", a[0]!, b[0]!)], bits));
  else c.define(inst, c.e.clean(multiplyQuads(c, a, b)[0], bits));
}

function mulCheckedUnsigned(c: FunctionContext, inst: Inst): void {
  const [a, b] = operands(c, inst) as [Limbs, Limbs];
  const bits = resultBits(c, inst);
  const { f, e } = c;
  const panic = c.panic(OVERFLOW);
  if (bits <= 64) {
    const product = e.alu("mul", a[0]!, b[0]!);
    // Up to 32 bits the product fits 64; beyond, dividing it by a factor gives the other one back only if it did.
    if (bits > 32) {
      const fine = f.label();
      f.branch("eq", b[0]!, 0n, fine);
      f.branch("ne", f.div(product, b[0]!), a[0]!, panic);
      f.place(fine);
    }
    refuseHighBits(c, [product], bits, panic);
    return c.define(inst, [product]);
  }
  const [product, overflow] = multiplyQuads(c, a, b);
  f.branch("ne", overflow, 0n, panic);
  c.define(inst, narrowUnsigned(c, product, bits));
}

/** A 256-bit value as a narrower one; panics where it does not fit. */
function narrowUnsigned(c: FunctionContext, limbs: Limbs, bits: number): Limbs {
  const n = limbCount(bits);
  const high = c.e.orAll(limbs.slice(n));
  if (high !== 0n) c.f.branch("ne", high, 0n, c.panic(OVERFLOW));
  const low = limbs.slice(0, n);
  refuseHighBits(c, low, bits, c.panic(OVERFLOW));
  return low;
}

/** Magnitude with sign as a value of the type; panics where it does not fit. Magnitudes have 256 bits. */
function applySign(c: FunctionContext, magnitude: Limbs, sign: VReg, bits: number): Limbs {
  const { f, e } = c;
  // The largest magnitude is 2^(bits-1) - 1, one more for negative numbers.
  const limit = (1n << BigInt(bits - 1)) - 1n;
  const bound = addLimbs(e, constantLimbs(limit, 256), [f.and(sign, 1n), 0n, 0n, 0n]);
  branchOn(e, "gt.u", magnitude, bound, 256, c.panic(OVERFLOW));
  return e.clean(negateIf(e, magnitude.slice(0, limbCount(bits)), sign), bits);
}

/** Sign (all ones or 0) and 256-bit magnitude of a signed value. */
function magnitudeOf(c: FunctionContext, limbs: Limbs, bits: number): [VReg, Limbs] {
  const sign = c.e.inRegister(signOf(c.e, limbs, bits));
  return [sign, negateIf(c.e, c.e.signExtendTo(limbs, bits, 256), sign)];
}

function mulCheckedSigned(c: FunctionContext, inst: Inst): void {
  const [a, b] = operands(c, inst) as [Limbs, Limbs];
  const bits = resultBits(c, inst);
  const { f, e } = c;
  if (bits <= 32) {
    const product = f.mul(e.signExtend(a[0]!, bits), e.signExtend(b[0]!, bits));
    f.branch("ne", e.signExtend(product, bits), product, c.panic(OVERFLOW));
    return c.define(inst, [e.low(product, bits)]);
  }
  const [signA, magnitudeA] = magnitudeOf(c, a, bits);
  const [signB, magnitudeB] = magnitudeOf(c, b, bits);
  const [product, overflow] = multiplyQuads(c, magnitudeA, magnitudeB);
  f.branch("ne", overflow, 0n, c.panic(OVERFLOW));
  c.define(inst, applySign(c, product, f.xor(signA, signB), bits));
}

// ---- quotients -------------------------------------------------------------------------------------------------
interface Division {
  readonly signed: boolean;
  readonly remainder: boolean;
  readonly checked: boolean;
}

const division =
  (kind: Division): Handler =>
  (c, inst) => {
    const [a, b] = operands(c, inst) as [Limbs, Limbs];
    const bits = resultBits(c, inst);
    const { f, e } = c;
    if (kind.checked)
      branchOn(
        e,
        "eq",
        b,
        b.map(() => 0n),
        bits,
        c.panic(DIVISION),
      );
    if (kind.checked && kind.signed && !kind.remainder) {
      const fine = f.label();
      branchOn(e, "ne", b, constantLimbs(-1n, bits), bits, fine);
      branchOn(e, "eq", a, constantLimbs(1n << BigInt(bits - 1), bits), bits, c.panic(OVERFLOW));
      f.place(fine);
    }
    c.define(inst, bits <= 64 ? [divideOneLimb(c, a[0]!, b[0]!, bits, kind)] : divideWide(c, a, b, bits, kind));
  };

function divideOneLimb(c: FunctionContext, a: Operand, b: Operand, bits: number, kind: Division): Operand {
  const { f, e } = c;
  const compute = (): Operand => {
    if (!kind.signed) return f.alu(kind.remainder ? "mod" : "div", a, b);
    const routine = kind.remainder ? SUPPORT.remS64 : SUPPORT.divS64;
    return e.low(f.call1(routine, [e.signExtend(a, bits), e.signExtend(b, bits)]), bits);
  };
  if (kind.checked || (typeof b === "bigint" && b !== 0n)) return compute();
  const result = f.copy(0n);
  f.if("ne", b, 0n, () => f.set(result, compute()));
  return result;
}

function divideWide(c: FunctionContext, a: Limbs, b: Limbs, bits: number, kind: Division): Limbs {
  const { f, e } = c;
  const routine = kind.remainder ? "math.rem_u" : "math.div_u";
  if (!kind.signed) return e.clean(f.call(routine, [c.quad(0, a), c.quad(1, b)], 4), bits);
  const [signA, magnitudeA] = magnitudeOf(c, a, bits);
  const [signB, magnitudeB] = magnitudeOf(c, b, bits);
  const result = f.call(routine, [c.quad(0, magnitudeA), c.quad(1, magnitudeB)], 4);
  const sign = kind.remainder ? signA : f.xor(signA, signB);
  return e.clean(negateIf(e, result.slice(0, limbCount(bits)), sign), bits);
}

// ---- powers ----------------------------------------------------------------------------------------------------
function power(c: FunctionContext, base: Limbs, exponent: Limbs): [VReg[], VReg] {
  const results = c.f.call("math.exp", [c.quad(0, base), c.quad(1, exponent)], 5);
  return [results.slice(0, 4), results[4]!];
}

function exp(c: FunctionContext, inst: Inst): void {
  const [a, b] = operands(c, inst) as [Limbs, Limbs];
  c.define(inst, c.e.clean(power(c, a, b)[0], resultBits(c, inst)));
}

function expCheckedUnsigned(c: FunctionContext, inst: Inst): void {
  const [a, b] = operands(c, inst) as [Limbs, Limbs];
  const [value, overflow] = power(c, a, b);
  c.f.branch("ne", overflow, 0n, c.panic(OVERFLOW));
  c.define(inst, narrowUnsigned(c, value, resultBits(c, inst)));
}

function expCheckedSigned(c: FunctionContext, inst: Inst): void {
  const [a, b] = operands(c, inst) as [Limbs, Limbs];
  const bits = resultBits(c, inst);
  const { f } = c;
  const [sign, magnitude] = magnitudeOf(c, a, bits);
  const [value, overflow] = power(c, magnitude, b);
  f.branch("ne", overflow, 0n, c.panic(OVERFLOW));
  // Negative for a negative base and an odd exponent.
  const odd = f.neg(f.and(b[0]!, 1n));
  c.define(inst, applySign(c, value, f.and(sign, odd), bits));
}

// ---- bits ------------------------------------------------------------------------------------------------------
const bitwise =
  (op: "and" | "or" | "xor"): Handler =>
  (c, inst) => {
    const [a, b] = operands(c, inst) as [Limbs, Limbs];
    c.define(
      inst,
      a.map((limb, i) => c.e.alu(op, limb, b[i]!)),
    );
  };

function not(c: FunctionContext, inst: Inst): void {
  if (c.isDeferred(inst.results[0]!)) return;
  const bits = resultBits(c, inst);
  const mask = constantLimbs((1n << BigInt(bits)) - 1n, bits);
  c.define(
    inst,
    c.limbs(inst.args[0]!).map((limb, i) => c.e.alu("xor", limb, mask[i]!)),
  );
}

type Shift = "shl" | "shr" | "sar";

const shift =
  (op: Shift): Handler =>
  (c, inst) => {
    const a = c.limbs(inst.args[0]!);
    const bits = resultBits(c, inst);
    const { e } = c;
    const known = c.constant(inst.args[1]!);
    if (known !== undefined) return c.define(inst, shiftByConstant(c, op, a, known, bits));
    const by = c.saturated(inst.args[1]!);
    if (bits <= 64) return c.define(inst, [shiftOneLimb(c, op, a[0]!, by, bits)]);
    const wide = op === "sar" ? e.signExtendTo(a, bits, 256) : e.zeroExtend(a, 256);
    c.define(inst, e.clean(c.f.call(`math.${op}`, [...wide, by], 4), bits));
  };

function shiftByConstant(c: FunctionContext, op: Shift, a: Limbs, amount: bigint, bits: number): Limbs {
  const { e } = c;
  const n = a.length;
  const signFill = op === "sar" ? signOf(e, a, bits) : 0n;
  if (amount >= BigInt(bits))
    return e.clean(
      a.map(() => signFill),
      bits,
    );
  const limbs = Number(amount >> 6n);
  const rest = amount & 63n;
  const source = a.slice();
  if (op === "sar") source[n - 1] = e.signExtend(source[n - 1]!, topBits(bits));
  const at = (i: number): Operand => (i < 0 ? 0n : i >= n ? signFill : source[i]!);
  const out = a.map((_, i) => {
    if (op === "shl") {
      const low = rest === 0n ? 0n : e.alu("shr", at(i - limbs - 1), 64n - rest);
      return e.alu("or", e.alu("shl", at(i - limbs), rest), low);
    }
    const from = i + limbs;
    const high = rest === 0n || (op === "sar" && from >= n - 1) ? 0n : e.alu("shl", at(from + 1), 64n - rest);
    return e.alu("or", e.alu(op === "sar" && from >= n - 1 ? "sar" : "shr", at(from), rest), high);
  });
  return e.clean(out, bits);
}

function shiftOneLimb(c: FunctionContext, op: Shift, a: Operand, by: Operand, bits: number): Operand {
  const { f, e } = c;
  const value = op === "sar" ? e.signExtend(a, bits) : a;
  const result = f.copy(op === "sar" ? e.alu("sar", value, 63n) : 0n);
  f.if("lt.u", by, BigInt(bits), () => f.set(result, e.low(f.alu(op, value, by), bits)));
  return op === "sar" ? e.low(result, bits) : result;
}

/** byte(i, x) = (x >> (248 - 8 i)) & 255, and 0 for i > 31. */
function byte(c: FunctionContext, inst: Inst): void {
  const index = c.constant(inst.args[0]!);
  const x = c.limbs(inst.args[1]!);
  const { f, e } = c;
  if (index !== undefined) {
    const value = index > 31n ? 0n : e.low(shiftByConstant(c, "shr", x, 248n - 8n * index, 256)[0]!, 8);
    return c.define(inst, [value, 0n, 0n, 0n]);
  }
  const by = c.saturated(inst.args[0]!);
  const result = f.copy(0n);
  f.if("lt.u", by, 32n, () => {
    const shifted = f.call("math.shr", [...x, f.sub(248n, f.shl(by, 3n))], 4);
    f.set(result, f.and(shifted[0]!, 0xffn));
  });
  c.define(inst, [result, 0n, 0n, 0n]);
}

/** Sign-extends from bit 8k + 7: shifts up by 248 - 8k and back. */
function signextend(c: FunctionContext, inst: Inst): void {
  const k = c.constant(inst.args[0]!);
  const x = c.limbs(inst.args[1]!);
  const { f, e } = c;
  if (k !== undefined) {
    const bits = 8 * Number(k > 30n ? 31n : k) + 8;
    return c.define(inst, e.signExtendTo(e.clean(x, bits), bits, 256));
  }
  const by = c.saturated(inst.args[0]!);
  const result = e.fresh(x);
  f.if("lt.u", by, 31n, () => {
    const amount = f.sub(248n, f.shl(by, 3n));
    const up = f.call("math.shl", [...x, amount], 4);
    const down = f.call("math.sar", [...up, amount], 4);
    result.forEach((reg, i) => f.set(reg, down[i]!));
  });
  c.define(inst, result);
}

function comparison(c: FunctionContext, inst: Inst): void {
  if (c.isDeferred(inst.results[0]!)) return;
  const [a, b] = inst.args as [ValueId, ValueId];
  c.define(inst, [compareValue(c.e, inst.op as Comparison, c.limbs(a), c.limbs(b), c.bits(a))]);
}

function select(c: FunctionContext, inst: Inst): void {
  const [condition, yes, no] = inst.args as [ValueId, ValueId, ValueId];
  const { f, e } = c;
  const result = e.fresh(c.limbs(yes));
  const done = f.label();
  const otherwise = c.limbs(no);
  c.branchIf(condition, true, done);
  result.forEach((reg, i) => f.set(reg, otherwise[i]!));
  f.place(done);
  c.define(inst, result);
}

const modular =
  (name: string): Handler =>
  (c, inst) => {
    const quads = operands(c, inst).map((limbs, k) => c.quad(k, limbs));
    c.define(inst, c.f.call(name, quads, 4));
  };

const convert =
  (how: "zext" | "sext" | "trunc"): Handler =>
  (c, inst) => {
    const limbs = c.limbs(inst.args[0]!);
    const to = resultBits(c, inst);
    if (how === "zext") c.define(inst, c.e.zeroExtend(limbs, to));
    else if (how === "sext") c.define(inst, c.e.signExtendTo(limbs, c.bits(inst.args[0]!), to));
    else c.define(inst, c.e.clean(limbs, to));
  };

const divisions = (name: "div" | "rem"): [string, Handler][] =>
  [true, false].flatMap((signed) =>
    [true, false].map((checked): [string, Handler] => [`${name}${checked ? ".checked" : ""}${signed ? ".s" : ".u"}`, division({ signed, checked, remainder: name === "rem" })]),
  );

/** By instruction name. */
export const ARITHMETIC_HANDLERS: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ["const", (c, inst) => c.define(inst, constantLimbs(inst.imm.int ?? 0n, resultBits(c, inst)))],
  ["add", wrapping(addLimbs)],
  ["sub", wrapping(subLimbs)],
  ["add.nuw", wrapping(addLimbs)],
  ["sub.nuw", wrapping(subLimbs)],
  ["mul", mul],
  ["mul.nuw", mul],
  ["add.checked.u", addCheckedUnsigned],
  ["sub.checked.u", subCheckedUnsigned],
  ["add.checked.s", signedSum(false)],
  ["sub.checked.s", signedSum(true)],
  ["mul.checked.u", mulCheckedUnsigned],
  ["mul.checked.s", mulCheckedSigned],
  ...divisions("div"),
  ...divisions("rem"),
  ["exp", exp],
  ["exp.checked.u", expCheckedUnsigned],
  ["exp.checked.s", expCheckedSigned],
  ["addmod", modular("math.addmod")],
  ["mulmod", modular("math.mulmod")],
  ["and", bitwise("and")],
  ["or", bitwise("or")],
  ["xor", bitwise("xor")],
  ["not", not],
  ["shl", shift("shl")],
  ["shr.u", shift("shr")],
  ["shr.s", shift("sar")],
  ["byte", byte],
  ["signextend", signextend],
  ["clz", (c, inst) => c.define(inst, [c.f.call1("math.clz", c.limbs(inst.args[0]!)), 0n, 0n, 0n])],
  ...[...COMPARISONS].map((name): [string, Handler] => [name, comparison]),
  ["select", select],
  ["zext", convert("zext")],
  ["sext", convert("sext")],
  ["trunc", convert("trunc")],
]);
