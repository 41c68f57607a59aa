/** Facts about single types: value or reference, dynamic size, mappings inside, the type a literal takes, sizes in storage and memory. */
import type { StructDefinition } from "../syntax/ast.js";
import { isBefore, type LanguageLine } from "../syntax/language.js";
import type { Model } from "./model.js";
import { bitLength, compareRationals, makeRational, type Rational } from "./rationals.js";
import { functionType, integer, isInvalid, STRING_MEMORY, tuple, withLocation } from "./type-factory.js";
import type { FixedPointType, IntegerType, Location, RationalType, SolType } from "./types.js";

/** Types that are copied by value and can be constants, immutables and mapping keys' parts. */
export function isValueType(type: SolType): boolean {
  switch (type.kind) {
    case "integer":
    case "bool":
    case "address":
    case "fixedBytes":
    case "fixedPoint":
    case "enum":
    case "userValue":
      return true;
    case "contract":
      return !type.isSuper;
    case "function":
      return type.functionKind === "internal" || type.functionKind === "external";
    default:
      return false;
  }
}

/** Array, struct or mapping: a variable of it needs a data location. */
export function needsLocation(type: SolType): boolean {
  return type.kind === "bytes" || type.kind === "array" || type.kind === "struct" || type.kind === "mapping";
}

export function isInLocation(type: SolType, location: Location): boolean {
  if (type.kind === "mapping") return location === "storage";
  if (type.kind === "arraySlice") return type.array.location === location;
  return "location" in type && type.location === location;
}

/** Bytes, string and arrays without fixed length. */
export function isDynamicallySized(type: SolType): boolean {
  return type.kind === "bytes" || (type.kind === "array" && type.length === undefined);
}

/** Whether the ABI encoding of a type has a tail. */
export function isDynamicallyEncoded(m: Model, type: SolType): boolean {
  switch (type.kind) {
    case "bytes":
      return true;
    case "array":
      return type.length === undefined || isDynamicallyEncoded(m, type.element);
    case "struct":
      return m.recursiveStructs.has(type.definition) || type.definition.members.some((member) => isDynamicallyEncoded(m, m.variableType(member)));
    default:
      return false;
  }
}

/** Whether values of the type can stand in memory at all: mappings and arrays of them cannot, a struct leaves such members out. */
export function canLiveOutsideStorage(type: SolType): boolean {
  return type.kind === "array" ? canLiveOutsideStorage(type.element) : type.kind !== "mapping";
}

/** Whether variables of the type must lie in storage. Before 0.7 structs lost their mappings on the way to memory. */
export function isStorageOnly(m: Model, type: SolType, line: LanguageLine): boolean {
  return isBefore(line, "0.7") ? !canLiveOutsideStorage(type) : containsMapping(m, type);
}

/** Whether a mapping is the type itself or somewhere inside of it. */
export function containsMapping(m: Model, type: SolType): boolean {
  if (type.kind === "mapping") return true;
  if (type.kind === "array") return containsMapping(m, type.element);
  if (type.kind !== "struct") return false;
  let known = m.structsWithMappings.get(type.definition);
  if (known === undefined) m.structsWithMappings.set(type.definition, (known = structHasMapping(m, type.definition, new Set())));
  return known;
}

function structHasMapping(m: Model, definition: StructDefinition, seen: Set<StructDefinition>): boolean {
  if (seen.has(definition)) return false;
  seen.add(definition);
  return definition.members.some((member) => {
    let type = m.variableType(member);
    while (type.kind === "array") type = type.element;
    return type.kind === "mapping" || (type.kind === "struct" && structHasMapping(m, type.definition, seen));
  });
}

/** The smallest integer type that holds a value; undefined beyond 256 bits. */
export function integerTypeFor(value: bigint): IntegerType | undefined {
  const isNegative = value < 0n;
  const bits = bitLength(isNegative ? (-value - 1n) << 1n : value);
  return bits > 256 ? undefined : integer(Math.max(8, Math.ceil(bits / 8) * 8), isNegative);
}

export function integerRange(type: IntegerType): { readonly min: bigint; readonly max: bigint } {
  const half = 1n << BigInt(type.bits - 1);
  return type.signed ? { min: -half, max: half - 1n } : { min: 0n, max: 2n * half - 1n };
}

/** The fixed-point type with the most decimals that holds a value, rounded towards zero. */
export function fixedPointTypeFor(value: Rational): FixedPointType | undefined {
  const isNegative = value.numerator < 0n;
  const limit = makeRational(isNegative ? 1n << 255n : (1n << 256n) - 1n);
  let scaled = isNegative ? { numerator: -value.numerator, denominator: value.denominator } : value;
  let decimals = 0;
  for (; decimals < 80 && scaled.denominator !== 1n; decimals++) {
    const next = makeRational(scaled.numerator * 10n, scaled.denominator);
    if (compareRationals(next, limit) > 0) break;
    scaled = next;
  }
  if (compareRationals(scaled, limit) > 0) return undefined;
  let whole = scaled.numerator / scaled.denominator;
  if (isNegative && whole !== 0n) whole = (whole - 1n) << 1n;
  const bits = bitLength(whole);
  if (bits > 256) return undefined;
  return { kind: "fixedPoint", signed: isNegative, bits: Math.max(8, Math.ceil(bits / 8) * 8), decimals };
}

