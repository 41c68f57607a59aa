/**
 * Types in words: solc's `typeString` ("struct C.S storage ref"), the form of its messages, and the canonical form of
 * ABI signatures.
 */
import { InternalError } from "../../../diagnostics/diagnostic.js";
import type { Model } from "./model.js";
import { isInvalid } from "./type-factory.js";
import { externalType } from "./interface-types.js";
import type { FunctionType, Location, SolType } from "./types.js";

/** How solc prints a type: full `typeString`, without locations, or as its messages do (locations at the top only). */
export type TypeStyle = "full" | "bare" | "message";

/** solc's `typeDescriptions.typeString`. */
export function typeString(m: Model, type: SolType): string {
  return print(m, type, "full");
}

/** The form of messages: like typeString, without the locations of elements. */
export function readable(m: Model, type: SolType): string {
  return print(m, type, "message");
}

/** Without data locations. */
export function bareString(m: Model, type: SolType): string {
  return print(m, type, "bare");
}

function print(m: Model, type: SolType, style: TypeStyle): string {
  const element = style === "message" ? "bare" : style;
  const nested = style === "bare" ? "bare" : "full";
  switch (type.kind) {
    case "integer":
      return `${type.signed ? "int" : "uint"}${type.bits}`;
    case "bool":
      return "bool";
    case "address":
      return type.payable ? "address payable" : "address";
    case "fixedBytes":
      return `bytes${type.size}`;
    case "fixedPoint":
      return `${type.signed ? "fixed" : "ufixed"}${type.bits}x${type.decimals}`;
    case "rational":
      if (type.denominator === 1n) return `int_const ${shortNumber(type.numerator)}`;
      return `rational_const ${shortNumber(type.numerator)} / ${shortNumber(type.denominator)}`;
    case "stringLiteral":
      return literalString(type.value);
    case "bytes":
      return (type.isString ? "string" : "bytes") + place(type, style);
    case "array":
      return `${print(m, type.element, element)}[${type.length ?? ""}]${place(type, style)}`;
    case "arraySlice":
      return `${print(m, type.array, style)} slice`;
    case "struct":
      return `struct ${m.canonicalName(type.definition)}${place(type, style)}`;
    case "mapping":
      return `mapping(${print(m, type.key, nested)} => ${print(m, type.value, nested)})`;
    case "enum":
      return `enum ${m.canonicalName(type.definition)}`;
    case "userValue":
      return m.canonicalName(type.definition);
    case "contract":
      return `${type.definition.contractKind === "library" ? "library" : "contract"} ${type.isSuper ? "super " : ""}${type.definition.name}`;
    case "function":
      return functionString(m, type, style);
    case "tuple":
      if (isInvalid(type)) return "<error>";
      return `tuple(${type.components.map((c) => (c ? print(m, c, style) : "")).join(",")})`;
    case "type":
      return `type(${print(m, type.actual, nested)})`;
    case "module":
      return `module "${type.unit.file.name}"`;
    case "modifier":
      return `modifier (${list(m, type.parameters, style)})`;
    case "magic":
      return type.magic === "metaType" ? `type(${type.of ? print(m, type.of, nested) : ""})` : type.magic;
  }
}

function list(m: Model, types: readonly SolType[], style: TypeStyle): string {
  return types.map((t) => print(m, t, style)).join(",");
}

function functionString(m: Model, type: FunctionType, style: TypeStyle): string {
  const { declaration } = type;
  if (style === "message" && declaration && (type.functionKind === "error" || type.functionKind === "event"))
    return `${type.functionKind} ${declaration.name}(${list(m, type.parameters, "bare")})`;
  const inner = style === "bare" ? "bare" : "full";
  const name = type.functionKind === "declaration" && declaration ? m.canonicalName(declaration) : "";
  const mutability = type.mutability === "nonpayable" ? "" : ` ${type.mutability}`;
  const external = type.functionKind === "external" ? " external" : "";
  const returns = type.returns.length > 0 ? ` returns (${list(m, type.returns, inner)})` : "";
  return `function ${name}(${list(m, type.parameters, inner)})${mutability}${external}${returns}`;
}

function place(type: { readonly location: Location; readonly pointer: boolean }, style: TypeStyle): string {
  if (style === "bare") return "";
  return type.location === "storage" ? ` storage ${type.pointer ? "pointer" : "ref"}` : ` ${type.location}`;
}

function shortNumber(value: bigint): string {
  const text = value.toString();
  return text.length > 32 ? `${text.slice(0, 4)}...(${text.length - 8} digits omitted)...${text.slice(-4)}` : text;
}

function literalString(value: Uint8Array): string {
  const isPrintable = value.every((byte) => byte > 0x1f && byte < 0x7f);
  const bytes = Buffer.from(value);
  return isPrintable ? `literal_string "${bytes.toString("latin1")}"` : `literal_string hex"${bytes.toString("hex")}"`;
}

/** The name by which a type is known in libraries' signatures and operator messages: `C.S`, `uint256[]`. */
export function canonicalTypeName(m: Model, type: SolType): string {
  switch (type.kind) {
    case "address":
      return "address";
    case "bytes":
      return type.isString ? "string" : "bytes";
    case "array":
      return `${canonicalTypeName(m, type.element)}[${type.length ?? ""}]`;
    case "struct":
    case "enum":
    case "userValue":
      return m.canonicalName(type.definition);
    case "contract":
      return type.definition.name;
    case "mapping":
      return `mapping(${canonicalTypeName(m, type.key)} => ${canonicalTypeName(m, type.value)})`;
    case "function":
      return "function";
    default:
      return print(m, type, "bare");
  }
}

/**
 * A type in an ABI signature: structs as tuples, contracts as addresses; in libraries, structs, enums and contracts by
 * name, and storage references marked.
 *
 * @param type an interface type (see {@link externalType})
 */
export function signatureType(m: Model, type: SolType, inLibrary: boolean): string {
  switch (type.kind) {
    case "array":
      return `${signatureType(m, type.element, inLibrary)}[${type.length ?? ""}]`;
    case "struct":
      if (inLibrary) return m.canonicalName(type.definition);
      return `(${type.definition.members.map((member) => signatureType(m, encoded(m, m.variableType(member)), false)).join(",")})`;
    case "enum":
    case "contract":
      if (inLibrary) return canonicalTypeName(m, type);
      return type.kind === "enum" ? "uint8" : "address";
    case "userValue":
      return signatureType(m, type.underlying, inLibrary);
    default:
      return canonicalTypeName(m, type);
  }
}

function encoded(m: Model, type: SolType): SolType {
  const result = externalType(m, type, false);
  if ("message" in result) throw new InternalError(`no external type for '${bareString(m, type)}'`);
  return result.type;
}

/** A parameter's part of a signature; storage references of library functions are marked. */
export function signatureParameter(m: Model, type: SolType, inLibrary: boolean): string {
  const result = externalType(m, type, inLibrary);
  if ("message" in result) throw new InternalError(`no external type for '${bareString(m, type)}'`);
  const isStorage = inLibrary && (result.type.kind === "mapping" || ("location" in result.type && result.type.location === "storage"));
  return signatureType(m, result.type, inLibrary) + (isStorage ? " storage" : "");
}
