/**
 * Powers modulo a number by windows of the exponent, over either of two sorts of numbers: quads for even moduli of up to 256 bits,
 * whose products are reduced by the image's `math.mulmod`, and long numbers (digits.ts) for others, by Montgomery's reduction where
 * the modulus is odd and by division where it is even.
 */
import { LirBuilder } from "../../lir/builder.js";
import type { LirProgram, VReg } from "../../lir/instruction.js";
import { ARITHMETIC } from "../abi.js";
import { storeQuad } from "../cells.js";
import { LONG } from "./arithmetic.js";
import { digitAt, DIGITS } from "./digits.js";

export const POWER = {
  /** (context): RESULT = PRODUCT reduced; long numbers. */
  reduce: "rt.modexp_reduce",
  /** (context): fills POWERS from its first entry on. */
  table: "rt.modexp_table",
  /** (context, exponent, length) -> 1 where the exponent is not 0: RESULT = base to the exponent, window by window from the highest. */
  raise: "rt.modexp_raise",
} as const;
const MULTIPLY = "rt.modexp_multiply";

/** Cells of the workspace. Numbers are given by their addresses. */
export const CONTEXT = {
  /** Digits of the modulus; 0 where numbers are quads. */
  N: 0,
  MODULUS: 8,
  /** -1 / modulus mod 2^28; 0 for an even modulus. */
  INVERSE: 16,
  /** The modulus shifted so that its highest bit is set, and by how much. */
  NORMAL: 24,
  SHIFT: 32,
  /** The base's powers 1, 2, ... that the windows of the exponent need, n digits each. */
  POWERS: 40,
  RESULT: 48,
  /** Room for products. */
  PRODUCT: 56,
  /** Bits of a window. */
  WINDOW: 64,
  /** Bytes of a number. */
  BYTES: 72,
  SIZE: 80n,
} as const;
export function definePower(program: LirProgram): void {
  defineReduce(program);
  defineMultiply(program);
  defineTable(program);
  defineRaise(program);
}

function defineReduce(program: LirProgram): void {
  const f = new LirBuilder(program, POWER.reduce, 1);
  const context = f.param(0);
  const [n, inverse] = [f.load(8, context, CONTEXT.N), f.load(8, context, CONTEXT.INVERSE)];
  const [product, result] = [f.load(8, context, CONTEXT.PRODUCT), f.load(8, context, CONTEXT.RESULT)];
  f.if("ne", inverse, 0n, () => {
    f.call(LONG.montgomery, [product, f.load(8, context, CONTEXT.MODULUS), inverse, n, result]);
    f.ret([]);
  });
  const length = f.add(f.shl(n, 1n), 1n);
  const shift = f.load(8, context, CONTEXT.SHIFT);
  // The shifted product may reach into a digit more.
  f.store(8, digitAt(f, product, f.sub(length, 1n)), 0, 0n);
  f.call(DIGITS.shiftLeft, [product, length, shift]);
  f.call(LONG.divide, [product, length, f.load(8, context, CONTEXT.NORMAL), n]);
  f.call(DIGITS.shiftRight, [product, n, shift]);
  f.syscall("sol_memcpy_", [result, product, f.shl(n, 3n)]);
  f.ret([]);
  f.finish();
}

/** (context, a, b): RESULT = a * b modulo the modulus. RESULT may be a factor. */
function defineMultiply(program: LirProgram): void {
  const f = new LirBuilder(program, MULTIPLY, 3);
  const [context, a, b] = f.params as [VReg, VReg, VReg];
  const n = f.load(8, context, CONTEXT.N);
  f.if("eq", n, 0n, () => {
    const product = f.call(ARITHMETIC.mulmod, [a, b, f.load(8, context, CONTEXT.MODULUS)], 4);
    storeQuad(f, f.load(8, context, CONTEXT.RESULT), 0, product);
    f.ret([]);
  });
  const product = f.load(8, context, CONTEXT.PRODUCT);
  f.if(
    "eq",
    a,
    b,
    () => f.call(LONG.square, [a, product, n]),
    () => f.call(LONG.multiply, [a, b, product, n]),
  );
  f.call(POWER.reduce, [context]);
  f.ret([]);
  f.finish();
}

function defineTable(program: LirProgram): void {
  const f = new LirBuilder(program, POWER.table, 1);
  const context = f.param(0);
  const bytes = f.load(8, context, CONTEXT.BYTES);
  const base = f.load(8, context, CONTEXT.POWERS);
  const at = f.copy(base);
  const left = f.sub(f.shl(1n, f.load(8, context, CONTEXT.WINDOW)), 2n);
  f.while(
    () => ["ne", left, 0n],
    () => {
      f.call(MULTIPLY, [context, at, base]);
      f.aluTo(at, "add", at, bytes);
      f.syscall("sol_memcpy_", [at, f.load(8, context, CONTEXT.RESULT), bytes]);
      f.aluTo(left, "sub", left, 1n);
    },
  );
  f.ret([]);
  f.finish();
}

function defineRaise(program: LirProgram): void {
  const f = new LirBuilder(program, POWER.raise, 3);
  const context = f.param(0);
  const at = f.copy(f.param(1));
  const end = f.add(at, f.param(2));
  const window = f.load(8, context, CONTEXT.WINDOW);
  const cell = (offset: number): VReg => f.load(8, context, offset);
  const started = f.copy(0n);
  f.while(
    () => ["lt.u", at, end],
    () => {
      const byte = f.load(1, at, 0);
      const bits = f.copy(8n);
      f.while(
        () => ["ne", bits, 0n],
        () => {
          f.aluTo(bits, "sub", bits, window);
          const digit = f.and(f.shr(byte, bits), f.sub(f.shl(1n, window), 1n));
          const squarings = f.mul(window, started);
          f.while(
            () => ["ne", squarings, 0n],
            () => {
              f.call(MULTIPLY, [context, cell(CONTEXT.RESULT), cell(CONTEXT.RESULT)]);
              f.aluTo(squarings, "sub", squarings, 1n);
            },
          );
          const next = f.label();
          f.branch("eq", digit, 0n, next);
          const power = f.add(cell(CONTEXT.POWERS), f.mul(f.sub(digit, 1n), cell(CONTEXT.BYTES)));
          f.if(
            "eq",
            started,
            0n,
            () => f.syscall("sol_memcpy_", [cell(CONTEXT.RESULT), power, cell(CONTEXT.BYTES)]),
            () => f.call(MULTIPLY, [context, cell(CONTEXT.RESULT), power]),
          );
          f.set(started, 1n);
          f.place(next);
        },
      );
      f.aluTo(at, "add", at, 1n);
    },
  );
  f.ret([started]);
  f.finish();
}
