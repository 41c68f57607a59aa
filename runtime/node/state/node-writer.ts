/**
 * Makes node records (node-bytes.ts) and their references; branches and slots in the room for hashing, where encodings are hashed as they lie. What a method
 * made is in `bytes` from `start` to `end`, its reference in the room at ROOM.DIGEST, until the next is called.
 */
import { keccak256 } from "../../../machine/keccak.js";
import { codeHash } from "../../host/code.js";
import { RecordWriter } from "../../store/durable/records.js";
import type { AddressKey } from "../../store/keys.js";
import type { AccountRecord } from "../../store/state.js";
import { hashInRoom, room, ROOM } from "./hash-room.js";
import { BRANCH_IDS, branchEncoding, childIdAt, childIdPlace, ID_SIZE, itemPlace, itemSizeAt, KEY_NIBBLES, listEnd, KIND, maskAt, SLOT_SIZE, writeId } from "./node-bytes.js";
import { EMPTY_CODE_HASH, type SlotEntry } from "./state-trie.js";
import { EMPTY_ROOT, encodePair, HASH_SIZE, type StoredNode } from "./trie-nodes.js";

const { RECORD, DIGEST } = ROOM;
/** Where an encoding is put together that is no part of a record. */
const ASIDE = 2_048;
const HASH_ITEM = 0xa0;
const EMPTY_ITEM = 0x80;

/** Children of branches: for each of sixteen places id (0: none), size of the reference, reference. */
export class Children {
  readonly ids: Float64Array;
  readonly sizes: Uint8Array;
  readonly references: Uint8Array;

  /** @param branches How many branches there is room for. */
  constructor(branches: number) {
    this.ids = new Float64Array(16 * branches);
    this.sizes = new Uint8Array(16 * branches);
    this.references = new Uint8Array(16 * branches * HASH_SIZE);
  }

  /** Sets a child whose reference lies at a place of some bytes. */
  set(place: number, id: number, from: Uint8Array, start: number, size: number): void {
    const { references } = this;
    this.ids[place] = id;
    this.sizes[place] = size;
    for (let i = 0, to = HASH_SIZE * place; i < size; i++) references[to + i] = from[start + i]!;
  }

  clear(place: number): void {
    this.ids[place] = 0;
    this.sizes[place] = 0;
  }
}

const scratch = new RecordWriter();
const ADDRESS_SIZE = 20;
/** Longer code does not fit the room with the rest of an account's record. */
const ROOM_FOR_CODE = 1_024;
const NOTHING = new Uint8Array(0);
const idBytes = new Uint8Array(ID_SIZE);

class NodeWriter {
  bytes: Uint8Array = room;
  start = 0;
  end = 0;
  /** Bytes of the reference. */
  referenceSize = 0;

  /** A branch of the sixteen children from a place on. */
  branch({ ids, sizes, references }: Children, first: number): void {
    let mask = 0;
    let payload = 1;
    let at = RECORD + BRANCH_IDS;
    for (let i = 0; i < 16; i++) {
      const size = sizes[first + i]!;
      payload += size === HASH_SIZE ? HASH_SIZE + 1 : Math.max(1, size);
      if (ids[first + i] === 0) continue;
      mask |= 1 << i;
      writeId(room, at, ids[first + i]!);
      at += ID_SIZE;
    }
    room[RECORD] = KIND.BRANCH;
    room[RECORD + 1] = mask;
    room[RECORD + 2] = mask >> 8;
    const encoding = at;
    at = writeListHead(at, payload);
    for (let i = first; i < first + 16; i++) {
      const size = sizes[i]!;
      if (size === 0) room[at++] = EMPTY_ITEM;
      else if (size === HASH_SIZE) room[at++] = HASH_ITEM;
      for (let j = 0, from = HASH_SIZE * i; j < size; j++) room[at++] = references[from + j]!;
    }
    room[at++] = EMPTY_ITEM;
    this.finish(room, RECORD, at, encoding, at);
  }

  /** A branch's record with the children at the places of a mask changed. */
  changedBranch(bytes: Uint8Array, record: number, changed: Children, first: number, places: number): void {
    if (this.patched(bytes, record, changed, first, places)) return;
    const encoding = branchEncoding(bytes, record);
    const mask = maskAt(bytes, record);
    for (let i = 0, item = itemPlace(bytes, encoding, 0); i < 16; i++) {
      const length = itemSizeAt(bytes, item);
      if ((places & (1 << i)) === 0) {
        if ((mask & (1 << i)) === 0) changed.clear(first + i);
        else setChild(changed, first + i, bytes, record, i, item);
      }
      item += length;
    }
    this.branch(changed, first);
  }

