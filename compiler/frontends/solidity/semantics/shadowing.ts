/** Warnings of names that hide others: inherited names do not count, as solc has it. */
import type { Span } from "../../../base/span.js";
import type { ContractDefinition, Declaration } from "../syntax/ast.js";
import type { Model } from "./model.js";
import type { NamedSymbol, Scope } from "./scope.js";
import { isVisibleInContract } from "./visibility.js";

/** Warns if a name that a scope declares hides one outside of it. @param contract the contract the name stands in */
export function warnOfShadowing(m: Model, scope: Scope, name: string, at: Span, contract: ContractDefinition | undefined): void {
  const hidden = hiddenBy(m, scope.parent, name, contract);
  // `this` and `super` mean something in contracts only, but are builtins everywhere.
  const isContractual = (name === "this" || name === "super") && hidden.length === 0;
  const hidesBuiltin = isContractual || hidden.some((symbol) => symbol.kind === "Builtin");
  if (hidesBuiltin) m.sink.warning("2319", "This declaration shadows a builtin symbol.", at, "Rename it.");
  const declared = hidden.flatMap((symbol) => (symbol.kind === "Builtin" ? [] : [symbol]));
  const related = (list: readonly Declaration[], message: string): { span: Span; message: string }[] => list.map((d) => ({ span: d.span, message }));
  const homonyms = declared.filter((d) => !isVisibleInContract(d));
  const shadowed = declared.filter((d) => isVisibleInContract(d));
  if (homonyms.length > 0) {
    const message = "This declaration has the same name as another declaration.";
    m.sink.warning("8760", message, at, undefined, related(homonyms, "The other declaration is here:"));
  }
  if (shadowed.length > 0) {
    const message = "This declaration shadows an existing declaration.";
    m.sink.warning("2519", message, at, "Rename one of the two.", related(shadowed, "The shadowed declaration is here:"));
  }
}

function hiddenBy(m: Model, from: Scope | undefined, name: string, contract: ContractDefinition | undefined): readonly NamedSymbol[] {
  for (let scope = from; scope; scope = scope.parent) {
    const found = scope.own(name, true).filter((symbol) => {
      const home = symbol.kind === "Builtin" ? undefined : m.contractOf.get(symbol);
      return home === undefined || home === contract;
    });
    if (found.length > 0) return found;
    const later = scope.announced(name);
    if (later) return [later];
  }
  return [];
}

/** The contract whose scope encloses a scope. */
export function enclosingContract(m: Model, from: Scope): ContractDefinition | undefined {
  const scopes = new Set<Scope>();
  for (let scope: Scope | undefined = from; scope; scope = scope.parent) scopes.add(scope);
  return m.contracts.find((contract) => scopes.has(m.scopes.get(contract)!));
}
