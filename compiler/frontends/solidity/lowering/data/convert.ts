/**
 * Conversions between Solidity types, implicit and explicit: value types change width or alignment, literals become
 * constants, references move to memory by copying. The checker has already decided that the conversion is allowed.
 */
import { InternalError } from "../../../../diagnostics/diagnostic.js";
import type { Builder } from "../../../../ir/builder.js";
import type { ValueId } from "../../../../ir/module.js";
import { I1, I256, PTR } from "../../../../ir/ops.js";
import type { ModuleContext } from "../context.js";
import type { FixedBytesType, RationalType, SolType } from "../../semantics/types.js";
import { fixedPointUnsupported, isSigned, underlying, widthOf, type Value } from "../values.js";
import { emitIfElse, panicIf } from "./control.js";
import { copyToMemory } from "./copy-to-memory.js";
import { literalToMemory, literalWord } from "./memory.js";
import { isReference } from "./shapes.js";
import { bytesLength, loadSlot, regionOf } from "./storage.js";

/** Converts a value to a type. */
export function convert(m: ModuleContext, b: Builder, value: Value, to: SolType): Value {
  const from = underlying(value.type);
  const target = underlying(to);
  if (from.kind === "fixedPoint" || target.kind === "fixedPoint") return fixedPointUnsupported();
  if (from.kind === "tuple" && target.kind === "tuple") return convertTuple(m, b, value, to);
  if (from.kind === "rational") return { type: to, ids: [rationalConstant(b, from, target)] };
  if (from.kind === "stringLiteral") return convertLiteral(m, b, from.value, to);
  if (isReference(target)) return convertReference(m, b, value, to);
  if (isReference(from) || from.kind === "arraySlice") return { type: to, ids: [bytesToFixed(m, b, value, target as FixedBytesType)] };
  if (from.kind === "function" && target.kind === "address") return { type: to, ids: value.ids.slice(0, 1) };
  if (from.kind === "mapping" || from.kind === "function") return { type: to, ids: value.ids };
  if (target.kind !== "enum") checkMember(m, b, value);
  return { type: to, ids: [convertScalar(b, value, from, target)] };
}

/** What the old coder decoded as an enum may be none of its members: before 0.8 using the value shows that. Values of other types pass. */
export function checkMember(m: ModuleContext, b: Builder, value: Value): Value {
  if (m.ignoresDirt && value.type.kind === "enum") {
    const { members } = value.type.definition;
    panicIf(b, b.emit("ge.u", [b.zext(value.ids[0]!, 16), b.const(16, members.length)]), 0x21);
  }
  return value;
}

function convertTuple(m: ModuleContext, b: Builder, value: Value, to: SolType): Value {
  const components = to.kind === "tuple" ? to.components : [];
  const parts = splitTuple(value);
  const ids = components.flatMap((c, i) => (c ? [...convert(m, b, parts[i]!, c).ids] : []));
  return { type: to, ids };
}

/** The components of a tuple value; a hole has no IR values. */
export function splitTuple(value: Value): Value[] {
  if (value.type.kind !== "tuple") return [value];
  let next = 0;
  return value.type.components.map((type) => {
    if (!type) return { type: { kind: "tuple", components: [] }, ids: [] };
    const count = componentCount(type);
    const ids = value.ids.slice(next, next + count);
    next += count;
    return { type, ids };
  });
}

function componentCount(type: SolType): number {
  const t = underlying(type);
  if (t.kind === "function") return t.functionKind === "external" ? 2 : 1;
  if (t.kind === "arraySlice") return 2;
  if (t.kind === "tuple") return t.components.reduce((n, c) => n + (c ? componentCount(c) : 0), 0);
  if (t.kind === "stringLiteral" || t.kind === "rational") return 0;
  const twoWords = (t.kind === "bytes" || (t.kind === "array" && t.length === undefined)) && t.location === "calldata";
  return twoWords ? 2 : 1;
}

/** A literal number as a constant of a value type. */
function rationalConstant(b: Builder, from: RationalType, to: SolType): ValueId {
  if (from.denominator !== 1n) throw new InternalError("a fractional literal has no integer value");
  if (to.kind === "bool") throw new InternalError("a number does not convert to bool");
  // Before 0.8 only running the conversion shows that there is no such member.
  if (to.kind === "enum" && (from.numerator < 0n || from.numerator >= BigInt(to.definition.members.length))) {
    panicIf(b, b.const(I1, 1), 0x21);
    return b.const(8, 0);
  }
  // bytesN from a hex literal of the same size, or from 0: its N bytes are the number.
  return b.const(widthOf(to), from.numerator);
}

