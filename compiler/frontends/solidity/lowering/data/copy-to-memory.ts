/**
 * Copies of reference types to memory: from storage slot by slot, from call data with the validation that reading it
 * demands, nested parts included. One helper function a type and source.
 */
import { InternalError } from "../../../../diagnostics/diagnostic.js";
import type { Builder } from "../../../../ir/builder.js";
import type { ValueId } from "../../../../ir/module.js";
import { I256, PTR } from "../../../../ir/ops.js";
import type { ModuleContext } from "../context.js";
import type { ArrayType, BytesType, StructType } from "../../semantics/types.js";
import { irTypes, isValueType, underlying, type Value } from "../values.js";
import { decodeCalldataValue } from "./abi-decode.js";
import { calldataElement, calldataLength, calldataMember } from "./calldata.js";
import { emitLoop } from "./control.js";
import { allocateArray, allocateBytes, checkedLength, memoryData, memoryMember, storeMemory } from "./memory.js";
import { refuseIf } from "./reasons.js";
import { elementType, isDynamic, isReference, structMembers, typeKey } from "./shapes.js";
import { bytesLength, elementPlace, extractField, loadSlot, loadStorage, regionOf, storageData, storageMember } from "./storage.js";
import { addPtr, mulPtr, offsetPtr } from "./words.js";

/** A copy of `from` (any location) as type `to` (location memory); memory references are shared, not copied. */
export function copyToMemory(m: ModuleContext, b: Builder, to: ArrayType | BytesType | StructType, from: Value): Value {
  const source = from.type.kind === "arraySlice" ? from.type.array : underlying(from.type);
  if (!isReference(source)) throw new InternalError(`'${source.kind}' is no reference type`);
  if (source.location === "memory") return { type: to, ids: from.ids };
  const func = m.helper(`copy_${typeKey(source)}_to_${typeKey(to)}`, irTypes(source), [PTR], (h, ids) => {
    const value = { type: source, ids };
    // A place before call data (see calldata.ts) is a large number; a struct's values read as zeros there, all else is refused.
    const mayBeOutside = source.location === "calldata" && (source.kind !== "struct" || hasDynamicParts(m, source));
    if (mayBeOutside) refuseIf(m, h, h.emit("gt.u", [ids[0]!, h.emit("calldata.size", [])]), "ABI decoding: invalid calldata array offset");
    if (to.kind === "bytes") h.ret([bytesToMemory(m, h, source as BytesType, value)]);
    else if (source.location === "calldata" && hasDynamicParts(m, to)) h.ret([decodeCalldataValue(m, h, to, ids)]);
    else if (to.kind === "struct") h.ret([structToMemory(m, h, to, source as StructType, value)]);
    else h.ret([arrayToMemory(m, h, to, source as ArrayType, value)]);
  });
  return { type: to, ids: b.call(func, [...from.ids]) };
}

/** Whether an array's elements or a struct's members are found by offsets. */
function hasDynamicParts(m: ModuleContext, type: ArrayType | StructType): boolean {
  return isDynamic(m.program, type.kind === "array" ? elementType(type) : type);
}

function bytesToMemory(m: ModuleContext, b: Builder, type: BytesType, value: Value): ValueId {
  if (type.location === "calldata") {
    const length = value.ids[1]!;
    const pointer = allocateBytes(b, length);
    b.emit("calldata.copy", [offsetPtr(b, pointer, 32), value.ids[0]!, length]);
    return pointer;
  }
  return storageBytesToMemory(m, b, type, value.ids[0]!);
}

function storageBytesToMemory(m: ModuleContext, b: Builder, type: BytesType, slot: ValueId): ValueId {
  const region = regionOf(type);
  const word = loadSlot(b, region, slot);
  const length = checkedLength(b, bytesLength(m, b, word));
  const pointer = allocateBytes(b, length);
  writeStorageBytes(b, region, slot, word, length, offsetPtr(b, pointer, 32));
  return pointer;
}

/**
 * Writes the bytes of a storage `bytes` to a trusted address: whole words, so that up to 31 zeros follow. `word` is the
 * slot's word, `length` the length in bytes.
 */
export function writeStorageBytes(b: Builder, region: "storage" | "transient", slot: ValueId, word: ValueId, length: ValueId, to: ValueId): void {
  const short = b.newBlock();
  const long = b.newBlock();
  const done = b.newBlock();
  b.branch(b.emit("lt.u", [length, b.const(PTR, 32)]), short, long);
  b.at(short);
  b.emit("mem.store", [to, b.emit("and", [word, b.const(I256, ~0xffn)])]);
  b.jump(done);
  b.at(long);
  const data = b.emit("slot.array", [slot]);
  const words = b.emit("shr.u", [offsetPtr(b, length, 31), b.const(PTR, 5)]);
  emitLoop(b, words, (i) => {
    b.emit("mem.store", [addPtr(b, to, mulPtr(b, i, 32)), loadSlot(b, region, b.emit("add", [data, b.zext(i, I256)]))]);
  });
  b.jump(done);
  b.at(done);
}

