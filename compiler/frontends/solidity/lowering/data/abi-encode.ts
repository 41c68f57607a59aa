/**
 * ABI encoding (Contract ABI specification) into memory that need not be allocated: heads first, then tails, every word written
 * once. One helper function a source type; value types are written inline.
 *
 *   const end = abiEncode(m, b, values, start)          // abi.encode(values...) at start
 *
 * Encoders ensure what they write, but for the head of the outermost tuple, which the caller's region must hold if it is
 * at most HEAD_ROOM bytes (the room behind `mem.free`).
 */
import { InternalError } from "../../../../diagnostics/diagnostic.js";
import type { Builder } from "../../../../ir/builder.js";
import type { ValueId } from "../../../../ir/module.js";
import { I256, PTR } from "../../../../ir/ops.js";
import type { ModuleContext } from "../context.js";
import { isBefore } from "../../syntax/language.js";
import type { ArrayType, BytesType, SolType, StructType } from "../../semantics/types.js";
import { irTypes, isValueType, underlying, type Value } from "../values.js";
import { calldataElement, calldataLength, calldataMember } from "./calldata.js";
import { emitFold } from "./control.js";
import { writeStorageBytes } from "./copy-to-memory.js";
import { loadMemory, memoryData, memoryLength, memoryMember, storeLiteral } from "./memory.js";
import { elementType, headSize, isDynamic, isReference, staticSize, structMembers, typeKey } from "./shapes.js";
import { bytesLength, elementPlace, loadSlot, loadStorage, regionOf, storageData, storageMember } from "./storage.js";
import { addPtr, mulPtr, offsetPtr, roundUp32, storeMemoryWord } from "./words.js";

/** Bytes of head that fit behind `mem.free` beside a selector and the like. */
const HEAD_ROOM = 960;

export interface EncodeOptions {
  /** Arguments of an external library function, by position: where it takes a reference to storage, the slot is passed. */
  readonly slots?: readonly boolean[];
}

/** Encodes values as a tuple at `start` (i64) and gives the address behind the encoding. Literal numbers must be converted before. */
export function abiEncode(m: ModuleContext, b: Builder, values: readonly Value[], start: ValueId, options: EncodeOptions = {}): ValueId {
  const sizes = values.map((v, i) => (options.slots?.[i] ? 32 : headSize(m.program, v.type)));
  const total = sizes.reduce((sum, s) => sum + s, 0);
  if (total > HEAD_ROOM) b.emit("mem.ensure", [start, b.const(PTR, total)]);
  let tail = offsetPtr(b, start, total);
  let head = 0;
  for (const [i, value] of values.entries()) {
    const at = offsetPtr(b, start, head);
    if (options.slots?.[i]) b.emit("mem.store", [at, value.ids[0]!]);
    else tail = encodeComponent(m, b, value, start, at, tail);
    head += sizes[i]!;
  }
  return tail;
}

/** Writes one component: static ones into the head at `at`, dynamic ones to the tail with their offset from `base` in the head. */
function encodeComponent(m: ModuleContext, b: Builder, value: Value, base: ValueId, at: ValueId, tail: ValueId): ValueId {
  if (!isReferenceLike(value.type)) {
    storeMemoryWord(b, at, value);
    return tail;
  }
  if (!isDynamic(m.program, value.type)) {
    encodeReference(m, b, value, at);
    return tail;
  }
  b.emit("mem.store", [at, b.emit("sub.nuw", [tail, base])]);
  return encodeReference(m, b, value, tail);
}

function isReferenceLike(type: SolType): boolean {
  return isReference(type) || type.kind === "arraySlice" || type.kind === "stringLiteral";
}

/** Writes a reference type's own encoding (without offset) at `at` and gives its end. */
function encodeReference(m: ModuleContext, b: Builder, value: Value, at: ValueId): ValueId {
  if (value.type.kind === "stringLiteral") return encodeLiteral(m, b, value.type.value, at);
  const type = value.type.kind === "arraySlice" ? value.type.array : underlying(value.type);
  if (!isReference(type)) throw new InternalError(`'${type.kind}' has no encoding of its own`);
  const func = m.helper(`abi_encode_${typeKey(type)}`, [...irTypes(type), PTR], [PTR], (h, args) => {
    const source: Value = { type, ids: args.slice(0, -1) };
    const to = args[args.length - 1]!;
    if (type.kind === "bytes") h.ret([encodeBytes(m, h, type, source, to)]);
    else if (type.kind === "struct") h.ret([encodeStruct(m, h, type, source, to)]);
    else h.ret([encodeArray(m, h, type, source, to)]);
  });
  return b.call(func, [...value.ids, at])[0]!;
}

