/**
 * Handlers of memory, call data, return data, code and constant data. A machine word is 32 big-endian bytes; limb i of
 * its value lies at byte 24 - 8i, byte-swapped. Trusted addresses (i64) need no check, untrusted ones (i256) are checked and touched.
 */
import type { Inst, ValueId } from "../../../compiler/ir/module.js";
import { InternalError } from "../../../compiler/diagnostics/diagnostic.js";
import type { SlotBase } from "../lir/builder.js";
import type { Operand, VReg } from "../lir/instruction.js";
import { CREATION_TAG, FLAG_CREATION, FRAME, REFERENCE_SIZE, RUNTIME_TAG } from "../layout.js";
import type { Handler } from "./arithmetic-ops.js";
import { addLimbs } from "./arithmetic.js";
import type { AbsoluteAddress, FunctionContext } from "./context.js";
import { constantLimbs, limbCount, topBits, type Limbs } from "./limbs.js";
import { KEYED_BASE_BITS, KEYED_KEY_BITS, KEYED_OFFSET_BITS, KEYED_TAG } from "../slots.js";
import { deriveEntry } from "./storage-ops.js";
import { SUPPORT } from "./support.js";

/** The low `bits` bits of the word at an address. */
export function loadWord(c: FunctionContext, base: VReg | SlotBase, offset: number, bits: number): Operand[] {
  const { f, e } = c;
  return Array.from({ length: limbCount(bits) }, (_, i) => {
    const used = i + 1 < limbCount(bits) ? 64 : topBits(bits);
    const at = offset + 24 - 8 * i;
    if (used <= 8) return e.low(e.knownBits(f.load(1, base, at + 7), 8), used);
    if (used === 16) return e.knownBits(f.swap(16, f.load(2, base, at + 6)), 16);
    if (used === 32) return e.knownBits(f.swap(32, f.load(4, base, at + 4)), 32);
    return e.low(f.swap(64, f.load(8, base, at)), used);
  });
}

/** Stores a value, zero-extended, as a word. */
export function storeWord(c: FunctionContext, base: VReg | SlotBase, offset: number, limbs: Limbs): void {
  for (let i = 0; i < 4; i++) {
    const limb = limbs[i] ?? 0n;
    const swapped = typeof limb === "bigint" ? swap64(limb) : c.f.swap(64, limb);
    c.f.store(8, base, offset + 24 - 8 * i, swapped);
  }
}

function swap64(value: bigint): bigint {
  let out = 0n;
  for (let i = 0n; i < 64n; i += 8n) out = (out << 8n) | ((value >> i) & 255n);
  return out;
}

const bitsOf = (c: FunctionContext, inst: Inst): number => c.bits(inst.results[0]!);

// ---- memory ----------------------------------------------------------------------------------------------------
function memLoad(c: FunctionContext, inst: Inst): void {
  const at = c.range(inst.args[0]!, 32n);
  c.define(inst, loadWord(c, at.base, at.offset, bitsOf(c, inst)));
}

function memStore(c: FunctionContext, inst: Inst): void {
  const at = c.range(inst.args[0]!, 32n);
  storeWord(c, at.base, at.offset, c.limbs(inst.args[1]!));
}

function memStoreSigned(c: FunctionContext, inst: Inst): void {
  const at = c.range(inst.args[0]!, 32n);
  const value = inst.args[1]!;
  storeWord(c, at.base, at.offset, c.e.signExtendTo(c.limbs(value), c.bits(value), 256));
}

/** A length operand; of untrusted instructions an i256. */
const lengthOf = (c: FunctionContext, value: ValueId): Operand => c.saturated(value);

const COPY_INLINE = 32n;

/** Copies within machine memory; the ranges may overlap. */
function memCopy(c: FunctionContext, inst: Inst): void {
  const [to, from, length] = inst.args as [ValueId, ValueId, ValueId];
  const size = lengthOf(c, length);
  if (size === 0n) return;
  const target = c.range(to, size);
  const source = c.range(from, size);
  if (typeof size === "bigint" && size <= COPY_INLINE && size % 8n === 0n) {
    // All is read before anything is written, so that overlap does no harm.
    const words = Array.from({ length: Number(size) / 8 }, (_, i) => c.f.load(8, source.base, source.offset + 8 * i));
    words.forEach((word, i) => c.f.store(8, target.base, target.offset + 8 * i, word));
    return;
  }
  c.f.syscall("sol_memmove_", [c.register(target), c.register(source), size]);
}

