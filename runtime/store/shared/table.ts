/**
 * A hash table in shared memory that many threads read and add to at once: open addressing over record indexes, one record a key
 * (layout.ts), nothing ever taken out. Each thread opens a table of its own over the same buffers.
 *
 * Why it is safe: a record's key is written before its index is put into the table by a compare-and-exchange, so that who
 * finds the index sees the key; of two threads that add one key, the second finds the first one's index in the place that it wanted.
 * Looking up needs no Atomics, which are calls here: what is read of a record lies at an address that comes from the index, and an index that is not
 * seen yet is found by the compare-and-exchange, or is as unknown as it was a moment before.
 */
import { Interruption } from "../../host/interruption.js";
import type { AddressKey, SlotKey } from "../keys.js";
import { OWNER_MODULE, OWNER_NONE, RECORD, RECORD_WORDS, STATE } from "./layout.js";
import { RecentAccounts } from "./recent-accounts.js";
import { addressFromWords, hashWords, keyToWords } from "./words.js";

export interface TableBuffers {
  /** META. */
  readonly meta: SharedArrayBuffer;
  /** By hash: a record's index and five bits of its key's hash; 0 for none. */
  readonly index: SharedArrayBuffer;
  readonly records: SharedArrayBuffer;
}

const META = { ALLOCATED: 0, WORDS: 16 } as const;

/** Records that a thread takes at a time. */
const RANGE = 64;
/**
 * The lowest bits of an entry of the index are a record's index, the others are the highest of its key's hash: where they differ, the record
 * is another's, which one need not look at. In a large state each look costs more than a computation.
 */
const INDEX_BITS = 27;
const INDEX_MASK = 2 ** INDEX_BITS - 1;
/** So that a record's offset in words is a small integer. */
export const MAX_RECORDS = 2 ** 26;

/** A table has no room: the block is run again on a larger one. */
export const TABLE_FULL = new Interruption("the shared state has no room");

/** Buffers of an empty table for about `records` records. Pages that are not used take no memory. */
export function tableBuffers(records: number): TableBuffers {
  if (records > MAX_RECORDS) throw new RangeError(`a shared state holds at most ${MAX_RECORDS} accounts and words`);
  const capacity = 2 ** Math.ceil(Math.log2(Math.max(records, 1024)));
  return {
    meta: new SharedArrayBuffer(4 * META.WORDS),
    index: new SharedArrayBuffer(4 * 2 * capacity),
    records: new SharedArrayBuffer(4 * RECORD_WORDS * (capacity + 1)),
  };
}

export class SharedTable {
  readonly records: Int32Array;
  /** The records' bytes. */
  readonly bytes: Uint8Array;
  readonly capacity: number;
  private readonly meta: Int32Array;
  private readonly index: Int32Array;
  private readonly mask: number;
  private readonly key = new Int32Array(8);
  /** This thread's records that are not used yet. */
  private nextFree = 0;
  private endFree = 0;
  private readonly recent = new RecentAccounts();

  constructor(readonly buffers: TableBuffers) {
    this.meta = new Int32Array(buffers.meta);
    this.index = new Int32Array(buffers.index);
    this.records = new Int32Array(buffers.records);
    this.bytes = new Uint8Array(buffers.records);
    this.mask = this.index.length - 1;
    this.capacity = this.index.length / 2;
  }

  /** Records that threads have taken, used or not. */
  get allocated(): number {
    return Atomics.load(this.meta, META.ALLOCATED);
  }

  /** The index of an account's record, which is made if need be. Throws {@link TABLE_FULL}. */
  account(address: AddressKey): number {
    const known = this.recent.indexOf(address);
    if (known !== 0) return known;
    keyToWords(address, this.key);
    const index = this.locate(OWNER_NONE, 5, true);
    this.recent.met(address, index);
    return index;
  }

  /** The index of a storage word's record, which is made if need be. Throws {@link TABLE_FULL}. */
  word(owner: number, slot: SlotKey): number {
    keyToWords(slot, this.key);
    return this.locate(owner, 8, true);
  }

  /** As {@link word}, with the slot's words at `at` of an array. */
  wordOf(owner: number, words: Int32Array, at: number): number {
    const { key } = this;
    for (let i = 0; i < 8; i++) key[i] = words[at + i]!;
    return this.locate(owner, 8, true);
  }

  /** As {@link findWord}, with the slot's words at `at` of an array. */
  findWordOf(owner: number, words: Int32Array, at: number): number {
    const { key } = this;
    for (let i = 0; i < 8; i++) key[i] = words[at + i]!;
    return this.locate(owner, 8, false);
  }

