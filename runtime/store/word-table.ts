/**
 * Storage words in typed arrays: a hash table with open addressing from (owner, slot) to a word, without an object or a string for any
 * of them. Owners are numbers that whoever uses the table gives to accounts. Entries are numbered in the order in which they were
 * added and keep their numbers; none is taken out but by {@link WordTable.clear}, which takes out all.
 *
 *   record of an entry:   owner, slot (8), word (8), hint, bucket        32-bit words, least significant first
 */
import { randomInt } from "node:crypto";

/** 32-bit words of a slot or a storage word. */
export const WORD_SIZE = 8;
/** Length of an entry's record, and where its parts are. */
export const ENTRY = { SIZE: 19, OWNER: 0, SLOT: 1, VALUE: 9, HINT: 17, BUCKET: 18 } as const;

/** Contracts choose slots: without a number of this process they could choose them to collide. No order depends on it. */
const SEED = randomInt(2 ** 31);

export class WordTable {
  /** Records of all entries. Replaced when the table grows. */
  records: Int32Array;
  /** Entries so far. */
  count = 0;
  /** Entry numbers plus one, by hash; 0 for none. Half of them at least are free. */
  private buckets: Int32Array;
  /** Where {@link find} ended last: the place for what it did not find. */
  private ended = 0;

  /** `capacity`: the entries to begin with, a power of two. */
  constructor(capacity = 64) {
    this.records = new Int32Array(capacity * ENTRY.SIZE);
    this.buckets = new Int32Array(2 * capacity);
  }

  /** The entry of the slot that lies in `words` at `at`; -1 where there is none. */
  find(owner: number, words: Int32Array, at: number): number {
    const { buckets, records } = this;
    const mask = buckets.length - 1;
    let bucket = hash(owner, words, at) & mask;
    for (;;) {
      const entry = buckets[bucket]! - 1;
      if (entry < 0 || matches(records, entry * ENTRY.SIZE, owner, words, at)) {
        this.ended = bucket;
        return entry;
      }
      bucket = (bucket + 1) & mask;
    }
  }

  /** A new entry, of the value zero, for the slot that {@link find} has just not found. */
  add(owner: number, words: Int32Array, at: number): number {
    const entry = this.count;
    if ((entry + 1) * ENTRY.SIZE > this.records.length) {
      this.grow();
      this.find(owner, words, at);
    }
    this.count = entry + 1;
    const { records, ended } = this;
    const to = entry * ENTRY.SIZE;
    records[to] = owner;
    for (let i = 0; i < WORD_SIZE; i++) {
      records[to + ENTRY.SLOT + i] = words[at + i]!;
      records[to + ENTRY.VALUE + i] = 0;
    }
    records[to + ENTRY.HINT] = 0;
    records[to + ENTRY.BUCKET] = ended;
    this.buckets[ended] = entry + 1;
    return entry;
  }

  /** Takes all entries out, in time that grows with their number only. */
  clear(): void {
    const { buckets, records } = this;
    for (let at = ENTRY.BUCKET, end = this.count * ENTRY.SIZE; at < end; at += ENTRY.SIZE) buckets[records[at]!] = 0;
    this.count = 0;
  }

  private place(entry: number): void {
    const { buckets, records } = this;
    const at = entry * ENTRY.SIZE;
    const mask = buckets.length - 1;
    let bucket = hash(records[at]!, records, at + ENTRY.SLOT) & mask;
    while (buckets[bucket] !== 0) bucket = (bucket + 1) & mask;
    buckets[bucket] = entry + 1;
    records[at + ENTRY.BUCKET] = bucket;
  }

  private grow(): void {
    const records = new Int32Array(2 * this.records.length);
    records.set(this.records);
    this.records = records;
    this.buckets = new Int32Array(2 * this.buckets.length);
    for (let entry = 0; entry < this.count; entry++) this.place(entry);
  }
}

function matches(records: Int32Array, record: number, owner: number, words: Int32Array, at: number): boolean {
  if (records[record] !== owner) return false;
  for (let i = 0; i < WORD_SIZE; i++) if (records[record + ENTRY.SLOT + i] !== words[at + i]) return false;
  return true;
}

/** Spreads the bits of owner and slot; the constants are those of MurmurHash3's finaliser. */
function hash(owner: number, words: Int32Array, at: number): number {
  let h = SEED ^ Math.imul(owner, 0x9e37_79b1);
  for (let i = 0; i < WORD_SIZE; i++) {
    h = Math.imul(h ^ words[at + i]!, 0x85eb_ca6b);
    h ^= h >>> 15;
  }
  h = Math.imul(h, 0xc2b2_ae35);
  return h ^ (h >>> 16);
}
