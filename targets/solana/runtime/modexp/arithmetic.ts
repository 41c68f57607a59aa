/**
 * Products and remainders of long numbers (digits.ts). Products and Montgomery's reduction go column by column; division is
 * Knuth's algorithm D. Numbers have up to MAX_DIGITS digits.
 */
import { LirBuilder } from "../../lir/builder.js";
import type { LirProgram, VReg } from "../../lir/instruction.js";
import { DIGIT_BITS, DIGIT_MASK, digitAt, DIGITS } from "./digits.js";

export const LONG = {
  /** (a, b, product, n): 2 n digits of a product of n digits each. */
  multiply: "big.multiply",
  /** (a, product, n): the same for a * a, with half the products. */
  square: "big.square",
  /** (number of 2 n digits, modulus, -1 / modulus mod 2^28, n, result): number / 2^(28 n) mod modulus; destroys the number. */
  montgomery: "big.montgomery",
  /** (u, length, v, n): u, whose digit `length` exists and is free, modulo v of n digits with the highest bit set; in place. */
  divide: "big.divide",
} as const;

export function defineLong(program: LirProgram): void {
  defineProduct(program, LONG.multiply, false);
  defineProduct(program, LONG.square, true);
  defineMontgomery(program);
  defineDivide(program);
}

/** Takes the lowest digit of a column's sum; the rest becomes the carry. */
function takeDigit(f: LirBuilder, sum: VReg, to: VReg, carry: VReg): void {
  f.store(8, to, 0, f.and(sum, DIGIT_MASK));
  f.set(carry, f.shr(sum, DIGIT_BITS));
}

function defineProduct(program: LirProgram, name: string, square: boolean): void {
  const f = new LirBuilder(program, name, square ? 3 : 4);
  const a = f.param(0);
  const b = square ? a : f.param(1);
  const [product, n] = square ? [f.param(1), f.param(2)] : [f.param(2), f.param(3)];
  const columns = f.sub(f.shl(n, 1n), 1n);
  const column = f.copy(0n);
  const carry = f.copy(0n);
  f.while(
    () => ["lt.u", column, columns],
    () => {
      // Digits first to last of a, with digits column - first and down of b.
      const first = f.copy(0n);
      f.if("ge.u", column, n, () => f.set(first, f.add(f.sub(column, n), 1n)));
      const count = f.add(f.sub(column, f.shl(first, 1n)), 1n);
      const low = digitAt(f, a, first);
      const high = digitAt(f, b, f.sub(column, first));
      const sum = f.reg();
      if (square) {
        f.set(sum, f.shl(f.call1(DIGITS.dot, [low, high, f.shr(count, 1n)]), 1n));
        f.if("test", count, 1n, () => {
          const middle = f.load(8, digitAt(f, a, f.shr(column, 1n)), 0);
          f.aluTo(sum, "add", sum, f.mul(middle, middle));
        });
      } else f.set(sum, f.call1(DIGITS.dot, [low, high, count]));
      f.aluTo(sum, "add", sum, carry);
      takeDigit(f, sum, digitAt(f, product, column), carry);
      f.aluTo(column, "add", column, 1n);
    },
  );
  f.store(8, digitAt(f, product, columns), 0, carry);
  f.ret([]);
  f.finish();
}

function defineMontgomery(program: LirProgram): void {
  const f = new LirBuilder(program, LONG.montgomery, 5);
  const [t, modulus, inverse, n, result] = f.params as [VReg, VReg, VReg, VReg, VReg];
  const carry = f.copy(0n);
  const index = f.copy(0n);
  const lowest = f.load(8, modulus, 0);
  f.while(
    () => ["lt.u", index, n],
    () => {
      // The quotient's digits take the place of the digits that they make zero.
      const at = digitAt(f, t, index);
      const sum = f.add(f.call1(DIGITS.dot, [t, digitAt(f, modulus, index), index]), f.add(carry, f.load(8, at, 0)));
      const quotient = f.and(f.mul(f.and(sum, DIGIT_MASK), inverse), DIGIT_MASK);
      f.store(8, at, 0, quotient);
      f.set(carry, f.shr(f.add(sum, f.mul(quotient, lowest)), DIGIT_BITS));
      f.aluTo(index, "add", index, 1n);
    },
  );
  f.set(index, 0n);
  f.while(
    () => ["lt.u", index, n],
    () => {
      const first = f.add(index, 1n);
      const column = f.call1(DIGITS.dot, [digitAt(f, t, first), digitAt(f, modulus, f.sub(n, 1n)), f.sub(n, first)]);
      const sum = f.add(column, f.add(carry, f.load(8, digitAt(f, t, f.add(index, n)), 0)));
      takeDigit(f, sum, digitAt(f, result, index), carry);
      f.aluTo(index, "add", index, 1n);
    },
  );
  // The result is below twice the modulus.
  subtractOnce(f, result, modulus, n, carry);
  f.ret([]);
  f.finish();
}

