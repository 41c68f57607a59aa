/**
 * Modular exponentiation (precompiled contract 5, EIP-198; lengths up to 1,024 bytes, EIP-7823) in the program's own code: public
 * clusters have no syscall for it. Moduli have up to 7,140 bits: longer ones would exceed any compute budget. Odd moduli go through Montgomery's reduction, even ones through division.
 *
 * The workspace is one area of the heap, kept for the transaction: CONTEXT, the padded input, then long numbers (digits.ts).
 */
import { LirBuilder } from "../../lir/builder.js";
import type { LirProgram, VReg } from "../../lir/instruction.js";
import { ARITHMETIC } from "../abi.js";
import { globals, loadQuad, loadWord, RT, storeQuad, storeWord, ZERO_QUAD } from "../cells.js";
import { FAILURE } from "../format.js";
import { fail, MEMORY } from "../memory.js";
import { defineLong, LONG } from "./arithmetic.js";
import { CONTEXT, definePower, POWER } from "./power.js";
import { defineDigits, DIGIT_BITS, DIGIT_MASK, digitAt, DIGITS, MAX_DIGITS } from "./digits.js";

/** (input, length) -> success, output, length. */
export const MODEXP = "rt.modexp";
const SHORT = "rt.modexp_short";
const PAD = "rt.modexp_pad";
const WORKSPACE = "rt.modexp_workspace";

const HEADER_SIZE = 96n;
const WORD = 32n;
const MAX_LENGTH = 1024n;
/** Bytes of an exponent from which on windows pay. */
const LONG_EXPONENT = 8n;
const WIDE_WINDOW = 4n;

export function defineModexp(program: LirProgram): void {
  defineDigits(program);
  defineLong(program);
  defineWorkspace(program);
  definePower(program);
  definePad(program);
  defineShort(program);
  defineModexpItself(program);
}

/** (bytes) -> address of at least so many bytes. */
function defineWorkspace(program: LirProgram): void {
  const f = new LirBuilder(program, WORKSPACE, 1);
  const g = globals(f);
  f.if("lt.u", f.load(8, g, RT.WORKSPACE_SIZE), f.param(0), () => {
    f.store(8, g, RT.WORKSPACE, f.call1(MEMORY.alloc, [f.param(0)]));
    f.store(8, g, RT.WORKSPACE_SIZE, f.param(0));
  });
  f.ret([f.load(8, g, RT.WORKSPACE)]);
  f.finish();
}

/** A length of the input's header; jumps where it is larger than allowed. */
function lengthAt(f: LirBuilder, header: VReg, offset: number, tooLong: ReturnType<LirBuilder["label"]>): VReg {
  const high = f.or(f.or(f.load(8, header, offset), f.load(8, header, offset + 8)), f.load(8, header, offset + 16));
  f.branch("ne", high, 0n, tooLong);
  const length = f.swap(64, f.load(8, header, offset + 24));
  f.branch("gt.u", length, MAX_LENGTH, tooLong);
  return length;
}

/** (bytes, length up to 32, quad address): the number that the bytes hold. */
function definePad(program: LirProgram): void {
  const f = new LirBuilder(program, PAD, 3);
  const [bytes, length, quad] = f.params as [VReg, VReg, VReg];
  const word = { slot: f.slot(Number(WORD)) };
  storeQuad(f, word, 0, ZERO_QUAD);
  const end = f.add(f.slotAddr(word.slot), WORD);
  f.if("ne", length, 0n, () => f.syscall("sol_memcpy_", [f.sub(end, length), bytes, length]));
  storeQuad(f, quad, 0, loadWord(f, word));
  f.ret([]);
  f.finish();
}

