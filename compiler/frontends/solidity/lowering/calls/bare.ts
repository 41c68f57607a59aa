/** Calls of addresses without an ABI: `call`, `delegatecall`, `staticcall`, `callcode`, `send`, `transfer`. */
import { InternalError } from "../../../../diagnostics/diagnostic.js";
import type { ValueId } from "../../../../ir/module.js";
import { I256, PTR } from "../../../../ir/ops.js";
import type { Expression, FunctionCall } from "../../syntax/ast.js";
import type { FunctionType } from "../../semantics/types.js";
import type { Body } from "../body.js";
import { BOOL, BYTES_MEMORY, tupleOf, UINT256, UNIT } from "../common-types.js";
import { encodePacked } from "../data/abi-packed.js";
import { emitIf, emitIfElse } from "../data/control.js";
import { allocateBytes } from "../data/memory.js";
import { revertForward } from "../data/revert.js";
import { offsetPtr } from "../data/words.js";
import { underlying, type Value } from "../values.js";
import { calleeOf, callOptions, evaluateArguments, objectOf } from "./callee.js";

/** Address and length of data for a call: bytes in memory where they are, everything else packed behind the free pointer. */
export function packedRange(f: Body, values: readonly Value[]): [ValueId, ValueId] {
  const { b } = f;
  const [only] = values;
  const type = only && values.length === 1 ? underlying(only.type) : undefined;
  if (only && type?.kind === "bytes" && type.location === "memory") return [offsetPtr(b, only.ids[0]!, 32), b.emit("mem.load", [only.ids[0]!], PTR)];
  const start = b.emit("mem.free", []);
  const end = encodePacked(f.m, b, values, start);
  return [start, b.emit("sub.nuw", [end, start])];
}

/** `a.call{value: v, gas: g}(data)` and its like -> (success, return data). */
export function bareCall(f: Body, e: FunctionCall, type: FunctionType): Value {
  const success = sendBareCall(f, e, type);
  // Before 0.5 a low-level call gave its success only.
  if (type.returns.length === 1) return { type: BOOL, ids: [success] };
  return { type: tupleOf([BOOL, BYTES_MEMORY]), ids: [success, returnedBytes(f)] };
}

/** The value of an expression whose second component is not wanted: a low-level call then need not copy its return data. */
export function withoutReturnData(f: Body, e: Expression): Value {
  const call = calleeOf(e);
  const type = call.kind === "FunctionCall" && f.program.callInfo(call).kind === "call" ? f.program.callInfo(call).functionType : undefined;
  if (call.kind !== "FunctionCall" || !type || !BARE_CALLS.has(type.functionKind) || type.returns.length !== 2) return f.expr(e);
  const success = f.spanned(call.span, () => sendBareCall(f, call, type));
  return { type: { kind: "tuple", components: [BOOL, undefined] }, ids: [success] };
}

const BARE_CALLS: ReadonlySet<FunctionType["functionKind"]> = new Set(["bareCall", "bareCallCode", "bareDelegateCall", "bareStaticCall"]);

function sendBareCall(f: Body, e: FunctionCall, type: FunctionType): ValueId {
  const { b } = f;
  const target = f.expr(objectOf(e)).ids[0]!;
  const options = callOptions(f, e);
  const [data, length] = packedRange(f, evaluateArguments(f, e));
  const gas = options.gas ?? b.zext(b.emit("env.gas", []), I256);
  const zero = b.const(PTR, 0);
  const range = [data, length, zero, zero];
  const value = options.value ?? b.const(I256, 0);
  if (type.functionKind === "bareDelegateCall") return b.emit("ext.delegatecall", [gas, target, ...range]);
  if (type.functionKind === "bareStaticCall") return b.emit("ext.staticcall", [gas, target, ...range]);
  if (type.functionKind === "bareCallCode") return b.emit("ext.callcode", [gas, target, value, ...range]);
  return b.emit("ext.call", [gas, target, value, ...range]);
}

/** The last call's return data as fresh bytes; the empty ones share the zero slot. */
export function returnedBytes(f: Body): ValueId {
  const func = f.m.helper("returned_bytes", [], [PTR], (b) => {
    const size = b.emit("returndata.size", []);
    const isEmpty = b.emit("eq", [size, b.const(PTR, 0)]);
    const pointer = emitIfElse(
      b,
      isEmpty,
      [PTR],
      () => [b.const(PTR, 0x60)],
      () => {
        const bytes = allocateBytes(b, size);
        b.emit("returndata.copy", [offsetPtr(b, bytes, 32), b.const(PTR, 0), size]);
        return [bytes];
      },
    );
    b.ret(pointer);
  });
  return f.b.call(func, [])[0]!;
}

/** `a.send(v)` -> success; `a.transfer(v)` forwards a failure. Both leave the callee the stipend of 2,300 gas. */
export function sendValue(f: Body, e: FunctionCall, type: FunctionType): Value {
  const { b } = f;
  const target = f.expr(objectOf(e)).ids[0]!;
  const [amount] = e.arguments;
  if (!amount) throw new InternalError("send without an amount", e.span);
  const value = f.exprAs(amount, UINT256).ids[0]!;
  // With a value the machine adds the stipend itself.
  const isZero = b.emit("eq", [value, b.const(I256, 0)]);
  const gas = b.emit("select", [isZero, b.const(I256, 2300), b.const(I256, 0)]);
  const zero = b.const(PTR, 0);
  const success = b.emit("ext.call", [gas, target, value, zero, zero, zero, zero]);
  if (type.functionKind === "send") return { type: BOOL, ids: [success] };
  emitIf(b, b.emit("not", [success]), () => revertForward(b));
  return { type: UNIT, ids: [] };
}
