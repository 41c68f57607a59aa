/**
 * The accounts of the instruction: reads Solana's serialised input, and gives a record (RECORD of cells.ts) to an account that
 * stands for a 20-byte address when that address is first met. What an execution does not touch costs it nothing but a step
 * over the account.
 *
 * Which address an account stands for is never taken on trust: an instance's account carries it in its header (only the
 * program writes that), a key's address is computed from the key, and the claim of a vacant address is checked by deriving
 * the account's key with its canonical bump.
 */
import { LirBuilder } from "../lir/builder.js";
import type { Label, LirProgram, Operand, VReg } from "../lir/instruction.js";
import { GLOBAL, HEAP, HEAP_SIZE } from "../layout.js";
import { ACCOUNT, globals, hash, KIND, loadAddress20, loadGlobal, RECORD, RT, storeAddress20, storeGlobal, storeQuad } from "./cells.js";
import { FAILURE, INSTRUCTION, MAX_GROWTH, STATE, STATE_SEED } from "./format.js";
import { fail, MEMORY } from "./memory.js";

/** Serialised data are followed by room to grow, padding to 8 and the rent epoch. */
const DUPLICATE_NONE = 0xffn;
const ROLES = 3;
const INSTANCE_OF = "rt.account_instance";
const CLAIMED = "rt.account_claimed";

export const ACCOUNTS = {
  /** (input) -> instruction data, its length. Fills ACCOUNT_TABLE. */
  read: "rt.accounts_read",
  /** (): checks the sender's signature and computes its address. */
  sender: "rt.accounts_sender",
  /** (a0, a1, a2) -> record; fails the transaction with MISSING_ACCOUNT where there is none. */
  find: "rt.account_find",
  /** (serialised account) -> 1 where the program owns it, else 0. */
  owned: "rt.account_owned",
  /** (index) -> serialised account; fails where there is none. */
  at: "rt.account_at",
  /** (data length) -> lamports that make an account rent-exempt. */
  rent: "rt.rent",
  /** (serialised account, kind) -> a new record, address and reserve still unset. */
  add: "rt.record_add",
} as const;

export function defineAccounts(program: LirProgram, magic: bigint): void {
  defineRead(program);
  defineOwned(program);
  defineRent(program);
  defineAdd(program);
  defineAt(program);
  defineSender(program);
  defineInstanceOf(program, magic);
  defineClaimed(program, magic);
  defineFind(program);
}

/** Fails as a malformed instruction, with a number that tells where. */
export function malformed(f: LirBuilder, where: bigint): void {
  const payload = { slot: f.slot(8) };
  f.store(1, payload, 0, where);
  f.call(MEMORY.fail, [BigInt(FAILURE.BAD_INSTRUCTION), f.slotAddr(payload.slot), 1n]);
}

function defineRead(program: LirProgram): void {
  const f = new LirBuilder(program, ACCOUNTS.read, 1);
  const g = globals(f);
  const count = f.load(8, f.param(0), 0);
  f.if("lt.u", count, BigInt(ROLES), () => malformed(f, 1n));
  f.if("gt.u", count, BigInt(GLOBAL.ACCOUNT_TABLE_SIZE / 8), () => malformed(f, 3n));
  f.store(8, g, RT.ACCOUNT_COUNT, count);
  // At most two records an account: as a key and as a program-derived account.
  const records = f.sub(HEAP + BigInt(HEAP_SIZE), f.mul(count, 2n * BigInt(RECORD.SIZE)));
  f.store(8, g, RT.RECORDS, records);
  f.store(8, g, GLOBAL.HEAP_LIMIT, records);
  const at = f.add(f.param(0), 8n);
  const cell = f.add(g, BigInt(GLOBAL.ACCOUNT_TABLE));
  const end = f.add(cell, f.shl(count, 3n));
  const loop = f.label();
  const next = f.label();
  const duplicate = f.label();
  const done = f.label();
  f.place(loop);
  const marker = f.load(1, at, 0);
  f.branch("ne", marker, DUPLICATE_NONE, duplicate);
  f.store(8, cell, 0, at);
  f.aluTo(at, "add", at, f.load(8, at, ACCOUNT.LENGTH));
  // Room to grow, padding to 8, rent epoch.
  f.aluTo(at, "add", at, BigInt(ACCOUNT.DATA + MAX_GROWTH + 7 + 8));
  f.aluTo(at, "and", at, -8n);
  f.place(next);
  f.aluTo(cell, "add", cell, 8n);
  f.branch("ne", cell, end, loop);
  f.jump(done);
  f.place(duplicate);
  f.store(8, cell, 0, f.load(8, f.add(g, f.shl(marker, 3n)), GLOBAL.ACCOUNT_TABLE));
  f.aluTo(at, "add", at, 8n);
  f.jump(next);
  f.place(done);
  const length = f.load(8, at, 0);
  const data = f.add(at, 8n);
  f.store(8, g, RT.PROGRAM_ID, f.add(data, length));
  [RT.SENDER, RT.PAYER, RT.SYSTEM].forEach((role, i) => f.store(8, g, role, f.load(8, g, GLOBAL.ACCOUNT_TABLE + 8 * i)));
  f.ret([data, length]);
  f.finish();
}

