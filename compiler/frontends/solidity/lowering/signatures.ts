/**
 * Canonical signatures of events and errors, selectors and topics. (Contract ABI specification, "Function Selector" and
 * "Events".)
 */
import { keccak256 } from "../../../../machine/keccak.js";
import { InternalError } from "../../../diagnostics/diagnostic.js";
import type { ErrorDefinition, EventDefinition, FunctionDefinition, VariableDeclaration } from "../syntax/ast.js";
import type { CheckedProgram } from "../semantics/program.js";
import type { SolType } from "../semantics/types.js";

/** Name of a type in a signature. */
export function abiTypeName(program: CheckedProgram, type: SolType): string {
  switch (type.kind) {
    case "integer":
      return `${type.signed ? "int" : "uint"}${type.bits}`;
    case "bool":
      return "bool";
    case "address":
    case "contract":
      return "address";
    case "fixedBytes":
      return `bytes${type.size}`;
    case "fixedPoint":
      return `${type.signed ? "fixed" : "ufixed"}${type.bits}x${type.decimals}`;
    case "bytes":
      return type.isString ? "string" : "bytes";
    case "enum":
      return "uint8";
    case "userValue":
      return abiTypeName(program, type.underlying);
    case "function":
      return "function";
    case "array":
      return `${abiTypeName(program, type.element)}[${type.length ?? ""}]`;
    case "arraySlice":
      return abiTypeName(program, type.array);
    case "struct":
      return `(${type.definition.members.map((m) => abiTypeName(program, program.variableType(m))).join(",")})`;
    default:
      throw new InternalError(`type '${type.kind}' has no ABI name`);
  }
}

/** `Transfer(address,address,uint256)`. */
export function signatureOf(program: CheckedProgram, declaration: EventDefinition | ErrorDefinition): string {
  const types = declaration.parameters.map((p) => abiTypeName(program, program.variableType(p)));
  return `${declaration.name}(${types.join(",")})`;
}

/** Keccak-256 as a number. */
export function keccakNumber(bytes: Uint8Array): bigint {
  return BigInt("0x" + Buffer.from(keccak256(bytes)).toString("hex"));
}

/** First topic of an event: the hash of its signature. */
export function eventTopic(program: CheckedProgram, event: EventDefinition): bigint {
  return keccakNumber(new TextEncoder().encode(signatureOf(program, event)));
}

/** First four bytes of a signature's hash. */
export function selectorOfSignature(signature: string): number {
  return Number(keccakNumber(new TextEncoder().encode(signature)) >> 224n);
}

export function errorSelector(program: CheckedProgram, error: ErrorDefinition): number {
  return selectorOfSignature(signatureOf(program, error));
}

/** Selector of an external function or of a public state variable's getter. */
export function functionSelector(program: CheckedProgram, declaration: FunctionDefinition | VariableDeclaration): number {
  const contract = program.contractOf(declaration);
  if (!contract) throw new InternalError(`'${declaration.name}' has no selector`, declaration.span);
  const entry = program.contractInfo(contract).interfaceFunctions.find((f) => f.declaration === declaration);
  if (!entry) throw new InternalError(`'${declaration.name}' is not in the interface of '${contract.name}'`, declaration.span);
  return entry.selector;
}
