/** What a type becomes at the ABI: contracts addresses, enums numbers, reference types in memory; or why it cannot be passed. */
import type { StructDefinition } from "../syntax/ast.js";
import type { Model } from "./model.js";
import { ADDRESS, arrayType, isInvalid, PAYABLE_ADDRESS, UINT8, withLocation } from "./type-factory.js";
import type { ArrayType, SolType, StructType } from "./types.js";

/** A type, or why there is none. */
export type TypeOrFault = { readonly type: SolType } | { readonly message: string };

/**
 * solc's interface type: the type in which a value crosses a contract's border.
 *
 * @param inLibrary a library's function: storage references pass as slots, structs, enums and contracts keep their names
 */
export function externalType(m: Model, type: SolType, inLibrary: boolean): TypeOrFault {
  if (isInvalid(type)) return { type };
  switch (type.kind) {
    case "contract":
      if (type.isSuper) return { message: "Type 'super' cannot be passed." };
      if (inLibrary) return { type };
      return { type: m.isPayableContract(type.definition) ? PAYABLE_ADDRESS : ADDRESS };
    case "enum":
      return { type: inLibrary ? type : UINT8 };
    case "userValue":
      return { type: type.underlying };
    case "bytes":
      return { type: inLibrary && type.location === "storage" ? type : withLocation(type, "memory", true) };
    case "array":
      return externalArray(m, type, inLibrary);
    case "struct":
      return externalStruct(m, type, inLibrary);
    case "mapping": {
      if (!inLibrary) return { message: "Types containing (nested) mappings can only be parameters or return variables of internal or library functions." };
      const value = externalType(m, type.value, true);
      return "message" in value ? value : { type };
    }
    case "function":
      return type.functionKind === "external" ? { type } : { message: "Internal type is not allowed for public or external functions." };
    case "integer":
    case "bool":
    case "address":
    case "fixedBytes":
    case "fixedPoint":
      return { type };
    default:
      return { message: "Internal or recursive type is not allowed for public or external functions." };
  }
}

function externalArray(m: Model, type: ArrayType, inLibrary: boolean): TypeOrFault {
  const element = externalType(m, type.element, inLibrary);
  if ("message" in element) return element;
  if (inLibrary && type.location === "storage") return { type };
  return { type: arrayType(element.type, type.length, "memory") };
}

function externalStruct(m: Model, type: StructType, inLibrary: boolean): TypeOrFault {
  const isStorage = type.location === "storage";
  if (m.recursiveStructs.has(type.definition)) {
    if (!inLibrary) return { message: "Recursive type not allowed for public or external contract functions." };
    if (!isStorage) {
      return { message: "Recursive structs can only be passed as storage pointers to libraries, not as memory objects to contract functions." };
    }
    const message = memberFault(m, type.definition, new Set());
    return message === undefined ? { type } : { message };
  }
  for (const member of type.definition.members) {
    const result = externalType(m, m.variableType(member), inLibrary);
    if ("message" in result) return result;
  }
  return { type: inLibrary && isStorage ? type : withLocation(type, "memory", true) };
}

/** Why a library cannot be passed a pointer to a recursive struct: a member, however deep, that has no external type. @param seen ends the recursion */
function memberFault(m: Model, definition: StructDefinition, seen: Set<StructDefinition>): string | undefined {
  seen.add(definition);
  for (const member of definition.members) {
    let type = m.variableType(member);
    while (type.kind === "array" || type.kind === "mapping") type = type.kind === "array" ? type.element : type.value;
    if (type.kind !== "struct") {
      const external = externalType(m, type, true);
      if ("message" in external) return external.message;
    } else if (!seen.has(type.definition)) {
      const message = memberFault(m, type.definition, seen);
      if (message !== undefined) return message;
    }
  }
  return undefined;
}

/** The external types of parameters or results; undefined if one has none. */
export function externalTypes(m: Model, types: readonly SolType[], inLibrary: boolean): SolType[] | undefined {
  const result: SolType[] = [];
  for (const type of types) {
    const external = externalType(m, type, inLibrary);
    if ("message" in external) return undefined;
    result.push(external.type);
  }
  return result;
}

/**
 * The type in which `abi.encode` encodes a value of a type; undefined if it cannot be encoded.
 *
 * @param mobile the mobile type of the value
 */
export function encodingType(m: Model, mobile: SolType | undefined, inLibrary: boolean): SolType | undefined {
  if (!mobile) return undefined;
  const external = externalType(m, mobile, inLibrary);
  if ("message" in external) return undefined;
  const { type } = external;
  if (type.kind === "function") return type.gasSet || type.valueSet || type.bound ? undefined : type;
  return type.kind === "contract" ? ADDRESS : type;
}
