/** Where the chain keeps its blocks. */
import type { Hex } from "../encoding/hex.js";
import type { StateView } from "../state/backend.js";
import type { Block } from "./block.js";

export interface BlockArchive {
  /** Number of the newest block; -1 where there is none yet. */
  readonly height: number;
  block(number: number): Block | undefined;
  /** The number of a block. */
  numberOf(hash: Hex): number | undefined;
  /** Where a transaction was mined. */
  place(hash: Hex): { readonly number: number; readonly index: number } | undefined;
  /** Adds the next block, and drops the state of the one that is now too old. */
  append(block: Block): void;
  /** The newest block's state is another: it was changed by hand. */
  replaceState(state: StateView): void;
  /** Drops all blocks above a height, and gives them. */
  truncate(height: number): Block[];
  /** Puts others in the place of all blocks: from the genesis block on, the last with its state, those before without. All at once. */
  replaceAll(blocks: readonly Block[], state: StateView): void;
  /** Keeps the states from a height on until the given function is called. */
  pin(height: number): () => void;
  /** Undefined where all blocks would survive the end of the process, or none would; else resolves when all of now do. */
  durable(): Promise<void> | undefined;
}

/** Heights whose states somebody needs. */
export class Pins {
  private readonly heights = new Map<symbol, number>();

  pin(height: number): () => void {
    const key = Symbol();
    this.heights.set(key, height);
    return () => void this.heights.delete(key);
  }

  /** The least of a height and all that are pinned. */
  atMost(height: number): number {
    return Math.min(height, ...this.heights.values());
  }
}

/** Blocks in this process's memory. */
export class MemoryArchive implements BlockArchive {
  private readonly blocks: Block[] = [];
  private readonly numbers = new Map<Hex, number>();
  private readonly places = new Map<Hex, { readonly number: number; readonly index: number }>();

  /** @param history Newest blocks whose states are kept. */
  constructor(private readonly history: number) {}

  get height(): number {
    return this.blocks.length - 1;
  }

  block(number: number): Block | undefined {
    return this.blocks[number];
  }

  numberOf(hash: Hex): number | undefined {
    return this.numbers.get(hash);
  }

  place(hash: Hex): { readonly number: number; readonly index: number } | undefined {
    return this.places.get(hash);
  }

  append(block: Block): void {
    const { header, receipts } = block;
    this.blocks.push(block);
    this.numbers.set(header.hash, header.number);
    for (const { transaction, index } of receipts) this.places.set(transaction.hash, { number: header.number, index });
    const old = this.blocks[header.number - this.history];
    if (old) old.state = undefined;
  }

  replaceState(state: StateView): void {
    this.blocks[this.height]!.state = state;
  }

  truncate(height: number): Block[] {
    const dropped = this.blocks.splice(height + 1);
    for (const { header, receipts } of dropped) {
      this.numbers.delete(header.hash);
      for (const { transaction } of receipts) this.places.delete(transaction.hash);
    }
    return dropped;
  }

  replaceAll(blocks: readonly Block[], state: StateView): void {
    this.truncate(-1);
    for (const block of blocks) this.append({ ...block, state: undefined });
    this.replaceState(state);
  }

  pin(): () => void {
    // Whoever holds a state keeps it.
    return () => undefined;
  }

  durable(): undefined {
    return undefined;
  }
}
