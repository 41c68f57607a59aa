/** The types of generated programs: their names in source and in the ABI, plain and interesting values of each. */
import { Random } from "../../generators/random.js";

export interface Field {
  readonly name: string;
  readonly type: Type;
}

export type Type =
  | { readonly kind: "uint" | "int"; readonly bits: number }
  | { readonly kind: "bool" | "address" | "bytes" | "string" }
  | { readonly kind: "fixedBytes"; readonly size: number }
  | { readonly kind: "enum"; readonly name: string; readonly members: readonly string[] }
  | { readonly kind: "wrapped"; readonly name: string; readonly base: Type }
  | { readonly kind: "struct"; readonly name: string; readonly fields: readonly Field[] }
  | { readonly kind: "array"; readonly element: Type; readonly length?: number }
  | { readonly kind: "mapping"; readonly key: Type; readonly value: Type };

export const UINT256: Type = { kind: "uint", bits: 256 };
export const BOOL: Type = { kind: "bool" };
export const BYTES: Type = { kind: "bytes" };
export const STRING: Type = { kind: "string" };
export const BYTES32: Type = { kind: "fixedBytes", size: 32 };
export const ADDRESS: Type = { kind: "address" };

/** The type's name in source; equal names are equal types. */
export function nameOf(type: Type): string {
  switch (type.kind) {
    case "uint":
    case "int":
      return `${type.kind}${type.bits}`;
    case "fixedBytes":
      return `bytes${type.size}`;
    case "array":
      return `${nameOf(type.element)}[${type.length ?? ""}]`;
    case "mapping":
      return `mapping(${nameOf(type.key)} => ${nameOf(type.value)})`;
    case "enum":
    case "wrapped":
    case "struct":
      return type.name;
    default:
      return type.kind;
  }
}

/** The type in a canonical signature. */
export function abiName(type: Type): string {
  switch (type.kind) {
    case "enum":
      return "uint8";
    case "wrapped":
      return abiName(type.base);
    case "struct":
      return `(${type.fields.map((f) => abiName(f.type)).join(",")})`;
    case "array":
      return `${abiName(type.element)}[${type.length ?? ""}]`;
    default:
      return nameOf(type);
  }
}

export function isReference(type: Type): boolean {
  return ["bytes", "string", "struct", "array", "mapping"].includes(type.kind);
}

/** Whether values of the type live in storage only. */
export function hasMapping(type: Type): boolean {
  if (type.kind === "mapping") return true;
  if (type.kind === "array") return hasMapping(type.element);
  return type.kind === "struct" && type.fields.some((f) => hasMapping(f.type));
}

/** Whether the ABI encodes the type behind an offset. */
export function isDynamic(type: Type): boolean {
  if (type.kind === "bytes" || type.kind === "string") return true;
  if (type.kind === "array") return type.length === undefined || isDynamic(type.element);
  return type.kind === "struct" && type.fields.some((f) => isDynamic(f.type));
}

/** Bits of a value type's number. */
export function bitsOf(type: Type): number {
  switch (type.kind) {
    case "uint":
    case "int":
      return type.bits;
    case "fixedBytes":
      return 8 * type.size;
    case "bool":
      return 1;
    case "address":
      return 160;
    case "enum":
      return 8;
    case "wrapped":
      return bitsOf(type.base);
    default:
      return 256;
  }
}

/** A literal of a value type, in source. `number` is the value's bits, unsigned. */
export function literalOf(type: Type, number: bigint): string {
  switch (type.kind) {
    case "uint":
      return `uint${type.bits}(${number})`;
    case "int":
      return `int${type.bits}(${BigInt.asIntN(type.bits, number)})`;
    case "bool":
      return (number & 1n) === 1n ? "true" : "false";
    case "address":
      return `address(uint160(${number}))`;
    case "fixedBytes":
      return `bytes${type.size}(hex"${number.toString(16).padStart(2 * type.size, "0")}")`;
    case "enum":
      return `${type.name}.${type.members[Number(number % BigInt(type.members.length))]!}`;
    case "wrapped":
      return `${type.name}.wrap(${literalOf(type.base, number)})`;
    default:
      throw new Error(`there is no literal of ${nameOf(type)}`);
  }
}

