/**
 * Ethereum's Merkle Patricia trie (yellow paper, appendix D) as a persistent structure: a change copies the nodes on its path and shares
 * all others, so that the trie of every block stays readable as long as somebody holds its root.
 *
 * No key may be a prefix of another (hashes are not, nor are RLP-encoded indexes): branches then carry no value. A leaf carries besides its
 * encoded value an entry, which is what readers want and no hash sees. Parts of a trie may lie in a store: they are read as far as somebody looks
 * into them, and a change reads nothing but its path.
 */
import { keccak256 } from "../../../machine/keccak.js";
import { rlpBytes, rlpList, rlpStrings } from "../encoding/rlp.js";

export interface Leaf<T> {
  readonly kind: "leaf";
  readonly path: Uint8Array;
  readonly value: Uint8Array;
  readonly entry: T;
  encoded?: Uint8Array;
  reference?: Uint8Array;
}

export interface Extension<T> {
  readonly kind: "extension";
  readonly path: Uint8Array;
  readonly child: TrieNode<T>;
  encoded?: Uint8Array;
  reference?: Uint8Array;
}

export interface Branch<T> {
  readonly kind: "branch";
  readonly children: readonly (TrieNode<T> | undefined)[];
  encoded?: Uint8Array;
  reference?: Uint8Array;
}

/** A node that lies in a store and is read when somebody needs to look into it. */
export interface StoredNode<T> {
  readonly kind: "stored";
  /** Among the nodes of its store. */
  readonly id: number;
  /** How a parent holds it: its hash, or its encoding where that is shorter. */
  readonly reference: Uint8Array;
  /** Bytes of the reference. */
  readonly referenceSize: number;
  copyReference(into: Uint8Array, at: number): void;
  load(): LoadedNode<T>;
}

/** A node in memory. */
export type LoadedNode<T> = Leaf<T> | Extension<T> | Branch<T>;

/** A trie; undefined is the empty one. */
export type TrieNode<T> = LoadedNode<T> | StoredNode<T>;

/** A node to look into. */
export function loaded<T>(node: TrieNode<T>): LoadedNode<T> {
  return node.kind === "stored" ? node.load() : node;
}

const EMPTY_STRING = Uint8Array.of(0x80);
/** No shorter encoding is hashed. */
const HASH_SIZE = 32;

/** Root of the empty trie: keccak256(rlp("")). */
export const EMPTY_ROOT: Uint8Array = keccak256(EMPTY_STRING);

/** The half bytes of a key. */
export function nibblesOf(key: Uint8Array): Uint8Array {
  const nibbles = new Uint8Array(2 * key.length);
  for (let i = 0; i < key.length; i++) {
    nibbles[2 * i] = key[i]! >> 4;
    nibbles[2 * i + 1] = key[i]! & 15;
  }
  return nibbles;
}

/** The trie with a key set. `value` is what is hashed. */
export function trieWith<T>(before: TrieNode<T> | undefined, path: Uint8Array, value: Uint8Array, entry: T): TrieNode<T> {
  const node = before && loaded(before);
  if (!node) return { kind: "leaf", path, value, entry };
  if (node.kind === "branch") {
    const children = [...node.children];
    children[path[0]!] = trieWith(children[path[0]!], path.subarray(1), value, entry);
    return { kind: "branch", children };
  }
  const shared = commonLength(node.path, path);
  if (shared === node.path.length) {
    if (node.kind === "leaf") return { kind: "leaf", path, value, entry };
    return { kind: "extension", path: node.path, child: trieWith(node.child, path.subarray(shared), value, entry) };
  }
  const children = new Array<TrieNode<T> | undefined>(16).fill(undefined);
  const rest = node.path.subarray(shared + 1);
  if (node.kind === "leaf") children[node.path[shared]!] = { kind: "leaf", path: rest, value: node.value, entry: node.entry };
  else children[node.path[shared]!] = behind(rest, node.child);
  children[path[shared]!] = { kind: "leaf", path: path.subarray(shared + 1), value, entry };
  return behind(path.subarray(0, shared), { kind: "branch", children });
}

/** The entry of a key. */
export function trieGet<T>(root: TrieNode<T> | undefined, path: Uint8Array): T | undefined {
  let next = root;
  let rest = path;
  while (next) {
    const node = loaded(next);
    if (node.kind === "leaf") return sameNibbles(node.path, rest) ? node.entry : undefined;
    if (node.kind === "branch") {
      next = node.children[rest[0]!];
      rest = rest.subarray(1);
    } else {
      if (commonLength(node.path, rest) < node.path.length) return undefined;
      rest = rest.subarray(node.path.length);
      next = node.child;
    }
  }
  return undefined;
}

/** All entries, in the order of their keys. */
export function* trieEntries<T>(root: TrieNode<T> | undefined): Generator<T> {
  if (!root) return;
  const node = loaded(root);
  if (node.kind === "leaf") yield node.entry;
  else if (node.kind === "extension") yield* trieEntries(node.child);
  else for (const child of node.children) yield* trieEntries(child);
}

/** The root hash. */
export function trieRoot<T>(node: TrieNode<T> | undefined): Uint8Array {
  if (!node) return EMPTY_ROOT;
  const reference = trieReference(node);
  return reference.length === HASH_SIZE ? reference : keccak256(reference);
}

