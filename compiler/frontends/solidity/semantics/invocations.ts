/** Arguments of modifiers and of base constructors, in function headers and in inheritance lists. */
import type { ContractDefinition, Expression, InheritanceSpecifier, ModifierDefinition, ModifierInvocation, VariableDeclaration } from "../syntax/ast.js";
import type { CodeContext } from "./code-context.js";
import { implicitly } from "./conversions.js";
import { withDetail } from "./expectations.js";

/** `m(a, b)` in a function's header; arguments have been checked. */
export function checkModifierArguments(cx: CodeContext, invocation: ModifierInvocation, modifier: ModifierDefinition): void {
  cx.m.modifierTargets.set(invocation, modifier);
  const home = cx.m.contractOf.get(modifier);
  if (cx.contract && home && !cx.m.derivesFrom(cx.contract, home)) {
    cx.error("9428", "Can only use modifiers defined in the current contract or in base contracts.", invocation.span);
  }
  if (invocation.path.parts.length > 1 && !modifier.body) {
    const message =
      "Cannot call unimplemented modifier. The modifier has no implementation in the referenced contract. Refer to it by its unqualified name if you want to call the implementation from the most derived contract.";
    cx.error("1835", message, invocation.span);
  }
  checkParameters(cx, invocation, modifier.parameters);
}

/** `Base(a)` in a constructor's header. */
export function checkBaseInvocation(cx: CodeContext, invocation: ModifierInvocation, base: ContractDefinition): void {
  const bases = cx.contract ? cx.m.linearization(cx.contract).slice(1) : [];
  if (!bases.includes(base)) {
    cx.error("4659", "Referenced declaration is neither modifier nor base class.", invocation.span);
    return;
  }
  cx.m.modifierTargets.set(invocation, base);
  checkParameters(cx, invocation, cx.m.membersOf(base).constructor_?.parameters ?? []);
}

function checkParameters(cx: CodeContext, invocation: ModifierInvocation, parameters: readonly VariableDeclaration[]): void {
  const given = invocation.arguments ?? [];
  if (given.length !== parameters.length) {
    const message = `Wrong argument count for modifier invocation: ${given.length} arguments given but expected ${parameters.length}.`;
    cx.error("2973", message, invocation.span);
    return;
  }
  checkTypes(cx, given, parameters, "4649", "modifier invocation");
}

function checkTypes(cx: CodeContext, given: readonly Expression[], parameters: readonly VariableDeclaration[], code: string, what: string): void {
  given.slice(0, parameters.length).forEach((argument, i) => {
    const [type, wanted] = [cx.typeOf(argument), cx.m.variableType(parameters[i]!)];
    const verdict = implicitly(cx.m, type, wanted);
    if (verdict.ok) return;
    const message = `Invalid type for argument in ${what}. Invalid implicit conversion from ${cx.show(type)} to ${cx.show(wanted)} requested.`;
    cx.error(code, withDetail(message, verdict.detail), argument.span);
  });
}

/** `is Base(a)`. */
export function checkInheritanceArguments(cx: CodeContext, specifier: InheritanceSpecifier): void {
  for (const argument of specifier.arguments ?? []) cx.visit(argument);
  const reference = cx.m.references.get(specifier.baseName);
  const base = reference?.kind === "declaration" ? reference.declaration : undefined;
  if (base?.kind !== "ContractDefinition") return;
  if (cx.contract?.contractKind === "interface" && base.contractKind !== "interface") {
    cx.error("6536", "Interfaces can only inherit from other interfaces.", specifier.span);
  }
  const given = specifier.arguments;
  if (!given) return;
  const parameters = cx.m.membersOf(base).constructor_?.parameters ?? [];
  if (given.length !== parameters.length) {
    const advice = given.length === 0 ? ". Remove parentheses if you do not want to provide arguments here." : "";
    const message = `Wrong argument count for constructor call: ${given.length} arguments given but expected ${parameters.length}${advice}`;
    cx.error("7927", message, specifier.span);
  }
  checkTypes(cx, given, parameters, "9827", "constructor call");
}
