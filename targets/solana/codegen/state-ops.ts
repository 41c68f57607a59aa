/** Handlers of environment, logs, external calls and creations: calls of the runtime (../runtime/abi.ts) and frame cells. */
import type { Inst, ValueId } from "../../../compiler/ir/module.js";
import { InternalError } from "../../../compiler/diagnostics/diagnostic.js";
import type { Operand, VReg } from "../lir/instruction.js";
import { FRAME } from "../layout.js";
import { CALL_ARGS, CALL_KIND, CREATE_ARGS, CREATE_KIND, ENV, LOG_BLOCK, RUNTIME, type Routine } from "../runtime/abi.js";
import type { Handler } from "./arithmetic-ops.js";
import type { FunctionContext } from "./context.js";
import { limbCount } from "./limbs.js";
import { storeWord } from "./memory-ops.js";
import { STORAGE_HANDLERS } from "./storage-ops.js";

function loadCells(c: FunctionContext, base: VReg, offset: number, bits: number): VReg[] {
  return Array.from({ length: limbCount(bits) }, (_, i) => c.f.load(8, base, offset + 8 * i));
}

const frameQuad =
  (offset: number): Handler =>
  (c, inst) =>
    c.define(inst, loadCells(c, c.base, offset, c.bits(inst.results[0]!)));

/** Position of an immutable's quad, relative to the frame's IMMUTABLES. */
function immutableOffset(c: FunctionContext, inst: Inst): number {
  const index = c.info.module.immutables.findIndex((i) => i.name === inst.imm.immutable);
  if (index < 0) throw new InternalError(`there is no immutable '${inst.imm.immutable}'`, inst.span);
  return 32 * index;
}

function immutableLoad(c: FunctionContext, inst: Inst): void {
  c.define(inst, loadCells(c, c.f.load(8, c.base, FRAME.IMMUTABLES), immutableOffset(c, inst), 256));
}

function immutableStore(c: FunctionContext, inst: Inst): void {
  c.e.storeQuad(c.f.load(8, c.base, FRAME.IMMUTABLES), immutableOffset(c, inst), c.limbs(inst.args[0]!));
}

const environment =
  (which: bigint): Handler =>
  (c, inst) => {
    const value = c.routine(RUNTIME.env, [which]);
    c.define(inst, value.slice(0, limbCount(c.bits(inst.results[0]!))));
  };

/** Only numbers below 2^64 can be recent blocks. */
function blockhash(c: FunctionContext, inst: Inst): void {
  c.define(inst, c.routine(RUNTIME.blockhash, [c.saturated(inst.args[0]!)]));
}

const ofAccount =
  (routine: Routine): Handler =>
  (c, inst) =>
    c.define(inst, c.routine(routine, c.limbs(inst.args[0]!)));

function extcodeCopy(c: FunctionContext, inst: Inst): void {
  const [account, to, offset, length] = inst.args as [ValueId, ValueId, ValueId, ValueId];
  const size = c.saturated(length);
  const target = c.register(c.range(to, size));
  c.routine(RUNTIME.extcodeCopy, [c.quad(0, c.limbs(account)), target, c.saturated(offset), size]);
}

function libraryAddress(c: FunctionContext, inst: Inst): void {
  const index = c.info.libraryIndex(inst.imm.library ?? "");
  c.define(inst, loadCells(c, c.f.load(8, c.base, FRAME.LIBRARIES), 32 * index, 160));
}

