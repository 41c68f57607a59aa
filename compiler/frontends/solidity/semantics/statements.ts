/** Statements: scopes of local variables, conditions, returns, declarations, events and errors, loops. */
import type {
  Block,
  EmitStatement,
  Expression,
  ExpressionStatement,
  ForStatement,
  ReturnStatement,
  RevertStatement,
  Statement,
  VariableDeclaration,
  VariableDeclarationStatement,
} from "../syntax/ast.js";
import type { CodeContext } from "./code-context.js";
import { implicitly } from "./conversions.js";
import { conversionHint, expectConvertible, expectType, withDetail, type MismatchCodes } from "./expectations.js";
import { declareLocal } from "./locals.js";
import { checkTry } from "./try-statement.js";
import { BOOL, INVALID, isInvalid, tuple } from "./type-factory.js";
import { mobileType } from "./type-properties.js";
import type { SolType } from "./types.js";
import { checkAssembly } from "./yul.js";

export function checkBlock(cx: CodeContext, block: Block): void {
  cx.inScope(() => {
    for (const statement of block.statements) announceLocals(cx, statement);
    for (const statement of block.statements) checkStatement(cx, statement);
  });
}

/** Variables of a block are told of before its code is checked: inner ones hide them wherever they stand. */
function announceLocals(cx: CodeContext, s: Statement): void {
  if (s.kind === "VariableDeclarationStatement") cx.scope.announce(s.declarations.filter((d) => d !== undefined));
}

export function checkStatement(cx: CodeContext, s: Statement): void {
  switch (s.kind) {
    case "Block":
      return checkBlock(cx, s);
    case "IfStatement":
      expectCondition(cx, s.condition);
      checkSingle(cx, s.trueBody);
      if (s.falseBody) checkSingle(cx, s.falseBody);
      return;
    case "WhileStatement":
      expectType(cx, s.condition, BOOL);
      return checkSingle(cx, s.body);
    case "DoWhileStatement":
      checkSingle(cx, s.body);
      expectType(cx, s.condition, BOOL);
      return;
    case "ForStatement":
      return checkFor(cx, s);
    case "TryStatement":
      return checkTry(cx, s, (block) => checkBlock(cx, block));
    case "ReturnStatement":
      return checkReturn(cx, s);
    case "EmitStatement":
      return checkEmit(cx, s);
    case "RevertStatement":
      return checkRevert(cx, s);
    case "VariableDeclarationStatement":
      return checkDeclaration(cx, s);
    case "ExpressionStatement":
      return checkExpressionStatement(cx, s);
    case "InlineAssembly":
      return checkAssembly(cx, s);
    case "PlaceholderStatement":
    case "ContinueStatement":
    case "BreakStatement":
    case "ThrowStatement":
      // Where they may stand is checked with the syntax.
      return;
  }
}

function expectCondition(cx: CodeContext, condition: Expression): void {
  const type = cx.visit(condition);
  const isAssignment = condition.kind === "Assignment" && condition.operator === "=" && !implicitly(cx.m, type, BOOL).ok;
  if (!isAssignment) expectConvertible(cx, type, BOOL, condition, conditionCodes);
  else cx.error("7407", `Type ${cx.show(type)} is not implicitly convertible to expected type bool.`, condition.span, "Compare with ==.");
}

/** The body of an `if` or loop: a scope of its own even without braces. */
function checkSingle(cx: CodeContext, s: Statement): void {
  cx.inScope(() => checkStatement(cx, s));
}

function checkFor(cx: CodeContext, s: ForStatement): void {
  cx.inScope(() => {
    if (s.initialization) {
      announceLocals(cx, s.initialization);
      checkStatement(cx, s.initialization);
    }
    if (s.condition) expectType(cx, s.condition, BOOL);
    if (s.update) checkStatement(cx, s.update);
    checkSingle(cx, s.body);
  });
}

function returnParameters(cx: CodeContext): readonly VariableDeclaration[] | undefined {
  return cx.callable?.kind === "FunctionDefinition" ? cx.callable.returnParameters : undefined;
}

function checkReturn(cx: CodeContext, s: ReturnStatement): void {
  const parameters = returnParameters(cx);
  if (!s.expression) {
    if (parameters && parameters.length > 0) cx.error("6777", "Return arguments required.", s.span);
    return;
  }
  const type = cx.visit(s.expression);
  if (!parameters) {
    cx.error("7552", "Return arguments not allowed.", s.span);
    return;
  }
  if (isInvalid(type)) return;
  const wanted = parameters.map((p) => cx.m.variableType(p));
  if (type.kind === "tuple") checkReturnTuple(cx, s, type, wanted);
  else if (wanted.length !== 1) {
    cx.error("8863", "Different number of arguments in return statement than in returns declaration.", s.span);
  } else {
    const verdict = implicitly(cx.m, type, wanted[0]!);
    if (verdict.ok) return;
    const message = `Return argument type ${cx.show(type)} is not implicitly convertible to expected type (type of first return variable) ${cx.show(wanted[0]!)}.`;
    cx.error("6359", withDetail(message, verdict.detail), s.expression.span, conversionHint(cx, type, wanted[0]!));
  }
}

