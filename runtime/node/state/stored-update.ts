/**
 * Changes of a stored trie, record by record: a branch whose children have other hashes afterwards is its record copied with those hashes replaced, hashed and added, and
 * no object is made for it. Every node on the ways to the changes is read, hashed and written once.
 *
 *   record of branch, changes in order --child by child--> ids and references of the new children --> new record, new id
 *
 * That goes where a branch stays one and a leaf keeps its place. Where the trie may turn around (a branch that may be left with one child, a leaf that parts in
 * two, extensions, which random keys have at the bottom only) that part is loaded and changed as nodes (trie-update.ts).
 */
import { room, ROOM } from "./hash-room.js";
import { KeyChanges, HASHED_SIZE } from "./key-changes.js";
import { bitCount, childIdAt, KEY_NIBBLES, KIND, maskAt } from "./node-bytes.js";
import type { ChildRecord } from "./node-records.js";
import type { NodeStore } from "./node-store.js";
import { Children, nodeWriter } from "./node-writer.js";
import { nibblesOf } from "./trie.js";
import { trieReference, type LoadedNode, type StoredNode, type TrieNode } from "./trie-nodes.js";
import { partUpdate, type LeafChange, type TrieObserver } from "./trie-update.js";

/** What becomes of a part of the trie: the id of its root, 0 where nothing is left; the same id where nothing changed. */
type Outcome = number;

export abstract class StoredUpdate<T> {
  protected changes: KeyChanges = NO_CHANGES;
  /** Of the branches on the way down: their children before and after. */
  private readonly levels = new Children(KEY_NIBBLES);

  constructor(
    protected readonly nodes: NodeStore,
    protected readonly observer: TrieObserver & { readonly ids: number[] },
  ) {}

  /** The root after some changes; the same where they change nothing. */
  protected update(root: ChildRecord | undefined, changes: KeyChanges): ChildRecord | undefined {
    if (changes.count === 0) return root;
    this.changes = changes;
    const before = root?.id ?? 0;
    const id = before === 0 ? this.added(0, changes.count, 0) : this.node(before, 0, changes.count, 0);
    if (id === before) return root;
    return id === 0 ? undefined : { id, reference: room.slice(ROOM.DIGEST, ROOM.DIGEST + nodeWriter.referenceSize) };
  }

  /** True where a leaf's record is that of a change's key. */
  protected abstract isLeafOf(record: number, place: number, depth: number): boolean;

  /** Adds the leaf of a change, given the leaf before (0: none). */
  protected abstract leaf(before: number, place: number, depth: number): Outcome;

  /** The change for nodes. */
  protected abstract leafChange(place: number): LeafChange<T>["apply"];

  protected abstract load(id: number): LoadedNode<T>;

  protected abstract stored(id: number, reference: Uint8Array): StoredNode<T>;

  protected abstract save(node: TrieNode<T>): StoredNode<T>;

  /** The part below a node, with the changes from a place to another. */
  private node(id: number, from: number, to: number, depth: number): Outcome {
    const { nodes } = this;
    const record = nodes.locate(id);
    const kind = nodes.bytes[record];
    if (kind === KIND.BRANCH) return this.branch(id, record, from, to, depth);
    if (kind === KIND.EXTENSION || to > from + 1 || !this.isLeafOf(record, from, depth)) return this.turned(id, from, to, depth);
    const after = this.leaf(id, from, depth);
    this.observer.ids.push(id);
    return after;
  }

  private branch(id: number, record: number, from: number, to: number, depth: number): Outcome {
    const { nodes, changes, levels } = this;
    const { bytes, size, turns } = nodes;
    const first = 16 * depth;
    // Children that are certainly there afterwards.
    let sure = maskAt(bytes, record);
    for (let place = from; place < to;) {
      const end = changes.groupEnd(place, to, depth);
      const index = changes.nibble(place, depth);
      if (changes.remain(place, end)) sure |= 1 << index;
      else sure &= ~(1 << index);
      levels.ids[first + index] = childIdAt(bytes, record, index);
      place = end;
    }
    if (bitCount(sure) < 2) return this.turned(id, from, to, depth);
    let places = 0;
    for (let place = from; place < to;) {
      const end = changes.groupEnd(place, to, depth);
      const index = changes.nibble(place, depth);
      const before = levels.ids[first + index]!;
      const after = before === 0 ? this.added(place, end, depth + 1) : this.node(before, place, end, depth + 1);
      if (after !== before) {
        places |= 1 << index;
        if (after === 0) levels.clear(first + index);
        else levels.set(first + index, after, room, ROOM.DIGEST, nodeWriter.referenceSize);
      }
      place = end;
    }
    if (places === 0) return id;
    if (nodes.turns > turns + 1) return this.rewritten(id, first, places);
    nodeWriter.changedBranch(bytes, record, levels, first, places);
    return nodes.addChanged(id, bytes, record, size, places, this.observer.ids);
  }

  /** What was read meanwhile has moved the branch. */
  private rewritten(id: number, first: number, places: number): Outcome {
    const { nodes } = this;
    const record = nodes.locate(id);
    const { bytes, size } = nodes;
    nodeWriter.changedBranch(bytes, record, this.levels, first, places);
    return nodes.addChanged(id, bytes, record, size, places, this.observer.ids);
  }

  /** Changes where nothing is yet. */
  private added(from: number, to: number, depth: number): Outcome {
    return to === from + 1 ? this.leaf(0, from, depth) : this.turned(0, from, to, depth);
  }

  /** Changes a part as nodes. */
  private turned(id: number, from: number, to: number, depth: number): Outcome {
    const before = id === 0 ? undefined : this.stored(id, trieReference(this.load(id)));
    const changes: LeafChange<T>[] = [];
    const { hashes } = this.changes;
    for (let place = from; place < to; place++) {
      const path = nibblesOf(hashes.subarray(HASHED_SIZE * place, HASHED_SIZE * (place + 1)));
      changes.push({ path, apply: this.leafChange(place) });
    }
    const after = partUpdate(before, changes, depth, this.observer);
    if (after === before) return id;
    if (!after) return 0;
    const { id: saved, reference } = this.save(after);
    room.set(reference, ROOM.DIGEST);
    nodeWriter.referenceSize = reference.length;
    return saved;
  }
}

const NO_CHANGES = new KeyChanges(
  0,
  () => undefined,
  () => false,
);
