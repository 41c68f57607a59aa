/** Keys and numbers as words of shared memory, and back. */
import type { AddressKey, SlotKey } from "../keys.js";

const ADDRESS_WORDS = 5;
const KEY_WORDS = 8;

/** Writes a key of one character a byte as words: an address or a slot, whose lengths are multiples of four. */
export function keyToWords(key: string, words: Int32Array, to = 0): void {
  const count = key.length >> 2;
  for (let i = 0, at = 0; i < count; i++, at += 4)
    words[to + i] = key.charCodeAt(at) | (key.charCodeAt(at + 1) << 8) | (key.charCodeAt(at + 2) << 16) | (key.charCodeAt(at + 3) << 24);
}

function keyFromWords(words: Int32Array, at: number, count: number): string {
  let key = "";
  for (let i = at; i < at + count; i++) {
    const word = words[i]!;
    key += String.fromCharCode(word & 255, (word >> 8) & 255, (word >> 16) & 255, word >>> 24);
  }
  // One flat string: maps hash it once.
  return Buffer.from(key, "latin1").toString("latin1");
}

export function addressFromWords(words: Int32Array, at: number): AddressKey {
  return keyFromWords(words, at, ADDRESS_WORDS);
}

/** A slot, or a module's identity. */
export function slotFromWords(words: Int32Array, at: number): SlotKey {
  return keyFromWords(words, at, KEY_WORDS);
}

/** Spreads the bits of a record's key; the finaliser is that of MurmurHash3. */
export function hashWords(owner: number, key: Int32Array, count: number): number {
  let h = Math.imul(owner, 0x9e3779b1);
  for (let i = 0; i < count; i++) {
    h = Math.imul(h ^ key[i]!, 0x85ebca6b);
    h ^= h >>> 15;
  }
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

const limbs = new BigUint64Array(1);
const halves = new Int32Array(limbs.buffer);

/** Writes a number of up to 256 bits as eight words. */
export function bigintToWords(value: bigint, words: Int32Array, at: number): void {
  let rest = value;
  for (let i = 0; i < 8; i += 2) {
    if (rest === 0n) {
      for (let j = at + i; j < at + 8; j++) words[j] = 0;
      return;
    }
    // Storing takes the lowest 64 bits.
    limbs[0] = rest;
    words[at + i] = halves[0]!;
    words[at + i + 1] = halves[1]!;
    rest >>= 64n;
  }
}

/** The number of eight words. */
export function bigintFromWords(words: Int32Array, at: number): bigint {
  let value = 0n;
  for (let i = 6; i >= 0; i -= 2) {
    const [low, high] = [words[at + i]!, words[at + i + 1]!];
    if (value === 0n && low === 0 && high === 0) continue;
    halves[0] = low;
    halves[1] = high;
    value = value === 0n ? limbs[0]! : (value << 64n) | limbs[0]!;
  }
  return value;
}

/** A count below 2^53 in two words. */
export function countToWords(value: number, words: Int32Array, at: number): void {
  words[at] = value | 0;
  words[at + 1] = Math.floor(value / 0x1_0000_0000);
}

export function countFromWords(words: Int32Array, at: number): number {
  return (words[at]! >>> 0) + words[at + 1]! * 0x1_0000_0000;
}
