/**
 * Which contracts cannot be created although nothing says `abstract`, by the rules of the lines before that keyword meant it:
 *
 *   0.5        a function or modifier without a body, own or inherited (of a library too); a base constructor without its arguments
 *   0.5, 0.6   an internal constructor
 *
 * They have no code of their own, only what derives from them has. From 0.7 on the keyword alone decides.
 */
import type { ContractDefinition, FunctionDefinition, InheritanceSpecifier, ModifierDefinition, ModifierInvocation, VariableDeclaration } from "../syntax/ast.js";
import { isBefore } from "../syntax/language.js";
import { asExternallyCallable, functionDefinitionType, getterType } from "./function-types.js";
import type { Model } from "./model.js";
import { lookupPath } from "./paths.js";
import { typeKey } from "./same-type.js";
import { isPartOfExternalInterface } from "./visibility.js";

/** Fills the model's set of such contracts; needs the types of parameters and the linearisations. */
export function markImplicitlyAbstract(m: Model): void {
  for (const contract of m.contracts) {
    const line = m.lineOf(m.unitOf.get(contract)!);
    if (contract.contractKind === "interface" || !isBefore(line, "0.7")) continue;
    const isInternal = m.membersOf(contract).constructor_?.visibility === "internal";
    const isIncomplete = line === "0.5" && (unimplementedMembers(m, contract).length > 0 || lacksArguments(m, contract));
    if (isInternal || isIncomplete) m.implicitlyAbstract.add(contract);
  }
}

/** Whether the constructor of a base takes arguments that nobody gives. */
function lacksArguments(m: Model, contract: ContractDefinition): boolean {
  const given = new Set<unknown>();
  for (const derived of m.linearization(contract)) {
    const scope = m.scopes.get(derived);
    const name = (source: InheritanceSpecifier | ModifierInvocation) => ("baseName" in source ? source.baseName : source.path);
    for (const source of [...derived.bases, ...(m.membersOf(derived).constructor_?.modifiers ?? [])]) {
      if (!source.arguments || !scope) continue;
      const parts = name(source).parts.map((part) => part.name);
      given.add(lookupPath(m, parts, scope));
    }
  }
  return m
    .linearization(contract)
    .slice(1)
    .some((base) => (m.membersOf(base).constructor_?.parameters.length ?? 0) > 0 && !given.has(base));
}

/** Functions and modifiers, own or inherited, that have no body. */
export function unimplementedMembers(m: Model, contract: ContractDefinition): (FunctionDefinition | ModifierDefinition)[] {
  const members = new Map<string, VariableDeclaration | FunctionDefinition | ModifierDefinition>();
  const add = (key: string, item: VariableDeclaration | FunctionDefinition | ModifierDefinition): void => {
    const isImplemented = item.kind === "VariableDeclaration" || item.body !== undefined;
    if (isImplemented || !members.has(key)) members.set(key, item);
  };
  for (const base of [...m.linearization(contract)].reverse()) {
    const { variables, functions, modifiers } = m.membersOf(base);
    for (const v of variables) {
      if (isPartOfExternalInterface(v)) add(`function ${v.name}(${getterType(m, v).parameters.map(typeKey).join()})`, v);
    }
    for (const f of functions) {
      if (f.functionKind === "constructor") continue;
      const parameters =
        f.functionKind === "function"
          ? asExternallyCallable(functionDefinitionType(m, f, "external"), false)
              .parameters.map(typeKey)
              .join()
          : "";
      add(`${f.functionKind} ${f.name}(${parameters})`, f);
    }
    for (const modifier of modifiers) add(`modifier ${modifier.name}`, modifier);
  }
  return [...members.values()].flatMap((item) => (item.kind === "VariableDeclaration" || item.body ? [] : [item]));
}
