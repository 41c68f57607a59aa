/** The types of functions, getters, events, errors, constructors and modifiers, as they are seen from inside and from outside. */
import type {
  ContractDefinition,
  Declaration,
  ErrorDefinition,
  EventDefinition,
  FunctionDefinition,
  FunctionTypeName,
  StructDefinition,
  VariableDeclaration,
} from "../syntax/ast.js";
import { externalTypes } from "./interface-types.js";
import type { Model } from "./model.js";
import { contractType, enumType, ERROR_MAGIC, functionType, INVALID, isReference, structType, typeType, UINT256, withLocation, withLocationIfReference } from "./type-factory.js";
import type { FunctionKind, FunctionType, SolType } from "./types.js";
import { canLiveOutsideStorage } from "./type-properties.js";
import { isPublic } from "./visibility.js";

function namesOf(variables: readonly VariableDeclaration[]): string[] {
  return variables.map((v) => v.name);
}

function typesOf(m: Model, variables: readonly VariableDeclaration[]): SolType[] {
  return variables.map((v) => m.variableType(v));
}

/** A function as declared, of kind internal (called within the contract), external, or declaration (`C.f`). */
export function functionDefinitionType(m: Model, f: FunctionDefinition, kind: FunctionKind): FunctionType {
  const mutability = kind === "internal" && f.stateMutability === "payable" ? "nonpayable" : f.stateMutability;
  return functionType(kind, typesOf(m, f.parameters), typesOf(m, f.returnParameters), mutability, {
    parameterNames: namesOf(f.parameters),
    returnNames: namesOf(f.returnParameters),
    declaration: f,
  });
}

export function eventType(m: Model, event: EventDefinition): FunctionType {
  const traits = { parameterNames: namesOf(event.parameters), declaration: event };
  return functionType("event", typesOf(m, event.parameters), [], "nonpayable", traits);
}

export function errorType(m: Model, error: ErrorDefinition): FunctionType {
  const traits = { parameterNames: namesOf(error.parameters), declaration: error };
  return functionType("error", typesOf(m, error.parameters), [ERROR_MAGIC], "pure", traits);
}

/**
 * The getter of a public state variable: keys and indices of nested mappings and arrays are parameters; a struct is
 * returned member by member without its arrays and mappings (byte arrays and strings stay).
 */
export function getterType(m: Model, variable: VariableDeclaration): FunctionType {
  const parameters: SolType[] = [];
  const parameterNames: string[] = [];
  let type = m.variableType(variable);
  let returnName = "";
  for (;;) {
    if (type.kind === "mapping") {
      parameters.push(type.key);
      parameterNames.push(type.keyName ?? "");
      returnName = type.valueName ?? "";
      type = type.value;
    } else if (type.kind === "array") {
      parameters.push(UINT256);
      parameterNames.push("");
      type = type.element;
    } else break;
  }
  const members = type.kind === "struct" ? getterMembers(m, type.definition) : undefined;
  const returns = members ? typesOf(m, members) : [type];
  return functionType(
    "external",
    parameters,
    returns.map((t) => withLocationIfReference(t, "memory")),
    "view",
    {
      parameterNames,
      returnNames: members ? namesOf(members) : [returnName],
      declaration: variable,
    },
  );
}

function getterMembers(m: Model, definition: StructDefinition): VariableDeclaration[] {
  return definition.members.filter((member) => {
    const { kind } = m.variableType(member);
    return kind !== "mapping" && kind !== "array";
  });
}

/** The type of `new C`. */
export function creationType(m: Model, contract: ContractDefinition): FunctionType {
  const definition = m.membersOf(contract).constructor_;
  const parameters = definition?.parameters ?? [];
  return functionType("creation", typesOf(m, parameters), [contractType(contract)], definition?.stateMutability === "payable" ? "payable" : "nonpayable", {
    parameterNames: namesOf(parameters),
  });
}

