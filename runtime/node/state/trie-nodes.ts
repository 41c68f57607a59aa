/**
 * The nodes of Ethereum's Merkle Patricia trie (yellow paper, appendix D), and how they are encoded and hashed. Nodes never change.
 *
 *   leaf [path, value]     extension [path, child]     branch [16 children, ""]     a child is there as its hash, or encoded where that is shorter
 */
import { keccak256 } from "../../../machine/keccak.js";
import { rlpBytes, rlpList } from "../encoding/rlp.js";

export interface Leaf<T> {
  readonly kind: "leaf";
  readonly path: Uint8Array;
  readonly value: Uint8Array;
  readonly entry: T;
  reference?: Uint8Array;
}

export interface Extension<T> {
  readonly kind: "extension";
  readonly path: Uint8Array;
  readonly child: TrieNode<T>;
  reference?: Uint8Array;
}

export interface Branch<T> {
  readonly kind: "branch";
  /** A bit for each child that is there, the first child's the lowest. */
  readonly mask: number;
  reference?: Uint8Array;
  child(index: number): TrieNode<T> | undefined;
  /** The same branch with other children at the places of a mask. */
  with(changed: readonly (TrieNode<T> | undefined)[], places: number): Branch<T>;
  /** Bytes of the children as items of a list. Their references are there afterwards, so that writing them computes none. */
  encodedSize(): number;
  /** Writes the children as items of a list; where they end. */
  encodeChildren(into: Uint8Array, at: number): number;
}

/** A node that lies in a store and is read when somebody needs to look into it. */
export interface StoredNode<T> {
  readonly kind: "stored";
  /** Among the nodes of its store. */
  readonly id: number;
  /** How a parent holds it: its hash, or its encoding where that is shorter. */
  readonly reference: Uint8Array;
  load(): LoadedNode<T>;
}

/** A node in memory. */
export type LoadedNode<T> = Leaf<T> | Extension<T> | Branch<T>;

/** A trie; undefined is the empty one. */
export type TrieNode<T> = LoadedNode<T> | StoredNode<T>;

const EMPTY_STRING = 0x80;
/** No shorter encoding is hashed. */
export const HASH_SIZE = 32;

/** Root of the empty trie: keccak256(rlp("")). */
export const EMPTY_ROOT: Uint8Array = keccak256(Uint8Array.of(EMPTY_STRING));

/** A node to look into. */
export function loaded<T>(node: TrieNode<T>): LoadedNode<T> {
  return node.kind === "stored" ? node.load() : node;
}

/** A branch with its children in an array. */
export class PlainBranch<T> implements Branch<T> {
  readonly kind = "branch";
  readonly mask: number;
  reference?: Uint8Array;

  /** @param children Sixteen. */
  constructor(readonly children: readonly (TrieNode<T> | undefined)[]) {
    let mask = 0;
    for (let i = 0; i < 16; i++) if (children[i]) mask |= 1 << i;
    this.mask = mask;
  }

  child(index: number): TrieNode<T> | undefined {
    return this.children[index];
  }

  with(changed: readonly (TrieNode<T> | undefined)[], places: number): PlainBranch<T> {
    const children = this.children.slice();
    for (let i = 0; i < 16; i++) if ((places & (1 << i)) !== 0) children[i] = changed[i];
    return new PlainBranch(children);
  }

  encodedSize(): number {
    let size = 0;
    for (let i = 0; i < 16; i++) size += itemSize(this.children[i]);
    return size;
  }

  encodeChildren(into: Uint8Array, from: number): number {
    let at = from;
    for (let i = 0; i < 16; i++) at = writeItem(this.children[i], into, at);
    return at;
  }
}

/** Bytes of a child as an item of a branch's list; its reference is there afterwards. */
export function itemSize<T>(child: TrieNode<T> | undefined): number {
  if (!child) return 1;
  const { length } = trieReference(child);
  return length === HASH_SIZE ? HASH_SIZE + 1 : length;
}

/** Writes a child as an item of a branch's list; where it ends. */
export function writeItem<T>(child: TrieNode<T> | undefined, into: Uint8Array, at: number): number {
  if (!child) {
    into[at] = EMPTY_STRING;
    return at + 1;
  }
  const reference = trieReference(child);
  return writeReference(reference, 0, reference.length, into, at);
}

