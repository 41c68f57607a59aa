/**
 * Words in linear memory. Machine words are 32 big-endian bytes: whole ones are reversed 16 bytes at a time with one integer SIMD shuffle. Cells are little-endian
 * limbs at fixed addresses.
 */
import type { Type } from "../../../compiler/ir/ops.js";
import type { ValueId } from "../../../compiler/ir/module.js";
import type { Emitter, Limb } from "../emitter.js";
import { isNarrow, limbCount, topBits } from "../types.js";
import { I32 } from "../wasm/opcodes.js";

/** Reverses 16 bytes. */
const REVERSE_16 = Array.from({ length: 16 }, (_, i) => 15 - i);
/** Reverses the low 8 bytes, twice. */
const REVERSE_8 = Array.from({ length: 16 }, (_, i) => 7 - (i & 7));

/** A linear address: a local with an i32, or nothing (address 0), and a constant offset. */
export interface Place {
  readonly local: number | undefined;
  readonly offset: number;
}

export function pushPlace(e: Emitter, place: Place): void {
  if (place.local === undefined) e.code.i32(0);
  else e.code.get(place.local);
}

/** The low bits of the big-endian word at a place, as limbs of a type. */
export function loadWord(e: Emitter, place: Place, type: Type): Limb[] {
  if (isNarrow(type)) return [loadNarrow(e, place, type)];
  const limbs: Limb[] = [];
  const count = limbCount(type);
  // Limb i lies at 24 - 8i. Two limbs at a time, the highest alone where their number is odd.
  for (let i = 0; i + 1 < count; i += 2) limbs.push(...loadPair(e, place, 16 - 8 * i));
  if (count % 2 === 1) limbs.push(loadSingle(e, place, 32 - 8 * count));
  if (topBits(type) === 64) return limbs;
  const top = limbs.pop()!;
  const masked = e.save(() => {
    e.pushLimb(top);
    e.maskTop(type);
  });
  return [...limbs, masked];
}

function loadPair(e: Emitter, place: Place, at: number): Limb[] {
  const vector = e.vector();
  pushPlace(e, place);
  e.code.vector("load", place.offset + at);
  pushReversed(e);
  e.code.tee(vector).lane64("extract", 0);
  const low = e.newI64();
  e.code.set(low);
  const high = e.save(() => void e.code.get(vector).lane64("extract", 1));
  return [{ kind: "local", local: low }, high];
}

/** Reverses the vector on the stack. */
function pushReversed(e: Emitter): void {
  e.code.tee(e.vector()).get(e.vector()).shuffle(REVERSE_16);
}

function loadSingle(e: Emitter, place: Place, at: number): Limb {
  return e.save(() => {
    pushPlace(e, place);
    e.code
      .vector("load64_splat", place.offset + at)
      .tee(e.vector())
      .get(e.vector())
      .shuffle(REVERSE_8)
      .lane64("extract", 0);
  });
}

/** Reverses the bytes of the i64 on the stack. */
export function swapLong(e: Emitter): void {
  e.code.splat64().tee(e.vector()).get(e.vector()).shuffle(REVERSE_8).lane64("extract", 0);
}

function loadNarrow(e: Emitter, place: Place, type: Type): Limb {
  return e.save(() => {
    pushPlace(e, place);
    if (type <= 8) {
      e.code.load("i32_u8", place.offset + 31);
      if (type === 1) e.code.i32(1).op("i32_and");
      return;
    }
    // 4 bytes are reversed in the upper half of 8.
    e.code.load("i64_u32", place.offset + 28);
    swapLong(e);
    e.code.i64(32n).op("i64_shr_u").op("i32_wrap_i64");
    e.maskTop(type);
  }, I32);
}

/** Stores four 64-bit limbs as a big-endian word. */
export function storeWord(e: Emitter, place: Place, limbs: readonly Limb[]): void {
  storePair(e, place, 0, limbs[2]!, limbs[3]!);
  storePair(e, place, 16, limbs[0]!, limbs[1]!);
}

function storePair(e: Emitter, place: Place, at: number, low: Limb, high: Limb): void {
  pushPlace(e, place);
  if (low.kind === "const" && high.kind === "const") {
    e.code.vectorConst(bigEndian(high.value, low.value));
  } else {
    e.pushLimb(low);
    e.code.splat64();
    e.pushLimb(high);
    e.code.lane64("replace", 1);
    pushReversed(e);
  }
  e.code.vector("store", place.offset + at);
}

/** 16 bytes, the high limb first. */
function bigEndian(high: bigint, low: bigint): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(16));
  bytes.setBigUint64(0, high);
  bytes.setBigUint64(8, low);
  return new Uint8Array(bytes.buffer);
}

/** Stores 64-bit limbs at a cell, least significant first. */
export function storeCell(e: Emitter, cell: number, limbs: readonly Limb[]): void {
  limbs.forEach((limb, i) => {
    e.code.i32(0);
    e.pushLimb(limb);
    e.code.store("i64", cell + 8 * i);
  });
}

/** Stores a value, zero-extended, at a cell of 32 bytes. */
export function storeValue(e: Emitter, cell: number, value: ValueId): void {
  storeCell(e, cell, e.wide(value, 4));
}

/** The limbs of a type at a cell; those above the type are zero. */
export function loadCell(e: Emitter, cell: number, type: Type): Limb[] {
  return Array.from({ length: limbCount(type) }, (_, i) => e.save(() => void e.code.i32(0).load("i64", cell + 8 * i)));
}

/** Copies the 32 bytes of a cell. */
export function copyCell(e: Emitter, to: number, from: number): void {
  e.code.i32(0).i32(0).vector("load", from).vector("store", to);
  e.code
    .i32(0)
    .i32(0)
    .vector("load", from + 16)
    .vector("store", to + 16);
}
