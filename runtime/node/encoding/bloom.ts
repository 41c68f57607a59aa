/** Bloom filters of logs (yellow paper, section 4.3.1): 2048 bits, three of them set for an address or topic. */
import { keccak256 } from "../../../machine/keccak.js";

export const BLOOM_SIZE = 256;
/** Bytes of an item's hash that choose bits. */
const HASH_BYTES = 6;

/** Sets the bits of an item. */
export function addToBloom(bloom: Uint8Array, item: Uint8Array): void {
  const hash = keccak256(item);
  for (let i = 0; i < HASH_BYTES; i += 2) {
    const bit = bitAt(hash, i);
    bloom[BLOOM_SIZE - 1 - (bit >> 3)]! |= 1 << (bit & 7);
  }
}

/** False where no log of the filter has the item. */
export function bloomMayHold(bloom: Uint8Array, item: Uint8Array): boolean {
  const hash = keccak256(item);
  for (let i = 0; i < HASH_BYTES; i += 2) {
    const bit = bitAt(hash, i);
    if ((bloom[BLOOM_SIZE - 1 - (bit >> 3)]! & (1 << (bit & 7))) === 0) return false;
  }
  return true;
}

/** The union of filters; of one filter that filter itself. */
export function joinBlooms(blooms: readonly Uint8Array[]): Uint8Array {
  if (blooms.length === 1) return blooms[0]!;
  const joined = new Uint8Array(BLOOM_SIZE);
  for (const bloom of blooms) for (let i = 0; i < BLOOM_SIZE; i++) joined[i]! |= bloom[i]!;
  return joined;
}

/** The number of the bit that two bytes of an item's hash choose. */
function bitAt(hash: Uint8Array, i: number): number {
  return ((hash[i]! << 8) | hash[i + 1]!) & 0x7ff;
}
