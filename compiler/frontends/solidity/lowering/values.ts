/**
 * How Solidity values are represented by IR values: every type has a fixed list of IR types.
 *
 *   uintN, intN, bytesN, bool, address, enum, contract    one value of that width (bytesN: a number of 8N bits; bool i1;
 *                                                         address and contract i160; enum i8); user-defined value types: as their underlying type
 *   internal function                                     i64, an id (0: uninitialised); external function: i160 address, i32 selector
 *   memory struct, array, bytes, string                   i64, the address (dynamic arrays: of the length word)
 *   storage struct, array, bytes, string, mapping         i256, the slot
 *   calldata dynamic array, bytes, string; slices         i64 offset of the first element, i64 length (elements)
 *   calldata struct, static array                         i64 offset
 *   tuple                                                 its components, one after another
 *   literals, types, modules, other functions             none: the type says everything
 */
import { InternalError } from "../../../diagnostics/diagnostic.js";
import { I1, I160, I256, PTR, type Type } from "../../../ir/ops.js";
import type { ArrayType, BytesType, MappingType, SolType, StructType } from "../semantics/types.js";
import type { ValueId } from "../../../ir/module.js";

/** A Solidity value at run time: its type and its IR values. */
export interface Value {
  readonly type: SolType;
  readonly ids: readonly ValueId[];
}

/** A type that the language declares and this compiler does not lower; where it is used is reported by who catches this. */
export class UnsupportedType extends Error {
  constructor(readonly construct: string) {
    super(construct);
    this.name = "UnsupportedType";
  }
}

/** Fixed-point numbers can be declared only, in solc too. */
export function fixedPointUnsupported(): never {
  throw new UnsupportedType("arithmetic and storage of fixed-point numbers");
}

/** True for types that occupy one IR value of their own width and live on the stack in solc. */
export function isValueType(type: SolType): boolean {
  switch (type.kind) {
    case "integer":
    case "bool":
    case "address":
    case "fixedBytes":
    case "enum":
    case "userValue":
    case "contract":
      return true;
    case "function":
      return type.functionKind === "internal" || type.functionKind === "external";
    default:
      return false;
  }
}

/** The type with user-defined value types replaced by what they stand for. */
export function underlying(type: SolType): SolType {
  return type.kind === "userValue" ? underlying(type.underlying) : type;
}

/** True for types whose word is sign-extended in memory, storage and ABI encodings. */
export function isSigned(type: SolType): boolean {
  const t = underlying(type);
  return t.kind === "integer" && t.signed;
}

/** IR width of a value type that has one IR value. */
export function widthOf(type: SolType): Type {
  const t = underlying(type);
  switch (t.kind) {
    case "integer":
      return t.bits;
    case "bool":
      return I1;
    case "address":
    case "contract":
      return I160;
    case "fixedBytes":
      return t.size * 8;
    case "enum":
      return 8;
    case "function":
      if (t.functionKind === "internal") return PTR;
      break;
    case "fixedPoint":
      return fixedPointUnsupported();
  }
  throw new InternalError(`type '${type.kind}' has no single IR value`);
}

export type DataType = ArrayType | BytesType | StructType | MappingType;

/** IR types of a value of a Solidity type. */
export function irTypes(type: SolType): Type[] {
  const t = underlying(type);
  switch (t.kind) {
    case "function":
      if (t.functionKind === "internal") return [PTR];
      return t.functionKind === "external" ? [I160, 32] : [];
    case "tuple":
      return t.components.flatMap((c) => (c ? irTypes(c) : []));
    case "arraySlice":
      return [PTR, PTR];
    case "mapping":
      return [I256];
    case "array":
    case "bytes":
    case "struct":
      if (t.location === "storage" || t.location === "transient") return [I256];
      if (t.location === "calldata" && t.kind !== "struct" && (t.kind === "bytes" || t.length === undefined)) return [PTR, PTR];
      return [PTR];
    case "stringLiteral":
    case "rational":
    case "type":
    case "module":
    case "magic":
    case "modifier":
      return [];
  }
  return [widthOf(type)];
}
