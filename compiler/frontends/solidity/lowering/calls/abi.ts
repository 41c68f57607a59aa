/** `abi.encode...`, `abi.decode`, `bytes.concat`, `string.concat`, and hashing of their results without allocating them. */
import { InternalError } from "../../../../diagnostics/diagnostic.js";
import type { ValueId } from "../../../../ir/module.js";
import { I256, PTR } from "../../../../ir/ops.js";
import type { Expression, FunctionCall } from "../../syntax/ast.js";
import type { FunctionType, SolType } from "../../semantics/types.js";
import type { Body } from "../body.js";
import { BYTES4, STRING_MEMORY, tupleOf } from "../common-types.js";
import { abiDecode } from "../data/abi-decode.js";
import { abiEncode } from "../data/abi-encode.js";
import { encodePacked } from "../data/abi-packed.js";
import { splitTuple } from "../data/convert.js";
import { atLocation } from "../data/shapes.js";
import { addPtr, offsetPtr, roundUp32 } from "../data/words.js";
import { functionSelector, selectorOfSignature } from "../signatures.js";
import { underlying, type Value } from "../values.js";
import { packedRange } from "./bare.js";
import { calleeOf, evaluateArguments } from "./callee.js";
import { encodable, encodableAsIs } from "./encodable.js";

/** What an encoding call writes, once its arguments are evaluated: from an address on, giving the end. */
type Writer = (start: ValueId) => ValueId;

/** Evaluates the arguments of an encoding call; undefined for other calls. */
function encoder(f: Body, e: FunctionCall, type: FunctionType): Writer | undefined {
  switch (type.functionKind) {
    case "abiEncode": {
      const values = evaluateArguments(f, e).map((v) => encodableAsIs(f, v));
      return (start) => abiEncode(f.m, f.b, values, start);
    }
    case "abiEncodePacked":
    case "bytesConcat":
    case "stringConcat": {
      const values = evaluateArguments(f, e).map((v) => encodableAsIs(f, v));
      return (start) => encodePacked(f.m, f.b, values, start);
    }
    case "abiEncodeWithSelector": {
      const [selector, ...values] = evaluateArguments(f, e);
      if (!selector) throw new InternalError("no selector to encode", e.span);
      return withSelector(
        f,
        selectorAsWord(f, f.convert(selector, BYTES4).ids[0]!),
        values.map((v) => encodableAsIs(f, v)),
      );
    }
    case "abiEncodeWithSignature": {
      const [signature, ...values] = evaluateArguments(f, e);
      if (!signature) throw new InternalError("no signature to encode", e.span);
      return withSelector(
        f,
        signatureSelector(f, signature),
        values.map((v) => encodableAsIs(f, v)),
      );
    }
    case "abiEncodeCall":
      return encodeCall(f, e);
    default:
      return undefined;
  }
}

function selectorAsWord(f: Body, selector: ValueId): ValueId {
  return f.b.emit("shl", [f.b.zext(selector, I256), f.b.const(PTR, 224)]);
}

/** The hash of a signature string; only its first four bytes matter, since the arguments are written over the rest. */
function signatureSelector(f: Body, signature: Value): ValueId {
  if (signature.type.kind === "stringLiteral") {
    const text = new TextDecoder("utf-8").decode(signature.type.value);
    return f.b.const(I256, BigInt(selectorOfSignature(text)) << 224n);
  }
  const [start, length] = packedRange(f, [f.convert(signature, STRING_MEMORY)]);
  return f.b.emit("and", [f.b.emit("mem.keccak", [start, length]), f.b.const(I256, 0xffffffffn << 224n)]);
}

function withSelector(f: Body, selector: ValueId, values: readonly Value[]): Writer {
  return (start) => {
    f.b.emit("mem.store", [start, selector]);
    return abiEncode(f.m, f.b, values, offsetPtr(f.b, start, 4));
  };
}

/** `abi.encodeCall(f, (args))`: the selector of a named function or of an external function value. */
function encodeCall(f: Body, e: FunctionCall): Writer {
  const [callee, list] = e.arguments;
  const type = callee ? f.typeOf(callee) : undefined;
  if (!callee || !list || type?.kind !== "function") throw new InternalError("abi.encodeCall without a function", e.span);
  const pointer = f.expr(callee);
  const values = splitTuple(f.expr(list));
  const { declaration } = type;
  let selector: ValueId;
  if (pointer.ids.length === 2) selector = selectorAsWord(f, pointer.ids[1]!);
  else {
    if (declaration?.kind !== "FunctionDefinition" && declaration?.kind !== "VariableDeclaration") throw new InternalError("abi.encodeCall of a nameless function", e.span);
    selector = f.b.const(I256, BigInt(functionSelector(f.program, declaration)) << 224n);
  }
  return withSelector(
    f,
    selector,
    values.map((v, i) => encodable(f, v, type.parameters[i]!)),
  );
}

/** `abi.encode(...)` and its like as fresh bytes. */
export function encodedBytes(f: Body, e: FunctionCall, type: FunctionType): Value {
  const write = encoder(f, e, type);
  if (!write) throw new InternalError(`'${type.functionKind}' encodes nothing`, e.span);
  const { b } = f;
  const pointer = b.emit("mem.free", []);
  const data = offsetPtr(b, pointer, 32);
  const length = b.emit("sub.nuw", [write(data), data]);
  b.emit("mem.store", [pointer, length]);
  b.emit("mem.alloc", [offsetPtr(b, roundUp32(b, length), 32)]);
  return { type: f.typeOf(e), ids: [pointer] };
}

/**
 * Address and length of the bytes that an expression gives, for use at once: encodings are written behind the free pointer and not
 * allocated; other bytes stay where they are in memory, or are copied there likewise.
 */
export function bytesRange(f: Body, e: Expression): [ValueId, ValueId] {
  const inner = calleeOf(e);
  if (inner.kind === "FunctionCall" && f.program.callInfo(inner).kind === "call") {
    const type = f.typeOf(calleeOf(inner.expression));
    const write = type.kind === "function" ? encoder(f, inner, type) : undefined;
    if (write) {
      const start = f.b.emit("mem.free", []);
      return [start, f.b.emit("sub.nuw", [write(start), start])];
    }
  }
  return packedRange(f, [f.expr(e)]);
}

/** `abi.decode(data, (T, U))`. */
export function decode(f: Body, e: FunctionCall): Value {
  const { b } = f;
  const [argument] = e.arguments;
  if (!argument) throw new InternalError("abi.decode without data", e.span);
  const result = f.typeOf(e);
  const components = result.kind === "tuple" ? result.components : [result];
  const types = components.map((c): SolType => {
    if (!c) throw new InternalError("abi.decode of no type", e.span);
    return atLocation(c, "memory");
  });
  const data = f.expr(argument);
  const source = data.type.kind === "arraySlice" ? data.type.array : underlying(data.type);
  let values: Value[];
  if (source.kind === "bytes" && source.location === "calldata") {
    values = abiDecode(f.m, b, types, "calldata", data.ids[0]!, addPtr(b, data.ids[0]!, data.ids[1]!));
  } else {
    const pointer = f.convert(data, { kind: "bytes", isString: false, location: "memory", pointer: true }).ids[0]!;
    const start = offsetPtr(b, pointer, 32);
    values = abiDecode(f.m, b, types, "memory", start, addPtr(b, start, b.emit("mem.load", [pointer], PTR)));
  }
  return { type: tupleOf(types), ids: values.flatMap((v) => [...v.ids]) };
}
