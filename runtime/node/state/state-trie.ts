/**
 * The state of one block as Ethereum's state trie (yellow paper, section 4.1): keccak256(address) to rlp(nonce, balance, storage root, code
 * hash), and for each account a trie from keccak256(slot) to rlp(word). An account's code is what EXTCODECOPY shows, so the root
 * commits to everything that a contract can read. The object never changes: applying changes gives another that shares what stayed.
 */
import { keccak256 } from "../../../machine/keccak.js";
import { codeHash } from "../../host/code.js";
import { BoundedCache } from "../../store/durable/bounded-cache.js";
import type { AddressKey, SlotKey } from "../../store/keys.js";
import type { AccountRecord, ChangeSet, StateReader } from "../../store/state.js";
import { nibblesOf, trieEntries, trieGet, trieProof, trieRoot } from "./trie.js";
import type { TrieNode } from "./trie-nodes.js";
import { trieUpdate, type LeafChange, type TrieObserver } from "./trie-update.js";

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

export const NO_ACCOUNT: AccountRecord = { nonce: 0, balance: 0n };
/** keccak256 of no bytes: the code hash of an account without code. */
export const EMPTY_CODE_HASH = keccak256(new Uint8Array(0));
const MAX_KNOWN_PATHS = 100_000;

/** Hashed paths of the keys used lately: hashing is most of a lookup. */
const paths = new BoundedCache<string, Uint8Array>(MAX_KNOWN_PATHS);
const keyBytes = new Uint8Array(32);

/** The path of a key whose bytes are least significant first. */
function pathOf(key: string): Uint8Array {
  let path = paths.get(key);
  if (!path) {
    const { length } = key;
    for (let i = 0; i < length; i++) keyBytes[length - 1 - i] = key.charCodeAt(i);
    paths.set(key, (path = nibblesOf(keccak256(keyBytes.subarray(0, length)))));
  }
  return path;
}

/** An account's path in the trie. */
export const accountPath: (address: AddressKey) => Uint8Array = pathOf;

/** A word's path in its account's trie. */
export const slotPath: (slot: SlotKey) => Uint8Array = pathOf;

/** What a state tells of its change: see {@link TrieObserver}. */
export interface StateObserver extends TrieObserver {
  /** An account lost its whole storage. */
  dropped(storage: TrieNode<SlotEntry>): void;
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

  /** Slots of an account whose words are not zero, in the order of their hashes. */
  *slots(address: AddressKey): Generator<SlotKey> {
    for (const { slot } of trieEntries(trieGet(this.accounts, accountPath(address))?.storage)) yield slot;
  }

  /** The state after some changes. */
  apply(changes: ChangeSet, observer?: StateObserver): StateTrie {
    const leaves: LeafChange<AccountEntry>[] = [];
    for (const address of changes.accounts.keys()) leaves.push(accountChange(address, changes, observer));
    for (const address of changes.storage.keys()) if (!changes.accounts.has(address)) leaves.push(accountChange(address, changes, observer));
    return new StateTrie(trieUpdate(this.accounts, leaves, observer));
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

  after(changes: ChangeSet): StateTrie {
    return this.apply(changes);
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

function accountChange(address: AddressKey, changes: ChangeSet, observer: StateObserver | undefined): LeafChange<AccountEntry> {
  return {
    path: accountPath(address),
    apply(before) {
      const gone = changes.accounts.has(address) && !changes.accounts.get(address);
      if (gone && before?.storage) observer?.dropped(before.storage);
      const storage = withWords(gone ? undefined : before?.storage, changes.storage.get(address), observer);
      const record = changes.accounts.get(address) ?? (gone ? NO_ACCOUNT : (before?.record ?? NO_ACCOUNT));
      // Empty accounts do not exist (EIP-161).
      const exists = record.nonce > 0 || record.balance > 0n || record.code !== undefined || storage !== undefined;
      return exists ? { value: encodeAccount(record, storage), entry: { address, record, storage } } : undefined;
    },
  };
}

function withWords(
  storage: TrieNode<SlotEntry> | undefined,
  words: ReadonlyMap<SlotKey, Uint8Array | undefined> | undefined,
  observer: StateObserver | undefined,
): TrieNode<SlotEntry> | undefined {
  const leaves: LeafChange<SlotEntry>[] = [];
  for (const [slot, word] of words ?? []) leaves.push({ path: slotPath(slot), apply: () => word && { value: encodeWord(word), entry: { slot, word } } });
  return trieUpdate(storage, leaves, observer);
}

/** What a storage trie holds at a leaf: the word's bytes, most significant first, without leading zeros. */
export function encodeWord(word: Uint8Array): Uint8Array {
  let length = word.length;
  while (length > 0 && word[length - 1] === 0) length--;
  if (length === 1 && word[0]! < 0x80) return Uint8Array.of(word[0]!);
  const encoded = new Uint8Array(1 + length);
  encoded[0] = 0x80 + length;
  for (let i = 0; i < length; i++) encoded[length - i] = word[i]!;
  return encoded;
}

/** A list head of two bytes, a nonce, a balance, two hashes. */
const accountRoom = new Uint8Array(2 + 9 + 33 + 2 * 33);
const integerRoom = new DataView(new ArrayBuffer(32));
const integerBytes = new Uint8Array(integerRoom.buffer);

/** What the account trie holds at a leaf. */
export function encodeAccount(record: AccountRecord, storage: TrieNode<SlotEntry> | undefined): Uint8Array {
  let at = writeInteger(BigInt(record.nonce), 2);
  at = writeInteger(record.balance, at);
  at = writeHash(trieRoot(storage), at);
  at = writeHash(record.code ? codeHash(record.code) : EMPTY_CODE_HASH, at);
  // With two hashes in it the list has more than 55 bytes, and fewer than 256.
  accountRoom[0] = 0xf8;
  accountRoom[1] = at - 2;
  return accountRoom.slice(0, at);
}

/** Writes an integer below 2^256 as an item of an account's list; where it ends. */
function writeInteger(value: bigint, from: number): number {
  let rest = value;
  let first = 32;
  while (rest > 0n) {
    first -= 8;
    integerRoom.setBigUint64(first, BigInt.asUintN(64, rest));
    rest >>= 64n;
  }
  while (first < 32 && integerBytes[first] === 0) first++;
  const length = 32 - first;
  let at = from;
  if (length !== 1 || integerBytes[first]! >= 0x80) accountRoom[at++] = 0x80 + length;
  for (; first < 32; first++) accountRoom[at++] = integerBytes[first]!;
  return at;
}

function writeHash(hash: Uint8Array, at: number): number {
  accountRoom[at] = 0x80 + hash.length;
  accountRoom.set(hash, at + 1);
  return at + 1 + hash.length;
}
