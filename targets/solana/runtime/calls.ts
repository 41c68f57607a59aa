/**
 * External calls between accounts of the image (rt.call): value, frame, code, output. An address without code takes the
 * value and gives nothing back, as on Ethereum. The gas argument is ignored: compute units cannot be set aside.
 */
import { LirBuilder } from "../lir/builder.js";
import type { Label, LirProgram, VReg } from "../lir/instruction.js";
import { FLAG_CREATION, FLAG_STATIC, FRAME, STATUS } from "../layout.js";
import { CALL_ARGS, CALL_KIND, IMAGE, RUNTIME } from "./abi.js";
import { ACCOUNTS } from "./accounts.js";
import { ACCOUNT, copyQuad, KIND, loadQuad, OWN, RECORD } from "./cells.js";
import { STATE } from "./format.js";
import { FRAMES } from "./frames.js";
import { PRECOMPILES } from "./precompiles.js";
import { PROXIES } from "./proxies.js";
import { VALUE } from "./value.js";

export const CALLS = {
  /** (record) -> contract id (PROXY_ID for a minimal proxy); 0 where the account has no code (yet). */
  codeOf: "rt.code_of",
  /** (base, record): points the frame to a record's code, immutables and libraries. */
  useCode: "rt.frame_code",
  /** (base, frame, args, status) -> 1 for success: hands the output of an ended frame to its caller and ends it. */
  finish: "rt.call_finish",
} as const;

export function defineCalls(program: LirProgram): void {
  defineCodeOf(program);
  defineUseCode(program);
  defineFinish(program);
  defineCall(program);
}

function defineCodeOf(program: LirProgram): void {
  const f = new LirBuilder(program, CALLS.codeOf, 1);
  f.if("ne", f.load(8, f.param(0), RECORD.KIND), KIND.INSTANCE, () => f.ret([0n]));
  f.ret([f.load(8, f.load(8, f.param(0), RECORD.ACCOUNT), ACCOUNT.DATA + STATE.CONTRACT_ID)]);
  f.finish();
}

function defineUseCode(program: LirProgram): void {
  const f = new LirBuilder(program, CALLS.useCode, 2);
  const [base, record] = [f.param(0), f.param(1)];
  const data = f.add(f.load(8, record, RECORD.ACCOUNT), BigInt(ACCOUNT.DATA));
  f.store(8, base, FRAME.CODE_ID, f.load(8, data, STATE.CONTRACT_ID));
  f.store(8, base, FRAME.IMMUTABLES, f.add(data, BigInt(STATE.HEADER_SIZE)));
  f.store(8, base, FRAME.LIBRARIES, f.add(data, f.load(8, data, STATE.LIBRARIES)));
  f.ret([]);
  f.finish();
}

/** Copies at most OUT_LENGTH bytes of a range to the caller's memory. */
function copyOut(f: LirBuilder, args: VReg, from: VReg, length: VReg): void {
  const count = f.copy(f.load(8, args, CALL_ARGS.outLength));
  f.if("gt.u", count, length, () => f.set(count, length));
  f.if("ne", count, 0n, () => f.syscall("sol_memcpy_", [f.load(8, args, CALL_ARGS.outAbs), from, count]));
}

function defineFinish(program: LirProgram): void {
  const f = new LirBuilder(program, CALLS.finish, 4);
  const [base, frame, args, status] = f.params as [VReg, VReg, VReg, VReg];
  const output = f.load(8, frame, FRAME.OUTPUT);
  const length = f.copy(f.load(8, frame, FRAME.OUTPUT_SIZE));
  f.if("eq", status, STATUS.HALT, () => f.set(length, 0n));
  copyOut(f, args, output, length);
  f.call(FRAMES.returned, [base, output, length]);
  f.call(FRAMES.end, [frame, status]);
  f.if("eq", status, STATUS.RETURN, () => f.ret([1n]));
  f.ret([0n]);
  f.finish();
}

/** The value in lamports; jumps where the caller cannot pay. Only a plain call carries value. */
function payment(f: LirBuilder, base: VReg, args: VReg, kind: VReg, unpaid: Label): VReg {
  const lamports = f.copy(0n);
  f.if("eq", kind, CALL_KIND.call, () => {
    const [v0, v1, v2, v3] = loadQuad(f, args, CALL_ARGS.value);
    f.if("ne", f.or(f.or(v0, v1), f.or(v2, v3)), 0n, () => {
      f.if("test", f.load(8, base, FRAME.FLAGS), FLAG_STATIC, () => f.ret([STATUS.HALT, 0n]));
      const self = f.load(8, base, OWN.RECORD);
      const [paid, amount] = f.call(VALUE.afford, [self, f.add(args, BigInt(CALL_ARGS.value))], 2) as [VReg, VReg];
      f.branch("eq", paid, 0n, unpaid);
      f.set(lamports, amount);
    });
  });
  return lamports;
}

