/**
 * Cross-program calls of the system program: transfers from the sender or the payer, and taking over a vacant account.
 *
 * Solana checks at each such call that the lamports of the caller's accounts add up, and it sees only the accounts that the call
 * names. So every account whose lamports the program changed directly (DIRTY) is named too, as a further read-only account,
 * which the system program ignores.
 */
import { LirBuilder } from "../lir/builder.js";
import type { LirProgram, Operand, VReg } from "../lir/instruction.js";
import { ACCOUNT, globals, loadGlobal, loadQuad, RECORD, RT, storeAddress20 } from "./cells.js";
import { STATE_SEED } from "./format.js";
import { MEMORY } from "./memory.js";
import { ACCOUNTS } from "./accounts.js";
import { STORAGE } from "./storage.js";

export const CPI = {
  /** (from, to, lamports): serialised accounts; `from` signed the transaction. */
  transfer: "rt.system_transfer",
  /** (record, length): makes a vacant account the program's, with at least that much data. */
  adopt: "rt.system_adopt",
  /** (instruction data, length, first account, second account or 0, signer seeds or 0) */
  invoke: "rt.system_invoke",
} as const;

/** System program instructions. */
const ASSIGN = 1n;
const TRANSFER = 2n;
const ALLOCATE = 8n;
/** Sizes of SolAccountMeta and SolAccountInfo of Solana's C interface. */
const META_SIZE = 16n;
const INFO_SIZE = 56n;

export function defineCpi(program: LirProgram): void {
  defineInvoke(program);
  defineTransfer(program);
  defineAdopt(program);
}

/** Writes the next meta and info. */
function name(f: LirBuilder, meta: VReg, info: VReg, account: VReg, writable: bigint, signer: bigint): void {
  const key = f.add(account, BigInt(ACCOUNT.KEY));
  f.store(8, meta, 0, key);
  f.store(8, meta, 8, writable | (signer << 8n));
  f.store(8, info, 0, key);
  f.store(8, info, 8, f.add(account, BigInt(ACCOUNT.LAMPORTS)));
  f.store(8, info, 16, f.load(8, account, ACCOUNT.LENGTH));
  f.store(8, info, 24, f.add(account, BigInt(ACCOUNT.DATA)));
  f.store(8, info, 32, f.add(account, BigInt(ACCOUNT.OWNER)));
  f.store(8, info, 40, 0n);
  f.store(8, info, 48, signer | (writable << 8n));
  f.aluTo(meta, "add", meta, META_SIZE);
  f.aluTo(info, "add", info, INFO_SIZE);
}

function defineInvoke(program: LirProgram): void {
  const f = new LirBuilder(program, CPI.invoke, 5);
  const [data, length, first, second, seeds] = f.params as [VReg, VReg, VReg, VReg, VReg];
  const capacity = f.add(loadGlobal(f, RT.RECORD_COUNT), 2n);
  const [buffer, type] = f.call(MEMORY.take, [f.mul(capacity, META_SIZE + INFO_SIZE)], 2) as [VReg, VReg];
  const infos = f.add(buffer, f.mul(capacity, META_SIZE));
  const meta = f.copy(buffer);
  const info = f.copy(infos);
  name(f, meta, info, first, 1n, 1n);
  f.if("ne", second, 0n, () => name(f, meta, info, second, 1n, 0n));
  eachDirty(f, first, second, (account) => name(f, meta, info, account, 0n, 0n));
  const count = f.shr(f.sub(meta, buffer), 4n);
  const instruction = { slot: f.slot(40) };
  f.store(8, instruction, 0, f.add(loadGlobal(f, RT.SYSTEM), BigInt(ACCOUNT.KEY)));
  f.store(8, instruction, 8, buffer);
  f.store(8, instruction, 16, count);
  f.store(8, instruction, 24, data);
  f.store(8, instruction, 32, length);
  const signers = f.copy(0n);
  f.if("ne", seeds, 0n, () => f.set(signers, 1n));
  // A failing cross-program call ends the transaction by itself.
  f.syscall("sol_invoke_signed_c", [f.slotAddr(instruction.slot), infos, count, seeds, signers]);
  f.call(MEMORY.give, [buffer, type]);
  f.ret([]);
  f.finish();
}

