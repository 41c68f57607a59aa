/** The state in this process's memory: accounts in a map, storage words in one table of typed arrays. */
import type { AccountRecord, ChangeSet, StateStore } from "./state.js";
import { writeKeyWords, writeWordBytes, type AddressKey, type SlotKey } from "./keys.js";
import { bytesOfWord, CHANGED, TransactionChanges } from "./transaction-changes.js";
import { ENTRY, WORD_SIZE, WordTable } from "./word-table.js";

export class MemoryStore implements StateStore {
  private readonly accounts = new Map<AddressKey, AccountRecord>();
  /** Numbers of accounts that have or had storage: the owners of words. */
  private readonly owners = new Map<AddressKey, number>();
  private readonly words = new WordTable();
  /** Words that are not zero, by owner. */
  private readonly used: number[] = [];
  private readonly scratch = new Int32Array(2 * WORD_SIZE);

  account(address: AddressKey): AccountRecord | undefined {
    return this.accounts.get(address);
  }

  storage(address: AddressKey, slot: SlotKey): Uint8Array | undefined {
    const { scratch } = this;
    writeKeyWords(slot, scratch, 0);
    this.readWord(address, scratch, 0, scratch, WORD_SIZE);
    return bytesOfWord(scratch, WORD_SIZE);
  }

  readWord(address: AddressKey, slots: Int32Array, slotAt: number, value: Int32Array, valueAt: number): number {
    const { words } = this;
    const owner = this.owners.get(address);
    const entry = owner === undefined ? -1 : words.find(owner, slots, slotAt);
    if (entry < 0) {
      value.fill(0, valueAt, valueAt + WORD_SIZE);
      return 0;
    }
    const { records } = words;
    const from = entry * ENTRY.SIZE + ENTRY.VALUE;
    for (let i = 0; i < WORD_SIZE; i++) value[valueAt + i] = records[from + i]!;
    return 0;
  }

  hasStorage(address: AddressKey): boolean {
    const owner = this.owners.get(address);
    return owner !== undefined && this.used[owner]! > 0;
  }

  apply(changes: ChangeSet): void {
    for (const [address, record] of changes.accounts) {
      if (record) {
        this.accounts.set(address, record);
      } else {
        this.accounts.delete(address);
        this.clearStorage(address);
      }
    }
    if (changes instanceof TransactionChanges) this.applyWords(changes);
    else this.applyMaps(changes.storage);
  }

  private applyWords({ words, start, end, owners }: TransactionChanges): void {
    let index = -1;
    let owner = -1;
    for (let at = start; at < end; at += CHANGED.SIZE) {
      if (words[at] !== index) {
        index = words[at]!;
        owner = this.ownerOf(owners[index]!);
      }
      this.write(owner, words, at + CHANGED.SLOT, at + CHANGED.VALUE);
    }
  }

  private applyMaps(storage: ChangeSet["storage"]): void {
    const { scratch } = this;
    for (const [address, slots] of storage) {
      const owner = this.ownerOf(address);
      for (const [slot, word] of slots) {
        writeKeyWords(slot, scratch, 0);
        writeWordBytes(word, scratch, WORD_SIZE);
        this.write(owner, scratch, 0, WORD_SIZE);
      }
    }
  }

  private ownerOf(address: AddressKey): number {
    const known = this.owners.get(address);
    if (known !== undefined) return known;
    const owner = this.used.push(0) - 1;
    this.owners.set(address, owner);
    return owner;
  }

  private write(owner: number, from: Int32Array, slotAt: number, valueAt: number): void {
    const { words } = this;
    let entry = words.find(owner, from, slotAt);
    if (entry < 0) entry = words.add(owner, from, slotAt);
    const { records } = words;
    const to = entry * ENTRY.SIZE + ENTRY.VALUE;
    let before = 0;
    let after = 0;
    for (let i = 0; i < WORD_SIZE; i++) {
      before |= records[to + i]!;
      after |= from[valueAt + i]!;
      records[to + i] = from[valueAt + i]!;
    }
    if ((before === 0) !== (after === 0)) this.used[owner]! += after === 0 ? -1 : 1;
  }

  /** An account is gone and all its words with it. */
  private clearStorage(address: AddressKey): void {
    if (!this.hasStorage(address)) return;
    const owner = this.owners.get(address)!;
    const { records, count } = this.words;
    for (let at = 0; at < count * ENTRY.SIZE; at += ENTRY.SIZE) if (records[at] === owner) records.fill(0, at + ENTRY.VALUE, at + ENTRY.VALUE + WORD_SIZE);
    this.used[owner] = 0;
  }
}
