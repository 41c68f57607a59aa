/**
 * Transactions as words in the arena, written by the main thread for the others. Accounts are named by their records.
 *
 *   flags, from, to, gas limit (2), bytes of data, [value (8)], [gas price (8)], [origin], [number of blob hashes, hashes], data
 */
import type { SharedState } from "../../store/shared/state.js";
import { bigintFromWords, bigintToWords, countFromWords, countToWords } from "../../store/shared/words.js";
import type { Transaction } from "../transaction.js";
import type { Arena } from "./arena.js";

const FLAG = { TO: 1, VALUE: 2, PRICE: 4, ORIGIN: 8, BLOBS: 16 } as const;
const HEAD_WORDS = 6;
const HASH = 32;

/** Writes a transaction; its offset. Throws ARENA_FULL and TABLE_FULL. */
export function writeTransaction(arena: Arena, { table }: SharedState, transaction: Transaction): number {
  const { from, to, data, value, gasLimit, gasPrice, origin, blobHashes } = transaction;
  const hashes = blobHashes?.length ?? 0;
  const start = arena.take(HEAD_WORDS + 8 + 8 + 1 + 1 + 8 * hashes + ((data.length + 3) >> 2));
  const { words, bytes } = arena;
  words[start] =
    (to === undefined ? 0 : FLAG.TO) |
    (value === 0n ? 0 : FLAG.VALUE) |
    (gasPrice === 0n ? 0 : FLAG.PRICE) |
    (origin === undefined ? 0 : FLAG.ORIGIN) |
    (hashes === 0 ? 0 : FLAG.BLOBS);
  words[start + 1] = table.account(from);
  words[start + 2] = to === undefined ? 0 : table.account(to);
  countToWords(gasLimit, words, start + 3);
  words[start + 5] = data.length;
  let at = start + HEAD_WORDS;
  for (const number of [value, gasPrice])
    if (number !== 0n) {
      bigintToWords(number, words, at);
      at += 8;
    }
  if (origin !== undefined) words[at++] = table.account(origin);
  if (hashes > 0) {
    words[at++] = hashes;
    for (const hash of blobHashes!) {
      bytes.set(hash, 4 * at);
      at += 8;
    }
  }
  bytes.set(data, 4 * at);
  return start;
}

/** Reads what {@link writeTransaction} wrote. */
export function readTransaction(arena: Arena, { table }: SharedState, start: number): Transaction {
  const { words, bytes } = arena;
  const flags = words[start]!;
  let at = start + HEAD_WORDS;
  const number = (flag: number): bigint => {
    if ((flags & flag) === 0) return 0n;
    at += 8;
    return bigintFromWords(words, at - 8);
  };
  const value = number(FLAG.VALUE);
  const gasPrice = number(FLAG.PRICE);
  const from = table.addressOf(words[start + 1]!);
  const gasLimit = countFromWords(words, start + 3);
  const to = (flags & FLAG.TO) === 0 ? undefined : table.addressOf(words[start + 2]!);
  const origin = (flags & FLAG.ORIGIN) === 0 ? undefined : table.addressOf(words[at++]!);
  const blobHashes: Uint8Array[] = [];
  if ((flags & FLAG.BLOBS) !== 0) {
    const count = words[at++]!;
    for (let i = 0; i < count; i++, at += 8) blobHashes.push(bytes.slice(4 * at, 4 * at + HASH));
  }
  // Nobody changes it while the block runs, and a copy of more than 64 bytes costs as much as a short call.
  const data = bytes.subarray(4 * at, 4 * at + words[start + 5]!);
  return { from, to, data, value, gasLimit, gasPrice, origin, blobHashes };
}
