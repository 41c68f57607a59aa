/**
 * Places in storage and transient storage: loading and storing value types (packed or whole slots), indexing arrays,
 * mapping entries, and the two forms of `bytes` and `string` (at most 31 bytes in the slot, longer at keccak256(slot)).
 */
import { InternalError } from "../../../../diagnostics/diagnostic.js";
import type { Builder } from "../../../../ir/builder.js";
import type { ValueId } from "../../../../ir/module.js";
import { I256, PTR } from "../../../../ir/ops.js";
import type { ModuleContext } from "../context.js";
import type { ArrayType, BytesType, MappingType, SolType, StructType } from "../../semantics/types.js";
import { underlying, type Value } from "../values.js";
import { emitIfElse, panicIf } from "./control.js";
import { isReference } from "./shapes.js";
import { fromField, toField, toWord } from "./words.js";

export type StorageRegion = "storage" | "transient";

/** Where a value lies: a slot and the byte offset of its field, counted from the least significant byte. */
export interface StoragePlace {
  readonly region: StorageRegion;
  readonly slot: ValueId;
  readonly offset: number | ValueId;
  /** True where `offset` is a value (an i64) rather than a constant. */
  readonly dynamic: boolean;
}

export function placeAt(region: StorageRegion, slot: ValueId, offset = 0): StoragePlace {
  return { region, slot, offset, dynamic: false };
}

export function regionOf(type: SolType): StorageRegion {
  return "location" in type && type.location === "transient" ? "transient" : "storage";
}

export function loadSlot(b: Builder, region: StorageRegion, slot: ValueId): ValueId {
  return b.emit(`${region}.load`, [slot]);
}

export function storeSlot(b: Builder, region: StorageRegion, slot: ValueId, word: ValueId): void {
  b.emit(`${region}.store`, [slot, word]);
}

/** Bits to shift a field down by: a constant, or an i64. */
function shiftOf(b: Builder, place: StoragePlace): ValueId | undefined {
  if (place.dynamic) return b.emit("mul.nuw", [place.offset as ValueId, b.const(PTR, 8)]);
  return place.offset === 0 ? undefined : b.const(PTR, place.offset * 8);
}

/** Reads a value type, or gives the slot of a reference type. */
export function loadStorage(m: ModuleContext, b: Builder, type: SolType, place: StoragePlace): Value {
  if (isReference(type) || type.kind === "mapping") return { type, ids: [place.slot] };
  const word = loadSlot(b, place.region, place.slot);
  return extractField(m, b, type, word, place);
}

/** A value type's field of a slot's word. */
export function extractField(m: ModuleContext, b: Builder, type: SolType, word: ValueId, place: StoragePlace): Value {
  if (m.layouts.packedBytes(type) === undefined) throw new InternalError(`type '${type.kind}' is not stored in a field`);
  const shift = shiftOf(b, place);
  return fromField(b, type, shift === undefined ? word : b.emit("shr.u", [word, shift]));
}

/** Writes a value type; other fields of the slot are kept. */
export function storeStorage(m: ModuleContext, b: Builder, place: StoragePlace, value: Value): void {
  const bytes = m.layouts.packedBytes(value.type);
  if (bytes === undefined) throw new InternalError(`type '${value.type.kind}' is not stored in a field`);
  if (bytes === 32) {
    storeSlot(b, place.region, place.slot, toField(b, value));
    return;
  }
  const word = insertField(m, b, loadSlot(b, place.region, place.slot), place, value);
  storeSlot(b, place.region, place.slot, word);
}

/** A slot's word with one field replaced. */
export function insertField(m: ModuleContext, b: Builder, word: ValueId, place: StoragePlace, value: Value): ValueId {
  const bytes = m.layouts.packedBytes(value.type)!;
  const mask = (1n << BigInt(8 * bytes)) - 1n;
  let field = toField(b, value);
  let keep: ValueId;
  if (place.dynamic) {
    const shift = shiftOf(b, place)!;
    field = b.emit("shl", [field, shift]);
    keep = b.emit("not", [b.emit("shl", [b.const(I256, mask), shift])]);
  } else {
    const shift = BigInt(8 * place.offset);
    if (shift > 0n) field = b.emit("shl", [field, b.const(PTR, shift)]);
    keep = b.const(I256, ~(mask << shift));
  }
  return b.emit("or", [b.emit("and", [word, keep]), field]);
}

/** Slot of a mapping's entry. Value keys are padded words; bytes and string keys (in memory) are hashed unpadded. */
export function mappingSlot(b: Builder, _mapping: MappingType, base: ValueId, key: Value): ValueId {
  const t = underlying(key.type);
  if (t.kind === "bytes") {
    if (t.location !== "memory") throw new InternalError("a mapping's key must be brought to memory first");
    const pointer = key.ids[0]!;
    const length = b.emit("mem.load", [pointer], PTR);
    return b.emit("slot.map.bytes", [b.emit("add.nuw", [pointer, b.const(PTR, 32)]), length, base]);
  }
  return b.emit("slot.map", [toWord(b, key), base]);
}

