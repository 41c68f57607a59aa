/** The checked program as the lowering sees it: a read-only view of the checker's tables. */
import { InternalError } from "../../../diagnostics/diagnostic.js";
import type { ContractDefinition, Declaration, Expression, Node } from "../syntax/ast.js";
import { errorType, eventType, externalDefinitionType, functionDefinitionType, interfaceFunctionType } from "./function-types.js";
import type { Model } from "./model.js";
import type { CheckedProgram, ContractInfo } from "./program.js";
import { isInvalid } from "./type-factory.js";
import type { VirtualLookup } from "./virtual-lookup.js";

function known<T>(value: T | undefined, what: string, node: Node): T {
  if (value === undefined) throw new InternalError(`${what} is not known (${node.kind})`, node.span);
  return value;
}

const models = new WeakMap<CheckedProgram, Model>();

/** The checker's tables behind a program: for what is derived from them later, such as the ABI. */
export function modelOf(program: CheckedProgram): Model {
  const m = models.get(program);
  if (!m) throw new InternalError("the program does not come from the checker");
  return m;
}

export function checkedProgram(m: Model, contracts: readonly ContractInfo[], lookup: VirtualLookup): CheckedProgram {
  const program = viewOf(m, contracts, lookup);
  models.set(program, m);
  return program;
}

function viewOf(m: Model, contracts: readonly ContractInfo[], lookup: VirtualLookup): CheckedProgram {
  const infos = new Map<ContractDefinition, ContractInfo>(contracts.map((info) => [info.definition, info]));
  return {
    units: m.units,
    contracts,
    contractInfo: (definition) => known(infos.get(definition), "contract", definition),
    lineOf: (unit) => m.lineOf(unit),
    usesOldCoder: (unit) => m.abiCoderV1.has(unit),
    unitOf: (declaration: Declaration) => known(m.unitOf.get(declaration), "file", declaration),
    contractOf: (declaration) => m.contractOf.get(declaration),
    typeOf: (e) => known(m.expressionTypes.get(e), "type", e),
    variableType: (variable) => known(m.variableTypes.get(variable), "type", variable),
    typeOfTypeName: (name) => known(m.typeNames.get(name), "type", name),
    functionType: (d) => {
      if (d.kind === "EventDefinition") return eventType(m, d);
      return d.kind === "ErrorDefinition" ? errorType(m, d) : functionDefinitionType(m, d, "internal");
    },
    externalType: (d) => known(interfaceFunctionType(m, externalDefinitionType(m, d)), "external type", d),
    reference: (node) => m.references.get(node),
    callInfo: (call) => known(m.calls.get(call), "call", call),
    binaryInfo: (operation) => known(m.binaries.get(operation), "operation", operation),
    unaryOperator: (operation) => m.unaryOperators.get(operation),
    modifierTarget: (invocation) => known(m.modifierTargets.get(invocation), "modifier", invocation),
    resolveVirtual: (info, f) => lookup.function(info, f),
    resolveSuper: (info, from, f) => lookup.superFunction(info, from, f),
    resolveModifier: (info, modifier) => lookup.modifier(info, modifier),
    yulReference: (identifier) => m.yulReferences.get(identifier),
    isMemorySafe: (assembly) => m.memorySafe.has(assembly),
    constantValue: (e: Expression) => {
      const type = m.expressionTypes.get(e);
      if (type?.kind === "rational" && !isInvalid(type)) return type.denominator === 1n ? type.numerator : undefined;
      return m.constants.get(e);
    },
  };
}
