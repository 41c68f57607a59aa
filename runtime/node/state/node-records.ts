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
import { HASH_SIZE, itemSize, writeItem, writeReference, type Branch, type LoadedNode, type StoredNode, type TrieNode } from "./trie-nodes.js";

const KIND = { BRANCH: 0, EXTENSION: 1, ACCOUNT: 2, SLOT: 3 } as const;

/** Where a node lies. */
export interface ChildRecord {
  readonly id: number;
  readonly reference: Uint8Array;
}

/** Makes the nodes that records refer to. */
export interface NodeLoader {
  readonly registry: CodeRegistry;
  readonly accountNode: (id: number, reference: Uint8Array) => StoredNode<AccountEntry>;
  readonly slotNode: (id: number, reference: Uint8Array) => StoredNode<SlotEntry>;
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

/** A record's bytes out of room that is used again, in memory that many records share: a buffer of its own costs more than the rest of a record. */
function kept(bytes: Uint8Array): Uint8Array {
  const copy = Buffer.allocUnsafe(bytes.length);
  copy.set(bytes);
  return copy;
}

function writeBranchHead(mask: number): void {
  branchRoom[0] = KIND.BRANCH;
  branchRoom[1] = mask & 0xff;
  branchRoom[2] = mask >> 8;
}

/** Writes a child into the room for branches; where it ends. */
function writeBranchChild({ id, reference }: ChildRecord, from: number): number {
  let at = from;
  let rest = id;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) branchRoom[at++] = (rest % 0x80) | 0x80;
  branchRoom[at++] = rest;
  branchRoom[at++] = reference.length;
  for (let i = 0; i < reference.length; i++) branchRoom[at++] = reference[i]!;
  return at;
}

/** The record of a branch whose children `save` brings into the store. */
export function branchRecord<T>(branch: Branch<T>, save: (node: TrieNode<T>) => StoredNode<T>): Uint8Array {
  // Saving a child may write branches: all are saved before the room is used.
  if (branch instanceof RecordedBranch) return (branch as RecordedBranch<T>).recordWith(save);
  const children = Array.from({ length: 16 }, (_, i) => {
    const child = branch.child(i);
    return child && save(child);
  });
  writeBranchHead(branch.mask);
  let at = 3;
  for (const child of children) if (child) at = writeBranchChild(child, at);
  return kept(branchRoom.subarray(0, at));
}

/**
 * A branch as its record with some children changed: of up to sixteen children a change looks into one or two, so that none is made before it is asked for,
 * and the others' ids and references are copied as bytes.
 */
class RecordedBranch<T> implements Branch<T> {
  readonly kind = "branch";
  readonly mask: number;
  reference?: Uint8Array;

  constructor(
    private readonly record: Uint8Array,
    private readonly make: MakeNode<T>,
    private readonly changed?: readonly (TrieNode<T> | undefined)[],
    /** Where `changed` counts. */
    private readonly places = 0,
  ) {
    this.mask = recordMask(record) & ~places;
    for (let i = 0; i < 16; i++) if ((places & (1 << i)) !== 0 && changed![i]) this.mask |= 1 << i;
  }

  child(index: number): TrieNode<T> | undefined {
    if ((this.places & (1 << index)) !== 0) return this.changed![index];
    const { record } = this;
    if ((recordMask(record) & (1 << index)) === 0) return undefined;
    const at = childStart(record, index);
    const sizeAt = at + sizeOfNumber(record, at);
    return this.make(numberAt(record, at), record.subarray(sizeAt + 1, sizeAt + 1 + record[sizeAt]!));
  }

  with(changed: readonly (TrieNode<T> | undefined)[], places: number): RecordedBranch<T> {
    if (this.places === 0) return new RecordedBranch(this.record, this.make, changed, places);
    const all = Array.from({ length: 16 }, (_, i) => ((places & (1 << i)) !== 0 ? changed[i] : this.changed![i]));
    return new RecordedBranch(this.record, this.make, all, this.places | places);
  }

  encodedSize(): number {
    const { record, places } = this;
    let size = 0;
    let at = 3;
    for (let i = 0, before = recordMask(record); i < 16; i++) {
      let length = 0;
      if ((before & (1 << i)) !== 0) {
        at += sizeOfNumber(record, at);
        length = record[at]!;
        at += 1 + length;
      }
      if ((places & (1 << i)) !== 0) size += itemSize(this.changed![i]);
      else size += length === HASH_SIZE ? HASH_SIZE + 1 : Math.max(1, length);
    }
    return size;
  }