  /** Where children only have other hashes than before, the record is copied and they are replaced in it. */
  private patched(bytes: Uint8Array, record: number, { ids, sizes, references }: Children, first: number, places: number): boolean {
    const mask = maskAt(bytes, record);
    if ((mask & places) !== places) return false;
    for (let i = 0; i < 16; i++) if ((places & (1 << i)) !== 0 && sizes[first + i] !== HASH_SIZE) return false;
    const size = listEnd(bytes, branchEncoding(bytes, record)) - record;
    room.set(bytes.subarray(record, record + size), RECORD);
    const encoding = branchEncoding(room, RECORD);
    for (let left = places; left !== 0; left &= left - 1) {
      const i = 31 - Math.clz32(left & -left);
      const item = itemPlace(room, encoding, i);
      if (room[item] !== HASH_ITEM) return false;
      writeId(room, childIdPlace(room, RECORD, i), ids[first + i]!);
      for (let j = 0, from = HASH_SIZE * (first + i); j < HASH_SIZE; j++) room[item + 1 + j] = references[from + j]!;
    }
    this.finish(room, RECORD, RECORD + size, encoding, RECORD + size);
    return true;
  }

  extension(path: Uint8Array, child: StoredNode<unknown>): void {
    writeId(idBytes, 0, child.id);
    scratch.byte(KIND.EXTENSION).fixed(idBytes).string(child.reference);
    writeNibbles(path);
    const { reference } = child;
    let item = reference;
    if (reference.length === HASH_SIZE) {
      item = new Uint8Array(1 + HASH_SIZE);
      item[0] = HASH_ITEM;
      item.set(reference, 1);
    }
    const record = scratch.finish();
    const encoding = encodePair(path, false, item);
    room.set(encoding, ASIDE);
    this.finish(record, 0, record.length, ASIDE, ASIDE + encoding.length);
  }

  /** The leaf of an account whose key below a depth is its path. */
  account(address: AddressKey, record: AccountRecord, storage: StoredNode<SlotEntry> | undefined, keys: Uint8Array, key: number, depth: number): void {
    const code = record.code?.bytes ?? NOTHING;
    const bytes = code.length <= ROOM_FOR_CODE ? room : new Uint8Array(RECORD + code.length + ROOM_FOR_CODE);
    bytes[RECORD] = KIND.ACCOUNT;
    writeId(bytes, RECORD + 1, storage?.id ?? 0);
    let at = writeString(bytes, RECORD + 1 + ID_SIZE, storage?.reference ?? NOTHING);
    bytes[at++] = KEY_NIBBLES - depth;
    if ((depth & 1) === 1) bytes[at++] = keys[key + (depth >> 1)]! & 15;
    for (let i = key + ((depth + 1) >> 1), end = key + KEY_NIBBLES / 2; i < end; i++) bytes[at++] = keys[i]!;
    for (let i = 0; i < ADDRESS_SIZE; i++) bytes[at++] = address.charCodeAt(i);
    at = writeNumber(bytes, at, record.nonce);
    const balance = integerBytes(record.balance);
    const end = writeString(bytes, writeString(bytes, at, balance), code);
    this.finish(bytes, RECORD, end, ASIDE, this.accountEncoding(record, balance, storage, keys, key, depth));
  }

  /** Writes an account's leaf aside; where it ends. */
  private accountEncoding(record: AccountRecord, balance: Uint8Array, storage: StoredNode<SlotEntry> | undefined, keys: Uint8Array, key: number, depth: number): number {
    const nonce = numberBytes(record.nonce);
    // With two hashes in it the list has more than 55 bytes, and fewer than 256.
    const list = integerItemSize(nonce) + integerItemSize(balance) + 2 * (1 + HASH_SIZE);
    const pathSize = 1 + ((KEY_NIBBLES - depth) >> 1);
    let at = writeListHead(ASIDE, (pathSize === 1 ? 1 : 1 + pathSize) + 2 + 2 + list);
    at = writeKeyPath(at, keys, key, depth);
    room[at++] = 0xb8;
    room[at++] = 2 + list;
    at = writeListHead(at, list);
    at = writeIntegerItem(at, nonce);
    at = writeIntegerItem(at, balance);
    at = writeHashItem(at, storage ? rootOf(storage.reference) : EMPTY_ROOT);
    return writeHashItem(at, record.code ? codeHash(record.code) : EMPTY_CODE_HASH);
  }

  /** The leaf of a storage word that is not zero; slot and word as 32-bit words, least significant first. */
  slot(words: Int32Array, slotAt: number, valueAt: number, keys: Uint8Array, key: number, depth: number): void {
    room[RECORD] = KIND.SLOT;
    for (let i = 0; i < SLOT_SIZE; i++) room[RECORD + 1 + i] = byteOf(words, slotAt, i);
    let length = 32;
    while (byteOf(words, valueAt, length - 1) === 0) length--;
    const single = length === 1 && byteOf(words, valueAt, 0) < 0x80;
    const pathSize = 1 + ((KEY_NIBBLES - depth) >> 1);
    const encoding = RECORD + 1 + SLOT_SIZE;
    let at = writeListHead(encoding, (pathSize === 1 ? 1 : 1 + pathSize) + (single ? 1 : 2 + length));
    at = writeKeyPath(at, keys, key, depth);
    if (!single) {
      room[at++] = 0x80 + 1 + length;
      room[at++] = 0x80 + length;
    }
    while (length > 0) room[at++] = byteOf(words, valueAt, --length);
    this.finish(room, RECORD, at, encoding, at);
  }

