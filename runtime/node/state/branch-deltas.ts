/**
 * Full branches as what differs from an earlier one: in the upper part of a large trie a block changes one or two of a branch's sixteen children, so that most of
 * its record is there already.
 *
 *   in a page    delta: 4, id of the base, mask of the children that differ (2 bytes), for each of them its id and hash
 *   in memory    the whole branch, and behind it: id of the base, the mask
 *
 * A base is always whole in its page, so that reading takes two steps at most; after a few changes a branch is written whole again. A base stays in
 * the store for as long as a branch that the newest state has refers to it: it is told as replaced together with the last of them.
 */
import { StateError } from "../../store/durable/kv.js";
import { BRANCH_IDS, bitCount, branchEncoding, FULL_BRANCH, ID_SIZE, idAt, isFullBranch, itemPlace, KIND, writeId } from "./node-bytes.js";
import { HASH_SIZE } from "./trie-nodes.js";

/** Children that may differ. */
export const MAX_CHANGED = 5;
const HEAD = 1 + ID_SIZE + 2;
const CHILD = ID_SIZE + HASH_SIZE;
const TRAILER = ID_SIZE + 2;
/** Bytes of a branch with its base behind it. */
export const BASED_BRANCH = FULL_BRANCH + TRAILER;

/** The base of a branch in memory; 0: it has none. */
export function baseOf(bytes: Uint8Array, record: number, size: number): number {
  return size === BASED_BRANCH && isFullBranch(bytes, record) ? idAt(bytes, record + FULL_BRANCH) : 0;
}

/** The children that differ from the base, which there must be. */
export function differences(bytes: Uint8Array, record: number): number {
  return bytes[record + FULL_BRANCH + ID_SIZE]! | (bytes[record + FULL_BRANCH + ID_SIZE + 1]! << 8);
}

/** True for a branch, without a base behind it, of sixteen children with hashes. */
export function mayBeBased(bytes: Uint8Array, record: number, size: number): boolean {
  return size === FULL_BRANCH && isFullBranch(bytes, record);
}

/** Puts the base behind a branch. */
export function writeBase(bytes: Uint8Array, record: number, base: number, changed: number): void {
  writeId(bytes, record + FULL_BRANCH, base);
  bytes[record + FULL_BRANCH + ID_SIZE] = changed;
  bytes[record + FULL_BRANCH + ID_SIZE + 1] = changed >> 8;
}

const room = new Uint8Array(HEAD + MAX_CHANGED * CHILD);

/** What a branch in memory is in a page; the bytes change with the next call. */
export function deltaOf(bytes: Uint8Array, record: number): Uint8Array {
  const changed = differences(bytes, record);
  const encoding = branchEncoding(bytes, record);
  room[0] = KIND.DELTA;
  for (let i = 0; i < TRAILER; i++) room[1 + i] = bytes[record + FULL_BRANCH + i]!;
  let at = HEAD;
  for (let i = 0; i < 16; i++) {
    if ((changed & (1 << i)) === 0) continue;
    const [id, hash] = [record + BRANCH_IDS + ID_SIZE * i, itemPlace(bytes, encoding, i) + 1];
    for (let j = 0; j < ID_SIZE; j++) room[at++] = bytes[id + j]!;
    for (let j = 0; j < HASH_SIZE; j++) room[at++] = bytes[hash + j]!;
  }
  return room.subarray(0, at);
}

/** The id of the base of a delta. */
export function baseOfDelta(delta: Uint8Array): number {
  return idAt(delta, 1);
}

/** The branch in memory that a delta stands for, given its base. Throws StateError where they do not fit. */
export function branchOf(delta: Uint8Array, base: Uint8Array): Uint8Array {
  const changed = delta[1 + ID_SIZE]! | (delta[2 + ID_SIZE]! << 8);
  if (!mayBeBased(base, 0, base.length) || delta.length !== HEAD + bitCount(changed) * CHILD)
    throw new StateError("corrupt", "a branch of the state is damaged", "restore a checkpoint");
  const branch = new Uint8Array(BASED_BRANCH);
  branch.set(base);
  writeBase(branch, 0, baseOfDelta(delta), changed);
  const encoding = branchEncoding(branch, 0);
  let at = HEAD;
  for (let i = 0; i < 16; i++) {
    if ((changed & (1 << i)) === 0) continue;
    branch.set(delta.subarray(at, at + ID_SIZE), BRANCH_IDS + ID_SIZE * i);
    branch.set(delta.subarray(at + ID_SIZE, at + CHILD), itemPlace(branch, encoding, i) + 1);
    at += CHILD;
  }
  return branch;
}
