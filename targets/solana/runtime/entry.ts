/**
 * The program's entry: reads the instruction, runs the outermost contract frame, and answers Solana. Logs of the outermost frame
 * are out already; return data and revert data become Solana's return data. An error code undoes the transaction.
 */
import { LirBuilder } from "../lir/builder.js";
import type { LirProgram, VReg } from "../lir/instruction.js";
import { FLAG_CREATION, FRAME, GLOBAL, HEAP, HEAP_SIZE, STATUS } from "../layout.js";
import { ENTRY_POINT, IMAGE } from "./abi.js";
import { ACCOUNTS, malformed } from "./accounts.js";
import { ACCOUNT, copyQuad, globals, KIND, loadAddress20, loadGlobal, OWN, RECORD, RT, storeAddress20, storeGlobal, storeQuad } from "./cells.js";
import { CALLS } from "./calls.js";
import { CPI } from "./cpi.js";
import { CREATION } from "./create.js";
import { FAILURE, FLAG_STAGED, INSTRUCTION, MAX_RETURN_DATA, OPERATION, RESULT, REVERT_TAG } from "./format.js";
import { FRAMES } from "./frames.js";
import { fail, MEMORY } from "./memory.js";
import { PRECOMPILES } from "./precompiles.js";
import { SETTLE } from "./settle.js";
import { STAGING } from "./staging.js";
import { VALUE } from "./value.js";

const EXECUTE = "rt.execute";
const DEPLOY = "rt.deploy";
const ANSWER = "rt.answer";
const PAY = "rt.pay";
const CALL_DATA = "rt.call_data";

export function defineEntry(program: LirProgram): void {
  defineCallData(program);
  definePay(program);
  defineAnswer(program);
  defineExecute(program);
  defineDeploy(program);
  defineEntryPoint(program);
}

function defineEntryPoint(program: LirProgram): void {
  const f = new LirBuilder(program, ENTRY_POINT, 1);
  storeGlobal(f, GLOBAL.HEAP_LIMIT, HEAP + BigInt(HEAP_SIZE));
  const [table, count, data, length] = f.call(ACCOUNTS.read, [f.param(0)], 4) as [VReg, VReg, VReg, VReg];
  f.if("eq", length, 0n, () => malformed(f, 20n));
  const operation = f.load(1, data, INSTRUCTION.OPERATION);
  const run = f.label();
  f.branch("le.u", operation, BigInt(OPERATION.DEPLOY), run);
  f.if("lt.u", count, 4n, () => malformed(f, 21n));
  // The records that cross-program calls look through.
  storeGlobal(f, RT.RECORDS, f.call1(MEMORY.alloc, [BigInt(2 * RECORD.SIZE)]));
  f.if("eq", operation, BigInt(OPERATION.WRITE), () => {
    f.call(STAGING.write, [table, data, length]);
    f.ret([RESULT.SUCCESS]);
  });
  f.if("eq", operation, BigInt(OPERATION.CLOSE), () => {
    f.call(STAGING.close, [table]);
    f.ret([RESULT.SUCCESS]);
  });
  f.if("eq", operation, BigInt(OPERATION.GROW), () => {
    f.call(STAGING.grow, [table, data]);
    f.ret([RESULT.SUCCESS]);
  });
  malformed(f, 22n);
  f.place(run);
  f.if("lt.u", length, BigInt(INSTRUCTION.FIRST_CLAIM), () => malformed(f, 23n));
  f.call(ACCOUNTS.record, [table, count]);
  const [bytes, size] = f.call(CALL_DATA, [table, count, data, length], 2) as [VReg, VReg];
  f.if("eq", operation, BigInt(OPERATION.EXECUTE), () => f.ret([f.call1(EXECUTE, [data, bytes, size])]));
  f.ret([f.call1(DEPLOY, [data, bytes, size])]);
  f.finish();
}

