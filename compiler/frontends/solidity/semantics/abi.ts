/** A contract's JSON ABI in the shape and order of solc: by type, then by name, overloads by selector; keys in alphabetical order. */
import type { ErrorDefinition, EventDefinition, VariableDeclaration } from "../syntax/ast.js";
import type { CheckedProgram, ContractInfo } from "./program.js";
import { modelOf } from "./checked-program.js";
import { asExternallyCallable, functionDefinitionType, interfaceFunctionType } from "./function-types.js";
import { externalType } from "./interface-types.js";
import type { Model } from "./model.js";
import { isReference } from "./type-factory.js";
import { bareString, canonicalTypeName } from "./type-strings.js";
import type { SolType } from "./types.js";
import { InternalError } from "../../../diagnostics/diagnostic.js";

/** A parameter of the Solidity ABI specification's JSON format, with solc's `internalType`. */
export interface AbiParameter {
  readonly components?: readonly AbiParameter[];
  readonly indexed?: boolean;
  readonly internalType: string;
  readonly name: string;
  readonly type: string;
}

/** One entry of the Solidity ABI specification's JSON format. */
export interface AbiEntry {
  readonly anonymous?: boolean;
  readonly inputs?: readonly AbiParameter[];
  readonly name?: string;
  readonly outputs?: readonly AbiParameter[];
  readonly stateMutability?: string;
  readonly type: "constructor" | "error" | "event" | "fallback" | "function" | "receive";
}

export type JsonAbi = readonly AbiEntry[];

/**
 * The ABI of a contract.
 *
 * @example abiOf(program.contracts[0]!, program)
 */
export function abiOf(info: ContractInfo, program: CheckedProgram): JsonAbi {
  const m = modelOf(program);
  const entries: AbiEntry[] = functionEntries(m, info);
  if (info.constructor_ && !info.definition.isAbstract) {
    const type = functionDefinitionType(m, info.constructor_, "external");
    const external = interfaceFunctionType(m, type);
    if (external) {
      const inputs = parameters(m, external.parameterNames, external.parameters, type.parameters, false);
      entries.push({ inputs, stateMutability: type.mutability, type: "constructor" });
    }
  }
  for (const f of [info.fallback, info.receive]) {
    if (f) entries.push({ stateMutability: f.stateMutability, type: f.functionKind === "receive" ? "receive" : "fallback" });
  }
  for (const event of byId(info.events)) entries.push(eventEntry(m, event));
  for (const error of byId(info.errors)) entries.push({ inputs: logInputs(m, error), name: error.name, type: "error" });
  return entries.sort((a, b) => compare(a.type, b.type) || compare(a.name ?? "", b.name ?? ""));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function byId<T extends { readonly id: number }>(nodes: readonly T[]): T[] {
  return [...nodes].sort((a, b) => a.id - b.id);
}

function isStorage(type: SolType): boolean {
  return type.kind === "mapping" || (isReference(type) && type.location === "storage");
}

function functionEntries(m: Model, info: ContractInfo): AbiEntry[] {
  const isLibrary = info.definition.contractKind === "library";
  const functions = [...info.interfaceFunctions].sort((a, b) => a.selector - b.selector);
  return functions.flatMap(({ type, declaration }): AbiEntry[] => {
    const changesState = type.mutability !== "pure" && type.mutability !== "view";
    if (isLibrary && (changesState || [...type.parameters, ...type.returns].some(isStorage))) return [];
    const external = interfaceFunctionType(m, type);
    if (!external) return [];
    const solidity = asExternallyCallable(type, false);
    return [
      {
        inputs: parameters(m, type.parameterNames, external.parameters, solidity.parameters, isLibrary),
        name: declaration.name,
        outputs: parameters(m, type.returnNames, external.returns, solidity.returns, isLibrary),
        stateMutability: type.mutability,
        type: "function",
      },
    ];
  });
}

function eventEntry(m: Model, event: EventDefinition): AbiEntry {
  const inputs = logInputs(m, event).map((input, i): AbiParameter => {
    const { components, ...rest } = input;
    return { ...(components && { components }), indexed: event.parameters[i]!.isIndexed, ...rest };
  });
  return { anonymous: event.isAnonymous, inputs, name: event.name, type: "event" };
}

function logInputs(m: Model, d: EventDefinition | ErrorDefinition): AbiParameter[] {
  return d.parameters.map((p) => memberParameter(m, p, false));
}

function memberParameter(m: Model, variable: VariableDeclaration, inLibrary: boolean): AbiParameter {
  const type = m.variableType(variable);
  const external = externalType(m, type, inLibrary);
  if ("message" in external) throw new InternalError(`'${variable.name}' has no external type`, variable.span);
  return parameter(m, variable.name, external.type, type, inLibrary);
}

function parameters(m: Model, names: readonly string[], encoded: readonly SolType[], solidity: readonly SolType[], inLibrary: boolean): AbiParameter[] {
  return encoded.map((type, i) => parameter(m, names[i] ?? "", type, solidity[i] ?? type, inLibrary));
}

/** @param encoded the interface type, @param solidity the type as written */
function parameter(m: Model, name: string, encoded: SolType, solidity: SolType, inLibrary: boolean): AbiParameter {
  const internalType = bareString(m, solidity);
  if (inLibrary && isStorage(encoded)) return { internalType, name, type: `${canonicalTypeName(m, encoded)} storage` };
  if (encoded.kind === "array" && solidity.kind === "array") {
    const { components, type } = parameter(m, "", encoded.element, solidity.element, inLibrary);
    return { ...(components && { components }), internalType, name, type: `${type}[${encoded.length ?? ""}]` };
  }
  if (encoded.kind === "struct") {
    const components = encoded.definition.members.map((member) => memberParameter(m, member, inLibrary));
    return { components, internalType, name, type: "tuple" };
  }
  return { internalType, name, type: canonicalTypeName(m, encoded) };
}
