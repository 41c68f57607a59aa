/**
 * `new C(args)`: the creation code of C, copied behind the free pointer, with the encoded arguments behind it; and `new T[](n)`.
 */
import { InternalError } from "../../../../diagnostics/diagnostic.js";
import { I160, I256 } from "../../../../ir/ops.js";
import type { FunctionCall } from "../../syntax/ast.js";
import type { FunctionType } from "../../semantics/types.js";
import type { Body, TryCall } from "../body.js";
import { tupleOf, UINT256 } from "../common-types.js";
import { abiEncode } from "../data/abi-encode.js";
import { emitIf } from "../data/control.js";
import { newArray } from "../data/memory.js";
import { revertForward } from "../data/revert.js";
import { addPtr, offsetPtr } from "../data/words.js";
import { underlying, type Value } from "../values.js";
import { callOptions, evaluateArguments } from "./callee.js";
import { encodable } from "./encodable.js";

/** `new C(args)`; failure reverts with the constructor's data. */
export function creation(f: Body, e: FunctionCall, type: FunctionType): Value {
  const { success, decode } = tryCreation(f, e, type);
  emitIf(f.b, f.b.emit("not", [success]), () => revertForward(f.b));
  return decode();
}

/** `new C(args)` inside `try`. */
export function tryCreation(f: Body, e: FunctionCall, type: FunctionType): TryCall {
  const { b } = f;
  const result = tupleOf(type.returns);
  if (result.kind !== "contract") throw new InternalError("new creates something that is no contract", e.span);
  const options = callOptions(f, e);
  const args = evaluateArguments(f, e).map((v, i) => encodable(f, v, type.parameters[i]!));
  const object = f.program.contractInfo(result.definition).fullName;
  const start = b.emit("mem.free", []);
  const size = b.emit("object.size", [], undefined, { object });
  // Encoders rely on some room for the head behind the code.
  b.emit("mem.ensure", [start, offsetPtr(b, size, 1024)]);
  b.emit("object.copy", [start], undefined, { object });
  const end = abiEncode(f.m, b, args, addPtr(b, start, size));
  const length = b.emit("sub.nuw", [end, start]);
  const value = options.value ?? b.const(I256, 0);
  const address = options.salt ? b.emit("ext.create2", [value, start, length, options.salt]) : b.emit("ext.create", [value, start, length]);
  const success = b.emit("ne", [address, b.const(I160, 0)]);
  return { success, decode: () => ({ type: result, ids: [address] }) };
}

/** `new uint[](n)`, `new bytes(n)`: zeroed, in memory. */
export function objectCreation(f: Body, e: FunctionCall): Value {
  const type = underlying(f.typeOf(e));
  const [length] = e.arguments;
  if ((type.kind !== "array" && type.kind !== "bytes") || !length) throw new InternalError("new creates something that is no array", e.span);
  return { type, ids: [newArray(f.m, f.b, type, f.exprAs(length, UINT256).ids[0]!)] };
}
