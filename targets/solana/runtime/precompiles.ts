/**
 * Ethereum's precompiled contracts by Solana's syscalls: 1 ecrecover, 2 sha256, 4 identity, 6 to 8 alt_bn128 (EIP-196, EIP-197);
 * 3 ripemd160, 5 modexp and 9 blake2f by code, in images that may call them.
 * The others fail the transaction by name: without an answer nothing a contract could go on with would be right.
 */
import { LirBuilder } from "../lir/builder.js";
import type { LirProgram, VReg } from "../lir/instruction.js";
import { FAILURE } from "./format.js";
import { globals, hash, RT } from "./cells.js";
import { BLAKE2F, defineBlake2f } from "./blake2f.js";
import { MEMORY } from "./memory.js";
import { defineModexp, MODEXP } from "./modexp/modexp.js";
import { defineRipemd160, RIPEMD160 } from "./ripemd160.js";

export const PRECOMPILES = {
  /** (number, input, length) -> success, output, length; the output holds until the next precompile. */
  run: "rt.precompile",
  /** Numbers from 1 to here are precompiles (EIP-2537). */
  last: 0x11n,
} as const;

const ECRECOVER = "rt.ecrecover";
const ALT_BN128 = "rt.alt_bn128";
/** Groups of sol_alt_bn128_group_op. */
const ADD = 0n;
const MULTIPLY = 2n;
const PAIRING = 3n;
const PAIR_SIZE = 192n;

export function definePrecompiles(program: LirProgram, kernels: ReadonlySet<bigint>): void {
  defineEcrecover(program);
  defineAltBn128(program);
  defineRipemd160(program);
  defineModexp(program);
  defineBlake2f(program);
  defineRun(program, kernels);
}

const output = (f: LirBuilder): VReg => f.add(globals(f), BigInt(RT.SCRATCH));

/** A copy of `size` input bytes behind the output cell, zeros where the input ends. */
function padded(f: LirBuilder, input: VReg, length: VReg, size: bigint): VReg {
  const to = f.add(output(f), 128n);
  const count = f.copy(length);
  f.if("gt.u", count, size, () => f.set(count, size));
  f.syscall("sol_memset_", [to, 0n, size]);
  f.if("ne", count, 0n, () => f.syscall("sol_memcpy_", [to, input, count]));
  return to;
}

/** Input: hash, v, r, s as words. Output: the address as a word, or nothing for a bad signature. */
function defineEcrecover(program: LirProgram): void {
  const f = new LirBuilder(program, ECRECOVER, 2);
  const input = padded(f, f.param(0), f.param(1), 128n);
  const bad = f.label();
  for (const o of [32, 40, 48]) f.branch("ne", f.load(8, input, o), 0n, bad);
  const id = f.sub(f.swap(64, f.load(8, input, 56)), 27n);
  f.branch("gt.u", id, 1n, bad);
  const key = { slot: f.slot(64) };
  const at = f.slotAddr(key.slot);
  f.branch("ne", f.syscall("sol_secp256k1_recover", [input, id, f.add(input, 64n), at]), 0n, bad);
  const out = output(f);
  hash(f, "sol_keccak256", at, 64n, out);
  f.store(8, out, 0, 0n);
  f.store(4, out, 8, 0n);
  f.ret([1n, out, 32n]);
  f.place(bad);
  f.ret([1n, output(f), 0n]);
  f.finish();
}

/** (group operation, input, length): points outside the curve fail the call. */
function defineAltBn128(program: LirProgram): void {
  const f = new LirBuilder(program, ALT_BN128, 3);
  const [operation, source, length] = f.params as [VReg, VReg, VReg];
  const failed = f.label();
  const input = f.copy(source);
  const size = f.copy(length);
  const resultSize = f.copy(64n);
  const pad = (bytes: bigint) => (): void => {
    f.set(input, padded(f, source, length, bytes));
    f.set(size, bytes);
  };
  f.if("eq", operation, ADD, pad(128n));
  f.if("eq", operation, MULTIPLY, pad(96n));
  const out = output(f);
  f.if("eq", operation, PAIRING, () => {
    f.branch("ne", f.mod(length, PAIR_SIZE), 0n, failed);
    f.set(resultSize, 32n);
    f.if("eq", length, 0n, () => {
      // The product over no pairs is 1.
      for (const o of [0, 8, 16]) f.store(8, out, o, 0n);
      f.store(8, out, 24, 1n << 56n);
      f.ret([1n, out, 32n]);
    });
  });
  f.branch("ne", f.syscall("sol_alt_bn128_group_op", [operation, input, size, out]), 0n, failed);
  f.ret([1n, out, resultSize]);
  f.place(failed);
  f.ret([0n, out, 0n]);
  f.finish();
}

function defineRun(program: LirProgram, kernels: ReadonlySet<bigint>): void {
  const f = new LirBuilder(program, PRECOMPILES.run, 3);
  const [number, input, length] = f.params as [VReg, VReg, VReg];
  const delegate =
    (callee: string, ...args: (bigint | VReg)[]) =>
    (): void =>
      f.ret(f.call(callee, args, 3));
  f.if("eq", number, 1n, delegate(ECRECOVER, input, length));
  f.if("eq", number, 2n, () => {
    const from = f.copy(output(f));
    f.if("ne", length, 0n, () => f.set(from, input));
    hash(f, "sol_sha256", from, length, output(f));
    f.ret([1n, output(f), 32n]);
  });
  const kernel = (of: bigint, run: () => void): void => {
    if (kernels.has(of)) f.if("eq", number, of, run);
  };
  kernel(3n, () => {
    const out = output(f);
    f.store(8, out, 0, 0n);
    f.store(4, out, 8, 0n);
    f.call(RIPEMD160, [input, length, f.add(out, 12n)]);
    f.ret([1n, output(f), 32n]);
  });
  f.if("eq", number, 4n, () => f.ret([1n, input, length]));
  kernel(5n, delegate(MODEXP, input, length));
  f.if("eq", number, 6n, delegate(ALT_BN128, ADD, input, length));
  f.if("eq", number, 7n, delegate(ALT_BN128, MULTIPLY, input, length));
  f.if("eq", number, 8n, delegate(ALT_BN128, PAIRING, input, length));
  kernel(9n, delegate(BLAKE2F, input, length));
  const payload = { slot: f.slot(8) };
  f.store(1, payload, 0, number);
  f.call(MEMORY.fail, [BigInt(FAILURE.UNSUPPORTED_PRECOMPILE), f.slotAddr(payload.slot), 1n]);
  f.ret([0n, 0n, 0n]);
  f.finish();
}