  /** The index of a module's record, which is made if need be. Throws {@link TABLE_FULL}. */
  module(identity: string): number {
    return this.word(OWNER_MODULE, identity);
  }

  /** The index of an account's record, or 0. */
  findAccount(address: AddressKey): number {
    const known = this.recent.indexOf(address);
    if (known !== 0) return known;
    keyToWords(address, this.key);
    const index = this.locate(OWNER_NONE, 5, false);
    if (index !== 0) this.recent.met(address, index);
    return index;
  }

  /** The index of a word's or module's record, or 0. */
  findWord(owner: number, slot: SlotKey): number {
    keyToWords(slot, this.key);
    return this.locate(owner, 8, false);
  }

  /** The address of an account by the index of its record. */
  addressOf(index: number): AddressKey {
    const known = this.recent.addressOf(index);
    if (known !== undefined) return known;
    const address = addressFromWords(this.records, index * RECORD_WORDS + RECORD.KEY);
    this.recent.made(address, index);
    return address;
  }

  /** Finds the record with an owner and the key in `this.key`. */
  private locate(owner: number, words: number, add: boolean): number {
    const { index, key, mask } = this;
    const hash = hashWords(owner, key, words);
    const tag = hash & ~INDEX_MASK;
    let at = hash & mask;
    let fresh = 0;
    for (;;) {
      let entry = index[at]!;
      if (entry === 0) {
        if (!add) return 0;
        if (fresh === 0) fresh = this.prepare(owner, words);
        entry = Atomics.compareExchange(index, at, 0, tag | fresh);
        if (entry === 0) {
          this.nextFree++;
          return fresh;
        }
      }
      const found = entry & INDEX_MASK;
      if ((entry & ~INDEX_MASK) === tag && this.matches(found, owner, words)) return found;
      at = (at + 1) & mask;
    }
  }

  private matches(found: number, owner: number, words: number): boolean {
    const { records, key } = this;
    const at = found * RECORD_WORDS;
    if (records[at + RECORD.OWNER] !== owner) return false;
    for (let i = 0; i < words; i++) if (records[at + RECORD.KEY + i] !== key[i]) return false;
    return true;
  }

  /** Writes the key into this thread's next free record; it is taken when it has got a place. */
  private prepare(owner: number, words: number): number {
    if (this.nextFree === this.endFree) {
      const first = Atomics.add(this.meta, META.ALLOCATED, RANGE);
      if (first + RANGE > this.capacity) throw TABLE_FULL;
      // Index 0 stands for none.
      this.nextFree = first + 1;
      this.endFree = first + 1 + RANGE;
    }
    const { records, key, nextFree } = this;
    const at = nextFree * RECORD_WORDS;
    records[at + RECORD.OWNER] = owner;
    // A key that lost its race may have left more words than this one has.
    for (let i = 0; i < 8; i++) records[at + RECORD.KEY + i] = i < words ? key[i]! : 0;
    return nextFree;
  }

  /** Indexes of all records that have a key. For one thread at a time. */
  *indexes(): Generator<number> {
    for (const entry of this.index) if (entry !== 0) yield entry & INDEX_MASK;
  }

  /** A table with another capacity and the same content; records have other indexes there. For one thread at a time. */
  rebuilt(records: number): SharedTable {
    const table = new SharedTable(tableBuffers(records));
    const moved = new Map<number, number>();
    const move = (from: number, owner: number): number => {
      const at = from * RECORD_WORDS;
      table.key.set(this.records.subarray(at + RECORD.KEY, at + RECORD.KEY + 8));
      const to = table.locate(owner, owner === OWNER_NONE ? 5 : 8, true);
      table.records.set(this.records.subarray(at + RECORD.STATE, at + RECORD_WORDS), to * RECORD_WORDS + RECORD.STATE);
      return to;
    };
    const owned: number[] = [];
    for (const from of this.indexes()) {
      const owner = this.records[from * RECORD_WORDS + RECORD.OWNER]!;
      if (owner > 0) owned.push(from);
      else moved.set(from, move(from, owner));
    }
    for (const from of owned) {
      // What nobody knows and what is zero need not be kept.
      if (this.records[from * RECORD_WORDS + RECORD.STATE] !== STATE.PRESENT) continue;
      move(from, moved.get(this.records[from * RECORD_WORDS + RECORD.OWNER]!)!);
    }
    return table;
  }
}
