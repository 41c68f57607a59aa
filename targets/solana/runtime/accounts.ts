/**
 * The accounts of the instruction: reads Solana's serialised input, gives a record (RECORD of cells.ts) to every account that
 * stands for a 20-byte address, and finds records by address.
 *
 * Which address an account stands for is never taken on trust: an instance's account carries it in its header (only the
 * program writes that), a key's address is computed from the key, and the claim of a vacant address is checked by deriving
 * the account's key with its canonical bump.
 */
import { LirBuilder } from "../lir/builder.js";
import type { LirProgram, Operand, VReg } from "../lir/instruction.js";
import { ACCOUNT, globals, hash, KIND, loadAddress20, loadGlobal, RECORD, RT, storeAddress20, storeGlobal, storeQuad, loadQuad } from "./cells.js";
import { FAILURE, INSTRUCTION, MAX_GROWTH, STATE, STATE_MAGIC, STATE_SEED } from "./format.js";
import { fail, MEMORY } from "./memory.js";

/** Serialised data are followed by room to grow, padding to 8 and the rent epoch. */
const DUPLICATE_NONE = 0xffn;
const ROLES = 3;

export const ACCOUNTS = {
  /** (input) -> address of a table of the serialised accounts' addresses, their number, instruction data, its length. */
  read: "rt.accounts_read",
  /** (table, count): makes the records of the sender and of all instances. */
  record: "rt.accounts_record",
  /** (table, count, claims, claim count): makes the records of claimed accounts. */
  claim: "rt.accounts_claim",
  /** (a0, a1, a2) -> record; fails the transaction with MISSING_ACCOUNT where there is none. */
  find: "rt.account_find",
  /** (serialised account) -> 1 where the program owns it, else 0. */
  owned: "rt.account_owned",
  /** (data length) -> lamports that make an account rent-exempt. */
  rent: "rt.rent",
  /** (serialised account, kind) -> a new record, address and reserve still unset. */
  add: "rt.record_add",
} as const;

