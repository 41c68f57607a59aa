/**
 * Second stage: base contracts. Linearises each contract's bases (C3, as solc and Python do) and brings the names that
 * bases declare into the scopes of derived contracts.
 */
import type { ContractDefinition } from "../syntax/ast.js";
import type { Model, NamedDeclaration } from "./model.js";
import { resolvePath } from "./paths.js";
import type { Scope } from "./scope.js";
import { isVisibleInContract, isVisibleInDerivedContracts } from "./visibility.js";

/** Linearises all contracts; bases must precede, which the order of units and of definitions guarantees for valid code. */
export function resolveInheritance(m: Model): void {
  for (const contract of m.contracts) {
    const bases = resolveBases(m, contract);
    m.linearized.set(contract, linearize(m, contract, bases));
    inheritNames(m, contract);
  }
}

function resolveBases(m: Model, contract: ContractDefinition): ContractDefinition[] {
  const scope = m.scopes.get(m.unitOf.get(contract)!)!;
  const bases: ContractDefinition[] = [];
  for (const { baseName } of contract.bases) {
    const base = resolvePath(m, baseName, scope);
    if (!base) continue;
    if (base.kind !== "ContractDefinition") m.sink.error("TypeError", "8758", "Contract expected.", baseName.span);
    else if (base.contractKind === "library") m.sink.error("TypeError", "2571", "Libraries cannot be inherited from.", baseName.span);
    else if (!m.linearized.has(base)) {
      const message = "Definition of base has to precede definition of derived contract";
      m.sink.error("TypeError", "2449", message, baseName.span, `Move '${base.name}' in front of '${contract.name}'.`);
    } else bases.push(base);
  }
  return bases;
}

/**
 * C3: the contract, then its bases from most derived to most base-like, keeping the order of every base's own
 * linearisation; bases written later are more derived.
 */
function linearize(m: Model, contract: ContractDefinition, bases: readonly ContractDefinition[]): readonly ContractDefinition[] {
  const direct = [...bases].reverse();
  let lists = [...direct.map((base) => [...m.linearization(base)]), [...direct]].filter((list) => list.length > 0);
  const result = [contract];
  while (lists.length > 0) {
    const next = lists.map((list) => list[0]!).find((candidate) => lists.every((list) => list.lastIndexOf(candidate) <= 0));
    if (!next) {
      const hint = "List the bases from 'most base-like' to 'most derived'.";
      m.sink.error("TypeError", "5005", "Linearization of inheritance graph impossible", contract.span, hint);
      return [contract];
    }
    result.push(next);
    lists = lists.map((list) => (list[0] === next ? list.slice(1) : list)).filter((list) => list.length > 0);
  }
  return result;
}

function inheritNames(m: Model, contract: ContractDefinition): void {
  const scope = m.scopes.get(contract)!;
  for (const base of m.linearization(contract).slice(1)) {
    for (const member of base.members) {
      if (member.kind === "UsingForDirective" || member.name === "" || !isVisibleInDerivedContracts(member)) continue;
      inheritName(m, scope, member);
    }
  }
}

function inheritName(m: Model, scope: Scope, member: NamedDeclaration): void {
  const conflict = scope.conflict(member.name, member);
  if (!conflict) {
    scope.add(member.name, member, isVisibleInContract(member));
    return;
  }
  if (conflict.kind === "Builtin" || (member.kind === "ModifierDefinition" && conflict.kind === "ModifierDefinition")) return;
  const isOverriding = conflict.kind === "VariableDeclaration" && conflict.visibility === "public" && member.kind === "FunctionDefinition";
  if (isOverriding) return;
  // Until 0.5 a state variable could hide one of a base.
  const hides = conflict.kind === "VariableDeclaration" && member.kind === "VariableDeclaration" && m.contractOf.get(conflict) !== m.contractOf.get(member);
  if (hides && m.lineOf(m.unitOf.get(conflict)!) === "0.5") return;
  const isFirst = member.span.start < conflict.span.start;
  const [earlier, later] = isFirst ? [member, conflict] : [conflict, member];
  const related = [{ span: earlier.span, message: "The previous declaration is here:" }];
  m.sink.error("DeclarationError", "9097", "Identifier already declared.", later.span, undefined, related);
}
