/**
 * Value: wei and lamports, balances, and moves between accounts of the program. An account's balance is its lamports beyond
 * RESERVE; what the rent of its data needs was paid by the payer and never counts.
 */
import { LirBuilder } from "../lir/builder.js";
import type { LirProgram, VReg } from "../lir/instruction.js";
import { RUNTIME } from "./abi.js";
import { ACCOUNTS } from "./accounts.js";
import { ACCOUNT, loadQuad, OWN, RECORD } from "./cells.js";
import { FAILURE, WEI_PER_LAMPORT } from "./format.js";
import { JOURNAL } from "./journal.js";
import { fail } from "./memory.js";

export const VALUE = {
  /** (lamports) -> wei, two limbs. */
  wei: "rt.wei",
  /** (quad address) -> whole lamports (2^64-1 where there are more), remainder in wei. */
  lamports: "rt.lamports",
  /** (record) -> lamports of balance. */
  balance: "rt.lamports_balance",
  /** (from record, to record, lamports): an instance pays. */
  move: "rt.lamports_move",
  /** (record, quad address) -> 1 where the balance covers the value, and lamports; fails on fractions of a lamport. */
  afford: "rt.lamports_afford",
} as const;

export function defineValue(program: LirProgram): void {
  defineWei(program);
  defineLamports(program);
  defineBalanceOf(program);
  defineMove(program);
  defineAfford(program);
  defineBalance(program);
  defineSelfBalance(program);
}

function defineWei(program: LirProgram): void {
  const f = new LirBuilder(program, VALUE.wei, 1);
  const low = f.mul(f.and(f.param(0), 0xffffffffn), WEI_PER_LAMPORT);
  const high = f.mul(f.shr(f.param(0), 32n), WEI_PER_LAMPORT);
  const sum = f.add(low, f.shl(high, 32n));
  const carry = f.copy(f.shr(high, 32n));
  f.if("lt.u", sum, low, () => f.aluTo(carry, "add", carry, 1n));
  f.ret([sum, carry]);
  f.finish();
}

/** Long division by 10^9 in 32-bit digits: a remainder below 2^30 and a digit fit 64 bits. */
function defineLamports(program: LirProgram): void {
  const f = new LirBuilder(program, VALUE.lamports, 1);
  const [v0, v1, v2, v3] = loadQuad(f, f.param(0));
  const huge = f.label();
  f.branch("ne", f.or(v2, v3), 0n, huge);
  const remainder = f.copy(0n);
  const digit = (d: VReg): VReg => {
    const part = f.or(f.shl(remainder, 32n), d);
    f.set(remainder, f.mod(part, WEI_PER_LAMPORT));
    return f.div(part, WEI_PER_LAMPORT);
  };
  const high = f.or(f.shl(digit(f.shr(v1, 32n)), 32n), digit(f.and(v1, 0xffffffffn)));
  f.branch("ne", high, 0n, huge);
  const q1 = digit(f.shr(v0, 32n));
  const q0 = digit(f.and(v0, 0xffffffffn));
  f.ret([f.or(f.shl(q1, 32n), q0), remainder]);
  f.place(huge);
  f.ret([-1n, 0n]);
  f.finish();
}

function defineBalanceOf(program: LirProgram): void {
  const f = new LirBuilder(program, VALUE.balance, 1);
  const lamports = f.load(8, f.load(8, f.param(0), RECORD.ACCOUNT), ACCOUNT.LAMPORTS);
  const reserve = f.load(8, f.param(0), RECORD.RESERVE);
  f.if("lt.u", lamports, reserve, () => f.ret([0n]));
  f.ret([f.sub(lamports, reserve)]);
  f.finish();
}

function defineMove(program: LirProgram): void {
  const f = new LirBuilder(program, VALUE.move, 3);
  const [from, to, lamports] = [f.param(0), f.param(1), f.param(2)];
  f.if("eq", from, to, () => f.ret([]));
  f.if("eq", lamports, 0n, () => f.ret([]));
  const cell = (record: VReg): VReg => {
    f.store(8, record, RECORD.DIRTY, 1n);
    const at = f.add(f.load(8, record, RECORD.ACCOUNT), BigInt(ACCOUNT.LAMPORTS));
    f.call(JOURNAL.word, [at]);
    return at;
  };
  const source = cell(from);
  f.store(8, source, 0, f.sub(f.load(8, source, 0), lamports));
  const target = cell(to);
  f.store(8, target, 0, f.add(f.load(8, target, 0), lamports));
  f.ret([]);
  f.finish();
}

function defineAfford(program: LirProgram): void {
  const f = new LirBuilder(program, VALUE.afford, 2);
  const [lamports, remainder] = f.call(VALUE.lamports, [f.param(1)], 2) as [VReg, VReg];
  const balance = f.call1(VALUE.balance, [f.param(0)]);
  const short = f.label();
  f.branch("gt.u", lamports, balance, short);
  const enough = f.label();
  f.branch("eq", remainder, 0n, enough);
  f.branch("eq", lamports, balance, short);
  fail(f, FAILURE.FRACTIONAL_LAMPORT);
  f.place(enough);
  f.ret([1n, lamports]);
  f.place(short);
  f.ret([0n, 0n]);
  f.finish();
}

function retWei(f: LirBuilder, record: VReg): void {
  const [low, high] = f.call(VALUE.wei, [f.call1(VALUE.balance, [record])], 2) as [VReg, VReg];
  f.ret([low, high, 0n, 0n]);
}

function defineBalance(program: LirProgram): void {
  const f = new LirBuilder(program, RUNTIME.balance.name, 4);
  retWei(f, f.call1(ACCOUNTS.find, [f.param(1), f.param(2), f.param(3)]));
  f.finish();
}

function defineSelfBalance(program: LirProgram): void {
  const f = new LirBuilder(program, RUNTIME.selfBalance.name, 1);
  retWei(f, f.load(8, f.param(0), OWN.RECORD));
  f.finish();
}