  private finish(bytes: Uint8Array, start: number, end: number, encoding: number, encodingEnd: number): void {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    const size = encodingEnd - encoding;
    if (size >= HASH_SIZE) {
      hashInRoom(encoding, size);
      this.referenceSize = HASH_SIZE;
    } else {
      room.copyWithin(DIGEST, encoding, encodingEnd);
      this.referenceSize = size;
    }
  }
}

export const nodeWriter = new NodeWriter();

/** Writes a number below 2^53 in groups of seven bits (records.ts); where it ends. */
function writeNumber(bytes: Uint8Array, from: number, value: number): number {
  let at = from;
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes[at++] = (rest % 0x80) | 0x80;
  bytes[at++] = rest;
  return at;
}

/** Writes bytes behind their number; where they end. */
function writeString(bytes: Uint8Array, from: number, content: Uint8Array): number {
  const at = writeNumber(bytes, from, content.length);
  if (content.length > HASH_SIZE) bytes.set(content, at);
  else for (let i = 0; i < content.length; i++) bytes[at + i] = content[i]!;
  return at + content.length;
}

const small = new DataView(new ArrayBuffer(8));
const smallBytes = new Uint8Array(small.buffer);
const SMALL = 2n ** 64n;

/** An integer's bytes, most significant first, without leading zeros; valid until the next call where it is below 2^64. */
function integerBytes(value: bigint): Uint8Array {
  if (value >= SMALL) {
    const hex = value.toString(16);
    return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
  }
  small.setBigUint64(0, value);
  let first = 0;
  while (first < 8 && smallBytes[first] === 0) first++;
  return smallBytes.subarray(first);
}

const nonceBytes = new Uint8Array(8);

/** The same of a number below 2^53, in memory of its own. */
function numberBytes(value: number): Uint8Array {
  let first = 8;
  for (let rest = value; rest > 0; rest = Math.floor(rest / 0x100)) nonceBytes[--first] = rest % 0x100;
  return nonceBytes.subarray(first);
}

/** Bytes of an integer as an item of a list. */
function integerItemSize(bytes: Uint8Array): number {
  return bytes.length === 1 && bytes[0]! < 0x80 ? 1 : 1 + bytes.length;
}

function writeIntegerItem(from: number, bytes: Uint8Array): number {
  let at = from;
  if (integerItemSize(bytes) > bytes.length) room[at++] = EMPTY_ITEM + bytes.length;
  for (let i = 0; i < bytes.length; i++) room[at++] = bytes[i]!;
  return at;
}

function writeHashItem(at: number, hash: Uint8Array): number {
  room[at] = HASH_ITEM;
  for (let i = 0; i < HASH_SIZE; i++) room[at + 1 + i] = hash[i]!;
  return at + 1 + HASH_SIZE;
}

function rootOf(reference: Uint8Array): Uint8Array {
  return reference.length === HASH_SIZE ? reference : keccak256(reference);
}

function byteOf(words: Int32Array, at: number, byte: number): number {
  return (words[at + (byte >> 2)]! >>> (8 * (byte & 3))) & 0xff;
}

/** Sets a child from a branch's record, whose item for it is known. */
export function setChild(children: Children, place: number, bytes: Uint8Array, record: number, index: number, item: number): void {
  const isHash = bytes[item] === HASH_ITEM;
  const id = childIdAt(bytes, record, index);
  children.set(place, id, bytes, isHash ? item + 1 : item, isHash ? HASH_SIZE : itemSizeAt(bytes, item));
}

/** Writes the head of a list; where its items begin. */
function writeListHead(at: number, payload: number): number {
  if (payload < 56) {
    room[at] = 0xc0 + payload;
    return at + 1;
  }
  if (payload < 0x100) {
    room[at] = 0xf8;
    room[at + 1] = payload;
    return at + 2;
  }
  room[at] = 0xf9;
  room[at + 1] = payload >> 8;
  room[at + 2] = payload;
  return at + 3;
}

/** Writes what is left of a key below a depth as a leaf's path (appendix C of the yellow paper); where it ends. */
function writeKeyPath(from: number, keys: Uint8Array, key: number, depth: number): number {
  const count = KEY_NIBBLES - depth;
  const size = 1 + (count >> 1);
  let at = from;
  // One byte below 0x80 stands for itself.
  if (size > 1) room[at++] = EMPTY_ITEM + size;
  room[at++] = (count & 1) === 1 ? 0x30 | (keys[key + (depth >> 1)]! & 15) : 0x20;
  for (let i = key + ((depth + 1) >> 1), end = key + KEY_NIBBLES / 2; i < end; i++) room[at++] = keys[i]!;
  return at;
}

/** Writes half bytes as a record's path. */
function writeNibbles(path: Uint8Array): void {
  scratch.byte(path.length);
  const odd = path.length & 1;
  if (odd === 1) scratch.byte(path[0]!);
  for (let i = odd; i < path.length; i += 2) scratch.byte((path[i]! << 4) | path[i + 1]!);
}
