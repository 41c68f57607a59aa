/** Reads state accounts from outside: header, storage words (layout of ../runtime/format.ts). */
import { REFERENCE_SIZE } from "../layout.js";
import { CELL_SIZE, DIRECT_SLOTS, PROXY_ID, STATE, STATE_MAGIC } from "../runtime/format.js";

const WORD = 32;
const REFERENCES = 16;

/** True where the data are an instance's. */
export function isInstance(data: Uint8Array): boolean {
  return data.length >= STATE.HEADER_SIZE && viewOf(data).getBigUint64(STATE.MAGIC, true) === STATE_MAGIC;
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

/** The word of a slot, most significant byte first. */
export function storageWord(data: Uint8Array, slot: bigint): Uint8Array {
  if (slot < BigInt(DIRECT_SLOTS)) {
    const at = cell(data, STATE.DIRECT) + WORD * Number(slot);
    return data.slice(at, at + WORD).reverse();
  }
  const key = quad(slot);
  let node = cell(data, STATE.ROOT);
  for (let nibble = 0; nibble < 2 * WORD; nibble++) {
    const digit = (key[nibble >> 1]! >> (4 * (nibble & 1))) & 15;
    const reference = viewOf(data).getUint32(node + 4 * digit, true);
    if (reference === 0) break;
    if ((reference & 1) === 0) {
      node = reference;
      continue;
    }
    const leaf = reference - 1;
    if (Buffer.compare(data.subarray(leaf, leaf + WORD), key) !== 0) break;
    return data.slice(leaf + WORD, leaf + CELL_SIZE).reverse();
  }
  return new Uint8Array(WORD);
}

/** True where every storage word is zero. */
export function isStorageEmpty(data: Uint8Array): boolean {
  const direct = cell(data, STATE.DIRECT);
  if (data.subarray(direct, direct + WORD * DIRECT_SLOTS).some((b) => b !== 0)) return false;
  const isEmpty = (node: number): boolean => {
    for (let i = 0; i < REFERENCES; i++) {
      const reference = viewOf(data).getUint32(node + 4 * i, true);
      if (reference === 0) continue;
      if ((reference & 1) === 0 ? !isEmpty(reference) : data.subarray(reference - 1 + WORD, reference - 1 + CELL_SIZE).some((b) => b !== 0)) return false;
    }
    return true;
  };
  return isEmpty(cell(data, STATE.ROOT));
}
