/** Storage, slots, immutables, environment, accounts, external calls, creation and logs. */
import type { Inst } from "../../../compiler/ir/module.js";
import { CALL_KIND, CELL, CREATE_KIND } from "../../../runtime/host/abi.js";
import { GAS } from "../../../runtime/host/gas-schedule.js";
import type { Emitter, Limb } from "../emitter.js";
import { hostImport } from "../kernels.js";
import { limbCount } from "../types.js";
import type { OpHandler, OpTable } from "./handler.js";
import { copyFrom, lengthLocal, pushRange, range, rangeAddress } from "./places.js";
import { copyCell, loadCell, storeValue, swapLong } from "./words.js";

/** KEY := the first operand; the import; the result is VALUE. */
function query(name: string): OpHandler {
  return (e, inst) => {
    storeValue(e, CELL.KEY, inst.args[0]!);
    e.code.call(hostImport(name));
    const result = inst.results[0]!;
    if (e.isUsed(result)) e.setLimbs(result, loadCell(e, CELL.VALUE, e.type(result)));
  };
}

function storeWith(name: string): OpHandler {
  return (e, inst) => {
    storeValue(e, CELL.KEY, inst.args[0]!);
    storeValue(e, CELL.VALUE, inst.args[1]!);
    e.code.call(hostImport(name));
  };
}

function slotMap(e: Emitter, inst: Inst): void {
  if (e.isUsed(inst.results[0]!)) e.kernelResult(inst.results[0]!, "keccak_pair", [e.limbs(inst.args[0]!), e.limbs(inst.args[1]!)]);
}

function slotArray(e: Emitter, inst: Inst): void {
  if (e.isUsed(inst.results[0]!)) e.kernelResult(inst.results[0]!, "keccak_word", [e.limbs(inst.args[0]!)]);
}

function slotMapBytes(e: Emitter, inst: Inst): void {
  const key = range(e, inst.args[0]!, inst.args[1]!);
  const base = e.limbs(inst.args[2]!);
  const pushArgs = (): void => {
    pushRange(e, key);
    for (const limb of base) e.pushLimb(limb);
  };
  e.callMachine("hash_with_base", pushArgs, () => e.takeKernelResult(inst.results[0]!));
}

function immutableLoad(e: Emitter, inst: Inst): void {
  e.setLimbs(inst.results[0]!, loadCell(e, e.plan.immutable(inst.imm.immutable!), 256));
}

function immutableStore(e: Emitter, inst: Inst): void {
  storeValue(e, e.plan.immutable(inst.imm.immutable!), inst.args[0]!);
}

/** A cell that does not change during an activation. */
function cell(address: number): OpHandler {
  return (e, inst) => {
    const result = inst.results[0]!;
    if (limbCount(e.type(result)) === 1) e.pure(inst, () => void e.code.i32(0).load("i64", address));
    else if (e.isUsed(result)) e.setLimbs(result, loadCell(e, address, e.type(result)));
  };
}

function gasLeft(e: Emitter, inst: Inst): void {
  e.charge(GAS.ENVIRONMENT);
  e.pushGas();
  e.setTop(inst.results[0]!);
}

function selfBalance(e: Emitter, inst: Inst): void {
  copyCell(e, CELL.KEY, CELL.ADDRESS);
  e.code.call(hostImport("balance"));
  e.setLimbs(inst.results[0]!, loadCell(e, CELL.VALUE, 256));
}

function extcodeSize(e: Emitter, inst: Inst): void {
  storeValue(e, CELL.KEY, inst.args[0]!);
  e.code.call(hostImport("extcode_size")).op("i64_extend_i32_u");
  e.setTop(inst.results[0]!);
}

function extcodeCopy(e: Emitter, inst: Inst): void {
  storeValue(e, CELL.KEY, inst.args[0]!);
  copyFrom("extcode_copy", 1)(e, inst);
}

/** 20 big-endian bytes of static data: limbs at 12, 4, and the upper four bytes at 0. */
function libraryAddress(e: Emitter, inst: Inst): void {
  const at = e.plan.library(inst.imm.library!);
  const limb = (offset: number): Limb =>
    e.save(() => {
      e.code.i32(0).load("i64", at + offset);
      swapLong(e);
    });
  const top = e.save(() => {
    e.code.i32(0).load("i64_u32", at);
    swapLong(e);
    e.code.i64(32n).op("i64_shr_u");
  });
  e.setLimbs(inst.results[0]!, [limb(12), limb(4), top]);
}

// ---- calls ----------------------------------------------------------------------------------------------------------

