/**
 * Blocks in a store. A block, its indexes, the root of its state, what the state changed and the new head are sealed together, so that the store holds a
 * block wholly or not at all. With each block, states that became too old are pruned.
 */
import { BoundedCache } from "../../store/durable/bounded-cache.js";
import { RecordReader, RecordWriter } from "../../store/durable/records.js";
import type { WriteQueue } from "../../store/durable/write-queue.js";
import { hexBytes, type Hex } from "../encoding/hex.js";
import type { StateView } from "../state/backend.js";
import { StoredView, type DurableBackend, type StatePosition } from "../state/durable-backend.js";
import { hashKey, metaKey, numberKey, PREFIX } from "../state/layout.js";
import { Pins, type BlockArchive } from "./archive.js";
import type { Block } from "./block.js";
import { decodeBlock, encodeBlock } from "./block-codec.js";

/** What the store says of the whole chain. */
export interface HeadRecord {
  readonly height: number;
  readonly chainId: bigint;
  readonly nextVersion: number;
  readonly nextPage: number;
}

/** Blocks kept in memory. */
const CACHED_BLOCKS = 1_024;
/** States pruned with one block at most, so that a shorter history does not stop the chain when it begins. */
const PRUNED_AT_ONCE = 8;

export class DurableArchive implements BlockArchive {
  height: number;
  private readonly cache = new BoundedCache<number, Block>(CACHED_BLOCKS);
  private readonly pins = new Pins();
  /** The first block whose state is kept. */
  private kept = 0;
  /** What states before this version alone needed is gone. */
  private prunedVersion = 0;

  /**
   * @param history Newest blocks whose states are kept; Infinity for all.
   * @param head Undefined: the store is empty.
   */
  constructor(
    private readonly queue: WriteQueue,
    private readonly backend: DurableBackend,
    private readonly history: number,
    private readonly chainId: bigint,
    head: HeadRecord | undefined,
  ) {
    this.height = head?.height ?? -1;
    const pruned = queue.get(metaKey("pruned"));
    if (!pruned) return;
    const reader = new RecordReader(pruned);
    [this.kept, this.prunedVersion] = [reader.number(), reader.number()];
  }

  block(number: number): Block | undefined {
    if (!(number >= 0 && number <= this.height)) return undefined;
    const known = this.cache.get(number);
    if (known) return known;
    const record = this.queue.get(numberKey(PREFIX.BLOCK, number));
    if (!record) return undefined;
    const position = number >= this.kept ? readRoot(this.queue, number) : undefined;
    const block = decodeBlock(record, position && this.backend.viewAt(position));
    this.cache.set(number, block);
    return block;
  }

  numberOf(hash: Hex): number | undefined {
    return numberOf(this.queue.get(hashKey(PREFIX.BLOCK_HASH, hexBytes(hash))));
  }

  place(hash: Hex): { readonly number: number; readonly index: number } | undefined {
    const record = this.queue.get(hashKey(PREFIX.TRANSACTION, hexBytes(hash)));
    if (!record) return undefined;
    const reader = new RecordReader(record);
    return { number: reader.number(), index: reader.number() };
  }

  append(block: Block): void {
    const { number } = block.header;
    this.putBlock(block);
    this.putRoot(number, block.state);
    this.height = number;
    this.cache.set(number, block);
    this.prune();
    this.seal();
  }

  private putBlock(block: Block): void {
    const { header, receipts } = block;
    const { queue } = this;
    queue.put(numberKey(PREFIX.BLOCK, header.number), encodeBlock(block));
    queue.put(hashKey(PREFIX.BLOCK_HASH, hexBytes(header.hash)), new RecordWriter().number(header.number).finish());
    for (const { transaction, index } of receipts)
      queue.put(hashKey(PREFIX.TRANSACTION, hexBytes(transaction.hash)), new RecordWriter().number(header.number).number(index).finish());
  }