export function defineAccounts(program: LirProgram): void {
  defineRead(program);
  defineOwned(program);
  defineRent(program);
  defineAdd(program);
  defineRecord(program);
  defineClaim(program);
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
  const input = f.param(0);
  const count = f.load(8, input, 0);
  const table = f.call1(MEMORY.alloc, [f.shl(count, 3n)]);
  const at = f.add(input, 8n);
  const index = f.copy(0n);
  f.while(
    () => ["lt.u", index, count],
    () => {
      const cell = f.add(table, f.shl(index, 3n));
      const marker = f.load(1, at, 0);
      f.if(
        "eq",
        marker,
        DUPLICATE_NONE,
        () => {
          f.store(8, cell, 0, at);
          const end = f.add(f.add(at, f.load(8, at, ACCOUNT.LENGTH)), BigInt(ACCOUNT.DATA + MAX_GROWTH + 7));
          f.set(at, f.add(f.and(end, -8n), 8n));
        },
        () => {
          f.store(8, cell, 0, f.load(8, f.add(table, f.shl(marker, 3n)), 0));
          f.aluTo(at, "add", at, 8n);
        },
      );
      f.aluTo(index, "add", index, 1n);
    },
  );
  const length = f.load(8, at, 0);
  const data = f.add(at, 8n);
  storeGlobal(f, RT.PROGRAM_ID, f.add(data, length));
  f.if("lt.u", count, BigInt(ROLES), () => malformed(f, 1n));
  storeGlobal(f, RT.SENDER, f.load(8, table, 0));
  storeGlobal(f, RT.PAYER, f.load(8, table, 8));
  storeGlobal(f, RT.SYSTEM, f.load(8, table, 16));
  f.ret([table, count, data, length]);
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

function defineRecord(program: LirProgram): void {
  const f = new LirBuilder(program, ACCOUNTS.record, 2);
  const [table, count] = [f.param(0), f.param(1)];
  // At most one record an account and one more for each claim: 256 claims would need more accounts than a transaction can have.
  storeGlobal(f, RT.RECORDS, f.call1(MEMORY.alloc, [f.mul(f.add(count, count), BigInt(RECORD.SIZE))]));
  const sender = loadGlobal(f, RT.SENDER);
  f.if("eq", f.load(1, sender, ACCOUNT.SIGNER), 0n, () => malformed(f, 2n));
  const own = f.call1(ACCOUNTS.add, [sender, KIND.KEY]);
  const address = addressOfKey(f, sender);
  storeQuad(f, own, RECORD.ADDRESS, address);
  storeQuad(f, globals(f), RT.ORIGIN, address);
  const index = f.copy(BigInt(ROLES));
  f.while(
    () => ["lt.u", index, count],
    () => {
      recordInstance(f, f.load(8, f.add(table, f.shl(index, 3n)), 0));
      f.aluTo(index, "add", index, 1n);
    },
  );
  f.ret([]);
  f.finish();
}

/** Makes a record where the account is an instance. An account that is named twice gets two; the first is used. */
function recordInstance(f: LirBuilder, account: VReg): void {
  const other = f.label();
  f.branch("lt.u", f.load(8, account, ACCOUNT.LENGTH), BigInt(STATE.HEADER_SIZE), other);
  f.branch("ne", f.load(8, account, ACCOUNT.DATA + STATE.MAGIC), STATE_MAGIC, other);
  f.branch("eq", f.call1(ACCOUNTS.owned, [account]), 0n, other);
  const record = f.call1(ACCOUNTS.add, [account, KIND.INSTANCE]);
  storeQuad(f, record, RECORD.ADDRESS, loadQuad(f, account, ACCOUNT.DATA + STATE.ADDRESS));
  f.store(8, record, RECORD.RESERVE, f.load(8, account, ACCOUNT.DATA + STATE.RESERVE));
  f.place(other);
}

function defineClaim(program: LirProgram): void {
  const f = new LirBuilder(program, ACCOUNTS.claim, 4);
  const [table, count] = [f.param(0), f.param(1)];
  f.if("gt.u", f.param(3), count, () => malformed(f, 3n));
  const claim = f.copy(f.param(2));
  const left = f.copy(f.param(3));
  f.while(
    () => ["ne", left, 0n],
    () => {
      const index = f.load(1, claim, 0);
      f.if("ge.u", index, count, () => malformed(f, 4n));
      checkClaim(f, f.load(8, f.add(table, f.shl(index, 3n)), 0), claim);
      f.aluTo(claim, "add", claim, BigInt(INSTRUCTION.CLAIM_SIZE));
      f.aluTo(left, "sub", left, 1n);
    },
  );
  f.ret([]);
  f.finish();
}

function checkClaim(f: LirBuilder, account: VReg, claim: VReg): void {
  const done = f.label();
  const vacant = f.label();
  const address = loadAddress20(f, claim, 1);
  // An instance is recorded already, and with the address of its header.
  const claimable = f.label();
  // The length comes first: with SIMD-0460 nothing beyond it can be read.
  f.branch("lt.u", f.load(8, account, ACCOUNT.LENGTH), BigInt(STATE.HEADER_SIZE), claimable);
  f.branch("eq", f.load(8, account, ACCOUNT.DATA + STATE.MAGIC), STATE_MAGIC, done);
  f.place(claimable);
  addressOfKey(f, account).forEach((limb, i) => f.branch("ne", limb, address[i]!, vacant));
  storeQuad(f, f.call1(ACCOUNTS.add, [account, KIND.KEY]), RECORD.ADDRESS, address);
  f.jump(done);
  f.place(vacant);
  const bump = deriveState(f, f.add(claim, 1n), f.add(account, BigInt(ACCOUNT.KEY)));
  const record = f.call1(ACCOUNTS.add, [account, KIND.VACANT]);
  storeQuad(f, record, RECORD.ADDRESS, address);
  f.store(8, record, RECORD.BUMP, bump);
  const lamports = f.load(8, account, ACCOUNT.LAMPORTS);
  const reserve = f.copy(f.call1(ACCOUNTS.rent, [f.load(8, account, ACCOUNT.LENGTH)]));
  f.if("lt.u", lamports, reserve, () => f.set(reserve, lamports));
  f.store(8, record, RECORD.RESERVE, reserve);
  f.place(done);
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
  const missing = f.label();
  f.place(loop);
  f.branch("eq", record, end, missing);
  f.branch("ne", f.load(8, record, RECORD.ADDRESS), a0, next);
  f.branch("ne", f.load(8, record, RECORD.ADDRESS + 8), a1, next);
  f.branch("ne", f.load(8, record, RECORD.ADDRESS + 16), a2, next);
  f.ret([record]);
  f.place(next);
  f.aluTo(record, "add", record, BigInt(RECORD.SIZE));
  f.jump(loop);
  f.place(missing);
  const payload = { slot: f.slot(24) };
  storeAddress20(f, payload, 0, [a0, a1, a2]);
  f.call(MEMORY.fail, [BigInt(FAILURE.MISSING_ACCOUNT), f.slotAddr(payload.slot), 20n]);
  f.ret([0n]);
  f.finish();
}
