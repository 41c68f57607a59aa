/**
 * A store that tells of reads that fail. A read is in the midst of something: of a block that is half made, of a state that is half pruned. What was
 * left there by the failure must neither go on nor be told of, so that the node has to end as it does where a write fails.
 */
import type { Entry, KeyRange, KeyValueReader, KeyValueSnapshot, KeyValueStore, Write } from "../store/durable/kv.js";

export class WatchedStore implements KeyValueStore {
  /** @param failed Told of each failure, which is thrown as well. */
  constructor(
    private readonly store: KeyValueStore,
    private readonly failed: (error: unknown) => void,
  ) {}

  get location(): string {
    return this.store.location;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.getFrom(this.store, key);
  }

  entries(range: KeyRange): Iterable<Entry> {
    return this.entriesFrom(this.store, range);
  }

  private getFrom(reader: KeyValueReader, key: Uint8Array): Uint8Array | undefined {
    try {
      return reader.get(key);
    } catch (error) {
      this.failed(error);
      throw error;
    }
  }

  private *entriesFrom(reader: KeyValueReader, range: KeyRange): Generator<Entry> {
    try {
      yield* reader.entries(range);
    } catch (error) {
      this.failed(error);
      throw error;
    }
  }

  snapshot(): KeyValueSnapshot {
    const snapshot = this.store.snapshot();
    return { get: (key) => this.getFrom(snapshot, key), entries: (range) => this.entriesFrom(snapshot, range), close: () => snapshot.close() };
  }

  write(batch: readonly Write[]): Promise<void> {
    return this.store.write(batch);
  }

  size(): number {
    return this.store.size();
  }

  saveCheckpoint(name: string): Promise<void> {
    return this.store.saveCheckpoint(name);
  }

  checkpoints(): ReturnType<KeyValueStore["checkpoints"]> {
    return this.store.checkpoints();
  }

  dropCheckpoint(name: string): Promise<void> {
    return this.store.dropCheckpoint(name);
  }

  close(): Promise<void> {
    return this.store.close();
  }
}
