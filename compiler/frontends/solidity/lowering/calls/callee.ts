/** The parts of a call: the called expression, `{value: v, gas: g, salt: s}`, and the arguments in the order of the parameters. */
import { InternalError } from "../../../../diagnostics/diagnostic.js";
import type { ValueId } from "../../../../ir/module.js";
import type { Expression, FunctionCall, MemberAccess } from "../../syntax/ast.js";
import type { FunctionType } from "../../semantics/types.js";
import { BYTES32, UINT256 } from "../common-types.js";
import type { Body } from "../body.js";
import type { Value } from "../values.js";

/** What is called, without call options and parentheses. */
export function calleeOf(e: Expression): Expression {
  if (e.kind === "FunctionCallOptions") return calleeOf(e.expression);
  if (e.kind === "TupleExpression" && !e.isInlineArray && e.components.length === 1 && e.components[0]) return calleeOf(e.components[0]);
  return e;
}

/** The object of `object.member(...)`. */
export function objectOf(e: FunctionCall): Expression {
  return memberOf(e).expression;
}

export function memberOf(e: FunctionCall): MemberAccess {
  const callee = calleeOf(e.expression);
  if (callee.kind !== "MemberAccess") throw new InternalError("a member function is called without an object", e.span);
  return callee;
}

export interface CallOptions {
  /** In wei, i256. */
  readonly value?: ValueId;
  /** Gas limit, i256. */
  readonly gas?: ValueId;
  /** bytes32 as i256. */
  readonly salt?: ValueId;
}

/** Evaluates the call options; to be called behind the callee and before the arguments. */
export function callOptions(f: Body, e: FunctionCall): CallOptions {
  const options: { value?: ValueId; gas?: ValueId; salt?: ValueId } = {};
  const collect = (callee: Expression): void => {
    if (callee.kind === "TupleExpression" && callee.components.length === 1 && callee.components[0]) collect(callee.components[0]);
    if (callee.kind !== "FunctionCallOptions") return;
    collect(callee.expression);
    callee.options.forEach((option, i) => {
      const name = callee.names[i]!.name;
      if (name === "salt") options.salt = f.exprAs(option, BYTES32).ids[0]!;
      else if (name === "value" || name === "gas") options[name] = f.exprAs(option, UINT256).ids[0]!;
      else f.unsupported(`the call option '${name}'`, option.span);
    });
  };
  collect(e.expression);
  return options;
}

/** Evaluates the arguments in written order (before 0.8 in that of the parameters); gives them, unconverted, in the order of the parameters. */
export function evaluateArguments(f: Body, e: FunctionCall): Value[] {
  if (f.isOldCode) return f.program.callInfo(e).arguments.map((a) => f.expr(a));
  const values = new Map(e.arguments.map((a) => [a, f.expr(a)]));
  return f.program.callInfo(e).arguments.map((a) => values.get(a)!);
}

/** Parameters of a callee without the object that a bound function has as its first. */
export function freeParameters(type: FunctionType): FunctionType["parameters"] {
  return type.bound ? type.parameters.slice(1) : type.parameters;
}

/** Evaluates and converts the arguments; all are evaluated before the first is converted, as solc does. */
export function convertedArguments(f: Body, e: FunctionCall, type: FunctionType): Value[] {
  const values = evaluateArguments(f, e);
  const parameters = freeParameters(type);
  return values.map((v, i) => f.convert(v, parameters[i]!));
}