function memZero(c: FunctionContext, inst: Inst): void {
  const [to, length] = inst.args as [ValueId, ValueId];
  const size = lengthOf(c, length);
  if (size === 0n) return;
  const target = c.range(to, size);
  if (typeof size === "bigint" && size <= 2n * COPY_INLINE && size % 8n === 0n) {
    for (let o = 0; o < Number(size); o += 8) c.f.store(8, target.base, target.offset + o, 0n);
    return;
  }
  c.f.syscall("sol_memset_", [c.register(target), 0n, size]);
}

/** Keccak-256 of byte ranges of the virtual machine. */
export function keccak(c: FunctionContext, parts: readonly { at: Operand; size: Operand }[]): Operand[] {
  const { f } = c;
  const list = { slot: c.temporary(4, 32) };
  const result = { slot: c.temporary(5, 32) };
  parts.forEach((part, i) => {
    f.store(8, list, 16 * i, part.at);
    f.store(8, list, 16 * i + 8, part.size);
  });
  f.syscall("sol_keccak256", [f.slotAddr(list.slot), BigInt(parts.length), f.slotAddr(result.slot)]);
  return loadWord(c, result, 0, 256);
}

function memKeccak(c: FunctionContext, inst: Inst): void {
  const size = lengthOf(c, inst.args[1]!);
  const at = c.range(inst.args[0]!, size);
  // The address of an empty range may be anything; the syscall wants a valid one.
  c.define(inst, keccak(c, [{ at: c.bits(inst.args[0]!) === 64 ? c.register(at) : safeAddress(c, at, size), size }]));
}

/** BASE where the size is 0, else the address. */
function safeAddress(c: FunctionContext, at: AbsoluteAddress, size: Operand): Operand {
  if (typeof size === "bigint" && size !== 0n) return c.register(at);
  const result = c.f.copy(c.register(at));
  c.f.if("eq", size, 0n, () => c.f.set(result, c.base));
  return result;
}

/** A value's word in a temporary of the frame: an address for `keccak`. */
export function wordInFrame(c: FunctionContext, k: number, offset: number, bytes: number, limbs: Limbs): VReg {
  const slot = c.temporary(k, bytes);
  storeWord(c, { slot }, offset, limbs);
  return c.f.slotAddr(slot);
}

/** keccak256(key . base) */
function hashedEntry(c: FunctionContext, inst: Inst): Operand[] {
  const [key, base] = inst.args as [ValueId, ValueId];
  const limbs = solidityBase(c, base);
  wordInFrame(c, 0, 0, 64, c.limbs(key));
  const at = wordInFrame(c, 0, 32, 64, limbs);
  return keccak(c, [{ at, size: 64n }]);
}

function slotMap(c: FunctionContext, inst: Inst): void {
  const [key, base] = inst.args as [ValueId, ValueId];
  if (!c.info.keyedSlots || solidityEntry(c, base) !== undefined) return c.define(inst, hashedEntry(c, inst));
  deriveEntry(c, inst, () => keyedSlot(c, c.limbs(key), c.limbs(base), () => hashedEntry(c, inst)));
}

/** The derivation of a mapping's entry that a slot is, or lies behind by a constant. */
function solidityEntry(c: FunctionContext, slot: ValueId): { entry: Inst; offset: bigint } | undefined {
  const inst = c.definition(slot);
  if (inst?.op === "slot.map") return { entry: inst, offset: 0n };
  if (inst?.op !== "add" && inst?.op !== "add.nuw") return undefined;
  const [a, b] = inst.args as [ValueId, ValueId];
  for (const [whole, step] of [
    [a, b],
    [b, a],
  ] as const) {
    const found = solidityEntry(c, whole);
    if (found) return { entry: found.entry, offset: found.offset + (c.constant(step) ?? 0n) };
  }
  return undefined;
}

/**
 * A slot that others are derived from: as Solidity numbers it, also where an entry is keyed, so that what is derived by hashing has
 * the same slot on every target.
 */
function solidityBase(c: FunctionContext, base: ValueId): Limbs {
  const place = c.info.keyedSlots ? solidityEntry(c, base) : undefined;
  if (place === undefined) return c.limbs(base);
  return addLimbs(c.e, hashedEntry(c, place.entry), constantLimbs(place.offset, 256));
}

