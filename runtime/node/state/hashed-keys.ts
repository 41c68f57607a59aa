/**
 * Hashes of the keys used lately, as paths in the trie: what a transaction reads is looked up again when its block's changes go down the trie. A table in
 * which each key has one place, so that remembering costs nothing that a collector would have to look after.
 */
import { hashInRoom, room, ROOM } from "./hash-room.js";

const PLACES = 8_192;
const HASH = 32;
/** 32 bytes of a key at most. */
const KEY_WORDS = 8;

/** By place: the key's length and words; zero length where there is none. */
const known = new Int32Array(PLACES * (1 + KEY_WORDS));
const hashes = new Uint8Array(PLACES * HASH);
const words = new Int32Array(KEY_WORDS);

/** keccak256 of a key's bytes, most significant first (an address, a slot), written to a place of some bytes. */
export function writeHashedKey(key: string, into: Uint8Array, to: number): void {
  const place = placeOf(key);
  const entry = place * (1 + KEY_WORDS);
  const from = place * HASH;
  if (!isAt(entry, key.length)) {
    const { length } = key;
    for (let i = 0; i < length; i++) room[ROOM.RECORD + length - 1 - i] = key.charCodeAt(i);
    hashInRoom(ROOM.RECORD, length);
    for (let i = 0; i < HASH; i++) hashes[from + i] = room[ROOM.DIGEST + i]!;
    known[entry] = length;
    for (let i = 0; i < KEY_WORDS; i++) known[entry + 1 + i] = words[i]!;
  }
  for (let i = 0; i < HASH; i++) into[to + i] = hashes[from + i]!;
}

/** Reads a key into `words`; its place in the table. */
function placeOf(key: string): number {
  let hash = key.length;
  words.fill(0);
  for (let i = 0, word = 0; i < key.length; i += 4, word++) {
    const value = key.charCodeAt(i) | (key.charCodeAt(i + 1) << 8) | (key.charCodeAt(i + 2) << 16) | (key.charCodeAt(i + 3) << 24);
    words[word] = value;
    hash = Math.imul(hash ^ value, 0x9e37_79b1);
    hash ^= hash >>> 15;
  }
  return hash & (PLACES - 1);
}

function isAt(entry: number, length: number): boolean {
  if (known[entry] !== length) return false;
  for (let i = 0; i < KEY_WORDS; i++) if (known[entry + 1 + i] !== words[i]) return false;
  return true;
}
