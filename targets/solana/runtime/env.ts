/** Environment: block and transaction data from Solana's sysvars, code of accounts, self-destruction. */
import { LirBuilder } from "../lir/builder.js";
import type { LirProgram, VReg } from "../lir/instruction.js";
import { FLAG_STATIC, FRAME, REFERENCE_SIZE, RUNTIME_TAG, STATUS } from "../layout.js";
import { ENV, RUNTIME } from "./abi.js";
import { ACCOUNTS } from "./accounts.js";
import { ACCOUNT, globals, hash, KIND, loadGlobal, loadQuad, loadWord, OWN, RECORD, RT, storeGlobal, ZERO_QUAD } from "./cells.js";
import { CALLS } from "./calls.js";
import { CHAIN_ID, COMPUTE_UNIT_LIMIT, PROXY_ID, STATE } from "./format.js";
import { JOURNAL } from "./journal.js";
import { PRECOMPILES } from "./precompiles.js";
import { VALUE } from "./value.js";

const CLOCK = "rt.clock";
const SLOT_HASH = "rt.slot_hash";
const CODE = "rt.code";
/** Clock sysvar. */
const CLOCK_SLOT = 0;
const CLOCK_TIMESTAMP = 32;
/** SlotHashes sysvar: a count, then entries of slot and hash, newest first. */
const SLOT_HASHES = "SysvarS1otHashes111111111111111111111111111";
const HASH_ENTRY = 40;
/** Solana keeps the hashes of this many slots. */
const MAX_ENTRIES = 512n;
/** EVM's window of BLOCKHASH. */
const RECENT_BLOCKS = 256n;
const KECCAK_OF_NOTHING = 0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470n;

export function defineEnvironment(program: LirProgram): void {
  defineClock(program);
  defineEnv(program);
  defineSlotHash(program);
  defineBlockhash(program);
  defineCode(program);
  defineExtcodeSize(program);
  defineExtcodeHash(program);
  defineExtcodeCopy(program);
  defineSelfdestruct(program);
}

/** () -> address of the Clock sysvar's bytes. */
function defineClock(program: LirProgram): void {
  const f = new LirBuilder(program, CLOCK, 0);
  const at = f.add(globals(f), BigInt(RT.CLOCK));
  f.if("eq", loadGlobal(f, RT.CLOCK_READ), 0n, () => {
    f.syscall("sol_get_clock_sysvar", [at]);
    storeGlobal(f, RT.CLOCK_READ, 1n);
  });
  f.ret([at]);
  f.finish();
}

function defineEnv(program: LirProgram): void {
  const f = new LirBuilder(program, RUNTIME.env.name, 2);
  const clockCell = (offset: number) => (): void => f.ret([f.load(8, f.call1(CLOCK, []), offset), 0n, 0n, 0n]);
  const constant = (value: bigint) => (): void => f.ret([value, 0n, 0n, 0n]);
  const answers: readonly [bigint, () => void][] = [
    [ENV.timestamp, clockCell(CLOCK_TIMESTAMP)],
    [ENV.number, clockCell(CLOCK_SLOT)],
    [ENV.origin, () => f.ret(loadQuad(f, globals(f), RT.ORIGIN))],
    [ENV.chainid, constant(CHAIN_ID)],
    [ENV.gas, () => f.ret([f.syscall("sol_remaining_compute_units", []), 0n, 0n, 0n])],
    [ENV.gaslimit, constant(COMPUTE_UNIT_LIMIT)],
    // The least that EIP-4844 allows.
    [ENV.blobbasefee, constant(1n)],
    [ENV.prevrandao, () => f.ret(f.call(SLOT_HASH, [0n], 5).slice(1))],
  ];
  for (const [which, answer] of answers) f.if("eq", f.param(1), which, answer);
  // gasprice, basefee and coinbase: Solana has no such thing.
  f.ret(ZERO_QUAD);
  f.finish();
}