function defineAt(program: LirProgram): void {
  const f = new LirBuilder(program, ACCOUNTS.at, 1);
  const g = globals(f);
  f.if("ge.u", f.param(0), f.load(8, g, RT.ACCOUNT_COUNT), () => malformed(f, 4n));
  f.ret([f.load(8, f.add(g, f.shl(f.param(0), 3n)), GLOBAL.ACCOUNT_TABLE)]);
  f.finish();
}

function defineOwned(program: LirProgram): void {
  const f = new LirBuilder(program, ACCOUNTS.owned, 1);
  const id = loadGlobal(f, RT.PROGRAM_ID);
  const other = f.label();
  for (let o = 0; o < 32; o += 8) f.branch("ne", f.load(8, f.param(0), ACCOUNT.OWNER + o), f.load(8, id, o), other);
  f.ret([1n]);
  f.place(other);
  f.ret([0n]);
  f.finish();
}

/** IEEE 754 doubles 1.0 and 2.0: the exemption threshold after and before SIMD-0194. */
const DOUBLE_ONE = 0x3ff0000000000000n;
const DOUBLE_TWO = 0x4000000000000000n;
/** Bytes that an account's rent counts beyond its data. */
const ACCOUNT_OVERHEAD = 128n;

function defineRent(program: LirProgram): void {
  const f = new LirBuilder(program, ACCOUNTS.rent, 1);
  const perByte = f.copy(loadGlobal(f, RT.RENT_PER_BYTE));
  f.if("eq", perByte, 0n, () => {
    const rent = { slot: f.slot(24) };
    f.syscall("sol_get_rent_sysvar", [f.slotAddr(rent.slot)]);
    const threshold = f.load(8, rent, 8);
    f.set(perByte, f.load(8, rent, 0));
    f.if("ne", threshold, DOUBLE_ONE, () => {
      f.if("ne", threshold, DOUBLE_TWO, () => fail(f, FAILURE.SYSCALL));
      f.aluTo(perByte, "shl", perByte, 1n);
    });
    storeGlobal(f, RT.RENT_PER_BYTE, perByte);
  });
  f.ret([f.mul(f.add(f.param(0), ACCOUNT_OVERHEAD), perByte)]);
  f.finish();
}

function defineAdd(program: LirProgram): void {
  const f = new LirBuilder(program, ACCOUNTS.add, 2);
  const g = globals(f);
  const count = f.load(8, g, RT.RECORD_COUNT);
  const record = f.add(f.load(8, g, RT.RECORDS), f.mul(count, BigInt(RECORD.SIZE)));
  f.store(8, g, RT.RECORD_COUNT, f.add(count, 1n));
  f.store(8, record, RECORD.ACCOUNT, f.param(0));
  f.store(8, record, RECORD.KIND, f.param(1));
  f.store(8, record, RECORD.ORIGINAL_LENGTH, f.load(8, f.param(0), ACCOUNT.LENGTH));
  f.ret([record]);
  f.finish();
}

