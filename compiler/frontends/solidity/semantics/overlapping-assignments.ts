/**
 * Assignments of tuples whose parts get into each other's way in storage, as the language defines them:
 *
 *   (a, b) = (b, a)               structs or arrays: the first copy overwrites what the second copies
 *   (x.push(), x.push()) = ...    bytes: the second push may move the array, and with it the first one's place
 */
import type { Assignment, Expression, TupleExpression } from "../syntax/ast.js";
import type { Model } from "./model.js";
import { isReference } from "./type-factory.js";
import type { SolType } from "./types.js";

interface Counts {
  copies: number;
  copiesFromStorage: number;
  byteAccesses: number;
  bytePushes: number;
}

export function warnOfOverlaps(m: Model, e: Assignment): void {
  const left = withoutParentheses(e.left);
  const right = m.expressionTypes.get(e.right);
  if (left.kind !== "TupleExpression" || right?.kind !== "tuple") return;
  const counts: Counts = { copies: 0, copiesFromStorage: 0, byteAccesses: 0, bytePushes: 0 };
  count(m, left, right.components, counts);
  if (counts.copiesFromStorage >= 1 && counts.copies >= 2) {
    const message =
      "This assignment performs two copies to storage. Since storage copies do not first copy to a temporary location, one of them might be overwritten before the second is executed and thus may have unexpected effects. It is safer to perform the copies separately or assign to storage pointers first.";
    m.sink.warning("7238", message, e.span);
  }
  if (counts.bytePushes >= 1 && counts.byteAccesses >= 2) {
    const message =
      "This assignment involves multiple accesses to a bytes array in storage while simultaneously enlarging it. When a bytes array is enlarged, it may transition from short storage layout to long storage layout, which invalidates all references to its elements. It is safer to only enlarge byte arrays in a single operation, one element at a time.";
    m.sink.warning("7239", message, e.span);
  }
}

function count(m: Model, left: TupleExpression, right: readonly (SolType | undefined)[], counts: Counts): void {
  left.components.forEach((component, i) => {
    const target = component && withoutParentheses(component);
    const value = right[i];
    if (!target || !value) return;
    const type = m.expressionTypes.get(target);
    if (target.kind === "TupleExpression") {
      if (value.kind === "tuple") count(m, target, value.components, counts);
    } else if (type && isReference(type) && type.location === "storage" && !type.pointer) {
      counts.copies++;
      if (isReference(value) && value.location === "storage") counts.copiesFromStorage++;
    } else countByteAccess(m, target, counts);
  });
}

/** `x.push()` and `x[i]` of bytes in storage. */
function countByteAccess(m: Model, target: Expression, counts: Counts): void {
  const callee = target.kind === "FunctionCall" ? withoutParentheses(target.expression) : undefined;
  const array = target.kind === "IndexAccess" ? target.base : callee?.kind === "MemberAccess" && callee.memberName === "push" ? callee.expression : undefined;
  const type = array && m.expressionTypes.get(array);
  if (type?.kind !== "bytes" || type.location !== "storage") return;
  counts.byteAccesses++;
  if (callee) counts.bytePushes++;
}

function withoutParentheses(e: Expression): Expression {
  const [only] = e.kind === "TupleExpression" && !e.isInlineArray && e.components.length === 1 ? e.components : [];
  return only ? withoutParentheses(only) : e;
}
