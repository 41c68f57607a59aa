/**
 * Values in call data. Dynamic parts are found through offsets that are checked when they are followed (lazily, as solc does);
 * value types are checked when they are read; every fault reverts without data.
 */
import { InternalError } from "../../../../diagnostics/diagnostic.js";
import type { Builder } from "../../../../ir/builder.js";
import type { ValueId } from "../../../../ir/module.js";
import { I256, PTR } from "../../../../ir/ops.js";
import type { ModuleContext } from "../context.js";
import type { ArrayType, BytesType, SolType, StructType } from "../../semantics/types.js";
import { irTypes, isSigned, underlying, widthOf, type Value } from "../values.js";
import { emitIfElse, exceedsPtr, revertIf } from "./control.js";
import { checkIndex } from "./memory.js";
import { refuseIf } from "./reasons.js";
import { elementType, headSize, isDynamic, isReference, memberHeadOffset, staticSize, structMembers, typeKey } from "./shapes.js";
import { addPtr, fromWord, mulPtr, offsetPtr, toWord } from "./words.js";

/**
 * Reverts unless a word is the clean encoding of a value type, and gives the value. The old coder of lines before 0.8 ignores bits
 * outside the value.
 */
export function validatedFromWord(m: ModuleContext, b: Builder, type: SolType, word: ValueId): Value {
  const t = underlying(type);
  const { ignoresDirt } = m;
  if (t.kind === "enum") {
    revertIf(b, b.emit("ge.u", [word, b.const(I256, t.definition.members.length)]));
    return fromWord(b, type, word);
  }
  if (ignoresDirt) return fromWord(b, type, word);
  if (t.kind === "bool") {
    revertIf(b, b.emit("gt.u", [word, b.const(I256, 1)]));
    return fromWord(b, type, word);
  }
  const value = fromWord(b, type, word);
  const isFull = !(t.kind === "function") && widthOf(t) === 256;
  if (isFull) return value;
  if (t.kind === "function" && t.functionKind === "internal") throw new InternalError("internal functions have no ABI encoding");
  const unsignedNumber = (t.kind === "integer" && !isSigned(t)) || t.kind === "address" || t.kind === "contract";
  if (unsignedNumber) revertIf(b, b.emit("gt.u", [word, b.const(I256, (1n << BigInt(widthOf(t))) - 1n)]));
  else revertIf(b, b.emit("ne", [word, toWord(b, value)]));
  return value;
}

/** A value of a type (at location calldata) whose head stands at `offset`; `base` is where offsets in heads count from. */
export function loadCalldata(m: ModuleContext, b: Builder, type: SolType, base: ValueId, offset: ValueId): Value {
  if (!isReference(type)) return validatedFromWord(m, b, type, b.emit("calldata.load", [offset], I256));
  if (!isDynamic(m.program, type)) return { type, ids: [offset] };
  return { type, ids: calldataTail(m, b, type, base, offset) };
}

/**
 * Offsets of tails are signed and have 256 bits; a place in call data has 64. Places before the start of call data, which only malformed
 * offsets give, are negative: they read as zeros, and what solc's checks say of the tails that begin there, which depends on whether the
 * room behind them exceeds 2^255, is kept by where they stand.
 */
const FAR = -(1n << 62n);
/** Distance between an offset just above -2^255 and the place just above -2^63 that stands for it. */
const LEAST_WORD = -(1n << 255n);
const LEAST_PTR = -(1n << 63n);

/** Follows the offset in the head word at `head` to a dynamic value's place: [offset] or [offset, length]. */
function calldataTail(m: ModuleContext, b: Builder, type: ArrayType | BytesType | StructType, base: ValueId, head: ValueId): ValueId[] {
  const func = m.helper(`calldata_tail_${typeKey(type)}`, [PTR, PTR], irTypes(type), (h, [from, at]) => {
    const relative = h.emit("calldata.load", [at!], I256);
    const size = h.emit("calldata.size", []);
    // The tail needs at least `needed` bytes behind its start; room is signed, as solc compares it, and may overflow, as solc's does.
    const needed = staticSize(m.program, type);
    const room = h.emit("sub", [h.emit("sub", [size, from!]), h.const(PTR, needed - 1)]);
    refuseIf(m, h, h.emit("ge.s", [relative, h.sext(room, I256)]), "Invalid calldata tail offset");
    const start = h.emit("add", [relative, h.zext(from!, I256)]);
    const [offset] = emitIfElse(
      h,
      h.emit("lt.u", [start, h.zext(size, I256)]),
      [PTR],
      () => [h.trunc(start, PTR)],
      () => [placeBeforeCalldata(m, h, from!, relative, needed)],
    ) as [ValueId];
    if (irTypes(type).length === 1) {
      h.ret([offset]);
      return;
    }
    const length = h.emit("calldata.load", [offset], I256);
    refuseIf(m, h, exceedsPtr(h, length), "Invalid calldata tail length");
    const data = offsetPtr(h, offset, 32);
    const stride = type.kind === "bytes" ? 1 : headSize(m.program, (type as ArrayType).element);
    const bytes = h.emit("mul", [length, h.const(I256, stride)]);
    // Before call data the length is zero.
    refuseIf(m, h, h.emit("gt.u", [bytes, h.zext(h.emit("sub", [size, data]), I256)]), "Calldata tail too short");
    h.ret([data, h.trunc(length, PTR)]);
  });
  return b.call(func, [base, head]);
}

