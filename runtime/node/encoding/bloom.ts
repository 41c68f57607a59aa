/** Bloom filters of logs (yellow paper, section 4.3.1): 2048 bits, three of them set for an address or topic. */
import { keccak256 } from "../../../machine/keccak.js";

export const BLOOM_SIZE = 256;

/** Sets the bits of an item. */
export function addToBloom(bloom: Uint8Array, item: Uint8Array): void {
  for (const bit of bitsOf(item)) bloom[BLOOM_SIZE - 1 - (bit >> 3)]! |= 1 << (bit & 7);
}

/** False where no log of the filter has the item. */
export function bloomMayHold(bloom: Uint8Array, item: Uint8Array): boolean {
  return bitsOf(item).every((bit) => (bloom[BLOOM_SIZE - 1 - (bit >> 3)]! & (1 << (bit & 7))) !== 0);
}

/** The union of filters. */
export function joinBlooms(blooms: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(BLOOM_SIZE);
  for (const bloom of blooms) for (let i = 0; i < BLOOM_SIZE; i++) joined[i]! |= bloom[i]!;
  return joined;
}

function bitsOf(item: Uint8Array): number[] {
  const hash = keccak256(item);
  return [0, 2, 4].map((i) => ((hash[i]! << 8) | hash[i + 1]!) & 0x7ff);
}
