/**
 * `a.length = n` of dynamic arrays and `bytes` in storage, as 0.5 has it.
 *
 * As in that line, whole slots behind the new end are cleared; elements and bytes in the slot that holds the end stay, and show again
 * when the array grows.
 */
import type { Builder } from "../../../../ir/builder.js";
import type { ValueId } from "../../../../ir/module.js";
import { I256, PTR } from "../../../../ir/ops.js";
import type { ModuleContext } from "../context.js";
import type { ArrayType, BytesType } from "../../semantics/types.js";
import { isValueType } from "../values.js";
import { bytesSlots, clearSlots, clearStorage, slotsOf } from "./clear.js";
import { emitIf, emitLoop } from "./control.js";
import { elementType, typeKey } from "./shapes.js";
import { bytesLength, elementPlace, loadSlot, regionOf, storageData, storeSlot } from "./storage.js";

/** Sets the length of the array at `slot` to an i256. */
export function setLength(m: ModuleContext, b: Builder, type: ArrayType | BytesType, slot: ValueId, length: ValueId): void {
  const func = m.helper(`resize_${typeKey(type)}`, [I256, I256], [], (h, [at, n]) => {
    if (type.kind === "bytes") setBytesLength(m, h, type, at!, n!);
    else setArrayLength(m, h, type, at!, n!);
    h.ret();
  });
  b.call(func, [slot, length]);
}

function setArrayLength(m: ModuleContext, b: Builder, type: ArrayType, slot: ValueId, length: ValueId): void {
  const region = regionOf(type);
  const old = loadSlot(b, region, slot);
  storeSlot(b, region, slot, length);
  const data = storageData(b, type, slot);
  emitIf(b, b.emit("gt.u", [old, length]), () => {
    const element = elementType(type);
    if (isValueType(element)) {
      const first = slotsOf(m, b, type, length);
      clearSlots(b, region, b.emit("add", [data, first]), b.emit("sub", [slotsOf(m, b, type, old), first]));
      return;
    }
    emitLoop(b, b.emit("sub", [old, length]), (i) => clearStorage(m, b, element, elementPlace(m, b, type, data, b.emit("add", [length, i]))));
  });
}

/** Up to 31 bytes stand in the slot itself, more of them in slots of their own. */
function setBytesLength(m: ModuleContext, b: Builder, type: BytesType, slot: ValueId, length: ValueId): void {
  const region = regionOf(type);
  const word = loadSlot(b, region, slot);
  const old = bytesLength(m, b, word);
  const data = b.emit("slot.array", [slot]);
  const done = b.newBlock();
  const either = (condition: ValueId, then: () => void, otherwise: () => void): void => {
    const [yes, no] = [b.newBlock(), b.newBlock()];
    b.branch(condition, yes, no);
    for (const [block, body] of [[yes, then] as const, [no, otherwise] as const]) {
      b.at(block);
      body();
      if (!b.ended) b.jump(done);
    }
  };
  const wasShort = b.emit("lt.u", [old, b.const(I256, 32)]);
  const becomesShort = b.emit("lt.u", [length, b.const(I256, 32)]);
  const longForm = (): void => storeSlot(b, region, slot, b.emit("add", [b.emit("shl", [length, b.const(PTR, 1)]), b.const(I256, 1)]));
  const shortForm = (content: ValueId): void => storeSlot(b, region, slot, b.emit("or", [firstBytes(b, content, length), b.emit("shl", [length, b.const(PTR, 1)])]));
  either(
    wasShort,
    () =>
      either(
        becomesShort,
        () => shortForm(word),
        () => {
          storeSlot(b, region, data, b.emit("and", [word, b.const(I256, ~0xffn)]));
          longForm();
        },
      ),
    () =>
      either(
        becomesShort,
        () => {
          shortForm(loadSlot(b, region, data));
          clearSlots(b, region, data, bytesSlots(b, old));
        },
        () => {
          longForm();
          const kept = bytesSlots(b, length);
          const shrinks = b.emit("gt.u", [bytesSlots(b, old), kept]);
          emitIf(b, shrinks, () => clearSlots(b, region, b.emit("add", [data, kept]), b.emit("sub", [bytesSlots(b, old), kept])));
        },
      ),
  );
  b.at(done);
}

/** The first `length` (below 32, i256) bytes of a word, the others zero. */
function firstBytes(b: Builder, word: ValueId, length: ValueId): ValueId {
  const rest = b.emit("shr.u", [b.const(I256, (1n << 256n) - 1n), b.emit("shl", [length, b.const(PTR, 3)])]);
  return b.emit("and", [word, b.emit("not", [rest])]);
}
