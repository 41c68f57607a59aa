/**
 * Long numbers of the modular exponentiation: digits of 28 bits, least significant first, each in a cell of 8 bytes. A product of two
 * digits has 56 bits, so that a column of up to MAX_DIGITS products is summed in one register before a carry is taken: four
 * instructions a product, which sBPF, without a high half of products, could not do with full limbs.
 */
import { LirBuilder } from "../../lir/builder.js";
import type { LirProgram, Operand, VReg } from "../../lir/instruction.js";

export const DIGIT_BITS = 28n;
export const DIGIT_MASK = (1n << DIGIT_BITS) - 1n;
/** 255 products of (2^28 - 1)^2, a digit and a carry below 2^37 stay below 2^64. */
export const MAX_DIGITS = 255n;

export const DIGITS = {
  /** (a, b, count) -> sum of a[i] * b[-i]: a column of a product; `a` goes up, `b` down. */
  dot: "big.dot",
  /** (bytes, length, digits, count, shift): a big-endian number times 2^shift, shift below 28, as so many digits. */
  fromBytes: "big.from_bytes",
  /** (digits, count, bytes, length): the number in so many big-endian bytes. */
  toBytes: "big.to_bytes",
  /** (digits, count, shift): shifts by fewer than 28 bits in place; what leaves at the top is dropped. */
  shiftLeft: "big.shift_left",
  shiftRight: "big.shift_right",
} as const;

const UNROLL = 16n;

export function defineDigits(program: LirProgram): void {
  defineDot(program);
  defineFromBytes(program);
  defineToBytes(program);
  defineShiftLeft(program);
  defineShiftRight(program);
}

/** The address of a digit. */
export const digitAt = (f: LirBuilder, digits: Operand, index: Operand): VReg => f.add(digits, f.shl(index, 3n));

function defineDot(program: LirProgram): void {
  const f = new LirBuilder(program, DIGITS.dot, 3);
  const [a, b, left] = [f.copy(f.param(0)), f.copy(f.param(1)), f.copy(f.param(2))];
  const sum = f.copy(0n);
  const steps = (count: bigint): void => {
    for (let i = 0; i < Number(count); i++) f.aluTo(sum, "add", sum, f.mul(f.load(8, a, 8 * i), f.load(8, b, -8 * i)));
    f.aluTo(a, "add", a, 8n * count);
    f.aluTo(b, "sub", b, 8n * count);
  };
  f.while(
    () => ["ge.u", left, UNROLL],
    () => {
      steps(UNROLL);
      f.aluTo(left, "sub", left, UNROLL);
    },
  );
  for (let count = UNROLL / 2n; count > 0n; count /= 2n) f.if("test", left, count, () => steps(count));
  f.ret([sum]);
  f.finish();
}

function defineFromBytes(program: LirProgram): void {
  const f = new LirBuilder(program, DIGITS.fromBytes, 5);
  const [bytes, length, digits, count, shift] = f.params as [VReg, VReg, VReg, VReg, VReg];
  const from = f.add(bytes, length);
  const to = f.copy(digits);
  const end = digitAt(f, digits, count);
  const pending = f.copy(0n);
  const bits = f.copy(shift);
  const emit = (): void => {
    f.store(8, to, 0, f.and(pending, DIGIT_MASK));
    f.aluTo(pending, "shr", pending, DIGIT_BITS);
    f.aluTo(to, "add", to, 8n);
  };
  f.while(
    () => ["gt.u", from, bytes],
    () => {
      f.aluTo(from, "sub", from, 1n);
      f.aluTo(pending, "or", pending, f.shl(f.load(1, from, 0), bits));
      f.aluTo(bits, "add", bits, 8n);
      f.if("ge.u", bits, DIGIT_BITS, () => {
        emit();
        f.aluTo(bits, "sub", bits, DIGIT_BITS);
      });
    },
  );
  f.while(() => ["lt.u", to, end], emit);
  f.ret([]);
  f.finish();
}

function defineToBytes(program: LirProgram): void {
  const f = new LirBuilder(program, DIGITS.toBytes, 4);
  const [digits, count, bytes, length] = f.params as [VReg, VReg, VReg, VReg];
  const to = f.add(bytes, length);
  const from = f.copy(digits);
  const end = digitAt(f, digits, count);
  const pending = f.copy(0n);
  const bits = f.copy(0n);
  f.while(
    () => ["gt.u", to, bytes],
    () => {
      const enough = f.label();
      f.branch("ge.u", bits, 8n, enough);
      f.branch("ge.u", from, end, enough);
      f.aluTo(pending, "or", pending, f.shl(f.load(8, from, 0), bits));
      f.aluTo(from, "add", from, 8n);
      f.aluTo(bits, "add", bits, DIGIT_BITS);
      f.place(enough);
      f.aluTo(to, "sub", to, 1n);
      f.store(1, to, 0, pending);
      f.aluTo(pending, "shr", pending, 8n);
      // Beyond the last digit there are only zeros, however many bits are claimed.
      f.if("ge.u", bits, 8n, () => f.aluTo(bits, "sub", bits, 8n));
    },
  );
  f.ret([]);
  f.finish();
}

function defineShiftLeft(program: LirProgram): void {
  const f = new LirBuilder(program, DIGITS.shiftLeft, 3);
  const [digits, count, shift] = f.params as [VReg, VReg, VReg];
  const at = f.copy(digits);
  const end = digitAt(f, digits, count);
  const carry = f.copy(0n);
  f.while(
    () => ["lt.u", at, end],
    () => {
      const shifted = f.or(f.shl(f.load(8, at, 0), shift), carry);
      f.store(8, at, 0, f.and(shifted, DIGIT_MASK));
      f.set(carry, f.shr(shifted, DIGIT_BITS));
      f.aluTo(at, "add", at, 8n);
    },
  );
  f.ret([]);
  f.finish();
}

function defineShiftRight(program: LirProgram): void {
  const f = new LirBuilder(program, DIGITS.shiftRight, 3);
  const [digits, count, shift] = f.params as [VReg, VReg, VReg];
  const at = digitAt(f, digits, count);
  const carry = f.copy(0n);
  f.while(
    () => ["gt.u", at, digits],
    () => {
      f.aluTo(at, "sub", at, 8n);
      const whole = f.or(f.shl(carry, DIGIT_BITS), f.load(8, at, 0));
      f.set(carry, f.load(8, at, 0));
      f.store(8, at, 0, f.and(f.shr(whole, shift), DIGIT_MASK));
    },
  );
  f.ret([]);
  f.finish();
}
