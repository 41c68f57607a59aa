/**
 * The nodes of state tries in a store. Nodes are written once and never changed; a change of the state writes the nodes on the paths that it touched
 * under new ids and says which old ones no newer state uses, so that states can be pruned by their age without counting references.
 *
 *   root --locate--> records on the way --StoredUpdate--> records under new ids, in pages; ids that are replaced
 */
import type { CodeRegistry } from "../../host/code.js";
import { StateError } from "../../store/durable/kv.js";
import type { WriteQueue } from "../../store/durable/write-queue.js";
import { writeKeyWords, writeWordBytes, type AddressKey } from "../../store/keys.js";
import type { AccountRecord } from "../../store/state.js";
import { WORD_SIZE } from "../../store/word-table.js";
import { room, ROOM } from "./hash-room.js";
import { writeHashedKey, writeHashedWords } from "./hashed-keys.js";
import { numberKey, PREFIX } from "./layout.js";
import { BASED_BRANCH, baseOf, baseOfDelta, branchOf, deltaOf, differences, MAX_CHANGED, mayBeBased, writeBase } from "./branch-deltas.js";
import { bitCount, childIdAt, hasPath, idAt, isAccountOf, isFullBranch, isSlotOf, KEY_NIBBLES, KIND, nibbleAt, pathPlace, readWordOf, SLOT_SIZE } from "./node-bytes.js";
import { NodeCache } from "./node-cache.js";
import { idsOfPage, PAGE_NODES, PageReader, pageOf, pageWithout, PageWriter, placeInPage, sizeInPage } from "./node-pages.js";
import { readAccountAt, readAccountNode, readSlotNode, type NodeLoader } from "./node-records.js";
import { Children, nodeWriter } from "./node-writer.js";
import type { AccountEntry, SlotEntry } from "./state-trie.js";
import type { LoadedNode, StoredNode, TrieNode } from "./trie-nodes.js";

/** Bytes of node records kept in memory. */
const CACHED_BYTES = 512 * 1024 * 1024;

const hashed = new Uint8Array(KEY_NIBBLES / 2);
const slotRoom = new Int32Array(2 * WORD_SIZE);

export class NodeStore implements NodeLoader {
  private readonly cache = new NodeCache(CACHED_BYTES);
  private readonly writer: PageWriter;
  private readonly reader: PageReader;
  /** The storage that was looked for last: of a state's root, an account's address, its root. */
  private lastStorage = { root: 0, address: "", id: 0 };

  /** @param nextPage The first page that is free. */
  constructor(
    private readonly queue: WriteQueue,
    public registry: CodeRegistry,
    nextPage: number,
  ) {
    this.writer = new PageWriter(queue, nextPage);
    this.reader = new PageReader(queue);
  }

  /** The first page that is free; complete after {@link closePage} only. */
  get nextPage(): number {
    return this.writer.next;
  }

  /** Puts what was added into the queue. */
  closePage(): void {
    this.writer.close();
  }

  /** Finds a node's record, which lies there in {@link bytes} until the next call. Throws StateError where it is not there. */
  locate(id: number): number {
    const { cache } = this;
    if (!cache.find(id)) this.load(id);
    return cache.at;
  }

  /** Of the record that was located last. */
  get bytes(): Uint8Array {
    return this.cache.bytes;
  }

  /** Of the record that was located last. */
  get size(): number {
    return this.cache.size;
  }

  /** See {@link NodeCache.turns}. */
  get turns(): number {
    return this.cache.turns;
  }

  private load(id: number): void {
    const number = pageOf(id);
    const page = this.writer.unfinished(number) ?? this.reader.read(number);
    const slot = id - number * PAGE_NODES;
    const place = placeInPage(page, slot);
    if (place < 0) throw new StateError("corrupt", `the state has lost node ${id}`, "restore a checkpoint");
    if (page[place] === KIND.DELTA) {
      // A copy: the base is in a page that takes this one's place, and a Buffer's slice would share its memory.
      this.loadDelta(id, Uint8Array.from(page.subarray(place, place + sizeInPage(page, slot))));
      return;
    }
    // Of the upper part of a trie one needs all sooner or later.
    if (isFullBranch(page, place)) this.addOthers(number, page, id);
    this.cache.add(id, page, place, sizeInPage(page, slot));
  }

