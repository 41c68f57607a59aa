/**
 * Assignments of reference types to storage: from memory, call data, storage or a literal, with nested parts and the conversion
 * of elements. What an array or byte string held before beyond its new end is cleared.
 */
import { InternalError } from "../../../../diagnostics/diagnostic.js";
import type { Builder } from "../../../../ir/builder.js";
import type { ValueId } from "../../../../ir/module.js";
import { I256, PTR } from "../../../../ir/ops.js";
import type { ModuleContext } from "../context.js";
import type { ArrayType, BytesType, SolType, StructType } from "../../semantics/types.js";
import { canLiveOutsideStorage } from "../../semantics/type-properties.js";
import { irTypes, isSigned, isValueType, underlying, type Value } from "../values.js";
import { bytesSlots, clearElements, clearSlots } from "./clear.js";
import { calldataElement, calldataLength, calldataMember } from "./calldata.js";
import { emitFold, emitIf, emitIfElse, emitLoop } from "./control.js";
import { convert } from "./convert.js";
import { literalWord, loadMemory, memoryData, memoryLength, memoryMember, storeLiteral } from "./memory.js";
import { elementType, isReference, structMembers, typeKey } from "./shapes.js";
import {
  bytesLength,
  elementPlace,
  loadSlot,
  loadStorage,
  regionOf,
  storageData,
  storageLength,
  storageMember,
  storeSlot,
  storeStorage,
  type StoragePlace,
  type StorageRegion,
} from "./storage.js";
import { addPtr, mulPtr, offsetPtr, toField } from "./words.js";

const ALL_ONES = (1n << 256n) - 1n;

/** Stores a value of any type at a place of type `to` (location storage or transient), converting it. */
export function assignStorage(m: ModuleContext, b: Builder, to: SolType, place: StoragePlace, from: Value): void {
  // Mappings stay what they are, and so do arrays of them.
  if (!canLiveOutsideStorage(to)) return;
  if (!isReference(to)) {
    storeStorage(m, b, place, convert(m, b, from, to));
    return;
  }
  copyToStorage(m, b, to, place.slot, from);
}

/** Copies a reference value into storage at `slot`. */
export function copyToStorage(m: ModuleContext, b: Builder, to: ArrayType | BytesType | StructType, slot: ValueId, from: Value): void {
  if (from.type.kind === "stringLiteral") {
    literalToStorage(m, b, to as BytesType, slot, from.type.value);
    return;
  }
  const source = from.type.kind === "arraySlice" ? from.type.array : underlying(from.type);
  if (!isReference(source)) throw new InternalError(`'${source.kind}' is no reference type`);
  const func = m.helper(`store_${typeKey(source)}_to_${typeKey(to)}`, [I256, ...irTypes(source)], [], (h, [at, ...ids]) => {
    const value = { type: source, ids };
    if (to.kind === "bytes") bytesToStorage(m, h, to, at!, source as BytesType, value);
    else if (to.kind === "struct") structToStorage(m, h, to, at!, source as StructType, value);
    else arrayToStorage(m, h, to, at!, source as ArrayType, value);
    h.ret();
  });
  b.call(func, [slot, ...from.ids]);
}

function literalToStorage(m: ModuleContext, b: Builder, to: BytesType, slot: ValueId, bytes: Uint8Array): void {
  const region = regionOf(to);
  if (bytes.length <= 31) {
    clearLongData(m, b, region, slot, b.const(I256, 0));
    storeSlot(b, region, slot, b.const(I256, literalWord(bytes, 0) | BigInt(2 * bytes.length)));
    return;
  }
  const words = Math.ceil(bytes.length / 32);
  if (words <= 3) {
    clearLongData(m, b, region, slot, b.const(I256, words));
    storeSlot(b, region, slot, b.const(I256, 2 * bytes.length + 1));
    const data = b.emit("slot.array", [slot]);
    for (let i = 0; i < words; i++) storeSlot(b, region, b.emit("add", [data, b.const(I256, i)]), b.const(I256, literalWord(bytes, 32 * i)));
    return;
  }
  const pointer = b.emit("mem.alloc", [b.const(PTR, 32 + 32 * words)]);
  b.emit("mem.store", [pointer, b.const(PTR, bytes.length)]);
  storeLiteral(m, b, offsetPtr(b, pointer, 32), bytes);
  copyToStorage(m, b, to, slot, { type: { ...to, location: "memory" }, ids: [pointer] });
}

/** Clears the data slots that a byte string at `slot` has beyond the first `keep`. */
function clearLongData(m: ModuleContext, b: Builder, region: StorageRegion, slot: ValueId, keep: ValueId): void {
  const func = m.helper(`clear_long_${region}`, [I256, I256], [], (h, [at, kept]) => {
    const length = bytesLength(m, h, loadSlot(h, region, at!));
    emitIf(h, h.emit("gt.u", [length, h.const(I256, 31)]), () => {
      const slots = bytesSlots(h, length);
      emitIf(h, h.emit("gt.u", [slots, kept!]), () => {
        clearSlots(h, region, h.emit("add", [h.emit("slot.array", [at!]), kept!]), h.emit("sub", [slots, kept!]));
      });
    });
    h.ret();
  });
  b.call(func, [slot, keep]);
}