/** The plainest expression of a type (references: in memory). */
export function plainOf(type: Type): string {
  switch (type.kind) {
    case "bytes":
      return `bytes("")`;
    case "string":
      return `string("")`;
    case "struct":
      return `${type.name}(${type.fields.map((f) => plainOf(f.type)).join(", ")})`;
    case "array":
      return type.length === undefined ? `new ${nameOf(type)}(0)` : `[${Array.from({ length: type.length }, () => plainOf(type.element)).join(", ")}]`;
    case "mapping":
      throw new Error("mappings are no values");
    default:
      return literalOf(type, 0n);
  }
}

const TEXTS = ["", "a", "hello", "exactly-thirty-one-bytes-of-text", "exactly-thirty-two-bytes-of-text", "a text that is longer than one word of thirty-two bytes", "äöü €"];

/** A string literal's content. */
export function randomText(random: Random): string {
  const text = random.pick(TEXTS);
  return random.chance(0.1) ? text.repeat(random.below(4)) : text;
}

/** Random bytes of an interesting length, 0x-hex. */
export function randomBytes(random: Random): string {
  const length = random.pick([0, 1, 2, 4, 20, 31, 32, 33, 36, 63, 64, 65, random.below(100)]);
  return `0x${Array.from({ length }, () => random.below(256).toString(16).padStart(2, "0")).join("")}`;
}

/** Bits of a value of a value type: small half of the time, else at an edge. */
export function randomBits(random: Random, type: Type): bigint {
  if (type.kind === "enum") return BigInt(random.below(type.members.length));
  const bits = bitsOf(type);
  return random.chance(0.5) ? BigInt.asUintN(bits, BigInt(random.below(6))) : random.edgeValue(bits);
}

/** A value as ethers' encoder takes it. */
export type AbiValue = bigint | boolean | string | AbiValue[];

/** An argument for a parameter of an external function. */
export function randomArgument(random: Random, type: Type): AbiValue {
  switch (type.kind) {
    case "bytes":
      return randomBytes(random);
    case "string":
      return randomText(random);
    case "struct":
      return type.fields.map((f) => randomArgument(random, f.type));
    case "array":
      return Array.from({ length: type.length ?? random.pick([0, 1, 2, 3, 5]) }, () => randomArgument(random, type.element));
    case "mapping":
      throw new Error("mappings are no arguments");
    default:
      return valueOf(type, randomBits(random, type));
  }
}

/** The plainest argument, for shrinking. */
export function plainArgument(type: Type): AbiValue {
  switch (type.kind) {
    case "bytes":
      return "0x";
    case "string":
      return "";
    case "struct":
      return type.fields.map((f) => plainArgument(f.type));
    case "array":
      return Array.from({ length: type.length ?? 0 }, () => plainArgument(type.element));
    case "mapping":
      throw new Error("mappings are no arguments");
    default:
      return valueOf(type, 0n);
  }
}

/** A value type's bits in ethers' form. */
function valueOf(type: Type, bits: bigint): AbiValue {
  switch (type.kind) {
    case "int":
      return BigInt.asIntN(type.bits, bits);
    case "bool":
      return (bits & 1n) === 1n;
    case "address":
      return `0x${bits.toString(16).padStart(40, "0")}`;
    case "fixedBytes":
      return `0x${bits.toString(16).padStart(2 * type.size, "0")}`;
    case "wrapped":
      return valueOf(type.base, bits);
    default:
      return bits;
  }
}

/** A dynamic array whose elements hold those of an array of numbers or fixed bytes, in a wider type. */
export function widerArray(type: Type): Type | undefined {
  if (type.kind !== "array") return undefined;
  const { element } = type;
  if ((element.kind === "uint" || element.kind === "int") && element.bits < 256)
    return { kind: "array", element: { kind: element.kind, bits: [16, 40, 64, 128, 256].find((bits) => bits > element.bits)! } };
  if (element.kind === "fixedBytes" && element.size < 32) return { kind: "array", element: { kind: "fixedBytes", size: [2, 8, 20, 32].find((size) => size > element.size)! } };
  return undefined;
}

/** The types that a program declares and uses. */
export interface TypePool {
  readonly values: readonly Type[];
  readonly enums: readonly Extract<Type, { kind: "enum" }>[];
  readonly wrapped: readonly Extract<Type, { kind: "wrapped" }>[];
  /** Without mappings, inner ones first. */
  readonly structs: readonly Extract<Type, { kind: "struct" }>[];
  /** Structs with a mapping: for state only. */
  readonly holders: readonly Extract<Type, { kind: "struct" }>[];
}