/** ext.call, ext.delegatecall, ext.staticcall: fills the argument block and calls the runtime. */
const externalCall =
  (kind: bigint): Handler =>
  (c, inst) => {
    const withValue = kind === CALL_KIND.call;
    const [gas, to, ...rest] = inst.args as [ValueId, ValueId, ...ValueId[]];
    const value = withValue ? rest.shift()! : undefined;
    const [input, inputLength, output, outputLength] = rest as [ValueId, ValueId, ValueId, ValueId];
    const inputSize = c.saturated(inputLength);
    const outputSize = c.saturated(outputLength);
    const from = c.register(c.range(input, inputSize));
    const into = c.register(c.range(output, outputSize));
    const block = { slot: c.temporary(3, CALL_ARGS.size) };
    const cell = (offset: number, a: Operand): void => c.f.store(8, block, offset, a);
    cell(CALL_ARGS.kind, kind);
    cell(CALL_ARGS.inAbs, from);
    cell(CALL_ARGS.inLength, inputSize);
    cell(CALL_ARGS.outAbs, into);
    cell(CALL_ARGS.outLength, outputSize);
    c.e.storeQuad(block, CALL_ARGS.gas, c.limbs(gas));
    c.e.storeQuad(block, CALL_ARGS.to, c.limbs(to));
    c.e.storeQuad(block, CALL_ARGS.value, value === undefined ? [] : c.limbs(value));
    c.define(inst, c.routine(RUNTIME.call, [c.f.slotAddr(block.slot)]));
  };

const create =
  (kind: bigint): Handler =>
  (c, inst) => {
    const [value, address, length, salt] = inst.args as [ValueId, ValueId, ValueId, ValueId | undefined];
    const size = c.saturated(length);
    const from = c.register(c.range(address, size));
    const block = { slot: c.temporary(3, CREATE_ARGS.size) };
    c.f.store(8, block, CREATE_ARGS.kind, kind);
    c.f.store(8, block, CREATE_ARGS.inAbs, from);
    c.f.store(8, block, CREATE_ARGS.inLength, size);
    c.e.storeQuad(block, CREATE_ARGS.value, c.limbs(value));
    c.e.storeQuad(block, CREATE_ARGS.salt, salt === undefined ? [] : c.limbs(salt));
    c.define(inst, c.routine(RUNTIME.create, [c.f.slotAddr(block.slot)]));
  };

function log(c: FunctionContext, inst: Inst): void {
  const [address, length, ...topics] = inst.args as [ValueId, ValueId, ...ValueId[]];
  const size = c.saturated(length);
  const data = c.register(c.range(address, size));
  const block = { slot: c.temporary(2, LOG_BLOCK.SIZE) };
  topics.forEach((topic, i) => storeWord(c, block, LOG_BLOCK.TOPICS + 32 * i, c.limbs(topic)));
  c.routine(RUNTIME.log, [data, size, c.f.slotAddr(block.slot), BigInt(topics.length)]);
}

/** By instruction name. */
export const STATE_HANDLERS: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ...STORAGE_HANDLERS,
  ["immutable.load", immutableLoad],
  ["immutable.store", immutableStore],
  ["env.address", frameQuad(FRAME.ADDRESS)],
  ["env.caller", frameQuad(FRAME.CALLER)],
  ["env.value", frameQuad(FRAME.VALUE)],
  ...(Object.entries(ENV) as [string, bigint][]).map(([name, which]): [string, Handler] => [`env.${name}`, environment(which)]),
  ["env.blockhash", blockhash],
  // There are no blobs on Solana: every index is beyond the last.
  ["env.blobhash", (c, inst) => c.define(inst, [0n, 0n, 0n, 0n])],
  ["env.balance", ofAccount(RUNTIME.balance)],
  ["env.selfbalance", (c, inst) => c.define(inst, c.routine(RUNTIME.selfBalance, []))],
  ["extcode.size", ofAccount(RUNTIME.extcodeSize)],
  ["extcode.hash", ofAccount(RUNTIME.extcodeHash)],
  ["extcode.copy", extcodeCopy],
  ["library.address", libraryAddress],
  ["ext.call", externalCall(CALL_KIND.call)],
  ["ext.delegatecall", externalCall(CALL_KIND.delegatecall)],
  ["ext.staticcall", externalCall(CALL_KIND.staticcall)],
  ["ext.create", create(CREATE_KIND.create)],
  ["ext.create2", create(CREATE_KIND.create2)],
  ["log", log],
]);
