/** The machine's memory, call data, return data, code and constant data. */
import type { Inst } from "../../../compiler/ir/module.js";
import { CALLDATA, CALLDATA_WINDOW, CELL, CODE_KIND, MACHINE_BASE, REFERENCE_SIZE } from "../../../runtime/host/abi.js";
import { constLimb, type Emitter, type Limb } from "../emitter.js";
import { hostImport } from "../kernels.js";
import { I32 } from "../wasm/opcodes.js";
import { isNarrow } from "../types.js";
import type { OpHandler, OpTable } from "./handler.js";
import { copyFrom, lengthLocal, place, pushOffset, pushRange, range, rangeAddress } from "./places.js";
import { loadWord, pushPlace, storeWord } from "./words.js";

function load(e: Emitter, inst: Inst): void {
  const at = place(e, inst.args[0]!, 32);
  const result = inst.results[0]!;
  if (e.isUsed(result)) e.setLimbs(result, loadWord(e, at, e.type(result)));
}

function store(signed: boolean): OpHandler {
  return (e, inst) => {
    const at = place(e, inst.args[0]!, 32);
    const value = inst.args[1]!;
    storeWord(e, at, signed ? e.wideSigned(value, 4) : e.wide(value, 4));
  };
}

function loadByte(e: Emitter, inst: Inst): void {
  const at = place(e, inst.args[0]!, 1);
  pushPlace(e, at);
  e.code.load("i32_u8", at.offset);
  e.setTop(inst.results[0]!);
}

function storeByte(e: Emitter, inst: Inst): void {
  const at = place(e, inst.args[0]!, 1);
  pushPlace(e, at);
  e.push(inst.args[1]!);
  e.code.store("i32_8", at.offset);
}

function copy(e: Emitter, inst: Inst): void {
  const length = lengthLocal(e, inst.args[2]!);
  const from = rangeAddress(e, inst.args[1]!, length);
  const to = rangeAddress(e, inst.args[0]!, length);
  e.callMachine("copy", () => {
    e.pushLimb(to, I32);
    e.pushLimb(from, I32);
    e.pushLimb(length, I32);
  });
}

function zero(e: Emitter, inst: Inst): void {
  const cleared = range(e, inst.args[0]!, inst.args[1]!);
  e.callMachine("zero", () => pushRange(e, cleared));
}

function keccak(e: Emitter, inst: Inst): void {
  const hashed = range(e, inst.args[0]!, inst.args[1]!);
  e.callMachine(
    "hash",
    () => pushRange(e, hashed),
    () => e.takeKernelResult(inst.results[0]!),
  );
}

function alloc(e: Emitter, inst: Inst): void {
  e.callMachine(
    "alloc",
    () => e.push(inst.args[0]!),
    () => e.setTop(inst.results[0]!),
  );
}

function free(e: Emitter, inst: Inst): void {
  e.callMachine(
    "free_pointer",
    () => undefined,
    () => e.setTop(inst.results[0]!),
  );
}

function ensure(e: Emitter, inst: Inst): void {
  e.callMachine("ensure", () => {
    e.push(inst.args[0]!);
    e.push(inst.args[1]!);
  });
}

// ---- byte strings --------------------------------------------------------------------------------------------------

/** A length in a u32 cell, as i64. */
function sizeCell(cell: number): OpHandler {
  return (e, inst) => {
    e.code.i32(0).load("i64_u32", cell);
    e.setTop(inst.results[0]!);
  };
}

/** A constant offset within the window is a load from fixed memory; the bytes behind the call data are zero. */
function calldataLoad(e: Emitter, inst: Inst): void {
  const result = inst.results[0]!;
  if (!e.isUsed(result)) return;
  const constant = e.constant(inst.args[0]!);
  if (constant !== undefined && constant <= BigInt(CALLDATA_WINDOW)) {
    return e.setLimbs(result, loadWord(e, { local: undefined, offset: CALLDATA + Number(constant) }, e.type(result)));
  }
  pushOffset(e, inst.args[0]!);
  e.callKernel("calldata_word");
  const local = e.newI32();
  e.code.set(local);
  e.setLimbs(result, loadWord(e, { local, offset: 0 }, e.type(result)));
}

/** Halts beyond the end before memory is touched. */
function returndataCopy(e: Emitter, inst: Inst): void {
  const [to, offset, size] = [inst.args[0]!, inst.args[1]!, inst.args[2]!];
  e.callMachine("returndata_check", () => {
    pushOffset(e, offset);
    pushOffset(e, size);
  });
  const length = lengthLocal(e, size);
  const address = rangeAddress(e, to, length);
  e.callMachine("returndata_copy", () => {
    e.pushLimb(address, I32);
    e.pushLimb(e.limbs(offset)[0]!);
    e.pushLimb(length, I32);
  });
}