  private addOthers(number: number, page: Uint8Array, wanted: number): void {
    for (const id of idsOfPage(number, page)) {
      if (id === wanted || this.cache.find(id)) continue;
      const slot = id - number * PAGE_NODES;
      const place = placeInPage(page, slot);
      if (page[place] !== KIND.DELTA) this.cache.add(id, page, place, sizeInPage(page, slot));
    }
  }

  private loadDelta(id: number, delta: Uint8Array): void {
    const branch = branchOf(delta, this.read(baseOfDelta(delta)));
    this.cache.add(id, branch, 0, branch.length);
  }

  /** The base of a branch, which the store needs as long as the branch; 0: none. */
  baseOf(id: number): number {
    const at = this.locate(id);
    return baseOf(this.bytes, at, this.size);
  }

  /** A node's record, to be kept. */
  read(id: number): Uint8Array {
    const at = this.locate(id);
    return this.bytes.slice(at, at + this.size);
  }

  /** Adds the record that the node writer has made; the node's id. */
  add(): number {
    const { bytes, start, end } = nodeWriter;
    const id = this.writer.add(bytes, start, end - start);
    this.cache.add(id, bytes, start, end - start);
    return id;
  }

  /**
   * Adds the branch that the node writer has made out of another, of which `size` bytes lie at a place, with the children at the places of a mask changed; its
   * id. Tells which nodes no longer count.
   */
  addChanged(id: number, before: Uint8Array, record: number, size: number, places: number, replaced: number[]): number {
    const { bytes, start, end } = nodeWriter;
    const base = baseOf(before, record, size);
    const changed = base > 0 ? differences(before, record) | places : places;
    if (base > 0) replaced.push(id);
    if (mayBeBased(bytes, start, end - start) && (base > 0 || mayBeBased(before, record, size)) && bitCount(changed) <= MAX_CHANGED) {
      writeBase(bytes, start, base > 0 ? base : id, changed);
      const delta = deltaOf(bytes, start);
      const added = this.writer.add(delta, 0, delta.length);
      this.cache.add(added, bytes, start, BASED_BRANCH);
      return added;
    }
    replaced.push(base > 0 ? base : id);
    return this.add();
  }

  readonly accountNode = (id: number, reference: Uint8Array): StoredNode<AccountEntry> => new StoredAccountNode(this, id, reference);

  readonly slotNode = (id: number, reference: Uint8Array): StoredNode<SlotEntry> => new StoredSlotNode(this, id, reference);

  /** The account of a state with a root. */
  account(root: number, address: AddressKey): AccountRecord | undefined {
    writeHashedKey(address, hashed, 0);
    if (!this.leaf(root, KIND.ACCOUNT)) return undefined;
    return readAccountAt(this.bytes, this.cache.at, this.registry);
  }

  /** Copies a storage word of a state with a root as `StateReader.readWord` does. */
  readWord(root: number, address: AddressKey, slots: Int32Array, slotAt: number, value: Int32Array, valueAt: number): void {
    const id = this.storageRoot(root, address);
    writeHashedWords(slots, slotAt, SLOT_SIZE, hashed, 0);
    if (this.leaf(id, KIND.SLOT)) readWordOf(this.bytes, this.cache.at, value, valueAt);
    else value.fill(0, valueAt, valueAt + WORD_SIZE);
  }

  private storageRoot(root: number, address: AddressKey): number {
    const { lastStorage } = this;
    if (lastStorage.root === root && lastStorage.address === address) return lastStorage.id;
    writeHashedKey(address, hashed, 0);
    const id = this.leaf(root, KIND.ACCOUNT) ? idAt(this.bytes, this.cache.at + 1) : 0;
    this.lastStorage = { root, address, id };
    return id;
  }

