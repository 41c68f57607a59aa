/**
 * The sender's staging buffer: call data that do not fit one transaction (1,232 bytes) are written into it in pieces, then
 * executed from it. It is the account derived from ["buffer", sender key].
 */
import { LirBuilder } from "../lir/builder.js";
import type { LirProgram, Operand, VReg } from "../lir/instruction.js";
import { ACCOUNTS, malformed } from "./accounts.js";
import { ACCOUNT, loadGlobal, RT } from "./cells.js";
import { CPI } from "./cpi.js";
import { BUFFER_HEADER_SIZE, BUFFER_MAGIC, BUFFER_SEED, FAILURE, WRITE } from "./format.js";
import { fail } from "./memory.js";

export const STAGING = {
  /** (instruction data, length) */
  write: "rt.staging_write",
  /** () */
  close: "rt.staging_close",
  /** (serialised account, size) -> address of the staged bytes. */
  data: "rt.staging_data",
} as const;
const ALLOCATE = 8n;
const ASSIGN = 1n;

export function defineStaging(program: LirProgram): void {
  defineWrite(program);
  defineClose(program);
  defineData(program);
}

/** The fourth account, which must be the signing sender's buffer; with its signer seeds. */
function ownBuffer(f: LirBuilder): { account: VReg; seeds: VReg } {
  const sender = loadGlobal(f, RT.SENDER);
  f.if("eq", f.load(1, sender, ACCOUNT.SIGNER), 0n, () => malformed(f, 2n));
  const account = f.call1(ACCOUNTS.at, [3n]);
  const list = { slot: f.slot(48) };
  const derived = { slot: f.slot(32) };
  const bump = { slot: f.slot(8) };
  const seeds = { slot: f.slot(16) };
  const name = new TextEncoder().encode(BUFFER_SEED);
  const parts: [Operand, bigint][] = [
    [f.rodata(name), BigInt(name.length)],
    [f.add(sender, BigInt(ACCOUNT.KEY)), 32n],
    [f.slotAddr(bump.slot), 1n],
  ];
  parts.forEach(([at, size], i) => {
    f.store(8, list, 16 * i, at);
    f.store(8, list, 16 * i + 8, size);
  });
  const listAt = f.slotAddr(list.slot);
  const args = [listAt, 2n, loadGlobal(f, RT.PROGRAM_ID), f.slotAddr(derived.slot), f.slotAddr(bump.slot)];
  f.if("ne", f.syscall("sol_try_find_program_address", args), 0n, () => fail(f, FAILURE.SYSCALL));
  for (let o = 0; o < 32; o += 8) f.if("ne", f.load(8, derived, o), f.load(8, account, ACCOUNT.KEY + o), () => malformed(f, 7n));
  f.store(8, seeds, 0, listAt);
  f.store(8, seeds, 8, BigInt(parts.length));
  return { account, seeds: f.slotAddr(seeds.slot) };
}

function defineWrite(program: LirProgram): void {
  const f = new LirBuilder(program, STAGING.write, 2);
  const [data, length] = [f.param(0), f.param(1)];
  f.if("lt.u", length, BigInt(WRITE.DATA), () => malformed(f, 8n));
  const { account, seeds } = ownBuffer(f);
  const size = f.sub(length, BigInt(WRITE.DATA));
  const end = f.add(f.add(f.load(4, data, WRITE.OFFSET), size), BigInt(BUFFER_HEADER_SIZE));
  f.if(
    "eq",
    f.call1(ACCOUNTS.owned, [account]),
    0n,
    () => {
      const command = { slot: f.slot(40) };
      const at = f.slotAddr(command.slot);
      f.store(4, command, 0, ALLOCATE);
      f.store(4, command, 4, end);
      f.store(4, command, 8, 0n);
      f.call(CPI.invoke, [at, 12n, account, 0n, seeds]);
      f.store(4, command, 0, ASSIGN);
      f.syscall("sol_memcpy_", [f.add(at, 4n), loadGlobal(f, RT.PROGRAM_ID), 32n]);
      f.call(CPI.invoke, [at, 36n, account, 0n, seeds]);
    },
    () => f.if("gt.u", end, f.load(8, account, ACCOUNT.LENGTH), () => f.store(8, account, ACCOUNT.LENGTH, end)),
  );
  f.store(8, account, ACCOUNT.DATA, BUFFER_MAGIC);
  const to = f.sub(f.add(f.add(account, BigInt(ACCOUNT.DATA)), end), size);
  f.if("ne", size, 0n, () => f.syscall("sol_memcpy_", [to, f.add(data, BigInt(WRITE.DATA)), size]));
  const needed = f.call1(ACCOUNTS.rent, [f.load(8, account, ACCOUNT.LENGTH)]);
  const lamports = f.load(8, account, ACCOUNT.LAMPORTS);
  f.if("lt.u", lamports, needed, () => f.call(CPI.transfer, [loadGlobal(f, RT.PAYER), account, f.sub(needed, lamports)]));
  f.ret([]);
  f.finish();
}

function defineClose(program: LirProgram): void {
  const f = new LirBuilder(program, STAGING.close, 0);
  const { account } = ownBuffer(f);
  const payer = loadGlobal(f, RT.PAYER);
  f.store(8, payer, ACCOUNT.LAMPORTS, f.add(f.load(8, payer, ACCOUNT.LAMPORTS), f.load(8, account, ACCOUNT.LAMPORTS)));
  f.store(8, account, ACCOUNT.LAMPORTS, 0n);
  f.store(8, account, ACCOUNT.LENGTH, 0n);
  f.ret([]);
  f.finish();
}

function defineData(program: LirProgram): void {
  const f = new LirBuilder(program, STAGING.data, 2);
  const [account, size] = [f.param(0), f.param(1)];
  f.if("eq", f.call1(ACCOUNTS.owned, [account]), 0n, () => malformed(f, 9n));
  f.if("lt.u", f.load(8, account, ACCOUNT.LENGTH), f.add(size, BigInt(BUFFER_HEADER_SIZE)), () => malformed(f, 10n));
  f.if("ne", f.load(8, account, ACCOUNT.DATA), BUFFER_MAGIC, () => malformed(f, 11n));
  f.ret([f.add(account, BigInt(ACCOUNT.DATA + BUFFER_HEADER_SIZE))]);
  f.finish();
}
