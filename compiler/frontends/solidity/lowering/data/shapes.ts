/**
 * Shapes of types: their ABI head sizes, whether their encoding is dynamic, member types at a location, and the keys by
 * which helper functions of a module are named. (Contract ABI specification, "Formal Specification of the Encoding".)
 */
import { InternalError } from "../../../../diagnostics/diagnostic.js";
import type { StructDefinition } from "../../syntax/ast.js";
import type { CheckedProgram } from "../../semantics/program.js";
import type { ArrayType, BytesType, Location, SolType, StructType } from "../../semantics/types.js";
import { canLiveOutsideStorage } from "../../semantics/type-properties.js";
import { underlying } from "../values.js";

/** The same type at another location; nested parts follow their parent. Value types are unchanged. */
export function atLocation(type: SolType, location: Location, pointer = true): SolType {
  switch (type.kind) {
    case "bytes":
      return { ...type, location, pointer };
    case "struct":
      return { ...type, location, pointer };
    case "array":
      return { ...type, element: atLocation(type.element, location, pointer), location, pointer };
    case "arraySlice":
      return atLocation(type.array, location, pointer);
    default:
      return type;
  }
}

/** The element type of an array, at the array's own location. */
export function elementType(array: ArrayType): SolType {
  return atLocation(array.element, array.location);
}

/** A member of a struct at some location. */
export interface StructMember {
  readonly name: string;
  readonly type: SolType;
  /** Its number in the definition. */
  readonly index: number;
  /** Its number among the members that are there: its word in memory. */
  readonly place: number;
}

/** Members of a struct with their types at the struct's location. Those that cannot be in memory are left out there (Solidity before 0.7). */
export function structMembers(program: CheckedProgram, type: StructType): StructMember[] {
  return memberTypes(program, type.definition)
    .map((t, index) => ({ name: type.definition.members[index]!.name, type: atLocation(t, type.location), index }))
    .filter((member) => type.location !== "memory" || canLiveOutsideStorage(member.type))
    .map((member, place) => ({ ...member, place }));
}

function memberTypes(program: CheckedProgram, definition: StructDefinition): SolType[] {
  return definition.members.map((m) => program.variableType(m));
}

export function isReference(type: SolType): type is ArrayType | BytesType | StructType {
  return type.kind === "array" || type.kind === "bytes" || type.kind === "struct";
}

/** Whether a library takes or returns values of the type as slots: references to storage. */
export function isSlotReference(type: SolType): boolean {
  return type.kind === "mapping" || (isReference(type) && (type.location === "storage" || type.location === "transient"));
}

/** True where the ABI encoding has a tail. */
export function isDynamic(program: CheckedProgram, type: SolType): boolean {
  const t = underlying(type);
  switch (t.kind) {
    case "bytes":
    case "arraySlice":
    case "stringLiteral":
      return true;
    case "array":
      return t.length === undefined || isDynamic(program, t.element);
    case "struct":
      return memberTypes(program, t.definition).some((m) => isDynamic(program, m));
    default:
      return false;
  }
}

/** Bytes of a type's place in the head: 32 for dynamic types, the whole encoding for static ones. */
export function headSize(program: CheckedProgram, type: SolType): number {
  return isDynamic(program, type) ? 32 : staticSize(program, type);
}

/** Bytes of the encoding's static part: for dynamic structs and static arrays of dynamic elements, their own head. */
export function staticSize(program: CheckedProgram, type: SolType): number {
  const t = underlying(type);
  switch (t.kind) {
    case "array":
      return t.length === undefined ? 32 : Number(t.length) * headSize(program, t.element);
    case "struct":
      return memberTypes(program, t.definition).reduce((sum, m) => sum + headSize(program, m), 0);
    default:
      return 32;
  }
}

/** Byte offset of a struct member's head within the struct's encoding. */
export function memberHeadOffset(program: CheckedProgram, definition: StructDefinition, index: number): number {
  return memberTypes(program, definition)
    .slice(0, index)
    .reduce((sum, m) => sum + headSize(program, m), 0);
}

const shortLocation: Record<Location, string> = { storage: "s", transient: "t", memory: "m", calldata: "c" };

/** A name of a type that is unique within a program: two types with the same key are lowered alike. */
export function typeKey(type: SolType): string {
  switch (type.kind) {
    case "integer":
      return `${type.signed ? "i" : "u"}${type.bits}`;
    case "bool":
      return "bool";
    case "address":
    case "contract":
      return "address";
    case "fixedBytes":
      return `b${type.size}`;
    case "enum":
      return `enum${type.definition.id}.${type.definition.members.length}`;
    case "userValue":
      return typeKey(type.underlying);
    case "function":
      return type.functionKind === "external" ? "extfunc" : "func";
    case "bytes":
      return `${type.isString ? "string" : "bytes"}_${shortLocation[type.location]}`;
    case "array":
      return `${typeKey(type.element)}[${type.length ?? ""}]_${shortLocation[type.location]}`;
    case "arraySlice":
      return `${typeKey(type.array)}_slice`;
    case "struct":
      return `${type.definition.name}.${type.definition.id}_${shortLocation[type.location]}`;
    case "mapping":
      return `map(${typeKey(type.key)},${typeKey(type.value)})`;
    default:
      throw new InternalError(`type '${type.kind}' has no key`);
  }
}
