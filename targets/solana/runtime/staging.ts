/**
 * Instructions besides executions: WRITE and CLOSE of the sender's staging buffer, for call data that do not fit a
 * transaction, and GROW of a state account by more than one instruction may grow it.
 */
import { LirBuilder } from "../lir/builder.js";
import type { LirProgram, Operand, VReg } from "../lir/instruction.js";
import { ACCOUNTS, deriveState, malformed } from "./accounts.js";
import { ACCOUNT, globals, KIND, loadAddress20, loadGlobal, RECORD, RT, storeQuad } from "./cells.js";
import { CPI } from "./cpi.js";
import { BUFFER_HEADER_SIZE, BUFFER_MAGIC, BUFFER_SEED, FAILURE, GROW, MAX_GROWTH, STATE, STATE_MAGIC, WRITE } from "./format.js";
import { fail } from "./memory.js";
import { SETTLE } from "./settle.js";
import { STORAGE } from "./storage.js";

export const STAGING = {
  /** (account table, instruction data, length) */
  write: "rt.stage_write",
  /** (account table) */
  close: "rt.stage_close",
  /** (account table, instruction data) */
  grow: "rt.stage_grow",
  /** (serialised account) -> address of the staged bytes; fails where the account is no buffer of this program. */
  open: "rt.stage_open",
} as const;

const ADOPT_BUFFER = "rt.stage_adopt";
/** The account that these instructions are about stands behind sender, payer and system program. */
const SUBJECT = 24;
/** System program instructions. */
const ASSIGN = 1n;
const ALLOCATE = 8n;

export function defineStaging(program: LirProgram): void {
  defineAdopt(program);
  defineWrite(program);
  defineClose(program);
  defineOpen(program);
  defineGrow(program);
}

/** (account, length): makes the sender's buffer account the program's, with that much data. */
function defineAdopt(program: LirProgram): void {
  const f = new LirBuilder(program, ADOPT_BUFFER, 2);
  const [account, length] = [f.param(0), f.param(1)];
  const list = { slot: f.slot(48) };
  const derived = { slot: f.slot(32) };
  const bump = { slot: f.slot(8) };
  const seeds = { slot: f.slot(16) };
  const name = new TextEncoder().encode(BUFFER_SEED);
  const parts: [Operand, bigint][] = [
    [f.rodata(name), BigInt(name.length)],
    [f.add(loadGlobal(f, RT.SENDER), BigInt(ACCOUNT.KEY)), 32n],
    [f.slotAddr(bump.slot), 1n],
  ];
  parts.forEach(([at, size], i) => {
    f.store(8, list, 16 * i, at);
    f.store(8, list, 16 * i + 8, size);
  });
  const find = [f.slotAddr(list.slot), 2n, loadGlobal(f, RT.PROGRAM_ID), f.slotAddr(derived.slot), f.slotAddr(bump.slot)];
  f.if("ne", f.syscall("sol_try_find_program_address", find), 0n, () => fail(f, FAILURE.SYSCALL));
  for (let o = 0; o < 32; o += 8) f.if("ne", f.load(8, derived, o), f.load(8, account, ACCOUNT.KEY + o), () => malformed(f, 10n));
  f.store(8, seeds, 0, f.slotAddr(list.slot));
  f.store(8, seeds, 8, BigInt(parts.length));
  const data = { slot: f.slot(40) };
  const at = f.slotAddr(data.slot);
  f.store(4, data, 0, ALLOCATE);
  f.store(4, data, 4, length);
  f.store(4, data, 8, 0n);
  f.call(CPI.invoke, [at, 12n, account, 0n, f.slotAddr(seeds.slot)]);
  f.store(4, data, 0, ASSIGN);
  f.syscall("sol_memcpy_", [f.add(at, 4n), f.load(8, globals(f), RT.PROGRAM_ID), 32n]);
  f.call(CPI.invoke, [at, 36n, account, 0n, f.slotAddr(seeds.slot)]);
  f.ret([]);
  f.finish();
}

/** Lets the payer make an account rent-exempt for its present length. */
function payRent(f: LirBuilder, account: VReg): void {
  const need = f.call1(ACCOUNTS.rent, [f.load(8, account, ACCOUNT.LENGTH)]);
  const has = f.load(8, account, ACCOUNT.LAMPORTS);
  f.if("gt.u", need, has, () => f.call(CPI.transfer, [loadGlobal(f, RT.PAYER), account, f.sub(need, has)]));
}