function codeSize(e: Emitter, inst: Inst): void {
  e.code.call(hostImport("code_size")).op("i64_extend_i32_u");
  e.setTop(inst.results[0]!);
}

/** Constant data of at most this length is stored by instructions. */
const INLINE_DATA = 64;

function dataCopy(e: Emitter, inst: Inst): void {
  const name = inst.imm.data!;
  const bytes = e.module.data.get(name)!;
  const [offset, length] = [e.constant(inst.args[1]!), e.constant(inst.args[2]!)];
  if (length === 0n) return;
  if (offset !== undefined && length !== undefined && length <= BigInt(INLINE_DATA)) {
    const slice = new Uint8Array(Number(length));
    if (offset < BigInt(bytes.length)) slice.set(bytes.subarray(Number(offset), Number(offset + length)));
    return storeBytes(e, inst, slice);
  }
  const size = lengthLocal(e, inst.args[2]!);
  const to = rangeAddress(e, inst.args[0]!, size);
  const from = e.limbs(inst.args[1]!)[0]!;
  e.pushLimb(size, I32);
  e.when(() => {
    e.pushLimb(to, I32);
    e.pushLimb(from);
    e.code.op("i32_wrap_i64");
    e.pushLimb(size, I32);
    e.code.memoryInit(e.plan.segment(name));
  });
}

function storeBytes(e: Emitter, inst: Inst, bytes: Uint8Array): void {
  const at = place(e, inst.args[0]!, bytes.length);
  const view = new DataView(bytes.buffer);
  let i = 0;
  for (; i + 16 <= bytes.length; i += 16) {
    pushPlace(e, at);
    e.code.vectorConst(bytes.subarray(i, i + 16)).vector("store", at.offset + i);
  }
  for (; i + 8 <= bytes.length; i += 8) {
    pushPlace(e, at);
    e.code.i64(view.getBigUint64(i, true)).store("i64", at.offset + i);
  }
  for (; i < bytes.length; i++) {
    pushPlace(e, at);
    e.code.i32(bytes[i]!).store("i32_8", at.offset + i);
  }
}

function objectSize(e: Emitter, inst: Inst): void {
  const size: Limb = constLimb(BigInt(REFERENCE_SIZE));
  e.setLimbs(inst.results[0]!, [size]);
}

function objectCopy(kind: number): OpHandler {
  return (e, inst) => {
    e.code.i32(e.plan.object(inst.imm.object!)).i32(kind);
    e.push(inst.args[0]!);
    e.code.op("i32_wrap_i64").i32(MACHINE_BASE).op("i32_add");
    e.code.call(hostImport("object_reference"));
  };
}

/** Local variables before mem2reg. A read is a copy: the variable may change before the value is used. */
function variableGet(e: Emitter, inst: Inst): void {
  const result = inst.results[0]!;
  if (!e.isUsed(result)) return;
  for (const limb of e.variable(inst.imm.local!)) e.pushLimb(limb, isNarrow(e.type(result)) ? I32 : undefined);
  e.setTop(result);
}

function variableSet(e: Emitter, inst: Inst): void {
  e.pushAll(inst.args[0]!);
  e.popInto(e.variable(inst.imm.local!));
}

export const MEMORY_OPS: OpTable = {
  "local.get": variableGet,
  "local.set": variableSet,
  "mem.load": load,
  "mem.store": store(false),
  "mem.store.s": store(true),
  "mem.load.byte": loadByte,
  "mem.store.byte": storeByte,
  "mem.copy": copy,
  "mem.zero": zero,
  "mem.keccak": keccak,
  "mem.alloc": alloc,
  "mem.free": free,
  "mem.ensure": ensure,
  "calldata.size": sizeCell(CELL.CALLDATA_SIZE),
  "calldata.load": calldataLoad,
  "calldata.copy": copyFrom("calldata_copy", 0),
  "returndata.size": sizeCell(CELL.RETURNDATA_SIZE),
  "returndata.copy": returndataCopy,
  "data.copy": dataCopy,
  "code.size": codeSize,
  "code.copy": copyFrom("code_copy", 0),
  "object.size": objectSize,
  "object.copy": objectCopy(CODE_KIND.CREATION_REFERENCE),
  "object.runtime.size": objectSize,
  "object.runtime.copy": objectCopy(CODE_KIND.RUNTIME_REFERENCE),
};
