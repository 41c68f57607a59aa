/**
 * Ethereum's Merkle Patricia trie (yellow paper, appendix D) as a persistent structure: a change copies the nodes on its path and shares
 * all others, so that the trie of every block stays readable as long as somebody holds its root.
 *
 * No key may be a prefix of another (hashes are not, nor are RLP-encoded indexes): branches then carry no value. A leaf carries besides its
 * encoded value an entry, which is what readers want and no hash sees. Parts of a trie may lie in a store: they are read as far as somebody looks
 * into them, and a change reads nothing but its path.
 */
import { keccak256 } from "../../../machine/keccak.js";
import { encodingOf, EMPTY_ROOT, HASH_SIZE, loaded, PlainBranch, trieReference, type TrieNode } from "./trie-nodes.js";

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
    const index = path[0]!;
    const changed = new Array<TrieNode<T> | undefined>(16).fill(undefined);
    changed[index] = trieWith(node.child(index), path.subarray(1), value, entry);
    return node.with(changed, 1 << index);
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
  return behind(path.subarray(0, shared), new PlainBranch(children));
}

/** The entry of a key. */
export function trieGet<T>(root: TrieNode<T> | undefined, path: Uint8Array): T | undefined {
  let next = root;
  let rest = path;
  while (next) {
    const node = loaded(next);
    if (node.kind === "leaf") return sameNibbles(node.path, rest) ? node.entry : undefined;
    if (node.kind === "branch") {
      next = node.child(rest[0]!);
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
  else for (let i = 0; i < 16; i++) yield* trieEntries(node.child(i));
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
    const encoded = encodingOf(node);
    if (proof.length === 0 || encoded.length >= 32) proof.push(encoded);
    if (node.kind === "leaf") break;
    if (node.kind === "branch") {
      next = node.child(rest[0]!);
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
