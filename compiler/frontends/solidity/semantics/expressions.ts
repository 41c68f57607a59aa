/** The way to the check of each kind of expression. */
import type { Expression } from "../syntax/ast.js";
import { checkCall, checkCallOptions, checkNew } from "./calls.js";
import type { CodeContext, Result, Use } from "./code-context.js";
import { checkIdentifier } from "./identifiers.js";
import { checkIndexAccess, checkIndexRange } from "./index-access.js";
import { checkNumber, checkString } from "./literals.js";
import { checkMemberAccess } from "./member-access.js";
import { checkAssignment, checkBinary, checkConditional, checkTuple, checkUnary } from "./operations.js";
import { BOOL, elementaryType, typeType } from "./type-factory.js";

export function checkExpression(cx: CodeContext, e: Expression, use: Use): Result {
  switch (e.kind) {
    case "Conditional":
      return checkConditional(cx, e, use);
    case "Assignment":
      return checkAssignment(cx, e);
    case "TupleExpression":
      return checkTuple(cx, e, use);
    case "UnaryOperation":
      return checkUnary(cx, e);
    case "BinaryOperation":
      return checkBinary(cx, e);
    case "FunctionCall":
      return checkCall(cx, e);
    case "FunctionCallOptions":
      return checkCallOptions(cx, e, use);
    case "NewExpression":
      return checkNew(cx, e);
    case "MemberAccess":
      return checkMemberAccess(cx, e, use);
    case "IndexAccess":
      return checkIndexAccess(cx, e);
    case "IndexRangeAccess":
      return checkIndexRange(cx, e);
    case "Identifier":
      return checkIdentifier(cx, e, use);
    case "ElementaryTypeNameExpression":
      return { type: typeType(elementaryType(e.typeName)), isPure: true };
    case "BooleanLiteral":
      return { type: BOOL, isPure: true };
    case "NumberLiteral":
      return checkNumber(cx, e);
    case "StringLiteral":
      return checkString(cx, e);
  }
}