  /** Locates the leaf of the hashed key below a root; false where there is none. Walks records, where making nodes of them would cost more than the walk. */
  private leaf(root: number, kind: number): boolean {
    let depth = 0;
    for (let id = root; id > 0;) {
      const at = this.locate(id);
      const { bytes } = this;
      if (bytes[at] === KIND.BRANCH) {
        id = childIdAt(bytes, at, nibbleAt(hashed, 0, depth++));
      } else if (bytes[at] === KIND.EXTENSION) {
        const path = pathPlace(bytes, at);
        if (!hasPath(bytes, path, hashed, 0, depth)) return false;
        depth += bytes[path]!;
        id = idAt(bytes, at + 1);
      } else {
        if (bytes[at] !== kind) throw new StateError("corrupt", "a node of the state is of a kind that does not belong there", "restore a checkpoint");
        return kind === KIND.ACCOUNT ? isAccountOf(bytes, at, hashed, 0, depth) : isSlotOf(bytes, at, hashed, 0, depth);
      }
    }
    return false;
  }

  /** Adds the new nodes of a state; its root. */
  save(root: TrieNode<AccountEntry>): StoredNode<AccountEntry> {
    return this.saveTree(root, this.accounts);
  }

  /** Adds the new nodes of an account's storage; its root. */
  saveStorage(root: TrieNode<SlotEntry>): StoredNode<SlotEntry> {
    return this.saveTree(root, this.slots);
  }

  private readonly slots: NodeForm<SlotEntry> = {
    writeLeaf(path, { slot, word }) {
      writeHashedKey(slot, hashed, 0);
      writeKeyWords(slot, slotRoom, 0);
      writeWordBytes(word, slotRoom, WORD_SIZE);
      nodeWriter.slot(slotRoom, 0, WORD_SIZE, hashed, 0, KEY_NIBBLES - path.length);
    },
    node: this.slotNode,
  };

  private readonly accounts: NodeForm<AccountEntry> = {
    writeLeaf: (path, { address, record, storage }) => {
      const root = storage && this.saveStorage(storage);
      writeHashedKey(address, hashed, 0);
      nodeWriter.account(address, record, root, hashed, 0, KEY_NIBBLES - path.length);
    },
    node: this.accountNode,
  };

  private saveTree<T>(node: TrieNode<T>, form: NodeForm<T>): StoredNode<T> {
    if (node.kind === "stored") return node;
    this.writeNode(node, form);
    const reference = room.slice(ROOM.DIGEST, ROOM.DIGEST + nodeWriter.referenceSize);
    return form.node(this.add(), reference);
  }

  /** Has the node writer make a node's record, after the nodes below it are saved. */
  private writeNode<T>(node: LoadedNode<T>, form: NodeForm<T>): void {
    switch (node.kind) {
      case "leaf":
        form.writeLeaf(node.path, node.entry);
        break;
      case "extension":
        nodeWriter.extension(node.path, this.saveTree(node.child, form));
        break;
      case "branch": {
        const children = new Children(1);
        for (let i = 0; i < 16; i++) {
          const child = node.child(i);
          if (!child) continue;
          const { id, reference } = this.saveTree(child, form);
          children.set(i, id, reference, 0, reference.length);
        }
        nodeWriter.branch(children, 0);
      }
    }
  }

  /** Takes nodes out of their pages. */
  drop(ids: readonly number[]): void {
    const slots = new Map<number, Set<number>>();
    for (const id of ids) {
      const page = pageOf(id);
      const known = slots.get(page);
      if (known) known.add(id - page * PAGE_NODES);
      else slots.set(page, new Set([id - page * PAGE_NODES]));
    }
    for (const [number, dropped] of slots) {
      const rest = pageWithout(this.reader.read(number), dropped);
      const key = numberKey(PREFIX.NODES, number);
      if (rest) this.queue.put(key, rest);
      else this.queue.delete(key);
    }
    this.reader.clear();
  }

  /** Deletes whole pages: from, to (not included). */
  deletePages(from: number, to: number): void {
    for (let page = from; page < to; page++) this.queue.delete(numberKey(PREFIX.NODES, page));
    this.reader.clear();
  }
}

/** What differs between the nodes of the accounts' trie and of a storage's. */
interface NodeForm<T> {
  writeLeaf(path: Uint8Array, entry: T): void;
  node(id: number, reference: Uint8Array): StoredNode<T>;
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