/** The type of a struct's constructor `S(a, b)`: all members that can be in memory (before 0.7, not all may). */
export function structConstructorType(m: Model, definition: StructDefinition): FunctionType {
  const members = definition.members.filter((member) => canLiveOutsideStorage(m.variableType(member)));
  const parameters = typesOf(m, members).map((t) => withLocationIfReference(t, "memory"));
  const traits = { parameterNames: namesOf(members) };
  return functionType("internal", parameters, [structType(definition, "memory")], "pure", traits);
}

/** The type that a function type name stands for; parameters must have been resolved. */
export function functionTypeNameType(m: Model, name: FunctionTypeName): FunctionType {
  const kind = name.visibility === "external" ? "external" : "internal";
  return functionType(kind, typesOf(m, name.parameters), typesOf(m, name.returnParameters), name.stateMutability);
}

/** As the caller of another contract sees it: call data parameters are taken from memory. */
export function asExternallyCallable(type: FunctionType, inLibrary: boolean): FunctionType {
  const fromMemory = (t: SolType): SolType => (isReference(t) && t.location === "calldata" ? withLocation(t, "memory", true) : t);
  return {
    ...type,
    functionKind: inLibrary ? "delegatecall" : type.functionKind,
    parameters: type.parameters.map(fromMemory),
    returns: type.returns.map(fromMemory),
  };
}

/** The external type of a function or a getter before conversion to interface types. */
export function externalDefinitionType(m: Model, d: FunctionDefinition | VariableDeclaration): FunctionType {
  return d.kind === "VariableDeclaration" ? getterType(m, d) : functionDefinitionType(m, d, "external");
}

/** The ABI type of a function, getter, event or error: all types as they cross the border; undefined if one cannot. */
export function interfaceFunctionType(m: Model, type: FunctionType): FunctionType | undefined {
  const { declaration } = type;
  const isLog = type.functionKind === "event" || type.functionKind === "error";
  const inLibrary = !isLog && declaration !== undefined && m.isLibraryMember(declaration);
  const parameters = externalTypes(m, type.parameters, inLibrary);
  const returns = type.functionKind === "error" ? [] : externalTypes(m, type.returns, inLibrary);
  if (!parameters || !returns || (declaration?.kind === "VariableDeclaration" && returns.length === 0)) return undefined;
  return { ...type, parameters, returns };
}

/** The type that a declaration's name has as an expression. */
export function declarationType(m: Model, d: Declaration): SolType {
  switch (d.kind) {
    case "ContractDefinition":
      return typeType(contractType(d));
    case "StructDefinition":
      return typeType(structType(d));
    case "EnumDefinition":
      return typeType(enumType(d));
    case "UserDefinedValueTypeDefinition":
      return typeType({ kind: "userValue", definition: d, underlying: m.typeNames.get(d.underlyingType) ?? INVALID });
    case "FunctionDefinition":
      return functionDefinitionType(m, d, "internal");
    case "VariableDeclaration":
      return m.variableType(d);
    case "EventDefinition":
      return eventType(m, d);
    case "ErrorDefinition":
      return errorType(m, d);
    case "ModifierDefinition":
      return { kind: "modifier", declaration: d, parameters: typesOf(m, d.parameters) };
    case "ImportDirective": {
      const unit = m.importedUnits.get(d);
      return unit ? { kind: "module", unit } : INVALID;
    }
    case "EnumValue":
      return INVALID;
  }
}

/** The type of a member named through its contract, `C.f` or `L.f`, where no inherited call is meant. */
export function typeViaContractName(m: Model, d: Declaration): SolType {
  if (d.kind !== "FunctionDefinition") return declarationType(m, d);
  if (!m.isLibraryMember(d)) return functionDefinitionType(m, d, "declaration");
  return isPublic(d) ? asExternallyCallable(functionDefinitionType(m, d, "internal"), true) : functionDefinitionType(m, d, "internal");
}