/** result -= modulus where it is not below it; `carry` is the digit above the result. */
function subtractOnce(f: LirBuilder, result: VReg, modulus: VReg, n: VReg, carry: VReg): void {
  const subtract = f.label();
  const done = f.label();
  f.branch("ne", carry, 0n, subtract);
  const index = f.copy(n);
  f.while(
    () => ["ne", index, 0n],
    () => {
      f.aluTo(index, "sub", index, 1n);
      const x = f.load(8, digitAt(f, result, index), 0);
      const y = f.load(8, digitAt(f, modulus, index), 0);
      f.branch("lt.u", x, y, done);
      f.branch("gt.u", x, y, subtract);
    },
  );
  f.place(subtract);
  const borrow = f.copy(0n);
  const at = f.copy(result);
  const from = f.copy(modulus);
  const end = digitAt(f, result, n);
  f.while(
    () => ["lt.u", at, end],
    () => {
      const difference = f.add(f.sub(f.load(8, at, 0), f.load(8, from, 0)), borrow);
      f.store(8, at, 0, f.and(difference, DIGIT_MASK));
      f.set(borrow, f.sar(difference, DIGIT_BITS));
      f.aluTo(at, "add", at, 8n);
      f.aluTo(from, "add", from, 8n);
    },
  );
  f.place(done);
}

/** The estimate of a quotient's digit from two digits is at most 2 too large: what went below zero is added back. */
function defineDivide(program: LirProgram): void {
  const f = new LirBuilder(program, LONG.divide, 4);
  const [u, length, v, n] = f.params as [VReg, VReg, VReg, VReg];
  f.store(8, digitAt(f, u, length), 0, 0n);
  const highest = f.load(8, digitAt(f, v, f.sub(n, 1n)), 0);
  f.if("lt.u", length, n, () => f.ret([]));
  const at = digitAt(f, u, f.sub(length, n));
  f.while(
    () => ["ge.u", at, u],
    () => {
      const top = digitAt(f, at, n);
      const quotient = f.div(f.or(f.shl(f.load(8, top, 0), DIGIT_BITS), f.load(8, top, -8)), highest);
      f.if("gt.u", quotient, DIGIT_MASK, () => f.set(quotient, DIGIT_MASK));
      f.if("ne", quotient, 0n, () => subtractMultiple(f, at, v, top, quotient));
      f.aluTo(at, "sub", at, 8n);
    },
  );
  f.ret([]);
  f.finish();
}

/** at[0..n] -= quotient * v, then += v while the result is negative. */
function subtractMultiple(f: LirBuilder, at: VReg, v: VReg, top: VReg, quotient: VReg): void {
  const carry = f.copy(0n);
  const digit = f.copy(at);
  const factor = f.copy(v);
  /** Each digit plus (or minus) a multiple of v's, and the carry, which is signed. */
  const pass = (next: () => VReg): void => {
    f.set(carry, 0n);
    f.set(digit, at);
    f.set(factor, v);
    f.while(
      () => ["lt.u", digit, top],
      () => {
        const sum = f.add(next(), carry);
        f.store(8, digit, 0, f.and(sum, DIGIT_MASK));
        f.set(carry, f.sar(sum, DIGIT_BITS));
        f.aluTo(digit, "add", digit, 8n);
        f.aluTo(factor, "add", factor, 8n);
      },
    );
  };
  pass(() => f.sub(f.load(8, digit, 0), f.mul(f.load(8, factor, 0), quotient)));
  const rest = f.add(f.load(8, top, 0), carry);
  f.while(
    () => ["lt.s", rest, 0n],
    () => {
      pass(() => f.add(f.load(8, digit, 0), f.load(8, factor, 0)));
      f.aluTo(rest, "add", rest, carry);
    },
  );
  f.store(8, top, 0, rest);
}
