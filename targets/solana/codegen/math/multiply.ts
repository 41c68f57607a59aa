/**
 * 256-bit multiplication. sBPF has no high half of a 64-bit product, so that it is put together from four 32-bit products.
 *
 *   math.mul(aPtr, bPtr) -> r0..r3, overflow      operands: quads in memory; overflow is 0 or 1
 */
import { LirBuilder } from "../../lir/builder.js";
import type { LirProgram, Operand, VReg } from "../../lir/instruction.js";

/** The full product of two 64-bit numbers: low and high half. */
export function multiplyWide(f: LirBuilder, a: VReg, b: VReg): [VReg, VReg] {
  const aLow = f.zext32(a);
  const aHigh = f.shr(a, 32n);
  const bLow = f.zext32(b);
  const bHigh = f.shr(b, 32n);
  const mid = f.add(f.mul(aLow, bHigh), f.shr(f.mul(aLow, bLow), 32n));
  const mid2 = f.add(f.mul(aHigh, bLow), f.zext32(mid));
  const high = f.add(f.add(f.mul(aHigh, bHigh), f.shr(mid, 32n)), f.shr(mid2, 32n));
  return [f.mul(a, b), high];
}

/** Defines math.mul. */
export function defineMultiply(program: LirProgram): void {
  const f = new LirBuilder(program, "math.mul", 2);
  const [aPtr, bPtr] = [f.param(0), f.param(1)];
  const a = [0, 8, 16, 24].map((offset) => f.load(8, aPtr, offset));
  const b = [0, 8, 16, 24].map((offset) => f.load(8, bPtr, offset));
  const high = [a[1]!, a[2]!, a[3]!, b[1]!, b[2]!, b[3]!].reduce((x, y) => f.or(x, y));
  f.if("eq", high, 0n, () => {
    const [low, upper] = multiplyWide(f, a[0]!, b[0]!);
    f.ret([low, upper, 0n, 0n, 0n]);
  });
  const product = [0, 1, 2, 3].map(() => f.copy(0n));
  const overflow = f.copy(0n);
  for (let i = 0; i < 4; i++) f.if("ne", a[i]!, 0n, () => multiplyRow(f, a[i]!, b, i, product, overflow));
  f.ret([...product, overflow] as Operand[]);
  f.finish();
}

/** product += a_i * b * 2^(64 i); whatever does not fit sets `overflow`. */
function multiplyRow(f: LirBuilder, digit: VReg, b: readonly VReg[], i: number, product: readonly VReg[], overflow: VReg): void {
  const carry = f.copy(0n);
  for (let j = 0; i + j < 4; j++) {
    const target = product[i + j]!;
    // Most numbers are short: a zero limb costs a branch instead of a product.
    const low = f.copy(0n);
    const high = f.copy(0n);
    f.if("ne", b[j]!, 0n, () => {
      const [productLow, productHigh] = multiplyWide(f, digit, b[j]!);
      f.set(low, productLow);
      f.set(high, productHigh);
    });
    f.aluTo(low, "add", low, carry);
    f.if("lt.u", low, carry, () => f.aluTo(high, "add", high, 1n));
    f.aluTo(target, "add", target, low);
    f.if("lt.u", target, low, () => f.aluTo(high, "add", high, 1n));
    f.set(carry, high);
  }
  const lost = b.slice(4 - i).reduce<VReg>((x, y) => f.or(x, y), carry);
  f.if("ne", lost, 0n, () => f.set(overflow, 1n));
}
