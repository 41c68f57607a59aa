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
/** Where the head's parts are; TO is 0 for a creation. */
export const INPUT = { FLAGS: 0, FROM: 1, TO: 2, GAS_LIMIT: 3, SIZE: 5 } as const;
const HEAD_WORDS = 6;
const HASH = 32;
/** Shorter data is copied by loops: the engine's copy to and from shared memory costs more. */
const SHORT = 512;

/** Writes a transaction; its offset. Throws ARENA_FULL and TABLE_FULL. */
export function writeTransaction(arena: Arena, { table }: SharedState, transaction: Transaction): number {
  const { from, to, data, value, gasLimit, gasPrice, origin, blobHashes } = transaction;
  const hashes = blobHashes?.length ?? 0;
  const start = arena.take(HEAD_WORDS + 8 + 8 + 1 + 1 + 8 * hashes + ((data.length + 3) >> 2));
  const { words, bytes } = arena;
  words[start + INPUT.FLAGS] =
    (to === undefined ? 0 : FLAG.TO) |
    (value === 0n ? 0 : FLAG.VALUE) |
    (gasPrice === 0n ? 0 : FLAG.PRICE) |
    (origin === undefined ? 0 : FLAG.ORIGIN) |
    (hashes === 0 ? 0 : FLAG.BLOBS);
  words[start + INPUT.FROM] = table.account(from);
  words[start + INPUT.TO] = to === undefined ? 0 : table.account(to);
  countToWords(gasLimit, words, start + INPUT.GAS_LIMIT);
  words[start + INPUT.SIZE] = data.length;
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
  putData(data, words, bytes, at);
  return start;
}

/** Copies data to shared memory from the word `at` on; words make fewer stores than bytes. */
function putData(data: Uint8Array, words: Int32Array, bytes: Uint8Array, at: number): void {
  const { length } = data;
  if (length > SHORT) {
    bytes.set(data, 4 * at);
    return;
  }
  let from = 0;
  for (let to = at; from + 3 < length; from += 4) words[to++] = data[from]! | (data[from + 1]! << 8) | (data[from + 2]! << 16) | (data[from + 3]! << 24);
  for (; from < length; from++) bytes[4 * at + from] = data[from]!;
}

/** A worker's memory for call data: it is read out of shared memory into the same words again and again. */
export class DataReader {
  private readonly words = new Int32Array(SHORT / 4);
  /** By length. */
  private readonly views = new Array<Uint8Array | undefined>(SHORT + 1).fill(undefined);

  read({ words, bytes }: Arena, at: number, length: number): Uint8Array {
    if (length > SHORT) return bytes.slice(4 * at, 4 * at + length);
    for (let i = 0, from = at; 4 * i < length; i++, from++) this.words[i] = words[from]!;
    return (this.views[length] ??= new Uint8Array(this.words.buffer, 0, length));
  }
}

/** Reads what {@link writeTransaction} wrote. The data of a call is good until the reader reads the next transaction. */
export function readTransaction(arena: Arena, { table }: SharedState, start: number, reader: DataReader): Transaction {
  const { words, bytes } = arena;
  const flags = words[start + INPUT.FLAGS]!;
  let at = start + HEAD_WORDS;
  const number = (flag: number): bigint => {
    if ((flags & flag) === 0) return 0n;
    at += 8;
    return bigintFromWords(words, at - 8);
  };
  const value = number(FLAG.VALUE);
  const gasPrice = number(FLAG.PRICE);
  const from = table.addressOf(words[start + INPUT.FROM]!);
  const gasLimit = countFromWords(words, start + INPUT.GAS_LIMIT);
  const to = (flags & FLAG.TO) === 0 ? undefined : table.addressOf(words[start + INPUT.TO]!);
  const origin = (flags & FLAG.ORIGIN) === 0 ? undefined : table.addressOf(words[at++]!);
  const blobHashes: Uint8Array[] = [];
  if ((flags & FLAG.BLOBS) !== 0) {
    const count = words[at++]!;
    for (let i = 0; i < count; i++, at += 8) blobHashes.push(bytes.slice(4 * at, 4 * at + HASH));
  }
  const length = words[start + INPUT.SIZE]!;
  // Code keeps parts of the data that brought it.
  const data = to === undefined ? bytes.slice(4 * at, 4 * at + length) : reader.read(arena, at, length);
  return { from, to, data, value, gasLimit, gasPrice, origin, blobHashes };
}
