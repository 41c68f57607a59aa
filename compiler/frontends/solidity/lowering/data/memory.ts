/**
 * Values in memory, in solc's layout: every element of an array and every member of a struct takes a word; reference types are
 * addresses; dynamic arrays start with their length; bytes and strings are packed behind theirs, padded with zeros.
 * Empty dynamic arrays share the zero slot at 0x60.
 */
import { InternalError } from "../../../../diagnostics/diagnostic.js";
import type { Builder } from "../../../../ir/builder.js";
import type { ValueId } from "../../../../ir/module.js";
import { I256, PTR } from "../../../../ir/ops.js";
import type { ModuleContext } from "../context.js";
import type { ArrayType, BytesType, SolType, StructType } from "../../semantics/types.js";
import { irTypes, isValueType, type Value } from "../values.js";
import { emitLoop, panicIf } from "./control.js";
import { atLocation, elementType, isReference, structMembers, typeKey } from "./shapes.js";
import { addPtr, loadMemoryWord, mulPtr, offsetPtr, roundUp32, storeMemoryWord } from "./words.js";

/** Word of zeros that empty dynamic arrays point to. */
const ZERO_POINTER = 0x60;
/** Longest array whose size in bytes stays below 2^64 together with the free pointer. */
const MAX_ARRAY_LENGTH = (1n << 59n) - 64n;
/** Literals up to this many bytes are stored as constants, longer ones copied from constant data. */
const MAX_INLINE_LITERAL = 96;

/** Panics as allocation does (0x41) where an i256 length is too large, and gives it as a trusted length. */
export function checkedLength(b: Builder, length: ValueId): ValueId {
  panicIf(b, b.emit("gt.u", [length, b.const(I256, MAX_ARRAY_LENGTH)]), 0x41);
  return b.trunc(length, PTR);
}

/** Allocates `bytes`/`string` of a trusted length; the contents are undefined but for zeros behind the last byte. */
export function allocateBytes(b: Builder, length: ValueId): ValueId {
  const pointer = b.emit("mem.alloc", [offsetPtr(b, roundUp32(b, length), 32)]);
  b.emit("mem.store", [pointer, length]);
  const end = addPtr(b, offsetPtr(b, pointer, 32), length);
  // The word of zeros may reach beyond what was allocated.
  b.emit("mem.ensure", [end, b.const(PTR, 32)]);
  b.emit("mem.store", [end, b.const(I256, 0)]);
  return pointer;
}

/** Allocates a dynamic array of a trusted length with undefined elements. */
export function allocateArray(b: Builder, length: ValueId): ValueId {
  const pointer = b.emit("mem.alloc", [offsetPtr(b, mulPtr(b, length, 32), 32)]);
  b.emit("mem.store", [pointer, length]);
  return pointer;
}

/** `new T[](n)`, `new bytes(n)`: a fresh array of zero values; `length` is an i256. */
export function newArray(m: ModuleContext, b: Builder, type: ArrayType | BytesType, length: ValueId): ValueId {
  const func = m.helper(`new_${typeKey(type)}`, [I256], [PTR], (h, [n]) => {
    const count = checkedLength(h, n!);
    if (type.kind === "bytes") {
      const pointer = allocateBytes(h, count);
      h.emit("mem.zero", [offsetPtr(h, pointer, 32), count]);
      h.ret([pointer]);
      return;
    }
    const pointer = allocateArray(h, count);
    fillZero(m, h, elementType(type), offsetPtr(h, pointer, 32), count);
    h.ret([pointer]);
  });
  return b.call(func, [length])[0]!;
}

/** Fills `count` words at `start` with zero values of an element type. */
function fillZero(m: ModuleContext, b: Builder, element: SolType, start: ValueId, count: ValueId): void {
  if (isValueType(element)) {
    b.emit("mem.zero", [start, mulPtr(b, count, 32)]);
    return;
  }
  emitLoop(b, count, (i) => storeMemory(m, b, addPtr(b, start, mulPtr(b, i, 32)), zeroValue(m, b, element)));
}

/** The default value of a type; reference types in memory get fresh objects, storage references point to slot 0. */
export function zeroValue(m: ModuleContext, b: Builder, type: SolType): Value {
  if (isReference(type) && type.location === "memory") return { type, ids: [zeroObject(m, b, type)] };
  return { type, ids: irTypes(type).map((t) => b.const(t, 0)) };
}

function zeroObject(m: ModuleContext, b: Builder, type: ArrayType | BytesType | StructType): ValueId {
  if (type.kind === "bytes" || (type.kind === "array" && type.length === undefined)) return b.const(PTR, ZERO_POINTER);
  const func = m.helper(`zero_${typeKey(type)}`, [], [PTR], (h) => {
    if (type.kind === "array") {
      const count = Number(type.length);
      const pointer = h.emit("mem.alloc", [h.const(PTR, 32 * count)]);
      fillZero(m, h, elementType(type), pointer, h.const(PTR, count));
      h.ret([pointer]);
      return;
    }
    const members = structMembers(m.program, type);
    const pointer = h.emit("mem.alloc", [h.const(PTR, 32 * members.length)]);
    for (const member of members) storeMemory(m, h, memoryMember(h, pointer, member.place), zeroValue(m, h, member.type));
    h.ret([pointer]);
  });
  return b.call(func, [])[0]!;
}

