/**
 * Nodes from their records (node-bytes.ts), for whoever wants nodes: proofs, dumps, changes that turn a part of the trie around. A record must not change
 * afterwards.
 */
import type { CodeRegistry } from "../../host/code.js";
import { baseOf } from "./branch-deltas.js";
import { StateError } from "../../store/durable/kv.js";
import { RecordReader } from "../../store/durable/records.js";
import { keyOf } from "../../store/keys.js";
import type { AccountRecord } from "../../store/state.js";
import { bytesOfWord } from "../../store/transaction-changes.js";
import {
  branchEncoding,
  childIdAt,
  ID_SIZE,
  idAt,
  itemPlace,
  KIND,
  listEnd,
  listItems,
  maskAt,
  pathPlace,
  referencePlace,
  referenceSizeAt,
  SLOT_SIZE,
  readWordOf,
  BRANCH_IDS,
} from "./node-bytes.js";
import { encodeAccount, encodeWord, type AccountEntry, type SlotEntry } from "./state-trie.js";
import { PlainBranch, type Branch, type LoadedNode, type StoredNode, type TrieNode } from "./trie-nodes.js";

/** Where a node lies. */
export interface ChildRecord {
  readonly id: number;
  readonly reference: Uint8Array;
}

type MakeNode<T> = (id: number, reference: Uint8Array) => StoredNode<T>;

/** Makes the nodes that records refer to. */
export interface NodeLoader {
  readonly registry: CodeRegistry;
  readonly accountNode: MakeNode<AccountEntry>;
  readonly slotNode: MakeNode<SlotEntry>;
}

/** A branch as its record: its children are made when they are asked for. */
class RecordedBranch<T> implements Branch<T> {
  readonly kind = "branch";
  readonly mask: number;
  reference?: Uint8Array;
  private readonly encoding: number;
  /** Where the encoding ends; a base may be behind it (branch-deltas.ts). */
  private readonly end: number;

  constructor(
    private readonly record: Uint8Array,
    private readonly make: MakeNode<T>,
  ) {
    this.mask = maskAt(record, 0);
    this.encoding = branchEncoding(record, 0);
    const { length } = record;
    this.end = listEnd(record, this.encoding);
    if (length < BRANCH_IDS || this.encoding >= length || (this.end !== length && baseOf(record, 0, length) === 0)) damaged("a branch of the state is damaged");
  }

  child(index: number): StoredNode<T> | undefined {
    const { record } = this;
    const id = childIdAt(record, 0, index);
    if (id === 0) return undefined;
    const item = itemPlace(record, this.encoding, index);
    const place = referencePlace(record, item);
    return this.make(id, record.subarray(place, place + referenceSizeAt(record, item)));
  }

  with(changed: readonly (TrieNode<T> | undefined)[], places: number): PlainBranch<T> {
    return new PlainBranch(Array.from({ length: 16 }, (_, i) => ((places & (1 << i)) !== 0 ? changed[i] : this.child(i))));
  }

  encodedSize(): number {
    return this.end - 1 - listItems(this.record, this.encoding);
  }

  encodeChildren(into: Uint8Array, at: number): number {
    const { record } = this;
    into.set(record.subarray(listItems(record, this.encoding), this.end - 1), at);
    return at + this.encodedSize();
  }
}

function damaged(what: string): never {
  throw new StateError("corrupt", what, "restore a checkpoint");
}

function readInner<T>(bytes: Uint8Array, make: MakeNode<T>): LoadedNode<T> {
  if (bytes[0] === KIND.BRANCH) return new RecordedBranch(bytes, make);
  if (bytes[0] !== KIND.EXTENSION) return damaged("a node of the state is of a kind that does not belong there");
  const reader = new RecordReader(bytes.subarray(1));
  const id = idAt(reader.fixed(ID_SIZE), 0);
  const reference = reader.string();
  if (id === 0) return damaged("a node of the state has lost a child");
  return { kind: "extension", path: readPath(reader), child: make(id, reference) };
}

/** Half bytes of a path. */
function readPath(reader: RecordReader): Uint8Array {
  const path = new Uint8Array(reader.byte());
  const odd = path.length & 1;
  if (odd === 1) path[0] = reader.byte();
  for (let i = odd; i < path.length; i += 2) {
    const byte = reader.byte();
    path[i] = byte >> 4;
    path[i + 1] = byte & 15;
  }
  return path;
}