function convertLiteral(m: ModuleContext, b: Builder, bytes: Uint8Array, to: SolType): Value {
  const target = underlying(to);
  if (target.kind === "fixedBytes") {
    const word = literalWord(bytes, 0) >> BigInt(256 - 8 * target.size);
    return { type: to, ids: [b.const(8 * target.size, word)] };
  }
  if (target.kind === "bytes" && target.location === "memory") return { type: to, ids: [literalToMemory(m, b, bytes)] };
  throw new InternalError(`a string literal does not convert to '${target.kind}'`);
}

function convertReference(m: ModuleContext, b: Builder, value: Value, to: SolType): Value {
  const target = underlying(to);
  if (!isReference(target)) throw new InternalError("no reference type");
  const from = value.type.kind === "arraySlice" ? value.type.array : underlying(value.type);
  if (!isReference(from)) throw new InternalError(`'${from.kind}' does not convert to a reference type`);
  if (from.location === target.location) return { type: to, ids: value.ids };
  if (target.location === "memory") return { type: to, ids: copyToMemory(m, b, target, value).ids };
  throw new InternalError(`a ${from.location} reference does not convert to ${target.location}`);
}

function convertScalar(b: Builder, value: Value, from: SolType, to: SolType): ValueId {
  const id = value.ids[0]!;
  if (from.kind === "fixedBytes" && to.kind === "fixedBytes") return resizeFixedBytes(b, id, from.size, to.size);
  if (to.kind === "enum" && from.kind !== "enum") {
    const wide = isSigned(from) ? b.sext(id, I256) : id;
    const members = to.definition.members.length;
    const width = b.typeOf(wide);
    // A narrow source cannot exceed an enum that has as many members as the source has values.
    if (BigInt(members) < 1n << BigInt(width)) panicIf(b, b.emit("ge.u", [wide, b.const(width, members)]), 0x21);
    return b.resize(id, 8);
  }
  const width = widthOf(to);
  if (b.typeOf(id) < width) return isSigned(from) ? b.sext(id, width) : b.zext(id, width);
  return b.trunc(id, width);
}

/** bytesN keep their first bytes: widening appends zeros, narrowing drops the last ones. */
function resizeFixedBytes(b: Builder, id: ValueId, from: number, to: number): ValueId {
  if (from === to) return id;
  if (from < to) {
    const wide = b.zext(id, 8 * to);
    return b.emit("shl", [wide, b.const(8 * to, 8 * (to - from))]);
  }
  return b.trunc(b.emit("shr.u", [id, b.const(8 * from, 8 * (from - to))]), 8 * to);
}

/** `bytesN(b)` of dynamic bytes: the first N bytes, zeros where it is shorter. */
function bytesToFixed(m: ModuleContext, b: Builder, value: Value, to: FixedBytesType): ValueId {
  const type = value.type.kind === "arraySlice" ? value.type.array : underlying(value.type);
  if (type.kind !== "bytes") throw new InternalError(`'${type.kind}' does not convert to bytesN`);
  const [word, length] = firstWord(m, b, { type, ids: value.ids });
  const isLonger = b.emit("ge.u", [length, b.const(PTR, to.size)]);
  const masked = emitIfElse(
    b,
    isLonger,
    [I256],
    () => [word],
    () => {
      const bits = b.emit("mul.nuw", [length, b.const(PTR, 8)]);
      return [b.emit("and", [word, b.emit("not", [b.emit("shr.u", [b.const(I256, (1n << 256n) - 1n), bits])])])];
    },
  );
  return b.trunc(b.emit("shr.u", [masked[0]!, b.const(I256, 256 - 8 * to.size)]), 8 * to.size);
}

/** The first 32 bytes of dynamic bytes (what follows its end is arbitrary) and its length as i64. */
function firstWord(m: ModuleContext, b: Builder, value: Value): [ValueId, ValueId] {
  const type = underlying(value.type);
  if (type.kind !== "bytes") throw new InternalError("no bytes");
  const id = value.ids[0]!;
  if (type.location === "memory") {
    const length = b.emit("mem.load", [id], PTR);
    const data = b.emit("add.nuw", [id, b.const(PTR, 32)]);
    b.emit("mem.ensure", [data, b.const(PTR, 32)]);
    return [b.emit("mem.load", [data], I256), length];
  }
  if (type.location === "calldata") return [b.emit("calldata.load", [id], I256), value.ids[1]!];
  const slotWord = loadSlot(b, regionOf(type), id);
  const length = bytesLength(m, b, slotWord);
  const short = b.emit("lt.u", [length, b.const(I256, 32)]);
  const word = emitIfElse(
    b,
    short,
    [I256],
    () => [slotWord],
    () => [loadSlot(b, regionOf(type), b.emit("slot.array", [id]))],
  );
  return [word[0]!, b.trunc(length, PTR)];
}
