/**
 * The bytes of node records, and how to step through them without making nodes:
 *
 *   branch     0, mask of children (2 bytes), ids of children, encoding
 *   extension  1, id of the child, its reference, path
 *   account    2, id of the storage's root (0: none), its reference, path, address, nonce, balance, code
 *   slot       3, slot (32 bytes), encoding, in which path and word are
 *   delta      4, what a branch has that another has not (branch-deltas.ts); in pages only
 *
 *   id         6 bytes, least significant first
 *   reference  length, then a hash or a short encoding
 *   path       number of half bytes, then two a byte, an odd one first
 *   encoding   what is hashed (trie-nodes.ts): a node that stays is neither decoded nor encoded again, one that changes gets a hash in its place
 *
 * Keys are hashes of 32 bytes; a path is what is left of one below a depth in half bytes.
 */
export const KIND = { BRANCH: 0, EXTENSION: 1, ACCOUNT: 2, SLOT: 3, DELTA: 4 } as const;

export const ID_SIZE = 6;
export const SLOT_SIZE = 32;
/** Half bytes of a key. */
export const KEY_NIBBLES = 64;
/** Where a branch's ids begin. */
export const BRANCH_IDS = 3;
/** Bytes of sixteen hashes and no value as items of a list. */
const FULL_PAYLOAD = 16 * 33 + 1;
const HASH_ITEM = 0xa0;
const EMPTY_ITEM = 0x80;

export function nibbleAt(keys: Uint8Array, key: number, depth: number): number {
  const byte = keys[key + (depth >> 1)]!;
  return (depth & 1) === 0 ? byte >> 4 : byte & 15;
}

export function bitCount(mask: number): number {
  let bits = mask - ((mask >> 1) & 0x5555);
  bits = (bits & 0x3333) + ((bits >> 2) & 0x3333);
  bits = (bits + (bits >> 4)) & 0x0f0f;
  return (bits + (bits >> 8)) & 31;
}

export function idAt(bytes: Uint8Array, at: number): number {
  const low = (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16)) + bytes[at + 3]! * 0x100_0000;
  return low + (bytes[at + 4]! | (bytes[at + 5]! << 8)) * 0x1_0000_0000;
}

export function writeId(bytes: Uint8Array, at: number, id: number): void {
  const high = Math.floor(id / 0x1_0000_0000);
  bytes[at] = id;
  bytes[at + 1] = id >>> 8;
  bytes[at + 2] = id >>> 16;
  bytes[at + 3] = id >>> 24;
  bytes[at + 4] = high;
  bytes[at + 5] = high >> 8;
}

/** The children of a branch's record. */
export function maskAt(bytes: Uint8Array, record: number): number {
  return bytes[record + 1]! | (bytes[record + 2]! << 8);
}

/** Bytes of the record of a branch with sixteen children that all have hashes. */
export const FULL_BRANCH = BRANCH_IDS + 16 * ID_SIZE + 3 + FULL_PAYLOAD;

/** True for a branch with sixteen children. */
export function isFullBranch(bytes: Uint8Array, record: number): boolean {
  return bytes[record] === KIND.BRANCH && bytes[record + 1] === 0xff && bytes[record + 2] === 0xff;
}

/** Where the id of a branch's child is, which must be there. */
export function childIdPlace(bytes: Uint8Array, record: number, index: number): number {
  return record + BRANCH_IDS + ID_SIZE * bitCount(maskAt(bytes, record) & ((1 << index) - 1));
}

/** The id of a branch's child; 0: none. */
export function childIdAt(bytes: Uint8Array, record: number, index: number): number {
  return (maskAt(bytes, record) & (1 << index)) === 0 ? 0 : idAt(bytes, childIdPlace(bytes, record, index));
}

/** Where a branch's encoding begins. */
export function branchEncoding(bytes: Uint8Array, record: number): number {
  return record + BRANCH_IDS + ID_SIZE * bitCount(maskAt(bytes, record));
}

/** Where the items of an encoded list begin. */
export function listItems(bytes: Uint8Array, list: number): number {
  const head = bytes[list]!;
  return list + (head >= 0xf8 ? head - 0xf7 + 1 : 1);
}

/** Where an encoded list of less than 64 KiB ends. */
export function listEnd(bytes: Uint8Array, list: number): number {
  const head = bytes[list]!;
  if (head < 0xf8) return list + 1 + head - 0xc0;
  if (head === 0xf8) return list + 2 + bytes[list + 1]!;
  return list + 3 + ((bytes[list + 1]! << 8) | bytes[list + 2]!);
}

