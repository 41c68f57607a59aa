/**
 * The nodes of state tries in a store. Nodes are written once and never changed; a change of the state writes the nodes on the paths that it touched
 * under new ids and says which old ones no newer state uses, so that states can be pruned by their age without counting references.
 *
 *   root --load--> path of nodes --trieWith--> new nodes above stored ones --save--> records under new ids, ids that are replaced
 */
import type { CodeRegistry } from "../../host/code.js";
import { BoundedCache } from "../../store/durable/bounded-cache.js";
import { StateError } from "../../store/durable/kv.js";
import type { WriteQueue } from "../../store/durable/write-queue.js";
import { numberKey, PREFIX } from "./layout.js";
import {
  accountRecord,
  branchRecord,
  extensionRecord,
  readAccountNode,
  readSlotNode,
  referredIds,
  slotRecord,
  storageRootOf,
  type ChildRecord,
  type NodeLoader,
} from "./node-records.js";
import type { AccountEntry, SlotEntry } from "./state-trie.js";
import { trieReference, type Branch, type LoadedNode, type StoredNode, type TrieNode } from "./trie.js";

/** Node records kept in memory; a branch's takes up to 600 bytes. */
const CACHED_NODES = 200_000;

/** What a change of the state did to the nodes. */
export interface SavedNodes {
  readonly root: ChildRecord | undefined;
  /** Ids that the new state no longer uses. */
  readonly replaced: readonly number[];
}

export class NodeStore implements NodeLoader {
  private readonly cache = new BoundedCache<number, Uint8Array>(CACHED_NODES);
  /** Ids read since {@link beginChange}. */
  private touched: Set<number> | undefined;

  /** @param nextId The first id that is free. */
  constructor(
    private readonly queue: WriteQueue,
    public registry: CodeRegistry,
    public nextId: number,
  ) {}

  private record(id: number): Uint8Array {
    const known = this.cache.get(id);
    if (known) return known;
    const record = this.queue.get(numberKey(PREFIX.NODE, id));
    if (!record) throw new StateError("corrupt", `the state has lost node ${id}`, "restore a checkpoint");
    this.cache.set(id, record);
    return record;
  }

  accountNode({ id, reference }: ChildRecord): StoredNode<AccountEntry> {
    return new StoredAccountNode(this, id, reference);
  }

  slotNode({ id, reference }: ChildRecord): StoredNode<SlotEntry> {
    return new StoredSlotNode(this, id, reference);
  }

  /** The record of a node that somebody looks into. */
  read(id: number): Uint8Array {
    this.touched?.add(id);
    return this.record(id);
  }

  /** From here to {@link save}, nodes that are read may be replaced. */
  beginChange(): void {
    this.touched = new Set();
  }

  /** Puts the new nodes of a state into the queue. */
  save(root: TrieNode<AccountEntry> | undefined): SavedNodes {
    const touched = this.touched ?? new Set<number>();
    this.touched = undefined;
    const kept = new Set<number>();
    const saved = root && this.saveAccounts(root, kept);
    const alive = new Set<number>();
    for (const id of kept) this.markAlive(id, touched, alive);
    const replaced = new Set<number>();
    for (const id of touched) if (!alive.has(id)) replaced.add(id);
    // An account that went took its storage with it, most of which nobody has read.
    for (const id of [...replaced]) for (const storage of storageRootOf(this.record(id))) this.collect(storage, alive, kept, replaced);
    return { root: saved, replaced: [...replaced] };
  }

  /** Nodes below one that stays stay as well. */
  private markAlive(id: number, touched: ReadonlySet<number>, alive: Set<number>): void {
    if (!touched.has(id) || alive.has(id)) return;
    alive.add(id);
    for (const child of referredIds(this.record(id))) this.markAlive(child, touched, alive);
  }

  /** The ids of a subtree that the new state does not use. */
  private collect(id: number, alive: ReadonlySet<number>, kept: ReadonlySet<number>, into: Set<number>): void {
    if (alive.has(id) || kept.has(id)) return;
    into.add(id);
    for (const child of referredIds(this.record(id))) this.collect(child, alive, kept, into);
  }

  private saveAccounts(node: TrieNode<AccountEntry>, kept: Set<number>): ChildRecord {
    return this.saveTree(node, kept, (path, entry) => accountRecord(path, entry, entry.storage && this.saveSlots(entry.storage, kept)));
  }

  private saveSlots(node: TrieNode<SlotEntry>, kept: Set<number>): ChildRecord {
    return this.saveTree(node, kept, slotRecord);
  }

  private saveTree<T>(node: TrieNode<T>, kept: Set<number>, leafRecord: (path: Uint8Array, entry: T) => Uint8Array): ChildRecord {
    if (node.kind === "stored") {
      kept.add(node.id);
      return node;
    }
    const record = this.treeRecord(node, kept, leafRecord);
    const id = this.nextId++;
    this.queue.put(numberKey(PREFIX.NODE, id), record);
    this.cache.set(id, record);
    return { id, reference: trieReference(node) };
  }

  private treeRecord<T>(node: LoadedNode<T>, kept: Set<number>, leafRecord: (path: Uint8Array, entry: T) => Uint8Array): Uint8Array {
    switch (node.kind) {
      case "leaf":
        return leafRecord(node.path, node.entry);
      case "extension":
        return extensionRecord(node.path, this.saveTree(node.child, kept, leafRecord));
      case "branch":
        return branchRecord(this.saveChildren(node, kept, leafRecord));
    }
  }

  private saveChildren<T>(branch: Branch<T>, kept: Set<number>, leafRecord: (path: Uint8Array, entry: T) => Uint8Array): (ChildRecord | undefined)[] {
    return branch.children.map((child) => child && this.saveTree(child, kept, leafRecord));
  }

  /** Puts the deletion of nodes into the queue. */
  delete(ids: Iterable<number>): void {
    for (const id of ids) {
      this.queue.delete(numberKey(PREFIX.NODE, id));
      this.cache.delete(id);
    }
  }
}

/** A branch has up to sixteen of these: objects of a class are smaller than closures. */
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
