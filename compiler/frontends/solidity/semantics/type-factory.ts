/** Makers of types, the common types as constants, and changes of location. The only place that builds type objects by hand. */
import type { ContractDefinition, ElementaryTypeName, EnumDefinition, StateMutability, StructDefinition } from "../syntax/ast.js";
import type {
  AddressType,
  ArrayType,
  BoolType,
  BytesType,
  ContractType,
  EnumType,
  FixedBytesType,
  FunctionKind,
  FunctionType,
  IntegerType,
  Location,
  MagicType,
  RationalType,
  ReferenceType,
  SolType,
  StructType,
  TupleType,
  TypeType,
} from "./types.js";

/** The type of an expression with an error in it: converts to and from everything, so that one fault is reported once. */
export const INVALID: SolType = { kind: "tuple", components: [] };

/** Whether a type stands for an expression in error. By identity: no other empty tuple is the invalid type. */
export function isInvalid(type: SolType | undefined): boolean {
  return type === INVALID;
}

const integers = new Map<number, IntegerType>();

export function integer(bits: number, signed: boolean): IntegerType {
  const key = signed ? -bits : bits;
  let type = integers.get(key);
  if (!type) integers.set(key, (type = { kind: "integer", bits, signed }));
  return type;
}

const fixedBytesTypes: FixedBytesType[] = [];

/** @param size 1 to 32 */
export function fixedBytes(size: number): FixedBytesType {
  return (fixedBytesTypes[size] ??= { kind: "fixedBytes", size });
}

export const UINT256 = integer(256, false);
export const INT256 = integer(256, true);
export const UINT8 = integer(8, false);
export const BOOL: BoolType = { kind: "bool" };
export const ADDRESS: AddressType = { kind: "address", payable: false };
export const PAYABLE_ADDRESS: AddressType = { kind: "address", payable: true };
export const BYTES32 = fixedBytes(32);
export const BYTES4 = fixedBytes(4);
export const VOID: TupleType = { kind: "tuple", components: [] };
export const BYTES_MEMORY: BytesType = { kind: "bytes", isString: false, location: "memory", pointer: true };
export const BYTES_CALLDATA: BytesType = { kind: "bytes", isString: false, location: "calldata", pointer: true };
export const STRING_MEMORY: BytesType = { kind: "bytes", isString: true, location: "memory", pointer: true };
export const ERROR_MAGIC: MagicType = { kind: "magic", magic: "error" };

export function rational(numerator: bigint, denominator = 1n, hexBytes?: number): RationalType {
  return { kind: "rational", numerator, denominator, ...(hexBytes !== undefined && { hexBytes }) };
}

export function tuple(components: readonly (SolType | undefined)[]): TupleType {
  return components.length === 0 ? VOID : { kind: "tuple", components };
}

/** The value of a call with these results: the only one, or a tuple. */
export function resultType(returns: readonly SolType[]): SolType {
  return returns.length === 1 ? returns[0]! : tuple(returns);
}

export function typeType(actual: SolType): TypeType {
  return { kind: "type", actual };
}

export function contractType(definition: ContractDefinition, isSuper = false): ContractType {
  return { kind: "contract", definition, isSuper };
}

export function enumType(definition: EnumDefinition): EnumType {
  return { kind: "enum", definition };
}

/** A struct; as its name alone says it, a storage pointer. */
export function structType(definition: StructDefinition, location: Location = "storage", pointer = true): StructType {
  return { kind: "struct", definition, location, pointer };
}

export function arrayType(element: SolType, length: bigint | undefined, location: Location, pointer = true): ArrayType {
  return { kind: "array", element: withLocationIfReference(element, location), length, location, pointer };
}

/** What a function type has beside its parameters and results. */
export type FunctionTraits = Partial<Omit<FunctionType, "kind" | "functionKind" | "parameters" | "returns">>;

export function functionType(
  functionKind: FunctionKind,
  parameters: readonly SolType[],
  returns: readonly SolType[],
  mutability: StateMutability,
  traits: FunctionTraits = {},
): FunctionType {
  return {
    kind: "function",
    functionKind,
    parameters,
    parameterNames: parameters.map(() => ""),
    returns,
    returnNames: returns.map(() => ""),
    mutability,
    bound: false,
    gasSet: false,
    valueSet: false,
    saltSet: false,
    variadic: false,
    ...traits,
  };
}

/** True for types that live in memory, storage or call data and are passed by reference (not mappings). */
export function isReference(type: SolType): type is ReferenceType {
  return type.kind === "bytes" || type.kind === "array" || type.kind === "struct";
}

/**
 * The type at another location. Elements of arrays move along, as places within their array.
 *
 * @param pointer only matters for storage: a local variable that holds a slot, as opposed to the place itself
 */
export function withLocation<T extends ReferenceType>(type: T, location: Location, pointer: boolean): T {
  const isPointer = pointer || location !== "storage";
  if (type.kind === "array") {
    if (type.location === location && type.pointer === isPointer) return type;
    return { ...type, location, pointer: isPointer, element: withLocationIfReference(type.element, location) };
  }
  return type.location === location && type.pointer === isPointer ? type : { ...type, location, pointer: isPointer };
}

/** The type at another location, if it is a reference type; else the type itself. */
export function withLocationIfReference(type: SolType, location: Location, pointer = false): SolType {
  return isReference(type) ? withLocation(type, location, pointer) : type;
}

/** The type that an elementary type's keyword names; reference types are storage pointers until a declaration places them. */
export function elementaryType(name: ElementaryTypeName): SolType {
  return elementaryTypeOf(name.name, name.isPayable);
}

/** @param name normalised: `uint256`, `bytes1`, `address` */
export function elementaryTypeOf(name: string, isPayable = false): SolType {
  switch (name) {
    case "bool":
      return BOOL;
    case "address":
      return isPayable ? PAYABLE_ADDRESS : ADDRESS;
    case "string":
    case "bytes":
      return { kind: "bytes", isString: name === "string", location: "storage", pointer: true };
  }
  const match = /^(uint|int|bytes|ufixed|fixed)(\d*)(?:x(\d+))?$/.exec(name);
  const size = Number(match?.[2]);
  switch (match?.[1]) {
    case "uint":
    case "int":
      return integer(size || 256, match[1] === "int");
    case "bytes":
      return fixedBytes(size);
    case "ufixed":
    case "fixed":
      return { kind: "fixedPoint", signed: match[1] === "fixed", bits: size || 128, decimals: match[3] === undefined ? 18 : Number(match[3]) };
    default:
      return INVALID;
  }
}
