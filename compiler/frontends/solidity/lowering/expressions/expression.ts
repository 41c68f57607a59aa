/** Expressions by kind. */
import { InternalError } from "../../../../diagnostics/diagnostic.js";
import { I1, I160 } from "../../../../ir/ops.js";
import type { Conditional, Expression, FunctionCallOptions, NumberLiteral, TupleExpression } from "../../syntax/ast.js";
import type { Body } from "../body.js";
import { functionCall } from "../calls/call.js";
import { BOOL } from "../common-types.js";
import { emitIfElse } from "../data/control.js";
import { memoryMember, storeMemory } from "../data/memory.js";
import { elementType } from "../data/shapes.js";
import { loadPlace } from "../places.js";
import { irTypes, underlying, type Value } from "../values.js";
import { indexPlace, slice } from "./access.js";
import { assignment } from "./assignment.js";
import { memberAccess } from "./members.js";
import { identifier } from "./names.js";
import { binaryOperation, unaryOperation } from "./operators.js";

/** Evaluates an expression. Literals and constant arithmetic on them have no IR values: their type holds the exact value. */
export function expression(f: Body, e: Expression): Value {
  const type = f.typeOf(e);
  if (type.kind === "rational" || type.kind === "stringLiteral") return { type, ids: [] };
  switch (e.kind) {
    case "Identifier":
      return identifier(f, e);
    case "MemberAccess":
      return memberAccess(f, e);
    case "IndexAccess":
      return type.kind === "type" ? { type, ids: [] } : loadPlace(f, indexPlace(f, e));
    case "IndexRangeAccess":
      return slice(f, e);
    case "FunctionCall":
      return functionCall(f, e);
    case "Assignment":
      return assignment(f, e);
    case "BinaryOperation":
      return binaryOperation(f, e);
    case "UnaryOperation":
      return unaryOperation(f, e);
    case "Conditional":
      return conditional(f, e);
    case "TupleExpression":
      return tuple(f, e);
    case "BooleanLiteral":
      return { type, ids: [f.b.const(I1, e.value ? 1 : 0)] };
    case "NumberLiteral":
      return addressLiteral(f, e);
    case "ElementaryTypeNameExpression":
      return { type, ids: [] };
    case "FunctionCallOptions":
      return withOptions(f, e);
    case "NewExpression":
      return { type, ids: [] };
    case "StringLiteral":
      throw new InternalError("a string literal has another type", e.span);
  }
}

/** A number that is an address: 40 hexadecimal digits with a checksum. */
function addressLiteral(f: Body, e: NumberLiteral): Value {
  return { type: f.typeOf(e), ids: [f.b.const(I160, BigInt(e.value))] };
}

/** `f{gas: g}` that is not called: its type does not convert to any other, so nothing can use the options. */
function withOptions(f: Body, e: FunctionCallOptions): Value {
  const callee = f.expr(e.expression);
  for (const option of e.options) f.expr(option);
  return { type: f.typeOf(e), ids: callee.ids };
}

function conditional(f: Body, e: Conditional): Value {
  const type = f.typeOf(e);
  const condition = f.exprAs(e.condition, BOOL).ids[0]!;
  if (type.kind === "type" || type.kind === "module") return { type, ids: [] };
  const ids = emitIfElse(
    f.b,
    condition,
    irTypes(type),
    () => [...f.exprAs(e.trueExpression, type).ids],
    () => [...f.exprAs(e.falseExpression, type).ids],
  );
  return { type, ids };
}

function tuple(f: Body, e: TupleExpression): Value {
  if (e.isInlineArray) return inlineArray(f, e);
  const only = e.components.length === 1 ? e.components[0] : undefined;
  if (only) return f.expr(only);
  const values = e.components.map((c) => (c ? f.expr(c) : undefined));
  return { type: { kind: "tuple", components: values.map((v) => v?.type) }, ids: values.flatMap((v) => (v ? [...v.ids] : [])) };
}

/** `[a, b, c]`: a static array in memory. */
function inlineArray(f: Body, e: TupleExpression): Value {
  const type = underlying(f.typeOf(e));
  if (type.kind !== "array") throw new InternalError("an inline array has another type", e.span);
  const element = elementType({ ...type, location: "memory" });
  const pointer = f.b.emit("mem.alloc", [f.b.const(64, 32 * e.components.length)]);
  e.components.forEach((c, i) => {
    if (c) storeMemory(f.m, f.b, memoryMember(f.b, pointer, i), f.exprAs(c, element));
  });
  return { type, ids: [pointer] };
}