/** Bytes of a branch's item: nothing, a hash, or a node in its place. */
export function itemSizeAt(bytes: Uint8Array, at: number): number {
  const head = bytes[at]!;
  return head === HASH_ITEM ? 33 : head >= 0xc0 ? head - 0xc0 + 1 : 1;
}

/** Where the item of a child is in a branch's encoding. */
export function itemPlace(bytes: Uint8Array, encoding: number, index: number): number {
  let at = listItems(bytes, encoding);
  // Sixteen hashes, and nothing else is as long.
  if (bytes[encoding] === 0xf9 && bytes[encoding + 1] === FULL_PAYLOAD >> 8 && bytes[encoding + 2] === (FULL_PAYLOAD & 0xff)) return at + index * 33;
  for (let i = 0; i < index; i++) at += itemSizeAt(bytes, at);
  return at;
}

/** Bytes of the reference that is an item of a branch; 0: none. */
export function referenceSizeAt(bytes: Uint8Array, item: number): number {
  const head = bytes[item]!;
  return head === HASH_ITEM ? 32 : head === EMPTY_ITEM ? 0 : head - 0xc0 + 1;
}

/** Where the reference begins that is an item of a branch. */
export function referencePlace(bytes: Uint8Array, item: number): number {
  return bytes[item] === HASH_ITEM ? item + 1 : item;
}

/** Where the path begins in an extension's or an account's record: behind an id and a reference. */
export function pathPlace(bytes: Uint8Array, record: number): number {
  const reference = record + 1 + ID_SIZE;
  return reference + 1 + bytes[reference]!;
}

/** True where a key has the path at a place below a depth. */
export function hasPath(bytes: Uint8Array, place: number, keys: Uint8Array, key: number, depth: number): boolean {
  const count = bytes[place]!;
  if (count > KEY_NIBBLES - depth) return false;
  const odd = count & 1;
  for (let i = 0; i < count; i++) {
    // Behind an odd half byte in a byte of its own the others are two a byte.
    const byte = bytes[place + 1 + ((i + odd) >> 1)]!;
    const nibble = ((i + odd) & 1) === 0 ? byte >> 4 : byte & 15;
    if (nibble !== nibbleAt(keys, key, depth + i)) return false;
  }
  return true;
}

/** True where a key has the path of an account's record below a depth. */
export function isAccountOf(bytes: Uint8Array, record: number, keys: Uint8Array, key: number, depth: number): boolean {
  const place = pathPlace(bytes, record);
  return bytes[place] === KEY_NIBBLES - depth && isRestOf(bytes, place + 1, keys, key, depth);
}

/** The same of a slot's record, whose path has a flag before it (appendix C of the yellow paper). */
export function isSlotOf(bytes: Uint8Array, record: number, keys: Uint8Array, key: number, depth: number): boolean {
  const item = listItems(bytes, record + 1 + SLOT_SIZE);
  const head = bytes[item]!;
  const [start, size] = head < 0x80 ? [item, 1] : [item + 1, head - 0x80];
  const odd = (KEY_NIBBLES - depth) & 1;
  if (2 * (size - 1) + ((bytes[start]! >> 4) & 1) !== KEY_NIBBLES - depth) return false;
  return isRestOf(bytes, odd === 1 ? start : start + 1, keys, key, depth);
}

/** Compares all that is left of a key below a depth: an odd half byte, then whole bytes. */
function isRestOf(bytes: Uint8Array, from: number, keys: Uint8Array, key: number, depth: number): boolean {
  let at = from;
  if ((depth & 1) === 1 && (bytes[at++]! & 15) !== nibbleAt(keys, key, depth)) return false;
  for (let i = key + ((depth + 1) >> 1), end = key + 32; i < end; i++) if (bytes[at++] !== keys[i]) return false;
  return true;
}

/** Writes the word of a slot's record as 32-bit words, least significant first. */
export function readWordOf(bytes: Uint8Array, record: number, value: Int32Array, valueAt: number): void {
  const path = listItems(bytes, record + 1 + SLOT_SIZE);
  const item = path + (bytes[path]! < 0x80 ? 1 : 1 + bytes[path]! - 0x80);
  value.fill(0, valueAt, valueAt + 8);
  // The item is an encoded word: a byte below 0x80 stands for itself in both.
  if (bytes[item]! < 0x80) {
    value[valueAt] = bytes[item]!;
    return;
  }
  const size = bytes[item + 1]! - 0x80;
  for (let i = 0; i < size; i++) value[valueAt + (i >> 2)]! |= bytes[item + 1 + size - i]! << (8 * (i & 3));
}