/** An even modulus and a base of up to 32 bytes: (context, base, its length, the exponent's, the modulus', output of zeros). */
function defineShort(program: LirProgram): void {
  const f = new LirBuilder(program, SHORT, 6);
  const [context, base, baseLength, exponentLength, modulusLength, output] = f.params as [VReg, VReg, VReg, VReg, VReg, VReg];
  const exponent = f.add(base, baseLength);
  const modulus = { slot: f.slot(Number(WORD)) };
  const one = { slot: f.slot(Number(WORD)) };
  const modulusAt = f.slotAddr(modulus.slot);
  const oneAt = f.slotAddr(one.slot);
  f.store(8, context, CONTEXT.N, 0n);
  f.store(8, context, CONTEXT.BYTES, WORD);
  f.store(8, context, CONTEXT.MODULUS, modulusAt);
  f.call(PAD, [f.add(exponent, exponentLength), modulusLength, modulusAt]);
  storeQuad(f, one, 0, [1n, 0n, 0n, 0n]);
  const powers = f.load(8, context, CONTEXT.POWERS);
  f.call(PAD, [base, baseLength, powers]);
  storeQuad(f, powers, 0, f.call(ARITHMETIC.mulmod, [powers, oneAt, modulusAt], 4));
  f.call(POWER.table, [context]);
  const result = f.load(8, context, CONTEXT.RESULT);
  f.if("eq", f.call1(POWER.raise, [context, exponent, exponentLength]), 0n, () => {
    storeQuad(f, result, 0, f.call(ARITHMETIC.mulmod, [oneAt, oneAt, modulusAt], 4));
  });
  const word = { slot: f.slot(Number(WORD)) };
  storeWord(f, word, 0, loadQuad(f, result));
  const from = f.sub(f.add(f.slotAddr(word.slot), WORD), modulusLength);
  f.syscall("sol_memcpy_", [output, from, modulusLength]);
  f.ret([]);
  f.finish();
}

/** Digits that so many bytes need. */
const digitsOf = (f: LirBuilder, bytes: VReg): VReg => f.div(f.add(f.shl(bytes, 3n), DIGIT_BITS - 1n), DIGIT_BITS);

/** A copy of the input, zero-padded to `size`. */
function copyInput(f: LirBuilder, to: VReg, size: VReg | bigint): void {
  const count = f.copy(f.param(1));
  f.if("gt.u", count, size, () => f.set(count, size));
  f.syscall("sol_memset_", [to, 0n, size]);
  f.if("ne", count, 0n, () => f.syscall("sol_memcpy_", [to, f.param(0), count]));
}