/** The place of a tail that begins before call data does, or behind a base that does. What would reach around to call data is refused. */
function placeBeforeCalldata(m: ModuleContext, b: Builder, from: ValueId, relative: ValueId, needed: number): ValueId {
  const func = m.helper("calldata_before", [PTR, I256, PTR], [PTR], (h, [base, offset, size]) => {
    const place = h.emit("add", [h.trunc(offset!, PTR), base!]);
    const isFar = h.emit("lt.s", [offset!, h.const(I256, FAR)]);
    const isLeast = h.emit("lt.s", [offset!, h.const(I256, LEAST_WORD - FAR)]);
    const reachesAround = h.emit("ge.s", [h.emit("add", [place, size!]), h.const(PTR, 0)]);
    refuseIf(m, h, h.emit("and", [reachesAround, h.emit("eq", [isFar, h.const(1, 0)])]), "Invalid calldata tail offset");
    const least = h.emit("xor", [place, h.const(PTR, LEAST_PTR)]);
    h.ret([h.emit("select", [isLeast, least, h.emit("select", [isFar, h.const(PTR, FAR), place])])]);
  });
  return b.call(func, [from, relative, b.const(PTR, needed)])[0]!;
}

/** Number of elements of a calldata array as i64. */
export function calldataLength(b: Builder, value: Value): ValueId {
  const type = value.type;
  if (type.kind === "array" && type.length !== undefined) return b.const(PTR, type.length);
  return value.ids[1]!;
}

/** `x[i]` of a calldata array, slice or bytes, with the bounds check (Panic 0x32). */
export function calldataIndex(m: ModuleContext, b: Builder, value: Value, index: ValueId): Value {
  const type = value.type.kind === "arraySlice" ? value.type.array : value.type;
  if (type.kind !== "array" && type.kind !== "bytes") throw new InternalError("only arrays are indexed");
  const i = checkIndex(b, index, calldataLength(b, { type: type.kind === "array" ? type : value.type, ids: value.ids }));
  return calldataElement(m, b, type, value.ids[0]!, i);
}

/** Element `index` (i64, in bounds) of a calldata array that starts at `data`. */
export function calldataElement(m: ModuleContext, b: Builder, type: ArrayType | BytesType, data: ValueId, index: ValueId): Value {
  if (type.kind === "bytes") {
    // The byte stands at the word's high end.
    const word = b.emit("calldata.load", [addPtr(b, data, index)], I256);
    return fromWord(b, { kind: "fixedBytes", size: 1 }, word);
  }
  const element = elementType(type);
  return loadCalldata(m, b, element, data, addPtr(b, data, mulPtr(b, index, headSize(m.program, element))));
}

/** `s.member` of a calldata struct. */
export function calldataMember(m: ModuleContext, b: Builder, value: Value, index: number): Value {
  const type = value.type as StructType;
  const member = structMembers(m.program, type)[index]!;
  const base = value.ids[0]!;
  return loadCalldata(m, b, member.type, base, offsetPtr(b, base, memberHeadOffset(m.program, type.definition, index)));
}

/** `x[start:end]` with solc's checks: start <= end <= length, else a revert without data. Bounds are i256. */
export function calldataSlice(m: ModuleContext, b: Builder, value: Value, start: ValueId | undefined, end: ValueId | undefined): Value {
  const array = value.type.kind === "arraySlice" ? value.type.array : (value.type as ArrayType | BytesType);
  const length = calldataLength(b, { type: array, ids: value.ids });
  const from = start ?? b.const(I256, 0);
  const to = end ?? b.zext(length, I256);
  refuseIf(m, b, b.emit("gt.u", [from, to]), "Slice starts after end");
  refuseIf(m, b, b.emit("gt.u", [to, b.zext(length, I256)]), "Slice is greater than length");
  const stride = array.kind === "bytes" ? 1 : headSize(m.program, array.element);
  const first = b.trunc(from, PTR);
  const offset = addPtr(b, value.ids[0]!, mulPtr(b, first, stride));
  return { type: { kind: "arraySlice", array }, ids: [offset, b.emit("sub.nuw", [b.trunc(to, PTR), first])] };
}
