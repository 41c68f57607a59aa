/**
 * One transaction's view of the state: reads fall through to a reader, writes stay here, and any suffix of the writes can be
 * undone (a reverted call). Checkpoints nest.
 *
 *   const mark = journal.checkpoint();
 *   journal.setStorage(address, slot, word);
 *   journal.revert(mark);                        // as if nothing had happened since
 *
 * Storage words live in typed arrays and are read from and written to the memory of contracts directly: see {@link Journal.loadWord}. A
 * journal can serve one transaction after another ({@link Journal.begin}); what it has handed out stays as it is.
 */
import { EventLog, type LogRecord, type LogSource } from "./log-record.js";
import { keyOfWords, writeKeyWords, writeWordBytes, type AddressKey, type SlotKey } from "./keys.js";
import type { AccountRecord, ChangeSet, StateReader } from "./state.js";
import { bytesOfWord, TransactionChanges } from "./transaction-changes.js";
import { WORD_SIZE } from "./word-table.js";
import { JournaledWords, WORD_STATE } from "./journaled-words.js";

export type { LogRecord } from "./log-record.js";

/** What is undone of accounts: the record before, or that there was none of this transaction. */
interface AccountUndo {
  readonly address: AddressKey;
  readonly previous: AccountRecord | undefined;
  readonly known: boolean;
}

interface MarkUndo {
  readonly set: Set<AddressKey>;
  readonly address: AddressKey;
}

const EMPTY_ACCOUNT: AccountRecord = { nonce: 0, balance: 0n };
/** Counters that a checkpoint notes. */
const MARK_SIZE = 5;
/** So many addresses are searched faster than hashed. */
const FEW_OWNERS = 8;

function withBalance({ nonce, code }: AccountRecord, balance: bigint): AccountRecord {
  return code ? { nonce, balance, code } : { nonce, balance };
}

export class Journal {
  private accounts = new Map<AddressKey, AccountRecord | undefined>();
  /** Whether there may be an account among them that does not exist. */
  private hasDeleted = false;
  private readonly accountUndo: AccountUndo[] = [];
  /** Accounts whose storage or transient storage was touched; their indexes are the owners of words. */
  private owners: AddressKey[] = [];
  /** The indexes, where there are more than a few. */
  private ownerIndex: Map<AddressKey, number> | undefined;
  private readonly words = new JournaledWords();
  private transient: JournaledWords | undefined;
  /** Accounts created in this transaction: only they can be destroyed (EIP-6780), and their storage starts empty. */
  private created: Set<AddressKey> | undefined;
  private destroyed: Set<AddressKey> | undefined;
  private readonly markUndo: MarkUndo[] = [];
  logs: LogRecord[] = [];
  /** MARK_SIZE numbers for each open checkpoint. */
  private readonly marks: number[] = [];
  private readonly scratch = new Int32Array(2 * WORD_SIZE);

  constructor(private base: StateReader) {}

  /** Forgets everything and begins a transaction on a state. */
  begin(base: StateReader): void {
    this.base = base;
    this.accounts = new Map<AddressKey, AccountRecord | undefined>();
    this.hasDeleted = false;
    if (this.accountUndo.length > 0) this.accountUndo.length = 0;
    this.owners = [];
    this.ownerIndex = undefined;
    this.words.clear();
    this.transient?.clear();
    this.created = undefined;
    this.destroyed = undefined;
    if (this.markUndo.length > 0) this.markUndo.length = 0;
    this.logs = [];
    if (this.marks.length > 0) this.marks.length = 0;
  }

  /** A point to which {@link revert} can return. */
  checkpoint(): number {
    const { marks } = this;
    const mark = marks.length;
    marks.push(this.logs.length, this.accountUndo.length, this.markUndo.length, this.words.undoLength, this.transient?.undoLength ?? 0);
    return mark;
  }

  /** Keeps everything since the newest checkpoint. */
  keep(): void {
    const { marks } = this;
    for (let i = 0; i < MARK_SIZE; i++) marks.pop();
  }

  /** Undoes everything since the newest checkpoint, whose mark is given. */
  revert(mark: number): void {
    const { marks, accounts, accountUndo, markUndo } = this;
    this.logs.length = marks[mark]!;
    while (accountUndo.length > marks[mark + 1]!) {
      const { address, previous, known } = accountUndo.pop()!;
      if (known) accounts.set(address, previous);
      else accounts.delete(address);
    }
    while (markUndo.length > marks[mark + 2]!) {
      const { set, address } = markUndo.pop()!;
      set.delete(address);
    }
    this.words.undoTo(marks[mark + 3]!);
    this.transient?.undoTo(marks[mark + 4]!);
    marks.length = mark;
  }

  account(address: AddressKey): AccountRecord | undefined {
    const { accounts } = this;
    const own = accounts.get(address);
    if (own !== undefined || (this.hasDeleted && accounts.has(address))) return own;
    return this.base.account(address);
  }

  setAccount(address: AddressKey, record: AccountRecord | undefined): void {
    // What no checkpoint precedes is never undone.
    if (this.marks.length > 0) {
      const previous = this.accounts.get(address);
      this.accountUndo.push({ address, previous, known: previous !== undefined || this.accounts.has(address) });
    }
    this.accounts.set(address, record);
    if (!record) this.hasDeleted = true;
  }

  balance(address: AddressKey): bigint {
    return this.account(address)?.balance ?? 0n;
  }

