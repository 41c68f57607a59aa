/** Function calls by what they are: conversions, struct constructors, and calls by the kind of function. */
import { InternalError } from "../../../../diagnostics/diagnostic.js";
import { PTR } from "../../../../ir/ops.js";
import type { FunctionCall } from "../../syntax/ast.js";
import type { FunctionType } from "../../semantics/types.js";
import type { Body, TryCall } from "../body.js";
import { memoryMember, storeMemory } from "../data/memory.js";
import { structMembers } from "../data/shapes.js";
import { underlying, type Value } from "../values.js";
import { bareCall, sendValue } from "./bare.js";
import { builtinCall } from "./builtins.js";
import { calleeOf, evaluateArguments } from "./callee.js";
import { creation, objectCreation, tryCreation } from "./create.js";
import { emitEvent } from "./event.js";
import { externalCall, tryExternalCall } from "./external.js";
import { failCall } from "./fail.js";
import { internalCall } from "./internal.js";

export function functionCall(f: Body, e: FunctionCall): Value {
  const info = f.program.callInfo(e);
  if (info.kind === "typeConversion") return conversion(f, e);
  if (info.kind === "structConstructor") return structConstructor(f, e);
  const type = calledType(f, e);
  switch (type.functionKind) {
    case "internal":
      return internalCall(f, e, info, type);
    case "external":
    case "delegatecall":
      return externalCall(f, e, type);
    case "creation":
      return creation(f, e, type);
    case "objectCreation":
      return objectCreation(f, e);
    case "bareCall":
    case "bareCallCode":
    case "bareDelegateCall":
    case "bareStaticCall":
      return bareCall(f, e, type);
    case "send":
    case "transfer":
      return sendValue(f, e, type);
    case "event":
      emitEvent(f, e);
      return { type: { kind: "tuple", components: [] }, ids: [] };
  }
  const value = failCall(f, e, type) ?? builtinCall(f, e, type);
  return value ?? f.unsupported(`a call of '${type.functionKind}'`, e.span);
}

function calledType(f: Body, e: FunctionCall): FunctionType {
  const type = f.program.callInfo(e).functionType ?? f.typeOf(e.expression);
  if (type.kind !== "function") throw new InternalError(`a '${type.kind}' is called`, e.span);
  return type;
}

/** `T(x)`. */
function conversion(f: Body, e: FunctionCall): Value {
  const [argument] = e.arguments;
  if (!argument) throw new InternalError("a conversion without a value", e.span);
  const from = f.typeOf(argument);
  if (from.kind !== "type" || from.actual.kind !== "contract") return f.exprAs(argument, f.typeOf(e));
  // `address(L)`: where the library was linked to.
  const library = f.program.contractInfo(from.actual.definition).fullName;
  return { type: f.typeOf(e), ids: [f.b.emit("library.address", [], undefined, { library })] };
}

/** `S(a, b)`: a fresh struct in memory. */
function structConstructor(f: Body, e: FunctionCall): Value {
  const type = underlying(f.typeOf(e));
  if (type.kind !== "struct") throw new InternalError("a struct constructor makes no struct", e.span);
  const inMemory = { ...type, location: "memory" as const };
  const values = evaluateArguments(f, e);
  const members = structMembers(f.program, inMemory);
  // Nested objects are allocated by the conversions, before the struct itself.
  const converted = members.map((member, i) => f.convert(values[i]!, member.type));
  const pointer = f.b.emit("mem.alloc", [f.b.const(PTR, 32 * members.length)]);
  members.forEach((_, i) => storeMemory(f.m, f.b, memoryMember(f.b, pointer, i), converted[i]!));
  return { type: inMemory, ids: [pointer] };
}

/** The call of a `try` statement. */
export function tryCall(f: Body, e: FunctionCall): TryCall {
  const type = calledType(f, e);
  if (calleeOf(e.expression).kind === "NewExpression" || type.functionKind === "creation") return tryCreation(f, e, type);
  if (type.functionKind === "external" || type.functionKind === "delegatecall") return tryExternalCall(f, e, type);
  throw new InternalError("try without an external call", e.span);
}
