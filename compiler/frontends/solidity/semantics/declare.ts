/**
 * First stage: enters every declaration of every file into its scope, and names that imports bring in. Nothing is
 * resolved yet; clashes and reserved names are reported.
 */
import type { Span } from "../../../base/span.js";
import type { LoadedSources } from "../imports/resolve.js";
import type { ContractDefinition, ContractMember, Declaration, ImportDirective, SourceUnit, SourceUnitMember } from "../syntax/ast.js";
import { globalScope } from "./builtins.js";
import type { Model } from "./model.js";
import { Scope, type NamedSymbol } from "./scope.js";
import { warnOfShadowing } from "./shadowing.js";
import { isPublic, isVisibleInContract } from "./visibility.js";

const reservedNames: ReadonlySet<string> = new Set(["_", "super", "this"]);

/** Enters a name, unless it clashes with what the scope has; reports clashes and reserved names. */
export function declareName(m: Model, scope: Scope, name: string, symbol: Declaration, at: Span): boolean {
  if (name === "") return true;
  const isCallableByMessage = (symbol.kind === "FunctionDefinition" && symbol.functionKind === "function" && isPublic(symbol)) || symbol.kind === "EventDefinition";
  if (m.line === "0.8" && reservedNames.has(name) && !isCallableByMessage) m.sink.error("DeclarationError", "3726", `The name "${name}" is reserved.`, at);
  const conflict = scope.conflict(name, symbol);
  if (conflict) {
    reportClash(m, conflict, at);
    return false;
  }
  scope.add(name, symbol, isVisibleInContract(symbol));
  return true;
}

/** Two declarations of one name: the error stands at the later one. */
function reportClash(m: Model, conflict: NamedSymbol, at: Span): void {
  const first = conflict.kind === "Builtin" ? undefined : conflict.span;
  const isBefore = first !== undefined && first.file === at.file && at.start < first.start;
  const [second, earlier] = isBefore ? [first, at] : [at, first];
  const related = earlier ? [{ span: earlier, message: "The previous declaration is here:" }] : undefined;
  m.sink.error("DeclarationError", "2333", "Identifier already declared.", second, "Rename one of the two.", related);
}

/** Registers all files, then their imports (imports come first in the list, so names flow on through files). */
export function declareAll(m: Model, loaded: LoadedSources): void {
  for (const unit of loaded.units) {
    m.line = m.lineOf(unit);
    declareUnit(m, unit);
  }
  for (const unit of loaded.units) importNames(m, loaded, unit);
  for (const unit of loaded.units) warnOfHiddenNames(m, unit);
}

/** Of names that hide builtins or names of the file; local names are seen to where code is checked. */
function warnOfHiddenNames(m: Model, unit: SourceUnit): void {
  const scope = m.scopes.get(unit)!;
  for (const node of unit.nodes) {
    if (node.kind === "ImportDirective") {
      for (const { name, nameSpan } of importedNames(m, node)) warnOfShadowing(m, scope, name, nameSpan ?? node.span, undefined);
    } else if ("name" in node && node.kind !== "PragmaDirective") warnOfShadowing(m, scope, node.name, node.span, undefined);
    if (node.kind !== "ContractDefinition") continue;
    for (const member of node.members) {
      if ("name" in member) warnOfShadowing(m, m.scopes.get(node)!, member.name, member.span, node);
    }
  }
}

function importedNames(m: Model, directive: ImportDirective): readonly { readonly name: string; readonly nameSpan?: Span }[] {
  if (directive.unitAlias) return [directive.unitAlias];
  if (directive.symbols) return directive.symbols.map((symbol) => symbol.alias ?? symbol);
  const imported = m.importedUnits.get(directive);
  return imported ? [...m.scopes.get(imported)!.entries()].map(([name]) => ({ name })) : [];
}

function declareUnit(m: Model, unit: SourceUnit): void {
  m.units.push(unit);
  const scope = new Scope(globalScope(m.lineOf(unit)));
  m.scopes.set(unit, scope);
  for (const node of unit.nodes) declareUnitMember(m, unit, scope, node);
}

function declareUnitMember(m: Model, unit: SourceUnit, scope: Scope, node: SourceUnitMember): void {
  switch (node.kind) {
    case "PragmaDirective":
    case "UsingForDirective":
    case "ImportDirective":
      return;
    case "ContractDefinition":
      m.unitOf.set(node, unit);
      declareName(m, scope, node.name, node, node.span);
      declareContract(m, unit, scope, node);
      return;
    default:
      declareMember(m, unit, undefined, scope, node);
  }
}