  /** Moves wei. The sender's balance must suffice. */
  transfer(from: AddressKey, to: AddressKey, value: bigint): void {
    if (value === 0n || from === to) return;
    const sender = this.account(from) ?? EMPTY_ACCOUNT;
    this.setAccount(from, withBalance(sender, sender.balance - value));
    const receiver = this.account(to) ?? EMPTY_ACCOUNT;
    this.setAccount(to, withBalance(receiver, receiver.balance + value));
  }

  /** Gives the nonce before. */
  increaseNonce(address: AddressKey): number {
    const { nonce, balance, code } = this.account(address) ?? EMPTY_ACCOUNT;
    this.setAccount(address, code ? { nonce: nonce + 1, balance, code } : { nonce: nonce + 1, balance });
    return nonce;
  }

  /** The number by which words of an account are asked for, during this transaction. */
  ownerOf(address: AddressKey): number {
    const known = this.knownOwner(address);
    if (known >= 0) return known;
    const { owners } = this;
    const owner = owners.push(address) - 1;
    if (this.ownerIndex) this.ownerIndex.set(address, owner);
    else if (owner >= FEW_OWNERS) this.ownerIndex = new Map(owners.map((other, i) => [other, i]));
    return owner;
  }

  private knownOwner(address: AddressKey): number {
    return this.ownerIndex ? (this.ownerIndex.get(address) ?? -1) : this.owners.indexOf(address);
  }

  /** Copies the storage word of the slot at `slotAt` of a memory to `valueAt`. */
  loadWord(owner: number, memory: Int32Array, slotAt: number, valueAt: number): void {
    const { words } = this;
    if (words.load(owner, memory, slotAt, valueAt)) return;
    const address = this.owners[owner]!;
    if (this.created?.has(address) === true) {
      memory.fill(0, valueAt, valueAt + WORD_SIZE);
      return;
    }
    const { base } = this;
    let hint = 0;
    if (base.readWord) hint = base.readWord(address, memory, slotAt, memory, valueAt);
    else writeWordBytes(base.storage(address, keyOfWords(memory, slotAt, WORD_SIZE)), memory, valueAt);
    words.remember(owner, memory, slotAt, valueAt, hint);
  }

  /** Makes the word at `valueAt` of a memory the storage word of the slot at `slotAt`. */
  storeWord(owner: number, memory: Int32Array, slotAt: number, valueAt: number): void {
    this.words.store(owner, memory, slotAt, valueAt);
  }

  /** As {@link loadWord}, of transient storage. */
  loadTransient(owner: number, memory: Int32Array, slotAt: number, valueAt: number): void {
    if (this.transient?.load(owner, memory, slotAt, valueAt) !== true) memory.fill(0, valueAt, valueAt + WORD_SIZE);
  }

  storeTransient(owner: number, memory: Int32Array, slotAt: number, valueAt: number): void {
    this.transient ??= new JournaledWords();
    this.transient.store(owner, memory, slotAt, valueAt);
  }

  /** A storage word (least significant byte first), or undefined for zero. */
  storage(address: AddressKey, slot: SlotKey): Uint8Array | undefined {
    writeKeyWords(slot, this.scratch, 0);
    this.loadWord(this.ownerOf(address), this.scratch, 0, WORD_SIZE);
    return bytesOfWord(this.scratch, WORD_SIZE);
  }

  setStorage(address: AddressKey, slot: SlotKey, word: Uint8Array): void {
    writeKeyWords(slot, this.scratch, 0);
    writeWordBytes(word, this.scratch, WORD_SIZE);
    this.storeWord(this.ownerOf(address), this.scratch, 0, WORD_SIZE);
  }

  transientWord(address: AddressKey, slot: SlotKey): Uint8Array | undefined {
    writeKeyWords(slot, this.scratch, 0);
    this.loadTransient(this.ownerOf(address), this.scratch, 0, WORD_SIZE);
    return bytesOfWord(this.scratch, WORD_SIZE);
  }

  setTransient(address: AddressKey, slot: SlotKey, word: Uint8Array): void {
    writeKeyWords(slot, this.scratch, 0);
    writeWordBytes(word, this.scratch, WORD_SIZE);
    this.storeTransient(this.ownerOf(address), this.scratch, 0, WORD_SIZE);
  }

  /** Adds a log whose topics (numbers) and data lie in a contract's memory. */
  addLog(address: AddressKey, memory: LogSource, topics: number, topicsAt: number, dataAt: number, size: number): void {
    this.logs.push(EventLog.of(address, memory, topics, topicsAt, dataAt, size));
  }

  markCreated(address: AddressKey): void {
    this.mark((this.created ??= new Set()), address);
  }

  /** SELFDESTRUCT of an account: it goes at the end of the transaction if it was created in it (EIP-6780). */
  destroy(address: AddressKey): void {
    if (this.created?.has(address) === true) this.mark((this.destroyed ??= new Set()), address);
  }

  private mark(set: Set<AddressKey>, address: AddressKey): void {
    if (set.has(address)) return;
    set.add(address);
    this.markUndo.push({ set, address });
  }

  /** All changes of the transaction, to be applied to the store. Nothing may be written afterwards. */
  changes(): ChangeSet {
    const { accounts, words, owners } = this;
    for (const address of this.destroyed ?? []) {
      accounts.set(address, undefined);
      const owner = this.knownOwner(address);
      if (owner >= 0) words.drop(owner);
    }
    return TransactionChanges.of(accounts, owners, words.table, words.states, WORD_STATE.WRITTEN);
  }
}
