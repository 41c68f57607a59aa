/** Operators: unary, binary, assignments, conditionals and tuples; user-defined operators included. */
import type { Assignment, BinaryOperation, BinaryOperator, Conditional, Expression, TupleExpression, UnaryOperation } from "../syntax/ast.js";
import { isBefore } from "../syntax/language.js";
import { FAILED, type CodeContext, type Result, type Use } from "./code-context.js";
import { expectType, requireLValue, withDetail } from "./expectations.js";
import { functionDefinitionType } from "./function-types.js";
import { binaryResult, commonType, isComparison, unaryResult } from "./operators.js";
import { sameType } from "./same-type.js";
import { arrayType, BOOL, isInvalid, tuple, VOID } from "./type-factory.js";
import { containsMapping, isNameable, isStorageOnly, mobileType } from "./type-properties.js";
import type { SolType } from "./types.js";
import { typeDefinition } from "./using-for.js";

const definable: ReadonlySet<string> = new Set(["|", "&", "^", "~", "+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">="]);

export function checkUnary(cx: CodeContext, e: UnaryOperation): Result {
  const isModifying = e.operator === "++" || e.operator === "--" || e.operator === "delete";
  const operand = isModifying ? requireLValue(cx, e.operand, "modify") : cx.visit(e.operand);
  const isPure = !isModifying && cx.isPure(e.operand);
  if (isInvalid(operand)) return { type: e.operator === "delete" ? VOID : operand, isPure };
  const builtin = unaryResult(e.operator, operand, cx.line);
  if ("type" in builtin) return { type: builtin.type, isPure };
  const [definition] = cx.tables.using.operators(operand, e.operator, cx.site, true);
  if (definition) {
    cx.m.unaryOperators.set(e, definition);
    return { type: functionDefinitionType(cx.m, definition, "internal").returns[0] ?? operand };
  }
  const message = withDetail(`Built-in unary operator ${e.operator} cannot be applied to type ${cx.show(operand)}.`, builtin.message);
  return cx.fail(isModifying ? "9767" : "4907", withDetail(message, noOperatorNote(operand, e.operator)), e.span);
}

function noOperatorNote(operand: SolType, operator: string): string {
  return typeDefinition(operand) && definable.has(operator) ? "No matching user-defined operator found." : "";
}

export function checkBinary(cx: CodeContext, e: BinaryOperation): Result {
  const left = cx.visit(e.left);
  const right = cx.visit(e.right);
  const isPure = cx.isPure(e.left) && cx.isPure(e.right);
  const builtin = binaryResult(cx.m, e.operator, left, right);
  if (isInvalid(left) || isInvalid(right)) return { type: isComparison(e.operator) ? BOOL : FAILED.type, isPure };
  if ("type" in builtin) {
    cx.m.binaries.set(e, { commonType: builtin.type });
    warnAboutOperands(cx, e, builtin.type, right);
    return { type: isComparison(e.operator) ? BOOL : builtin.type, isPure };
  }
  const [definition] = cx.tables.using.operators(left, e.operator, cx.site, false);
  if (definition) {
    cx.m.binaries.set(e, { commonType: left, operatorFunction: definition });
    if (!sameType(left, right)) {
      const message = `The type of the second operand of this user-defined binary operator ${e.operator} does not match the type of the first operand, which is ${cx.show(left)}.`;
      cx.error("5653", message, e.span);
    }
    return { type: functionDefinitionType(cx.m, definition, "internal").returns[0] ?? left };
  }
  const message = `Built-in binary operator ${e.operator} cannot be applied to types ${cx.show(left)} and ${cx.show(right)}.`;
  cx.error("2271", withDetail(withDetail(message, builtin.message), noOperatorNote(left, e.operator)), e.span, operandHint(cx, e.operator, left, right));
  warnOfWidth(cx, e, left, right);
  return isComparison(e.operator) ? { type: BOOL, isPure } : FAILED;
}

function operandHint(cx: CodeContext, operator: BinaryOperator, left: SolType, right: SolType): string | undefined {
  const isBytes = (t: SolType): boolean => t.kind === "bytes" || t.kind === "stringLiteral";
  if (isBytes(left) && isBytes(right)) {
    if (operator === "==" || operator === "!=") return "Compare their hashes: keccak256(bytes(a)) == keccak256(bytes(b)).";
    if (operator === "+") return "Join strings with string.concat(a, b), bytes with bytes.concat(a, b).";
  }
  if (left.kind === "integer" && right.kind === "integer" && left.signed !== right.signed) return "Convert one operand to the type of the other.";
  if (left.kind === "contract" || right.kind === "contract") return "Convert the contract to an address: address(c).";
  return cx.line === "0.8" && operator === ">>>" ? "Convert to an unsigned type and use >>." : undefined;
}

/** Powers and shifts have the type of their first operand. */
function warnOfWidth(cx: CodeContext, e: BinaryOperation, type: SolType, right: SolType): void {
  const isPower = e.operator === "**";
  if ((isPower || e.operator === "<<") && type.kind === "integer" && right.kind === "integer" && type.bits < right.bits) {
    cx.warn(
      "3149",
      `The result type of the ${isPower ? "exponentiation" : "shift"} operation is equal to the type of the first operand (${cx.show(type)}) ignoring the (larger) type of the second operand (${cx.show(right)}) which might be unexpected. Silence this warning by either converting the first or the second operand to the type of the other.`,
      e.span,
    );
  }
}

function warnAboutOperands(cx: CodeContext, e: BinaryOperation, type: SolType, right: SolType): void {
  warnOfWidth(cx, e, type, right);
  if ((e.operator === "==" || e.operator === "!=") && type.kind === "contract" && cx.line === "0.8") {
    const advice = "Use an explicit cast to address type and compare the addresses instead.";
    cx.warn("9170", `Comparison of variables of contract type is deprecated and scheduled for removal. ${advice}`, e.span, "Write address(a) == address(b).");
  }
  if ((e.operator === "==" || e.operator === "!=") && type.kind === "function" && type.functionKind === "internal") {
    const message =
      "Comparison of internal function pointers can yield unexpected results in the legacy pipeline with the optimizer enabled, and will be disallowed entirely in the next breaking release.";
    cx.warn("3075", message, e.span);
  }
}

export function checkAssignment(cx: CodeContext, e: Assignment): Result {
  const type = requireLValue(cx, e.left, e.operator === "=" ? "assign" : "modify");
  checkAssignable(cx, type, e.left);
  if (type.kind === "tuple" && !isInvalid(type)) {
    if (e.operator !== "=") cx.error("4289", "Compound assignment is not allowed for tuple types.", e.span);
    expectType(cx, e.right, type);
    return { type: VOID };
  }
  if (e.operator === "=") {
    expectType(cx, e.right, type);
    return { type };
  }
  const right = cx.visit(e.right);
  if (isInvalid(type) || isInvalid(right)) return { type };
  const operator = e.operator.slice(0, -1) as BinaryOperator;
  const result = binaryResult(cx.m, operator, type, right);
  if ("type" in result && sameType(result.type, type)) cx.m.binaries.set(e, { commonType: type });
  else cx.error("7366", `Operator ${e.operator} not compatible with types ${cx.show(type)} and ${cx.show(right)}.`, e.span);
  return { type };
}

/** Mappings cannot be copied, except that a local variable may point to another one. */
function checkAssignable(cx: CodeContext, type: SolType, e: Expression): void {
  if (e.kind === "TupleExpression") {
    if (e.components.length === 0) cx.error("5547", "Empty tuple on the left hand side.", e.span);
    const types = type.kind === "tuple" && e.components.length !== 1 ? type.components : [type];
    e.components.forEach((component, i) => {
      const inner = types[i];
      if (component && inner) checkAssignable(cx, inner, component);
    });
    return;
  }
  if (!isNameable(type)) return;
  if (isBefore(cx.line, "0.7") ? type.kind !== "mapping" : !containsMapping(cx.m, type)) return;
  const reference = e.kind === "Identifier" ? cx.m.references.get(e) : undefined;
  const variable = reference?.kind === "declaration" && reference.declaration.kind === "VariableDeclaration" ? reference.declaration : undefined;
  const isLocal = variable?.role === "local" || variable?.role === "returnParameter";
  if (!isLocal) cx.error("9214", "Types in storage containing (nested) mappings cannot be assigned to.", e.span);
}

export function checkConditional(cx: CodeContext, e: Conditional, use: Use): Result {
  expectType(cx, e.condition, BOOL);
  const whenTrue = cx.visit(e.trueExpression);
  const whenFalse = cx.visit(e.falseExpression);
  if (use.write) cx.error("2212", "Conditional expression as left value is not supported yet.", e.span);
  if (isInvalid(whenTrue) || isInvalid(whenFalse)) return FAILED;
  const mobileTrue = mobileType(cx.m, whenTrue);
  const mobileFalse = mobileType(cx.m, whenFalse);
  if (!mobileTrue) cx.error("9717", "Invalid mobile type in true expression.", e.trueExpression.span);
  if (!mobileFalse) cx.error("3703", "Invalid mobile type in false expression.", e.falseExpression.span);
  if (!mobileTrue || !mobileFalse) return FAILED;
  const type = commonType(cx.m, mobileTrue, mobileFalse);
  if (!type) {
    const message = `True expression's type ${cx.show(mobileTrue)} does not match false expression's type ${cx.show(mobileFalse)}.`;
    return cx.fail("1080", message, e.span, "Convert one of the two explicitly.");
  }
  return { type, isPure: cx.isPure(e.condition) && cx.isPure(e.trueExpression) && cx.isPure(e.falseExpression), isLValue: use.write !== undefined };
}

export function checkTuple(cx: CodeContext, e: TupleExpression, use: Use): Result {
  if (use.write) return checkTupleTarget(cx, e, use.write);
  if (e.isInlineArray) return checkInlineArray(cx, e);
  const types: SolType[] = [];
  for (const component of e.components) {
    if (!component) return cx.fail("8381", "Tuple component cannot be empty.", e.span);
    const type = cx.visit(component);
    types.push(type);
    if (type.kind === "tuple" && type.components.length === 0 && !isInvalid(type)) cx.error("6473", "Tuple component cannot be empty.", component.span);
    if (type.kind === "rational" && e.components.length > 1 && !mobileType(cx.m, type)) return cx.fail("3390", "Invalid rational number.", component.span);
  }
  const isPure = e.components.every((component) => cx.isPure(component));
  return { type: types.length === 1 ? types[0]! : tuple(types), isPure };
}

function checkTupleTarget(cx: CodeContext, e: TupleExpression, write: "assign" | "modify"): Result {
  if (e.isInlineArray) return cx.fail("3025", "Inline array type cannot be declared as LValue.", e.span);
  const types = e.components.map((component) => component && requireLValue(cx, component, write));
  return { type: types.length === 1 && types[0] ? types[0] : tuple(types), isLValue: true };
}

function checkInlineArray(cx: CodeContext, e: TupleExpression): Result {
  let element: SolType | undefined;
  for (const [i, component] of e.components.entries()) {
    if (!component) return cx.fail("8381", "Tuple component cannot be empty.", e.span);
    const type = cx.visit(component);
    if (isInvalid(type)) return FAILED;
    if (type.kind === "tuple" && type.components.length === 0) return cx.fail("5604", "Array component cannot be empty.", component.span);
    const mobile = mobileType(cx.m, type);
    if (!mobile && type.kind === "rational" && e.components.length > 1) return cx.fail("3390", "Invalid rational number.", component.span);
    if ((i === 0 || element) && !mobile) return cx.fail("9563", "Invalid mobile type.", component.span);
    element = i === 0 ? mobile : element && commonType(cx.m, element, type);
  }
  if (!element) return cx.fail("6378", "Unable to deduce common type for array elements.", e.span, "Convert the first element explicitly.");
  if (!isNameable(element)) {
    return cx.fail("9656", "Unable to deduce nameable type for array elements. Try adding explicit type conversion for the first element.", e.span);
  }
  if (isStorageOnly(cx.m, element, cx.line)) return cx.fail("1545", `Type ${cx.show(element)} is only valid in storage.`, e.span);
  return { type: arrayType(element, BigInt(e.components.length), "memory"), isPure: e.components.every((component) => cx.isPure(component)) };
}
