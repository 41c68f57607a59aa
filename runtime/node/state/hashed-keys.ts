/**
 * Hashes of the keys used lately, as paths in the trie: what a transaction reads is looked up again when its block's changes go down the trie. A table in
 * which each key has one place, so that remembering costs nothing that a collector would have to look after.
 */
import { writeKeyWords } from "../../store/keys.js";
import { hashInRoom, room, ROOM } from "./hash-room.js";

const PLACES = 16_384;
const HASH_WORDS = 8;
/** 32 bytes of a key at most, zeros behind a shorter one: addresses and slots may look alike, and are told apart by their lengths. */
const KEY_WORDS = 8;
const ENTRY = { SIZE: 1 + KEY_WORDS + HASH_WORDS, LENGTH: 0, KEY: 1, HASH: 1 + KEY_WORDS } as const;

/** Length 0 where a place has no key. */
const known = new Int32Array(PLACES * ENTRY.SIZE);
const knownBytes = new Uint8Array(known.buffer);
const scratch = new Int32Array(KEY_WORDS);

/** keccak256 of a key's bytes, most significant first (an address, a slot), written to a place of some bytes. */
export function writeHashedKey(key: string, into: Uint8Array, to: number): void {
  writeKeyWords(key, scratch, 0);
  writeHashedWords(scratch, 0, key.length, into, to);
}

/** The same of a key's bytes as words, least significant first. */
export function writeHashedWords(words: Int32Array, at: number, length: number, into: Uint8Array, to: number): void {
  const entry = placeOf(words, at, length) * ENTRY.SIZE;
  if (!isAt(entry, words, at, length)) {
    for (let i = 0; i < length; i++) room[ROOM.RECORD + length - 1 - i] = words[at + (i >> 2)]! >>> (8 * (i & 3));
    hashInRoom(ROOM.RECORD, length);
    known[entry] = length;
    for (let i = 0; i < length >> 2; i++) known[entry + ENTRY.KEY + i] = words[at + i]!;
    for (let i = 0, hash = 4 * (entry + ENTRY.HASH); i < 4 * HASH_WORDS; i++) knownBytes[hash + i] = room[ROOM.DIGEST + i]!;
  }
  for (let i = 0, hash = 4 * (entry + ENTRY.HASH); i < 4 * HASH_WORDS; i++) into[to + i] = knownBytes[hash + i]!;
}

function placeOf(words: Int32Array, at: number, length: number): number {
  let hash = length;
  for (let i = 0; i < length >> 2; i++) {
    hash = Math.imul(hash ^ words[at + i]!, 0x9e37_79b1);
    hash ^= hash >>> 15;
  }
  return hash & (PLACES - 1);
}

function isAt(entry: number, words: Int32Array, at: number, length: number): boolean {
  if (known[entry] !== length) return false;
  for (let i = 0; i < length >> 2; i++) if (known[entry + ENTRY.KEY + i] !== words[at + i]) return false;
  return true;
}
