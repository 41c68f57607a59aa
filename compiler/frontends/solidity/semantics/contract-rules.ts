/** Fifth stage, per contract: duplicates, abstractness, base constructors, selectors, libraries, storage size. */
import type { ContractDefinition, EventDefinition, FunctionDefinition, InheritanceSpecifier, ModifierInvocation, SourceUnit } from "../syntax/ast.js";
import { isBefore } from "../syntax/language.js";
import { checkInheritedInterface } from "./abi-coder.js";
import { unimplementedMembers } from "./abstractness.js";
import { asExternallyCallable, eventType, functionDefinitionType } from "./function-types.js";
import { interfaceOf, ownInterface } from "./interface.js";
import type { Model } from "./model.js";
import { OverrideChecker } from "./overrides.js";
import { sameTypes, typeKey } from "./same-type.js";
import { isInvalid } from "./type-factory.js";
import { storageSlots } from "./type-properties.js";
import type { FunctionType } from "./types.js";

export function checkContractRules(m: Model): void {
  const overrides = new OverrideChecker(m);
  for (const unit of m.units) checkFileDuplicates(m, unit);
  for (const contract of m.contracts) {
    checkSpecialDuplicates(m, contract);
    checkDuplicates(
      m,
      m.membersOf(contract).functions.filter((f) => f.functionKind === "function"),
      "1686",
    );
    // Before 0.7 a contract could declare an inherited event again.
    const line = m.lineOf(m.unitOf.get(contract)!);
    checkDuplicates(
      m,
      (isBefore(line, "0.7") ? [contract] : m.linearization(contract)).flatMap((c) => m.membersOf(c).events),
      "5883",
    );
    overrides.check(contract);
    checkBaseConstructors(m, contract);
    checkAbstractness(m, contract);
    checkSelectors(m, contract);
    checkLibrary(m, contract);
    checkInheritedInterface(m, contract);
    checkMemberKinds(m, contract);
    checkFallbackAndStorage(m, contract);
  }
}

function externalType(m: Model, d: FunctionDefinition | EventDefinition): FunctionType {
  return asExternallyCallable(d.kind === "EventDefinition" ? eventType(m, d) : functionDefinitionType(m, d, "external"), false);
}

function checkDuplicates(m: Model, definitions: readonly (FunctionDefinition | EventDefinition)[], code: "1686" | "5883"): void {
  const groups = new Map<string, (FunctionDefinition | EventDefinition)[]>();
  for (const definition of new Set(definitions)) {
    const key = `${definition.name}(${externalType(m, definition).parameters.map(typeKey).join()})`;
    const group = groups.get(key);
    if (group) group.push(definition);
    else groups.set(key, [definition]);
  }
  const what = code === "1686" ? "Function" : "Event";
  for (const [first, ...others] of groups.values()) {
    if (others.length === 0) continue;
    const related = others.map((other) => ({ span: other.span, message: "Other declaration is here:" }));
    m.sink.error("DeclarationError", code, `${what} with same name and parameter types defined twice.`, first!.span, undefined, related);
  }
}

/** Free functions and events, imported ones included. */
function checkFileDuplicates(m: Model, unit: SourceUnit): void {
  for (const [, symbols] of m.scopes.get(unit)!.entries()) {
    if (symbols.length < 2) continue;
    const functions = symbols.filter((s): s is FunctionDefinition => s.kind === "FunctionDefinition");
    const events = symbols.filter((s): s is EventDefinition => s.kind === "EventDefinition");
    checkAliasedDuplicates(m, functions, "1686");
    checkAliasedDuplicates(m, events, "5883");
  }
}