function defineWrite(program: LirProgram): void {
  const f = new LirBuilder(program, STAGING.write, 3);
  const [table, data, length] = f.params as [VReg, VReg, VReg];
  f.if("lt.u", length, BigInt(WRITE.DATA), () => malformed(f, 11n));
  const account = f.load(8, table, SUBJECT);
  const offset = f.add(f.load(4, data, WRITE.OFFSET), BigInt(BUFFER_HEADER_SIZE));
  const size = f.add(f.load(4, data, WRITE.SIZE), BigInt(BUFFER_HEADER_SIZE));
  const count = f.sub(length, BigInt(WRITE.DATA));
  const original = f.copy(f.load(8, account, ACCOUNT.LENGTH));
  // As much as one instruction may add; later pieces go on.
  const target = f.copy(size);
  const limit = f.add(original, BigInt(MAX_GROWTH));
  f.if("gt.u", target, limit, () => f.set(target, limit));
  f.if(
    "eq",
    f.call1(ACCOUNTS.owned, [account]),
    0n,
    () => f.call(ADOPT_BUFFER, [account, target]),
    () => f.if("gt.u", target, original, () => f.store(8, account, ACCOUNT.LENGTH, target)),
  );
  const end = f.add(offset, count);
  f.if("gt.u", end, f.load(8, account, ACCOUNT.LENGTH), () => malformed(f, 12n));
  f.store(8, account, ACCOUNT.DATA, BUFFER_MAGIC);
  const to = f.add(f.add(account, BigInt(ACCOUNT.DATA)), offset);
  f.if("ne", count, 0n, () => f.syscall("sol_memcpy_", [to, f.add(data, BigInt(WRITE.DATA)), count]));
  payRent(f, account);
  f.ret([]);
  f.finish();
}

function defineOpen(program: LirProgram): void {
  const f = new LirBuilder(program, STAGING.open, 1);
  const account = f.param(0);
  f.if("eq", f.call1(ACCOUNTS.owned, [account]), 0n, () => malformed(f, 13n));
  f.if("ne", f.load(8, account, ACCOUNT.DATA), BUFFER_MAGIC, () => malformed(f, 14n));
  f.ret([f.add(account, BigInt(ACCOUNT.DATA + BUFFER_HEADER_SIZE))]);
  f.finish();
}

function defineClose(program: LirProgram): void {
  const f = new LirBuilder(program, STAGING.close, 1);
  const account = f.load(8, f.param(0), SUBJECT);
  f.call1(STAGING.open, [account]);
  const payer = loadGlobal(f, RT.PAYER);
  f.store(8, payer, ACCOUNT.LAMPORTS, f.add(f.load(8, payer, ACCOUNT.LAMPORTS), f.load(8, account, ACCOUNT.LAMPORTS)));
  f.store(8, account, ACCOUNT.LAMPORTS, 0n);
  f.syscall("sol_memset_", [f.add(account, BigInt(ACCOUNT.DATA)), 0n, f.load(8, account, ACCOUNT.LENGTH)]);
  f.store(8, account, ACCOUNT.LENGTH, 0n);
  f.ret([]);
  f.finish();
}

function defineGrow(program: LirProgram): void {
  const f = new LirBuilder(program, STAGING.grow, 2);
  const [table, data] = [f.param(0), f.param(1)];
  const account = f.load(8, table, SUBJECT);
  const size = f.load(4, data, GROW.SIZE);
  const vacant = f.label();
  f.branch("eq", f.call1(ACCOUNTS.owned, [account]), 0n, vacant);
  f.branch("ne", f.load(8, account, ACCOUNT.DATA + STATE.MAGIC), STATE_MAGIC, vacant);
  const instance = f.call1(ACCOUNTS.add, [account, KIND.INSTANCE]);
  f.store(8, instance, RECORD.RESERVE, f.load(8, account, ACCOUNT.DATA + STATE.RESERVE));
  f.call(STORAGE.grow, [instance, size]);
  f.call(SETTLE.rent, [instance]);
  f.store(8, account, ACCOUNT.DATA + STATE.RESERVE, f.load(8, instance, RECORD.RESERVE));
  f.ret([]);
  f.place(vacant);
  const at = f.add(data, BigInt(GROW.ADDRESS));
  const bump = deriveState(f, at, f.add(account, BigInt(ACCOUNT.KEY)));
  const record = f.call1(ACCOUNTS.add, [account, KIND.VACANT]);
  storeQuad(f, record, RECORD.ADDRESS, loadAddress20(f, at, 0));
  f.store(8, record, RECORD.BUMP, bump);
  f.call(CPI.adopt, [record, size]);
  payRent(f, account);
  f.ret([]);
  f.finish();
}
