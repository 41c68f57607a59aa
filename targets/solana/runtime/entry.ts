/**
 * The program's entry: reads the instruction (format.ts), runs it, settles the accounts and hands the result to Solana. A
 * reverted or halted execution returns an error code, so that Solana undoes everything.
 */
import { LirBuilder } from "../lir/builder.js";
import type { LirProgram, Operand, VReg } from "../lir/instruction.js";
import { FLAG_CREATION, FRAME, STATUS } from "../layout.js";
import { ENTRY_POINT, IMAGE } from "./abi.js";
import { ACCOUNTS, malformed } from "./accounts.js";
import { CALLS } from "./calls.js";
import { ACCOUNT, copyQuad, globals, KIND, loadAddress20, loadGlobal, OWN, RECORD, RT, storeAddress20, storeQuad } from "./cells.js";
import { CPI } from "./cpi.js";
import { CREATION } from "./create.js";
import { FAILURE, FLAG_STAGED, INSTRUCTION, MAX_GROWTH, MAX_RETURN_DATA, OPERATION, RESULT, REVERT_TAG } from "./format.js";
import { FRAMES } from "./frames.js";
import { INSTANCE } from "./instance.js";
import { fail, MEMORY } from "./memory.js";
import { PRECOMPILES } from "./precompiles.js";
import { PROXIES } from "./proxies.js";
import { SETTLE } from "./settle.js";
import { STAGING } from "./staging.js";
import { STORAGE } from "./storage.js";
import { VALUE } from "./value.js";

const EXECUTE = "rt.op_execute";
const DEPLOY = "rt.op_deploy";
const GROW = "rt.op_grow";
const PAY = "rt.pay";
const CONCLUDE = "rt.conclude";

export function defineEntry(program: LirProgram): void {
  definePay(program);
  defineConclude(program);
  defineExecute(program);
  defineDeploy(program);
  defineGrow(program);
  defineEntryPoint(program);
}

function defineEntryPoint(program: LirProgram): void {
  const f = new LirBuilder(program, ENTRY_POINT, 1);
  const [data, length] = f.call(ACCOUNTS.read, [f.param(0)], 2) as [VReg, VReg];
  f.if("eq", length, 0n, () => malformed(f, 12n));
  const operation = f.load(1, data, INSTRUCTION.OPERATION);
  f.if("eq", operation, BigInt(OPERATION.WRITE), () => {
    f.call(STAGING.write, [data, length]);
    f.ret([RESULT.SUCCESS]);
  });
  f.if("eq", operation, BigInt(OPERATION.CLOSE), () => {
    f.call(STAGING.close, []);
    f.ret([RESULT.SUCCESS]);
  });
  f.if("lt.u", length, BigInt(INSTRUCTION.FIRST_CLAIM), () => malformed(f, 13n));
  const claims = f.load(1, data, INSTRUCTION.CLAIMS);
  const start = f.add(f.mul(claims, BigInt(INSTRUCTION.CLAIM_SIZE)), BigInt(INSTRUCTION.FIRST_CLAIM));
  f.if("lt.u", length, start, () => malformed(f, 13n));
  const g = globals(f);
  f.store(8, g, RT.CLAIMS, f.add(data, BigInt(INSTRUCTION.FIRST_CLAIM)));
  f.store(8, g, RT.CLAIM_COUNT, claims);
  f.call(ACCOUNTS.sender, []);
  const input = f.add(data, start);
  const size = f.sub(length, start);
  f.if("test", f.load(1, data, INSTRUCTION.FLAGS), BigInt(FLAG_STAGED), () => {
    const index = f.load(1, data, INSTRUCTION.BUFFER_INDEX);
    f.set(size, f.load(4, data, INSTRUCTION.STAGED_SIZE));
    f.set(input, f.call1(STAGING.data, [f.call1(ACCOUNTS.at, [index]), size]));
  });
  f.if("eq", operation, BigInt(OPERATION.EXECUTE), () => f.ret([f.call1(EXECUTE, [data, input, size])]));
  f.if("eq", operation, BigInt(OPERATION.DEPLOY), () => f.ret([f.call1(DEPLOY, [data, input, size])]));
  f.if("eq", operation, BigInt(OPERATION.GROW), () => f.ret([f.call1(GROW, [data])]));
  malformed(f, 15n);
  f.ret([RESULT.HALT]);
  f.finish();
}