/** Under one name, whatever the definitions' own names are. */
function checkAliasedDuplicates(m: Model, definitions: readonly (FunctionDefinition | EventDefinition)[], code: "1686" | "5883"): void {
  const seen: (FunctionDefinition | EventDefinition)[] = [];
  for (const definition of definitions) {
    const { parameters } = externalType(m, definition);
    const twin = seen.find((other) => sameTypes(externalType(m, other).parameters, parameters));
    if (twin) {
      const what = code === "1686" ? "Function" : "Event";
      const related = [{ span: definition.span, message: "Other declaration is here:" }];
      m.sink.error("DeclarationError", code, `${what} with same name and parameter types defined twice.`, twin.span, undefined, related);
    } else seen.push(definition);
  }
}

function checkSpecialDuplicates(m: Model, contract: ContractDefinition): void {
  const rules = [
    ["constructor", "7997", "More than one constructor defined."],
    ["fallback", "7301", "Only one fallback function is allowed."],
    ["receive", "4046", "Only one receive function is allowed."],
  ] as const;
  for (const [kind, code, message] of rules) {
    const [first, ...others] = m.membersOf(contract).functions.filter((f) => f.functionKind === kind);
    for (const other of others) {
      m.sink.error("DeclarationError", code, message, other.span, undefined, [{ span: first!.span, message: "Another declaration is here:" }]);
    }
  }
}

function checkBaseConstructors(m: Model, contract: ContractDefinition): void {
  const given = new Map<ContractDefinition, InheritanceSpecifier | ModifierInvocation>();
  const provide = (base: ContractDefinition, source: InheritanceSpecifier | ModifierInvocation): void => {
    if (!m.membersOf(base).constructor_) return;
    const earlier = given.get(base);
    if (!earlier) given.set(base, source);
    else reportTwice(m, contract, earlier, source);
  };
  for (const derived of m.linearization(contract)) {
    for (const invocation of m.membersOf(derived).constructor_?.modifiers ?? []) {
      const target = m.modifierTargets.get(invocation);
      if (target?.kind !== "ContractDefinition") continue;
      if (invocation.arguments) provide(target, invocation);
      else if (derived === contract) {
        m.sink.error("DeclarationError", "1563", "Modifier-style base constructor call without arguments.", invocation.span, "Add parentheses.");
      }
    }
    for (const specifier of derived.bases) {
      const reference = m.references.get(specifier.baseName);
      const base = reference?.kind === "declaration" ? reference.declaration : undefined;
      if (base?.kind === "ContractDefinition" && specifier.arguments && specifier.arguments.length > 0) provide(base, specifier);
    }
  }
  const needsKeyword = !isBefore(m.lineOf(m.unitOf.get(contract)!), "0.6");
  if (contract.contractKind !== "contract" || contract.isAbstract || !needsKeyword) return;
  for (const base of m.linearization(contract).slice(1)) {
    const { constructor_ } = m.membersOf(base);
    if (!constructor_ || constructor_.parameters.length === 0 || given.has(base)) continue;
    const message = `No arguments passed to the base constructor. Specify the arguments or mark "${contract.name}" as abstract.`;
    const related = [{ span: constructor_.span, message: "Base constructor parameters:" }];
    m.sink.error("TypeError", "3415", message, contract.span, `Write "is ${base.name}(...)" or call ${base.name}(...) in the constructor's header.`, related);
  }
}

function reportTwice(m: Model, contract: ContractDefinition, earlier: InheritanceSpecifier | ModifierInvocation, later: InheritanceSpecifier | ModifierInvocation): void {
  const isInside = (node: typeof later): boolean => node.span.file === contract.span.file && node.span.start >= contract.span.start && node.span.end <= contract.span.end;
  const [at, related] =
    isInside(earlier) || isInside(later)
      ? [earlier, [{ span: later.span, message: "Second constructor call is here:" }]]
      : [
          contract,
          [
            { span: later.span, message: "First constructor call is here:" },
            { span: earlier.span, message: "Second constructor call is here:" },
          ],
        ];
  m.sink.error("DeclarationError", "3364", "Base constructor arguments given twice.", at.span, undefined, related);
}