/** gas, to, [value,] in, inLength, out, outLength. */
function externalCall(kind: number): OpHandler {
  return (e, inst) => {
    const withValue = kind === CALL_KIND.CALL;
    const [at, length, out, outLength] = inst.args.slice(withValue ? 3 : 2);
    const input = range(e, at!, length!);
    const output = range(e, out!, outLength!);
    const gas = e.limbs(inst.args[0]!);
    e.pushLimb(gas[0]!);
    e.pushOr(gas.slice(1));
    e.callKernel("set_call_gas");
    storeValue(e, CELL.CALL_TO, inst.args[1]!);
    if (withValue) storeValue(e, CELL.CALL_VALUE, inst.args[2]!);
    const pushArgs = (): void => {
      e.code.i32(kind);
      pushRange(e, input);
      pushRange(e, output);
    };
    e.callMachine("call", pushArgs, () => e.setTop(inst.results[0]!));
  };
}

function create(kind: number): OpHandler {
  return (e, inst) => {
    const code = range(e, inst.args[1]!, inst.args[2]!);
    storeValue(e, CELL.CALL_VALUE, inst.args[0]!);
    if (kind === CREATE_KIND.CREATE2) storeValue(e, CELL.KEY, inst.args[3]!);
    e.callMachine("create", () => {
      e.code.i32(kind);
      pushRange(e, code);
    });
    e.setLimbs(inst.results[0]!, loadCell(e, CELL.VALUE, 160));
  };
}

function log(e: Emitter, inst: Inst): void {
  const length = lengthLocal(e, inst.args[1]!);
  const address = rangeAddress(e, inst.args[0]!, length);
  const topics = inst.args.slice(2);
  topics.forEach((topic, i) => storeValue(e, CELL.TOPICS + 32 * i, topic));
  e.callMachine("log", () => {
    e.code.i32(topics.length);
    pushRange(e, { address, length });
  });
}

function callFunction(e: Emitter, inst: Inst): void {
  const callee = e.module.funcs.get(inst.imm.func!)!;
  e.flushGas();
  for (const arg of inst.args) e.pushAll(arg);
  e.code.call(e.plan.functionIndex(callee));
  if (e.plan.calls.neverReturns.has(callee)) {
    // What it gave is a status.
    if (e.returnsStatus) {
      e.code.op("return");
    } else {
      e.callKernel("leave");
      e.code.op("unreachable");
    }
    e.dead = true;
    return;
  }
  const results: Limb[] = [];
  for (const result of inst.results) {
    const limbs = e.newLimbs(e.type(result));
    e.setLimbs(result, limbs);
    results.push(...limbs);
  }
  e.popInto(results);
  e.reloadGas();
}

export const STATE_OPS: OpTable = {
  "storage.load": query("storage_load"),
  "storage.store": storeWith("storage_store"),
  "transient.load": query("transient_load"),
  "transient.store": storeWith("transient_store"),
  "slot.map": slotMap,
  "slot.map.bytes": slotMapBytes,
  "slot.array": slotArray,
  "immutable.load": immutableLoad,
  "immutable.store": immutableStore,
  "env.address": cell(CELL.ADDRESS),
  "env.caller": cell(CELL.CALLER),
  "env.origin": cell(CELL.ORIGIN),
  "env.value": cell(CELL.VALUE_SENT),
  "env.gasprice": cell(CELL.GAS_PRICE),
  "env.coinbase": cell(CELL.COINBASE),
  "env.timestamp": cell(CELL.TIMESTAMP),
  "env.number": cell(CELL.NUMBER),
  "env.gaslimit": cell(CELL.BLOCK_GAS_LIMIT),
  "env.chainid": cell(CELL.CHAIN_ID),
  "env.basefee": cell(CELL.BASE_FEE),
  "env.blobbasefee": cell(CELL.BLOB_BASE_FEE),
  "env.prevrandao": cell(CELL.PREVRANDAO),
  "env.blockhash": query("blockhash"),
  "env.blobhash": query("blobhash"),
  "env.gas": gasLeft,
  "env.balance": query("balance"),
  "env.selfbalance": selfBalance,
  "extcode.size": extcodeSize,
  "extcode.hash": query("extcode_hash"),
  "extcode.copy": extcodeCopy,
  "library.address": libraryAddress,
  call: callFunction,
  "ext.call": externalCall(CALL_KIND.CALL),
  "ext.delegatecall": externalCall(CALL_KIND.DELEGATECALL),
  "ext.staticcall": externalCall(CALL_KIND.STATICCALL),
  "ext.create": create(CREATE_KIND.CREATE),
  "ext.create2": create(CREATE_KIND.CREATE2),
  log,
};