/** (lamports, record): the sender's value goes to the record's account. */
function definePay(program: LirProgram): void {
  const f = new LirBuilder(program, PAY, 2);
  const [lamports, record] = [f.param(0), f.param(1)];
  f.if("eq", lamports, 0n, () => f.ret([]));
  const sender = loadGlobal(f, RT.SENDER);
  const account = f.load(8, record, RECORD.ACCOUNT);
  f.if("lt.u", f.load(8, sender, ACCOUNT.LAMPORTS), lamports, () => fail(f, FAILURE.INSUFFICIENT_FUNDS));
  f.if("ne", sender, account, () => f.call(CPI.transfer, [sender, account, lamports]));
  f.ret([]);
  f.finish();
}

/** (status, output, length) -> program result. Return data come last: cross-program calls clear them. */
function defineConclude(program: LirProgram): void {
  const f = new LirBuilder(program, CONCLUDE, 3);
  const [status, output, length] = f.params as [VReg, VReg, VReg];
  f.if("eq", status, STATUS.RETURN, () => {
    f.if("gt.u", length, BigInt(MAX_RETURN_DATA), () => fail(f, FAILURE.RETURN_DATA_TOO_LONG));
    f.call(SETTLE.all, []);
    f.if("ne", length, 0n, () => f.syscall("sol_set_return_data", [output, length]));
    f.ret([RESULT.SUCCESS]);
  });
  f.if("ne", status, STATUS.REVERT, () => f.ret([RESULT.HALT]));
  const fields = { slot: f.slot(32) };
  const tag = { slot: f.slot(8) };
  f.if(
    "gt.u",
    length,
    BigInt(MAX_RETURN_DATA),
    () => {
      f.store(1, tag, 0, BigInt(REVERT_TAG));
      f.store(8, fields, 0, f.slotAddr(tag.slot));
      f.store(8, fields, 8, 1n);
      f.store(8, fields, 16, output);
      f.store(8, fields, 24, length);
      f.syscall("sol_log_data", [f.slotAddr(fields.slot), 2n]);
    },
    () => f.if("ne", length, 0n, () => f.syscall("sol_set_return_data", [output, length])),
  );
  f.ret([RESULT.REVERT]);
  f.finish();
}

/** CALLER is the sender; VALUE the instruction's lamports in wei. */
function fillOutermost(f: LirBuilder, frame: VReg, record: VReg, lamports: VReg, input: Operand, size: Operand): void {
  f.store(8, frame, FRAME.CALLDATA, input);
  f.store(8, frame, FRAME.CALLDATA_SIZE, size);
  f.store(8, frame, OWN.RECORD, record);
  copyQuad(f, frame, FRAME.ADDRESS, record, RECORD.ADDRESS);
  copyQuad(f, frame, FRAME.CALLER, globals(f), RT.ORIGIN);
  // The frame's header is zero.
  f.if("ne", lamports, 0n, () => storeQuad(f, frame, FRAME.VALUE, f.call(VALUE.wei, [lamports], 2)));
}