export function isFractional(type: RationalType): boolean {
  return type.denominator !== 1n;
}

/**
 * The type that a value takes when it is stored or mixed with others: literals become integers or strings, slices arrays.
 * Undefined for what cannot be stored: huge literals, functions with call options, types.
 */
export function mobileType(m: Model, type: SolType): SolType | undefined {
  if (isInvalid(type)) return type;
  switch (type.kind) {
    case "rational":
      return isFractional(type) ? fixedPointTypeFor(type) : integerTypeFor(type.numerator);
    case "stringLiteral":
      return STRING_MEMORY;
    case "bytes":
    case "array":
    case "struct":
      return withLocation(type, type.location, true);
    case "type":
    case "magic":
      return undefined;
    case "arraySlice": {
      const { array } = type;
      const isPlain = array.location === "calldata" && isDynamicallySized(array);
      return isPlain && !(array.kind === "array" && isDynamicallyEncoded(m, array.element)) ? array : type;
    }
    case "tuple": {
      const components: (SolType | undefined)[] = [];
      for (const component of type.components) {
        const mobile = component && mobileType(m, component);
        if (component && !mobile) return undefined;
        components.push(mobile);
      }
      return tuple(components);
    }
    case "function": {
      if (type.valueSet || type.gasSet || type.saltSet || type.bound) return undefined;
      if (type.functionKind !== "internal" && type.functionKind !== "external" && type.functionKind !== "delegatecall") return undefined;
      return functionType(type.functionKind, type.parameters, type.returns, type.mutability);
    }
    default:
      return type;
  }
}

/** Whether a type can be written as a type name. */
export function isNameable(type: SolType): boolean {
  switch (type.kind) {
    case "rational":
    case "stringLiteral":
    case "arraySlice":
    case "tuple":
    case "type":
    case "module":
    case "modifier":
    case "magic":
      return isInvalid(type);
    case "function": {
      const isPlain = type.functionKind === "internal" || type.functionKind === "external";
      return isPlain && !type.bound && !type.variadic && !type.gasSet && !type.valueSet && !type.saltSet;
    }
    case "contract":
      return !type.isSuper;
    default:
      return true;
  }
}

/** Upper bound of the slots that a variable of the type takes. */
export function storageSlots(m: Model, type: SolType, depth = 0): bigint {
  if (type.kind === "array" && type.length !== undefined) return type.length * storageSlots(m, type.element, depth);
  if (type.kind === "struct" && depth < 256) {
    return type.definition.members.reduce((sum, member) => sum + storageSlots(m, m.variableType(member), depth + 1), 1n);
  }
  return 1n;
}

const UNSIGNED_MAX = (1n << 32n) - 1n;

/** Why values of a type cannot be at a location; undefined if they can. */
export function locationFault(m: Model, type: SolType, location: Location): string | undefined {
  if (type.kind === "struct") {
    for (const member of type.definition.members) {
      const memberType = m.variableType(member);
      const isNested = memberType.kind === "array" || (memberType.kind === "struct" && !m.recursiveStructs.has(memberType.definition));
      const fault = isNested ? locationFault(m, memberType, location) : undefined;
      if (fault !== undefined) return fault;
    }
    return location === "storage" && storageSlots(m, type) >= 1n << 256n ? "Type too large for storage." : undefined;
  }
  if (type.kind !== "array") return undefined;
  const inner = type.element.kind === "array" ? locationFault(m, type.element, location) : undefined;
  return inner ?? ownArrayFault(m, type, location);
}

function ownArrayFault(m: Model, type: SolType & { readonly kind: "array" }, location: Location): string | undefined {
  if (type.length === undefined) return undefined;
  if (location === "memory") return memoryBytes(type) >= UNSIGNED_MAX ? "Type too large for memory." : undefined;
  if (location === "calldata") return headBytes(m, type) >= UNSIGNED_MAX ? "Type too large for calldata." : undefined;
  return storageSlots(m, type) >= 1n << 256n ? "Type too large for storage." : undefined;
}

function memoryBytes(type: SolType): bigint {
  return type.kind === "array" && type.length !== undefined ? type.length * memoryBytes(type.element) : 32n;
}

function headBytes(m: Model, type: SolType): bigint {
  if (isDynamicallyEncoded(m, type) && !(type.kind === "array" && type.length !== undefined)) return 32n;
  if (type.kind === "array" && type.length !== undefined) return type.length * headBytes(m, type.element);
  if (type.kind === "struct") return type.definition.members.reduce((sum, member) => sum + headBytes(m, m.variableType(member)), 0n);
  return 32n;
}
