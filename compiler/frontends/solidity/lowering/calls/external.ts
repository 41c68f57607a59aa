/**
 * Message calls with an ABI: of functions of other contracts (call, staticcall for view and pure functions) and of external library
 * functions (delegatecall). Arguments are encoded behind the free pointer without allocating; results are decoded from there.
 *
 *   no code at the address, where no results are expected   -> revert without data (before 0.8 whatever is expected)
 *   the call fails                                          -> its revert data is forwarded
 *   the return data does not decode                         -> revert without data
 */
import { InternalError } from "../../../../diagnostics/diagnostic.js";
import type { ValueId } from "../../../../ir/module.js";
import { I256, PTR } from "../../../../ir/ops.js";
import type { FunctionCall } from "../../syntax/ast.js";
import type { FunctionType } from "../../semantics/types.js";
import type { Body, TryCall } from "../body.js";
import { tupleOf } from "../common-types.js";
import { abiDecode } from "../data/abi-decode.js";
import { abiEncode } from "../data/abi-encode.js";
import { emitIf } from "../data/control.js";
import { refuseIf } from "../data/reasons.js";
import { revertForward, selectorWord } from "../data/revert.js";
import { atLocation, headSize, isDynamic, isSlotReference } from "../data/shapes.js";
import { addPtr, offsetPtr, roundUp32 } from "../data/words.js";
import { functionSelector } from "../signatures.js";
import { isValueType, type Value } from "../values.js";
import { encodable } from "./encodable.js";
import { calleeOf, callOptions, evaluateArguments, freeParameters, objectOf, type CallOptions } from "./callee.js";

/** An external call; its failure reverts with the callee's data. */
export function externalCall(f: Body, e: FunctionCall, type: FunctionType): Value {
  const call = startCall(f, e, type);
  emitIf(f.b, f.b.emit("not", [call.success]), () => revertForward(f.b));
  return call.decode();
}

/** An external call inside `try`. */
export function tryExternalCall(f: Body, e: FunctionCall, type: FunctionType): TryCall {
  return startCall(f, e, type);
}

interface Callee {
  readonly address: ValueId;
  /** The selector at the high end of a word. */
  readonly selector: ValueId;
  readonly options: CallOptions;
  /** The object of a bound library function. */
  readonly object?: Value;
}

function startCall(f: Body, e: FunctionCall, type: FunctionType): TryCall {
  const { b } = f;
  const isDelegate = type.functionKind === "delegatecall";
  const callee = isDelegate ? libraryCallee(f, e, type) : contractCallee(f, e);
  const values = evaluateArguments(f, e);
  const parameters = freeParameters(type);
  const args = [...(callee.object ? [f.convert(callee.object, type.parameters[0]!)] : []), ...values.map((v, i) => encodable(f, v, parameters[i]!))];
  // The parameter decides: a variable in storage is copied for a parameter in memory.
  const slots = isDelegate ? (callee.object ? type.parameters : parameters).map(isSlotReference) : [];
  // Debug builds always look, so that they can say so.
  if (f.isOldCode || returnHead(f, type) === 0 || f.m.options.revertStrings === "debug")
    refuseIf(f.m, b, b.emit("eq", [b.emit("extcode.size", [callee.address]), b.const(PTR, 0)]), "Target contract does not contain code");
  const start = b.emit("mem.free", []);
  b.emit("mem.store", [start, callee.selector]);
  const end = abiEncode(f.m, b, args, offsetPtr(b, start, 4), { slots });
  const success = sendCall(f, type, callee, start, end);
  return { success, decode: () => decodeResults(f, type, start) };
}

function contractCallee(f: Body, e: FunctionCall): Callee {
  const [address, selector] = f.expr(calleeOf(e.expression)).ids;
  if (address === undefined || selector === undefined) throw new InternalError("the callee is no external function", e.span);
  const word = f.b.emit("shl", [f.b.zext(selector, I256), f.b.const(PTR, 224)]);
  return { address, selector: word, options: callOptions(f, e) };
}

function libraryCallee(f: Body, e: FunctionCall, type: FunctionType): Callee {
  const { declaration } = type;
  if (declaration?.kind !== "FunctionDefinition") throw new InternalError("a library function has no declaration", e.span);
  const library = f.program.contractOf(declaration);
  if (!library) throw new InternalError("a library function is outside a library", e.span);
  const object = type.bound ? f.expr(objectOf(e)) : undefined;
  const options = callOptions(f, e);
  const address = f.b.emit("library.address", [], undefined, { library: f.program.contractInfo(library).fullName });
  return { address, selector: selectorWord(f.b, functionSelector(f.program, declaration)), options, object };
}

function sendCall(f: Body, type: FunctionType, callee: Callee, start: ValueId, end: ValueId): ValueId {
  const { b } = f;
  const gas = callee.options.gas ?? b.zext(b.emit("env.gas", []), I256);
  const out = outSize(f, type);
  if (out > 1024) b.emit("mem.ensure", [start, b.const(PTR, out)]);
  const range = [start, b.emit("sub.nuw", [end, start]), start, b.const(PTR, out)];
  if (type.functionKind === "delegatecall") return b.emit("ext.delegatecall", [gas, callee.address, ...range]);
  if (type.mutability === "view" || type.mutability === "pure") return b.emit("ext.staticcall", [gas, callee.address, ...range]);
  return b.emit("ext.call", [gas, callee.address, callee.options.value ?? b.const(I256, 0), ...range]);
}

/** Bytes of the results' heads: 0 where none are expected. */
function returnHead(f: Body, type: FunctionType): number {
  return type.returns.reduce((sum, t) => sum + (isSlotReference(t) ? 32 : headSize(f.program, t)), 0);
}

/** Bytes that the call itself copies: the whole return data where its size is known. */
function outSize(f: Body, type: FunctionType): number {
  return type.returns.some((t) => !isSlotReference(t) && isDynamic(f.program, t)) ? 0 : returnHead(f, type);
}

function decodeResults(f: Body, type: FunctionType, start: ValueId): Value {
  const { b } = f;
  const types = type.returns.map((t) => (isSlotReference(t) ? t : atLocation(t, "memory")));
  const result = tupleOf(types);
  if (types.length === 0) return { type: result, ids: [] };
  const returned = b.emit("returndata.size", []);
  const expected = outSize(f, type);
  let size = returned;
  if (expected > 0) {
    const wanted = b.const(PTR, expected);
    size = b.emit("select", [b.emit("lt.u", [returned, wanted]), returned, wanted]);
  } else {
    b.emit("mem.ensure", [start, returned]);
    b.emit("returndata.copy", [start, b.const(PTR, 0), returned]);
  }
  // Values are read before anything is allocated; memory objects must not be laid over the data that they are made from.
  if (!types.every((t) => isValueType(t) || isSlotReference(t))) b.emit("mem.alloc", [roundUp32(b, size)]);
  const values = abiDecode(f.m, b, types, "memory", start, addPtr(b, start, size));
  return { type: result, ids: values.flatMap((v) => [...v.ids]) };
}
