/** A change set brought into a stored state: the words of each changed account into its storage's trie, then the accounts into theirs (stored-update.ts). */
import type { AddressKey, SlotKey } from "../../store/keys.js";
import type { AccountRecord, ChangeSet } from "../../store/state.js";
import { KeyChanges, HASHED_SIZE } from "./key-changes.js";
import { isAccountOf, isSlotOf } from "./node-bytes.js";
import { readAccountNode, readSlotNode, type ChildRecord } from "./node-records.js";
import type { NodeStore } from "./node-store.js";
import { nodeWriter } from "./node-writer.js";
import { encodeAccount, encodeWord, NO_ACCOUNT, type AccountEntry, type SlotEntry } from "./state-trie.js";
import { StateChange } from "./state-change.js";
import { StoredUpdate } from "./stored-update.js";
import type { LoadedNode, StoredNode, TrieNode } from "./trie-nodes.js";
import type { LeafChange } from "./trie-update.js";

type Words = ReadonlyMap<SlotKey, Uint8Array | undefined>;
type Outcome = number;

/** The root of a state after changes, whose nodes are added; `change` is told which nodes it no longer has. The changes say of no account that it goes. */
export function updateState(nodes: NodeStore, root: ChildRecord | undefined, changes: ChangeSet, change: StateChange): ChildRecord | undefined {
  return new AccountUpdate(nodes, change).apply(root, changes);
}

class SlotUpdate extends StoredUpdate<SlotEntry> {
  private slots: SlotKey[] = [];
  private words: (Uint8Array | undefined)[] = [];

  apply(root: ChildRecord | undefined, words: Words): ChildRecord | undefined {
    this.slots = [...words.keys()];
    this.words = [...words.values()];
    return this.update(root, new KeyChanges(this.slots, (index) => this.words[index] === undefined));
  }

  protected isLeafOf(record: number, place: number, depth: number): boolean {
    return isSlotOf(this.nodes.bytes, record, this.changes.hashes, HASHED_SIZE * place, depth);
  }

  protected leaf(_before: number, place: number, depth: number): Outcome {
    const index = this.changes.order[place]!;
    const word = this.words[index];
    if (!word) return 0;
    nodeWriter.slot(this.slots[index]!, word, this.changes.hashes, HASHED_SIZE * place, depth);
    return this.nodes.add();
  }

  protected leafChange(place: number): LeafChange<SlotEntry>["apply"] {
    const index = this.changes.order[place]!;
    const slot = this.slots[index]!;
    const word = this.words[index];
    return () => word && { value: encodeWord(word), entry: { slot, word } };
  }

  protected load(id: number): LoadedNode<SlotEntry> {
    return readSlotNode(this.nodes.read(id), this.nodes);
  }

  protected stored(id: number, reference: Uint8Array): StoredNode<SlotEntry> {
    return this.nodes.slotNode(id, reference);
  }

  protected save(node: TrieNode<SlotEntry>): StoredNode<SlotEntry> {
    return this.nodes.saveStorage(node);
  }
}

class AccountUpdate extends StoredUpdate<AccountEntry> {
  private addresses: AddressKey[] = [];
  private set: ChangeSet = { accounts: new Map(), storage: new Map() };
  private readonly slots: SlotUpdate;

  constructor(nodes: NodeStore, change: StateChange) {
    super(nodes, change);
    this.slots = new SlotUpdate(nodes, change);
  }

  apply(root: ChildRecord | undefined, set: ChangeSet): ChildRecord | undefined {
    const { accounts, storage } = set;
    const addresses = [...accounts.keys()];
    for (const address of storage.keys()) if (!accounts.has(address)) addresses.push(address);
    this.set = set;
    this.addresses = addresses;
    return this.update(
      root,
      new KeyChanges(addresses, (index) => {
        const record = accounts.get(addresses[index]!);
        return !record || isEmpty(record);
      }),
    );
  }

  protected isLeafOf(record: number, place: number, depth: number): boolean {
    return isAccountOf(this.nodes.bytes, record, this.changes.hashes, HASHED_SIZE * place, depth);
  }

  protected leaf(before: number, place: number, depth: number): Outcome {
    const node = before === 0 ? undefined : this.load(before);
    const after = this.changed(this.addresses[this.changes.order[place]!]!, node?.kind === "leaf" ? node.entry : undefined);
    if (!after) return 0;
    nodeWriter.account(after.address, after.record, after.storage, this.changes.hashes, HASHED_SIZE * place, depth);
    return this.nodes.add();
  }

  /** An account after its changes; undefined where it does not exist (EIP-161: empty accounts do not). */
  private changed(address: AddressKey, before: AccountEntry | undefined): (AccountEntry & { readonly storage: StoredNode<SlotEntry> | undefined }) | undefined {
    const record = this.set.accounts.get(address) ?? before?.record ?? NO_ACCOUNT;
    const words = this.set.storage.get(address);
    const stored = before?.storage && this.nodes.saveStorage(before.storage);
    const root = words ? this.slots.apply(stored, words) : stored;
    const storage = root && this.nodes.slotNode(root.id, root.reference);
    return storage || !isEmpty(record) ? { address, record, storage } : undefined;
  }

  protected leafChange(place: number): LeafChange<AccountEntry>["apply"] {
    const address = this.addresses[this.changes.order[place]!]!;
    return (before) => {
      const entry = this.changed(address, before);
      return entry && { value: encodeAccount(entry.record, entry.storage), entry };
    };
  }

  protected load(id: number): LoadedNode<AccountEntry> {
    return readAccountNode(this.nodes.read(id), this.nodes);
  }

  protected stored(id: number, reference: Uint8Array): StoredNode<AccountEntry> {
    return this.nodes.accountNode(id, reference);
  }

  protected save(node: TrieNode<AccountEntry>): StoredNode<AccountEntry> {
    return this.nodes.save(node);
  }
}

function isEmpty({ nonce, balance, code }: AccountRecord): boolean {
  return nonce === 0 && balance === 0n && code === undefined;
}