function declareContract(m: Model, unit: SourceUnit, unitScope: Scope, contract: ContractDefinition): void {
  m.contracts.push(contract);
  const scope = new Scope(unitScope);
  m.scopes.set(contract, scope);
  for (const member of contract.members) {
    if (member.kind === "UsingForDirective") continue;
    declareMember(m, unit, contract, scope, member);
    if (member.kind === "FunctionDefinition" && member.name === contract.name) {
      const hint = 'Use "constructor(...) { ... }" to define a constructor.';
      const message = 'Functions are not allowed to have the same name as the contract. If you intend this to be a constructor, use "constructor(...) { ... }" to define it.';
      m.sink.error("SyntaxError", "5796", message, member.span, hint);
    }
  }
  m.members.set(contract, collectMembers(contract));
}

function collectMembers(contract: ContractDefinition): ReturnType<Model["membersOf"]> {
  const of = <K extends ContractMember["kind"]>(kind: K): Extract<ContractMember, { readonly kind: K }>[] =>
    contract.members.filter((member): member is Extract<ContractMember, { readonly kind: K }> => member.kind === kind);
  const functions = of("FunctionDefinition");
  return {
    functions,
    variables: of("VariableDeclaration"),
    modifiers: of("ModifierDefinition"),
    events: of("EventDefinition"),
    errors: of("ErrorDefinition"),
    constructor_: functions.find((f) => f.functionKind === "constructor"),
    fallback: functions.find((f) => f.functionKind === "fallback"),
    receive: functions.find((f) => f.functionKind === "receive"),
  };
}

type OrdinaryMember = Exclude<ContractMember | SourceUnitMember, { readonly kind: "UsingForDirective" | "PragmaDirective" | "ImportDirective" | "ContractDefinition" }>;

function declareMember(m: Model, unit: SourceUnit, contract: ContractDefinition | undefined, scope: Scope, member: OrdinaryMember): void {
  own(m, unit, contract, member);
  const isNamed = member.kind !== "FunctionDefinition" || member.functionKind === "function" || member.functionKind === "freeFunction";
  if (isNamed) declareName(m, scope, member.name, member, member.span);
  if (member.kind === "StructDefinition" || member.kind === "EnumDefinition") {
    const inner = new Scope();
    for (const part of member.members) {
      own(m, unit, contract, part);
      declareName(m, inner, part.name, part, part.span);
    }
  } else if (member.kind === "EventDefinition" || member.kind === "ErrorDefinition") {
    const inner = new Scope();
    for (const part of member.parameters) {
      own(m, unit, contract, part);
      declareName(m, inner, part.name, part, part.span);
    }
  }
}

function own(m: Model, unit: SourceUnit, contract: ContractDefinition | undefined, declaration: Declaration): void {
  m.unitOf.set(declaration, unit);
  if (contract) m.contractOf.set(declaration, contract);
}

function importNames(m: Model, loaded: LoadedSources, unit: SourceUnit): void {
  const scope = m.scopes.get(unit)!;
  for (const node of unit.nodes) {
    if (node.kind !== "ImportDirective") continue;
    const imported = loaded.resolveImport(unit, node);
    const source = imported && m.scopes.get(imported);
    if (!source) continue;
    m.importedUnits.set(node, imported);
    m.unitOf.set(node, unit);
    if (node.unitAlias) declareName(m, scope, node.unitAlias.name, node, node.span);
    else if (node.symbols) importSymbols(m, scope, source, imported, node);
    else importAll(m, scope, source, node);
  }
}

function importSymbols(m: Model, scope: Scope, source: Scope, imported: SourceUnit, directive: ImportDirective): void {
  for (const symbol of directive.symbols ?? []) {
    const found = source.own(symbol.name);
    if (found.length === 0) {
      const message = `Declaration "${symbol.name}" not found in "${imported.file.name}" (referenced as "${directive.path}").`;
      const [similar] = source.similarNames(symbol.name);
      m.sink.error("DeclarationError", "2904", message, directive.span, similar === undefined ? undefined : `Did you mean "${similar}"?`);
    }
    const name = symbol.alias ?? symbol;
    for (const declaration of found) if (declaration.kind !== "Builtin") declareName(m, scope, name.name, declaration, name.nameSpan);
  }
}

function importAll(m: Model, scope: Scope, source: Scope, directive: ImportDirective): void {
  for (const [name, declarations] of source.entries()) {
    for (const declaration of declarations) if (declaration.kind !== "Builtin") declareName(m, scope, name, declaration, directive.span);
  }
}