/** (table, count, instruction data, length) -> call data, length: reads the claims, then finds the call data behind them or staged. */
function defineCallData(program: LirProgram): void {
  const f = new LirBuilder(program, CALL_DATA, 4);
  const [table, count, data, length] = f.params as [VReg, VReg, VReg, VReg];
  const claims = f.load(1, data, INSTRUCTION.CLAIMS);
  const end = f.add(f.mul(claims, BigInt(INSTRUCTION.CLAIM_SIZE)), BigInt(INSTRUCTION.FIRST_CLAIM));
  f.if("gt.u", end, length, () => malformed(f, 24n));
  f.call(ACCOUNTS.claim, [table, count, f.add(data, BigInt(INSTRUCTION.FIRST_CLAIM)), claims]);
  f.if("test", f.load(1, data, INSTRUCTION.FLAGS), BigInt(FLAG_STAGED), () => {
    const index = f.load(1, data, INSTRUCTION.BUFFER_INDEX);
    f.if("ge.u", index, count, () => malformed(f, 25n));
    const buffer = f.load(8, f.add(table, f.shl(index, 3n)), 0);
    const size = f.load(4, data, INSTRUCTION.STAGED_SIZE);
    const bytes = f.call1(STAGING.open, [buffer]);
    const available = f.sub(f.add(f.add(buffer, BigInt(ACCOUNT.DATA)), f.load(8, buffer, ACCOUNT.LENGTH)), bytes);
    f.if("gt.u", size, available, () => malformed(f, 26n));
    f.ret([bytes, size]);
  });
  f.ret([f.add(data, end), f.sub(length, end)]);
  f.finish();
}

/** (record, lamports): the sender pays the value. */
function definePay(program: LirProgram): void {
  const f = new LirBuilder(program, PAY, 2);
  const [record, lamports] = [f.param(0), f.param(1)];
  const sender = loadGlobal(f, RT.SENDER);
  const account = f.load(8, record, RECORD.ACCOUNT);
  f.if("gt.u", lamports, f.load(8, sender, ACCOUNT.LAMPORTS), () => fail(f, FAILURE.INSUFFICIENT_FUNDS));
  f.if("ne", account, sender, () => f.call(CPI.transfer, [sender, account, lamports]));
  f.ret([]);
  f.finish();
}

/** Fills the outermost frame's header but for its code. */
function outermost(f: LirBuilder, record: VReg, lamports: VReg, bytes: VReg, size: VReg, flags: bigint): VReg {
  const frame = f.call1(FRAMES.begin, [0n]);
  f.store(8, frame, FRAME.FLAGS, flags);
  f.store(8, frame, FRAME.CALLDATA, bytes);
  f.store(8, frame, FRAME.CALLDATA_SIZE, size);
  f.store(8, frame, OWN.RECORD, record);
  copyQuad(f, frame, FRAME.ADDRESS, record, RECORD.ADDRESS);
  copyQuad(f, frame, FRAME.CALLER, globals(f), RT.ORIGIN);
  const [low, high] = f.call(VALUE.wei, [lamports], 2) as [VReg, VReg];
  storeQuad(f, frame, FRAME.VALUE, [low, high]);
  f.call(CALLS.useCode, [frame, record]);
  return frame;
}

/** (instruction data, call data, length) -> the program's result. */
function defineExecute(program: LirProgram): void {
  const f = new LirBuilder(program, EXECUTE, 3);
  const [data, bytes, size] = f.params as [VReg, VReg, VReg];
  const [t0, t1, t2] = loadAddress20(f, data, INSTRUCTION.TARGET);
  const lamports = f.load(8, data, INSTRUCTION.LAMPORTS);
  const plain = f.label();
  const noPrecompile = f.label();
  const target = f.call1(ACCOUNTS.find, [t0, t1, t2]);
  f.call(PAY, [target, lamports]);
  f.branch("ne", f.or(t1, t2), 0n, noPrecompile);
  f.branch("gt.u", f.sub(t0, 1n), PRECOMPILES.last - 1n, noPrecompile);
  const [success, output, length] = f.call(PRECOMPILES.run, [t0, bytes, size], 3) as [VReg, VReg, VReg];
  f.if("eq", success, 0n, () => f.ret([RESULT.HALT]));
  f.call(SETTLE.all, []);
  f.if("ne", length, 0n, () => f.syscall("sol_set_return_data", [output, length]));
  f.ret([RESULT.SUCCESS]);
  f.place(noPrecompile);
  const id = f.call1(CALLS.codeOf, [target]);
  f.branch("eq", id, 0n, plain);
  const frame = outermost(f, target, lamports, bytes, size, 0n);
  f.ret([f.call1(ANSWER, [frame, f.call1(IMAGE.run.name, [frame, id, 1n])])]);
  f.place(plain);
  f.call(SETTLE.all, []);
  f.ret([RESULT.SUCCESS]);
  f.finish();
}