/** The three limbs of a key's address: the last 20 bytes of the keccak-256 of its 32 bytes. */
function addressOfKey(f: LirBuilder, account: VReg): [VReg, VReg, VReg] {
  const digest = { slot: f.slot(32) };
  hash(f, "sol_keccak256", f.add(account, BigInt(ACCOUNT.KEY)), 32n, f.slotAddr(digest.slot));
  return loadAddress20(f, digest, 12);
}

function defineSender(program: LirProgram): void {
  const f = new LirBuilder(program, ACCOUNTS.sender, 0);
  const g = globals(f);
  const sender = f.load(8, g, RT.SENDER);
  f.if("eq", f.load(1, sender, ACCOUNT.SIGNER), 0n, () => malformed(f, 2n));
  addressOfKey(f, sender).forEach((limb, i) => f.store(8, g, RT.ORIGIN + 8 * i, limb));
  f.ret([]);
  f.finish();
}

type Address = readonly VReg[];

/** Jumps to `differ` unless the address at [base + offset], a quad, is that. */
function expectAddress(f: LirBuilder, base: VReg, offset: number, address: Address, differ: Label): void {
  address.forEach((limb, i) => f.branch("ne", f.load(8, base, offset + 8 * i), limb, differ));
}

/** (a0, a1, a2) -> a new record of the instance with that address; 0 where the instruction names none. */
function defineInstanceOf(program: LirProgram, magic: bigint): void {
  const f = new LirBuilder(program, INSTANCE_OF, 3);
  const g = globals(f);
  const cell = f.add(g, BigInt(GLOBAL.ACCOUNT_TABLE + 8 * ROLES));
  const left = f.sub(f.load(8, g, RT.ACCOUNT_COUNT), BigInt(ROLES));
  f.while(
    () => ["ne", left, 0n],
    () => {
      const other = f.label();
      const account = f.load(8, cell, 0);
      // The length comes first: with SIMD-0460 nothing beyond it can be read.
      f.branch("lt.u", f.load(8, account, ACCOUNT.LENGTH), BigInt(STATE.HEADER_SIZE), other);
      expectAddress(f, account, ACCOUNT.DATA + STATE.ADDRESS, f.params, other);
      f.branch("ne", f.load(8, account, ACCOUNT.DATA + STATE.MAGIC), magic, other);
      f.branch("eq", f.call1(ACCOUNTS.owned, [account]), 0n, other);
      const record = f.call1(ACCOUNTS.add, [account, KIND.INSTANCE]);
      storeQuad(f, record, RECORD.ADDRESS, f.params);
      f.store(8, record, RECORD.RESERVE, f.load(8, account, ACCOUNT.DATA + STATE.RESERVE));
      f.ret([record]);
      f.place(other);
      f.aluTo(cell, "add", cell, 8n);
      f.aluTo(left, "sub", left, 1n);
    },
  );
  f.ret([0n]);
  f.finish();
}

/** (a0, a1, a2) -> a new record of the account that is claimed to stand for the address; 0 where none is. */
function defineClaimed(program: LirProgram, magic: bigint): void {
  const f = new LirBuilder(program, CLAIMED, 3);
  const g = globals(f);
  const claim = f.copy(f.load(8, g, RT.CLAIMS));
  const left = f.copy(f.load(8, g, RT.CLAIM_COUNT));
  f.while(
    () => ["ne", left, 0n],
    () => {
      const other = f.label();
      const address = loadAddress20(f, claim, 1);
      address.forEach((limb, i) => f.branch("ne", limb, f.param(i), other));
      recordClaimed(f, f.call1(ACCOUNTS.at, [f.load(1, claim, 0)]), claim, address, magic, other);
      f.place(other);
      f.aluTo(claim, "add", claim, BigInt(INSTRUCTION.CLAIM_SIZE));
      f.aluTo(left, "sub", left, 1n);
    },
  );
  f.ret([0n]);
  f.finish();
}

