/**
 * The newest state of a durable chain as readers see it: what changed since the last view, what was read lately, else the trie.
 *
 *   commit -> apply   (changes lie on top)      view -> moveTo   (they are part of the trie now)      restore -> replace
 */
import { BoundedCache } from "../../store/durable/bounded-cache.js";
import type { AddressKey, SlotKey } from "../../store/keys.js";
import type { AccountRecord, ChangeSet, StateReader } from "../../store/state.js";

/** Accounts, and words, of the newest state that are kept in memory. */
const CACHED_READS = 200_000;

/** What the head reads behind its changes. */
export interface HeadSource extends StateReader {
  /** Words of an account that are not zero, in any order. */
  slots(address: AddressKey): Iterable<SlotKey>;
}

type Words = Map<SlotKey, Uint8Array | undefined>;

export class DurableHead implements StateReader {
  private readonly accounts = new BoundedCache<AddressKey, { readonly record: AccountRecord | undefined }>(CACHED_READS);
  private readonly words = new BoundedCache<string, { readonly word: Uint8Array | undefined }>(CACHED_READS);
  private readonly changedAccounts = new Map<AddressKey, AccountRecord | undefined>();
  private readonly changedWords = new Map<AddressKey, Words>();
  /** Accounts that went since the last view, and with them all their words. */
  private readonly gone = new Set<AddressKey>();

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
    const changed = this.changedWords.get(address);
    if (changed) {
      const word = changed.get(slot);
      if (word || changed.has(slot)) return word;
    }
    if (this.gone.has(address)) return undefined;
    const key = address + slot;
    const known = this.words.get(key);
    if (known) return known.word;
    const word = this.source.storage(address, slot);
    this.words.set(key, { word });
    return word;
  }

  /** True where an account has a word that is not zero. Looks at no more of its words than were made zero since the last view, and one. */
  hasStorage(address: AddressKey): boolean {
    const changed = this.changedWords.get(address);
    for (const word of changed?.values() ?? []) if (word) return true;
    if (this.gone.has(address)) return false;
    for (const slot of this.source.slots(address)) if (!changed?.has(slot)) return true;
    return false;
  }

  apply(changes: ChangeSet): void {
    for (const [address, record] of changes.accounts) {
      this.changedAccounts.set(address, record);
      if (record) continue;
      this.gone.add(address);
      this.changedWords.delete(address);
    }
    for (const [address, words] of changes.storage) {
      let changed = this.changedWords.get(address);
      if (!changed) this.changedWords.set(address, (changed = new Map<SlotKey, Uint8Array | undefined>()));
      for (const [slot, word] of words) changed.set(slot, word);
    }
  }

  /** All changes as one set; undefined where an account went, which one set cannot say of an account that came back. */
  changes(): ChangeSet | undefined {
    return this.gone.size > 0 ? undefined : { accounts: this.changedAccounts, storage: this.changedWords };
  }

  /** The changes are part of what is behind them now. */
  moveTo(source: HeadSource): void {
    this.source = source;
    if (this.gone.size > 0) this.words.clear();
    for (const [address, record] of this.changedAccounts) {
      // Empty accounts are no longer there in the trie (EIP-161): it is asked again.
      if (!record || isEmpty(record)) this.accounts.delete(address);
      else this.accounts.set(address, { record });
    }
    for (const [address, words] of this.changedWords) for (const [slot, word] of words) this.words.set(address + slot, { word });
    this.forgetChanges();
  }

  /** The state is another. */
  replace(source: HeadSource): void {
    this.source = source;
    this.accounts.clear();
    this.words.clear();
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
