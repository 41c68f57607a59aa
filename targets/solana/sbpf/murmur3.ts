/** MurmurHash3, 32-bit variant, seed 0 (Austin Appleby, public domain): the hash of Solana's syscall names. */
export function murmur3(bytes: Uint8Array): number {
  let hash = 0;
  const blocks = bytes.length >> 2;
  for (let i = 0; i < blocks; i++) {
    const k = bytes[4 * i]! | (bytes[4 * i + 1]! << 8) | (bytes[4 * i + 2]! << 16) | (bytes[4 * i + 3]! << 24);
    hash ^= scramble(k);
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let i = bytes.length - 1; i >= blocks * 4; i--) tail = (tail << 8) | bytes[i]!;
  if (bytes.length & 3) hash ^= scramble(tail);
  return finalize(hash ^ bytes.length);
}

function scramble(k: number): number {
  const product = Math.imul(k, 0xcc9e2d51);
  return Math.imul((product << 15) | (product >>> 17), 0x1b873593);
}

function finalize(hash: number): number {
  let h = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Key of a syscall in `call` instructions (SIMD-0178). */
export function syscallKey(name: string): number {
  return murmur3(new TextEncoder().encode(name));
}
