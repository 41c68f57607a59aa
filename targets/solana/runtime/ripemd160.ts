/**
 * RIPEMD-160 (precompiled contract 3): Solana has no syscall for it. Two lines of 80 steps a block of 64 bytes, as the
 * algorithm's authors give it (Dobbertin, Bosselaers, Preneel, 1996); tables of word order and rotations are read-only data.
 */
import { LirBuilder } from "../lir/builder.js";
import type { LirProgram, Operand, VReg } from "../lir/instruction.js";
import { globals, RT } from "./cells.js";

/** (input, length, output): writes the digest's 20 bytes. Uses the runtime's scratch from 128 on. */
export const RIPEMD160 = "rt.ripemd160";
const BLOCK = "rt.ripemd160_block";

const BLOCK_SIZE = 64n;
const WORD_MASK = 0xffffffffn;
const INITIAL = [0x67452301n, 0xefcdab89n, 0x98badcfen, 0x10325476n, 0xc3d2e1f0n];

interface Line {
  readonly order: readonly number[];
  readonly rotations: readonly number[];
  readonly constants: readonly bigint[];
  /** The left line's functions go from 0 to 4, the right line's from 4 to 0. */
  readonly functions: readonly number[];
}
const LEFT: Line = {
  order: [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 7, 4, 13, 1, 10, 6, 15, 3, 12, 0, 9, 5, 2, 14, 11, 8, 3, 10, 14, 4, 9, 15, 8, 1, 2, 7, 0, 6, 13, 11, 5, 12, 1, 9, 11, 10,
    0, 8, 12, 4, 13, 3, 7, 15, 14, 5, 6, 2, 4, 0, 5, 9, 7, 12, 2, 10, 14, 1, 3, 8, 11, 6, 15, 13,
  ],
  rotations: [
    11, 14, 15, 12, 5, 8, 7, 9, 11, 13, 14, 15, 6, 7, 9, 8, 7, 6, 8, 13, 11, 9, 7, 15, 7, 12, 15, 9, 11, 7, 13, 12, 11, 13, 6, 7, 14, 9, 13, 15, 14, 8, 13, 6, 5, 12, 7, 5, 11, 12,
    14, 15, 14, 15, 9, 8, 9, 14, 5, 6, 8, 6, 5, 12, 9, 15, 5, 11, 6, 8, 13, 12, 5, 12, 13, 14, 11, 8, 5, 6,
  ],
  constants: [0n, 0x5a827999n, 0x6ed9eba1n, 0x8f1bbcdcn, 0xa953fd4en],
  functions: [0, 1, 2, 3, 4],
};
const RIGHT: Line = {
  order: [
    5, 14, 7, 0, 9, 2, 11, 4, 13, 6, 15, 8, 1, 10, 3, 12, 6, 11, 3, 7, 0, 13, 5, 10, 14, 15, 8, 12, 4, 9, 1, 2, 15, 5, 1, 3, 7, 14, 6, 9, 11, 8, 12, 2, 10, 0, 4, 13, 8, 6, 4, 1, 3,
    11, 15, 0, 5, 12, 2, 13, 9, 7, 10, 14, 12, 15, 10, 4, 1, 5, 8, 7, 6, 2, 13, 14, 0, 3, 9, 11,
  ],
  rotations: [
    8, 9, 9, 11, 13, 15, 15, 5, 7, 7, 8, 11, 14, 14, 12, 6, 9, 13, 15, 7, 12, 8, 9, 11, 7, 7, 12, 7, 6, 15, 13, 11, 9, 7, 15, 11, 8, 6, 6, 14, 12, 13, 5, 14, 13, 13, 7, 5, 15, 5,
    8, 11, 14, 14, 6, 14, 6, 9, 12, 9, 12, 5, 15, 8, 8, 5, 12, 9, 12, 5, 14, 6, 8, 13, 6, 5, 15, 13, 11, 11,
  ],
  constants: [0x50a28be6n, 0x5c4dd124n, 0x6d703ef3n, 0x7a6d76e9n, 0n],
  functions: [4, 3, 2, 1, 0],
};

export function defineRipemd160(program: LirProgram): void {
  defineBlock(program);
  defineDigest(program);
}

const clean = (f: LirBuilder, x: Operand): VReg => f.and(x, WORD_MASK);
const complement = (f: LirBuilder, x: VReg): VReg => f.xor(x, WORD_MASK);

