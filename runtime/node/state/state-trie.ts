/**
 * The state of one block as Ethereum's state trie (yellow paper, section 4.1): keccak256(address) to rlp(nonce, balance, storage root, code
 * hash), and for each account a trie from keccak256(slot) to rlp(word). An account's code is what EXTCODECOPY shows, so the root
 * commits to everything that a contract can read. The object never changes: applying changes gives another that shares what stayed.
 */
import { keccak256 } from "../../../machine/keccak.js";
import { codeHash } from "../../host/code.js";
import { addressBytes, bytesOfKey, type AddressKey, type SlotKey } from "../../store/keys.js";
import type { AccountRecord, ChangeSet, StateReader } from "../../store/state.js";
import { rlpBytes, rlpInteger, rlpList } from "../encoding/rlp.js";
import { nibblesOf, trieEntries, trieGet, trieProof, trieRoot, trieWith, trieWithout, type TrieNode } from "./trie.js";

export interface SlotEntry {
  readonly slot: SlotKey;
  /** Least significant byte first. */
  readonly word: Uint8Array;
}

export interface AccountEntry {
  readonly address: AddressKey;
  readonly record: AccountRecord;
  readonly storage: TrieNode<SlotEntry> | undefined;
}

/** An account with its storage words that are not zero. */
export interface AccountContents {
  readonly address: AddressKey;
  readonly record: AccountRecord;
  readonly words: Iterable<SlotEntry>;
}

/** EIP-1186. */
export interface AccountProof {
  readonly record: AccountRecord;
  readonly codeHash: Uint8Array;
  readonly storageRoot: Uint8Array;
  readonly nodes: readonly Uint8Array[];
  readonly slots: readonly { readonly slot: SlotKey; readonly word: Uint8Array | undefined; readonly nodes: readonly Uint8Array[] }[];
}

const NO_ACCOUNT: AccountRecord = { nonce: 0, balance: 0n };
/** keccak256 of no bytes: the code hash of an account without code. */
const EMPTY_CODE_HASH = keccak256(new Uint8Array(0));
const MAX_KNOWN_PATHS = 100_000;

/** Hashed paths of the keys used lately: hashing is most of a lookup. */
const paths = new Map<string, Uint8Array>();

function pathOf(key: string, bytes: () => Uint8Array): Uint8Array {
  let path = paths.get(key);
  if (!path) {
    if (paths.size >= MAX_KNOWN_PATHS) paths.clear();
    paths.set(key, (path = nibblesOf(keccak256(bytes()))));
  }
  return path;
}

function accountPath(address: AddressKey): Uint8Array {
  return pathOf(address, () => addressBytes(address));
}

function slotPath(slot: SlotKey): Uint8Array {
  return pathOf(slot, () => Uint8Array.from(bytesOfKey(slot)).reverse());
}

export class StateTrie implements StateReader {
  private hash: Uint8Array | undefined;

  /** @param accounts From hashed addresses; undefined for the empty state. */
  constructor(readonly accounts: TrieNode<AccountEntry> | undefined) {}

  static readonly empty = new StateTrie(undefined);

  /** The state root, 32 bytes. */
  get root(): Uint8Array {
    return (this.hash ??= trieRoot(this.accounts));
  }

  account(address: AddressKey): AccountRecord | undefined {
    return trieGet(this.accounts, accountPath(address))?.record;
  }

  storage(address: AddressKey, slot: SlotKey): Uint8Array | undefined {
    const account = trieGet(this.accounts, accountPath(address));
    return account && trieGet(account.storage, slotPath(slot))?.word;
  }

  /** The state after some changes. */
  apply(changes: ChangeSet): StateTrie {
    let { accounts } = this;
    for (const address of new Set([...changes.accounts.keys(), ...changes.storage.keys()])) {
      const path = accountPath(address);
      const before = trieGet(accounts, path);
      const gone = changes.accounts.has(address) && !changes.accounts.get(address);
      const storage = withWords(gone ? undefined : before?.storage, changes.storage.get(address));
      const record = changes.accounts.get(address) ?? (gone ? NO_ACCOUNT : (before?.record ?? NO_ACCOUNT));
      // Empty accounts do not exist (EIP-161).
      const exists = record.nonce > 0 || record.balance > 0n || record.code !== undefined || storage !== undefined;
      accounts = exists ? trieWith(accounts, path, encodeAccount(record, storage), { address, record, storage }) : trieWithout(accounts, path);
    }
    return new StateTrie(accounts);
  }

  /** Everything in the state as one change set against the empty state. */
  everything(): ChangeSet {
    const accounts = new Map<AddressKey, AccountRecord>();
    const storage = new Map<AddressKey, Map<SlotKey, Uint8Array>>();
    for (const account of this.contents()) {
      accounts.set(account.address, account.record);
      const words = new Map<SlotKey, Uint8Array>();
      for (const { slot, word } of account.words) words.set(slot, word);
      if (words.size > 0) storage.set(account.address, words);
    }
    return { accounts, storage };
  }

  /** All accounts in the order of their hashed addresses; nothing is read before somebody asks for it. */
  *contents(): Generator<AccountContents> {
    for (const { address, record, storage } of trieEntries(this.accounts)) yield { address, record, words: trieEntries(storage) };
  }

  /** Proves an account and some of its slots, present or not. */
  prove(address: AddressKey, slots: readonly SlotKey[]): AccountProof {
    const path = accountPath(address);
    const entry = trieGet(this.accounts, path);
    const record = entry?.record ?? NO_ACCOUNT;
    return {
      record,
      codeHash: record.code ? codeHash(record.code) : EMPTY_CODE_HASH,
      storageRoot: trieRoot(entry?.storage),
      nodes: trieProof(this.accounts, path),
      slots: slots.map((slot) => ({ slot, word: trieGet(entry?.storage, slotPath(slot))?.word, nodes: trieProof(entry?.storage, slotPath(slot)) })),
    };
  }
}

function withWords(storage: TrieNode<SlotEntry> | undefined, words: ReadonlyMap<SlotKey, Uint8Array | undefined> | undefined): TrieNode<SlotEntry> | undefined {
  let result = storage;
  for (const [slot, word] of words ?? []) {
    const path = slotPath(slot);
    result = word ? trieWith(result, path, encodeWord(word), { slot, word }) : trieWithout(result, path);
  }
  return result;
}

/** What a storage trie holds at a leaf: the word's bytes, most significant first, without leading zeros. */
export function encodeWord(word: Uint8Array): Uint8Array {
  let length = word.length;
  while (length > 0 && word[length - 1] === 0) length--;
  return rlpBytes(Uint8Array.from(word.subarray(0, length)).reverse());
}

/** What the account trie holds at a leaf. */
export function encodeAccount(record: AccountRecord, storage: TrieNode<SlotEntry> | undefined): Uint8Array {
  return rlpList([rlpInteger(record.nonce), rlpInteger(record.balance), rlpBytes(trieRoot(storage)), rlpBytes(record.code ? codeHash(record.code) : EMPTY_CODE_HASH)]);
}
