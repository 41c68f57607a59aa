/**
 * Value types as words and packed fields: the conversions between a value's own width and the 32-byte word that memory,
 * storage, mapping keys and the ABI use. Integers are extended by their sign, bytesN stand at the high end, external functions
 * are address and selector in the high 24 bytes.
 */
import type { Builder } from "../../../../ir/builder.js";
import type { ValueId } from "../../../../ir/module.js";
import { I160, I256, PTR } from "../../../../ir/ops.js";
import type { SolType } from "../../semantics/types.js";
import { isSigned, underlying, widthOf, type Value } from "../values.js";

/** A value type's word as memory and the ABI hold it. */
export function toWord(b: Builder, value: Value): ValueId {
  const t = underlying(value.type);
  const id = value.ids[0]!;
  if (t.kind === "fixedBytes") {
    const word = b.zext(id, I256);
    return t.size === 32 ? word : b.emit("shl", [word, b.const(I256, 256 - 8 * t.size)]);
  }
  if (t.kind === "function" && t.functionKind === "external") return b.emit("shl", [externalField(b, value.ids), b.const(I256, 64)]);
  return isSigned(t) ? b.sext(id, I256) : b.zext(id, I256);
}

/** A value from a word; bits outside the value are ignored (a bool is any non-zero word). */
export function fromWord(b: Builder, type: SolType, word: ValueId): Value {
  const t = underlying(type);
  if (t.kind === "bool") return { type, ids: [b.emit("ne", [word, b.const(I256, 0)])] };
  if (t.kind === "fixedBytes") {
    const field = t.size === 32 ? word : b.emit("shr.u", [word, b.const(I256, 256 - 8 * t.size)]);
    return { type, ids: [b.trunc(field, 8 * t.size)] };
  }
  if (t.kind === "function" && t.functionKind === "external") return { type, ids: splitExternal(b, b.emit("shr.u", [word, b.const(I256, 64)])) };
  return { type, ids: [b.trunc(word, widthOf(t))] };
}

/** Address and selector of an external function as one number: address . selector, 24 bytes. */
function externalField(b: Builder, ids: readonly ValueId[]): ValueId {
  const address = b.emit("shl", [b.zext(ids[0]!, I256), b.const(I256, 32)]);
  return b.emit("or", [address, b.zext(ids[1]!, I256)]);
}

function splitExternal(b: Builder, field: ValueId): ValueId[] {
  return [b.trunc(b.emit("shr.u", [field, b.const(I256, 32)]), I160), b.trunc(field, 32)];
}

/** The bits that a packed storage field holds, as a word with all other bits clear. */
export function toField(b: Builder, value: Value): ValueId {
  const t = underlying(value.type);
  if (t.kind === "function" && t.functionKind === "external") return externalField(b, value.ids);
  return b.zext(value.ids[0]!, I256);
}

/** A value from a packed field that was shifted to the low end; higher bits are ignored. */
export function fromField(b: Builder, type: SolType, word: ValueId): Value {
  const t = underlying(type);
  if (t.kind === "bool") return { type, ids: [b.emit("ne", [b.trunc(word, 8), b.const(8, 0)])] };
  if (t.kind === "function" && t.functionKind === "external") return { type, ids: splitExternal(b, word) };
  return { type, ids: [b.trunc(word, widthOf(t))] };
}

/** Loads a value type from its word in memory (an i64 or i256 address). */
export function loadMemoryWord(b: Builder, type: SolType, address: ValueId): Value {
  const t = underlying(type);
  const simple = t.kind === "integer" || t.kind === "address" || t.kind === "contract" || t.kind === "enum" || (t.kind === "fixedBytes" && t.size === 32);
  if (simple) return { type, ids: [b.emit("mem.load", [address], widthOf(t))] };
  if (t.kind === "fixedBytes" && t.size === 1) return { type, ids: [b.emit("mem.load.byte", [address])] };
  if (t.kind === "function" && t.functionKind === "internal") return { type, ids: [b.emit("mem.load", [address], PTR)] };
  return fromWord(b, type, b.emit("mem.load", [address], I256));
}

/** Stores a value type as its word in memory. */
export function storeMemoryWord(b: Builder, address: ValueId, value: Value): void {
  const t = underlying(value.type);
  const wide = (t.kind === "fixedBytes" && t.size < 32) || (t.kind === "function" && t.functionKind === "external");
  if (wide) b.emit("mem.store", [address, toWord(b, value)]);
  else b.emit(isSigned(t) && widthOf(t) < 256 ? "mem.store.s" : "mem.store", [address, value.ids[0]!]);
}

/** Pointer arithmetic on trusted addresses and lengths: it cannot exceed 2^64. */
export function addPtr(b: Builder, address: ValueId, offset: ValueId): ValueId {
  return b.emit("add.nuw", [address, offset]);
}

/** A trusted address or length plus a known number of bytes. (A function of its own: a ValueId is a number too.) */
export function offsetPtr(b: Builder, address: ValueId, bytes: number): ValueId {
  return bytes === 0 ? address : b.emit("add.nuw", [address, b.const(PTR, bytes)]);
}

export function mulPtr(b: Builder, a: ValueId, factor: number): ValueId {
  return factor === 1 ? a : b.emit("mul.nuw", [a, b.const(PTR, factor)]);
}

/** Rounds a length up to whole words. */
export function roundUp32(b: Builder, length: ValueId): ValueId {
  return b.emit("and", [offsetPtr(b, length, 31), b.const(PTR, 0xffffffffffffffe0n)]);
}
