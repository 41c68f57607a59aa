/** Local variables, parameters and results of code: types, scopes, shadowing, and what may not be where. */
import type { VariableDeclaration } from "../syntax/ast.js";
import type { CodeContext } from "./code-context.js";
import { declareName } from "./declare.js";
import { externalType } from "./interface-types.js";
import { warnOfShadowing } from "./shadowing.js";
import { INVALID, isReference } from "./type-factory.js";
import { isStorageOnly, locationFault } from "./type-properties.js";
import type { SolType } from "./types.js";
import { isPublic } from "./visibility.js";

/** Declares a local variable in the current scope. @param inferred the type of 0.4's `var` */
export function declareLocal(cx: CodeContext, variable: VariableDeclaration, inferred: SolType | undefined): SolType {
  if (inferred) cx.m.variableTypes.set(variable, inferred);
  const type = cx.tables.resolver.declare(variable, cx.scope);
  enterName(cx, variable);
  checkVariableLocation(cx, variable, type);
  return type;
}

/** Enters a variable's name into the current scope; warns of what it hides. */
export function enterName(cx: CodeContext, variable: VariableDeclaration): void {
  if (variable.name === "") return;
  cx.m.unitOf.set(variable, cx.unit);
  if (cx.contract) cx.m.contractOf.set(variable, cx.contract);
  if (!declareName(cx.m, cx.scope, variable.name, variable, variable.span)) return;
  const hasBody = cx.callable?.body !== undefined;
  if (hasBody) warnOfShadowing(cx.m, cx.scope, variable.name, variable.span, cx.contract);
}

/** Parameters of what messages call are told by their interface that mappings cannot pass it. */
function isExposedParameter(cx: CodeContext, { role }: VariableDeclaration, type: SolType): boolean {
  const f = cx.callable?.kind === "FunctionDefinition" ? cx.callable : undefined;
  if (!f || cx.line !== "0.8" || (role !== "parameter" && role !== "returnParameter")) return false;
  if (cx.contract?.contractKind === "library" && !("message" in externalType(cx.m, type, true))) return false;
  return f.functionKind === "constructor" ? !(cx.contract?.isAbstract ?? false) : isPublic(f);
}

/** Mappings live in storage only, and nothing may exceed the size of its location. */
export function checkVariableLocation(cx: CodeContext, variable: VariableDeclaration, type: SolType): void {
  if (cx.m.misplaced.has(variable)) return;
  const isOutsideStorage = variable.location === "memory" || variable.location === "calldata";
  if (isOutsideStorage && isExposedParameter(cx, variable, type)) return;
  if (isOutsideStorage && variable.role !== "state" && isStorageOnly(cx.m, type, cx.line)) {
    cx.error("4061", `Type ${cx.show(type)} is only valid in storage because it contains a (nested) mapping.`, variable.span);
    // What is done with it would only be told the same.
    if (variable.role === "local") cx.m.variableTypes.set(variable, INVALID);
    return;
  }
  const fault = isReference(type) ? locationFault(cx.m, type, type.location) : undefined;
  if (fault !== undefined) cx.error("1534", fault, variable.span);
}