/** The slot of ../slots.ts: keyed for short keys of mappings with low numbers, else as `hashed` makes it. */
function keyedSlot(c: FunctionContext, key: Limbs, base: Limbs, hashed: () => Operand[]): Operand[] {
  const { f, e } = c;
  const result = [f.reg(), f.reg(), f.reg(), f.reg()] as const;
  const other = f.label();
  const done = f.label();
  const refuse = (limb: Operand): void => {
    if (limb !== 0n) f.branch("ne", limb, 0n, other);
  };
  refuse(e.orAll([e.alu("shr", base[0]!, KEYED_BASE_BITS), ...base.slice(1)]));
  refuse(e.orAll([e.alu("shr", key[2]!, KEYED_KEY_BITS - 128n), key[3]!]));
  const [k0, k1, k2] = key as [Operand, Operand, Operand];
  f.set(result[3], e.alu("or", base[0]!, KEYED_TAG << 32n));
  f.set(result[2], e.alu("or", e.alu("shl", k2, KEYED_OFFSET_BITS), e.alu("shr", k1, 64n - KEYED_OFFSET_BITS)));
  f.set(result[1], e.alu("or", e.alu("shl", k1, KEYED_OFFSET_BITS), e.alu("shr", k0, 64n - KEYED_OFFSET_BITS)));
  f.set(result[0], e.alu("shl", k0, KEYED_OFFSET_BITS));
  f.jump(done);
  f.place(other);
  hashed().forEach((limb, i) => f.set(result[i]!, limb));
  f.place(done);
  return [...result];
}

function slotMapBytes(c: FunctionContext, inst: Inst): void {
  const [address, length, base] = inst.args as [ValueId, ValueId, ValueId];
  const limbs = solidityBase(c, base);
  const key = { at: c.register(c.trusted(address)), size: c.limbs(length)[0]! };
  c.define(inst, keccak(c, [key, { at: wordInFrame(c, 0, 0, 32, limbs), size: 32n }]));
}

function slotArray(c: FunctionContext, inst: Inst): void {
  const limbs = solidityBase(c, inst.args[0]!);
  c.define(inst, keccak(c, [{ at: wordInFrame(c, 0, 0, 32, limbs), size: 32n }]));
}

// ---- call data, return data ------------------------------------------------------------------------------------
const frameCell = (c: FunctionContext, offset: number): VReg => c.f.load(8, c.base, offset);

/** Offsets that fit an instruction. */
const MAX_CONSTANT_OFFSET = 30_000n;

/** Inside the data the word is read in place; at its end, from a zero-padded copy. */
function calldataLoad(c: FunctionContext, inst: Inst): void {
  const { f } = c;
  const offset = c.saturated(inst.args[0]!);
  const data = frameCell(c, FRAME.CALLDATA);
  const size = frameCell(c, FRAME.CALLDATA_SIZE);
  const slow = f.label();
  const done = f.label();
  const near = typeof offset === "bigint" && offset < MAX_CONSTANT_OFFSET ? Number(offset) : undefined;
  if (near !== undefined) f.branch("lt.u", size, BigInt(near) + 32n, slow);
  else {
    f.branch("gt.u", offset, size, slow);
    f.branch("lt.u", f.sub(size, offset), 32n, slow);
  }
  const pointer = near === undefined ? f.add(data, offset) : f.copy(data);
  f.place(done);
  c.define(inst, loadWord(c, pointer, near ?? 0, bitsOf(c, inst)));
  const copy = c.temporary(6, 32);
  c.outOfLine(() => {
    f.place(slow);
    f.call(SUPPORT.copyPadded, [data, size, offset, f.slotAddr(copy), 32n]);
    f.set(pointer, f.sub(f.slotAddr(copy), BigInt(near ?? 0)));
    f.jump(done);
  });
}

function calldataCopy(c: FunctionContext, inst: Inst): void {
  const [to, offset, length] = inst.args as [ValueId, ValueId, ValueId];
  const size = lengthOf(c, length);
  if (size === 0n) return;
  const target = c.range(to, size);
  const source = [frameCell(c, FRAME.CALLDATA), frameCell(c, FRAME.CALLDATA_SIZE)];
  c.f.call(SUPPORT.copyPadded, [...source, c.saturated(offset), c.register(target), size]);
}

/** Beyond the end of the return data is an exceptional halt (EIP-211). */
function returndataCopy(c: FunctionContext, inst: Inst): void {
  const [to, offset, length] = inst.args as [ValueId, ValueId, ValueId];
  const { f } = c;
  const start = c.saturated(offset);
  const size = lengthOf(c, length);
  const available = frameCell(c, FRAME.RETURNDATA_SIZE);
  f.branch("gt.u", start, available, c.halting);
  f.branch("gt.u", size, f.sub(available, start), c.halting);
  if (size === 0n) return;
  const target = c.range(to, size);
  f.if("ne", size, 0n, () => f.syscall("sol_memmove_", [c.register(target), f.add(frameCell(c, FRAME.RETURNDATA), start), size]));
}

