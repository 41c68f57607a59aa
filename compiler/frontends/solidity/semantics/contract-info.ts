/** Last stage: what each contract is after inheritance: its interface, constructor arguments, events, errors, dependencies. */
import type { ContractDefinition, ErrorDefinition, EventDefinition, Expression, InheritanceSpecifier, ModifierInvocation } from "../syntax/ast.js";
import { interfaceOf } from "./interface.js";
import type { Model } from "./model.js";
import type { ContractInfo } from "./program.js";
import { UsesTable } from "./uses.js";
import { VirtualLookup } from "./virtual-lookup.js";

type BaseArguments = Map<ContractDefinition, { readonly source: InheritanceSpecifier | ModifierInvocation; readonly arguments: readonly Expression[] }>;

/** The arguments of base constructors, from inheritance lists and constructors' headers, most derived first. */
export function baseArguments(m: Model, contract: ContractDefinition): BaseArguments {
  const result: BaseArguments = new Map();
  const add = (base: ContractDefinition, source: InheritanceSpecifier | ModifierInvocation): void => {
    if (source.arguments && !result.has(base)) result.set(base, { source, arguments: source.arguments });
  };
  for (const derived of m.linearization(contract)) {
    for (const invocation of m.membersOf(derived).constructor_?.modifiers ?? []) {
      const target = m.modifierTargets.get(invocation);
      if (target?.kind === "ContractDefinition") add(target, invocation);
    }
    for (const specifier of derived.bases) {
      const reference = m.references.get(specifier.baseName);
      if (reference?.kind === "declaration" && reference.declaration.kind === "ContractDefinition") add(reference.declaration, specifier);
    }
  }
  return result;
}

/** Information about all contracts, created contracts before their creators where that is possible. */
export function contractInfos(m: Model, lookup: VirtualLookup): ContractInfo[] {
  const uses = new UsesTable(m, lookup);
  const infos = new Map(m.contracts.map((contract) => [contract, contractInfo(m, uses, contract)]));
  const ordered: ContractInfo[] = [];
  const seen = new Set<ContractDefinition>();
  const visit = (contract: ContractDefinition): void => {
    const info = infos.get(contract);
    if (!info || seen.has(contract)) return;
    seen.add(contract);
    info.dependencies.forEach(visit);
    ordered.push(info);
  };
  m.contracts.forEach(visit);
  return ordered;
}

function contractInfo(m: Model, uses: UsesTable, definition: ContractDefinition): ContractInfo {
  const linearizedBases = m.linearization(definition);
  const unit = m.unitOf.get(definition)!;
  const memberOf = <K extends "fallback" | "receive">(key: K): ReturnType<Model["membersOf"]>[K] =>
    linearizedBases.map((c) => m.membersOf(c)[key]).find((f) => f !== undefined);
  const isLibrary = definition.contractKind === "library";
  const base: Omit<ContractInfo, "events" | "errors" | "dependencies"> = {
    definition,
    unit,
    fullName: `${unit.file.name}:${definition.name}`,
    linearizedBases,
    isDeployable: isLibrary || (definition.contractKind === "contract" && !definition.isAbstract),
    baseArguments: baseArguments(m, definition),
    interfaceFunctions: interfaceOf(m, definition),
    constructor_: m.membersOf(definition).constructor_,
    fallback: memberOf("fallback"),
    receive: memberOf("receive"),
  };
  const reached = uses.reachable({ ...base, events: [], errors: [], dependencies: [] });
  const events = new Set<EventDefinition>(linearizedBases.flatMap((c) => m.membersOf(c).events));
  const errors = new Set<ErrorDefinition>(linearizedBases.flatMap((c) => m.membersOf(c).errors));
  for (const event of reached.events) events.add(event);
  for (const error of reached.errors) errors.add(error);
  return { ...base, events: [...events], errors: [...errors], dependencies: reached.creates };
}
