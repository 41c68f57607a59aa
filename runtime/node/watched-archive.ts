/**
 * An archive that tells of blocks that cannot be read, as a watched store tells of reads that fail: a record may come from the medium and make no sense,
 * or be another block's. Nothing that is built on it is to be told of.
 */
import { StateError } from "../store/durable/kv.js";
import type { Hex } from "./encoding/hex.js";
import type { StateView } from "./state/backend.js";
import type { BlockArchive } from "./chain/archive.js";
import type { Block } from "./chain/block.js";

export class WatchedArchive implements BlockArchive {
  /**
   * @param location Of the store, for messages.
   * @param failed Told of each failure, which is thrown as well.
   */
  constructor(
    private readonly archive: BlockArchive,
    private readonly location: string,
    private readonly failed: (error: StateError) => void,
  ) {}

  get height(): number {
    return this.archive.height;
  }

  block(number: number): Block | undefined {
    return this.watch(() => {
      const block = this.archive.block(number);
      if (!block && Number.isInteger(number) && number >= 0 && number <= this.height) throw this.damaged(`block ${number} is not there`);
      if (block && block.header.number !== number) throw this.damaged(`what is kept as block ${number} is another`);
      return block;
    });
  }

  // Whoever asks where something is goes there next, so that a look at the place costs nothing.

  numberOf(hash: Hex): number | undefined {
    const number = this.watch(() => this.archive.numberOf(hash));
    if (number !== undefined && this.block(number)?.header.hash !== hash) this.fail(`block ${number} does not have the hash under which it is kept`);
    return number;
  }

  place(hash: Hex): { readonly number: number; readonly index: number } | undefined {
    const place = this.watch(() => this.archive.place(hash));
    if (place && this.block(place.number)?.receipts[place.index]?.transaction.hash !== hash)
      this.fail(`block ${place.number} does not hold the transaction that is looked for there`);
    return place;
  }

  append(block: Block): void {
    this.watch(() => this.archive.append(block));
  }

  replaceState(state: StateView): void {
    this.watch(() => this.archive.replaceState(state));
  }

  truncate(height: number): Block[] {
    return this.watch(() => this.archive.truncate(height));
  }

  replaceAll(blocks: readonly Block[], state: StateView): void {
    this.watch(() => this.archive.replaceAll(blocks, state));
  }

  pin(height: number): () => void {
    return this.archive.pin(height);
  }

  durable(): Promise<void> | undefined {
    return this.archive.durable();
  }

  private watch<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      if (error instanceof StateError) this.failed(error);
      throw error;
    }
  }

  private fail(what: string): never {
    return this.watch(() => {
      throw this.damaged(what);
    });
  }

  private damaged(what: string): StateError {
    return new StateError("corrupt", `${this.location} is damaged: ${what}`, "restore a checkpoint");
  }
}
