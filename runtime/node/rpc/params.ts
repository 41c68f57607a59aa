/** Reading a method's parameters: each reader gives a checked value or throws the error -32602 that names the parameter. */
import { addressKey, type AddressKey } from "../../store/keys.js";
import { hexBytes, type Hex } from "../encoding/hex.js";
import { invalidParams } from "./errors.js";

/** A block as callers name it. */
export type BlockReference = "latest" | "earliest" | "pending" | "safe" | "finalized" | { readonly number: number } | { readonly hash: Hex };

const TAGS = ["latest", "earliest", "pending", "safe", "finalized"] as const;
const MAX_BITS_DIGITS = 64;

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A number: 0x-hex as the specification has it; a plain JSON number where tools send one. */
export function readQuantity(value: unknown, name: string): bigint {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return BigInt(value);
  if (typeof value !== "string" || !/^0x[0-9a-fA-F]+$/.test(value)) throw invalidParams(`${name}: a quantity in 0x-hex is expected`);
  if (value.replace(/^0x0*/, "").length > MAX_BITS_DIGITS) throw invalidParams(`${name}: has more than 256 bits`);
  return BigInt(value);
}

/** A number that a developer gives by hand: decimal digits, too, as anvil takes them. */
function readAmount(value: unknown, name: string): bigint {
  const decimal = typeof value === "string" && /^\d{1,78}$/.test(value);
  return readQuantity(decimal ? `0x${BigInt(value).toString(16)}` : value, name);
}

/** A number that fits a double without loss. */
export function readNumber(value: unknown, name: string): number {
  const read = readQuantity(value, name);
  if (read > BigInt(Number.MAX_SAFE_INTEGER)) throw invalidParams(`${name}: is too large`);
  return Number(read);
}

export function readData(value: unknown, name: string): Uint8Array {
  if (typeof value !== "string" || !/^0x([0-9a-fA-F]{2})*$/.test(value)) throw invalidParams(`${name}: bytes in 0x-hex are expected`);
  return hexBytes(value);
}

/** Bytes of one length, in lower case. */
export function readFixed(value: unknown, length: number, name: string): Hex {
  if (typeof value !== "string" || value.length !== 2 + 2 * length || !/^0x[0-9a-fA-F]*$/.test(value)) throw invalidParams(`${name}: ${length} bytes in 0x-hex are expected`);
  return value.toLowerCase() as Hex;
}

export function readAddress(value: unknown, name: string): AddressKey {
  return addressKey(readFixed(value, 20, name));
}

export function readObject(value: unknown, name: string): JsonObject {
  if (!isObject(value)) throw invalidParams(`${name}: an object is expected`);
  return value;
}

export function readArray(value: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(value)) throw invalidParams(`${name}: an array is expected`);
  return value;
}

/** A slot: quantity or 32 bytes, both are in use. */
export function readSlot(value: unknown, name: string): bigint {
  return readQuantity(value, name);
}

/** A tag, a number, or an object of EIP-1898. */
export function readBlock(value: unknown, name: string): BlockReference {
  const tag = TAGS.find((t) => t === value);
  if (tag) return tag;
  if (isObject(value)) {
    if (value.blockHash !== undefined) return { hash: readFixed(value.blockHash, 32, `${name}.blockHash`) };
    if (value.blockNumber !== undefined) return readBlock(value.blockNumber, `${name}.blockNumber`);
    throw invalidParams(`${name}: an object needs blockHash or blockNumber`);
  }
  if (typeof value === "string" && value.length === 66) return { hash: readFixed(value, 32, name) };
  if (typeof value === "string" && value.startsWith("0x")) return { number: readNumber(value, name) };
  if (typeof value === "number") return { number: readNumber(value, name) };
  throw invalidParams(`${name}: a block number, hash or tag is expected`);
}

/** The parameters of one request, by position. */
export class Params {
  constructor(private readonly values: readonly unknown[]) {}

  get length(): number {
    return this.values.length;
  }

  /** Throws where there are more. */
  atMost(count: number): void {
    if (this.values.length > count) throw invalidParams(`too many arguments, want at most ${count}`);
  }

  has(index: number): boolean {
    return this.values[index] !== undefined && this.values[index] !== null;
  }

  raw(index: number): unknown {
    return this.values[index];
  }

  private required(index: number, name: string): unknown {
    if (!this.has(index)) throw invalidParams(`missing value for required argument ${index}: ${name}`);
    return this.values[index];
  }

  quantity(index: number, name: string): bigint {
    return readQuantity(this.required(index, name), name);
  }

  amount(index: number, name: string): bigint {
    return readAmount(this.required(index, name), name);
  }

  number(index: number, name: string): number {
    return readNumber(this.required(index, name), name);
  }

  data(index: number, name: string): Uint8Array {
    return readData(this.required(index, name), name);
  }

  hash(index: number, name: string): Hex {
    return readFixed(this.required(index, name), 32, name);
  }

  address(index: number, name: string): AddressKey {
    return readAddress(this.required(index, name), name);
  }

  object(index: number, name: string): JsonObject {
    return readObject(this.required(index, name), name);
  }

  array(index: number, name: string): readonly unknown[] {
    return readArray(this.required(index, name), name);
  }

  string(index: number, name: string): string {
    const value = this.required(index, name);
    if (typeof value !== "string") throw invalidParams(`${name}: a string is expected`);
    return value;
  }

  boolean(index: number, name: string, fallback?: boolean): boolean {
    const value = this.values[index] ?? fallback;
    if (typeof value !== "boolean") throw invalidParams(`${name}: true or false is expected`);
    return value;
  }

  /** A block; the newest where none is given. */
  block(index: number, name = "block"): BlockReference {
    return this.has(index) ? readBlock(this.values[index], name) : "latest";
  }
}

/** A method: gets parameters, gives what JSON can hold. */
export type Method = (params: Params) => unknown;
export type Methods = Readonly<Record<string, Method>>;
