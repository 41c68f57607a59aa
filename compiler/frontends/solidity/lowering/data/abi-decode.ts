/**
 * ABI decoding with solc's checks: too short data, offsets beyond it, lengths that do not fit and dirty value bits revert without data;
 * lengths that cannot be allocated panic with 0x41 (debug builds name the fault). Overlapping parts and trailing bytes are legal.
 */
import type { Builder } from "../../../../ir/builder.js";
import type { ValueId } from "../../../../ir/module.js";
import { I256, PTR } from "../../../../ir/ops.js";
import type { ModuleContext } from "../context.js";
import type { ArrayType, BytesType, SolType, StructType } from "../../semantics/types.js";
import { irTypes, isValueType, underlying, type Value } from "../values.js";
import { validatedFromWord } from "./calldata.js";
import { emitLoop, exceedsPtr, panicIf } from "./control.js";
import { allocateArray, allocateBytes, checkedLength, memoryMember, storeMemory } from "./memory.js";
import { refuseIf } from "./reasons.js";
import { elementType, headSize, isDynamic, isReference, isSlotReference, staticSize, structMembers, typeKey } from "./shapes.js";
import { addPtr, fromWord, mulPtr, offsetPtr } from "./words.js";

/** Where encoded data lies. */
export type DataSource = "memory" | "calldata";

/** Longest byte string whose allocation cannot exceed 2^64-1. */
const MAX_BYTES_LENGTH = (1n << 64n) - 0x100000n;

function loadWord(b: Builder, source: DataSource, at: ValueId): ValueId {
  return b.emit(source === "memory" ? "mem.load" : "calldata.load", [at], I256);
}

/** Decodes a tuple that lies in [start, end) (i64). Storage references (of libraries) are decoded as slots. */
export function abiDecode(m: ModuleContext, b: Builder, types: readonly SolType[], source: DataSource, start: ValueId, end: ValueId): Value[] {
  const sizes = types.map((t) => (isSlotReference(t) ? 32 : headSize(m.program, t)));
  const total = sizes.reduce((sum, s) => sum + s, 0);
  if (total > 0) refuseIf(m, b, b.emit("lt.u", [b.emit("sub.nuw", [end, start]), b.const(PTR, total)]), "ABI decoding: tuple data too short");
  let head = 0;
  return types.map((type, i) => {
    const at = offsetPtr(b, start, head);
    head += sizes[i]!;
    if (isSlotReference(type)) return { type, ids: [loadWord(b, source, at)] };
    return decodeComponent(m, b, type, source, start, at, end, "ABI decoding: invalid tuple offset");
  });
}

const BAD_OFFSET = "ABI decoding: invalid calldata array offset";
const BAD_STRIDE = "ABI decoding: invalid calldata array stride";

/** What is said where a dynamic component begins too near to the end. */
function reasonForOffset(type: SolType): string {
  if (type.kind !== "struct") return BAD_OFFSET;
  return type.location === "calldata" ? "ABI decoding: struct calldata too short" : "ABI decoding: struct data too short";
}

/** A component whose head stands at `at`, within bounds; offsets count from `base`. Whatever it refers to begins before the end. */
function decodeComponent(m: ModuleContext, b: Builder, type: SolType, source: DataSource, base: ValueId, at: ValueId, end: ValueId, hugeOffset: string): Value {
  // The old coder leaves it to the first use of an enum to see whether it has such a member.
  const isUnchecked = m.ignoresDirt && underlying(type).kind === "enum";
  if (isUnchecked) return fromWord(b, type, loadWord(b, source, at));
  if (!isReference(type)) return validatedFromWord(m, b, type, loadWord(b, source, at));
  if (!isDynamic(m.program, type)) return { type, ids: decodeReference(m, b, type, source, at, end) };
  const offset = loadWord(b, source, at);
  // One check tells both faults; which of them it was, only debug builds say.
  if (m.options.revertStrings === "debug") refuseIf(m, b, exceedsPtr(b, offset), hugeOffset);
  refuseIf(m, b, b.emit("ge.u", [offset, b.zext(b.emit("sub.nuw", [end, base]), I256)]), reasonForOffset(type));
  return { type, ids: decodeReference(m, b, type, source, addPtr(b, base, b.trunc(offset, PTR)), end) };
}

function decodeReference(m: ModuleContext, b: Builder, type: ArrayType | BytesType | StructType, source: DataSource, at: ValueId, end: ValueId): ValueId[] {
  const func = m.helper(`abi_decode_${typeKey(type)}_${source}`, [PTR, PTR], irTypes(type), (h, [from, limit]) => {
    if (type.location === "calldata") decodeToCalldata(m, h, type, from!, limit!);
    else if (type.kind === "bytes") decodeBytes(m, h, source, from!, limit!);
    else if (type.kind === "struct") decodeStruct(m, h, type, source, from!, limit!);
    else decodeArray(m, h, type, source, from!, limit!);
  });
  return b.call(func, [at, end]);
}

/** Reverts unless at least `size` bytes lie between `at` and `end`, which is not before `at`. */
function requireRoom(m: ModuleContext, b: Builder, at: ValueId, size: number, end: ValueId, reason: string): void {
  refuseIf(m, b, b.emit("lt.u", [b.emit("sub.nuw", [end, at]), b.const(PTR, size)]), reason);
}

