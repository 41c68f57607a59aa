/**
 * Assignments. The right side is evaluated and converted first, then the left side's bases and indices once each, then the stores,
 * those of a tuple from right to left.
 */
import { InternalError } from "../../../../diagnostics/diagnostic.js";
import type { Assignment, BinaryOperator, Expression, FunctionCall, MemberAccess } from "../../syntax/ast.js";
import type { SolType } from "../../semantics/types.js";
import type { Body } from "../body.js";
import { arrayPush, bytesPush } from "../data/array-ops.js";
import { splitTuple } from "../data/convert.js";
import { elementType, isReference } from "../data/shapes.js";
import { withoutReturnData } from "../calls/bare.js";
import { BYTES1, UINT256 } from "../common-types.js";
import type { Place } from "../place.js";
import { loadPlace, storePlace } from "../places.js";
import { underlying, type Value } from "../values.js";
import { indexPlace, memberPlace } from "./access.js";
import { applyOperator, isShift } from "./operators.js";
import { variablePlace } from "./variables.js";

/** Where an expression lies: the left side of an assignment, the operand of delete and ++. */
export function placeOf(f: Body, e: Expression): Place {
  switch (e.kind) {
    case "Identifier": {
      const reference = f.program.reference(e);
      if (reference?.kind === "declaration" && reference.declaration.kind === "VariableDeclaration") return variablePlace(f, reference.declaration);
      break;
    }
    case "MemberAccess":
      return memberAccessPlace(f, e);
    case "IndexAccess":
      return indexPlace(f, e);
    case "TupleExpression":
      if (e.components.length === 1 && e.components[0]) return f.place(e.components[0]);
      return { kind: "tuple", type: f.typeOf(e), places: e.components.map((c) => (c ? f.place(c) : undefined)) };
    case "FunctionCall":
      return pushPlace(f, e);
  }
  throw new InternalError(`'${e.kind}' is no place`, e.span);
}

function memberAccessPlace(f: Body, e: MemberAccess): Place {
  const reference = f.program.reference(e);
  const base = f.typeOf(e.expression);
  if (reference?.kind !== "declaration" || reference.declaration.kind !== "VariableDeclaration") {
    const array = underlying(base);
    if ((array.kind === "array" || array.kind === "bytes") && array.location === "storage" && e.memberName === "length")
      return { kind: "length", type: UINT256, array, slot: f.expr(e.expression).ids[0]! };
    return f.unsupported(`an assignment to '${e.memberName}'`, e.span);
  }
  return base.kind === "struct" ? memberPlace(f, e, reference.declaration) : variablePlace(f, reference.declaration);
}

/** `x.push() = v`: the place of the new element. */
function pushPlace(f: Body, e: FunctionCall): Place {
  const type = f.typeOf(e.expression);
  if (type.kind !== "function" || type.functionKind !== "arrayPush" || e.arguments.length > 0 || e.expression.kind !== "MemberAccess")
    throw new InternalError("the result of a call is no place", e.span);
  return pushedPlace(f, f.expr(e.expression.expression));
}

/** Grows a storage array by one element and gives its place. */
export function pushedPlace(f: Body, array: Value): Place {
  const type = underlying(array.type);
  if (type.kind === "bytes") return { kind: "storage", type: BYTES1, place: bytesPush(f.m, f.b, type, array.ids[0]!) };
  if (type.kind !== "array") throw new InternalError(`'${type.kind}' has no push`);
  return { kind: "storage", type: elementType(type), place: arrayPush(f.m, f.b, type, array.ids[0]!) };
}

export function assignment(f: Body, e: Assignment): Value {
  const target = f.typeOf(e.left);
  if (e.operator !== "=") return compoundAssignment(f, e);
  const dropsSecond = target.kind === "tuple" && target.components.length === 2 && !target.components[1];
  const value = assignedValue(f, dropsSecond ? withoutReturnData(f, e.right) : f.expr(e.right), target);
  const place = f.place(e.left);
  storePlace(f, place, value);
  return resultOf(f, place, value);
}

/**
 * The right side in the form that it takes before the left side is evaluated: converted to the target's type, but for what is
 * copied into storage, which stays where it is until then.
 */
function assignedValue(f: Body, value: Value, target: SolType): Value {
  if (target.kind === "tuple") {
    const parts = splitTuple(value);
    const converted = target.components.map((c, i) => (c ? assignedValue(f, parts[i]!, c) : parts[i]!));
    return { type: { kind: "tuple", components: converted.map((c) => c.type) }, ids: converted.flatMap((c) => [...c.ids]) };
  }
  if (isReference(target) && (target.location === "storage" || target.location === "transient")) return value;
  return f.convert(value, target);
}

/** An assignment's own value: for what was copied into storage, the place itself. */
function resultOf(f: Body, place: Place, value: Value): Value {
  return place.kind === "storage" && isReference(place.type) ? loadPlace(f, place) : value;
}

function compoundAssignment(f: Body, e: Assignment): Value {
  const op = e.operator.slice(0, -1) as BinaryOperator;
  const target = f.typeOf(e.left);
  const raw = f.expr(e.right);
  const right = isShift(op) ? raw : f.convert(raw, target);
  const place = f.place(e.left);
  const result = applyOperator(f, op, target, loadPlace(f, place), right);
  storePlace(f, place, result);
  return result;
}