/** The encoded nodes from the root to a key, or to where its absence shows (EIP-1186). Nodes embedded in their parents are left out. */
export function trieProof<T>(root: TrieNode<T> | undefined, path: Uint8Array): Uint8Array[] {
  const proof: Uint8Array[] = [];
  let next = root;
  let rest = path;
  while (next) {
    const node = loaded(next);
    const encoded = encodeNode(node);
    if (proof.length === 0 || encoded.length >= 32) proof.push(encoded);
    if (node.kind === "leaf") break;
    if (node.kind === "branch") {
      next = node.children[rest[0]!];
      rest = rest.subarray(1);
    } else {
      if (commonLength(node.path, rest) < node.path.length) break;
      rest = rest.subarray(node.path.length);
      next = node.child;
    }
  }
  return proof;
}

/** The root of the trie that maps rlp(index) to the index-th value: transactions and receipts of a block. */
export function indexedRoot(values: readonly Uint8Array[], encodeIndex: (index: number) => Uint8Array): Uint8Array {
  let root: TrieNode<undefined> | undefined;
  values.forEach((value, i) => {
    root = trieWith(root, nibblesOf(encodeIndex(i)), value, undefined);
  });
  return trieRoot(root);
}

/** A node with some half bytes before it; neighbouring paths become one. */
export function behind<T>(prefix: Uint8Array, after: TrieNode<T>): TrieNode<T> {
  if (prefix.length === 0) return after;
  const node = loaded(after);
  if (node.kind === "branch") return { kind: "extension", path: prefix.slice(), child: after };
  const path = new Uint8Array(prefix.length + node.path.length);
  path.set(prefix);
  path.set(node.path, prefix.length);
  return node.kind === "leaf" ? { kind: "leaf", path, value: node.value, entry: node.entry } : { kind: "extension", path, child: node.child };
}

function encodeNode<T>(node: LoadedNode<T>): Uint8Array {
  return (node.encoded ??= encodeLoaded(node));
}

function encodeLoaded<T>(node: LoadedNode<T>): Uint8Array {
  switch (node.kind) {
    case "leaf":
      return rlpStrings([compact(node.path, true), node.value]);
    case "extension":
      return rlpList([rlpBytes(compact(node.path, false)), embedded(node.child)]);
    case "branch":
      return encodeBranch(node.children);
  }
}

/** A branch's list, written at once: most of what is hashed are branches, and joining 17 items costs as much as hashing them. */
function encodeBranch<T>(children: readonly (TrieNode<T> | undefined)[]): Uint8Array {
  let size = EMPTY_STRING.length;
  for (const child of children) size += child ? embeddedSize(referenceSize(child)) : EMPTY_STRING.length;
  const headSize = size < 56 ? 1 : size < 0x100 ? 2 : 3;
  const encoded = new Uint8Array(headSize + size);
  if (headSize === 1) encoded[0] = 0xc0 + size;
  else {
    encoded[0] = 0xf7 + headSize - 1;
    if (headSize === 3) encoded[1] = size >> 8;
    encoded[headSize - 1] = size & 0xff;
  }
  let at = headSize;
  for (const child of children) {
    if (!child) {
      encoded[at++] = EMPTY_STRING[0]!;
      continue;
    }
    const length = referenceSize(child);
    if (length === HASH_SIZE) encoded[at++] = 0x80 + HASH_SIZE;
    if (child.kind === "stored") child.copyReference(encoded, at);
    else copyBytes(child.reference!, encoded, at);
    at += length;
  }
  encoded[at] = EMPTY_STRING[0]!;
  return encoded;
}

/** Bytes of a node's reference, which is there afterwards. */
function referenceSize<T>(node: TrieNode<T>): number {
  return node.kind === "stored" ? node.referenceSize : trieReference(node).length;
}

function embeddedSize(size: number): number {
  return size === HASH_SIZE ? HASH_SIZE + 1 : size;
}

/** A loop: for so few bytes it is faster than the call of `set`. */
function copyBytes(from: Uint8Array, into: Uint8Array, at: number): void {
  for (let i = 0; i < from.length; i++) into[at + i] = from[i]!;
}

/** How a parent holds a node: the node's encoding where that is short, else its hash. */
export function trieReference<T>(node: TrieNode<T>): Uint8Array {
  if (node.kind === "stored") return node.reference;
  if (node.reference) return node.reference;
  const encoded = encodeNode(node);
  return (node.reference = encoded.length < HASH_SIZE ? encoded : keccak256(encoded));
}

/** A reference as an item of its parent. */
function embedded<T>(node: TrieNode<T>): Uint8Array {
  const reference = trieReference(node);
  return reference.length === HASH_SIZE ? rlpBytes(reference) : reference;
}

/** Half bytes with a flag, two a byte (yellow paper, appendix C). */
function compact(path: Uint8Array, isLeaf: boolean): Uint8Array {
  const odd = path.length % 2;
  const result = new Uint8Array(1 + (path.length - odd) / 2);
  result[0] = ((isLeaf ? 2 : 0) + odd) << 4;
  if (odd === 1) result[0] |= path[0]!;
  for (let i = odd; i < path.length; i += 2) result[(i - odd) / 2 + 1] = (path[i]! << 4) | path[i + 1]!;
  return result;
}

/** How many half bytes two paths share from the beginning. */
export function commonLength(a: Uint8Array, b: Uint8Array): number {
  const limit = Math.min(a.length, b.length);
  let length = 0;
  while (length < limit && a[length] === b[length]) length++;
  return length;
}

export function sameNibbles(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && commonLength(a, b) === a.length;
}