// ---- code and constant data ------------------------------------------------------------------------------------
function dataCopy(c: FunctionContext, inst: Inst): void {
  const [to, offset, length] = inst.args as [ValueId, ValueId, ValueId];
  const bytes = c.info.module.data.get(inst.imm.data ?? "");
  if (!bytes) throw new InternalError(`there is no data segment '${inst.imm.data}'`, inst.span);
  const size = c.limbs(length)[0]!;
  if (size === 0n || bytes.length === 0) return;
  const target = c.trusted(to);
  const start = c.constant(offset);
  const source = c.f.rodata(bytes, start === undefined ? 0 : Number(start));
  if (typeof size === "bigint" && size <= COPY_INLINE && size % 8n === 0n) {
    for (let o = 0; o < Number(size); o += 8) {
      const from = start === undefined ? c.f.add(source, c.limbs(offset)[0]!) : source;
      c.f.store(8, target.base, target.offset + o, c.f.load(8, from, o));
    }
    return;
  }
  const from = start === undefined ? c.f.add(source, c.limbs(offset)[0]!) : source;
  c.f.syscall("sol_memcpy_", [c.register(target), from, size]);
}

/** In creation code the constructor arguments follow the reference. */
function codeSize(c: FunctionContext): Operand {
  const { f } = c;
  const size = f.copy(BigInt(REFERENCE_SIZE));
  const creation = f.and(frameCell(c, FRAME.FLAGS), FLAG_CREATION);
  f.if("ne", creation, 0n, () => f.aluTo(size, "add", size, frameCell(c, FRAME.CALLDATA_SIZE)));
  return size;
}

function codeCopy(c: FunctionContext, inst: Inst): void {
  const [to, offset, length] = inst.args as [ValueId, ValueId, ValueId];
  const size = lengthOf(c, length);
  if (size === 0n) return;
  const target = c.register(c.range(to, size));
  c.f.call(SUPPORT.codeCopy, [c.base, c.saturated(offset), target, size]);
}

/** The 32 bytes that stand for a contract's code. */
function reference(c: FunctionContext, tag: string, name: string): Uint8Array {
  const bytes = new Uint8Array(REFERENCE_SIZE);
  bytes.set(new TextEncoder().encode(tag));
  new DataView(bytes.buffer).setBigUint64(REFERENCE_SIZE - 8, c.info.contractId(name));
  return bytes;
}

const objectCopy =
  (tag: string): Handler =>
  (c, inst) => {
    const target = c.trusted(inst.args[0]!);
    const source = c.f.rodata(reference(c, tag, inst.imm.object ?? ""));
    for (let o = 0; o < REFERENCE_SIZE; o += 8) c.f.store(8, target.base, target.offset + o, c.f.load(8, source, o));
  };

const referenceSize: Handler = (c, inst) => c.define(inst, [BigInt(REFERENCE_SIZE)]);

/** By instruction name. */
export const MEMORY_HANDLERS: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ["mem.load", memLoad],
  ["mem.store", memStore],
  ["mem.store.s", memStoreSigned],
  [
    "mem.load.byte",
    (c, inst) => {
      const at = c.range(inst.args[0]!, 1n);
      c.define(inst, [c.f.load(1, at.base, at.offset)]);
    },
  ],
  [
    "mem.store.byte",
    (c, inst) => {
      const at = c.range(inst.args[0]!, 1n);
      c.f.store(1, at.base, at.offset, c.limbs(inst.args[1]!)[0]!);
    },
  ],
  ["mem.copy", memCopy],
  ["mem.zero", memZero],
  ["mem.keccak", memKeccak],
  ["mem.alloc", (c, inst) => c.define(inst, c.callTrapping(SUPPORT.alloc, [c.base, c.limbs(inst.args[0]!)[0]!], 1))],
  ["mem.free", (c, inst) => c.define(inst, c.callTrapping(SUPPORT.free, [c.base], 1))],
  ["mem.ensure", (c, inst) => void c.callTrapping(SUPPORT.touch, [c.base, c.limbs(inst.args[0]!)[0]!, c.limbs(inst.args[1]!)[0]!], 0)],
  ["calldata.size", (c, inst) => c.define(inst, [frameCell(c, FRAME.CALLDATA_SIZE)])],
  ["calldata.load", calldataLoad],
  ["calldata.copy", calldataCopy],
  ["returndata.size", (c, inst) => c.define(inst, [frameCell(c, FRAME.RETURNDATA_SIZE)])],
  ["returndata.copy", returndataCopy],
  ["data.copy", dataCopy],
  ["code.size", (c, inst) => c.define(inst, [codeSize(c)])],
  ["code.copy", codeCopy],
  ["object.size", referenceSize],
  ["object.copy", objectCopy(CREATION_TAG)],
  ["object.runtime.size", referenceSize],
  ["object.runtime.copy", objectCopy(RUNTIME_TAG)],
  ["slot.map", slotMap],
  ["slot.map.bytes", slotMapBytes],
  ["slot.array", slotArray],
]);