/** (instruction data, library addresses and constructor arguments, length) -> the program's result. */
function defineDeploy(program: LirProgram): void {
  const f = new LirBuilder(program, DEPLOY, 3);
  const [data, bytes, size] = f.params as [VReg, VReg, VReg];
  const id = f.load(8, data, INSTRUCTION.CONTRACT_ID);
  const lamports = f.load(8, data, INSTRUCTION.LAMPORTS);
  const address = f.call(CREATION.address, [f.add(globals(f), BigInt(RT.ORIGIN)), f.load(8, data, INSTRUCTION.NONCE)], 3) as [VReg, VReg, VReg];
  const record = f.call1(ACCOUNTS.find, address);
  f.if("ne", f.load(8, record, RECORD.KIND), KIND.VACANT, () => {
    const payload = { slot: f.slot(24) };
    storeAddress20(f, payload, 0, address);
    f.call(MEMORY.fail, [BigInt(FAILURE.ADDRESS_TAKEN), f.slotAddr(payload.slot), 20n]);
  });
  const libraries = f.call(IMAGE.describe.name, [id], 3)[2]!;
  const linked = f.mul(libraries, 20n);
  f.if("gt.u", linked, size, () => malformed(f, 27n));
  f.call(PAY, [record, lamports]);
  f.call(CREATION.prepare, [record, id, bytes]);
  const frame = outermost(f, record, lamports, f.add(bytes, linked), f.sub(size, linked), FLAG_CREATION);
  f.store(8, frame, FRAME.CODE_ID, id);
  f.ret([f.call1(ANSWER, [frame, f.call1(CREATION.construct, [frame])])]);
  f.finish();
}

/** (frame, status) -> the program's result: hands out what the outermost frame gave. */
function defineAnswer(program: LirProgram): void {
  const f = new LirBuilder(program, ANSWER, 2);
  const [frame, status] = [f.param(0), f.param(1)];
  const output = f.load(8, frame, FRAME.OUTPUT);
  const size = f.load(8, frame, FRAME.OUTPUT_SIZE);
  const hand = (): void => f.if("ne", size, 0n, () => f.syscall("sol_set_return_data", [output, size]));
  f.if("eq", status, STATUS.RETURN, () => {
    f.if("gt.u", size, BigInt(MAX_RETURN_DATA), () => fail(f, FAILURE.RETURN_DATA_TOO_LONG));
    f.call(SETTLE.all, []);
    hand();
    f.ret([RESULT.SUCCESS]);
  });
  f.if("eq", status, STATUS.REVERT, () => {
    f.if("le.u", size, BigInt(MAX_RETURN_DATA), hand, () => {
      const tag = { slot: f.slot(8) };
      const fields = { slot: f.slot(32) };
      f.store(8, tag, 0, BigInt(REVERT_TAG));
      f.store(8, fields, 0, f.slotAddr(tag.slot));
      f.store(8, fields, 8, 1n);
      f.store(8, fields, 16, output);
      f.store(8, fields, 24, size);
      f.syscall("sol_log_data", [f.slotAddr(fields.slot), 2n]);
    });
    f.ret([RESULT.REVERT]);
  });
  f.ret([RESULT.HALT]);
  f.finish();
}