function defineExecute(program: LirProgram): void {
  const f = new LirBuilder(program, EXECUTE, 3);
  const [data, input, size] = f.params as [VReg, VReg, VReg];
  const lamports = f.load(8, data, INSTRUCTION.LAMPORTS);
  const [t0, t1, t2] = loadAddress20(f, data, INSTRUCTION.TARGET);
  const account = f.label();
  f.branch("ne", f.or(t1, t2), 0n, account);
  f.branch("gt.u", f.sub(t0, 1n), PRECOMPILES.last - 1n, account);
  const [success, output, length] = f.call(PRECOMPILES.run, [t0, input, size], 3) as [VReg, VReg, VReg];
  f.if("eq", success, 0n, () => f.ret([RESULT.HALT]));
  f.if("ne", lamports, 0n, () => f.call(PAY, [lamports, f.call1(ACCOUNTS.find, [t0, t1, t2])]));
  f.ret([f.call1(CONCLUDE, [STATUS.RETURN, output, length])]);
  f.place(account);
  const record = f.call1(ACCOUNTS.find, [t0, t1, t2]);
  f.call(PAY, [lamports, record]);
  const code = f.call1(PROXIES.resolve, [record]);
  f.if("eq", code, 0n, () => f.ret([f.call1(CONCLUDE, [STATUS.RETURN, 0n, 0n])]));
  const frame = f.call1(FRAMES.begin, [0n]);
  fillOutermost(f, frame, record, lamports, input, size);
  f.call(CALLS.useCode, [frame, code]);
  const status = f.call1(IMAGE.run.name, [frame, f.load(8, frame, FRAME.CODE_ID), 1n]);
  f.ret([f.call1(CONCLUDE, [status, f.load(8, frame, FRAME.OUTPUT), f.load(8, frame, FRAME.OUTPUT_SIZE)])]);
  f.finish();
}

function defineDeploy(program: LirProgram): void {
  const f = new LirBuilder(program, DEPLOY, 3);
  const [data, input, size] = f.params as [VReg, VReg, VReg];
  const lamports = f.load(8, data, INSTRUCTION.LAMPORTS);
  const id = f.load(8, data, INSTRUCTION.CONTRACT_ID);
  const origin = f.add(globals(f), BigInt(RT.ORIGIN));
  const address = f.call(CREATION.address, [origin, f.load(8, data, INSTRUCTION.NONCE)], 3) as [VReg, VReg, VReg];
  const record = f.call1(ACCOUNTS.find, address);
  f.if("ne", f.load(8, record, RECORD.KIND), KIND.VACANT, () => {
    const payload = { slot: f.slot(24) };
    storeAddress20(f, payload, 0, address);
    f.call(MEMORY.fail, [BigInt(FAILURE.ADDRESS_TAKEN), f.slotAddr(payload.slot), 20n]);
  });
  const links = f.mul(f.call(IMAGE.describe.name, [id], 4)[2]!, 20n);
  f.if("lt.u", size, links, () => malformed(f, 16n));
  f.call(PAY, [lamports, record]);
  const frame = f.call1(FRAMES.begin, [0n]);
  f.call(INSTANCE.prepare, [record, id]);
  f.call(INSTANCE.link, [record, id, input]);
  fillOutermost(f, frame, record, lamports, f.add(input, links), f.sub(size, links));
  f.call(CALLS.useCode, [frame, record]);
  f.store(8, frame, FRAME.CODE_ID, id);
  f.store(8, frame, FRAME.FLAGS, FLAG_CREATION);
  const status = f.call1(CREATION.construct, [frame]);
  f.ret([f.call1(CONCLUDE, [status, f.load(8, frame, FRAME.OUTPUT), f.load(8, frame, FRAME.OUTPUT_SIZE)])]);
  f.finish();
}

function defineGrow(program: LirProgram): void {
  const f = new LirBuilder(program, GROW, 1);
  const record = f.call1(ACCOUNTS.find, loadAddress20(f, f.param(0), INSTRUCTION.TARGET));
  const length = f.load(8, f.param(0), INSTRUCTION.LAMPORTS);
  const limit = f.add(f.load(8, record, RECORD.ORIGINAL_LENGTH), BigInt(MAX_GROWTH));
  f.if("gt.u", length, limit, () => f.set(length, limit));
  f.if(
    "eq",
    f.load(8, record, RECORD.KIND),
    KIND.VACANT,
    () => f.call(CPI.adopt, [record, length]),
    () => f.if("eq", f.load(8, record, RECORD.KIND), KIND.INSTANCE, () => f.call(STORAGE.grow, [record, length])),
  );
  f.call(SETTLE.rent, [record]);
  f.ret([RESULT.SUCCESS]);
  f.finish();
}
