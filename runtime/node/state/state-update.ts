/** Changes brought into a stored state: the words of each changed account into its storage's trie, then the accounts into theirs (stored-update.ts). */
import { keyOfWords, type AddressKey } from "../../store/keys.js";
import type { AccountRecord } from "../../store/state.js";
import { bytesOfWord } from "../../store/transaction-changes.js";
import { ENTRY, WORD_SIZE } from "../../store/word-table.js";
import type { SlotWords } from "./changed-words.js";
import { writeHashedKey, writeHashedWords } from "./hashed-keys.js";
import { KeyChanges, HASHED_SIZE } from "./key-changes.js";
import { ID_SIZE, idAt, isAccountOf, isSlotOf, SLOT_SIZE } from "./node-bytes.js";
import { readAccountAt, readAccountNode, readSlotNode, type ChildRecord } from "./node-records.js";
import type { NodeStore } from "./node-store.js";
import { nodeWriter } from "./node-writer.js";
import { encodeAccount, encodeWord, NO_ACCOUNT, type AccountEntry, type SlotEntry } from "./state-trie.js";
import { StateChange } from "./state-change.js";
import { StoredUpdate } from "./stored-update.js";
import type { LoadedNode, StoredNode, TrieNode } from "./trie-nodes.js";
import type { LeafChange } from "./trie-update.js";

type Outcome = number;

/** The root of a state after changes of which none says that an account goes; the new nodes are added, and `change` is told which the state no longer has. */
export function updateState(
  nodes: NodeStore,
  root: ChildRecord | undefined,
  accounts: ReadonlyMap<AddressKey, AccountRecord | undefined>,
  words: ReadonlyMap<AddressKey, SlotWords>,
  change: StateChange,
): ChildRecord | undefined {
  return new AccountUpdate(nodes, change, accounts, words).apply(root);
}

class SlotUpdate extends StoredUpdate<SlotEntry> {
  private words: SlotWords = { records: new Int32Array(0), places: [] };

  apply(root: ChildRecord | undefined, words: SlotWords): ChildRecord | undefined {
    this.words = words;
    const { records, places } = words;
    return this.update(
      root,
      new KeyChanges(
        places.length,
        (index, into, to) => writeHashedWords(records, places[index]! + ENTRY.SLOT, SLOT_SIZE, into, to),
        (index) => isZero(records, places[index]! + ENTRY.VALUE),
      ),
    );
  }

  protected isLeafOf(record: number, place: number, depth: number): boolean {
    return isSlotOf(this.nodes.bytes, record, this.changes.hashes, HASHED_SIZE * place, depth);
  }

  protected leaf(_before: number, place: number, depth: number): Outcome {
    const { records, places } = this.words;
    const at = places[this.changes.order[place]!]!;
    if (isZero(records, at + ENTRY.VALUE)) return 0;
    nodeWriter.slot(records, at + ENTRY.SLOT, at + ENTRY.VALUE, this.changes.hashes, HASHED_SIZE * place, depth);
    return this.nodes.add();
  }

  protected leafChange(place: number): LeafChange<SlotEntry>["apply"] {
    const { records, places } = this.words;
    const at = places[this.changes.order[place]!]!;
    const slot = keyOfWords(records, at + ENTRY.SLOT, WORD_SIZE);
    const word = bytesOfWord(records, at + ENTRY.VALUE);
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
  private readonly addresses: AddressKey[];
  private readonly slots: SlotUpdate;

  constructor(
    nodes: NodeStore,
    change: StateChange,
    private readonly accounts: ReadonlyMap<AddressKey, AccountRecord | undefined>,
    private readonly words: ReadonlyMap<AddressKey, SlotWords>,
  ) {
    super(nodes, change);
    this.slots = new SlotUpdate(nodes, change);
    this.addresses = [...accounts.keys()];
    for (const address of words.keys()) if (!accounts.has(address)) this.addresses.push(address);
  }

  apply(root: ChildRecord | undefined): ChildRecord | undefined {
    const { accounts, addresses } = this;
    return this.update(
      root,
      new KeyChanges(
        addresses.length,
        (index, into, to) => writeHashedKey(addresses[index]!, into, to),
        (index) => {
          const record = accounts.get(addresses[index]!);
          return !record || isEmpty(record);
        },
      ),
    );
  }

  protected isLeafOf(record: number, place: number, depth: number): boolean {
    return isAccountOf(this.nodes.bytes, record, this.changes.hashes, HASHED_SIZE * place, depth);
  }

  protected leaf(before: number, place: number, depth: number): Outcome {
    const address = this.addresses[this.changes.order[place]!]!;
    const record = this.accounts.get(address) ?? (before === 0 ? NO_ACCOUNT : this.recordOf(before));
    const storage = this.changedStorage(address, before === 0 ? undefined : this.storageOf(before));
    if (!storage && isEmpty(record)) return 0;
    nodeWriter.account(address, record, storage, this.changes.hashes, HASHED_SIZE * place, depth);
    return this.nodes.add();
  }

  private recordOf(id: number): AccountRecord {
    const { nodes } = this;
    const at = nodes.locate(id);
    return readAccountAt(nodes.bytes, at, nodes.registry);
  }

  private storageOf(id: number): StoredNode<SlotEntry> | undefined {
    const { nodes } = this;
    const at = nodes.locate(id);
    const root = idAt(nodes.bytes, at + 1);
    if (root === 0) return undefined;
    const place = at + 1 + ID_SIZE;
    return nodes.slotNode(root, nodes.bytes.slice(place + 1, place + 1 + nodes.bytes[place]!));
  }

  private changedStorage(address: AddressKey, before: StoredNode<SlotEntry> | undefined): StoredNode<SlotEntry> | undefined {
    const words = this.words.get(address);
    if (!words) return before;
    const root = this.slots.apply(before, words);
    return root && this.nodes.slotNode(root.id, root.reference);
  }

  /** An account after its changes; undefined where it does not exist (EIP-161: empty accounts do not). */
  private changed(address: AddressKey, before: AccountEntry | undefined): (AccountEntry & { readonly storage: StoredNode<SlotEntry> | undefined }) | undefined {
    const record = this.accounts.get(address) ?? before?.record ?? NO_ACCOUNT;
    const storage = this.changedStorage(address, before?.storage && this.nodes.saveStorage(before.storage));
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

function isZero(words: Int32Array, at: number): boolean {
  let any = 0;
  for (let i = 0; i < WORD_SIZE; i++) any |= words[at + i]!;
  return any === 0;
}
