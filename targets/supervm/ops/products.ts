/** Multiplication, division, remainder and powers: native up to 64 bits, kernels beyond. */
import type { Inst } from "../../../compiler/ir/module.js";
import { constLimb, type Emitter, isZero, type Limb, ZERO } from "../emitter.js";
import { isLong, isNarrow, limbCount, mask, topBits } from "../types.js";
import { kernelGlobal } from "../kernels.js";
import { I32 } from "../wasm/opcodes.js";
import type { OpHandler, OpTable } from "./handler.js";

const PANIC_OVERFLOW = 0x11;
const PANIC_DIVISION = 0x12;

type Wide = readonly Limb[];
const onlyLow = (limbs: Wide): boolean => limbs.slice(1).every(isZero);

/** Sets the limbs of a wide result that has only some low limbs, the rest being 0. */
function setLow(e: Emitter, inst: Inst, low: readonly Limb[]): void {
  const count = limbCount(e.type(inst.results[0]!));
  e.setLimbs(inst.results[0]!, [...low, ...new Array<Limb>(count - low.length).fill(ZERO)]);
}

function mul(nuw: boolean): OpHandler {
  return (e, inst) => {
    const [x, y] = [inst.args[0]!, inst.args[1]!];
    const type = e.type(x);
    if (isNarrow(type) || isLong(type)) {
      e.pure(inst, () => {
        e.push(x);
        e.push(y);
        e.code.op(isNarrow(type) ? "i32_mul" : "i64_mul");
        if (!nuw) e.maskTop(type);
      });
      return;
    }
    if (!e.isUsed(inst.results[0]!)) return;
    const [a, b] = [e.limbs(x), e.limbs(y)];
    if (onlyLow(a) && onlyLow(b)) {
      e.pushLimb(a[0]!);
      e.pushLimb(b[0]!);
      e.callKernel("mul64_wide");
      const low = takeTwo(e);
      // A product of two limbs may be wider than a type of less than 128 bits.
      if (limbCount(type) > 2 || topBits(type) === 64) return setLow(e, inst, low);
      const top = e.save(() => {
        e.pushLimb(low[1]!);
        e.maskTop(type);
      });
      return setLow(e, inst, [low[0]!, top]);
    }
    if (limbCount(type) === 2) return e.kernelResult(inst.results[0]!, "mul128", [a, b]);
    e.kernelResult(inst.results[0]!, "mul256", [e.wide(x, 4), e.wide(y, 4)]);
  };
}

/** The two limbs that a kernel gave, the low one on the stack. */
function takeTwo(e: Emitter): Limb[] {
  const low = e.newI64();
  e.code.set(low);
  const high = e.save(() => void e.code.globalGet(kernelGlobal("r1")));
  return [{ kind: "local", local: low }, high];
}

/** Panics where the kernels' overflow flag is set. */
function panicOnOverflow(e: Emitter): void {
  e.code.globalGet(kernelGlobal("overflow"));
  e.when(() => e.panic(PANIC_OVERFLOW));
}

function mulCheckedUnsigned(e: Emitter, inst: Inst): void {
  const [x, y] = [inst.args[0]!, inst.args[1]!];
  const type = e.type(x);
  const result = inst.results[0]!;
  if (isNarrow(type)) return mulNarrow(e, inst);
  if (isLong(type)) return mulLong(e, inst);
  const [a, b] = [e.limbs(x), e.limbs(y)];
  if (onlyLow(a) && onlyLow(b) && type >= 128) {
    e.pushLimb(a[0]!);
    e.pushLimb(b[0]!);
    e.callKernel("mul64_wide");
    return setLow(e, inst, takeTwo(e));
  }
  e.kernelResult(result, "mul_checked_u", [e.wide(x, 4), e.wide(y, 4)], () => e.code.i32(type));
  panicOnOverflow(e);
}

/** Narrow products are exact in 64 bits. */
function mulNarrow(e: Emitter, inst: Inst): void {
  const type = e.type(inst.args[0]!);
  const [a, b] = [e.wide(inst.args[0]!, 1)[0]!, e.wide(inst.args[1]!, 1)[0]!];
  const product = e.save(() => {
    e.pushLimb(a);
    e.pushLimb(b);
    e.code.op("i64_mul");
  });
  e.pushLimb(product);
  e.code.i64(mask(type)).op("i64_gt_u");
  e.when(() => e.panic(PANIC_OVERFLOW));
  e.pushLimb(product);
  e.code.op("i32_wrap_i64");
  e.setTop(inst.results[0]!);
}

