/**
 * Trie nodes as records. A node refers to its children by their ids, and holds their references (hash, or short encoding) beside, so that it can be
 * encoded for hashing without reading them.
 *
 *   branch     0, mask of children (2 bytes), children
 *   extension  1, path, child
 *   account    2, path, address, nonce, balance, code, root of the storage as a child
 *   slot       3, path, slot, word
 *   child      id (0: none), reference
 */
import type { CodeRegistry } from "../../host/code.js";
import { bytesOfKey, keyOf } from "../../store/keys.js";
import { StateError } from "../../store/durable/kv.js";
import { RecordReader, RecordWriter } from "../../store/durable/records.js";
import { encodeAccount, encodeWord, type AccountEntry, type SlotEntry } from "./state-trie.js";
import type { LoadedNode, StoredNode } from "./trie.js";

const KIND = { BRANCH: 0, EXTENSION: 1, ACCOUNT: 2, SLOT: 3 } as const;

/** Where a node lies. */
export interface ChildRecord {
  readonly id: number;
  readonly reference: Uint8Array;
}

/** Makes the nodes that records refer to. */
export interface NodeLoader {
  readonly registry: CodeRegistry;
  /** @param reference The node's reference is the `size` bytes at `at` of it. */
  accountNode(id: number, reference: Uint8Array, at: number, size: number): StoredNode<AccountEntry>;
  slotNode(id: number, reference: Uint8Array, at: number, size: number): StoredNode<SlotEntry>;
}

const writer = new RecordWriter();

function writePath(path: Uint8Array): void {
  writer.string(path);
}

function writeChild(child: StoredNode<unknown> | undefined): void {
  if (child) writer.number(child.id).string(child.reference);
  else writer.number(0);
}

/** Where branches are written: with 16 children of 8 bytes of id, a length and a hash. */
const branchRoom = new Uint8Array(3 + 16 * 41);

/** Written byte by byte: most records that a block writes are branches, and most of their bytes stay what they were. */
export function branchRecord(children: readonly (StoredNode<unknown> | undefined)[]): Uint8Array {
  let mask = 0;
  let at = 3;
  for (let i = 0; i < children.length; i++) {
    const child = children[i];
    if (!child) continue;
    mask |= 1 << i;
    let rest = child.id;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) branchRoom[at++] = (rest % 0x80) | 0x80;
    branchRoom[at++] = rest;
    branchRoom[at++] = child.referenceSize;
    child.copyReference(branchRoom, at);
    at += child.referenceSize;
  }
  branchRoom[0] = KIND.BRANCH;
  branchRoom[1] = mask & 0xff;
  branchRoom[2] = mask >> 8;
  return branchRoom.slice(0, at);
}

export function extensionRecord(path: Uint8Array, child: StoredNode<unknown>): Uint8Array {
  writer.byte(KIND.EXTENSION);
  writePath(path);
  writeChild(child);
  return writer.finish();
}

export function accountRecord(path: Uint8Array, { address, record }: AccountEntry, storage: StoredNode<SlotEntry> | undefined): Uint8Array {
  writer.byte(KIND.ACCOUNT);
  writePath(path);
  writer
    .fixed(bytesOfKey(address))
    .number(record.nonce)
    .integer(record.balance)
    .string(record.code?.bytes ?? new Uint8Array(0));
  writeChild(storage);
  return writer.finish();
}

export function slotRecord(path: Uint8Array, { slot, word }: SlotEntry): Uint8Array {
  writer.byte(KIND.SLOT);
  writePath(path);
  writer.fixed(bytesOfKey(slot)).integer(BigInt(`0x${Buffer.from(Uint8Array.from(word).reverse()).toString("hex")}`));
  return writer.finish();
}

function readChild(reader: RecordReader): ChildRecord | undefined {
  const id = reader.number();
  return id === 0 ? undefined : { id, reference: reader.string() };
}

function requireChild(reader: RecordReader): ChildRecord {
  const child = readChild(reader);
  if (!child) throw new StateError("corrupt", "a node of the state has lost a child", "restore a checkpoint");
  return child;
}

type MakeNode<T> = (id: number, reference: Uint8Array, at: number, size: number) => StoredNode<T>;

function makeNode<T>({ id, reference }: ChildRecord, make: MakeNode<T>): StoredNode<T> {
  return make(id, reference, 0, reference.length);
}