  replaceAll(blocks: readonly Block[], state: StateView): void {
    this.truncate(-1);
    for (const block of blocks) this.putBlock(block);
    const newest = blocks[blocks.length - 1]!;
    this.height = newest.header.number;
    this.cache.set(this.height, { ...newest, state });
    const { version } = this.putRoot(this.height, state);
    this.dropStates(this.height, version);
    this.seal();
  }

  replaceState(state: StateView): void {
    const head = this.block(this.height)!;
    head.state = state;
    this.putRoot(this.height, state);
    this.seal();
  }

  truncate(height: number): Block[] {
    const dropped: Block[] = [];
    for (let number = height + 1; number <= this.height; number++) {
      const block = this.block(number)!;
      dropped.push(block);
      this.queue.delete(numberKey(PREFIX.BLOCK, number));
      this.queue.delete(numberKey(PREFIX.ROOT, number));
      this.queue.delete(hashKey(PREFIX.BLOCK_HASH, hexBytes(block.header.hash)));
      for (const { transaction } of block.receipts) this.queue.delete(hashKey(PREFIX.TRANSACTION, hexBytes(transaction.hash)));
    }
    for (let number = height + 1; number <= this.height; number++) this.cache.delete(number);
    this.height = height;
    return dropped;
  }

  pin(height: number): () => void {
    return this.pins.pin(height);
  }

  durable(): Promise<void> | undefined {
    return this.queue.durable();
  }

  private putRoot(number: number, state: StateView | undefined): StatePosition {
    if (!(state instanceof StoredView)) throw new TypeError("the state is another backend's");
    const { version, root } = state.position;
    const record = new RecordWriter().number(version).number(root?.id ?? 0);
    if (root) record.string(root.reference);
    this.queue.put(numberKey(PREFIX.ROOT, number), record.finish());
    return state.position;
  }

  /** Drops the states of blocks that are too old and that nobody has pinned. */
  private prune(): void {
    const wanted = this.pins.atMost(this.height - this.history + 1);
    const oldest = Math.min(wanted, this.kept + PRUNED_AT_ONCE);
    if (!(oldest > this.kept)) return;
    const root = readRoot(this.queue, oldest);
    if (!root) return;
    for (let number = this.kept; number < oldest; number++) {
      this.queue.delete(numberKey(PREFIX.ROOT, number));
      const block = this.cache.get(number);
      if (block) block.state = undefined;
    }
    this.dropStates(oldest, root.version);
  }

  /** Nobody needs the states of blocks before one any more, whose own state has a version. */
  private dropStates(oldest: number, version: number): void {
    this.backend.prune(this.prunedVersion, version);
    [this.kept, this.prunedVersion] = [oldest, version];
    this.queue.put(metaKey("pruned"), new RecordWriter().number(oldest).number(version).finish());
  }

  private seal(): void {
    const { nextVersion, nodes } = this.backend;
    this.queue.put(metaKey("head"), new RecordWriter().number(this.height).integer(this.chainId).number(nextVersion).number(nodes.nextPage).finish());
    this.queue.seal();
  }
}

function numberOf(record: Uint8Array | undefined): number | undefined {
  return record && new RecordReader(record).number();
}

/** What a store says of its chain; undefined where it holds none. */
export function readHead(queue: WriteQueue): HeadRecord | undefined {
  const record = queue.get(metaKey("head"));
  if (!record) return undefined;
  const reader = new RecordReader(record);
  return { height: reader.number(), chainId: reader.integer(), nextVersion: reader.number(), nextPage: reader.number() };
}

/** Where the state at the end of a block lies. */
export function readRoot(queue: WriteQueue, number: number): StatePosition | undefined {
  const record = queue.get(numberKey(PREFIX.ROOT, number));
  if (!record) return undefined;
  const reader = new RecordReader(record);
  const [version, id] = [reader.number(), reader.number()];
  return { version, root: id === 0 ? undefined : { id, reference: Uint8Array.from(reader.string()) } };
}
