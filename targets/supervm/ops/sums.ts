/**
 * Addition and subtraction, plain and checked. Wide ones are carry chains over limbs, written out: limbs that are known to be 0 drop out.
 *
 *   %2 = add %0, %1 : i128   ->   r0 = a0 + b0; r1 = a1 + b1 + (r0 < b0)
 */
import type { Inst } from "../../../compiler/ir/module.js";
import type { Type } from "../../../compiler/ir/ops.js";
import { type Emitter, isZero, type Limb } from "../emitter.js";
import { isNarrow, isSingle, limbCount, mask, topBits } from "../types.js";
import { I32 } from "../wasm/opcodes.js";
import type { OpHandler, OpTable } from "./handler.js";

const PANIC_OVERFLOW = 0x11;

interface Chain {
  readonly limbs: Limb[];
  /** The carry or borrow out of the last limb, 0 or 1 as i64; undefined where it is known to be 0. */
  readonly carry: Limb | undefined;
}

/** Sum or difference of limbs, not cut to a width; `needCarry` asks for the carry out of the last limb. */
function chain(e: Emitter, kind: "add" | "sub", a: readonly Limb[], b: readonly Limb[], needCarry: boolean): Chain {
  const limbs: Limb[] = [];
  let carry: Limb | undefined;
  a.forEach((ai, i) => {
    const bi = b[i]!;
    const last = i === a.length - 1 && !needCarry;
    if (isZero(bi) && !carry) {
      limbs.push(ai);
    } else if (kind === "add" && isZero(ai) && !carry) {
      limbs.push(bi);
    } else if (kind === "add") {
      const step = addLimb(e, ai, bi, carry, last);
      limbs.push(step.limb);
      carry = step.carry;
    } else {
      const step = subLimb(e, ai, bi, carry, last);
      limbs.push(step.limb);
      carry = step.carry;
    }
  });
  return { limbs, carry };
}

interface Step {
  readonly limb: Limb;
  readonly carry: Limb | undefined;
}

/** Pushes `x op y` of i64 limbs as an i64 flag. */
function flag(e: Emitter, x: Limb, y: Limb): void {
  e.pushLimb(x);
  e.pushLimb(y);
  e.code.op("i64_lt_u").op("i64_extend_i32_u");
}

function addLimb(e: Emitter, a: Limb, b: Limb, carry: Limb | undefined, last: boolean): Step {
  const plain = isZero(b) ? a : isZero(a) ? b : undefined;
  const sum =
    plain ??
    e.save(() => {
      e.pushLimb(a);
      e.pushLimb(b);
      e.code.op("i64_add");
    });
  if (!carry) {
    return { limb: sum, carry: last ? undefined : e.save(() => flag(e, sum, b)) };
  }
  const total = e.save(() => {
    e.pushLimb(sum);
    e.pushLimb(carry);
    e.code.op("i64_add");
  });
  if (last) return { limb: total, carry: undefined };
  const out = e.save(() => {
    // At most one of the two sums wraps.
    flag(e, total, carry);
    if (!plain) {
      flag(e, sum, b);
      e.code.op("i64_or");
    }
  });
  return { limb: total, carry: out };
}

function subLimb(e: Emitter, a: Limb, b: Limb, borrow: Limb | undefined, last: boolean): Step {
  const difference = isZero(b)
    ? a
    : e.save(() => {
        e.pushLimb(a);
        e.pushLimb(b);
        e.code.op("i64_sub");
      });
  if (!borrow) return { limb: difference, carry: last ? undefined : e.save(() => flag(e, a, b)) };
  const rest = e.save(() => {
    e.pushLimb(difference);
    e.pushLimb(borrow);
    e.code.op("i64_sub");
  });
  if (last) return { limb: rest, carry: undefined };
  const out = e.save(() => {
    flag(e, difference, borrow);
    if (!isZero(b)) {
      flag(e, a, b);
      e.code.op("i64_or");
    }
  });
  return { limb: rest, carry: out };
}

/** Cuts the highest limb to the type's width. */
function cut(e: Emitter, limbs: Limb[], type: Type): Limb[] {
  const top = limbs[limbs.length - 1]!;
  if (topBits(type) === 64) return limbs;
  const masked: Limb =
    top.kind === "const"
      ? { kind: "const", value: top.value & mask(topBits(type)) }
      : e.save(() => {
          e.pushLimb(top);
          e.maskTop(type);
        });
  return [...limbs.slice(0, -1), masked];
}

