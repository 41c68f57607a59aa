/**
 * Division of numbers in memory, in 32-bit digits, least significant first (which is how little-endian limbs lie in memory).
 *
 *   math.divmod(aPtr, digits, bPtr, qPtr, rPtr)
 *     a: `digits` digits, 8 to 16 and a multiple of 4; b: 8 digits, not 0; q: `digits` digits; r: 8 digits.
 *     q and r may be the memory of a and b.
 *   math.div_u, math.rem_u (aPtr, bPtr) -> 4 limbs; 0 for a zero divisor.
 *
 * Knuth, The Art of Computer Programming, volume 2, 4.3.1, algorithm D; with a short division for one-digit divisors.
 */
import { LirBuilder } from "../../lir/builder.js";
import type { LirProgram, VReg } from "../../lir/instruction.js";

const QUAD = [0, 8, 16, 24];
const BASE = 1n << 32n;

/** Defines all of them. */
export function defineDivide(program: LirProgram): void {
  defineDivmod(program);
  defineQuad(program, "math.div_u", true);
  defineQuad(program, "math.rem_u", false);
}

function defineQuad(program: LirProgram, name: string, quotient: boolean): void {
  const f = new LirBuilder(program, name, 2);
  const [aPtr, bPtr] = [f.param(0), f.param(1)];
  const aLow = f.load(8, aPtr, 0);
  const bLow = f.load(8, bPtr, 0);
  const high = [8, 16, 24].map((o) => f.load(8, bPtr, o)).reduce((x, y) => f.or(x, y));
  const zero = f.label();
  f.if("eq", high, 0n, () => {
    f.branch("eq", bLow, 0n, zero);
    const aHigh = [8, 16, 24].map((o) => f.load(8, aPtr, o)).reduce((x, y) => f.or(x, y));
    f.if("eq", aHigh, 0n, () => f.ret([quotient ? f.div(aLow, bLow) : f.mod(aLow, bLow), 0n, 0n, 0n]));
  });
  const q = f.slot(32);
  const r = f.slot(32);
  f.call("math.divmod", [aPtr, 8n, bPtr, f.slotAddr(q), f.slotAddr(r)]);
  f.ret(QUAD.map((o) => f.load(8, { slot: quotient ? q : r }, o)));
  f.place(zero);
  f.ret([0n, 0n, 0n, 0n]);
  f.finish();
}

/** Address of digit `index` of a number. */
const digitAt = (f: LirBuilder, base: VReg, index: VReg): VReg => f.add(base, f.shl(index, 2n));

/** Counts `index` down from `from` - 1 to 0. */
function countDown(f: LirBuilder, from: VReg, body: (index: VReg) => void): void {
  const index = f.copy(from);
  f.while(
    () => ["ne", index, 0n],
    () => {
      f.aluTo(index, "sub", index, 1n);
      body(index);
    },
  );
}

function defineDivmod(program: LirProgram): void {
  const f = new LirBuilder(program, "math.divmod", 5);
  const [aPtr, digits, bPtr, qPtr, rPtr] = [f.param(0), f.param(1), f.param(2), f.param(3), f.param(4)];
  // Length of the divisor in digits.
  const length = f.copy(8n);
  f.while(
    () => ["eq", f.load(4, digitAt(f, bPtr, length), -4), 0n],
    () => f.aluTo(length, "sub", length, 1n),
  );
  f.if("eq", length, 1n, () => {
    const divisor = f.load(4, bPtr, 0);
    const rest = f.copy(0n);
    countDown(f, digits, (j) => {
      const value = f.or(f.shl(rest, 32n), f.load(4, digitAt(f, aPtr, j)));
      f.store(4, digitAt(f, qPtr, j), 0, f.div(value, divisor));
      f.set(rest, f.mod(value, divisor));
    });
    f.store(8, rPtr, 0, rest);
    for (const o of [8, 16, 24]) f.store(8, rPtr, o, 0n);
    f.ret();
  });
  // D1: scale both, so that the divisor's top digit has its high bit set. u has one digit more than a.
  const u = f.slotAddr(f.slot(17 * 4 + 4));
  const v = f.slotAddr(f.slot(32));
  const shift = f.copy(0n);
  const top = f.load(4, digitAt(f, bPtr, length), -4);
  f.while(
    () => ["lt.u", top, BASE >> 1n],
    () => {
      f.aluTo(top, "add", top, top);
      f.aluTo(shift, "add", shift, 1n);
    },
  );
  scale(f, aPtr, u, digits, shift, true);
  scale(f, bPtr, v, length, shift, false);
  divideDigits(f, { u, v, digits, length, qPtr });
  // D8: the remainder is u, unscaled.
  for (const o of QUAD) f.store(8, rPtr, o, 0n);
  countDown(f, length, (j) => {
    const at = digitAt(f, u, j);
    const pair = f.or(f.shl(f.load(4, at, 4), 32n), f.load(4, at, 0));
    f.store(4, digitAt(f, rPtr, j), 0, f.shr(pair, shift));
  });
  f.ret();
  f.finish();
}

