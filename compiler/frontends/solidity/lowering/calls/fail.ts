/** `require`, `assert`, `revert` and custom errors. */
import { InternalError } from "../../../../diagnostics/diagnostic.js";
import type { Expression, FunctionCall } from "../../syntax/ast.js";
import type { FunctionType } from "../../semantics/types.js";
import type { Body } from "../body.js";
import { BOOL, STRING_MEMORY, UNIT } from "../common-types.js";
import { branchOn } from "../expressions/condition.js";
import { ERROR_SELECTOR, revertEmpty, revertWithSelector, revertWithString } from "../data/revert.js";
import { errorSelector } from "../signatures.js";
import type { Value } from "../values.js";
import { calleeOf, evaluateArguments } from "./callee.js";
import { encodable } from "./encodable.js";

/** A call that checks or reverts; undefined where it is none. */
export function failCall(f: Body, e: FunctionCall, type: FunctionType): Value | undefined {
  switch (type.functionKind) {
    case "assert":
      check(f, first(e), () => f.b.panic(0x01));
      break;
    case "require":
      require_(f, e);
      break;
    case "revert":
      if (e.arguments.length === 0) revertEmpty(f.b);
      else reason(f, first(e))();
      break;
    case "error":
      revertWithError(f, e)();
      break;
    default:
      return undefined;
  }
  return { type: UNIT, ids: [] };
}

function first(e: FunctionCall): Expression {
  const [argument] = e.arguments;
  if (!argument) throw new InternalError("a check without a condition", e.span);
  return argument;
}

/** Goes on where the condition holds, else fails. */
function check(f: Body, condition: Expression, fail: () => void): void {
  const holds = f.b.newBlock();
  const fails = f.b.newBlock();
  branchOn(f, condition, holds, fails);
  f.b.at(fails);
  fail();
  f.b.at(holds);
}

/** `require(c)`, `require(c, "text")`, `require(c, Error(...))`: the second argument is evaluated in any case, as solc does. */
function require_(f: Body, e: FunctionCall): void {
  const [condition, second] = e.arguments;
  if (!condition) throw new InternalError("require without a condition", e.span);
  if (!second || f.typeOf(second).kind === "stringLiteral") {
    check(f, condition, second ? reason(f, second) : () => revertEmpty(f.b));
    return;
  }
  const holds = f.exprAs(condition, BOOL).ids[0]!;
  const fail = isErrorCall(f, second) ? revertWithError(f, second) : reason(f, second);
  const go = f.b.newBlock();
  const stop = f.b.newBlock();
  f.b.branch(holds, go, stop);
  f.b.at(stop);
  fail();
  f.b.at(go);
}

function isErrorCall(f: Body, e: Expression): e is FunctionCall {
  if (e.kind !== "FunctionCall") return false;
  const callee = f.typeOf(e.expression);
  return callee.kind === "function" && callee.functionKind === "error";
}

/** Evaluates a reason string; the result reverts with it. */
function reason(f: Body, e: Expression): () => void {
  const type = f.typeOf(e);
  if (type.kind === "stringLiteral") return () => revertWithString(f.m, f.b, type.value);
  const text = f.exprAs(e, STRING_MEMORY);
  if (f.m.options.revertStrings === "strip") return () => revertEmpty(f.b);
  return () => revertWithSelector(f.m, f.b, ERROR_SELECTOR, [text]);
}

/** Evaluates a custom error's arguments; the result reverts with it. */
export function revertWithError(f: Body, e: FunctionCall): () => void {
  const callee = calleeOf(e.expression);
  const type = f.typeOf(callee);
  if (type.kind !== "function" || type.declaration?.kind !== "ErrorDefinition") throw new InternalError("a revert without an error", e.span);
  const { declaration, parameters } = type;
  const values = evaluateArguments(f, e).map((v, i) => encodable(f, v, parameters[i]!));
  return () => revertWithSelector(f.m, f.b, errorSelector(f.program, declaration), values);
}