/** References that stay in call data: only bounds are checked now, contents when they are read. */
function decodeToCalldata(m: ModuleContext, b: Builder, type: ArrayType | BytesType | StructType, at: ValueId, end: ValueId): void {
  if (type.kind === "struct" || (type.kind === "array" && type.length !== undefined)) {
    requireRoom(m, b, at, staticSize(m.program, type), end, type.kind === "struct" ? reasonForOffset(type) : BAD_STRIDE);
    b.ret([at]);
    return;
  }
  requireRoom(m, b, at, 32, end, BAD_OFFSET);
  const length = loadWord(b, "calldata", at);
  refuseIf(m, b, exceedsPtr(b, length), "ABI decoding: invalid calldata array length");
  const data = offsetPtr(b, at, 32);
  const stride = type.kind === "bytes" ? 1 : headSize(m.program, type.element);
  const bytes = b.emit("mul", [length, b.const(I256, stride)]);
  refuseIf(m, b, b.emit("gt.u", [bytes, b.zext(b.emit("sub.nuw", [end, data]), I256)]), BAD_STRIDE);
  b.ret([data, b.trunc(length, PTR)]);
}

function decodeBytes(m: ModuleContext, b: Builder, source: DataSource, at: ValueId, end: ValueId): void {
  requireRoom(m, b, at, 32, end, BAD_OFFSET);
  const word = loadWord(b, source, at);
  panicIf(b, b.emit("gt.u", [word, b.const(I256, MAX_BYTES_LENGTH)]), 0x41);
  const length = b.trunc(word, PTR);
  const data = offsetPtr(b, at, 32);
  refuseIf(m, b, b.emit("gt.u", [length, b.emit("sub.nuw", [end, data])]), "ABI decoding: invalid byte array length");
  const pointer = allocateBytes(b, length);
  b.emit(source === "memory" ? "mem.copy" : "calldata.copy", [offsetPtr(b, pointer, 32), data, length]);
  b.ret([pointer]);
}

function decodeStruct(m: ModuleContext, b: Builder, type: StructType, source: DataSource, at: ValueId, end: ValueId): void {
  requireRoom(m, b, at, staticSize(m.program, type), end, reasonForOffset(type));
  const members = structMembers(m.program, type);
  const pointer = b.emit("mem.alloc", [b.const(PTR, 32 * members.length)]);
  let head = 0;
  for (const member of members) {
    const value = decodeComponent(m, b, member.type, source, at, offsetPtr(b, at, head), end, "ABI decoding: invalid struct offset");
    storeMemory(m, b, memoryMember(b, pointer, member.place), value);
    head += headSize(m.program, member.type);
  }
  b.ret([pointer]);
}

function decodeArray(m: ModuleContext, b: Builder, type: ArrayType, source: DataSource, at: ValueId, end: ValueId): void {
  let data = at;
  let length: ValueId;
  if (type.length === undefined) {
    requireRoom(m, b, at, 32, end, BAD_OFFSET);
    length = checkedLength(b, loadWord(b, source, at));
    data = offsetPtr(b, at, 32);
  } else length = b.const(PTR, type.length);
  b.ret([decodeElements(m, b, type, source, data, length, end)]);
}

/** An array of `length` elements (i64) whose heads begin at `data`, in fresh memory. */
function decodeElements(m: ModuleContext, b: Builder, type: ArrayType, source: DataSource, data: ValueId, length: ValueId, end: ValueId): ValueId {
  const element = elementType(type);
  const stride = headSize(m.program, element);
  // length < 2^59: the product is compared at full width, since strides may be large.
  const bytes = b.emit("mul", [b.zext(length, I256), b.const(I256, stride)]);
  refuseIf(m, b, b.emit("gt.u", [bytes, b.zext(b.emit("sub.nuw", [end, data]), I256)]), BAD_STRIDE);
  let pointer: ValueId;
  let to: ValueId;
  if (type.length === undefined) {
    pointer = allocateArray(b, length);
    to = offsetPtr(b, pointer, 32);
  } else {
    pointer = b.emit("mem.alloc", [b.const(PTR, 32n * type.length)]);
    to = pointer;
  }
  // The old coder takes the words as they are: what reads them drops the bits outside of the values.
  if (isFullWord(element) || (m.ignoresDirt && isValueType(element))) b.emit(source === "memory" ? "mem.copy" : "calldata.copy", [to, data, mulPtr(b, length, 32)]);
  else
    emitLoop(b, length, (i) => {
      const value = decodeComponent(m, b, element, source, data, addPtr(b, data, mulPtr(b, i, stride)), end, BAD_OFFSET);
      storeMemory(m, b, addPtr(b, to, mulPtr(b, i, 32)), value);
    });
  return pointer;
}

/**
 * A struct or array with parts of dynamic size, from call data (`ids` as irTypes gives them) to memory as type `to`. solc decodes the parts
 * at once, by the rules above, where following them one by one would give other faults for malformed offsets and lengths.
 */
export function decodeCalldataValue(m: ModuleContext, b: Builder, to: ArrayType | StructType, ids: readonly ValueId[]): ValueId {
  const end = b.emit("calldata.size", []);
  if (to.kind === "array" && to.length === undefined) return decodeElements(m, b, to, "calldata", ids[0]!, ids[1]!, end);
  return decodeReference(m, b, to, "calldata", ids[0]!, end)[0]!;
}

function isFullWord(type: SolType): boolean {
  const t = underlying(type);
  return (t.kind === "integer" && t.bits === 256) || (t.kind === "fixedBytes" && t.size === 32);
}
