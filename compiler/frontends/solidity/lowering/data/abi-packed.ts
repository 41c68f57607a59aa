/**
 * The encodings without heads: `abi.encodePacked`, and the one that indexed event arguments of reference type are hashed in
 * (elements and members one after another, each padded to words, without lengths).
 */
import { InternalError } from "../../../../diagnostics/diagnostic.js";
import type { Builder } from "../../../../ir/builder.js";
import type { ValueId } from "../../../../ir/module.js";
import { PTR } from "../../../../ir/ops.js";
import type { ModuleContext } from "../context.js";
import type { ArrayType, SolType } from "../../semantics/types.js";
import { irTypes, isValueType, underlying, type Value } from "../values.js";
import { calldataMember } from "./calldata.js";
import { emitFold } from "./control.js";
import { arrayReader, copyBytes } from "./abi-encode.js";
import { loadMemory, memoryData, memoryMember, storeLiteral } from "./memory.js";
import { isReference, structMembers, typeKey } from "./shapes.js";
import { loadStorage, storageMember } from "./storage.js";
import { addPtr, mulPtr, offsetPtr, roundUp32, storeMemoryWord, toField } from "./words.js";

/** Writes `abi.encodePacked(values...)` at `start` and gives its end. Up to 32 bytes behind the end are overwritten. */
export function encodePacked(m: ModuleContext, b: Builder, values: readonly Value[], start: ValueId): ValueId {
  let at = start;
  for (const value of values) at = packedValue(m, b, value, at);
  return at;
}

function packedValue(m: ModuleContext, b: Builder, value: Value, at: ValueId): ValueId {
  const type = value.type.kind === "arraySlice" ? value.type.array : underlying(value.type);
  if (type.kind === "stringLiteral") {
    b.emit("mem.ensure", [at, b.const(PTR, type.value.length + 64)]);
    storeLiteral(m, b, at, type.value);
    return offsetPtr(b, at, type.value.length);
  }
  if (type.kind === "bytes") {
    const length = copyBytes(m, b, type, { type, ids: value.ids }, at, (n) => b.emit("mem.ensure", [at, offsetPtr(b, n, 64)]));
    return addPtr(b, at, length);
  }
  if (type.kind === "array") return elementsInPlace(m, b, type, { type, ids: value.ids }, at);
  const bytes = m.layouts.packedBytes(type);
  if (bytes === undefined) throw new InternalError(`'${type.kind}' has no packed encoding`);
  b.emit("mem.ensure", [at, b.const(PTR, 64)]);
  if (bytes === 1) b.emit("mem.store.byte", [at, b.zext(value.ids[0]!, 8)]);
  else {
    const field = toField(b, value);
    b.emit("mem.store", [at, bytes === 32 ? field : b.emit("shl", [field, b.const(PTR, 256 - 8 * bytes)])]);
  }
  return offsetPtr(b, at, bytes);
}

/** Elements of an array, each padded to words. */
function elementsInPlace(m: ModuleContext, b: Builder, type: ArrayType, value: Value, at: ValueId): ValueId {
  const func = m.helper(`encode_elements_${typeKey(type)}`, [...irTypes(type), PTR], [PTR], (h, args) => {
    const reader = arrayReader(m, h, type, { type, ids: args.slice(0, -1) });
    if (m.ignoresDirt && isValueType(type.element) && type.location === "memory") {
      const size = mulPtr(h, reader.length, 32);
      const to = args[args.length - 1]!;
      h.emit("mem.ensure", [to, size]);
      h.emit("mem.copy", [to, memoryData(h, type, args[0]!), size]);
      h.ret([addPtr(h, to, size)]);
      return;
    }
    const [end] = emitFold(h, reader.length, [PTR], [args[args.length - 1]!], (i, [next]) => [encodePadded(m, h, reader.element(i), next!)]);
    h.ret([end!]);
  });
  return b.call(func, [...value.ids, at])[0]!;
}

/** A value padded to words: references in place, `bytes` padded with zeros. */
function encodePadded(m: ModuleContext, b: Builder, value: Value, at: ValueId): ValueId {
  const type = underlying(value.type);
  if (type.kind === "bytes") {
    const length = copyBytes(m, b, type, value, at, (n) => b.emit("mem.ensure", [at, offsetPtr(b, n, 64)]));
    return addPtr(b, at, roundUp32(b, length));
  }
  if (type.kind === "array") return elementsInPlace(m, b, type, value, at);
  if (type.kind === "struct") return structInPlace(m, b, value, at);
  b.emit("mem.ensure", [at, b.const(PTR, 32)]);
  storeMemoryWord(b, at, value);
  return offsetPtr(b, at, 32);
}

function structInPlace(m: ModuleContext, b: Builder, value: Value, at: ValueId): ValueId {
  const type = underlying(value.type);
  if (type.kind !== "struct") throw new InternalError("no struct");
  let next = at;
  for (const member of structMembers(m.program, type)) {
    let source: Value;
    if (type.location === "memory") source = loadMemory(m, b, member.type, memoryMember(b, value.ids[0]!, member.place));
    else if (type.location === "calldata") source = calldataMember(m, b, value, member.index);
    else source = loadStorage(m, b, member.type, storageMember(m, b, type, value.ids[0]!, member.index));
    next = encodePadded(m, b, source, next);
  }
  return next;
}

/** The topic of an indexed event argument of reference type: the hash of its encoding in place. */
export function topicHash(m: ModuleContext, b: Builder, value: Value): ValueId {
  const start = b.emit("mem.free", []);
  const type: SolType = value.type.kind === "arraySlice" ? value.type.array : underlying(value.type);
  let end: ValueId;
  if (type.kind === "bytes" || type.kind === "stringLiteral") end = packedValue(m, b, value, start);
  else if (isReference(type)) end = encodePadded(m, b, { type, ids: value.ids }, start);
  else throw new InternalError(`'${type.kind}' is its own topic`);
  return b.emit("mem.keccak", [start, b.emit("sub.nuw", [end, start])]);
}