function defineModexpItself(program: LirProgram): void {
  const f = new LirBuilder(program, MODEXP, 2);
  const tooLong = f.label();
  const zero = f.label();
  const header = { slot: f.slot(Number(HEADER_SIZE)) };
  const headerAt = f.slotAddr(header.slot);
  copyInput(f, headerAt, HEADER_SIZE);
  const [baseLength, exponentLength, modulusLength] = [0, 32, 64].map((o) => lengthAt(f, headerAt, o, tooLong)) as [VReg, VReg, VReg];
  f.if("eq", modulusLength, 0n, () => f.ret([1n, headerAt, 0n]));
  const inputSize = f.add(f.add(baseLength, exponentLength), f.add(modulusLength, HEADER_SIZE));
  const inputCells = f.shl(f.shr(f.add(inputSize, 7n), 3n), 3n);
  const most = f.copy(digitsOf(f, modulusLength));
  // A quad has the size of four digits.
  f.if("lt.u", most, 4n, () => f.set(most, 4n));
  const baseDigits = digitsOf(f, baseLength);
  // A long exponent pays for the powers that windows of four bits need.
  const window = f.copy(1n);
  f.if("gt.u", exponentLength, LONG_EXPONENT, () => f.set(window, WIDE_WINDOW));
  const powers = f.sub(f.shl(1n, window), 1n);
  // Modulus twice, result, powers; the product, or the base times 2^(28 n); a few digits for shifts; the output.
  const digits = f.add(f.add(f.mul(most, f.add(powers, 6n)), baseDigits), 8n);
  const context = f.call1(WORKSPACE, [f.add(f.add(inputCells, f.shl(digits, 3n)), CONTEXT.SIZE + MAX_LENGTH)]);
  const input = f.add(context, CONTEXT.SIZE);
  copyInput(f, input, inputSize);
  const base = f.add(input, HEADER_SIZE);
  const exponent = f.add(base, baseLength);
  const modulus = f.add(exponent, exponentLength);
  const numbers = f.copy(f.add(input, inputCells));
  const place = (cell: number): VReg => {
    const at = f.copy(numbers);
    f.store(8, context, cell, at);
    f.aluTo(numbers, "add", numbers, f.shl(most, 3n));
    return at;
  };
  const m = place(CONTEXT.MODULUS);
  const normal = place(CONTEXT.NORMAL);
  const result = place(CONTEXT.RESULT);
  const baseNumber = place(CONTEXT.POWERS);
  f.aluTo(numbers, "add", numbers, f.mul(f.shl(most, 3n), f.sub(powers, 1n)));
  f.store(8, context, CONTEXT.WINDOW, window);
  const output = f.copy(numbers);
  const product = f.add(output, MAX_LENGTH);
  f.store(8, context, CONTEXT.PRODUCT, product);
  f.syscall("sol_memset_", [output, 0n, modulusLength]);
  const long = f.label();
  f.branch("gt.u", modulusLength, WORD, long);
  f.branch("gt.u", baseLength, WORD, long);
  // Montgomery's reduction is the faster for odd ones.
  f.branch("test", f.load(1, f.add(modulus, modulusLength), -1), 1n, long);
  f.call(SHORT, [context, base, baseLength, exponentLength, modulusLength, output]);
  f.ret([1n, output, modulusLength]);
  f.place(long);
  f.call(DIGITS.fromBytes, [modulus, modulusLength, m, most, 0n]);

  // The highest digit that is not 0, and its highest bit.
  const n = f.copy(most);
  const top = f.reg();
  const search = f.label();
  f.place(search);
  f.branch("eq", n, 0n, zero);
  f.set(top, f.load(8, digitAt(f, m, n), -8));
  f.if("eq", top, 0n, () => {
    f.aluTo(n, "sub", n, 1n);
    f.jump(search);
  });
  const notOne = f.label();
  f.branch("ne", n, 1n, notOne);
  f.branch("eq", top, 1n, zero);
  f.place(notOne);
  f.if("gt.u", n, MAX_DIGITS, () => fail(f, FAILURE.LONG_MODULUS));
  const shift = f.copy(0n);
  f.while(
    () => ["eq", f.shr(top, DIGIT_BITS - 1n), 0n],
    () => {
      f.aluTo(top, "shl", top, 1n);
      f.aluTo(shift, "add", shift, 1n);
    },
  );
  f.store(8, context, CONTEXT.N, n);
  f.store(8, context, CONTEXT.BYTES, f.shl(n, 3n));
  f.store(8, context, CONTEXT.SHIFT, shift);
  f.syscall("sol_memcpy_", [normal, m, f.shl(most, 3n)]);
  f.call(DIGITS.shiftLeft, [normal, n, shift]);
  const inverse = negatedInverse(f, f.load(8, m, 0));
  f.store(8, context, CONTEXT.INVERSE, inverse);

  // The base, for an odd modulus times 2^(28 n), reduced.
  const lead = f.copy(0n);
  f.if("ne", inverse, 0n, () => f.set(lead, n));
  f.if("ne", lead, 0n, () => f.syscall("sol_memset_", [product, 0n, f.shl(lead, 3n)]));
  const length = f.add(baseDigits, 1n);
  f.call(DIGITS.fromBytes, [base, baseLength, digitAt(f, product, lead), length, 0n]);
  const total = f.add(lead, length);
  f.if("lt.u", total, n, () => {
    f.syscall("sol_memset_", [digitAt(f, product, total), 0n, f.shl(f.sub(n, total), 3n)]);
    f.set(total, n);
  });
  f.call(DIGITS.shiftLeft, [product, total, shift]);
  f.call(LONG.divide, [product, total, normal, n]);
  f.call(DIGITS.shiftRight, [product, n, shift]);
  f.syscall("sol_memcpy_", [baseNumber, product, f.shl(n, 3n)]);

  f.call(POWER.table, [context]);
  const raised = f.call1(POWER.raise, [context, exponent, exponentLength]);
  f.if("eq", raised, 0n, () => {
    f.store(1, f.add(output, modulusLength), -1, 1n);
    f.ret([1n, output, modulusLength]);
  });
  f.if("ne", inverse, 0n, () => {
    const size = f.shl(n, 3n);
    f.syscall("sol_memcpy_", [product, result, size]);
    f.syscall("sol_memset_", [f.add(product, size), 0n, size]);
    f.call(POWER.reduce, [context]);
  });
  f.call(DIGITS.toBytes, [result, n, output, modulusLength]);
  f.place(zero);
  f.ret([1n, output, modulusLength]);
  f.place(tooLong);
  f.ret([0n, headerAt, 0n]);
  f.finish();
}

/** -1 / digit mod 2^28, 0 for an even digit. Newton's iteration doubles the right bits each time, from 3 on. */
function negatedInverse(f: LirBuilder, digit: VReg): VReg {
  const result = f.copy(0n);
  f.if("test", digit, 1n, () => {
    const x = f.copy(digit);
    for (let bits = 3n; bits < DIGIT_BITS; bits *= 2n) f.aluTo(x, "mul", x, f.sub(2n, f.mul(digit, x)));
    f.set(result, f.and(f.neg(x), DIGIT_MASK));
  });
  return result;
}
