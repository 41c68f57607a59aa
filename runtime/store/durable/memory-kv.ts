/** A {@link KeyValueStore} in this process's memory: the model of the others, and for chains that need not last. */
import { bytesOfKey, keyOf } from "../keys.js";
import {
  copyValue,
  requireCheckpointName,
  requireKey,
  StateError,
  type CheckpointInfo,
  type Entry,
  type KeyRange,
  type KeyValueSnapshot,
  type KeyValueStore,
  type Write,
} from "./kv.js";

export class MemoryKeyValueStore implements KeyValueStore {
  readonly location = "memory";
  private values = new Map<string, Uint8Array>();
  /** Keys in order; made when first asked for after a key came or went. */
  private sorted: readonly string[] | undefined;
  private bytes = 0;
  private readonly saved = new Map<string, { readonly values: ReadonlyMap<string, Uint8Array>; readonly time: number }>();

  get(key: Uint8Array): Uint8Array | undefined {
    return this.values.get(keyOf(key));
  }

  getInto(key: Uint8Array, into: Uint8Array): number {
    return copyValue(this.get(key), into);
  }

  entries(range: KeyRange): Iterable<Entry> {
    return inRange((this.sorted ??= [...this.values.keys()].sort()), this.values, range);
  }

  async write(batch: readonly Write[]): Promise<void> {
    for (const { key } of batch) requireKey(key);
    for (const { key, value } of batch) this.set(keyOf(key), value);
  }

  private set(key: string, value: Uint8Array | undefined): void {
    const before = this.values.get(key);
    if ((before === undefined) !== (value === undefined)) this.sorted = undefined;
    if (before) this.bytes -= key.length + before.length;
    if (value) {
      this.values.set(key, Uint8Array.from(value));
      this.bytes += key.length + value.length;
    } else this.values.delete(key);
  }

  snapshot(): KeyValueSnapshot {
    const values = new Map(this.values);
    let sorted: readonly string[] | undefined;
    return {
      get: (key) => values.get(keyOf(key)),
      entries: (range) => inRange((sorted ??= [...values.keys()].sort()), values, range),
      close: () => values.clear(),
    };
  }

  size(): number {
    return this.bytes;
  }

  async saveCheckpoint(name: string): Promise<void> {
    requireCheckpointName(name);
    this.saved.set(name, { values: new Map(this.values), time: Date.now() });
  }

  checkpoints(): readonly CheckpointInfo[] {
    return [...this.saved].map(([name, { time }]) => ({ name, time }));
  }

  async dropCheckpoint(name: string): Promise<void> {
    this.saved.delete(name);
  }

  /** Makes the store what it was at a checkpoint. */
  restoreCheckpoint(name: string): void {
    const checkpoint = this.saved.get(name);
    if (!checkpoint) throw new StateError("unusable", `there is no checkpoint '${name}' in memory`);
    this.values = new Map(checkpoint.values);
    this.sorted = undefined;
    this.bytes = [...this.values].reduce((sum, [key, value]) => sum + key.length + value.length, 0);
  }

  async close(): Promise<void> {
    // Whoever holds the object may open it again: tests of reopening do.
  }
}

function* inRange(sorted: readonly string[], values: ReadonlyMap<string, Uint8Array>, { start, end }: KeyRange): Generator<Entry> {
  const [first, limit] = [keyOf(start), keyOf(end)];
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < first) low = middle + 1;
    else high = middle;
  }
  for (; low < sorted.length && sorted[low]! < limit; low++) yield [bytesOfKey(sorted[low]!), values.get(sorted[low]!)!];
}