function structToMemory(m: ModuleContext, b: Builder, to: StructType, from: StructType, value: Value): ValueId {
  const targets = structMembers(m.program, to);
  const sources = structMembers(m.program, from);
  const pointer = b.emit("mem.alloc", [b.const(PTR, 32 * targets.length)]);
  const layout = m.layouts.struct(from.definition).members;
  const words = new Map<bigint, ValueId>();
  for (const target of targets) {
    const i = target.index;
    const source = sources.find((candidate) => candidate.index === i)!;
    let member: Value;
    if (from.location === "calldata") member = calldataMember(m, b, value, i);
    else if (isValueType(source.type)) {
      // Members that share a slot share its load.
      const slot = layout[i]!.slot;
      const place = storageMember(m, b, from, value.ids[0]!, i);
      const word = words.get(slot) ?? loadSlot(b, regionOf(from), place.slot);
      words.set(slot, word);
      member = extractField(m, b, source.type, word, place);
    } else member = loadStorage(m, b, source.type, storageMember(m, b, from, value.ids[0]!, i));
    storeMemory(m, b, memoryMember(b, pointer, target.place), toMemoryValue(m, b, target.type, member));
  }
  return pointer;
}

/** A value as it is stored in memory: references are copied there. */
function toMemoryValue(m: ModuleContext, b: Builder, to: Value["type"], value: Value): Value {
  return isReference(to) ? copyToMemory(m, b, to, value) : { type: to, ids: value.ids };
}

function arrayToMemory(m: ModuleContext, b: Builder, to: ArrayType, from: ArrayType, value: Value): ValueId {
  const length = sourceLength(b, from, value);
  const pointer = to.length === undefined ? allocateArray(b, length) : b.emit("mem.alloc", [b.const(PTR, 32n * to.length)]);
  const start = memoryData(b, to, pointer);
  const target = elementType(to);
  const source = elementType(from);
  if (from.location === "calldata" && (isFullWord(source) || (m.ignoresDirt && isValueType(source)))) {
    b.emit("calldata.copy", [start, value.ids[0]!, mulPtr(b, length, 32)]);
    return pointer;
  }
  if (from.location !== "calldata" && isValueType(source) && m.layouts.elementsPerSlot(from) > 0) {
    packedToMemory(m, b, from, value.ids[0]!, length, start);
    return pointer;
  }
  const data = from.location === "calldata" ? value.ids[0]! : storageData(b, from, value.ids[0]!);
  emitLoop(b, length, (i) => {
    const element = from.location === "calldata" ? calldataElement(m, b, from, data, i) : loadStorage(m, b, source, elementPlace(m, b, from, data, b.zext(i, I256)));
    storeMemory(m, b, addPtr(b, start, mulPtr(b, i, 32)), toMemoryValue(m, b, target, element));
  });
  return pointer;
}

function isFullWord(type: Value["type"]): boolean {
  const t = underlying(type);
  return (t.kind === "integer" && t.bits === 256) || (t.kind === "fixedBytes" && t.size === 32);
}

function sourceLength(b: Builder, from: ArrayType, value: Value): ValueId {
  if (from.location === "calldata") return calldataLength(b, value);
  if (from.length !== undefined) return b.const(PTR, from.length);
  return checkedLength(b, loadSlot(b, regionOf(from), value.ids[0]!));
}

/** Packed elements: every slot is loaded once, its fields are taken out one after another. */
function packedToMemory(m: ModuleContext, b: Builder, from: ArrayType, slot: ValueId, length: ValueId, start: ValueId): void {
  const region = regionOf(from);
  const element = elementType(from);
  const perSlot = m.layouts.elementsPerSlot(from);
  const bytes = m.layouts.packedBytes(element)!;
  const data = storageData(b, from, slot);
  const slots = b.emit("div.u", [offsetPtr(b, length, perSlot - 1), b.const(PTR, perSlot)]);
  emitLoop(b, slots, (s) => {
    const word = loadSlot(b, region, b.emit("add", [data, b.zext(s, I256)]));
    const first = mulPtr(b, s, perSlot);
    const left = b.emit("sub.nuw", [length, first]);
    const full = b.const(PTR, perSlot);
    const count = b.emit("select", [b.emit("lt.u", [left, full]), left, full]);
    emitLoop(b, count, (i) => {
      const value = extractField(m, b, element, word, { region, slot, offset: mulPtr(b, i, bytes), dynamic: true });
      storeMemory(m, b, addPtr(b, start, mulPtr(b, addPtr(b, first, i), 32)), value);
    });
  });
}