/** (index) -> slot, hash (4 limbs) of an entry of SlotHashes, zeros beyond the end. */
function defineSlotHash(program: LirProgram): void {
  const f = new LirBuilder(program, SLOT_HASH, 1);
  const entry = { slot: f.slot(HASH_ENTRY) };
  const at = f.slotAddr(entry.slot);
  const offset = f.add(f.mul(f.param(0), BigInt(HASH_ENTRY)), 8n);
  const status = f.syscall("sol_get_sysvar", [f.rodata(sysvarKey(SLOT_HASHES)), at, offset, BigInt(HASH_ENTRY)]);
  f.if("ne", status, 0n, () => f.ret([0n, 0n, 0n, 0n, 0n]));
  f.ret([f.load(8, entry, 0), ...loadWord(f, at, 8)]);
  f.finish();
}

const BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/** The 32 bytes of a base-58 key. */
function sysvarKey(text: string): Uint8Array {
  let value = 0n;
  for (const c of text) value = value * 58n + BigInt(BASE58.indexOf(c));
  return new Uint8Array(Buffer.from(value.toString(16).padStart(64, "0"), "hex"));
}

/** Slots may be skipped, so that an entry's place is at most its distance from the newest. */
function defineBlockhash(program: LirProgram): void {
  const f = new LirBuilder(program, RUNTIME.blockhash.name, 2);
  const wanted = f.param(1);
  const none = f.label();
  const current = f.load(8, f.call1(CLOCK, []), CLOCK_SLOT);
  f.branch("ge.u", wanted, current, none);
  f.branch("gt.u", f.sub(current, wanted), RECENT_BLOCKS, none);
  const newest = f.call(SLOT_HASH, [0n], 5)[0]!;
  f.branch("lt.u", newest, wanted, none);
  const index = f.add(f.sub(newest, wanted), 1n);
  f.if("gt.u", index, MAX_ENTRIES, () => f.set(index, MAX_ENTRIES));
  f.while(
    () => ["ne", index, 0n],
    () => {
      f.aluTo(index, "sub", index, 1n);
      const [slot, ...limbs] = f.call(SLOT_HASH, [index], 5) as [VReg, ...VReg[]];
      f.branch("gt.u", slot, wanted, none);
      f.if("eq", slot, wanted, () => f.ret(limbs));
    },
  );
  f.place(none);
  f.ret(ZERO_QUAD);
  f.finish();
}

/**
 * (record, address of 32 bytes) -> address and size of the account's code: of a minimal proxy its own, for an instance of the
 * image the reference that stands for the contract, written to the given place. The size is 0 where there is no code.
 */
function defineCode(program: LirProgram): void {
  const f = new LirBuilder(program, CODE, 2);
  const at = f.param(1);
  const id = f.call1(CALLS.codeOf, [f.param(0)]);
  f.if("eq", id, 0n, () => f.ret([at, 0n]));
  f.if("eq", id, PROXY_ID, () => {
    const data = f.add(f.load(8, f.param(0), RECORD.ACCOUNT), BigInt(ACCOUNT.DATA));
    f.ret([f.add(data, BigInt(STATE.HEADER_SIZE)), f.load(8, data, STATE.CODE_SIZE)]);
  });
  const tag = new DataView(new TextEncoder().encode(RUNTIME_TAG).buffer);
  for (let o = 0; o < tag.byteLength; o += 8) f.store(8, at, o, tag.getBigUint64(o, true));
  f.store(8, at, REFERENCE_SIZE - 8, f.swap(64, id));
  f.ret([at, BigInt(REFERENCE_SIZE)]);
  f.finish();
}

/** Calls CODE for an address. */
function codeOfAddress(f: LirBuilder, address: readonly VReg[]): [VReg, VReg, VReg] {
  const record = f.call1(ACCOUNTS.find, address);
  const reference = { slot: f.slot(REFERENCE_SIZE) };
  return [record, ...(f.call(CODE, [record, f.slotAddr(reference.slot)], 2) as [VReg, VReg])];
}

/** The precompiles have no code and need no account. */
function zeroForPrecompile(f: LirBuilder, zeros: readonly bigint[]): void {
  const other = f.label();
  f.branch("ne", f.or(f.param(2), f.param(3)), 0n, other);
  f.branch("ge.u", f.sub(f.param(1), 1n), PRECOMPILES.last, other);
  f.ret(zeros);
  f.place(other);
}