/** ADDRESS, CALLER, VALUE and storage of the new frame: the target's, or for a delegate call the caller's own. */
function fillContext(f: LirBuilder, base: VReg, frame: VReg, args: VReg, kind: VReg, target: VReg): void {
  const flags = f.and(f.load(8, base, FRAME.FLAGS), BigInt.asUintN(64, ~FLAG_CREATION));
  f.if("eq", kind, CALL_KIND.staticcall, () => f.aluTo(flags, "or", flags, FLAG_STATIC));
  f.store(8, frame, FRAME.FLAGS, flags);
  f.store(8, frame, FRAME.CALLDATA, f.load(8, args, CALL_ARGS.inAbs));
  f.store(8, frame, FRAME.CALLDATA_SIZE, f.load(8, args, CALL_ARGS.inLength));
  f.if(
    "eq",
    kind,
    CALL_KIND.delegatecall,
    () => {
      for (const quad of [FRAME.ADDRESS, FRAME.CALLER, FRAME.VALUE]) copyQuad(f, frame, quad, base, quad);
      f.store(8, frame, OWN.RECORD, f.load(8, base, OWN.RECORD));
    },
    () => {
      copyQuad(f, frame, FRAME.ADDRESS, target, RECORD.ADDRESS);
      copyQuad(f, frame, FRAME.CALLER, base, FRAME.ADDRESS);
      copyQuad(f, frame, FRAME.VALUE, args, CALL_ARGS.value);
      f.store(8, frame, OWN.RECORD, target);
    },
  );
}

function defineCall(program: LirProgram): void {
  const f = new LirBuilder(program, RUNTIME.call.name, 2);
  const [base, args] = [f.param(0), f.param(1)];
  const kind = f.load(8, args, CALL_ARGS.kind);
  const unpaid = f.label();
  const withCode = f.label();
  const noPrecompile = f.label();
  f.store(8, base, FRAME.RETURNDATA_SIZE, 0n);
  const lamports = payment(f, base, args, kind, unpaid);
  const [t0, t1, t2] = loadQuad(f, args, CALL_ARGS.to);
  f.branch("ne", f.or(t1, t2), 0n, noPrecompile);
  f.branch("gt.u", f.sub(t0, 1n), PRECOMPILES.last - 1n, noPrecompile);
  precompile(f, base, args, t0, lamports);
  f.place(noPrecompile);
  const target = f.call1(ACCOUNTS.find, [t0, t1, t2]);
  const code = f.call1(PROXIES.resolve, [target]);
  f.branch("ne", code, 0n, withCode);
  f.call(VALUE.move, [f.load(8, base, OWN.RECORD), target, lamports]);
  f.ret([STATUS.CONTINUE, 1n]);
  f.place(unpaid);
  f.ret([STATUS.CONTINUE, 0n]);
  f.place(withCode);
  const frame = f.call1(FRAMES.begin, [base]);
  f.call(VALUE.move, [f.load(8, base, OWN.RECORD), target, lamports]);
  fillContext(f, base, frame, args, kind, target);
  f.call(CALLS.useCode, [frame, code]);
  const status = f.call1(IMAGE.run.name, [frame, f.load(8, frame, FRAME.CODE_ID), 1n]);
  f.ret([STATUS.CONTINUE, f.call1(CALLS.finish, [base, frame, args, status])]);
  f.finish();
}

/** Value sent to a precompile stays at its address, as on Ethereum. */
function precompile(f: LirBuilder, base: VReg, args: VReg, number: VReg, lamports: VReg): void {
  const input = [f.load(8, args, CALL_ARGS.inAbs), f.load(8, args, CALL_ARGS.inLength)];
  const [success, output, length] = f.call(PRECOMPILES.run, [number, ...input], 3) as [VReg, VReg, VReg];
  f.if("eq", success, 0n, () => f.ret([STATUS.CONTINUE, 0n]));
  f.if("ne", lamports, 0n, () => {
    f.call(VALUE.move, [f.load(8, base, OWN.RECORD), f.call1(ACCOUNTS.find, [number, 0n, 0n]), lamports]);
  });
  copyOut(f, args, output, length);
  f.call(FRAMES.returned, [base, output, length]);
  f.ret([STATUS.CONTINUE, 1n]);
}
