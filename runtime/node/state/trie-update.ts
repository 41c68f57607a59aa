/**
 * Many changes of a trie at once: every node on the ways to them is read, copied and later hashed once, however many of the changes lie below it.
 *
 *   branch [a, b, c]  with 12.. -> x, 17.. -> none, 3f.. -> y     becomes     branch [a, update(b), c, leaf f..]
 *
 * What is shared with the trie before is not touched, and a part in which nothing changes is given back as it is. A trie tells its observer which of
 * its stored nodes the new one no longer has: a node is told once, when another takes its place or it is merged into a neighbour.
 */
import { behind, commonLength, sameNibbles, trieWith } from "./trie.js";
import { loaded, PlainBranch, type Branch, type Extension, type Leaf, type StoredNode, type TrieNode } from "./trie-nodes.js";

/** What a key is to be. */
export interface LeafChange<T> {
  /** The half bytes of the whole key. Of two changes none may have the same. */
  readonly path: Uint8Array;
  /** The encoded value and the entry, given the entry before; undefined: the key goes. */
  apply(before: T | undefined): { readonly value: Uint8Array; readonly entry: T } | undefined;
}

export interface TrieObserver {
  /** A stored node is not part of the new trie (what is below it may be). */
  replaced(node: StoredNode<unknown>): void;
}

/** The trie after some changes; the same trie where they change nothing. */
export function trieUpdate<T>(root: TrieNode<T> | undefined, changes: readonly LeafChange<T>[], observer?: TrieObserver): TrieNode<T> | undefined {
  return changes.length === 0 ? root : new Update<T>(observer).node(root, changes, 0);
}

/** The same for a part of a trie, below a depth in half bytes to which all paths are the part's. */
export function partUpdate<T>(part: TrieNode<T> | undefined, changes: readonly LeafChange<T>[], depth: number, observer: TrieObserver): TrieNode<T> | undefined {
  return new Update<T>(observer).node(part, changes, depth);
}

class Update<T> {
  constructor(private readonly observer: TrieObserver | undefined) {}

  /** Changes below a node whose key begins with `depth` half bytes that all of them share. */
  node(before: TrieNode<T> | undefined, changes: readonly LeafChange<T>[], depth: number): TrieNode<T> | undefined {
    if (!before)
      return treeOf(
        changes.flatMap((change) => leafOf(change, undefined)),
        depth,
      );
    const after = this.below(before, changes, depth);
    if (after !== before) this.gone(before);
    return after;
  }

  private gone(node: TrieNode<T>): void {
    if (node.kind === "stored") this.observer?.replaced(node);
  }

  private below(before: TrieNode<T>, changes: readonly LeafChange<T>[], depth: number): TrieNode<T> | undefined {
    const node = loaded(before);
    switch (node.kind) {
      case "branch":
        return this.branch(before, node, changes, depth);
      case "extension":
        return this.extension(before, node, changes, depth);
      case "leaf":
        return this.leaf(before, node, changes, depth);
    }
  }

  private leaf(before: TrieNode<T>, node: Leaf<T>, changes: readonly LeafChange<T>[], depth: number): TrieNode<T> | undefined {
    const leaves: NewLeaf<T>[] = [];
    let isHit = false;
    for (const change of changes) {
      const isSame = sameNibbles(node.path, change.path.subarray(depth));
      isHit ||= isSame;
      leaves.push(...leafOf(change, isSame ? node.entry : undefined));
    }
    if (isHit) return treeOf(leaves, depth);
    if (leaves.length === 0) return before;
    // Its path as the others have theirs: from the root.
    const path = new Uint8Array(depth + node.path.length);
    path.set(changes[0]!.path.subarray(0, depth));
    path.set(node.path, depth);
    leaves.push({ path, value: node.value, entry: node.entry });
    return treeOf(leaves, depth);
  }

  private extension(before: TrieNode<T>, node: Extension<T>, changes: readonly LeafChange<T>[], depth: number): TrieNode<T> | undefined {
    const inside: LeafChange<T>[] = [];
    const outside: LeafChange<T>[] = [];
    for (const change of changes) (commonLength(node.path, change.path.subarray(depth)) === node.path.length ? inside : outside).push(change);
    const child = inside.length === 0 ? node.child : this.node(node.child, inside, depth + node.path.length);
    const kept = child === node.child ? before : child && this.behind(node.path, child);
    const added = outside.flatMap((change) => leafOf(change, undefined));
    if (!kept) return treeOf(added, depth);
    let result: TrieNode<T> = kept;
    for (const { path, value, entry } of added) result = trieWith(result, path.subarray(depth), value, entry);
    return result;
  }

  private branch(before: TrieNode<T>, node: Branch<T>, changes: readonly LeafChange<T>[], depth: number): TrieNode<T> | undefined {
    const changed = new Array<TrieNode<T> | undefined>(16).fill(undefined);
    let places = 0;
    const set = (index: number, group: readonly LeafChange<T>[]): void => {
      const child = node.child(index);
      const after = this.node(child, group, depth + 1);
      if (after === child) return;
      changed[index] = after;
      places |= 1 << index;
    };
    if (changes.length === 1) set(changes[0]!.path[depth]!, changes);
    else byNibble(changes, depth).forEach((group, index) => group && set(index, group));
    return places === 0 ? before : this.collapsed(node.with(changed, places));
  }

  /** A branch, or what is left where it has less than two children. */
  private collapsed(branch: Branch<T>): TrieNode<T> | undefined {
    const { mask } = branch;
    if ((mask & (mask - 1)) !== 0) return branch;
    const last = 31 - Math.clz32(mask);
    return mask === 0 ? undefined : this.behind(Uint8Array.of(last), branch.child(last)!);
  }

  /** A leaf or an extension becomes one node with the half bytes before it. */
  private behind(prefix: Uint8Array, node: TrieNode<T>): TrieNode<T> {
    if (loaded(node).kind !== "branch") this.gone(node);
    return behind(prefix, node);
  }
}

interface NewLeaf<T> {
  readonly path: Uint8Array;
  readonly value: Uint8Array;
  readonly entry: T;
}

function leafOf<T>(change: LeafChange<T>, before: T | undefined): NewLeaf<T>[] {
  const after = change.apply(before);
  return after ? [{ path: change.path, value: after.value, entry: after.entry }] : [];
}

/** A trie of new leaves, all of which share the first `depth` half bytes. */
function treeOf<T>(leaves: readonly NewLeaf<T>[], depth: number): TrieNode<T> | undefined {
  const [first] = leaves;
  if (!first) return undefined;
  if (leaves.length === 1) return { kind: "leaf", path: first.path.subarray(depth), value: first.value, entry: first.entry };
  let shared = first.path.length;
  for (const { path } of leaves) shared = Math.min(shared, commonLength(first.path, path));
  const children = byNibble(leaves, shared).map((group) => group && treeOf(group, shared + 1));
  return behind(first.path.subarray(depth, shared), new PlainBranch(children));
}

/** Things by the half byte at a place of their paths, sixteen groups. */
function byNibble<P extends { readonly path: Uint8Array }>(things: readonly P[], depth: number): (P[] | undefined)[] {
  const groups = new Array<P[] | undefined>(16).fill(undefined);
  for (const thing of things) {
    const nibble = thing.path[depth]!;
    const group = groups[nibble];
    if (group) group.push(thing);
    else groups[nibble] = [thing];
  }
  return groups;
}