/** Writes the reference that lies at a place of some bytes as an item of a list; where it ends. A loop: for so few bytes it is faster than `set`. */
export function writeReference(from: Uint8Array, start: number, size: number, into: Uint8Array, to: number): number {
  let at = to;
  if (size === HASH_SIZE) into[at++] = EMPTY_STRING + HASH_SIZE;
  for (let i = 0; i < size; i++) into[at++] = from[start + i]!;
  return at;
}

/** The longest branch: a head of three bytes, sixteen hashes, no value. */
const MAX_BRANCH = 3 + 16 * (HASH_SIZE + 1) + 1;
const branchRoom = new Uint8Array(MAX_BRANCH);

/** A branch's list in room that the next call uses again: most of what is hashed are branches. */
function encodeBranch<T>(branch: Branch<T>): Uint8Array {
  const size = branch.encodedSize() + 1;
  let at = 1;
  if (size < 56) branchRoom[0] = 0xc0 + size;
  else {
    if (size < 0x100) branchRoom[0] = 0xf8;
    else {
      branchRoom[0] = 0xf9;
      branchRoom[at++] = size >> 8;
    }
    branchRoom[at++] = size & 0xff;
  }
  at = branch.encodeChildren(branchRoom, at);
  branchRoom[at++] = EMPTY_STRING;
  return branchRoom.subarray(0, at);
}

/** The bytes that are hashed. For a branch they change with the next call. */
function encodeNode<T>(node: LoadedNode<T>): Uint8Array {
  switch (node.kind) {
    case "leaf":
      return encodePair(node.path, true, rlpBytes(node.value));
    case "extension": {
      const reference = trieReference(node.child);
      return encodePair(node.path, false, reference.length === HASH_SIZE ? rlpBytes(reference) : reference);
    }
    case "branch":
      return encodeBranch(node);
  }
}

/** A node's encoding, to be kept. */
export function encodingOf<T>(node: LoadedNode<T>): Uint8Array {
  return encodeNode(node).slice();
}

const pairRoom = new Uint8Array(256);

/** The list of a path and an item. The bytes change with the next call. */
export function encodePair(path: Uint8Array, isLeaf: boolean, item: Uint8Array): Uint8Array {
  // Half bytes with a flag, two a byte (appendix C).
  const odd = path.length & 1;
  const pathSize = 1 + (path.length >> 1);
  const flag = ((isLeaf ? 2 : 0) + odd) << 4;
  const size = (pathSize === 1 ? 1 : 1 + pathSize) + item.length;
  if (size >= 0x100 - 2) return rlpList([rlpBytes(compact(path, isLeaf)), item]);
  let at = 0;
  if (size < 56) pairRoom[at++] = 0xc0 + size;
  else {
    pairRoom[at++] = 0xf8;
    pairRoom[at++] = size;
  }
  // One byte below 0x80 stands for itself.
  if (pathSize > 1) pairRoom[at++] = EMPTY_STRING + pathSize;
  pairRoom[at++] = odd === 1 ? flag | path[0]! : flag;
  for (let i = odd; i < path.length; i += 2) pairRoom[at++] = (path[i]! << 4) | path[i + 1]!;
  pairRoom.set(item, at);
  return pairRoom.subarray(0, at + item.length);
}

function compact(path: Uint8Array, isLeaf: boolean): Uint8Array {
  const odd = path.length & 1;
  const result = new Uint8Array(1 + (path.length >> 1));
  result[0] = ((isLeaf ? 2 : 0) + odd) << 4;
  if (odd === 1) result[0] |= path[0]!;
  for (let i = odd; i < path.length; i += 2) result[(i >> 1) + 1] = (path[i]! << 4) | path[i + 1]!;
  return result;
}

/** How a parent holds a node: the node's encoding where that is short, else its hash. */
export function trieReference<T>(node: TrieNode<T>): Uint8Array {
  if (node.kind === "stored") return node.reference;
  if (node.reference) return node.reference;
  const encoded = encodeNode(node);
  return (node.reference = encoded.length < HASH_SIZE ? encoded.slice() : keccak256(encoded));
}