/** A contract that leaves something unimplemented must be abstract. */
function checkAbstractness(m: Model, contract: ContractDefinition): void {
  if (contract.isAbstract && contract.contractKind === "interface") {
    const message = 'Interfaces do not need the "abstract" keyword, they are abstract implicitly.';
    m.sink.error("TypeError", "9348", message, contract.span);
  } else if (contract.isAbstract && contract.contractKind === "library") m.sink.error("TypeError", "9571", "Libraries cannot be abstract.", contract.span);
  const needsKeyword = !isBefore(m.lineOf(m.unitOf.get(contract)!), "0.6");
  if (contract.contractKind !== "contract" || contract.isAbstract || !needsKeyword) return;
  const unimplemented = unimplementedMembers(m, contract);
  if (unimplemented.length === 0) return;
  const related = unimplemented.map((item) => ({ span: item.span, message: "Missing implementation: " }));
  const hint = `Implement ${unimplemented.map((item) => `"${item.name}"`).join(", ")}, or mark the contract as abstract.`;
  m.sink.error("TypeError", "3656", `Contract "${contract.name}" should be marked as abstract.`, contract.span, hint, related);
}

/** Signatures must be unique as types and as selectors. */
function checkSelectors(m: Model, contract: ContractDefinition): void {
  const bySignature = new Map<string, FunctionType[]>();
  for (const base of m.linearization(contract)) {
    for (const { signature, type, declaration } of ownInterface(m, base)) {
      const callable = asExternallyCallable(type, false);
      const group = bySignature.get(signature) ?? [];
      for (const other of group) {
        if (sameTypes(other.parameters, callable.parameters)) continue;
        m.sink.error("TypeError", "9914", "Function overload clash during conversion to external types for arguments.", declaration.span);
      }
      bySignature.set(signature, [...group, callable]);
    }
  }
  const selectors = new Set<number>();
  for (const { selector, signature } of interfaceOf(m, contract)) {
    if (selectors.has(selector)) {
      m.sink.error("TypeError", "1860", `Function signature hash collision for ${signature}`, contract.span, "Rename one of the functions.");
    }
    selectors.add(selector);
  }
}

function checkLibrary(m: Model, contract: ContractDefinition): void {
  if (contract.contractKind !== "library") return;
  if (contract.bases.length > 0) m.sink.error("TypeError", "9469", "Library is not allowed to inherit.", contract.span);
  for (const variable of m.membersOf(contract).variables) {
    if (variable.mutability !== "constant") m.sink.error("TypeError", "9957", "Library cannot have non-constant state variables", variable.span);
  }
}

function checkMemberKinds(m: Model, contract: ContractDefinition): void {
  if (contract.contractKind !== "interface") return;
  for (const variable of m.membersOf(contract).variables) {
    m.sink.error("TypeError", "8274", "Variables cannot be declared in interfaces.", variable.span);
  }
}

function checkFallbackAndStorage(m: Model, contract: ContractDefinition): void {
  const bases = m.linearization(contract);
  const fallback = bases.map((c) => m.membersOf(c).fallback).find((f) => f !== undefined);
  const hasReceive = bases.some((c) => m.membersOf(c).receive !== undefined);
  if (fallback?.stateMutability === "payable" && !hasReceive && interfaceOf(m, contract).length > 0) {
    const message = "This contract has a payable fallback function, but no receive ether function. Consider adding a receive ether function.";
    m.sink.warning("3628", message, contract.span, undefined, [{ span: fallback.span, message: "The payable fallback function is defined here." }]);
  }
  let slots = 0n;
  for (const variable of bases.flatMap((base) => m.membersOf(base).variables)) {
    const type = m.variableType(variable);
    if (isInvalid(type)) return;
    if (variable.mutability === "mutable") slots += storageSlots(m, type);
  }
  if (slots >= 1n << 256n) m.sink.error("TypeError", "7676", "Contract requires too much storage.", contract.span);
}
