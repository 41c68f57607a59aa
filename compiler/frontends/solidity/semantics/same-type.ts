/** Equality of types, and keys under which caches file them. */
import { isInvalid } from "./type-factory.js";
import type { FunctionType, SolType } from "./types.js";

/** Whether two types are the same type, locations included. The invalid type equals only itself. */
export function sameType(a: SolType, b: SolType): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind || isInvalid(a) || isInvalid(b)) return false;
  switch (a.kind) {
    case "bool":
      return true;
    case "integer":
      return b.kind === "integer" && a.bits === b.bits && a.signed === b.signed;
    case "address":
      return b.kind === "address" && a.payable === b.payable;
    case "fixedBytes":
      return b.kind === "fixedBytes" && a.size === b.size;
    case "fixedPoint":
      return b.kind === "fixedPoint" && a.bits === b.bits && a.signed === b.signed && a.decimals === b.decimals;
    case "rational":
      return b.kind === "rational" && a.numerator === b.numerator && a.denominator === b.denominator;
    case "stringLiteral":
      return b.kind === "stringLiteral" && Buffer.compare(a.value, b.value) === 0;
    case "bytes":
      return b.kind === "bytes" && a.isString === b.isString && a.location === b.location && a.pointer === b.pointer;
    case "array":
      return b.kind === "array" && a.length === b.length && a.location === b.location && a.pointer === b.pointer && sameType(a.element, b.element);
    case "arraySlice":
      return b.kind === "arraySlice" && sameType(a.array, b.array);
    case "struct":
      return b.kind === "struct" && a.definition === b.definition && a.location === b.location && a.pointer === b.pointer;
    case "mapping":
      return b.kind === "mapping" && sameType(a.key, b.key) && sameType(a.value, b.value);
    case "enum":
    case "userValue":
      return b.kind === a.kind && a.definition === b.definition;
    case "contract":
      return b.kind === "contract" && a.definition === b.definition && a.isSuper === b.isSuper;
    case "function":
      return b.kind === "function" && sameFunctionExceptMutability(a, b) && a.mutability === b.mutability;
    case "tuple":
      return b.kind === "tuple" && a.components.length === b.components.length && a.components.every((c, i) => sameOptional(c, b.components[i]));
    case "type":
      return b.kind === "type" && sameType(a.actual, b.actual);
    case "module":
      return b.kind === "module" && a.unit === b.unit;
    case "modifier":
      return b.kind === "modifier" && sameTypes(a.parameters, b.parameters);
    case "magic":
      return b.kind === "magic" && a.magic === b.magic && sameOptional(a.of, b.of);
  }
}

function sameOptional(a: SolType | undefined, b: SolType | undefined): boolean {
  return a === undefined || b === undefined ? a === b : sameType(a, b);
}

/** Whether two lists hold the same types. */
export function sameTypes(a: readonly SolType[], b: readonly SolType[]): boolean {
  return a.length === b.length && a.every((type, i) => sameType(type, b[i]!));
}

/** Whether two function types differ at most in their mutability. */
export function sameFunctionExceptMutability(a: FunctionType, b: FunctionType): boolean {
  return (
    a.functionKind === b.functionKind &&
    sameTypes(a.parameters, b.parameters) &&
    sameTypes(a.returns, b.returns) &&
    a.gasSet === b.gasSet &&
    a.valueSet === b.valueSet &&
    a.saltSet === b.saltSet &&
    a.bound === b.bound
  );
}

/** A string that two types share exactly if they are the same type. */
export function typeKey(type: SolType): string {
  switch (type.kind) {
    case "bool":
      return "bool";
    case "integer":
      return `${type.signed ? "i" : "u"}${type.bits}`;
    case "address":
      return type.payable ? "payable" : "address";
    case "fixedBytes":
      return `b${type.size}`;
    case "fixedPoint":
      return `${type.signed ? "f" : "uf"}${type.bits}x${type.decimals}`;
    case "rational":
      return `r${type.numerator}/${type.denominator}`;
    case "stringLiteral":
      return `s${Buffer.from(type.value).toString("hex")}`;
    case "bytes":
      return `${type.isString ? "string" : "bytes"}${place(type)}`;
    case "array":
      return `[${typeKey(type.element)};${type.length ?? ""}]${place(type)}`;
    case "arraySlice":
      return `slice(${typeKey(type.array)})`;
    case "struct":
      return `struct${type.definition.id}${place(type)}`;
    case "mapping":
      return `map(${typeKey(type.key)},${typeKey(type.value)})`;
    case "enum":
    case "userValue":
      return `${type.kind}${type.definition.id}`;
    case "contract":
      return `${type.isSuper ? "super" : "contract"}${type.definition.id}`;
    case "function":
      return `fn(${type.functionKind},${type.mutability},${keys(type.parameters)}:${keys(type.returns)},${[type.gasSet, type.valueSet, type.saltSet, type.bound].join()},${type.declaration?.id ?? ""})`;
    case "tuple":
      return isInvalid(type) ? "invalid" : `(${type.components.map((c) => (c ? typeKey(c) : "")).join()})`;
    case "type":
      return `type(${typeKey(type.actual)})`;
    case "module":
      return `module${type.unit.id}`;
    case "modifier":
      return `modifier(${keys(type.parameters)})`;
    case "magic":
      return `magic(${type.magic}${type.of ? `,${typeKey(type.of)}` : ""})`;
  }
}

function place(type: { readonly location: string; readonly pointer: boolean }): string {
  return `@${type.location}${type.pointer ? "*" : ""}`;
}

function keys(types: readonly SolType[]): string {
  return types.map(typeKey).join();
}
