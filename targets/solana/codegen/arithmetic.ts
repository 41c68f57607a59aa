/**
 * Addition, subtraction and bitwise operations on limbs, inline.
 *
 * Carries are rare in practice, so each is a branch that is normally not taken:
 *   r_i = a_i + b_i for all i;   then from the top down:  if (r_i < b_i) increment r_{i+1} and ripple while it wraps to 0.
 * That is right because a carry out of limb i is decided before any lower carry has been added to it, and the ripple
 * of a lower carry wraps a limb only where that limb was all ones, which cannot have carried as well.
 */
import type { LirBuilder } from "../lir/builder.js";
import type { Label, Operand, VReg } from "../lir/instruction.js";
import { topBits, type LimbEmitter, type Limbs } from "./limbs.js";

/** The sum modulo 2^64 per limb; jumps to `overflow` where the sum exceeds all limbs. */
export function addLimbs(e: LimbEmitter, a: Limbs, b: Limbs, overflow?: Label): Operand[] {
  if (a.every((limb) => limb === 0n)) return b.slice();
  if (b.every((limb) => limb === 0n)) return a.slice();
  const { f } = e;
  const n = a.length;
  const sum: VReg[] = a.map((limb, i) => f.copy(e.alu("add", limb, b[i]!)));
  for (let i = overflow ? n - 1 : n - 2; i >= 0; i--) {
    // A constant zero limb cannot carry.
    if (a[i] === 0n || b[i] === 0n) continue;
    const noCarry = f.label();
    if (i === n - 1) {
      f.branch("lt.u", sum[i]!, b[i]!, overflow!);
      continue;
    }
    f.branch("ge.u", sum[i]!, b[i]!, noCarry);
    ripple(f, sum, i + 1, noCarry, overflow);
    f.place(noCarry);
  }
  return sum;
}

/** Adds 1 to limb `from` and on while limbs wrap. */
function ripple(f: LirBuilder, sum: readonly VReg[], from: number, done: Label, overflow?: Label): void {
  for (let j = from; j < sum.length; j++) {
    f.aluTo(sum[j]!, "add", sum[j]!, 1n);
    if (j + 1 < sum.length) f.branch("ne", sum[j]!, 0n, done);
    else if (overflow) f.branch("eq", sum[j]!, 0n, overflow);
  }
}

/** The difference modulo 2^64 per limb; jumps to `underflow` where a < b. */
export function subLimbs(e: LimbEmitter, a: Limbs, b: Limbs, underflow?: Label): Operand[] {
  if (b.every((limb) => limb === 0n)) return a.slice();
  const { f } = e;
  const n = a.length;
  const difference: VReg[] = a.map((limb, i) => f.copy(e.alu("sub", limb, b[i]!)));
  for (let i = underflow ? n - 1 : n - 2; i >= 0; i--) {
    if (b[i] === 0n) continue;
    if (i === n - 1) {
      f.branch("lt.u", a[i]!, b[i]!, underflow!);
      continue;
    }
    const noBorrow = f.label();
    f.branch("ge.u", a[i]!, b[i]!, noBorrow);
    for (let j = i + 1; j < n; j++) {
      // A borrow goes on where the limb was 0 before it.
      const limb = difference[j]!;
      f.aluTo(limb, "sub", limb, 1n);
      const last = j + 1 === n;
      if (!last) f.branch("ne", limb, -1n, noBorrow);
      else if (underflow) f.branch("eq", limb, -1n, underflow);
    }
    f.place(noBorrow);
  }
  return difference;
}

/** Two's complement negation. */
export function negateLimbs(e: LimbEmitter, a: Limbs): Operand[] {
  return subLimbs(
    e,
    a.map(() => 0n),
    a,
  );
}

/** -a where the sign register is not 0 (then it is all ones), else a; modulo 2^64 per limb. */
export function negateIf(e: LimbEmitter, a: Limbs, sign: VReg): VReg[] {
  const { f } = e;
  const out = e.fresh(a);
  const done = f.label();
  f.branch("eq", sign, 0n, done);
  const negative = negateLimbs(e, a);
  out.forEach((reg, i) => f.set(reg, negative[i]!));
  f.place(done);
  return out;
}

/** The sign of a value of a type: all ones or 0. */
export function signOf(e: LimbEmitter, a: Limbs, bits: number): Operand {
  const top = e.alu("shl", a[a.length - 1]!, BigInt(64 - topBits(bits)));
  return e.alu("sar", top, 63n);
}

/** Jumps to a label where the type's sign bit of a limb (the highest one) is set. */
export function branchOnSign(e: LimbEmitter, limb: Operand, bits: number, to: Label): void {
  const shifted = e.alu("shl", limb, BigInt(64 - topBits(bits)));
  e.f.branch("lt.s", shifted, 0n, to);
}