function encodeLiteral(m: ModuleContext, b: Builder, bytes: Uint8Array, at: ValueId): ValueId {
  // The old coder gave an empty literal a word of its own until 0.7.
  const leastWords = m.ignoresDirt && isBefore(m.program.lineOf(m.contract.unit), "0.7") ? 1 : 0;
  const padded = Math.max(leastWords, Math.ceil(bytes.length / 32)) * 32;
  if (bytes.length === 0 && padded > 0) {
    b.emit("mem.ensure", [at, b.const(PTR, 64)]);
    b.emit("mem.store", [offsetPtr(b, at, 32), b.const(I256, 0)]);
  }
  b.emit("mem.ensure", [at, b.const(PTR, 32 + padded)]);
  b.emit("mem.store", [at, b.const(PTR, bytes.length)]);
  storeLiteral(m, b, offsetPtr(b, at, 32), bytes);
  return offsetPtr(b, at, 32 + padded);
}

function encodeBytes(m: ModuleContext, b: Builder, type: BytesType, value: Value, at: ValueId): ValueId {
  const to = offsetPtr(b, at, 32);
  const length = copyBytes(m, b, type, value, to, (n) => {
    b.emit("mem.ensure", [at, offsetPtr(b, n, 96)]);
    b.emit("mem.store", [at, n]);
  });
  return addPtr(b, to, roundUp32(b, length));
}

/**
 * Copies the content of `bytes` at any location to `to`, with zeros behind it up to the next 32 bytes; `prepare` is called
 * with the length before anything is written and must ensure length + 64 bytes there.
 */
export function copyBytes(m: ModuleContext, b: Builder, type: BytesType, value: Value, to: ValueId, prepare: (length: ValueId) => void): ValueId {
  const id = value.ids[0]!;
  if (type.location === "storage" || type.location === "transient") {
    const region = regionOf(type);
    const word = loadSlot(b, region, id);
    const length = b.trunc(bytesLength(m, b, word), PTR);
    prepare(length);
    writeStorageBytes(b, region, id, word, length, to);
    return length;
  }
  const length = type.location === "memory" ? b.emit("mem.load", [id], PTR) : value.ids[1]!;
  prepare(length);
  if (type.location === "memory") b.emit("mem.copy", [to, offsetPtr(b, id, 32), length]);
  else b.emit("calldata.copy", [to, id, length]);
  b.emit("mem.store", [addPtr(b, to, length), b.const(I256, 0)]);
  return length;
}

function encodeStruct(m: ModuleContext, b: Builder, type: StructType, value: Value, at: ValueId): ValueId {
  const size = staticSize(m.program, type);
  b.emit("mem.ensure", [at, b.const(PTR, size)]);
  let tail = offsetPtr(b, at, size);
  let head = 0;
  const base = value.ids[0]!;
  for (const member of structMembers(m.program, type)) {
    let source: Value;
    if (type.location === "memory") source = loadMemory(m, b, member.type, memoryMember(b, base, member.place));
    else if (type.location === "calldata") source = calldataMember(m, b, value, member.index);
    else source = loadStorage(m, b, member.type, storageMember(m, b, type, base, member.index));
    tail = encodeComponent(m, b, source, at, offsetPtr(b, at, head), tail);
    head += headSize(m.program, member.type);
  }
  return tail;
}

/** Length (i64) and element access of an array at any location. */
export function arrayReader(m: ModuleContext, b: Builder, type: ArrayType, value: Value): { length: ValueId; element(index: ValueId): Value } {
  const element = elementType(type);
  const id = value.ids[0]!;
  if (type.location === "memory") {
    const data = memoryData(b, type, id);
    return { length: memoryLength(b, type, id), element: (i) => loadMemory(m, b, element, addPtr(b, data, mulPtr(b, i, 32))) };
  }
  if (type.location === "calldata") return { length: calldataLength(b, value), element: (i) => calldataElement(m, b, type, id, i) };
  const length = type.length !== undefined ? b.const(PTR, type.length) : b.trunc(loadSlot(b, regionOf(type), id), PTR);
  const data = storageData(b, type, id);
  return { length, element: (i) => loadStorage(m, b, element, elementPlace(m, b, type, data, b.zext(i, I256))) };
}

function encodeArray(m: ModuleContext, b: Builder, type: ArrayType, value: Value, at: ValueId): ValueId {
  const reader = arrayReader(m, b, type, value);
  const stride = headSize(m.program, type.element);
  let start = at;
  if (type.length === undefined) {
    b.emit("mem.ensure", [at, b.const(PTR, 32)]);
    b.emit("mem.store", [at, reader.length]);
    start = offsetPtr(b, at, 32);
  }
  const size = mulPtr(b, reader.length, stride);
  b.emit("mem.ensure", [start, size]);
  const tail = addPtr(b, start, size);
  const t = underlying(type.element);
  const isWord = (t.kind === "integer" && t.bits === 256) || (t.kind === "fixedBytes" && t.size === 32) || (m.ignoresDirt && isValueType(t));
  if (isWord && type.location === "calldata") {
    b.emit("calldata.copy", [start, value.ids[0]!, size]);
    return tail;
  }
  if (isWord && type.location === "memory") {
    b.emit("mem.copy", [start, memoryData(b, type, value.ids[0]!), size]);
    return tail;
  }
  const [end] = emitFold(b, reader.length, [PTR], [tail], (i, [next]) => {
    const place = addPtr(b, start, mulPtr(b, i, stride));
    return [encodeComponent(m, b, reader.element(i), start, place, next!)];
  });
  return end!;
}
