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
  accountNode(child: ChildRecord): StoredNode<AccountEntry>;
  slotNode(child: ChildRecord): StoredNode<SlotEntry>;
}

const writer = new RecordWriter();

function writePath(path: Uint8Array): void {
  writer.string(path);
}

function writeChild(child: ChildRecord | undefined): void {
  if (child) writer.number(child.id).string(child.reference);
  else writer.number(0);
}

export function branchRecord(children: readonly (ChildRecord | undefined)[]): Uint8Array {
  let mask = 0;
  children.forEach((child, i) => {
    if (child) mask |= 1 << i;
  });
  writer
    .byte(KIND.BRANCH)
    .byte(mask & 0xff)
    .byte(mask >> 8);
  for (const child of children) if (child) writeChild(child);
  return writer.finish();
}

export function extensionRecord(path: Uint8Array, child: ChildRecord): Uint8Array {
  writer.byte(KIND.EXTENSION);
  writePath(path);
  writeChild(child);
  return writer.finish();
}

export function accountRecord(path: Uint8Array, { address, record }: AccountEntry, storage: ChildRecord | undefined): Uint8Array {
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

function readInner<T>(kind: number, reader: RecordReader, node: (child: ChildRecord) => StoredNode<T>): LoadedNode<T> {
  if (kind === KIND.EXTENSION) return { kind: "extension", path: reader.string(), child: node(requireChild(reader)) };
  if (kind !== KIND.BRANCH) throw new StateError("corrupt", "a node of the state is of a kind that does not belong there", "restore a checkpoint");
  const mask = reader.byte() | (reader.byte() << 8);
  const children = new Array<StoredNode<T> | undefined>(16).fill(undefined);
  for (let i = 0; i < 16; i++) if ((mask & (1 << i)) !== 0) children[i] = node(requireChild(reader));
  return { kind: "branch", children };
}

export function readAccountNode(bytes: Uint8Array, loader: NodeLoader): LoadedNode<AccountEntry> {
  const reader = new RecordReader(bytes);
  const kind = reader.byte();
  if (kind !== KIND.ACCOUNT) return readInner(kind, reader, (child) => loader.accountNode(child));
  const path = reader.string();
  const address = keyOf(reader.fixed(20));
  const [nonce, balance, code] = [reader.number(), reader.integer(), reader.string()];
  const storage = readChild(reader);
  const record = { nonce, balance, ...(code.length > 0 && { code: loader.registry.codeOfBytes(Uint8Array.from(code)) }) };
  const entry = { address, record, storage: storage && loader.slotNode(storage) };
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
  if (kind !== KIND.SLOT) return readInner(kind, reader, (child) => loader.slotNode(child));
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

/** Of an account's leaf, the id of its storage's root; none of any other record. */
export function storageRootOf(bytes: Uint8Array): number[] {
  return bytes[0] === KIND.ACCOUNT ? referredIds(bytes) : [];
}
