/** The end of a successful transaction: rent of grown and new accounts, removal of destroyed ones. */
import { LirBuilder } from "../lir/builder.js";
import type { LirProgram, VReg } from "../lir/instruction.js";
import { ACCOUNTS } from "./accounts.js";
import { ACCOUNT, KIND, loadGlobal, RECORD, RT } from "./cells.js";
import { CPI } from "./cpi.js";
import { STATE } from "./format.js";

export const SETTLE = {
  /** (): all records. */
  all: "rt.settle",
  /** (record): pays what the account lacks of its rent-exempt minimum, and notes in an instance's state what has been paid. */
  rent: "rt.settle_rent",
} as const;

export function defineSettle(program: LirProgram): void {
  defineRent(program);
  defineAll(program);
}

function defineRent(program: LirProgram): void {
  const f = new LirBuilder(program, SETTLE.rent, 1);
  const record = f.param(0);
  const account = f.load(8, record, RECORD.ACCOUNT);
  const needed = f.call1(ACCOUNTS.rent, [f.load(8, account, ACCOUNT.LENGTH)]);
  const reserve = f.load(8, record, RECORD.RESERVE);
  f.if("lt.u", reserve, needed, () => {
    f.call(CPI.transfer, [loadGlobal(f, RT.PAYER), account, f.sub(needed, reserve)]);
    f.store(8, record, RECORD.RESERVE, needed);
  });
  // Also where nothing was lacking: a new instance may take an account that was made large enough for it beforehand.
  const paid = f.load(8, record, RECORD.RESERVE);
  f.if("eq", f.load(8, record, RECORD.KIND), KIND.INSTANCE, () => f.store(8, account, ACCOUNT.DATA + STATE.RESERVE, paid));
  f.ret([]);
  f.finish();
}

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

/** A vacant account keeps what it had: a creation that was undone gives its space back. An account of the old size has paid its rent. */
function settleRecord(f: LirBuilder, record: VReg): void {
  const done = f.label();
  const pay = f.label();
  const kind = f.load(8, record, RECORD.KIND);
  f.branch("eq", kind, KIND.KEY, done);
  f.branch("ne", f.load(8, record, RECORD.DESTROYED), 0n, done);
  const account = f.load(8, record, RECORD.ACCOUNT);
  const original = f.load(8, record, RECORD.ORIGINAL_LENGTH);
  const instance = f.label();
  const vacant = f.label();
  f.branch("eq", kind, KIND.INSTANCE, instance);
  f.jump(vacant);
  f.place(instance);
  f.branch("ne", f.load(8, record, RECORD.CREATED), 0n, pay);
  f.branch("eq", f.load(8, account, ACCOUNT.LENGTH), original, done);
  f.jump(pay);
  f.place(vacant);
  f.if("ne", f.load(8, account, ACCOUNT.LENGTH), original, () => f.store(8, account, ACCOUNT.LENGTH, original));
  f.branch("eq", f.load(8, account, ACCOUNT.LAMPORTS), 0n, done);
  f.place(pay);
  f.call(SETTLE.rent, [record]);
  f.place(done);
}

/** Its lamports go to the payer; an account without lamports ceases to exist. Comes after all cross-program calls. */
function removeDestroyed(f: LirBuilder, record: VReg): void {
  f.if("ne", f.load(8, record, RECORD.DESTROYED), 0n, () => {
    const account = f.load(8, record, RECORD.ACCOUNT);
    const payer = loadGlobal(f, RT.PAYER);
    const lamports = f.load(8, account, ACCOUNT.LAMPORTS);
    f.store(8, payer, ACCOUNT.LAMPORTS, f.add(f.load(8, payer, ACCOUNT.LAMPORTS), lamports));
    f.store(8, account, ACCOUNT.LAMPORTS, 0n);
    f.store(8, account, ACCOUNT.DATA + STATE.MAGIC, 0n);
    f.store(8, account, ACCOUNT.LENGTH, 0n);
  });
}

function defineAll(program: LirProgram): void {
  const f = new LirBuilder(program, SETTLE.all, 0);
  eachRecord(f, (record) => settleRecord(f, record));
  eachRecord(f, (record) => removeDestroyed(f, record));
  f.ret([]);
  f.finish();
}