  encodeChildren(into: Uint8Array, from: number): number {
    const { record, places } = this;
    let at = 3;
    let to = from;
    for (let i = 0, before = recordMask(record); i < 16; i++) {
      let start = 0;
      if ((before & (1 << i)) !== 0) {
        start = at + sizeOfNumber(record, at);
        at = start + 1 + record[start]!;
      }
      if ((places & (1 << i)) !== 0) to = writeItem(this.changed![i], into, to);
      else if (start === 0) to = writeItem(undefined, into, to);
      else to = writeReference(record, start + 1, record[start]!, into, to);
    }
    return to;
  }

  /** The record of the changed branch. */
  recordWith(save: (node: TrieNode<T>) => StoredNode<T>): Uint8Array {
    const { record, places } = this;
    const saved = new Array<StoredNode<T> | undefined>(16).fill(undefined);
    for (let i = 0; i < 16; i++) {
      const child = (places & (1 << i)) !== 0 ? this.changed![i] : undefined;
      if (child) saved[i] = save(child);
    }
    writeBranchHead(this.mask);
    let at = 3;
    let to = 3;
    for (let i = 0, before = recordMask(record); i < 16; i++) {
      let end = at;
      if ((before & (1 << i)) !== 0) {
        end += sizeOfNumber(record, at);
        end += 1 + record[end]!;
      }
      if (saved[i]) to = writeBranchChild(saved[i]!, to);
      else if ((places & (1 << i)) === 0) for (let from = at; from < end; from++) branchRoom[to++] = record[from]!;
      at = end;
    }
    return kept(branchRoom.subarray(0, to));
  }
}

function recordMask(record: Uint8Array): number {
  return record[1]! | (record[2]! << 8);
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
  let length = word.length;
  while (length > 0 && word[length - 1] === 0) length--;
  writer.fixed(bytesOfKey(slot)).number(length);
  while (length > 0) writer.byte(word[--length]!);
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

type MakeNode<T> = (id: number, reference: Uint8Array) => StoredNode<T>;

function readInner<T>(kind: number, bytes: Uint8Array, make: MakeNode<T>): LoadedNode<T> {
  const reader = new RecordReader(bytes);
  reader.byte();
  if (kind === KIND.EXTENSION) {
    const path = reader.string();
    const { id, reference } = requireChild(reader);
    return { kind: "extension", path, child: make(id, reference) };
  }
  if (kind !== KIND.BRANCH) throw new StateError("corrupt", "a node of the state is of a kind that does not belong there", "restore a checkpoint");
  if (childStart(bytes, 16) !== bytes.length) throw new StateError("corrupt", "a branch of the state is damaged", "restore a checkpoint");
  return new RecordedBranch(bytes, make);
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
  return (recordMask(bytes) & (1 << index)) === 0 ? 0 : numberAt(bytes, childStart(bytes, index));
}

/** Where a child's id begins in a branch's record; of the seventeenth, where the record ends. */
function childStart(bytes: Uint8Array, index: number): number {
  const mask = recordMask(bytes);
  let at = 3;
  for (let i = 0; i < index; i++) {
    if ((mask & (1 << i)) === 0) continue;
    at += sizeOfNumber(bytes, at);
    at += 1 + bytes[at]!;
  }
  return at;
}

export function readAccountNode(bytes: Uint8Array, loader: NodeLoader): LoadedNode<AccountEntry> {
  const reader = new RecordReader(bytes);
  const kind = reader.byte();
  if (kind !== KIND.ACCOUNT) return readInner(kind, bytes, loader.accountNode);
  const path = reader.string();
  const address = keyOf(reader.fixed(20));
  const [nonce, balance, code] = [reader.number(), reader.integer(), reader.string()];
  const storage = readChild(reader);
  const record = { nonce, balance, ...(code.length > 0 && { code: loader.registry.codeOfBytes(Uint8Array.from(code)) }) };
  const entry = { address, record, storage: storage && loader.slotNode(storage.id, storage.reference) };
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
  if (kind !== KIND.SLOT) return readInner(kind, bytes, loader.slotNode);
  const path = reader.string();
  const slot = keyOf(reader.fixed(32));
  const word = new Uint8Array(32);
  const significant = reader.string();
  for (let i = 0; i < significant.length; i++) word[i] = significant[significant.length - 1 - i]!;
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