function defineExtcodeSize(program: LirProgram): void {
  const f = new LirBuilder(program, RUNTIME.extcodeSize.name, 4);
  zeroForPrecompile(f, [0n]);
  f.ret([codeOfAddress(f, [f.param(1), f.param(2), f.param(3)])[2]]);
  f.finish();
}

/** EIP-1052: 0 for an account that does not exist, the hash of nothing for one without code. */
function defineExtcodeHash(program: LirProgram): void {
  const f = new LirBuilder(program, RUNTIME.extcodeHash.name, 4);
  zeroForPrecompile(f, [0n, 0n, 0n, 0n]);
  const [record, code, size] = codeOfAddress(f, [f.param(1), f.param(2), f.param(3)]);
  f.if("ne", size, 0n, () => {
    const digest = { slot: f.slot(32) };
    hash(f, "sol_keccak256", code, size, f.slotAddr(digest.slot));
    f.ret(loadWord(f, digest));
  });
  const exists = f.label();
  f.branch("eq", f.load(8, record, RECORD.KIND), KIND.INSTANCE, exists);
  f.branch("ne", f.call1(VALUE.balance, [record]), 0n, exists);
  f.ret(ZERO_QUAD);
  f.place(exists);
  f.ret([0n, 64n, 128n, 192n].map((shift) => BigInt.asUintN(64, KECCAK_OF_NOTHING >> shift)));
  f.finish();
}

function defineExtcodeCopy(program: LirProgram): void {
  const f = new LirBuilder(program, RUNTIME.extcodeCopy.name, 5);
  const [, account, to, offset, length] = f.params as [VReg, VReg, VReg, VReg, VReg];
  f.if("eq", length, 0n, () => f.ret([]));
  f.syscall("sol_memset_", [to, 0n, length]);
  const [a0, a1, a2] = loadQuad(f, account);
  // Precompiled contracts have no code.
  const plain = f.label();
  f.branch("ne", f.or(a1, a2), 0n, plain);
  f.if("lt.u", f.sub(a0, 1n), PRECOMPILES.last, () => f.ret([]));
  f.place(plain);
  const [, code, size] = codeOfAddress(f, [a0, a1, a2]);
  f.if("ge.u", offset, size, () => f.ret([]));
  const count = f.sub(size, offset);
  f.if("gt.u", count, length, () => f.set(count, length));
  f.syscall("sol_memcpy_", [to, f.add(code, offset), count]);
  f.ret([]);
  f.finish();
}

/** EIP-6780: the balance goes to the heir; the account goes only where it was created in this transaction. */
function defineSelfdestruct(program: LirProgram): void {
  const f = new LirBuilder(program, RUNTIME.selfdestruct.name, 4);
  const base = f.param(0);
  f.if("test", f.load(8, base, FRAME.FLAGS), FLAG_STATIC, () => f.ret([STATUS.HALT]));
  const self = f.load(8, base, OWN.RECORD);
  const heir = f.call1(ACCOUNTS.find, [f.param(1), f.param(2), f.param(3)]);
  f.call(VALUE.move, [self, heir, f.call1(VALUE.balance, [self])]);
  f.if("ne", f.load(8, self, RECORD.CREATED), 0n, () => {
    const mark = f.add(self, BigInt(RECORD.DESTROYED));
    f.call(JOURNAL.word, [mark]);
    f.store(8, mark, 0, 1n);
    // What a contract leaves to itself is burned: it counts as balance no longer, and goes to the payer with the account.
    const reserve = f.add(self, BigInt(RECORD.RESERVE));
    f.call(JOURNAL.word, [reserve]);
    f.if("eq", self, heir, () => f.store(8, reserve, 0, f.load(8, f.load(8, self, RECORD.ACCOUNT), ACCOUNT.LAMPORTS)));
  });
  f.store(8, base, FRAME.OUTPUT_SIZE, 0n);
  f.ret([STATUS.RETURN]);
  f.finish();
}