function checkReturnTuple(cx: CodeContext, s: ReturnStatement, type: SolType & { readonly kind: "tuple" }, wanted: readonly SolType[]): void {
  if (type.components.length !== wanted.length) {
    cx.error("5132", "Different number of arguments in return statement than in returns declaration.", s.span);
    return;
  }
  const target = tuple(wanted);
  const verdict = implicitly(cx.m, type, target);
  if (verdict.ok) return;
  const message = `Return argument type ${cx.show(type)} is not implicitly convertible to expected type ${cx.show(target)}.`;
  cx.error("5992", withDetail(message, verdict.detail), s.expression?.span ?? s.span);
}

function checkEmit(cx: CodeContext, s: EmitStatement): void {
  cx.visit(s.eventCall);
  const callee = cx.typeOf(s.eventCall.expression);
  if (isInvalid(callee) || (callee.kind === "function" && callee.functionKind === "event")) return;
  cx.error("9292", "Expression has to be an event invocation.", s.eventCall.expression.span);
}

function checkRevert(cx: CodeContext, s: RevertStatement): void {
  cx.visit(s.errorCall);
  const callee = cx.typeOf(s.errorCall.expression);
  if (isInvalid(callee) || (callee.kind === "function" && callee.functionKind === "error")) return;
  cx.error("1885", "Expression has to be an error.", s.errorCall.expression.span);
}

const conditionCodes: MismatchCodes = { general: "7407", fractionFits: "4426", fractionOther: "2326" };
const declarationCodes: MismatchCodes = { general: "9574", fractionFits: "5107", fractionOther: "4486" };

function checkDeclaration(cx: CodeContext, s: VariableDeclarationStatement): void {
  const { declarations, initialValue } = s;
  if (!initialValue) {
    for (const variable of declarations) if (variable) declareUninitialized(cx, variable);
    return;
  }
  const type = cx.visit(initialValue);
  const values = type.kind === "tuple" && !isInvalid(type) ? type.components : [type];
  const isBroken = isInvalid(type);
  if (!isBroken && values.length !== declarations.length) {
    const message = `Different number of components on the left hand side (${declarations.length}) than on the right hand side (${values.length}).`;
    cx.error("7364", message, s.span, componentHint(values));
  }
  const types = declarations.map((variable, i) => {
    const value = isBroken ? INVALID : values[i];
    return variable && declareLocal(cx, variable, value && !variable.typeName ? (mobileType(cx.m, value) ?? INVALID) : undefined);
  });
  types.forEach((variableType, i) => {
    const value = isBroken ? INVALID : values[i];
    if (variableType && value) expectConvertible(cx, value, variableType, s, declarationCodes);
  });
}

/** Low-level calls give two values, which is easily forgotten. */
function componentHint(values: readonly (SolType | undefined)[]): string | undefined {
  const [first, second] = values;
  const isLowLevel = values.length === 2 && first?.kind === "bool" && second?.kind === "bytes";
  return isLowLevel ? "A low-level call gives its success and its data: (bool ok, bytes memory data) = ..." : undefined;
}

function declareUninitialized(cx: CodeContext, variable: VariableDeclaration): void {
  const type = declareLocal(cx, variable, undefined);
  if (type.kind !== "mapping") return;
  const message = "Uninitialized mapping. Mappings cannot be created dynamically, you have to assign them from a state variable.";
  cx.error("4182", message, variable.span);
}

const bareKinds: ReadonlySet<string> = new Set(["bareCall", "bareCallCode", "bareDelegateCall", "bareStaticCall"]);

function checkExpressionStatement(cx: CodeContext, s: ExpressionStatement): void {
  const type = cx.visit(s.expression);
  if (type.kind === "rational" && !mobileType(cx.m, type)) cx.error("3757", "Invalid rational number.", s.expression.span);
  if (s.expression.kind !== "FunctionCall") return;
  const callee = cx.typeOf(s.expression.expression);
  if (callee.kind !== "function") return;
  if (bareKinds.has(callee.functionKind)) {
    cx.warn("9302", "Return value of low-level calls not used.", s.span, "Check the success flag: (bool ok, ) = ...; require(ok);");
  } else if (callee.functionKind === "send") {
    cx.warn("5878", "Failure condition of 'send' ignored. Consider using 'transfer' instead.", s.span);
  }
}
