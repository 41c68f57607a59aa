/** Reads state accounts from outside: header, storage words (layout of ../runtime/format.ts). */
import { keccak256 } from "../../../machine/keccak.js";
import { REFERENCE_SIZE } from "../layout.js";
import { CELL_SIZE, DIRECT_SLOTS, KEY_FACTOR, KEYED_STATE_MAGIC, PROXY_ID, STATE, STATE_MAGIC } from "../runtime/format.js";
import { KEYED_BASE_BITS, KEYED_KEY_BITS, KEYED_OFFSET_BITS, KEYED_TAG } from "../slots.js";

const WORD = 32;
const REFERENCES = 16;
const MAGICS: readonly bigint[] = [STATE_MAGIC, KEYED_STATE_MAGIC];

/** True where the data are an instance's. */
export function isInstance(data: Uint8Array): boolean {
  return data.length >= STATE.HEADER_SIZE && MAGICS.includes(viewOf(data).getBigUint64(STATE.MAGIC, true));
}

/** True for an instance of an image that keys the entries of mappings (../slots.ts). */
function isKeyed(data: Uint8Array): boolean {
  return viewOf(data).getBigUint64(STATE.MAGIC, true) === KEYED_STATE_MAGIC;
}

function viewOf(data: Uint8Array): DataView {
  return new DataView(data.buffer, data.byteOffset, data.byteLength);
}

function cell(data: Uint8Array, offset: number): number {
  return Number(viewOf(data).getBigUint64(offset, true));
}

/** Whether the instance has code (its constructor has ended). */
export function hasCode(data: Uint8Array): boolean {
  return isInstance(data) && viewOf(data).getBigUint64(STATE.CONTRACT_ID, true) !== 0n;
}

/** Bytes of the code that the instance shows: a minimal proxy's own, else a reference to the contract; 0 without code. */
export function codeSize(data: Uint8Array): number {
  if (!hasCode(data)) return 0;
  return viewOf(data).getBigUint64(STATE.CONTRACT_ID, true) === PROXY_ID ? cell(data, STATE.CODE_SIZE) : REFERENCE_SIZE;
}

/** Lamports of the account that pay its rent. */
export function reserveOf(data: Uint8Array): bigint {
  return viewOf(data).getBigUint64(STATE.RESERVE, true);
}

/** A number's 32 bytes, least significant first. */
function quad(value: bigint): Uint8Array {
  return Uint8Array.from(Buffer.from(value.toString(16).padStart(2 * WORD, "0"), "hex").reverse());
}

/** The word of a slot as Solidity numbers it, most significant byte first. */
export function storageWord(data: Uint8Array, slot: bigint): Uint8Array {
  if (slot < BigInt(DIRECT_SLOTS)) {
    const at = cell(data, STATE.DIRECT) + WORD * Number(slot);
    return data.slice(at, at + WORD).reverse();
  }
  const leaf = isKeyed(data) ? (keyedLeaf(data, slot) ?? (slot >> 224n === KEYED_TAG ? undefined : findLeaf(data, slot))) : findLeaf(data, slot);
  return leaf === undefined ? new Uint8Array(WORD) : data.slice(leaf + WORD, leaf + CELL_SIZE).reverse();
}

const LIMB = 64n;
const TOP = 3n * LIMB;

/** What the highest limb adds to the lowest limb of a key. */
const mixture = (slot: bigint): bigint => BigInt.asUintN(64, (slot >> TOP) * KEY_FACTOR);
const turned = (limb: bigint): bigint => BigInt.asUintN(64, (limb >> 32n) | (limb << 32n));
const folded = (limb: bigint): bigint => limb ^ (limb >> 32n);

/** The key of a slot in the trie, and back. */
const keyOf = (slot: bigint): bigint => ((slot >> LIMB) << LIMB) | (folded(turned(BigInt.asUintN(64, slot))) ^ mixture(slot));
const slotOf = (key: bigint): bigint => ((key >> LIMB) << LIMB) | turned(folded(BigInt.asUintN(64, key) ^ mixture(key)));

/** Offset of a slot's leaf. */
function findLeaf(data: Uint8Array, slot: bigint): number | undefined {
  const key = quad(keyOf(slot));
  let node = cell(data, STATE.ROOT);
  for (let nibble = 0; nibble < 2 * WORD; nibble++) {
    const digit = (key[nibble >> 1]! >> (4 * (nibble & 1))) & 15;
    const reference = viewOf(data).getUint32(node + 4 * digit, true);
    if (reference === 0) return undefined;
    if ((reference & 1) === 0) {
      node = reference;
      continue;
    }
    const leaf = reference - 1;
    return Buffer.compare(data.subarray(leaf, leaf + WORD), key) === 0 ? leaf : undefined;
  }
  return undefined;
}

/** Offset of the keyed entry, or member of one, that Solidity gives the slot: all of them are tried. */
function keyedLeaf(data: Uint8Array, slot: bigint): number | undefined {
  const mask = (bits: bigint): bigint => (1n << bits) - 1n;
  for (const leaf of leaves(data, cell(data, STATE.ROOT))) {
    const key = slotOf(
      BigInt(
        `0x${Buffer.from(data.subarray(leaf, leaf + WORD))
          .reverse()
          .toString("hex")}`,
      ),
    );
    if (key >> 224n !== KEYED_TAG) continue;
    const offset = key & mask(KEYED_OFFSET_BITS);
    const entry = (key >> KEYED_OFFSET_BITS) & mask(KEYED_KEY_BITS);
    const base = (key >> (KEYED_OFFSET_BITS + KEYED_KEY_BITS)) & mask(KEYED_BASE_BITS);
    const hash = keccak256(Buffer.concat([quad(entry).reverse(), quad(base).reverse()]));
    if (BigInt.asUintN(256, BigInt(`0x${Buffer.from(hash).toString("hex")}`) + offset) === slot) return leaf;
  }
  return undefined;
}

/** Offsets of all leaves below a node. */
function* leaves(data: Uint8Array, node: number): Generator<number> {
  for (let i = 0; i < REFERENCES; i++) {
    const reference = viewOf(data).getUint32(node + 4 * i, true);
    if ((reference & 1) === 1) yield reference - 1;
    else if (reference !== 0) yield* leaves(data, reference);
  }
}

/** True where every storage word is zero. */
export function isStorageEmpty(data: Uint8Array): boolean {
  const direct = cell(data, STATE.DIRECT);
  if (data.subarray(direct, direct + WORD * DIRECT_SLOTS).some((b) => b !== 0)) return false;
  return [...leaves(data, cell(data, STATE.ROOT))].every((leaf) => data.subarray(leaf + WORD, leaf + CELL_SIZE).every((b) => b === 0));
}