/** One native product; the check needs the high half only where an operand has more than 32 bits. */
function mulLong(e: Emitter, inst: Inst): void {
  const type = e.type(inst.args[0]!);
  const [a, b] = [e.limbs(inst.args[0]!)[0]!, e.limbs(inst.args[1]!)[0]!];
  const product = e.save(() => {
    e.pushLimb(a);
    e.pushLimb(b);
    e.code.op("i64_mul");
  });
  e.pushOr([a, b]);
  e.code.i64(32n).op("i64_shr_u").op("i64_eqz").op("i32_eqz");
  e.when(() => {
    e.pushLimb(a);
    e.pushLimb(b);
    e.callKernel("umulh");
    e.code.op("i64_eqz").op("i32_eqz");
    e.when(() => e.panic(PANIC_OVERFLOW));
  });
  if (type < 64) {
    e.pushLimb(product);
    e.code.i64(mask(type)).op("i64_gt_u");
    e.when(() => e.panic(PANIC_OVERFLOW));
  }
  e.setLimbs(inst.results[0]!, [product]);
}

function mulCheckedSigned(e: Emitter, inst: Inst): void {
  const [x, y] = [inst.args[0]!, inst.args[1]!];
  const type = e.type(x);
  if (!isNarrow(type)) {
    e.kernelResult(inst.results[0]!, "mul_checked_s", [e.wideSigned(x, 4), e.wideSigned(y, 4)], () => e.code.i32(type));
    return panicOnOverflow(e);
  }
  const [a, b] = [e.wideSigned(x, 1)[0]!, e.wideSigned(y, 1)[0]!];
  const product = e.save(() => {
    e.pushLimb(a);
    e.pushLimb(b);
    e.code.op("i64_mul");
  });
  e.pushLimb(product);
  e.signExtendTop64(type);
  e.pushLimb(product);
  e.code.op("i64_ne");
  e.when(() => e.panic(PANIC_OVERFLOW));
  e.pushLimb(product);
  e.code.op("i32_wrap_i64");
  e.maskTop(type);
  e.setTop(inst.results[0]!);
}

type Division = "div" | "rem";

/** Unsigned; a divisor of 0 gives 0. Native where one limb holds both operands. */
function divideUnsigned(kind: Division): OpHandler {
  return (e, inst) => {
    if (!e.isUsed(inst.results[0]!)) return;
    const [x, y] = [inst.args[0]!, inst.args[1]!];
    const type = e.type(x);
    const [a, b] = [e.limbs(x), e.limbs(y)];
    if (!onlyLow(a) || !onlyLow(b)) return e.kernelResult(inst.results[0]!, `${kind}_u`, [e.wide(x, 4), e.wide(y, 4)]);
    const wasm = isNarrow(type) ? I32 : undefined;
    const prefix = isNarrow(type) ? "i32" : "i64";
    const divisor = b[0]!;
    const quotient = e.save(() => {
      if (divisor.kind === "const") {
        if (divisor.value === 0n) return e.pushLimb(ZERO, wasm);
        e.pushLimb(a[0]!, wasm);
        e.pushLimb(divisor, wasm);
        e.code.op(`${prefix}_${kind}_u`);
        return;
      }
      // x / (y | (y == 0)) does not trap, and x % 1 is 0 already.
      e.pushLimb(a[0]!, wasm);
      e.pushLimb(divisor, wasm);
      e.pushLimb(divisor, wasm);
      e.code.op(`${prefix}_eqz`);
      if (!isNarrow(type)) e.code.op("i64_extend_i32_u");
      e.code.op(`${prefix}_or`).op(`${prefix}_${kind}_u`);
      if (kind === "rem") return;
      e.pushLimb(ZERO, wasm);
      e.pushLimb(divisor, wasm);
      e.code.op(`${prefix}_eqz`).op("i32_eqz").op("select");
    }, wasm);
    setLow(e, inst, [quotient]);
  };
}

/** Signed; a divisor of 0 gives 0, MIN / -1 gives MIN. Up to 64 bits in i64, whose own MIN / -1 would trap. */
function divideSigned(kind: Division): OpHandler {
  return (e, inst) => {
    if (!e.isUsed(inst.results[0]!)) return;
    const [x, y] = [inst.args[0]!, inst.args[1]!];
    const type = e.type(x);
    if (type > 64) return e.kernelResult(inst.results[0]!, `${kind}_s`, [e.wideSigned(x, 4), e.wideSigned(y, 4)]);
    const [a, b] = [e.wideSigned(x, 1)[0]!, e.wideSigned(y, 1)[0]!];
    if (kind === "rem") {
      e.pushLimb(a);
      nonZero(e, b);
      e.code.op("i64_rem_s");
    } else if (type < 64) {
      e.pushLimb(a);
      nonZero(e, b);
      e.code.op("i64_div_s").i64(0n);
      e.pushLimb(b);
      e.code.op("i64_eqz").op("i32_eqz").op("select");
    } else {
      divideLongSigned(e, a, b);
    }
    if (isNarrow(type)) e.code.op("i32_wrap_i64");
    e.maskTop(type);
    e.setTop(inst.results[0]!);
  };
}

