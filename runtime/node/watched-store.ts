/**
 * A store that tells of reads that fail. A read is in the midst of something: of a block that is half made, of a state that is half pruned. What was
 * left there by the failure must neither go on nor be told of, so that the node has to end as it does where a write fails.
 */
import { StateError, type Entry, type KeyRange, type KeyValueReader, type KeyValueSnapshot, type KeyValueStore, type Write } from "../store/durable/kv.js";
import { openStore } from "../store/durable/open.js";

export class WatchedStore implements KeyValueStore {
  /** @param failed Told of each failure, which is thrown as well. */
  constructor(
    private readonly store: KeyValueStore,
    private readonly failed: (error: StateError) => void,
  ) {}

  /** What a database's library throws where it finds its own file damaged is an error of the state, not of the node. */
  private failure(error: unknown): StateError {
    const failure = error instanceof StateError ? error : damaged(this.location, error);
    this.failed(failure);
    return failure;
  }

  get location(): string {
    return this.store.location;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.getFrom(this.store, key);
  }

  getInto(key: Uint8Array, into: Uint8Array): number {
    try {
      return this.store.getInto(key, into);
    } catch (error) {
      throw this.failure(error);
    }
  }

  entries(range: KeyRange): Iterable<Entry> {
    return this.entriesFrom(this.store, range);
  }

  private getFrom(reader: KeyValueReader, key: Uint8Array): Uint8Array | undefined {
    try {
      return reader.get(key);
    } catch (error) {
      throw this.failure(error);
    }
  }

  private *entriesFrom(reader: KeyValueReader, range: KeyRange): Generator<Entry> {
    try {
      yield* reader.entries(range);
    } catch (error) {
      throw this.failure(error);
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

/** Opens a store. Rejects with StateError. */
export async function openWatchedStore(location: string, failed: (error: StateError) => void): Promise<WatchedStore> {
  try {
    return new WatchedStore(await openStore(location), failed);
  } catch (error) {
    // Errors of the database's library have its numbers.
    throw error instanceof Error && typeof (error as { readonly code?: unknown }).code === "number" ? damaged(location, error) : error;
  }
}

/** What is said of a state whose database cannot make sense of it. */
function damaged(location: string, error: unknown): StateError {
  return new StateError("corrupt", `${location} is damaged or cannot be read: ${error instanceof Error ? error.message : String(error)}`, "restore a checkpoint");
}