/** `nuw`: the result is known to be clean. */
function plain(kind: "add" | "sub", nuw: boolean): OpHandler {
  return (e, inst) => {
    const [x, y] = [inst.args[0]!, inst.args[1]!];
    const type = e.type(x);
    if (isSingle(type)) {
      e.pure(inst, () => {
        e.push(x);
        e.push(y);
        e.code.op(`${isNarrow(type) ? "i32" : "i64"}_${kind}`);
        if (!nuw) e.maskTop(type);
      });
      return;
    }
    if (!e.isUsed(inst.results[0]!)) return;
    const { limbs } = chain(e, kind, e.limbs(x), e.limbs(y), false);
    e.setLimbs(inst.results[0]!, nuw ? limbs : cut(e, limbs, type));
  };
}

function checkedUnsigned(kind: "add" | "sub"): OpHandler {
  return (e, inst) => {
    const type = e.type(inst.args[0]!);
    if (isNarrow(type)) return checkedNarrow(e, inst, kind);
    const [a, b] = [e.limbs(inst.args[0]!), e.limbs(inst.args[1]!)];
    const partial = topBits(type) < 64;
    const { limbs, carry } = chain(e, kind, a, b, kind === "sub" || !partial);
    if (kind === "add" && partial) {
      e.pushLimb(limbs[limbs.length - 1]!);
      e.code.i64(mask(topBits(type))).op("i64_gt_u");
      e.when(() => e.panic(PANIC_OVERFLOW));
    } else if (carry) {
      e.pushLimb(carry);
      e.code.op("i32_wrap_i64");
      e.when(() => e.panic(PANIC_OVERFLOW));
    }
    e.setLimbs(inst.results[0]!, limbs);
  };
}

/** Sums of two clean values below 2^32 in an i32: compare with the width's mask, or with an operand where the width is all of it. */
function checkedNarrow(e: Emitter, inst: Inst, kind: "add" | "sub"): void {
  const type = e.type(inst.args[0]!);
  const [a, b] = [e.limbs(inst.args[0]!)[0]!, e.limbs(inst.args[1]!)[0]!];
  const result = e.save(() => {
    e.pushLimb(a, I32);
    e.pushLimb(b, I32);
    e.code.op(`i32_${kind}`);
  }, I32);
  if (kind === "sub") {
    e.pushLimb(a, I32);
    e.pushLimb(b, I32);
    e.code.op("i32_lt_u");
  } else if (type === 32) {
    e.pushLimb(result, I32);
    e.pushLimb(b, I32);
    e.code.op("i32_lt_u");
  } else {
    e.pushLimb(result, I32);
    e.code.i32(Number(mask(type))).op("i32_gt_u");
  }
  e.when(() => e.panic(PANIC_OVERFLOW));
  e.setLimbs(inst.results[0]!, [result]);
}

/**
 * Signed: add overflows where the operands' signs agree and the result's differs; sub where the operands' signs differ and the result's is not the
 * first one's. Only the sign bits of the highest limbs count.
 */
function checkedSigned(kind: "add" | "sub"): OpHandler {
  return (e, inst) => {
    const type = e.type(inst.args[0]!);
    const [a, b] = [e.limbs(inst.args[0]!), e.limbs(inst.args[1]!)];
    const wasm = isNarrow(type) ? I32 : undefined;
    const prefix = isNarrow(type) ? "i32" : "i64";
    const narrow = (): Limb[] => [
      e.save(() => {
        e.pushLimb(a[0]!, I32);
        e.pushLimb(b[0]!, I32);
        e.code.op(`i32_${kind}`);
        e.maskTop(type);
      }, I32),
    ];
    const limbs = isNarrow(type) ? narrow() : cut(e, chain(e, kind, a, b, false).limbs, type);
    const top = limbCount(type) - 1;
    const difference = (x: Limb, y: Limb): void => {
      e.pushLimb(x, wasm);
      e.pushLimb(y, wasm);
      e.code.op(`${prefix}_xor`);
    };
    difference(a[top]!, kind === "add" ? limbs[top]! : b[top]!);
    difference(kind === "add" ? b[top]! : a[top]!, limbs[top]!);
    e.code.op(`${prefix}_and`);
    const sign = topBits(type) - 1;
    if (isNarrow(type)) e.code.i32(sign).op("i32_shr_u");
    else e.code.i64(BigInt(sign)).op("i64_shr_u").op("i32_wrap_i64");
    e.when(() => e.panic(PANIC_OVERFLOW));
    e.setLimbs(inst.results[0]!, limbs);
  };
}

export const SUM_OPS: OpTable = {
  add: plain("add", false),
  sub: plain("sub", false),
  "add.nuw": plain("add", true),
  "sub.nuw": plain("sub", true),
  "add.checked.u": checkedUnsigned("add"),
  "sub.checked.u": checkedUnsigned("sub"),
  "add.checked.s": checkedSigned("add"),
  "sub.checked.s": checkedSigned("sub"),
};