/** Pushes b, or 1 where b is 0. */
function nonZero(e: Emitter, b: Limb): void {
  e.pushLimb(b);
  e.pushLimb(b);
  e.code.op("i64_eqz").op("i64_extend_i32_u").op("i64_or");
}

/** b + 1 <= 1 unsigned means that b is 0 or -1: then the quotient is 0 or -a, which is a * b; otherwise native. */
function divideLongSigned(e: Emitter, a: Limb, b: Limb): void {
  const special = e.save(() => {
    e.pushLimb(b);
    e.code.i64(1n).op("i64_add").i64(2n).op("i64_lt_u");
  }, I32);
  e.pushLimb(a);
  e.pushLimb(b);
  e.code.op("i64_mul");
  e.pushLimb(a);
  e.code.i64(1n);
  e.pushLimb(b);
  e.pushLimb(special, I32);
  e.code.op("select").op("i64_div_s");
  e.pushLimb(special, I32);
  e.code.op("select");
}

/** Pushes an i32: 1 where the value equals a constant. */
function pushEquals(e: Emitter, limbs: readonly Limb[], constant: bigint, narrow: boolean): void {
  if (narrow) {
    e.pushLimb(limbs[0]!, I32);
    e.code.i32(Number(constant)).op("i32_eq");
    return;
  }
  limbs.forEach((limb, i) => {
    e.pushLimb(limb);
    e.pushLimb(constLimb(constant >> BigInt(64 * i)));
    e.code.op("i64_xor");
    if (i > 0) e.code.op("i64_or");
  });
  e.code.op("i64_eqz");
}

function divideChecked(kind: Division, signed: boolean): OpHandler {
  const plain = signed ? divideSigned(kind) : divideUnsigned(kind);
  return (e, inst) => {
    const type = e.type(inst.args[0]!);
    const divisor = e.limbs(inst.args[1]!);
    const constant = e.constant(inst.args[1]!);
    if (constant === undefined || constant === 0n) {
      pushEquals(e, divisor, 0n, isNarrow(type));
      e.when(() => e.panic(PANIC_DIVISION));
    }
    if (signed && kind === "div" && (constant === undefined || constant === mask(type))) {
      pushEquals(e, divisor, mask(type), isNarrow(type));
      pushEquals(e, e.limbs(inst.args[0]!), 1n << BigInt(type - 1), isNarrow(type));
      e.code.op("i32_and");
      e.when(() => e.panic(PANIC_OVERFLOW));
    }
    plain(e, inst);
  };
}

/** The exponent's price depends on its size, which only a constant shows before. */
function chargeExponent(e: Emitter, exponent: Wide): void {
  e.callMachine("charge_exponent", () => exponent.forEach((limb) => e.pushLimb(limb)));
}

function exp(kernelName: "exp256" | "exp_checked_u" | "exp_checked_s"): OpHandler {
  return (e, inst) => {
    const [x, y] = [inst.args[0]!, inst.args[1]!];
    const type = e.type(x);
    const exponent = e.wide(y, 4);
    chargeExponent(e, exponent);
    const base = kernelName === "exp_checked_s" ? e.wideSigned(x, 4) : e.wide(x, 4);
    if (kernelName === "exp256") return e.kernelResult(inst.results[0]!, kernelName, [base, exponent]);
    e.kernelResult(inst.results[0]!, kernelName, [base, exponent], () => e.code.i32(type));
    panicOnOverflow(e);
  };
}

function modular(name: "addmod" | "mulmod"): OpHandler {
  return (e, inst) => {
    if (!e.isUsed(inst.results[0]!)) return;
    e.kernelResult(
      inst.results[0]!,
      name,
      inst.args.map((v) => e.limbs(v)),
    );
  };
}

export const PRODUCT_OPS: OpTable = {
  mul: mul(false),
  "mul.nuw": mul(true),
  "mul.checked.u": mulCheckedUnsigned,
  "mul.checked.s": mulCheckedSigned,
  "div.u": divideUnsigned("div"),
  "rem.u": divideUnsigned("rem"),
  "div.s": divideSigned("div"),
  "rem.s": divideSigned("rem"),
  "div.checked.u": divideChecked("div", false),
  "rem.checked.u": divideChecked("rem", false),
  "div.checked.s": divideChecked("div", true),
  "rem.checked.s": divideChecked("rem", true),
  exp: exp("exp256"),
  "exp.checked.u": exp("exp_checked_u"),
  "exp.checked.s": exp("exp_checked_s"),
  addmod: modular("addmod"),
  mulmod: modular("mulmod"),
};