/** Returns the record of a key's or a vacant account; jumps to `other` for an account that is some other instance. */
function recordClaimed(f: LirBuilder, account: VReg, claim: VReg, address: Address, magic: bigint, other: Label): void {
  const vacant = f.label();
  const claimable = f.label();
  f.branch("lt.u", f.load(8, account, ACCOUNT.LENGTH), BigInt(STATE.HEADER_SIZE), claimable);
  f.branch("eq", f.load(8, account, ACCOUNT.DATA + STATE.MAGIC), magic, other);
  f.place(claimable);
  addressOfKey(f, account).forEach((limb, i) => f.branch("ne", limb, address[i]!, vacant));
  const key = f.call1(ACCOUNTS.add, [account, KIND.KEY]);
  storeQuad(f, key, RECORD.ADDRESS, address);
  f.ret([key]);
  f.place(vacant);
  const bump = deriveState(f, f.add(claim, 1n), f.add(account, BigInt(ACCOUNT.KEY)));
  const record = f.call1(ACCOUNTS.add, [account, KIND.VACANT]);
  storeQuad(f, record, RECORD.ADDRESS, address);
  f.store(8, record, RECORD.BUMP, bump);
  const lamports = f.load(8, account, ACCOUNT.LAMPORTS);
  const reserve = f.copy(f.call1(ACCOUNTS.rent, [f.load(8, account, ACCOUNT.LENGTH)]));
  f.if("lt.u", lamports, reserve, () => f.set(reserve, lamports));
  f.store(8, record, RECORD.RESERVE, reserve);
  f.ret([record]);
}

/** The canonical bump of ["state", address20]; fails where the derived key is not the one at `key`. */
export function deriveState(f: LirBuilder, address20: Operand, key: VReg): VReg {
  const seeds = { slot: f.slot(32) };
  const derived = { slot: f.slot(32) };
  const bump = { slot: f.slot(8) };
  const seed = new TextEncoder().encode(STATE_SEED);
  f.store(8, seeds, 0, f.rodata(seed));
  f.store(8, seeds, 8, BigInt(seed.length));
  f.store(8, seeds, 16, address20);
  f.store(8, seeds, 24, 20n);
  const id = loadGlobal(f, RT.PROGRAM_ID);
  const args = [f.slotAddr(seeds.slot), 2n, id, f.slotAddr(derived.slot), f.slotAddr(bump.slot)];
  f.if("ne", f.syscall("sol_try_find_program_address", args), 0n, () => fail(f, FAILURE.SYSCALL));
  const wrong = f.label();
  const right = f.label();
  for (let o = 0; o < 32; o += 8) f.branch("ne", f.load(8, derived, o), f.load(8, key, o), wrong);
  f.jump(right);
  f.place(wrong);
  malformed(f, 5n);
  f.place(right);
  return f.load(1, bump, 0);
}

function defineFind(program: LirProgram): void {
  const f = new LirBuilder(program, ACCOUNTS.find, 3);
  const [a0, a1, a2] = [f.param(0), f.param(1), f.param(2)];
  const g = globals(f);
  const record = f.copy(f.load(8, g, RT.RECORDS));
  const end = f.add(record, f.mul(f.load(8, g, RT.RECORD_COUNT), BigInt(RECORD.SIZE)));
  const loop = f.label();
  const next = f.label();
  const fresh = f.label();
  f.place(loop);
  f.branch("eq", record, end, fresh);
  expectAddress(f, record, RECORD.ADDRESS, f.params, next);
  f.ret([record]);
  f.place(next);
  f.aluTo(record, "add", record, BigInt(RECORD.SIZE));
  f.jump(loop);
  f.place(fresh);
  const named = f.label();
  expectAddress(f, g, RT.ORIGIN, f.params, named);
  const own = f.call1(ACCOUNTS.add, [loadGlobal(f, RT.SENDER), KIND.KEY]);
  storeQuad(f, own, RECORD.ADDRESS, f.params);
  f.ret([own]);
  f.place(named);
  for (const search of [INSTANCE_OF, CLAIMED]) {
    const found = f.call1(search, f.params);
    f.if("ne", found, 0n, () => f.ret([found]));
  }
  const payload = { slot: f.slot(24) };
  storeAddress20(f, payload, 0, [a0, a1, a2]);
  f.call(MEMORY.fail, [BigInt(FAILURE.MISSING_ACCOUNT), f.slotAddr(payload.slot), 20n]);
  f.ret([0n]);
  f.finish();
}
