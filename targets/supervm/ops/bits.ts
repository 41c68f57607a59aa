/** Bitwise operations, shifts, conversions and select. Constant masks, shifts and widenings mostly choose limbs and emit little. */
import type { Inst, ValueId } from "../../../compiler/ir/module.js";
import type { Type } from "../../../compiler/ir/ops.js";
import { constLimb, type Emitter, type Limb, ZERO } from "../emitter.js";
import { isNarrow, isSingle, limbCount, limbType, mask, topBits } from "../types.js";
import { I32 } from "../wasm/opcodes.js";
import type { OpHandler, OpTable } from "./handler.js";

const ONES = mask(64);

/** A bitwise operation of two limbs, folded where one is all zeros or all ones. */
function bitwiseLimb(e: Emitter, kind: "and" | "or" | "xor", a: Limb, b: Limb): Limb {
  if (a.kind === "const" && b.kind !== "const") return bitwiseLimb(e, kind, b, a);
  if (b.kind === "const") {
    if (a.kind === "const") {
      return constLimb(kind === "and" ? a.value & b.value : kind === "or" ? a.value | b.value : a.value ^ b.value);
    }
    if (b.value === 0n) return kind === "and" ? ZERO : a;
    if (b.value === ONES && kind !== "xor") return kind === "and" ? a : b;
  }
  return e.save(() => {
    e.pushLimb(a);
    e.pushLimb(b);
    e.code.op(`i64_${kind}`);
  });
}

function bitwise(kind: "and" | "or" | "xor"): OpHandler {
  return (e, inst) => {
    const [x, y] = [inst.args[0]!, inst.args[1]!];
    const type = e.type(x);
    if (isSingle(type)) {
      e.pure(inst, () => {
        e.push(x);
        e.push(y);
        e.code.op(`${isNarrow(type) ? "i32" : "i64"}_${kind}`);
      });
      return;
    }
    if (!e.isUsed(inst.results[0]!)) return;
    const [a, b] = [e.limbs(x), e.limbs(y)];
    e.setLimbs(
      inst.results[0]!,
      a.map((limb, i) => bitwiseLimb(e, kind, limb, b[i]!)),
    );
  };
}

function not(e: Emitter, inst: Inst): void {
  const x = inst.args[0]!;
  const type = e.type(x);
  if (isNarrow(type)) {
    e.pure(inst, () => {
      e.push(x);
      e.code.i32(Number(mask(type))).op("i32_xor");
    });
    return;
  }
  if (!e.isUsed(inst.results[0]!)) return;
  const limbs = e.limbs(x);
  const last = limbs.length - 1;
  e.setLimbs(
    inst.results[0]!,
    limbs.map((limb, i) => bitwiseLimb(e, "xor", limb, constLimb(mask(i === last ? topBits(type) : 64)))),
  );
}

// ---- shifts ------------------------------------------------------------------------------------------------------

type Shift = "shl" | "shr_u" | "shr_s";
const KERNEL: Readonly<Record<Shift, string>> = { shl: "shl256", shr_u: "shr256", shr_s: "sar256" };

function shift(kind: Shift): OpHandler {
  return (e, inst) => {
    const [x, y] = [inst.args[0]!, inst.args[1]!];
    const type = e.type(x);
    const amount = e.constant(y);
    if (amount !== undefined) return shiftByConstant(e, inst, kind, amount);
    if (isSingle(type)) return shiftSingle(e, inst, kind);
    if (!e.isUsed(inst.results[0]!)) return;
    const limbs = kind === "shr_s" ? e.wideSigned(x, 4) : e.wide(x, 4);
    e.kernelResult(inst.results[0]!, KERNEL[kind], [limbs], () => e.pushSaturated(y));
  };
}

/** In i64 whatever the width: the amount is compared first, because WebAssembly takes it modulo 64. */
function shiftSingle(e: Emitter, inst: Inst, kind: Shift): void {
  if (!e.isUsed(inst.results[0]!)) return;
  const type = e.type(inst.args[0]!);
  const amount = e.save(() => e.pushSaturated(inst.args[1]!));
  if (kind === "shr_s") {
    const value = e.wideSigned(inst.args[0]!, 1)[0]!;
    e.pushLimb(value);
    e.pushLimb(amount);
    e.code.i64(63n);
    e.pushLimb(amount);
    e.code.i64(63n).op("i64_lt_u").op("select").op("i64_shr_s");
  } else {
    const value = e.wide(inst.args[0]!, 1)[0]!;
    e.pushLimb(value);
    e.pushLimb(amount);
    e.code.op(`i64_${kind}`).i64(0n);
    e.pushLimb(amount);
    e.code.i64(64n).op("i64_lt_u").op("select");
  }
  if (isNarrow(type)) e.code.op("i32_wrap_i64");
  e.maskTop(type);
  e.setTop(inst.results[0]!);
}