/** Reads an element or member of a type (at location memory) from its word. */
export function loadMemory(m: ModuleContext, b: Builder, type: SolType, address: ValueId): Value {
  if (isReference(type)) return { type, ids: [b.emit("mem.load", [address], PTR)] };
  if (m.ignoresDirt && type.kind === "enum") {
    // The old coder brought the word here as it was.
    const word = b.emit("mem.load", [address], I256);
    panicIf(b, b.emit("ge.u", [word, b.const(I256, type.definition.members.length)]), 0x21);
    return { type, ids: [b.trunc(word, 8)] };
  }
  return loadMemoryWord(b, type, address);
}

/** Writes an element or member: values as words, references as addresses. */
export function storeMemory(_m: ModuleContext, b: Builder, address: ValueId, value: Value): void {
  if (isReference(value.type)) {
    if (value.type.location !== "memory") throw new InternalError("only memory references are stored in memory");
    b.emit("mem.store", [address, value.ids[0]!]);
    return;
  }
  storeMemoryWord(b, address, value);
}

/** Number of elements of a memory array as i64: its length word or its type's length. */
export function memoryLength(b: Builder, type: ArrayType | BytesType, pointer: ValueId): ValueId {
  if (type.kind === "array" && type.length !== undefined) return b.const(PTR, type.length);
  return b.emit("mem.load", [pointer], PTR);
}

/** Address of the first element. */
export function memoryData(b: Builder, type: ArrayType | BytesType, pointer: ValueId): ValueId {
  return type.kind === "array" && type.length !== undefined ? pointer : offsetPtr(b, pointer, 32);
}

/** Address of element `index` (i256), after the bounds check (Panic 0x32). For bytes: of the byte itself. */
export function memoryIndex(b: Builder, type: ArrayType | BytesType, pointer: ValueId, index: ValueId): ValueId {
  const i = checkIndex(b, index, memoryLength(b, type, pointer));
  return addPtr(b, memoryData(b, type, pointer), type.kind === "bytes" ? i : mulPtr(b, i, 32));
}

/** Panics (0x32) unless index < length, comparing at full width, and gives the index as i64. */
export function checkIndex(b: Builder, index: ValueId, length: ValueId): ValueId {
  const bound = b.zext(length, I256);
  panicIf(b, b.emit("ge.u", [b.zext(index, I256), bound]), 0x32);
  return b.resize(index, PTR);
}

/**
 * Makes an object trusted whose address comes from inline assembly: all of a fixed size, or what the length that stands there says.
 */
export function trustObject(b: Builder, type: ArrayType | BytesType | StructType, pointer: ValueId): void {
  if (type.kind === "struct") {
    b.emit("mem.ensure", [pointer, b.const(PTR, 32 * type.definition.members.length)]);
    return;
  }
  if (type.kind === "array" && type.length !== undefined) {
    b.emit("mem.ensure", [pointer, b.const(PTR, 32n * type.length)]);
    return;
  }
  b.emit("mem.ensure", [pointer, b.const(PTR, 32)]);
  const length = b.emit("mem.load", [pointer], PTR);
  b.emit("mem.ensure", [offsetPtr(b, pointer, 32), type.kind === "array" ? mulPtr(b, length, 32) : length]);
}

/** Address of a struct's member in memory. */
export function memoryMember(b: Builder, pointer: ValueId, index: number): ValueId {
  return offsetPtr(b, pointer, 32 * index);
}

/** A string literal as fresh `bytes`/`string` in memory. */
export function literalToMemory(m: ModuleContext, b: Builder, bytes: Uint8Array): ValueId {
  if (bytes.length === 0) return b.const(PTR, ZERO_POINTER);
  const pointer = b.emit("mem.alloc", [b.const(PTR, 32 + Math.ceil(bytes.length / 32) * 32)]);
  b.emit("mem.store", [pointer, b.const(PTR, bytes.length)]);
  storeLiteral(m, b, offsetPtr(b, pointer, 32), bytes);
  return pointer;
}

/** Writes a literal's bytes, padded with zeros to whole words, at a trusted address. */
export function storeLiteral(m: ModuleContext, b: Builder, address: ValueId, bytes: Uint8Array): void {
  if (bytes.length <= MAX_INLINE_LITERAL) {
    for (let i = 0; i < bytes.length; i += 32) b.emit("mem.store", [offsetPtr(b, address, i), b.const(I256, literalWord(bytes, i))]);
    return;
  }
  const padded = new Uint8Array(Math.ceil(bytes.length / 32) * 32);
  padded.set(bytes);
  b.emit("data.copy", [address, b.const(PTR, 0), b.const(PTR, padded.length)], undefined, { data: m.segment(padded) });
}

/** 32 bytes of a literal from `start` on, padded with zeros, as a number. */
export function literalWord(bytes: Uint8Array, start: number): bigint {
  let word = 0n;
  for (let i = start; i < start + 32; i++) word = (word << 8n) | BigInt(bytes[i] ?? 0);
  return word;
}

/** The memory form of a type. */
export function inMemory(type: SolType): SolType {
  return atLocation(type, "memory");
}
