/** Publishes what an execution of a transaction wrote, in the block's multi-version memory. */
import { keyOf } from "../../store/keys.js";
import type { AddressKey } from "../../store/keys.js";
import type { AccountRecord, ChangeSet } from "../../store/state.js";
import { VERSION_WORDS } from "../../store/shared/layout.js";
import type { SharedState } from "../../store/shared/state.js";
import { CHANGED, TransactionChanges } from "../../store/transaction-changes.js";
import type { ModuleEntry } from "../../host/code.js";
import type { Arena } from "./arena.js";
import { ENTRY } from "./layout.js";
import type { VersionMemory } from "./versions.js";
import type { View } from "./view.js";

export class Publisher {
  /** Of the last publication: the offset of its list of entries, their number, and whether it destroyed an account. */
  entries = 0;
  count = 0;
  destroyed = false;
  private tx = 0;

  constructor(
    private readonly state: SharedState,
    private readonly arena: Arena,
    private readonly memory: VersionMemory,
    private readonly view: View,
    private readonly between: ((point: string) => void) | undefined,
  ) {}

  /**
   * Publishes changes and modules. `former` has the entries of the transaction's executions before, which are estimates; those that are not
   * written again are withdrawn.
   */
  publish(tx: number, changes: ChangeSet, modules: readonly ModuleEntry[], former: number, formerCount: number): void {
    this.tx = tx;
    this.entries = this.arena.take(formerCount + modules.length + changes.accounts.size + wordsOf(changes));
    this.count = 0;
    this.destroyed = false;
    // A module is there before accounts that run it.
    for (const module of modules) this.module(module);
    for (const [address, record] of changes.accounts) this.account(address, record);
    if (changes instanceof TransactionChanges) this.words(changes);
    else this.maps(changes.storage);
    this.withdrawRest(former, formerCount);
  }

  /** Room for a value of so many words, with that for its entry before it: who follows the one finds the other close by. */
  private take(size: number): number {
    return this.arena.take(ENTRY.WORDS + size) + ENTRY.WORDS;
  }

  /** Publishes a value that lies where {@link take} gave room. */
  private put(record: number, version: number): void {
    this.between?.("publish");
    this.arena.words[this.entries + this.count++] = this.memory.publish(record, this.tx, version, version - ENTRY.WORDS);
  }

  private module(module: ModuleEntry): void {
    const { words } = this.arena;
    const version = this.take(VERSION_WORDS.WORD);
    words.fill(0, version, version + VERSION_WORDS.WORD);
    words[version] = this.state.library.numberOfModule(module);
    this.put(this.state.table.module(keyOf(module.identity)), version);
  }

  private account(address: AddressKey, record: AccountRecord | undefined): void {
    const version = this.take(VERSION_WORDS.ACCOUNT);
    this.state.encode(record, this.arena.words, version);
    if (!record) this.destroyed = true;
    this.put(this.view.recordOf(address), version);
  }

  private words({ words: from, start, end, owners }: TransactionChanges): void {
    const { arena, state } = this;
    const { words } = arena;
    const { table } = state;
    let index = -1;
    let owner = 0;
    for (let at = start; at < end; at += CHANGED.SIZE) {
      if (from[at + CHANGED.OWNER] !== index) {
        index = from[at + CHANGED.OWNER]!;
        owner = this.view.recordOf(owners[index]!);
      }
      const version = this.take(VERSION_WORDS.WORD);
      for (let i = 0; i < VERSION_WORDS.WORD; i++) words[version + i] = from[at + CHANGED.VALUE + i]!;
      const read = from[at + CHANGED.HINT]!;
      this.put(read !== 0 ? read : table.wordOf(owner, from, at + CHANGED.SLOT), version);
    }
  }

  private maps(storage: ChangeSet["storage"]): void {
    const { arena, state } = this;
    for (const [address, slots] of storage) {
      const owner = state.table.account(address);
      for (const [slot, word] of slots) {
        const version = this.take(VERSION_WORDS.WORD);
        if (word) arena.bytes.set(word, 4 * version);
        else arena.words.fill(0, version, version + VERSION_WORDS.WORD);
        this.put(state.table.word(owner, slot), version);
      }
    }
  }

  /** Entries that this execution did not write stay in the list, without a version. */
  private withdrawRest(former: number, formerCount: number): void {
    const { memory } = this;
    const { words } = this.arena;
    for (let i = 0; i < formerCount; i++) {
      const entry = words[former + i]!;
      const isWithdrawn = words[entry + ENTRY.VERSION] === 0;
      if (!isWithdrawn && !memory.isEstimate(entry)) continue;
      this.between?.("withdraw");
      if (!isWithdrawn) memory.withdraw(entry);
      words[this.entries + this.count++] = entry;
    }
  }
}

function wordsOf(changes: ChangeSet): number {
  if (changes instanceof TransactionChanges) return (changes.end - changes.start) / CHANGED.SIZE;
  let words = 0;
  for (const slots of changes.storage.values()) words += slots.size;
  return words;
}