/** Number of elements of a storage array as i256; for bytes and string their length in bytes (Panic 0x22 on a corrupt slot). */
export function storageLength(m: ModuleContext, b: Builder, type: ArrayType | BytesType, slot: ValueId): ValueId {
  if (type.kind === "bytes") return bytesLength(m, b, loadSlot(b, regionOf(type), slot));
  return type.length !== undefined ? b.const(I256, type.length) : loadSlot(b, regionOf(type), slot);
}

/** Length of a `bytes` or `string` from its slot's word. */
export function bytesLength(m: ModuleContext, b: Builder, word: ValueId): ValueId {
  const func = m.helper("bytes_length", [I256], [I256], (h, [w]) => {
    const isLong = h.trunc(w!, 1);
    const half = h.emit("shr.u", [w!, h.const(PTR, 1)]);
    const length = h.emit("select", [isLong, half, h.emit("and", [half, h.const(I256, 0x7f)])]);
    // Long form means at least 32 bytes, short form at most 31; anything else was not written by a compiler.
    panicIf(h, h.emit("eq", [isLong, h.emit("lt.u", [length, h.const(I256, 32)])]), 0x22);
    h.ret([length]);
  });
  return b.call(func, [word])[0]!;
}

/** First slot of an array's elements. */
export function storageData(b: Builder, type: ArrayType, slot: ValueId): ValueId {
  return type.length === undefined ? b.emit("slot.array", [slot]) : slot;
}

/** Place of element `index` (i256, in bounds) of elements that start at slot `data`. */
export function elementPlace(m: ModuleContext, b: Builder, type: ArrayType, data: ValueId, index: ValueId): StoragePlace {
  const region = regionOf(type);
  const perSlot = m.layouts.elementsPerSlot(type);
  if (perSlot > 0) {
    const per = b.const(I256, perSlot);
    const slot = b.emit("add", [data, b.emit("div.u", [index, per])]);
    const position = b.trunc(b.emit("rem.u", [index, per]), PTR);
    const offset = b.emit("mul.nuw", [position, b.const(PTR, m.layouts.packedBytes(type.element)!)]);
    return { region, slot, offset, dynamic: true };
  }
  const slots = m.layouts.slots(type.element);
  const distance = slots === 1n ? index : b.emit("mul", [index, b.const(I256, slots)]);
  return placeAt(region, b.emit("add", [data, distance]));
}

/** Place of element `index` (any unsigned width) after the bounds check (Panic 0x32). */
export function storageIndex(m: ModuleContext, b: Builder, type: ArrayType, slot: ValueId, index: ValueId): StoragePlace {
  const i = b.zext(index, I256);
  panicIf(b, b.emit("ge.u", [i, storageLength(m, b, type, slot)]), 0x32);
  return elementPlace(m, b, type, storageData(b, type, slot), i);
}

/** Place of a struct's member. */
export function storageMember(m: ModuleContext, b: Builder, type: StructType, slot: ValueId, index: number): StoragePlace {
  const item = m.layouts.struct(type.definition).members[index]!;
  const place = item.slot === 0n ? slot : b.emit("add", [slot, b.const(I256, item.slot)]);
  return placeAt(regionOf(type), place, item.offset);
}

/** Place of byte `index` of a storage `bytes`, after the bounds check: a one-byte field. */
export function storageBytesIndex(m: ModuleContext, b: Builder, type: BytesType, slot: ValueId, index: ValueId): StoragePlace {
  const region = regionOf(type);
  const func = m.helper(`bytes_index_${region}`, [I256, I256], [I256, PTR], (h, [s, i]) => {
    const length = bytesLength(m, h, loadSlot(h, region, s!));
    panicIf(h, h.emit("ge.u", [i!, length]), 0x32);
    const data = emitIfElse(
      h,
      h.emit("lt.u", [length, h.const(I256, 32)]),
      [I256],
      () => [s!],
      () => [h.emit("add", [h.emit("slot.array", [s!]), h.emit("shr.u", [i!, h.const(PTR, 5)])])],
    );
    // Bytes stand from the high end of a slot on.
    const low = h.emit("and", [h.trunc(i!, PTR), h.const(PTR, 31)]);
    h.ret([data[0]!, h.emit("sub.nuw", [h.const(PTR, 31), low])]);
  });
  const [data, offset] = b.call(func, [slot, b.zext(index, I256)]);
  return { region, slot: data!, offset: offset!, dynamic: true };
}