const WIDTHS = [8, 8, 16, 24, 32, 40, 64, 64, 72, 96, 112, 120, 128, 160, 200, 248, 256, 256, 256, 256];
const SIZES = [1, 2, 3, 4, 8, 16, 20, 31, 32, 32];

/** A few enums, wrapped types and structs, and the value types that the program likes: few, so that values meet. */
export function randomTypes(random: Random, counts: { readonly numbers: number; readonly structs: number }): TypePool {
  const enums = Array.from({ length: random.below(2) }, (_, i) => ({ kind: "enum" as const, name: `E${i}`, members: ["A", "B", "C", "D", "F"].slice(0, random.between(1, 5)) }));
  const numbers: Type[] = Array.from({ length: counts.numbers }, () => ({ kind: random.chance(0.6) ? ("uint" as const) : ("int" as const), bits: random.pick(WIDTHS) }));
  const bytes: Type = { kind: "fixedBytes", size: random.pick(SIZES) };
  const wrapped = Array.from({ length: random.below(2) }, (_, i) => ({ kind: "wrapped" as const, name: `W${i}`, base: random.pick([...numbers, bytes]) }));
  const values: Type[] = [UINT256, UINT256, ...numbers, BOOL, ADDRESS, bytes, BYTES32, ...enums, ...wrapped];
  const structs: Extract<Type, { kind: "struct" }>[] = [];
  for (let i = 0; i < counts.structs; i++) {
    const fields = Array.from({ length: random.between(1, 5) }, (_, k) => ({
      name: `f${k}`,
      type: randomType(random, { values, enums, wrapped, structs: [...structs], holders: [] }, 1),
    }));
    structs.push({ kind: "struct", name: `S${i}`, fields });
  }
  const known: TypePool = { values, enums, wrapped, structs, holders: [] };
  return random.chance(0.12) ? { ...known, holders: [randomHolder(random, known)] } : known;
}

function randomHolder(random: Random, pool: TypePool): Extract<Type, { kind: "struct" }> {
  const field = (k: number, type: Type): Field => ({ name: `f${k}`, type });
  const entries: Type = { kind: "mapping", key: random.pick(pool.values), value: randomType(random, pool, 1) };
  return { kind: "struct", name: "M0", fields: [field(0, random.pick(pool.values)), field(1, entries), field(2, randomType(random, pool, 1))] };
}

/** A type without mappings; `depth` bounds nesting. */
export function randomType(random: Random, pool: TypePool, depth: number): Type {
  if (depth <= 0 || random.chance(0.5)) return random.pick(pool.values);
  return randomReference(random, pool, depth);
}

/** A reference type without mappings. */
export function randomReference(random: Random, pool: TypePool, depth: number): Type {
  const choice = random.below(10);
  if (choice < 2) return BYTES;
  if (choice < 3) return STRING;
  if (choice < 6 && pool.structs.length > 0) return random.pick(pool.structs);
  // Fewer arrays of structs: solc's fast code generator refuses to copy them from memory to storage.
  const inner = randomType(random, pool, depth - 1);
  const element = inner.kind === "struct" && random.chance(0.6) ? random.pick(pool.values) : inner;
  return { kind: "array", element, ...(random.chance(0.4) && { length: random.between(1, 4) }) };
}

/** A type of a state variable: mappings too. */
export function randomStateType(random: Random, pool: TypePool): Type {
  if (pool.holders.length > 0 && random.chance(0.4)) {
    const [holder] = pool.holders;
    const choice = random.below(3);
    if (choice === 0) return holder!;
    return choice === 1 ? { kind: "mapping", key: random.pick(pool.values), value: holder! } : { kind: "array", element: holder!, ...(random.chance(0.5) && { length: 2 }) };
  }
  if (!random.chance(0.2)) return randomType(random, pool, 2);
  const key = random.chance(0.15) ? random.pick([BYTES, STRING]) : random.pick(pool.values);
  const value: Type = random.chance(0.2) ? { kind: "mapping", key: random.pick(pool.values), value: random.pick(pool.values) } : randomType(random, pool, 2);
  return { kind: "mapping", key, value };
}