function readInner<T>(kind: number, bytes: Uint8Array, make: MakeNode<T>): LoadedNode<T> {
  const reader = new RecordReader(bytes);
  reader.byte();
  if (kind === KIND.EXTENSION) return { kind: "extension", path: reader.string(), child: makeNode(requireChild(reader), make) };
  if (kind !== KIND.BRANCH) throw new StateError("corrupt", "a node of the state is of a kind that does not belong there", "restore a checkpoint");
  const children = new Array<StoredNode<T> | undefined>(16).fill(undefined);
  const mask = bytes[1]! | (bytes[2]! << 8);
  let at = 3;
  for (let i = 0; i < 16; i++) {
    if ((mask & (1 << i)) === 0) continue;
    const id = numberAt(bytes, at);
    at += sizeOfNumber(bytes, at);
    const size = bytes[at++]!;
    children[i] = make(id, bytes, at, size);
    at += size;
  }
  if (at !== bytes.length) throw new StateError("corrupt", "a branch of the state is damaged", "restore a checkpoint");
  return { kind: "branch", children };
}

/** The number that begins at a place of a record. */
function numberAt(bytes: Uint8Array, from: number): number {
  let value = 0;
  let factor = 1;
  for (let at = from; at < bytes.length; at++, factor *= 0x80) {
    const byte = bytes[at]!;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) break;
  }
  return value;
}

function sizeOfNumber(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at]! >= 0x80) at++;
  return at + 1 - from;
}

/**
 * One step on a path without making nodes: the id of the node of a record's that comes next, or -1 where the record is a leaf, or 0 where there is none
 * on the path. What of the path the record takes is {@link pathTaken}.
 */
export function nextId(bytes: Uint8Array, path: Uint8Array, depth: number): number {
  if (bytes[0] === KIND.BRANCH) return childId(bytes, path[depth]!);
  const size = bytes[1]!;
  for (let i = 0; i < size; i++) if (bytes[2 + i] !== path[depth + i]) return 0;
  if (bytes[0] === KIND.EXTENSION) return numberAt(bytes, 2 + size);
  return size === path.length - depth ? -1 : 0;
}

/** Half bytes of a path that a branch's or an extension's record takes. */
export function pathTaken(bytes: Uint8Array): number {
  return bytes[0] === KIND.BRANCH ? 1 : bytes[1]!;
}

function childId(bytes: Uint8Array, index: number): number {
  const mask = bytes[1]! | (bytes[2]! << 8);
  if ((mask & (1 << index)) === 0) return 0;
  let at = 3;
  for (let i = 0; i < index; i++) {
    if ((mask & (1 << i)) === 0) continue;
    at += sizeOfNumber(bytes, at);
    at += 1 + bytes[at]!;
  }
  return numberAt(bytes, at);
}

export function readAccountNode(bytes: Uint8Array, loader: NodeLoader): LoadedNode<AccountEntry> {
  const reader = new RecordReader(bytes);
  const kind = reader.byte();
  if (kind !== KIND.ACCOUNT) return readInner(kind, bytes, (id, reference, at, size) => loader.accountNode(id, reference, at, size));
  const path = reader.string();
  const address = keyOf(reader.fixed(20));
  const [nonce, balance, code] = [reader.number(), reader.integer(), reader.string()];
  const storage = readChild(reader);
  const record = { nonce, balance, ...(code.length > 0 && { code: loader.registry.codeOfBytes(Uint8Array.from(code)) }) };
  const entry = { address, record, storage: storage && makeNode(storage, (id, reference, at, size) => loader.slotNode(id, reference, at, size)) };
  // The value is needed only where the leaf moves in the trie.
  return {
    kind: "leaf",
    path,
    entry,
    get value() {
      return encodeAccount(entry.record, entry.storage);
    },
  };
}

export function readSlotNode(bytes: Uint8Array, loader: NodeLoader): LoadedNode<SlotEntry> {
  const reader = new RecordReader(bytes);
  const kind = reader.byte();
  if (kind !== KIND.SLOT) return readInner(kind, bytes, (id, reference, at, size) => loader.slotNode(id, reference, at, size));
  const path = reader.string();
  const slot = keyOf(reader.fixed(32));
  const word = new Uint8Array(32);
  word.set(Uint8Array.from(reader.string()).reverse());
  return {
    kind: "leaf",
    path,
    entry: { slot, word },
    get value() {
      return encodeWord(word);
    },
  };
}

/** The ids that a record refers to: children, or the root of an account's storage. */
export function referredIds(bytes: Uint8Array): number[] {
  const reader = new RecordReader(bytes);
  const ids: number[] = [];
  switch (reader.byte()) {
    case KIND.BRANCH:
      reader.fixed(2);
      while (!reader.isAtEnd) ids.push(requireChild(reader).id);
      break;
    case KIND.EXTENSION:
      reader.string();
      ids.push(requireChild(reader).id);
      break;
    case KIND.ACCOUNT: {
      reader.string();
      reader.fixed(20);
      reader.number();
      reader.string();
      reader.string();
      const storage = readChild(reader);
      if (storage) ids.push(storage.id);
      break;
    }
  }
  return ids;
}
