/**
 * One transaction's view of the state: reads fall through to a reader, writes stay here, and any suffix of the writes can be
 * undone (a reverted call). Checkpoints nest: a checkpoint is a length of the undo log.
 *
 *   const mark = journal.checkpoint();
 *   journal.setStorage(address, slot, word);
 *   journal.revert(mark);                        // as if nothing had happened since
 */
import type { AccountRecord, ChangeSet, StateReader } from "./state.js";
import type { AddressKey, SlotKey } from "./keys.js";

/** A log as contracts emit it; topics are 32-byte big-endian words. */
export interface LogRecord {
  readonly address: AddressKey;
  readonly topics: readonly Uint8Array[];
  readonly data: Uint8Array;
}

type Undo =
  | { readonly kind: "account"; readonly address: AddressKey; readonly previous: AccountRecord | undefined; readonly known: boolean }
  | { readonly kind: "word"; readonly words: Map<SlotKey, Uint8Array | undefined>; readonly slot: SlotKey; readonly previous: Uint8Array | undefined; readonly known: boolean }
  | { readonly kind: "mark"; readonly set: Set<AddressKey>; readonly address: AddressKey };

type Words = Map<AddressKey, Map<SlotKey, Uint8Array | undefined>>;

const EMPTY_ACCOUNT: AccountRecord = { nonce: 0, balance: 0n };

function isZero(word: Uint8Array): boolean {
  for (const byte of word) if (byte !== 0) return false;
  return true;
}

export class Journal {
  private readonly accounts = new Map<AddressKey, AccountRecord | undefined>();
  private readonly words: Words = new Map();
  private readonly transient: Words = new Map();
  /** Accounts created in this transaction: only they can be destroyed (EIP-6780), and their storage starts empty. */
  private readonly created = new Set<AddressKey>();
  private readonly destroyed = new Set<AddressKey>();
  private readonly undo: Undo[] = [];
  readonly logs: LogRecord[] = [];
  /** Log counts at checkpoints are part of marks: see {@link checkpoint}. */
  private readonly logMarks: number[] = [];

  constructor(private readonly base: StateReader) {}

  /** A point to which {@link revert} can return. */
  checkpoint(): number {
    this.logMarks.push(this.logs.length);
    return this.undo.length;
  }

  /** Keeps everything since the newest checkpoint. */
  keep(): void {
    this.logMarks.pop();
  }

  /** Undoes everything since the newest checkpoint, whose mark is given. */
  revert(mark: number): void {
    const logs = this.logMarks.pop();
    if (logs !== undefined) this.logs.length = logs;
    while (this.undo.length > mark) {
      const entry = this.undo.pop()!;
      switch (entry.kind) {
        case "account":
          if (entry.known) this.accounts.set(entry.address, entry.previous);
          else this.accounts.delete(entry.address);
          break;
        case "word":
          if (entry.known) entry.words.set(entry.slot, entry.previous);
          else entry.words.delete(entry.slot);
          break;
        case "mark":
          entry.set.delete(entry.address);
          break;
      }
    }
  }

  account(address: AddressKey): AccountRecord | undefined {
    const own = this.accounts.get(address);
    if (own !== undefined || this.accounts.has(address)) return own;
    return this.base.account(address);
  }

  setAccount(address: AddressKey, record: AccountRecord | undefined): void {
    this.undo.push({ kind: "account", address, previous: this.accounts.get(address), known: this.accounts.has(address) });
    this.accounts.set(address, record);
  }

  balance(address: AddressKey): bigint {
    return this.account(address)?.balance ?? 0n;
  }

  /** Moves wei. The sender's balance must suffice. */
  transfer(from: AddressKey, to: AddressKey, value: bigint): void {
    if (value === 0n || from === to) return;
    const sender = this.account(from) ?? EMPTY_ACCOUNT;
    this.setAccount(from, { ...sender, balance: sender.balance - value });
    const receiver = this.account(to) ?? EMPTY_ACCOUNT;
    this.setAccount(to, { ...receiver, balance: receiver.balance + value });
  }

  increaseNonce(address: AddressKey): void {
    const account = this.account(address) ?? EMPTY_ACCOUNT;
    this.setAccount(address, { ...account, nonce: account.nonce + 1 });
  }

  /** A storage word (least significant byte first), or undefined for zero. */
  storage(address: AddressKey, slot: SlotKey): Uint8Array | undefined {
    const words = this.words.get(address);
    if (words) {
      const word = words.get(slot);
      if (word !== undefined || words.has(slot)) return word;
    }
    return this.created.has(address) ? undefined : this.base.storage(address, slot);
  }

  setStorage(address: AddressKey, slot: SlotKey, word: Uint8Array): void {
    this.write(this.words, address, slot, word);
  }

  transientWord(address: AddressKey, slot: SlotKey): Uint8Array | undefined {
    return this.transient.get(address)?.get(slot);
  }

  setTransient(address: AddressKey, slot: SlotKey, word: Uint8Array): void {
    this.write(this.transient, address, slot, word);
  }

  private write(region: Words, address: AddressKey, slot: SlotKey, word: Uint8Array): void {
    let words = region.get(address);
    if (!words) {
      words = new Map<SlotKey, Uint8Array | undefined>();
      region.set(address, words);
    }
    const previous = words.get(slot);
    this.undo.push({ kind: "word", words, slot, previous, known: previous !== undefined || words.has(slot) });
    words.set(slot, isZero(word) ? undefined : word);
  }

  markCreated(address: AddressKey): void {
    this.mark(this.created, address);
  }

  /** SELFDESTRUCT of an account: it goes at the end of the transaction if it was created in it (EIP-6780). */
  destroy(address: AddressKey): void {
    if (this.created.has(address)) this.mark(this.destroyed, address);
  }

  private mark(set: Set<AddressKey>, address: AddressKey): void {
    if (set.has(address)) return;
    set.add(address);
    this.undo.push({ kind: "mark", set, address });
  }

  /** All changes of the transaction, to be applied to the store. */
  changes(): ChangeSet {
    for (const address of this.destroyed) {
      this.accounts.set(address, undefined);
      this.words.delete(address);
    }
    return { accounts: this.accounts, storage: this.words };
  }
}