/** A source of bytes: its length and its words (the last one with arbitrary bytes behind the end). */
interface ByteSource {
  readonly length: ValueId;
  word(index: ValueId): ValueId;
}

function byteSource(m: ModuleContext, b: Builder, type: BytesType, value: Value): ByteSource {
  const id = value.ids[0]!;
  if (type.location === "memory") {
    const data = offsetPtr(b, id, 32);
    const length = b.emit("mem.load", [id], PTR);
    // The last word may reach beyond what was allocated: that of "" lies behind the zero slot.
    b.emit("mem.ensure", [data, b.emit("add.nuw", [length, b.const(PTR, 32)])]);
    return { length: b.zext(length, I256), word: (i) => b.emit("mem.load", [addPtr(b, data, mulPtr(b, b.trunc(i, PTR), 32))], I256) };
  }
  if (type.location === "calldata") return { length: b.zext(value.ids[1]!, I256), word: (i) => b.emit("calldata.load", [addPtr(b, id, mulPtr(b, b.trunc(i, PTR), 32))], I256) };
  const region = regionOf(type);
  const slotWord = loadSlot(b, region, id);
  const length = bytesLength(m, b, slotWord);
  const short = b.emit("lt.u", [length, b.const(I256, 32)]);
  return {
    length,
    word: (i) =>
      emitIfElse(
        b,
        short,
        [I256],
        () => [slotWord],
        () => [loadSlot(b, region, b.emit("add", [b.emit("slot.array", [id]), i]))],
      )[0]!,
  };
}

function bytesToStorage(m: ModuleContext, b: Builder, to: BytesType, slot: ValueId, type: BytesType, value: Value): void {
  const region = regionOf(to);
  if (type.location === "storage" && region === "storage") {
    // Copying a variable onto itself changes nothing (and must not clear the source).
    const same = b.newBlock();
    const differs = b.newBlock();
    b.branch(b.emit("eq", [slot, value.ids[0]!]), same, differs);
    b.at(same);
    b.ret();
    b.at(differs);
  }
  const source = byteSource(m, b, type, value);
  const words = bytesSlots(b, source.length);
  const short = b.newBlock();
  const long = b.newBlock();
  const done = b.newBlock();
  b.branch(b.emit("lt.u", [source.length, b.const(I256, 32)]), short, long);
  b.at(short);
  clearLongData(m, b, region, slot, b.const(I256, 0));
  const first = maskWord(b, source.word(b.const(I256, 0)), source.length);
  storeSlot(b, region, slot, b.emit("or", [first, b.emit("shl", [source.length, b.const(PTR, 1)])]));
  b.jump(done);
  b.at(long);
  clearLongData(m, b, region, slot, words);
  const marked = b.emit("add", [b.emit("shl", [source.length, b.const(PTR, 1)]), b.const(I256, 1)]);
  storeSlot(b, region, slot, marked);
  const data = b.emit("slot.array", [slot]);
  const full = b.emit("shr.u", [source.length, b.const(PTR, 5)]);
  emitLoop(b, full, (i) => storeSlot(b, region, b.emit("add", [data, i]), source.word(i)));
  const rest = b.emit("and", [source.length, b.const(I256, 31)]);
  emitIf(b, b.emit("ne", [rest, b.const(I256, 0)]), () => storeSlot(b, region, b.emit("add", [data, full]), maskWord(b, source.word(full), rest)));
  b.jump(done);
  b.at(done);
}

/** The first `length` (at most 32, i256) bytes of a word, the others zero. */
function maskWord(b: Builder, word: ValueId, length: ValueId): ValueId {
  const bits = b.emit("shl", [length, b.const(PTR, 3)]);
  return b.emit("and", [word, b.emit("not", [b.emit("shr.u", [b.const(I256, ALL_ONES), bits])])]);
}

function structToStorage(m: ModuleContext, b: Builder, to: StructType, slot: ValueId, from: StructType, value: Value): void {
  const layout = m.layouts.struct(to.definition).members;
  const targets = structMembers(m.program, to);
  const region = regionOf(to);
  for (let i = 0; i < targets.length;) {
    const target = targets[i]!;
    const item = layout[i]!;
    if (!isValueType(target.type)) {
      if (canLiveOutsideStorage(target.type)) assignStorage(m, b, target.type, storageMember(m, b, to, slot, i), structMember(m, b, from, value, i));
      i++;
      continue;
    }
    // All fields of a slot belong to the struct: its word is put together and written at once.
    let word: ValueId | undefined;
    let next = i;
    for (; next < targets.length && layout[next]!.slot === item.slot && isValueType(targets[next]!.type); next++) {
      const field = toField(b, convert(m, b, structMember(m, b, from, value, next), targets[next]!.type));
      const offset = layout[next]!.offset;
      const placed = offset === 0 ? field : b.emit("shl", [field, b.const(PTR, 8 * offset)]);
      word = word === undefined ? placed : b.emit("or", [word, placed]);
    }
    storeSlot(b, region, item.slot === 0n ? slot : b.emit("add", [slot, b.const(I256, item.slot)]), word!);
    i = next;
  }
}

