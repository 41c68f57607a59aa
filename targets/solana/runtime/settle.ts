/**
 * What a successful execution owes Solana before it ends: every account that has data or lamports must be rent-exempt. The payer
 * pays that; it is the account's RESERVE and never counts as balance. Instances that destroyed themselves are closed.
 */
import { LirBuilder } from "../lir/builder.js";
import type { LirProgram, VReg } from "../lir/instruction.js";
import { ACCOUNTS } from "./accounts.js";
import { ACCOUNT, KIND, loadGlobal, RECORD, RT } from "./cells.js";
import { CPI } from "./cpi.js";
import { STATE } from "./format.js";

export const SETTLE = {
  /** () */
  all: "rt.settle",
  /** (record): pays the rent of one account's data. */
  rent: "rt.settle_rent",
  /** (record): empties the account of a destroyed instance. */
  close: "rt.settle_close",
} as const;

export function defineSettle(program: LirProgram): void {
  defineRent(program);
  defineClose(program);
  defineAll(program);
}

function defineRent(program: LirProgram): void {
  const f = new LirBuilder(program, SETTLE.rent, 1);
  const record = f.param(0);
  const account = f.load(8, record, RECORD.ACCOUNT);
  const need = f.call1(ACCOUNTS.rent, [f.load(8, account, ACCOUNT.LENGTH)]);
  const reserve = f.load(8, record, RECORD.RESERVE);
  f.if("gt.u", need, reserve, () => {
    f.call(CPI.transfer, [loadGlobal(f, RT.PAYER), account, f.sub(need, reserve)]);
    f.store(8, record, RECORD.RESERVE, need);
  });
  f.ret([]);
  f.finish();
}

function defineClose(program: LirProgram): void {
  const f = new LirBuilder(program, SETTLE.close, 1);
  const account = f.load(8, f.param(0), RECORD.ACCOUNT);
  const payer = loadGlobal(f, RT.PAYER);
  f.store(8, payer, ACCOUNT.LAMPORTS, f.add(f.load(8, payer, ACCOUNT.LAMPORTS), f.load(8, account, ACCOUNT.LAMPORTS)));
  f.store(8, account, ACCOUNT.LAMPORTS, 0n);
  f.syscall("sol_memset_", [f.add(account, BigInt(ACCOUNT.DATA)), 0n, f.load(8, account, ACCOUNT.LENGTH)]);
  f.store(8, account, ACCOUNT.LENGTH, 0n);
  f.ret([]);
  f.finish();
}

/** Calls `visit` with every record. */
function eachRecord(f: LirBuilder, visit: (record: VReg) => void): void {
  const record = f.copy(loadGlobal(f, RT.RECORDS));
  const left = f.copy(loadGlobal(f, RT.RECORD_COUNT));
  f.while(
    () => ["ne", left, 0n],
    () => {
      visit(record);
      f.aluTo(record, "add", record, BigInt(RECORD.SIZE));
      f.aluTo(left, "sub", left, 1n);
    },
  );
}

function defineAll(program: LirProgram): void {
  const f = new LirBuilder(program, SETTLE.all, 0);
  eachRecord(f, (record) => {
    const next = f.label();
    const kind = f.load(8, record, RECORD.KIND);
    const account = f.load(8, record, RECORD.ACCOUNT);
    f.branch("eq", kind, KIND.KEY, next);
    f.if("eq", kind, KIND.INSTANCE, () => {
      f.branch("ne", f.load(8, record, RECORD.DESTROYED), 0n, next);
      f.call(SETTLE.rent, [record]);
      f.store(8, account, ACCOUNT.DATA + STATE.RESERVE, f.load(8, record, RECORD.RESERVE));
      f.jump(next);
    });
    // A vacant account needs rent once it holds anything.
    f.branch("eq", f.load(8, account, ACCOUNT.LAMPORTS), 0n, next);
    f.call(SETTLE.rent, [record]);
    f.place(next);
  });
  // Lamports moved directly come last: a cross-program call would want to see them balanced.
  eachRecord(f, (record) => {
    f.if("ne", f.load(8, record, RECORD.DESTROYED), 0n, () => f.call(SETTLE.close, [record]));
  });
  f.ret([]);
  f.finish();
}