function rotate(f: LirBuilder, x: VReg, by: Operand): VReg {
  return clean(f, f.or(f.shl(x, by), f.shr(x, f.sub(32n, by))));
}

/** One of the five functions of a line. */
function mix(f: LirBuilder, which: number, b: VReg, c: VReg, d: VReg): VReg {
  switch (which) {
    case 0:
      return f.xor(f.xor(b, c), d);
    case 1:
      return f.or(f.and(b, c), f.and(complement(f, b), d));
    case 2:
      return f.xor(f.or(b, complement(f, c)), d);
    case 3:
      return f.or(f.and(b, d), f.and(c, complement(f, d)));
    default:
      return f.xor(b, f.or(c, complement(f, d)));
  }
}

/** The 80 steps of a line: five loops of 16, one for each function. Gives the line's five words. */
function runLine(f: LirBuilder, state: VReg, block: VReg, line: Line): VReg[] {
  const [a, b, c, d, e] = INITIAL.map((_, i) => f.copy(f.load(4, state, 4 * i))) as [VReg, VReg, VReg, VReg, VReg];
  const order = f.copy(f.rodata(Uint8Array.from(line.order, (i) => 4 * i)));
  const rotations = f.copy(f.rodata(Uint8Array.from(line.rotations)));
  line.functions.forEach((which, round) => {
    const left = f.copy(16n);
    f.while(
      () => ["ne", left, 0n],
      () => {
        const word = f.load(4, f.add(block, f.load(1, order, 0)), 0);
        const sum = clean(f, f.add(f.add(f.add(a, mix(f, which, b, c, d)), word), line.constants[round]!));
        const next = clean(f, f.add(rotate(f, sum, f.load(1, rotations, 0)), e));
        f.set(a, e);
        f.set(e, d);
        f.set(d, rotate(f, c, 10n));
        f.set(c, b);
        f.set(b, next);
        f.aluTo(order, "add", order, 1n);
        f.aluTo(rotations, "add", rotations, 1n);
        f.aluTo(left, "sub", left, 1n);
      },
    );
  });
  return [a, b, c, d, e];
}

/** (state of five 32-bit words, block of 64 bytes) */
function defineBlock(program: LirProgram): void {
  const f = new LirBuilder(program, BLOCK, 2);
  const [state, block] = [f.param(0), f.param(1)];
  const left = runLine(f, state, block, LEFT);
  const right = runLine(f, state, block, RIGHT);
  const old = INITIAL.map((_, i) => f.load(4, state, 4 * i));
  for (let i = 0; i < 5; i++) {
    f.store(4, state, 4 * i, f.add(f.add(old[(i + 1) % 5]!, left[(i + 2) % 5]!), right[(i + 3) % 5]!));
  }
  f.ret([]);
  f.finish();
}

function defineDigest(program: LirProgram): void {
  const f = new LirBuilder(program, RIPEMD160, 3);
  const [input, length, state] = f.params as [VReg, VReg, VReg];
  INITIAL.forEach((word, i) => f.store(4, state, 4 * i, word));
  const at = f.copy(input);
  const left = f.copy(length);
  f.while(
    () => ["ge.u", left, BLOCK_SIZE],
    () => {
      f.call(BLOCK, [state, at]);
      f.aluTo(at, "add", at, BLOCK_SIZE);
      f.aluTo(left, "sub", left, BLOCK_SIZE);
    },
  );
  // The rest, a one bit, zeros, and the length in bits at the end of one block or two.
  const last = f.add(globals(f), BigInt(RT.SCRATCH + 128));
  f.syscall("sol_memset_", [last, 0n, 2n * BLOCK_SIZE]);
  f.if("ne", left, 0n, () => f.syscall("sol_memcpy_", [last, at, left]));
  f.store(1, f.add(last, left), 0, 0x80n);
  const end = f.copy(f.add(last, BLOCK_SIZE));
  f.if("ge.u", left, 56n, () => f.aluTo(end, "add", end, BLOCK_SIZE));
  f.store(8, end, -8, f.shl(length, 3n));
  f.call(BLOCK, [state, last]);
  f.if("ge.u", left, 56n, () => f.call(BLOCK, [state, f.add(last, BLOCK_SIZE)]));
  f.ret([]);
  f.finish();
}