/** Member `index` of a struct at any location. */
function structMember(m: ModuleContext, b: Builder, type: StructType, value: Value, index: number): Value {
  const member = structMembers(m.program, type).find((candidate) => candidate.index === index)!;
  const base = value.ids[0]!;
  if (type.location === "memory") return loadMemory(m, b, member.type, memoryMember(b, base, member.place));
  if (type.location === "calldata") return calldataMember(m, b, value, index);
  return loadStorage(m, b, member.type, storageMember(m, b, type, base, index));
}

function arrayToStorage(m: ModuleContext, b: Builder, to: ArrayType, slot: ValueId, from: ArrayType, value: Value): void {
  const region = regionOf(to);
  if (from.location === region) {
    const same = b.newBlock();
    const differs = b.newBlock();
    b.branch(b.emit("eq", [slot, value.ids[0]!]), same, differs);
    b.at(same);
    b.ret();
    b.at(differs);
  }
  const length = anyLength(m, b, from, value);
  const data = storageData(b, to, slot);
  if (to.length === undefined) {
    const old = loadSlot(b, region, slot);
    storeSlot(b, region, slot, length);
    clearElements(m, b, to, data, length, b.emit("select", [b.emit("gt.u", [old, length]), old, length]));
  } else if (from.length === undefined || from.length < to.length) clearElements(m, b, to, data, length, b.const(I256, to.length));
  const target = elementType(to);
  const source = arraySource(m, b, from, value);
  if (isValueType(target) && m.layouts.elementsPerSlot(to) > 0) {
    packedElements(m, b, to, data, length, source);
    return;
  }
  if (isValueType(target)) {
    const isSlotCopy = from.location === region && typeKey(elementType(from)) === typeKey(target);
    emitLoop(b, length, (i) => storeSlot(b, region, b.emit("add", [data, i]), wholeSlotWord(b, convert(m, b, source(i), target), isSlotCopy)));
    return;
  }
  emitLoop(b, length, (i) => assignStorage(m, b, target, elementPlace(m, b, to, data, i), source(i)));
}

/**
 * The word that a copied array has in a slot with one element in it. solc's code copies slots of the same type masked, other elements as
 * they are: of signed ones the sign fills the slot.
 */
function wholeSlotWord(b: Builder, value: Value, isSlotCopy: boolean): ValueId {
  return !isSlotCopy && isSigned(underlying(value.type)) ? b.sext(value.ids[0]!, I256) : toField(b, value);
}

/** Number of elements at any location, as i256. */
function anyLength(m: ModuleContext, b: Builder, type: ArrayType, value: Value): ValueId {
  if (type.location === "memory") return b.zext(memoryLength(b, type, value.ids[0]!), I256);
  if (type.location === "calldata") return b.zext(calldataLength(b, { type, ids: value.ids }), I256);
  return storageLength(m, b, type, value.ids[0]!);
}

/** Element `index` (i256, in bounds) of an array at any location. */
function arraySource(m: ModuleContext, b: Builder, type: ArrayType, value: Value): (index: ValueId) => Value {
  const element = elementType(type);
  if (type.location === "memory") {
    const data = memoryData(b, type, value.ids[0]!);
    return (i) => loadMemory(m, b, element, addPtr(b, data, mulPtr(b, b.trunc(i, PTR), 32)));
  }
  if (type.location === "calldata") return (i) => calldataElement(m, b, type, value.ids[0]!, b.trunc(i, PTR));
  const data = storageData(b, type, value.ids[0]!);
  return (i) => loadStorage(m, b, element, elementPlace(m, b, type, data, i));
}

/** Packs value elements slot by slot, so that each slot is written once. */
function packedElements(m: ModuleContext, b: Builder, to: ArrayType, data: ValueId, length: ValueId, source: (index: ValueId) => Value): void {
  const region = regionOf(to);
  const perSlot = b.const(I256, m.layouts.elementsPerSlot(to));
  const bits = b.const(PTR, 8 * m.layouts.packedBytes(to.element)!);
  const element = elementType(to);
  const slots = b.emit("div.u", [b.emit("add", [length, b.emit("sub", [perSlot, b.const(I256, 1)])]), perSlot]);
  emitLoop(b, slots, (s) => {
    const first = b.emit("mul", [s, perSlot]);
    const left = b.emit("sub", [length, first]);
    const count = b.emit("select", [b.emit("lt.u", [left, perSlot]), left, perSlot]);
    const word = emitFold(b, count, [I256], [b.const(I256, 0)], (i, [acc]) => {
      const field = toField(b, convert(m, b, source(b.emit("add", [first, i])), element));
      const shift = b.emit("mul.nuw", [b.trunc(i, PTR), bits]);
      return [b.emit("or", [acc!, b.emit("shl", [field, shift])])];
    });
    storeSlot(b, region, b.emit("add", [data, s]), word[0]!);
  });
}
