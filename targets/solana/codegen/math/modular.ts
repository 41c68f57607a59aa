/**
 * Modular arithmetic and powers on quads in memory.
 *
 *   math.addmod, math.mulmod (aPtr, bPtr, mPtr) -> 4 limbs; 0 where m is 0
 *   math.exp (basePtr, exponentPtr) -> 4 limbs, overflow      modulo 2^256; overflow is 1 where the true power exceeds 256 bits
 */
import { LirBuilder } from "../../lir/builder.js";
import type { LirProgram, Operand, VReg } from "../../lir/instruction.js";
import { addLimbs } from "../arithmetic.js";
import { LimbEmitter } from "../limbs.js";
import { multiplyWide } from "./multiply.js";

const QUAD = [0, 8, 16, 24];

/** Defines all of them. */
export function defineModular(program: LirProgram): void {
  defineAddmod(program);
  defineMulmod(program);
  defineExp(program);
}

function loadQuad(f: LirBuilder, pointer: VReg): VReg[] {
  return QUAD.map((o) => f.load(8, pointer, o));
}

/** Returns 0 where the modulus is 0. */
function refuseZero(f: LirBuilder, pointer: VReg): void {
  const any = loadQuad(f, pointer).reduce((x, y) => f.or(x, y));
  f.if("eq", any, 0n, () => f.ret([0n, 0n, 0n, 0n]));
}

function defineAddmod(program: LirProgram): void {
  const f = new LirBuilder(program, "math.addmod", 3);
  const e = new LimbEmitter(f);
  refuseZero(f, f.param(2));
  const sum = f.slot(64);
  const a: Operand[] = [...loadQuad(f, f.param(0)), 0n];
  const b: Operand[] = [...loadQuad(f, f.param(1)), 0n];
  const limbs = addLimbs(e, a, b);
  for (let i = 0; i < 8; i++) f.store(8, { slot: sum }, 8 * i, limbs[i] ?? 0n);
  finishRemainder(f, f.slotAddr(sum), 12n, f.param(2));
}

/** Returns the remainder of the number at `pointer`, whose quotient overwrites it. */
function finishRemainder(f: LirBuilder, pointer: VReg, digits: bigint, modulus: VReg): void {
  const rest = f.slot(32);
  f.call("math.divmod", [pointer, digits, modulus, pointer, f.slotAddr(rest)]);
  f.ret(QUAD.map((o) => f.load(8, { slot: rest }, o)));
  f.finish();
}

function defineMulmod(program: LirProgram): void {
  const f = new LirBuilder(program, "math.mulmod", 3);
  refuseZero(f, f.param(2));
  const product = f.slot(64);
  for (let i = 0; i < 8; i++) f.store(8, { slot: product }, 8 * i, 0n);
  const a = loadQuad(f, f.param(0));
  for (let i = 0; i < 4; i++) {
    const digit = a[i]!;
    f.if("ne", digit, 0n, () => {
      const carry = f.copy(0n);
      for (let j = 0; j < 4; j++) {
        const [low, high] = multiplyWide(f, digit, f.load(8, f.param(1), 8 * j));
        f.aluTo(low, "add", low, carry);
        f.if("lt.u", low, carry, () => f.aluTo(high, "add", high, 1n));
        const sum = f.add(f.load(8, { slot: product }, 8 * (i + j)), low);
        f.if("lt.u", sum, low, () => f.aluTo(high, "add", high, 1n));
        f.store(8, { slot: product }, 8 * (i + j), sum);
        f.set(carry, high);
      }
      f.store(8, { slot: product }, 8 * (i + 4), carry);
    });
  }
  finishRemainder(f, f.slotAddr(product), 16n, f.param(2));
}

function defineExp(program: LirProgram): void {
  const f = new LirBuilder(program, "math.exp", 2);
  const base = f.slot(32);
  const result = f.slot(32);
  const overflow = f.copy(0n);
  const baseOverflow = f.copy(0n);
  loadQuad(f, f.param(0)).forEach((limb, i) => f.store(8, { slot: base }, 8 * i, limb));
  QUAD.forEach((o) => f.store(8, { slot: result }, o, o === 0 ? 1n : 0n));
  const rest = loadQuad(f, f.param(1));
  const any = (): VReg => rest.reduce((x, y) => f.or(x, y));
  f.while(
    () => ["ne", any(), 0n],
    () => {
      const even = f.label();
      f.branch("eq", f.and(rest[0]!, 1n), 0n, even);
      // A base that has outgrown 256 bits counts only once it is multiplied in.
      f.aluTo(overflow, "or", overflow, baseOverflow);
      multiplyInto(f, result, base, overflow);
      f.place(even);
      rest.forEach((limb, i) => {
        f.aluTo(limb, "shr", limb, 1n);
        if (i < 3) f.aluTo(limb, "or", limb, f.shl(rest[i + 1]!, 63n));
      });
      const done = f.label();
      f.branch("eq", any(), 0n, done);
      multiplyInto(f, base, base, baseOverflow);
      f.place(done);
    },
  );
  f.ret([...QUAD.map((o) => f.load(8, { slot: result }, o)), overflow]);
  f.finish();
}

/** target *= factor; sets `overflow` where the product does not fit. */
function multiplyInto(f: LirBuilder, target: ReturnType<LirBuilder["slot"]>, factor: ReturnType<LirBuilder["slot"]>, overflow: VReg): void {
  const [p0, p1, p2, p3, lost] = f.call("math.mul", [f.slotAddr(target), f.slotAddr(factor)], 5) as [VReg, VReg, VReg, VReg, VReg];
  [p0, p1, p2, p3].forEach((limb, i) => f.store(8, { slot: target }, 8 * i, limb));
  f.aluTo(overflow, "or", overflow, lost);
}