export function readAccountNode(bytes: Uint8Array, loader: NodeLoader): LoadedNode<AccountEntry> {
  if (bytes[0] !== KIND.ACCOUNT) return readInner(bytes, loader.accountNode);
  const reader = new RecordReader(bytes.subarray(1));
  const id = idAt(reader.fixed(ID_SIZE), 0);
  const reference = reader.string();
  const path = readPath(reader);
  const address = keyOf(reader.fixed(ADDRESS_SIZE));
  const record = readAccountRecord(reader, loader.registry);
  const entry = { address, record, storage: id === 0 ? undefined : loader.slotNode(id, reference) };
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

/** The account of a record that lies somewhere, without the rest of it. */
export function readAccountAt(bytes: Uint8Array, record: number, registry: CodeRegistry): AccountRecord {
  const place = pathPlace(bytes, record);
  let at = place + 1 + ((bytes[place]! + 1) >> 1) + ADDRESS_SIZE;
  let nonce = 0;
  for (let factor = 1; ; factor *= 0x80) {
    const byte = bytes[at++]!;
    nonce += (byte & 0x7f) * factor;
    if (byte < 0x80) break;
  }
  const size = bytes[at++]!;
  const balance = integerAt(bytes, at, size);
  at += size;
  if (bytes[at] === 0) return { nonce, balance };
  const code = new RecordReader(bytes.subarray(at)).string();
  return { nonce, balance, code: registry.codeOfBytes(Uint8Array.from(code)) };
}

/** An integer of some bytes, most significant first. */
function integerAt(bytes: Uint8Array, at: number, size: number): bigint {
  if (size > 8) return BigInt(`0x${Buffer.from(bytes.buffer, bytes.byteOffset + at, size).toString("hex")}`);
  smallBytes.fill(0);
  for (let i = 0; i < size; i++) smallBytes[8 - size + i] = bytes[at + i]!;
  return small.getBigUint64(0);
}

const ADDRESS_SIZE = 20;
const small = new DataView(new ArrayBuffer(8));
const smallBytes = new Uint8Array(small.buffer);

function readAccountRecord(reader: RecordReader, registry: CodeRegistry): AccountRecord {
  const [nonce, balance, code] = [reader.number(), reader.integer(), reader.string()];
  return { nonce, balance, ...(code.length > 0 && { code: registry.codeOfBytes(Uint8Array.from(code)) }) };
}

const wordRoom = new Int32Array(8);

export function readSlotNode(bytes: Uint8Array, loader: NodeLoader): LoadedNode<SlotEntry> {
  if (bytes[0] !== KIND.SLOT) return readInner(bytes, loader.slotNode);
  const path = slotPathOf(bytes);
  const slot = keyOf(bytes.subarray(1, 1 + SLOT_SIZE));
  readWordOf(bytes, 0, wordRoom, 0);
  const word = bytesOfWord(wordRoom, 0) ?? damaged("a word of the state is zero");
  return {
    kind: "leaf",
    path,
    entry: { slot, word },
    get value() {
      return encodeWord(word);
    },
  };
}

/** Half bytes of the path of a slot's record (appendix C of the yellow paper). */
function slotPathOf(bytes: Uint8Array): Uint8Array {
  const item = listItems(bytes, 1 + SLOT_SIZE);
  const head = bytes[item]!;
  const [start, size] = head < 0x80 ? [item, 1] : [item + 1, head - 0x80];
  const odd = (bytes[start]! >> 4) & 1;
  const path = new Uint8Array(2 * (size - 1) + odd);
  if (odd === 1) path[0] = bytes[start]! & 15;
  for (let i = odd; i < path.length; i++) {
    const byte = bytes[start + 1 + ((i - odd) >> 1)]!;
    path[i] = ((i - odd) & 1) === 0 ? byte >> 4 : byte & 15;
  }
  return path;
}

/** The ids that a record refers to: children, or the root of an account's storage. */
export function referredIds(bytes: Uint8Array): number[] {
  if (bytes[0] === KIND.SLOT) return [];
  if (bytes[0] !== KIND.BRANCH) return [idAt(bytes, 1)].filter((id) => id > 0);
  return Array.from({ length: 16 }, (_, i) => childIdAt(bytes, 0, i)).filter((id) => id > 0);
}