function shiftByConstant(e: Emitter, inst: Inst, kind: Shift, given: bigint): void {
  const type = e.type(inst.args[0]!);
  const result = inst.results[0]!;
  if (!e.isUsed(result)) return;
  if (given === 0n) return e.setLimbs(result, e.limbs(inst.args[0]!));
  if (given >= BigInt(type) && kind !== "shr_s") return e.setLimbs(result, new Array<Limb>(limbCount(type)).fill(ZERO));
  const amount = given >= BigInt(type) ? type - 1 : Number(given);
  if (isNarrow(type)) return shiftNarrowByConstant(e, inst, kind, amount);
  const count = limbCount(type);
  if (kind === "shl") {
    const limbs = shiftLimbsLeft(e, e.limbs(inst.args[0]!), amount);
    return e.setLimbs(result, cutTop(e, limbs, type));
  }
  const source = kind === "shr_s" ? e.wideSigned(inst.args[0]!, count) : e.limbs(inst.args[0]!);
  const limbs = shiftLimbsRight(e, source, amount, kind === "shr_s");
  e.setLimbs(result, kind === "shr_s" ? cutTop(e, limbs, type) : limbs);
}

function shiftNarrowByConstant(e: Emitter, inst: Inst, kind: Shift, amount: number): void {
  const type = e.type(inst.args[0]!);
  e.pure(inst, () => {
    e.push(inst.args[0]!);
    if (kind === "shr_s" && type < 32)
      e.code
        .i32(32 - type)
        .op("i32_shl")
        .i32(32 - type)
        .op("i32_shr_s");
    e.code.i32(amount).op(`i32_${kind}`);
    if (kind !== "shr_u") e.maskTop(type);
  });
}

function cutTop(e: Emitter, limbs: readonly Limb[], type: Type): Limb[] {
  const bits = topBits(type);
  const top = limbs[limbs.length - 1]!;
  return bits === 64 ? [...limbs] : [...limbs.slice(0, -1), bitwiseLimb(e, "and", top, constLimb(mask(bits)))];
}

/** Pushes or folds `limb shifted by bits`, 1 to 63. */
function shiftedLimb(e: Emitter, kind: Shift, limb: Limb, bits: number): Limb {
  if (limb.kind === "const") {
    if (kind === "shl") return constLimb(limb.value << BigInt(bits));
    return constLimb((kind === "shr_s" ? BigInt.asIntN(64, limb.value) : limb.value) >> BigInt(bits));
  }
  return e.save(() => {
    e.pushLimb(limb);
    e.code.i64(BigInt(bits)).op(`i64_${kind}`);
  });
}

function shiftLimbsLeft(e: Emitter, limbs: readonly Limb[], amount: number): Limb[] {
  const [whole, bits] = [amount >> 6, amount & 63];
  return limbs.map((_, i) => {
    const high = limbs[i - whole] ?? ZERO;
    if (bits === 0) return high;
    const low = limbs[i - whole - 1] ?? ZERO;
    return bitwiseLimb(e, "or", shiftedLimb(e, "shl", high, bits), shiftedLimb(e, "shr_u", low, 64 - bits));
  });
}

function shiftLimbsRight(e: Emitter, limbs: readonly Limb[], amount: number, signed: boolean): Limb[] {
  const [whole, bits] = [amount >> 6, amount & 63];
  const last = limbs.length - 1;
  const fill = signed ? shiftedLimb(e, "shr_s", limbs[last]!, 63) : ZERO;
  return limbs.map((_, i) => {
    const low = limbs[i + whole] ?? fill;
    if (bits === 0) return low;
    if (signed && i + whole === last) return shiftedLimb(e, "shr_s", low, bits);
    const high = limbs[i + whole + 1] ?? fill;
    return bitwiseLimb(e, "or", shiftedLimb(e, "shr_u", low, bits), shiftedLimb(e, "shl", high, 64 - bits));
  });
}

// ---- words of inline assembly ----------------------------------------------------------------------------------------

function byteOf(e: Emitter, inst: Inst): void {
  if (!e.isUsed(inst.results[0]!)) return;
  const limbs = e.limbs(inst.args[1]!);
  const index = e.constant(inst.args[0]!);
  if (index !== undefined) {
    if (index > 31n) return e.setLimbs(inst.results[0]!, [ZERO, ZERO, ZERO, ZERO]);
    const limb = limbs[3 - Number(index >> 3n)]!;
    const bits = 56 - 8 * Number(index & 7n);
    const low = bitwiseLimb(e, "and", bits === 0 ? limb : shiftedLimb(e, "shr_u", limb, bits), constLimb(0xffn));
    return e.setLimbs(inst.results[0]!, [low, ZERO, ZERO, ZERO]);
  }
  for (const limb of limbs) e.pushLimb(limb);
  e.pushSaturated(inst.args[0]!);
  const low = e.save(() => e.callKernel("byte256"));
  e.setLimbs(inst.results[0]!, [low, ZERO, ZERO, ZERO]);
}

