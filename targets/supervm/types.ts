/**
 * How IR integers live in WebAssembly: up to 32 bits in an i32, wider ones in 64-bit limbs, least significant first. All are clean:
 * bits at and above the width are zero.
 */
import type { Type } from "../../compiler/ir/ops.js";
import { I32, I64, type WasmType } from "./wasm/opcodes.js";

/** One i32. */
export const isNarrow = (type: Type): boolean => type <= 32;
/** One i64. */
export const isLong = (type: Type): boolean => type > 32 && type <= 64;
/** One WebAssembly value. */
export const isSingle = (type: Type): boolean => type <= 64;

/** Values of WebAssembly that a type takes. */
export const limbCount = (type: Type): number => Math.max(1, Math.ceil(type / 64));

export const limbType = (type: Type): WasmType => (isNarrow(type) ? I32 : I64);

/** Flattened WebAssembly types. */
export function wasmTypes(types: readonly Type[]): WasmType[] {
  return types.flatMap((type) => new Array<WasmType>(limbCount(type)).fill(limbType(type)));
}

/** Bits of the highest limb: 1 to 64 (to 32 in a narrow type). */
export const topBits = (type: Type): number => (isNarrow(type) ? type : type - 64 * (limbCount(type) - 1));

/** A mask of the low bits. */
export const mask = (bits: number): bigint => (1n << BigInt(bits)) - 1n;