function eachDirty(f: LirBuilder, first: VReg, second: VReg, visit: (account: VReg) => void): void {
  const record = f.copy(loadGlobal(f, RT.RECORDS));
  const end = f.add(record, f.mul(loadGlobal(f, RT.RECORD_COUNT), BigInt(RECORD.SIZE)));
  f.while(
    () => ["lt.u", record, end],
    () => {
      const next = f.label();
      const account = f.load(8, record, RECORD.ACCOUNT);
      f.branch("eq", f.load(8, record, RECORD.DIRTY), 0n, next);
      f.branch("eq", account, first, next);
      f.branch("eq", account, second, next);
      visit(account);
      f.place(next);
      f.aluTo(record, "add", record, BigInt(RECORD.SIZE));
    },
  );
}

function defineTransfer(program: LirProgram): void {
  const f = new LirBuilder(program, CPI.transfer, 3);
  const data = { slot: f.slot(16) };
  f.if("eq", f.param(2), 0n, () => f.ret([]));
  f.store(4, data, 0, TRANSFER);
  f.store(4, data, 4, f.param(2));
  f.store(4, data, 8, f.shr(f.param(2), 32n));
  f.call(CPI.invoke, [f.slotAddr(data.slot), 12n, f.param(0), f.param(1), 0n]);
  f.ret([]);
  f.finish();
}

/** Signer seeds ["state", address20, bump] of a record's account, as SolSignerSeeds. */
function signerSeeds(f: LirBuilder, record: VReg): VReg {
  const bytes = { slot: f.slot(24) };
  const list = { slot: f.slot(48) };
  const seeds = { slot: f.slot(16) };
  const [a0, a1, a2] = loadQuad(f, record, RECORD.ADDRESS);
  storeAddress20(f, bytes, 0, [a0, a1, a2]);
  f.store(1, bytes, 20, f.load(8, record, RECORD.BUMP));
  const name = new TextEncoder().encode(STATE_SEED);
  const address = f.slotAddr(bytes.slot);
  const parts: [Operand, bigint][] = [
    [f.rodata(name), BigInt(name.length)],
    [address, 20n],
    [f.add(address, 20n), 1n],
  ];
  parts.forEach(([at, size], i) => {
    f.store(8, list, 16 * i, at);
    f.store(8, list, 16 * i + 8, size);
  });
  f.store(8, seeds, 0, f.slotAddr(list.slot));
  f.store(8, seeds, 8, BigInt(parts.length));
  return f.slotAddr(seeds.slot);
}

function defineAdopt(program: LirProgram): void {
  const f = new LirBuilder(program, CPI.adopt, 2);
  const [record, length] = [f.param(0), f.param(1)];
  const account = f.load(8, record, RECORD.ACCOUNT);
  f.if("ne", f.call1(ACCOUNTS.owned, [account]), 0n, () => {
    f.call(STORAGE.grow, [record, length]);
    f.ret([]);
  });
  const seeds = signerSeeds(f, record);
  const data = { slot: f.slot(40) };
  const at = f.slotAddr(data.slot);
  f.store(4, data, 0, ALLOCATE);
  f.store(4, data, 4, length);
  f.store(4, data, 8, 0n);
  f.call(CPI.invoke, [at, 12n, account, 0n, seeds]);
  f.store(4, data, 0, ASSIGN);
  f.syscall("sol_memcpy_", [f.add(at, 4n), f.load(8, globals(f), RT.PROGRAM_ID), 32n]);
  f.call(CPI.invoke, [at, 36n, account, 0n, seeds]);
  f.ret([]);
  f.finish();
}
