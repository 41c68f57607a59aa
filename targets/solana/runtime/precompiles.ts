/**
 * The precompiled contracts that Solana has syscalls for: ecrecover (1), SHA-256 (2), identity (4), and bn254 addition,
 * multiplication and pairing (6 to 8; EIP-196, EIP-197). The others end the transaction with a failure that names them.
 */
import { LirBuilder } from "../lir/builder.js";
import type { LirProgram, VReg } from "../lir/instruction.js";
import { hash } from "./cells.js";
import { FAILURE } from "./format.js";
import { MEMORY } from "./memory.js";

export const PRECOMPILES = {
  /** (number, input address, input length) -> success, output address, output length. */
  run: "rt.precompile",
  /** Numbers from 1 to this are precompiled contracts. */
  last: 10n,
} as const;

const ECRECOVER = "rt.ecrecover";
const PADDED = "rt.padded";
const CURVE = "rt.bn254";
/** Operations of sol_alt_bn128_group_op. */
const BN_ADD = 0n;
const BN_MUL = 2n;
const BN_PAIRING = 3n;

export function definePrecompiles(program: LirProgram): void {
  definePadded(program);
  defineEcrecover(program);
  defineCurve(program);
  defineRun(program);
}

/** (input, length, size) -> address of a copy of that size: cut off, or with zeros behind. */
function definePadded(program: LirProgram): void {
  const f = new LirBuilder(program, PADDED, 3);
  const [input, length, size] = f.params as [VReg, VReg, VReg];
  const copy = f.call1(MEMORY.alloc, [size]);
  const count = f.copy(length);
  f.if("gt.u", count, size, () => f.set(count, size));
  f.if("ne", count, 0n, () => f.syscall("sol_memcpy_", [copy, input, count]));
  f.ret([copy]);
  f.finish();
}

/** (input, length) -> address of the result, its length: 32, or 0 for an invalid signature. */
function defineEcrecover(program: LirProgram): void {
  const f = new LirBuilder(program, ECRECOVER, 2);
  const none = f.label();
  const input = f.call1(PADDED, [f.param(0), f.param(1), 128n]);
  // v is a word: 27 or 28.
  for (const offset of [32, 40, 48]) f.branch("ne", f.load(8, input, offset), 0n, none);
  const recovery = f.sub(f.swap(64, f.load(8, input, 56)), 27n);
  f.branch("gt.u", recovery, 1n, none);
  const key = { slot: f.slot(64) };
  const digest = { slot: f.slot(32) };
  const status = f.syscall("sol_secp256k1_recover", [input, recovery, f.add(input, 64n), f.slotAddr(key.slot)]);
  f.branch("ne", status, 0n, none);
  hash(f, "sol_keccak256", f.slotAddr(key.slot), 64n, f.slotAddr(digest.slot));
  const result = f.call1(MEMORY.alloc, [32n]);
  f.store(4, result, 12, f.load(4, digest, 12));
  f.store(8, result, 16, f.load(8, digest, 16));
  f.store(8, result, 24, f.load(8, digest, 24));
  f.ret([result, 32n]);
  f.place(none);
  f.ret([input, 0n]);
  f.finish();
}

/** (operation, input, length, result length) -> success, result address. */
function defineCurve(program: LirProgram): void {
  const f = new LirBuilder(program, CURVE, 4);
  const [operation, input, length, size] = f.params as [VReg, VReg, VReg, VReg];
  const result = f.call1(MEMORY.alloc, [size]);
  const status = f.syscall("sol_alt_bn128_group_op", [operation, input, length, result]);
  f.if("ne", status, 0n, () => f.ret([0n, result]));
  f.ret([1n, result]);
  f.finish();
}

function defineRun(program: LirProgram): void {
  const f = new LirBuilder(program, PRECOMPILES.run, 3);
  const [number, input, length] = f.params as [VReg, VReg, VReg];
  f.if("eq", number, 1n, () => f.ret([1n, ...f.call(ECRECOVER, [input, length], 2)]));
  f.if("eq", number, 2n, () => {
    const result = f.call1(MEMORY.alloc, [32n]);
    hash(f, "sol_sha256", input, length, result);
    f.ret([1n, result, 32n]);
  });
  f.if("eq", number, 4n, () => f.ret([1n, input, length]));
  const curve = (which: bigint, operation: bigint, size: bigint): void =>
    f.if("eq", number, which, () => {
      const padded = f.call1(PADDED, [input, length, size]);
      const [success, result] = f.call(CURVE, [operation, padded, size, 64n], 2) as [VReg, VReg];
      f.ret([success, result, 64n]);
    });
  curve(6n, BN_ADD, 128n);
  curve(7n, BN_MUL, 96n);
  f.if("eq", number, 8n, () => {
    // A length that is no multiple of 192 fails, as on Ethereum.
    f.if("ne", f.mod(length, 192n), 0n, () => f.ret([0n, input, 0n]));
    const [success, result] = f.call(CURVE, [BN_PAIRING, input, length, 32n], 2) as [VReg, VReg];
    f.ret([success, result, 32n]);
  });
  const payload = { slot: f.slot(8) };
  f.store(8, payload, 0, number);
  f.call(MEMORY.fail, [BigInt(FAILURE.UNSUPPORTED_PRECOMPILE), f.slotAddr(payload.slot), 1n]);
  f.ret([0n, input, 0n]);
  f.finish();
}
