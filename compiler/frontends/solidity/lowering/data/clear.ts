/**
 * `delete` on storage: value types become zero, structs member by member (mappings are kept), arrays element by element,
 * dynamic ones then lose their length. Shrinking an array clears what lies behind its new end.
 */
import type { Builder } from "../../../../ir/builder.js";
import type { ValueId } from "../../../../ir/module.js";
import { I256, PTR } from "../../../../ir/ops.js";
import type { ModuleContext } from "../context.js";
import type { ArrayType, SolType, StructType } from "../../semantics/types.js";
import { irTypes, isValueType } from "../values.js";
import { emitIf, emitLoop } from "./control.js";
import { elementType, isReference, structMembers, typeKey } from "./shapes.js";
import { bytesLength, elementPlace, loadSlot, placeAt, regionOf, storageData, storeSlot, storeStorage, type StoragePlace, type StorageRegion } from "./storage.js";

/** Clears a value of any type. */
export function clearStorage(m: ModuleContext, b: Builder, type: SolType, place: StoragePlace): void {
  if (type.kind === "mapping") return;
  if (!isReference(type)) {
    storeStorage(m, b, place, { type, ids: irTypes(type).map((t) => b.const(t, 0)) });
    return;
  }
  const func = m.helper(`clear_${typeKey(type)}`, [I256], [], (h, [slot]) => {
    if (type.kind === "bytes") clearBytes(m, h, place.region, slot!);
    else if (type.kind === "struct") clearStruct(m, h, type, slot!);
    else clearArray(m, h, type, slot!);
    h.ret();
  });
  b.call(func, [place.slot]);
}

function clearStruct(m: ModuleContext, b: Builder, type: StructType, slot: ValueId): void {
  const layout = m.layouts.struct(type.definition).members;
  const members = structMembers(m.program, type);
  for (let i = 0; i < members.length;) {
    const item = layout[i]!;
    const at = item.slot === 0n ? slot : b.emit("add", [slot, b.const(I256, item.slot)]);
    const packed = members.filter((_, j) => layout[j]!.slot === item.slot);
    const startsSlot = m.layouts.packedBytes(members[i]!.type) === undefined;
    if (startsSlot) clearStorage(m, b, members[i]!.type, placeAt(regionOf(type), at, item.offset));
    // Value types that share a slot, or have it alone, are all there is in it.
    else storeSlot(b, regionOf(type), at, b.const(I256, 0));
    i += packed.length;
  }
}

function clearArray(m: ModuleContext, b: Builder, type: ArrayType, slot: ValueId): void {
  if (type.length !== undefined) {
    clearElements(m, b, type, slot, b.const(I256, 0), b.const(I256, type.length));
    return;
  }
  const region = regionOf(type);
  const length = loadSlot(b, region, slot);
  storeSlot(b, region, slot, b.const(I256, 0));
  emitIf(b, b.emit("ne", [length, b.const(I256, 0)]), () => clearElements(m, b, type, storageData(b, type, slot), b.const(I256, 0), length));
}

/** Slots that the first `count` elements of an array take. */
export function slotsOf(m: ModuleContext, b: Builder, type: ArrayType, count: ValueId): ValueId {
  const perSlot = m.layouts.elementsPerSlot(type);
  if (perSlot === 0) {
    const slots = m.layouts.slots(type.element);
    return slots === 1n ? count : b.emit("mul", [count, b.const(I256, slots)]);
  }
  const full = b.emit("div.u", [count, b.const(I256, perSlot)]);
  const rest = b.emit("ne", [b.emit("rem.u", [count, b.const(I256, perSlot)]), b.const(I256, 0)]);
  return b.emit("add", [full, b.zext(rest, I256)]);
}

/** Clears elements [from, to) of an array whose elements start at slot `data`. */
export function clearElements(m: ModuleContext, b: Builder, type: ArrayType, data: ValueId, from: ValueId, to: ValueId): void {
  const element = elementType(type);
  const region = regionOf(type);
  if (isValueType(element)) {
    const first = slotsOf(m, b, type, from);
    clearRest(m, b, type, data, from);
    const count = b.emit("sub", [slotsOf(m, b, type, to), first]);
    emitIf(b, b.emit("gt.u", [to, from]), () => clearSlots(b, region, b.emit("add", [data, first]), count));
    return;
  }
  emitIf(b, b.emit("gt.u", [to, from]), () => {
    emitLoop(b, b.emit("sub", [to, from]), (i) => clearStorage(m, b, element, elementPlace(m, b, type, data, b.emit("add", [from, i]))));
  });
}

/** Clears the fields behind element `from` in the slot that it shares with elements that stay. */
function clearRest(m: ModuleContext, b: Builder, type: ArrayType, data: ValueId, from: ValueId): void {
  const perSlot = m.layouts.elementsPerSlot(type);
  if (perSlot === 0) return;
  const region = regionOf(type);
  const kept = b.trunc(b.emit("rem.u", [from, b.const(I256, perSlot)]), PTR);
  emitIf(b, b.emit("ne", [kept, b.const(PTR, 0)]), () => {
    const slot = b.emit("add", [data, b.emit("div.u", [from, b.const(I256, perSlot)])]);
    const bits = b.emit("mul.nuw", [kept, b.const(PTR, 8 * m.layouts.packedBytes(type.element)!)]);
    const mask = b.emit("not", [b.emit("shl", [b.const(I256, (1n << 256n) - 1n), bits])]);
    storeSlot(b, region, slot, b.emit("and", [loadSlot(b, region, slot), mask]));
  });
}

/** Clears `count` slots from `start` on. */
export function clearSlots(b: Builder, region: StorageRegion, start: ValueId, count: ValueId): void {
  emitLoop(b, count, (i) => storeSlot(b, region, b.emit("add", [start, i]), b.const(I256, 0)));
}

function clearBytes(m: ModuleContext, b: Builder, region: StorageRegion, slot: ValueId): void {
  const length = bytesLength(m, b, loadSlot(b, region, slot));
  storeSlot(b, region, slot, b.const(I256, 0));
  emitIf(b, b.emit("gt.u", [length, b.const(I256, 31)]), () => {
    clearSlots(b, region, b.emit("slot.array", [slot]), bytesSlots(b, length));
  });
}

/** Slots that the data of a long `bytes` takes. */
export function bytesSlots(b: Builder, length: ValueId): ValueId {
  return b.emit("shr.u", [b.emit("add", [length, b.const(I256, 31)]), b.const(PTR, 5)]);
}
