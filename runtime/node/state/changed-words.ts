/**
 * The words that have changed since the last view of a durable head, without an object or a string for any of them: they come out of the changes of
 * transactions as 32-bit words and go into the trie as such.
 */
import { keyOfWords, writeKeyWords, writeWordBytes, type AddressKey, type SlotKey } from "../../store/keys.js";
import type { ChangeSet } from "../../store/state.js";
import { bytesOfWord, CHANGED, TransactionChanges } from "../../store/transaction-changes.js";
import { ENTRY, WORD_SIZE, WordTable } from "../../store/word-table.js";

/** Changed words of one account. */
export interface SlotWords {
  readonly records: Int32Array;
  /** Where the word's record (word-table.ts) begins, by number of the word. */
  readonly places: readonly number[];
}

export class ChangedWords {
  private readonly table = new WordTable(1_024);
  /** Numbers of the accounts in the table. */
  private readonly owners = new Map<AddressKey, number>();
  /** Numbers that were given; those of accounts that have gone name nobody. */
  private given = 0;
  private readonly scratch = new Int32Array(2 * WORD_SIZE);

  /** Copies a changed word; false where it has not changed. */
  read(address: AddressKey, slots: Int32Array, slotAt: number, value: Int32Array, valueAt: number): boolean {
    const owner = this.owners.get(address);
    const entry = owner === undefined ? -1 : this.table.find(owner, slots, slotAt);
    if (entry < 0) return false;
    const { records } = this.table;
    const from = entry * ENTRY.SIZE + ENTRY.VALUE;
    for (let i = 0; i < WORD_SIZE; i++) value[valueAt + i] = records[from + i]!;
    return true;
  }

  /** True where one of an account's changed words is not zero. */
  hasAny(address: AddressKey): boolean {
    const owner = this.owners.get(address);
    if (owner === undefined) return false;
    const { records, count } = this.table;
    for (let at = 0, end = count * ENTRY.SIZE; at < end; at += ENTRY.SIZE) if (records[at + ENTRY.OWNER] === owner && bytesOfWord(records, at + ENTRY.VALUE)) return true;
    return false;
  }

  apply(changes: ChangeSet): void {
    if (changes instanceof TransactionChanges) this.applyWords(changes);
    else this.applyMaps(changes.storage);
  }

  private applyWords({ words, start, end, owners }: TransactionChanges): void {
    for (let at = start; at < end; at += CHANGED.SIZE) this.write(this.ownerOf(owners[words[at + CHANGED.OWNER]!]!), words, at + CHANGED.SLOT, at + CHANGED.VALUE);
  }

  private applyMaps(storage: ChangeSet["storage"]): void {
    const { scratch } = this;
    for (const [address, words] of storage) {
      const owner = this.ownerOf(address);
      for (const [slot, word] of words) {
        writeKeyWords(slot, scratch, 0);
        writeWordBytes(word, scratch, WORD_SIZE);
        this.write(owner, scratch, 0, WORD_SIZE);
      }
    }
  }

  private ownerOf(address: AddressKey): number {
    const known = this.owners.get(address);
    if (known !== undefined) return known;
    this.owners.set(address, this.given);
    return this.given++;
  }

  private write(owner: number, words: Int32Array, slotAt: number, valueAt: number): void {
    const { table } = this;
    let entry = table.find(owner, words, slotAt);
    if (entry < 0) entry = table.add(owner, words, slotAt);
    const to = entry * ENTRY.SIZE + ENTRY.VALUE;
    for (let i = 0; i < WORD_SIZE; i++) table.records[to + i] = words[valueAt + i]!;
  }

  /** An account is gone, and what changed in it. */
  forget(address: AddressKey): void {
    this.owners.delete(address);
  }

  clear(): void {
    this.table.clear();
    this.owners.clear();
    this.given = 0;
  }

  /** All changed words, by account; valid until the next change. */
  byAccount(): Map<AddressKey, SlotWords> {
    const { records, count } = this.table;
    const places: number[][] = Array.from({ length: this.given }, () => []);
    for (let at = 0, end = count * ENTRY.SIZE; at < end; at += ENTRY.SIZE) places[records[at + ENTRY.OWNER]!]!.push(at);
    const result = new Map<AddressKey, SlotWords>();
    for (const [address, owner] of this.owners) result.set(address, { records, places: places[owner]! });
    return result;
  }

  /** The same as a change set has it. */
  asMaps(): Map<AddressKey, Map<SlotKey, Uint8Array | undefined>> {
    const result = new Map<AddressKey, Map<SlotKey, Uint8Array | undefined>>();
    for (const [address, { records, places }] of this.byAccount())
      result.set(address, new Map(places.map((at) => [keyOfWords(records, at + ENTRY.SLOT, WORD_SIZE), bytesOfWord(records, at + ENTRY.VALUE)])));
    return result;
  }
}
