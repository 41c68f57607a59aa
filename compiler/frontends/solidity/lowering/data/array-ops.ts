/** `push` and `pop` of storage arrays, bytes included. */
import type { Builder } from "../../../../ir/builder.js";
import type { ValueId } from "../../../../ir/module.js";
import { I256, PTR } from "../../../../ir/ops.js";
import type { ModuleContext } from "../context.js";
import type { ArrayType, BytesType } from "../../semantics/types.js";
import { clearStorage } from "./clear.js";
import { panicIf } from "./control.js";
import { elementType, typeKey } from "./shapes.js";
import { bytesLength, elementPlace, loadSlot, regionOf, storageBytesIndex, storageData, storeSlot, type StoragePlace } from "./storage.js";

/** Appends a zero element and gives its place (Panic 0x41 where the length would exceed 2^64-1, as in solc). */
export function arrayPush(m: ModuleContext, b: Builder, type: ArrayType, slot: ValueId): StoragePlace {
  const region = regionOf(type);
  const length = loadSlot(b, region, slot);
  panicIf(b, b.emit("ge.u", [length, b.const(I256, 1n << 64n)]), 0x41);
  storeSlot(b, region, slot, b.emit("add", [length, b.const(I256, 1)]));
  return elementPlace(m, b, type, storageData(b, type, slot), length);
}

/** Removes the last element, clearing it; Panic 0x31 on an empty array. */
export function arrayPop(m: ModuleContext, b: Builder, type: ArrayType, slot: ValueId): void {
  const func = m.helper(`pop_${typeKey(type)}`, [I256], [], (h, [at]) => {
    const region = regionOf(type);
    const length = loadSlot(h, region, at!);
    panicIf(h, h.emit("eq", [length, h.const(I256, 0)]), 0x31);
    const last = h.emit("sub", [length, h.const(I256, 1)]);
    clearStorage(m, h, elementType(type), elementPlace(m, h, type, storageData(h, type, at!), last));
    storeSlot(h, region, at!, last);
    h.ret();
  });
  b.call(func, [slot]);
}

/** Appends a zero byte and gives its place; a string of 31 bytes moves to its long form. */
export function bytesPush(m: ModuleContext, b: Builder, type: BytesType, slot: ValueId): StoragePlace {
  const region = regionOf(type);
  const func = m.helper(`bytes_grow_${region}`, [I256], [I256], (h, [at]) => {
    const word = loadSlot(h, region, at!);
    const length = bytesLength(m, h, word);
    panicIf(h, h.emit("ge.u", [length, h.const(I256, 1n << 64n)]), 0x41);
    const grows = h.newBlock();
    const moves = h.newBlock();
    h.branch(h.emit("eq", [length, h.const(I256, 31)]), moves, grows);
    // Both forms hold twice the length in their low bits.
    h.at(grows);
    storeSlot(h, region, at!, h.emit("add", [word, h.const(I256, 2)]));
    h.ret([length]);
    h.at(moves);
    storeSlot(h, region, h.emit("slot.array", [at!]), h.emit("and", [word, h.const(I256, ~0xffn)]));
    storeSlot(h, region, at!, h.const(I256, 2 * 32 + 1));
    h.ret([length]);
  });
  const index = b.call(func, [slot])[0]!;
  return storageBytesIndex(m, b, type, slot, index);
}

/** Removes the last byte, clearing it; a string of 32 bytes moves to its short form; Panic 0x31 when empty. */
export function bytesPop(m: ModuleContext, b: Builder, type: BytesType, slot: ValueId): void {
  const region = regionOf(type);
  const func = m.helper(`bytes_pop_${region}`, [I256], [], (h, [at]) => {
    const word = loadSlot(h, region, at!);
    const length = bytesLength(m, h, word);
    panicIf(h, h.emit("eq", [length, h.const(I256, 0)]), 0x31);
    const last = h.emit("sub", [length, h.const(I256, 1)]);
    const short = h.newBlock();
    const notShort = h.newBlock();
    const moves = h.newBlock();
    const long = h.newBlock();
    h.branch(h.emit("lt.u", [length, h.const(I256, 32)]), short, notShort);
    h.at(short);
    // The removed byte and the length byte are replaced; the bytes before it stay.
    const bits = h.emit("shl", [last, h.const(PTR, 3)]);
    const kept = h.emit("and", [word, h.emit("not", [h.emit("shr.u", [h.const(I256, (1n << 256n) - 1n), bits])])]);
    storeSlot(h, region, at!, h.emit("or", [kept, h.emit("shl", [last, h.const(PTR, 1)])]));
    h.ret();
    h.at(notShort);
    h.branch(h.emit("eq", [length, h.const(I256, 32)]), moves, long);
    h.at(moves);
    const data = h.emit("slot.array", [at!]);
    const content = h.emit("and", [loadSlot(h, region, data), h.const(I256, ~0xffn)]);
    storeSlot(h, region, data, h.const(I256, 0));
    storeSlot(h, region, at!, h.emit("or", [content, h.const(I256, 62)]));
    h.ret();
    h.at(long);
    const slotOfLast = h.emit("add", [h.emit("slot.array", [at!]), h.emit("shr.u", [last, h.const(PTR, 5)])]);
    const position = h.emit("shl", [h.emit("and", [last, h.const(I256, 31)]), h.const(PTR, 3)]);
    const mask = h.emit("not", [h.emit("shr.u", [h.const(I256, 0xffn << 248n), position])]);
    storeSlot(h, region, slotOfLast, h.emit("and", [loadSlot(h, region, slotOfLast), mask]));
    storeSlot(h, region, at!, h.emit("sub", [word, h.const(I256, 2)]));
    h.ret();
  });
  b.call(func, [slot]);
}
