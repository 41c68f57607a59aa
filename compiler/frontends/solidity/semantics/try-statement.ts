/** `try` statements: what can be tried, the results of the success clause, the forms of catch clauses. */
import type { Block, TryCatchClause, TryStatement } from "../syntax/ast.js";
import type { CodeContext } from "./code-context.js";
import { declareLocal } from "./locals.js";
import { sameType } from "./same-type.js";
import { signatureScope } from "./scope.js";
import { BYTES_MEMORY, isInvalid, STRING_MEMORY, UINT256 } from "./type-factory.js";
import type { FunctionType, SolType } from "./types.js";

export function checkTry(cx: CodeContext, s: TryStatement, checkBlock: (block: Block) => void): void {
  cx.visit(s.externalCall);
  const tried = triedFunction(cx, s);
  const [success, ...catches] = s.clauses;
  for (const clause of s.clauses) {
    cx.inScope(() => {
      const parameters = clause.parameters ?? [];
      const signature = signatureScope(cx.scope, parameters);
      for (const parameter of parameters) {
        cx.tables.resolver.declare(parameter, signature);
        declareLocal(cx, parameter, undefined);
      }
      if (clause === success && tried) checkResults(cx, clause, tried);
      checkBlock(clause.block);
    });
  }
  const seen = new Map<string, TryCatchClause>();
  for (const clause of catches) checkCatch(cx, clause, seen);
}

/** The function that is tried, if it can be. */
function triedFunction(cx: CodeContext, s: TryStatement): FunctionType | undefined {
  const message = "Try can only be used with external function calls and contract creation calls.";
  const call = s.externalCall;
  if (isInvalid(cx.typeOf(call))) return undefined;
  if (call.kind !== "FunctionCall" || cx.m.calls.get(call)?.kind !== "call") {
    cx.error("5347", message, call.span);
    return undefined;
  }
  const type = cx.typeOf(call.expression);
  if (type.kind !== "function") return undefined;
  if (type.functionKind === "external" || type.functionKind === "creation" || type.functionKind === "delegatecall") return type;
  cx.error("2536", message, call.span, type.functionKind === "internal" ? "Call it through this. to make the call external." : undefined);
  return undefined;
}

function checkResults(cx: CodeContext, clause: TryCatchClause, tried: FunctionType): void {
  const { parameters } = clause;
  if (!parameters) return;
  if (parameters.length !== tried.returns.length) {
    const message = `Function returns ${tried.returns.length} values, but returns clause has ${parameters.length} variables.`;
    cx.error("2800", message, clause.span);
  }
  parameters.forEach((parameter, i) => {
    const returned = tried.returns[i];
    const type = cx.m.variableType(parameter);
    if (!returned || isInvalid(type) || isInvalid(returned) || sameType(type, returned)) return;
    cx.error("6509", `Invalid type, expected ${cx.show(returned)} but got ${cx.show(type)}.`, parameter.span);
  });
}

const forms: Readonly<Record<string, { readonly type: SolType; readonly code: string; readonly twice: string; readonly message: string }>> = {
  Error: { type: STRING_MEMORY, code: "2943", twice: "1036", message: "Expected `catch Error(string memory ...) { ... }`." },
  Panic: { type: UINT256, code: "1271", twice: "6732", message: "Expected `catch Panic(uint ...) { ... }`." },
};

function checkCatch(cx: CodeContext, clause: TryCatchClause, seen: Map<string, TryCatchClause>): void {
  const name = clause.errorName;
  const earlier = seen.get(name);
  const related = earlier && [{ span: earlier.span, message: "The first clause is here:" }];
  seen.set(name, clause);
  const parameters = clause.parameters ?? [];
  const isOnly = (type: SolType): boolean => {
    const only = parameters[0] && cx.m.variableType(parameters[0]);
    return parameters.length === 1 && only !== undefined && (isInvalid(only) || cx.m.misplaced.has(parameters[0]!) || sameType(only, type));
  };
  if (name === "") {
    if (earlier) cx.error("5320", "This try statement already has a low-level catch clause.", clause.span, undefined, related);
    if (parameters.length > 0 && !isOnly(BYTES_MEMORY)) cx.error("6231", "Expected `catch (bytes memory ...) { ... }` or `catch { ... }`.", clause.span);
    return;
  }
  const form = forms[name];
  if (!form) {
    const message = "Invalid catch clause name. Expected either `catch (...)`, `catch Error(...)`, or `catch Panic(...)`.";
    cx.error("3542", message, clause.span, "Custom errors cannot be caught by name: catch (bytes memory) and decode them.");
    return;
  }
  if (earlier) cx.error(form.twice, `This try statement already has an "${name}" catch clause.`, clause.span, undefined, related);
  if (!isOnly(form.type)) cx.error(form.code, form.message, clause.span);
}
