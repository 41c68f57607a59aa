/** Last stage: what each contract is after inheritance: its interface, constructor arguments, events, errors, dependencies. */
import type { ContractDefinition, ErrorDefinition, EventDefinition, Expression, InheritanceSpecifier, ModifierInvocation, Node } from "../syntax/ast.js";
import { errorType } from "./function-types.js";
import { interfaceOf, selectorOf, signatureOf } from "./interface.js";
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
  const creates = new Map<ContractDefinition, ReadonlyMap<ContractDefinition, Node>>();
  const infos = new Map(m.contracts.map((contract) => [contract, contractInfo(m, uses, contract, creates)]));
  checkCodeCycles(m, creates);
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

/** A contract's code cannot hold itself: neither directly nor through contracts that it creates. */
function checkCodeCycles(m: Model, creates: ReadonlyMap<ContractDefinition, ReadonlyMap<ContractDefinition, Node>>): void {
  const reaches = (from: ContractDefinition, target: ContractDefinition, seen: Set<ContractDefinition>): boolean => {
    if (from === target) return true;
    if (seen.has(from)) return false;
    seen.add(from);
    return [...(creates.get(from)?.keys() ?? [])].some((next) => reaches(next, target, seen));
  };
  const reported = new Set<Node>();
  for (const [contract, created] of creates) {
    for (const [other, at] of created) {
      if (reported.has(at) || !reaches(other, contract, new Set())) continue;
      reported.add(at);
      const message = 'Circular reference to contract bytecode either via "new" or "type(...).creationCode" / "type(...).runtimeCode".';
      m.sink.error("TypeError", "7813", message, at.span, `The code of '${contract.name}' would have to hold itself.`);
    }
  }
}

function contractInfo(m: Model, uses: UsesTable, definition: ContractDefinition, creates: Map<ContractDefinition, ReadonlyMap<ContractDefinition, Node>>): ContractInfo {
  const linearizedBases = m.linearization(definition);
  const unit = m.unitOf.get(definition)!;
  const memberOf = <K extends "fallback" | "receive">(key: K): ReturnType<Model["membersOf"]>[K] => linearizedBases.map((c) => m.membersOf(c)[key]).find((f) => f !== undefined);
  const base: Omit<ContractInfo, "events" | "errors" | "dependencies"> = {
    definition,
    unit,
    fullName: `${unit.file.name}:${definition.name}`,
    linearizedBases,
    isDeployable: definition.contractKind !== "interface" && !m.isAbstract(definition),
    baseArguments: baseArguments(m, definition),
    interfaceFunctions: interfaceOf(m, definition),
    constructor_: m.membersOf(definition).constructor_,
    fallback: memberOf("fallback"),
    receive: memberOf("receive"),
  };
  const reached = uses.reachable({ ...base, events: [], errors: [], dependencies: [] });
  const events = new Set<EventDefinition>(linearizedBases.flatMap((c) => m.membersOf(c).events));
  const errors = new Set<ErrorDefinition>(linearizedBases.flatMap((c) => m.membersOf(c).errors));
  // Only 0.8 lists what is emitted from elsewhere too.
  if (m.lineOf(unit) === "0.8") for (const event of reached.events) events.add(event);
  for (const error of reached.errors) errors.add(error);
  checkErrorSelectors(m, errors);
  creates.set(definition, reached.creates);
  return { ...base, events: [...events], errors: [...errors], dependencies: [...reached.creates.keys()] };
}

/** Errors that a contract can revert with must be told apart by their selectors. */
function checkErrorSelectors(m: Model, errors: ReadonlySet<ErrorDefinition>): void {
  const seen = new Map<number, { readonly signature: string; readonly error: ErrorDefinition }>();
  for (const error of [...errors].sort((a, b) => a.id - b.id)) {
    const signature = signatureOf(m, errorType(m, error));
    const selector = selectorOf(signature);
    const other = seen.get(selector);
    if (!other) seen.set(selector, { signature, error });
    else if (other.signature !== signature) {
      const related = [{ span: other.error.span, message: "This error has a different signature but the same hash: " }];
      m.sink.error("TypeError", "4883", `Error signature hash collision for ${signature}`, error.nameSpan, "Rename one of the errors.", related);
    }
  }
}
