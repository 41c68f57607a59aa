/**
 * The nodes of state tries in a store. Nodes are written once and never changed; a change of the state writes the nodes on the paths that it touched
 * under new ids and says which old ones no newer state uses, so that states can be pruned by their age without counting references.
 *
 *   root --load--> path of nodes --trieUpdate--> new nodes above stored ones --save--> records under new ids; StateChange: ids that are replaced
 */
import type { CodeRegistry } from "../../host/code.js";
import { BoundedCache } from "../../store/durable/bounded-cache.js";
import { StateError } from "../../store/durable/kv.js";
import type { WriteQueue } from "../../store/durable/write-queue.js";
import type { AccountRecord } from "../../store/state.js";
import { numberKey, PREFIX } from "./layout.js";
import { accountRecord, branchRecord, extensionRecord, nextId, pathTaken, readAccountNode, readSlotNode, referredIds, slotRecord, type NodeLoader } from "./node-records.js";
import type { AccountEntry, SlotEntry, StateObserver } from "./state-trie.js";
import { trieReference, type LoadedNode, type StoredNode, type TrieNode } from "./trie-nodes.js";

/** Node records kept in memory; a branch's takes up to 600 bytes. */
const CACHED_NODES = 400_000;

export class NodeStore implements NodeLoader {
  private readonly cache = new BoundedCache<number, Uint8Array>(CACHED_NODES);

  /** @param nextId The first id that is free. */
  constructor(
    private readonly queue: WriteQueue,
    public registry: CodeRegistry,
    public nextId: number,
  ) {}

  /** The record of a node. Throws StateError where it is not there. */
  read(id: number): Uint8Array {
    const known = this.cache.get(id);
    if (known) return known;
    const record = this.queue.get(numberKey(PREFIX.NODE, id));
    if (!record) throw new StateError("corrupt", `the state has lost node ${id}`, "restore a checkpoint");
    this.cache.set(id, record);
    return record;
  }

  readonly accountNode = (id: number, reference: Uint8Array): StoredNode<AccountEntry> => new StoredAccountNode(this, id, reference);

  readonly slotNode = (id: number, reference: Uint8Array): StoredNode<SlotEntry> => new StoredSlotNode(this, id, reference);

  /** The account at a path below a root. */
  account(root: number, path: Uint8Array): AccountRecord | undefined {
    return this.accountEntry(root, path)?.record;
  }

  /** The storage word at a path of the account at a path below a root. */
  storage(root: number, accountPath: Uint8Array, slotPath: Uint8Array): Uint8Array | undefined {
    const storage = this.accountEntry(root, accountPath)?.storage;
    if (storage?.kind !== "stored") return undefined;
    const leaf = this.leaf(storage.id, slotPath);
    if (!leaf) return undefined;
    const node = readSlotNode(leaf, this);
    return node.kind === "leaf" ? node.entry.word : undefined;
  }

  private accountEntry(root: number, path: Uint8Array): AccountEntry | undefined {
    const leaf = this.leaf(root, path);
    if (!leaf) return undefined;
    const node = readAccountNode(leaf, this);
    return node.kind === "leaf" ? node.entry : undefined;
  }

  /** The record of the leaf at a path: walks records, where making nodes of them would cost more than the walk. */
  private leaf(root: number, path: Uint8Array): Uint8Array | undefined {
    let depth = 0;
    for (let id = root; id > 0;) {
      const record = this.read(id);
      id = nextId(record, path, depth);
      if (id < 0) return record;
      depth += pathTaken(record);
    }
    return undefined;
  }

  /** Puts the new nodes of a state into the queue; its root. */
  save(root: TrieNode<AccountEntry>): StoredNode<AccountEntry> {
    return this.saveTree(root, this.accounts);
  }

  /** Puts one new node, whose children are stored, into the queue. */
  addAccount(node: LoadedNode<AccountEntry>): StoredNode<AccountEntry> {
    return this.saveTree(node, this.accounts);
  }

  /** As {@link addAccount}, of an account's storage. */
  addSlot(node: LoadedNode<SlotEntry>): StoredNode<SlotEntry> {
    return this.saveTree(node, this.slots);
  }

  private readonly slots: NodeForm<SlotEntry> = {
    leafRecord: slotRecord,
    node: this.slotNode,
  };

  private readonly accounts: NodeForm<AccountEntry> = {
    leafRecord: (path, entry) => accountRecord(path, entry, entry.storage && this.saveTree(entry.storage, this.slots)),
    node: this.accountNode,
  };

  private saveTree<T>(node: TrieNode<T>, form: NodeForm<T>): StoredNode<T> {
    if (node.kind === "stored") return node;
    const record = this.treeRecord(node, form);
    const id = this.nextId++;
    this.queue.put(numberKey(PREFIX.NODE, id), record);
    this.cache.set(id, record);
    return form.node(id, trieReference(node));
  }

  private treeRecord<T>(node: LoadedNode<T>, form: NodeForm<T>): Uint8Array {
    switch (node.kind) {
      case "leaf":
        return form.leafRecord(node.path, node.entry);
      case "extension":
        return extensionRecord(node.path, this.saveTree(node.child, form));
      case "branch":
        return branchRecord(node, (child) => this.saveTree(child, form));
    }
  }

  /** Puts the deletion of nodes into the queue. */
  delete(ids: Iterable<number>): void {
    for (const id of ids) {
      this.queue.delete(numberKey(PREFIX.NODE, id));
      this.cache.delete(id);
    }
  }
}

/** What differs between the nodes of the accounts' trie and of a storage's. */
interface NodeForm<T> {
  leafRecord(path: Uint8Array, entry: T): Uint8Array;
  node(id: number, reference: Uint8Array): StoredNode<T>;
}

/** Collects the ids of stored nodes that a changed state no longer uses. */
export class StateChange implements StateObserver {
  readonly ids: number[] = [];

  constructor(private readonly nodes: NodeStore) {}

  replaced(node: StoredNode<unknown>): void {
    this.ids.push(node.id);
  }

  dropped(storage: TrieNode<SlotEntry>): void {
    if (storage.kind === "stored") this.droppedBelow(storage.id);
    else if (storage.kind === "extension") this.dropped(storage.child);
    else if (storage.kind === "branch")
      for (let i = 0; i < 16; i++) {
        const child = storage.child(i);
        if (child) this.dropped(child);
      }
  }

  private droppedBelow(id: number): void {
    this.ids.push(id);
    for (const child of referredIds(this.nodes.read(id))) this.droppedBelow(child);
  }
}

class StoredAccountNode implements StoredNode<AccountEntry> {
  readonly kind = "stored";

  constructor(
    private readonly store: NodeStore,
    readonly id: number,
    readonly reference: Uint8Array,
  ) {}

  load(): LoadedNode<AccountEntry> {
    return readAccountNode(this.store.read(this.id), this.store);
  }
}

class StoredSlotNode implements StoredNode<SlotEntry> {
  readonly kind = "stored";

  constructor(
    private readonly store: NodeStore,
    readonly id: number,
    readonly reference: Uint8Array,
  ) {}

  load(): LoadedNode<SlotEntry> {
    return readSlotNode(this.store.read(this.id), this.store);
  }
}
