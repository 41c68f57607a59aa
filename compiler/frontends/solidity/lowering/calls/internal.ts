/** Calls within the contract: of named functions, of functions bound by `using for`, and through function pointers. */
import { InternalError } from "../../../../diagnostics/diagnostic.js";
import type { Expression, FunctionCall, FunctionDefinition } from "../../syntax/ast.js";
import type { CallInfo } from "../../semantics/program.js";
import type { FunctionType } from "../../semantics/types.js";
import type { Body } from "../body.js";
import { tupleOf } from "../common-types.js";
import { flatTypes } from "../functions.js";
import { isSuper } from "../expressions/names.js";
import type { Value } from "../values.js";
import { calleeOf, evaluateArguments, freeParameters, objectOf } from "./callee.js";

/**
 * Evaluates callee, object of a bound function and arguments, then converts and calls. Before 0.8 the arguments come first, each
 * converted where it is evaluated.
 */
export function internalCall(f: Body, e: FunctionCall, info: CallInfo, type: FunctionType): Value {
  const definition = info.lookup && type.declaration?.kind === "FunctionDefinition" ? type.declaration : undefined;
  const parameters = freeParameters(type);
  const early = f.isOldCode ? f.program.callInfo(e).arguments.map((a, i) => f.exprAs(a, parameters[i]!)) : undefined;
  const pointer = definition ? [] : [...f.expr(calleeOf(e.expression)).ids];
  const object = type.bound ? f.expr(objectOf(e)) : undefined;
  const values = early ?? evaluateArguments(f, e);
  const args = [...(object ? f.convert(object, type.parameters[0]!).ids : []), ...values.flatMap((v, i) => [...f.convert(v, parameters[i]!).ids])];
  const callee = definition
    ? f.functions.use(resolve(f, calleeOf(e.expression), definition, info.lookup))
    : f.functions.dispatcher(flatTypes(type.parameters), flatTypes(type.returns));
  return { type: tupleOf(type.returns), ids: f.b.call(callee, [...pointer, ...args]) };
}

/** What a named call finds in the contract being compiled. */
function resolve(f: Body, callee: Expression, definition: FunctionDefinition, lookup: CallInfo["lookup"]): FunctionDefinition {
  if (lookup === "virtual") return f.program.resolveVirtual(f.m.contract, definition);
  if (lookup === "super" || (callee.kind === "MemberAccess" && isSuper(f.typeOf(callee.expression)))) {
    if (!f.scope.contract) throw new InternalError("super outside a contract", f.b.span);
    return f.program.resolveSuper(f.m.contract, f.scope.contract, definition);
  }
  return definition;
}