/** to = from << shift, over `count` digits; the digit shifted out goes on top where `extra` is set. */
function scale(f: LirBuilder, from: VReg, to: VReg, count: VReg, shift: VReg, extra: boolean): void {
  const carry = f.copy(0n);
  const index = f.copy(0n);
  f.while(
    () => ["lt.u", index, count],
    () => {
      const value = f.or(f.shl(f.load(4, digitAt(f, from, index)), shift), carry);
      f.store(4, digitAt(f, to, index), 0, value);
      f.set(carry, f.shr(value, 32n));
      f.aluTo(index, "add", index, 1n);
    },
  );
  if (extra) f.store(4, digitAt(f, to, count), 0, carry);
}

interface Digits {
  u: VReg;
  v: VReg;
  digits: VReg;
  length: VReg;
  qPtr: VReg;
}

/** D2 to D7: the quotient's digits from the highest on; u becomes the scaled remainder. */
function divideDigits(f: LirBuilder, d: Digits): void {
  const vTop = f.load(4, digitAt(f, d.v, d.length), -4);
  const vNext = f.load(4, digitAt(f, d.v, d.length), -8);
  const zero = f.copy(f.sub(d.digits, d.length));
  const index = f.copy(d.digits);
  // Quotient digits above digits - length are 0.
  f.while(
    () => ["gt.u", index, f.add(zero, 1n)],
    () => {
      f.aluTo(index, "sub", index, 1n);
      f.store(4, digitAt(f, d.qPtr, index), 0, 0n);
    },
  );
  countDown(f, f.add(zero, 1n), (j) => {
    const uAt = digitAt(f, d.u, j);
    const uTop = f.add(uAt, f.shl(d.length, 2n));
    const dividend = f.or(f.shl(f.load(4, uTop, 0), 32n), f.load(4, uTop, -4));
    const guess = estimate(f, dividend, vTop, vNext, f.load(4, uTop, -8));
    const borrow = multiplySubtract(f, uAt, d.v, d.length, guess);
    f.if("ne", borrow, 0n, () => {
      f.aluTo(guess, "sub", guess, 1n);
      addBack(f, uAt, d.v, d.length);
    });
    f.store(4, digitAt(f, d.qPtr, j), 0, guess);
  });
}

/** D3: a guess of the quotient's digit that is at most one too large. */
function estimate(f: LirBuilder, dividend: VReg, vTop: VReg, vNext: VReg, uThird: VReg): VReg {
  const guess = f.div(dividend, vTop);
  const rest = f.mod(dividend, vTop);
  const test = f.label();
  const lower = f.label();
  const done = f.label();
  f.place(test);
  f.branch("ge.u", guess, BASE, lower);
  f.branch("le.u", f.mul(guess, vNext), f.or(f.shl(rest, 32n), uThird), done);
  f.place(lower);
  f.aluTo(guess, "sub", guess, 1n);
  f.aluTo(rest, "add", rest, vTop);
  f.branch("lt.u", rest, BASE, test);
  f.place(done);
  return guess;
}

/** D4: u -= guess * v over length + 1 digits; gives 1 where that went below zero. */
function multiplySubtract(f: LirBuilder, u: VReg, v: VReg, length: VReg, guess: VReg): VReg {
  const carry = f.copy(0n);
  const index = f.copy(0n);
  f.while(
    () => ["lt.u", index, length],
    () => {
      const product = f.add(f.mul(guess, f.load(4, digitAt(f, v, index))), carry);
      const at = digitAt(f, u, index);
      const difference = f.sub(f.load(4, at, 0), f.zext32(product));
      f.store(4, at, 0, difference);
      // The high half of the product, and 1 more where the digit went below zero.
      f.set(carry, f.add(f.shr(product, 32n), f.shr(difference, 63n)));
      f.aluTo(index, "add", index, 1n);
    },
  );
  const at = digitAt(f, u, length);
  const difference = f.sub(f.load(4, at, 0), carry);
  f.store(4, at, 0, difference);
  return f.shr(difference, 63n);
}

/** D6: u += v; the carry out is dropped. */
function addBack(f: LirBuilder, u: VReg, v: VReg, length: VReg): void {
  const carry = f.copy(0n);
  const index = f.copy(0n);
  f.while(
    () => ["lt.u", index, length],
    () => {
      const at = digitAt(f, u, index);
      const sum = f.add(f.add(f.load(4, at, 0), f.load(4, digitAt(f, v, index))), carry);
      f.store(4, at, 0, sum);
      f.set(carry, f.shr(sum, 32n));
      f.aluTo(index, "add", index, 1n);
    },
  );
  const at = digitAt(f, u, length);
  f.store(4, at, 0, f.add(f.load(4, at, 0), carry));
}
