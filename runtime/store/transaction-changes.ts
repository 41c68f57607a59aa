/**
 * The changes of one transaction as its journal leaves them: accounts as records, storage words in one piece of memory. Stores that
 * know this form take the words from there; for all others {@link TransactionChanges.storage} makes the maps of a change set.
 */
import { chunkWith, type Chunk } from "./chunk.js";
import { keyOfWords, type AddressKey, type SlotKey } from "./keys.js";
import type { AccountRecord, ChangeSet } from "./state.js";
import { ENTRY, WORD_SIZE, type WordTable } from "./word-table.js";

/** Length of a changed word's record, and where its parts are: index of the owner, slot, word, and what the reader of the word gave (`StateReader.readWord`). */
export const CHANGED = { SIZE: 18, OWNER: 0, SLOT: 1, VALUE: 9, HINT: 17 } as const;

const NO_WORDS = new Int32Array(0);

export class TransactionChanges implements ChangeSet {
  private maps: Map<AddressKey, Map<SlotKey, Uint8Array | undefined>> | undefined;

  private constructor(
    readonly accounts: ReadonlyMap<AddressKey, AccountRecord | undefined>,
    /** Addresses by the owner's index in records. */
    readonly owners: readonly AddressKey[],
    /** The records are those of CHANGED.SIZE words each from `start` to `end`. */
    readonly words: Int32Array,
    readonly start: number,
    readonly end: number,
  ) {}

  /** Copies those entries of a table that `isChanged`, a byte an entry, marks with `mark`. */
  static of(
    accounts: ReadonlyMap<AddressKey, AccountRecord | undefined>,
    owners: readonly AddressKey[],
    table: WordTable,
    isChanged: Uint8Array,
    mark: number,
  ): TransactionChanges {
    let changed = 0;
    for (let entry = 0; entry < table.count; entry++) if (isChanged[entry] === mark) changed++;
    if (changed === 0) return new TransactionChanges(accounts, owners, NO_WORDS, 0, 0);
    const size = changed * CHANGED.SIZE;
    const chunk: Chunk = chunkWith(size);
    const start = chunk.take(size);
    const { records } = table;
    const { words } = chunk;
    for (let entry = 0, to = start; entry < table.count; entry++) {
      if (isChanged[entry] !== mark) continue;
      const from = entry * ENTRY.SIZE;
      for (let i = 0; i < CHANGED.SIZE; i++) words[to + i] = records[from + i]!;
      to += CHANGED.SIZE;
    }
    return new TransactionChanges(accounts, owners, words, start, start + size);
  }

  /** The same words with other accounts. */
  withAccounts(accounts: ReadonlyMap<AddressKey, AccountRecord | undefined>): TransactionChanges {
    return new TransactionChanges(accounts, this.owners, this.words, this.start, this.end);
  }

  get storage(): ReadonlyMap<AddressKey, ReadonlyMap<SlotKey, Uint8Array | undefined>> {
    return (this.maps ??= this.asMaps());
  }

  private asMaps(): Map<AddressKey, Map<SlotKey, Uint8Array | undefined>> {
    const maps = new Map<AddressKey, Map<SlotKey, Uint8Array | undefined>>();
    for (let at = this.start; at < this.end; at += CHANGED.SIZE) {
      const address = this.owners[this.words[at]!]!;
      let slots = maps.get(address);
      if (!slots) maps.set(address, (slots = new Map<SlotKey, Uint8Array | undefined>()));
      slots.set(keyOfWords(this.words, at + CHANGED.SLOT, WORD_SIZE), bytesOfWord(this.words, at + CHANGED.VALUE));
    }
    return maps;
  }
}

/** A storage word's bytes; undefined for zero. */
export function bytesOfWord(words: Int32Array, at: number): Uint8Array | undefined {
  let any = 0;
  for (let i = 0; i < WORD_SIZE; i++) any |= words[at + i]!;
  if (any === 0) return undefined;
  const bytes = new Uint8Array(4 * WORD_SIZE);
  for (let i = 0, to = 0; i < WORD_SIZE; i++, to += 4) {
    const word = words[at + i]!;
    bytes[to] = word;
    bytes[to + 1] = word >> 8;
    bytes[to + 2] = word >> 16;
    bytes[to + 3] = word >> 24;
  }
  return bytes;
}