function signextend(e: Emitter, inst: Inst): void {
  if (!e.isUsed(inst.results[0]!)) return;
  e.kernelResult(inst.results[0]!, "signextend256", [e.limbs(inst.args[1]!)], () => e.pushSaturated(inst.args[0]!));
}

function clz(e: Emitter, inst: Inst): void {
  if (!e.isUsed(inst.results[0]!)) return;
  for (const limb of e.limbs(inst.args[0]!)) e.pushLimb(limb);
  const low = e.save(() => e.callKernel("clz256"));
  e.setLimbs(inst.results[0]!, [low, ZERO, ZERO, ZERO]);
}

// ---- conversions ---------------------------------------------------------------------------------------------------

function zext(e: Emitter, inst: Inst): void {
  const [x, result] = [inst.args[0]!, inst.results[0]!];
  const [from, to] = [e.type(x), e.type(result)];
  if (isNarrow(from) && !isNarrow(to) && isSingle(to)) {
    e.pure(inst, () => {
      e.push(x);
      e.code.op("i64_extend_i32_u");
    });
  } else if (e.isUsed(result)) {
    e.setLimbs(result, isNarrow(to) ? e.limbs(x) : e.wide(x, limbCount(to)));
  }
}

function sext(e: Emitter, inst: Inst): void {
  const [x, result] = [inst.args[0]!, inst.results[0]!];
  const [from, to] = [e.type(x), e.type(result)];
  if (!e.isUsed(result)) return;
  if (!isNarrow(to)) return e.setLimbs(result, cutTop(e, e.wideSigned(x, limbCount(to)), to));
  e.pure(inst, () => {
    e.push(x);
    e.code
      .i32(32 - from)
      .op("i32_shl")
      .i32(32 - from)
      .op("i32_shr_s");
    e.maskTop(to);
  });
}

function trunc(e: Emitter, inst: Inst): void {
  const [x, result] = [inst.args[0]!, inst.results[0]!];
  const [from, to] = [e.type(x), e.type(result)];
  if (!e.isUsed(result)) return;
  if (isSingle(to)) {
    const low: () => void = isSingle(from) ? () => e.push(x) : pushLow(e, x);
    e.pure(inst, () => {
      low();
      if (isNarrow(to) && !isNarrow(from)) e.code.op("i32_wrap_i64");
      e.maskTop(to);
    });
  } else {
    e.setLimbs(result, cutTop(e, e.limbs(x).slice(0, limbCount(to)), to));
  }
}

/** Wide values have their limbs in locals already, so that the lowest can be read later. */
function pushLow(e: Emitter, value: ValueId): () => void {
  const low = e.limbs(value)[0]!;
  return () => e.pushLimb(low);
}

function select(e: Emitter, inst: Inst): void {
  const [c, x, y] = [inst.args[0]!, inst.args[1]!, inst.args[2]!];
  const type = e.type(x);
  if (!e.isUsed(inst.results[0]!)) return;
  if (isSingle(type)) {
    e.pure(inst, () => {
      e.push(x);
      e.push(y);
      e.push(c);
      e.code.op("select");
    });
    return;
  }
  const condition = e.limbs(c)[0]!;
  const [a, b] = [e.limbs(x), e.limbs(y)];
  e.setLimbs(
    inst.results[0]!,
    a.map((limb, i) => {
      const other = b[i]!;
      if (limb.kind === "const" && other.kind === "const" && limb.value === other.value) return limb;
      return e.save(() => {
        e.pushLimb(limb, limbType(type));
        e.pushLimb(other, limbType(type));
        e.pushLimb(condition, I32);
        e.code.op("select");
      });
    }),
  );
}

/** Constants are limbs; nothing is emitted. */
function constant(e: Emitter, inst: Inst): void {
  const result = inst.results[0]!;
  const value = inst.imm.int!;
  const count = limbCount(e.type(result));
  e.setLimbs(
    result,
    Array.from({ length: count }, (_, i) => constLimb(value >> BigInt(64 * i))),
  );
}

export const BIT_OPS: OpTable = {
  const: constant,
  and: bitwise("and"),
  or: bitwise("or"),
  xor: bitwise("xor"),
  not,
  shl: shift("shl"),
  "shr.u": shift("shr_u"),
  "shr.s": shift("shr_s"),
  byte: byteOf,
  signextend,
  clz,
  zext,
  sext,
  trunc,
  select,
};
