/**
 * `a[i]`, `s.member`, `a[x:y]`: where elements, entries and members lie. Bases in storage and memory give places; in call data, where
 * nothing can be assigned, values.
 */
import { InternalError } from "../../../../diagnostics/diagnostic.js";
import type { ValueId } from "../../../../ir/module.js";
import { I256 } from "../../../../ir/ops.js";
import type { IndexAccess, IndexRangeAccess, MemberAccess, VariableDeclaration } from "../../syntax/ast.js";
import type { ArrayType, BytesType, MappingType, StructType } from "../../semantics/types.js";
import type { Body } from "../body.js";
import { BYTES1, UINT256 } from "../common-types.js";
import { calldataIndex, calldataMember, calldataSlice } from "../data/calldata.js";
import { encodePacked } from "../data/abi-packed.js";
import { panicIf } from "../data/control.js";
import { checkMember } from "../data/convert.js";
import { memoryIndex, memoryMember } from "../data/memory.js";
import { atLocation, elementType, structMembers } from "../data/shapes.js";
import { mappingSlot, placeAt, storageBytesIndex, storageIndex, storageMember } from "../data/storage.js";
import type { Place } from "../place.js";
import { underlying, type Value } from "../values.js";

/** Where `base[index]` lies. */
export function indexPlace(f: Body, e: IndexAccess): Place {
  if (!e.index) throw new InternalError("an array type is no value", e.span);
  const base = f.expr(e.base);
  const type = base.type.kind === "arraySlice" ? base.type : underlying(base.type);
  switch (type.kind) {
    case "mapping":
      return mappingEntry(f, type, base, f.expr(e.index));
    case "array":
      return elementAt(f, type, base, f.exprAs(e.index, UINT256).ids[0]!);
    case "bytes":
      return byteAt(f, type, base, f.exprAs(e.index, UINT256).ids[0]!);
    case "arraySlice": {
      const element = calldataIndex(f.m, f.b, base, f.exprAs(e.index, UINT256).ids[0]!);
      return { kind: "value", type: element.type, ids: element.ids };
    }
    case "fixedBytes":
      return { kind: "value", type: BYTES1, ids: [fixedByte(f, base, type.size, f.exprAs(e.index, UINT256).ids[0]!)] };
    default:
      throw new InternalError(`'${type.kind}' has no elements`, e.span);
  }
}

function mappingEntry(f: Body, type: MappingType, base: Value, key: Value): Place {
  return { kind: "storage", type: atLocation(type.value, "storage", false), place: placeAt("storage", entrySlot(f, type, base.ids[0]!, checkMember(f.m, f.b, key))) };
}

/** Slot of a mapping's entry. Byte keys that are not in memory are written behind the free pointer, unallocated. */
export function entrySlot(f: Body, type: MappingType, slot: ValueId, key: Value): ValueId {
  const keyType = underlying(type.key);
  if (keyType.kind !== "bytes") return mappingSlot(f.b, type, slot, f.convert(key, type.key));
  const source = underlying(key.type);
  if (source.kind === "bytes" && source.location === "memory") return mappingSlot(f.b, type, slot, { type: source, ids: key.ids });
  const start = f.b.emit("mem.free", []);
  const end = encodePacked(f.m, f.b, [key], start);
  return f.b.emit("slot.map.bytes", [start, f.b.emit("sub.nuw", [end, start]), slot]);
}

function elementAt(f: Body, type: ArrayType, base: Value, index: ValueId): Place {
  const element = elementType(type);
  if (type.location === "memory") return { kind: "memory", type: element, address: memoryIndex(f.b, type, base.ids[0]!, index) };
  if (type.location === "calldata") {
    const value = calldataIndex(f.m, f.b, base, index);
    return { kind: "value", type: value.type, ids: value.ids };
  }
  return { kind: "storage", type: element, place: storageIndex(f.m, f.b, type, base.ids[0]!, index) };
}

function byteAt(f: Body, type: BytesType, base: Value, index: ValueId): Place {
  if (type.location === "memory") return { kind: "memoryByte", type: BYTES1, address: memoryIndex(f.b, type, base.ids[0]!, index) };
  if (type.location === "calldata") {
    const value = calldataIndex(f.m, f.b, base, index);
    return { kind: "value", type: value.type, ids: value.ids };
  }
  return { kind: "storage", type: BYTES1, place: storageBytesIndex(f.m, f.b, type, base.ids[0]!, index) };
}

/** `x[i]` of a bytesN: Panic(0x32) where i >= N. */
function fixedByte(f: Body, base: Value, size: number, index: ValueId): ValueId {
  const { b } = f;
  panicIf(b, b.emit("ge.u", [index, b.const(I256, size)]), 0x32);
  const distance = b.emit("sub.nuw", [b.const(8, size - 1), b.trunc(index, 8)]);
  const shifted = b.emit("shr.u", [base.ids[0]!, b.emit("shl", [distance, b.const(8, 3)])]);
  return b.trunc(shifted, 8);
}

/** Where `s.member` lies, for a struct value. */
export function memberPlace(f: Body, e: MemberAccess, member: VariableDeclaration): Place {
  const base = f.expr(e.expression);
  const type = underlying(base.type);
  if (type.kind !== "struct") throw new InternalError(`'${type.kind}' has no members in storage or memory`, e.span);
  const index = type.definition.members.indexOf(member);
  if (index < 0) throw new InternalError(`'${member.name}' is no member of '${type.definition.name}'`, e.span);
  return structMember(f, type, base, index);
}

export function structMember(f: Body, type: StructType, base: Value, index: number): Place {
  const member = structMembers(f.program, type).find((candidate) => candidate.index === index)!;
  const id = base.ids[0]!;
  if (type.location === "memory") return { kind: "memory", type: member.type, address: memoryMember(f.b, id, member.place) };
  if (type.location === "calldata") {
    const value = calldataMember(f.m, f.b, base, index);
    return { kind: "value", type: value.type, ids: value.ids };
  }
  return { kind: "storage", type: member.type, place: storageMember(f.m, f.b, type, id, index) };
}

/** `x[start:end]` of call data. */
export function slice(f: Body, e: IndexRangeAccess): Value {
  const base = f.expr(e.base);
  const start = e.start ? f.exprAs(e.start, UINT256).ids[0]! : undefined;
  const end = e.end ? f.exprAs(e.end, UINT256).ids[0]! : undefined;
  return calldataSlice(f.m, f.b, base, start, end);
}
