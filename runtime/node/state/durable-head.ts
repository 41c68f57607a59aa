/**
 * The newest state of a durable chain as readers see it: what changed since the last view, accounts that were read lately, else the trie.
 *
 *   commit -> apply   (changes lie on top)      view -> moveTo   (they are part of the trie now)      restore -> replace
 *
 * Words are not remembered here: their way down the trie is records in memory, where they are read often.
 */
import { BoundedCache } from "../../store/durable/bounded-cache.js";
import { writeKeyWords, type AddressKey, type SlotKey } from "../../store/keys.js";
import type { AccountRecord, ChangeSet, StateReader } from "../../store/state.js";
import { bytesOfWord } from "../../store/transaction-changes.js";
import { WORD_SIZE } from "../../store/word-table.js";
import { ChangedWords } from "./changed-words.js";

/** Accounts of the newest state that are kept in memory: those with code among them cost much to read. */
const CACHED_ACCOUNTS = 10_000;

/** What the head reads behind its changes. */
export interface HeadSource extends StateReader {
  readWord(address: AddressKey, slots: Int32Array, slotAt: number, value: Int32Array, valueAt: number): number;
  /** Words of an account that are not zero, in any order. */
  slots(address: AddressKey): Iterable<SlotKey>;
}

export class DurableHead implements StateReader {
  private readonly accounts = new BoundedCache<AddressKey, { readonly record: AccountRecord | undefined }>(CACHED_ACCOUNTS);
  readonly changedAccounts = new Map<AddressKey, AccountRecord | undefined>();
  readonly changedWords = new ChangedWords();
  /** Accounts that went since the last view, and with them all their words. */
  private readonly gone = new Set<AddressKey>();
  private readonly scratch = new Int32Array(2 * WORD_SIZE);

  constructor(private source: HeadSource) {}

  account(address: AddressKey): AccountRecord | undefined {
    const changed = this.changedAccounts.get(address);
    if (changed || this.changedAccounts.has(address)) return changed;
    const known = this.accounts.get(address);
    if (known) return known.record;
    const record = this.source.account(address);
    this.accounts.set(address, { record });
    return record;
  }

  storage(address: AddressKey, slot: SlotKey): Uint8Array | undefined {
    const { scratch } = this;
    writeKeyWords(slot, scratch, 0);
    this.readWord(address, scratch, 0, scratch, WORD_SIZE);
    return bytesOfWord(scratch, WORD_SIZE);
  }

  readWord(address: AddressKey, slots: Int32Array, slotAt: number, value: Int32Array, valueAt: number): number {
    if (this.changedWords.read(address, slots, slotAt, value, valueAt)) return 0;
    if (!this.gone.has(address)) return this.source.readWord(address, slots, slotAt, value, valueAt);
    value.fill(0, valueAt, valueAt + WORD_SIZE);
    return 0;
  }

  /** True where an account has a word that is not zero. Looks at no more of its words than changed since the last view, and one. */
  hasStorage(address: AddressKey): boolean {
    const { scratch } = this;
    if (this.changedWords.hasAny(address)) return true;
    if (this.gone.has(address)) return false;
    for (const slot of this.source.slots(address)) {
      writeKeyWords(slot, scratch, 0);
      if (!this.changedWords.read(address, scratch, 0, scratch, WORD_SIZE)) return true;
    }
    return false;
  }

  apply(changes: ChangeSet): void {
    for (const [address, record] of changes.accounts) {
      this.changedAccounts.set(address, record);
      if (record) continue;
      this.gone.add(address);
      this.changedWords.forget(address);
    }
    this.changedWords.apply(changes);
  }

  /** All changes as one set, where no account went: one set cannot say of an account that it went and came back. */
  changes(): ChangeSet {
    if (this.gone.size > 0) throw new Error("an account went");
    return { accounts: new Map(this.changedAccounts), storage: this.changedWords.asMaps() };
  }

  /** The changes are part of what is behind them now. */
  moveTo(source: HeadSource): void {
    this.source = source;
    for (const [address, record] of this.changedAccounts) {
      // Empty accounts are no longer there in the trie (EIP-161): it is asked again.
      if (!record || isEmpty(record)) this.accounts.delete(address);
      else this.accounts.set(address, { record });
    }
    this.forgetChanges();
  }

  /** The state is another. */
  replace(source: HeadSource): void {
    this.source = source;
    this.accounts.clear();
    this.forgetChanges();
  }

  private forgetChanges(): void {
    this.changedAccounts.clear();
    this.changedWords.clear();
    this.gone.clear();
  }
}

function isEmpty({ nonce, balance, code }: AccountRecord): boolean {
  return nonce === 0 && balance === 0n && code === undefined;
}
