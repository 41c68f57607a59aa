/**
 * Writes behind: changes are readable at once and reach the store in groups. Whatever was sealed while a group was on its way makes the next group,
 * so that many blocks share one sync of the disk where many arrive together (group commit), and one alone waits for nobody.
 *
 *   put, put, seal | put, seal |   --one batch-->  store        durable() resolves when all that was sealed is on the medium
 *
 * Only whole seals are written: a store never holds half of what was put between two.
 */
import { keyOf } from "../keys.js";
import { copyValue, type Entry, type KeyRange, type KeyValueReader, type KeyValueStore, type Write } from "./kv.js";

/** Told of every group that reached the store. */
export interface WriteObserver {
  committed(group: { readonly seals: number; readonly writes: number; readonly seconds: number }): void;
  /** A group could not be written; nothing more will be. */
  failed(error: unknown): void;
}

type Changes = Map<string, Write>;

export class WriteQueue implements KeyValueReader {
  /** Put, not sealed. */
  private open: Changes = new Map();
  /** Sealed, waiting for the group before. */
  private sealed: Changes = new Map();
  private seals = 0;
  /** On its way to the store. */
  private sent: Changes = new Map();
  private draining = false;
  private current: Group | undefined;
  /** The group that what is sealed will be. */
  private next: Group | undefined;
  private failure: Error | undefined;

  constructor(
    readonly store: KeyValueStore,
    private readonly observer?: WriteObserver,
  ) {}

  /** Reads what was put, sealed or not, else the store. */
  get(key: Uint8Array): Uint8Array | undefined {
    const write = this.pending(key);
    return write ? write.value : this.store.get(key);
  }

  getInto(key: Uint8Array, into: Uint8Array): number {
    const write = this.pending(key);
    return write ? copyValue(write.value, into) : this.store.getInto(key, into);
  }

  /** What was put and is not in the store yet. */
  private pending(key: Uint8Array): Write | undefined {
    if (this.open.size + this.sealed.size + this.sent.size === 0) return undefined;
    const name = keyOf(key);
    return this.open.get(name) ?? this.sealed.get(name) ?? this.sent.get(name);
  }

  /** Entries with what was put. */
  *entries(range: KeyRange): Generator<Entry> {
    const [start, end] = [keyOf(range.start), keyOf(range.end)];
    const changed: Changes = new Map();
    for (const changes of [this.sent, this.sealed, this.open]) for (const [name, write] of changes) if (name >= start && name < end) changed.set(name, write);
    const added = [...changed].filter(([, write]) => write.value).sort(([a], [b]) => (a < b ? -1 : 1));
    let next = 0;
    for (const [key, value] of this.store.entries(range)) {
      const name = keyOf(key);
      for (; next < added.length && added[next]![0] < name; next++) yield [added[next]![1].key, added[next]![1].value!];
      if (!changed.has(name)) yield [key, value];
    }
    for (; next < added.length; next++) yield [added[next]![1].key, added[next]![1].value!];
  }

  /** The key and value must not change afterwards. */
  put(key: Uint8Array, value: Uint8Array): void {
    this.open.set(keyOf(key), { key, value });
  }

  delete(key: Uint8Array): void {
    this.open.set(keyOf(key), { key, value: undefined });
  }

  /** Drops what was put since the last seal. */
  discard(): void {
    this.open = new Map();
  }

  /** Changes that are put and not sealed. */
  get waiting(): number {
    return this.open.size;
  }

  /** What was put so far belongs together and is to be written. */
  seal(): void {
    if (this.open.size === 0) return;
    if (this.sealed.size === 0) this.sealed = this.open;
    else for (const [name, write] of this.open) this.sealed.set(name, write);
    this.open = new Map();
    this.seals++;
    this.next ??= new Group();
    // The first seal after a pause waits for the end of this turn: requests that arrived together share a group.
    if (!this.draining) queueMicrotask(() => void this.drain());
    this.draining = true;
  }

  /** Writes group after group until nothing waits. */
  private async drain(): Promise<void> {
    for (let group = this.next; group; group = this.next) {
      const { seals } = this;
      [this.current, this.next] = [group, undefined];
      this.sent = this.sealed;
      this.sealed = new Map();
      this.seals = 0;
      const start = performance.now();
      try {
        await this.store.write([...this.sent.values()]);
      } catch (error) {
        this.fail(error);
        return;
      }
      this.observer?.committed({ seals, writes: this.sent.size, seconds: (performance.now() - start) / 1000 });
      this.sent = new Map();
      this.current = undefined;
      group.resolve();
    }
    this.draining = false;
  }

  /** What could not be written cannot be left out either: nothing is written from then on. */
  private fail(error: unknown): void {
    this.failure = error instanceof Error ? error : new Error(String(error));
    this.observer?.failed(error);
    this.current?.reject(error);
    this.next?.reject(error);
  }

  /** Undefined where all that was sealed is in the store; else resolves when that is so. Rejects where a write failed, from then on always. */
  durable(): Promise<void> | undefined {
    if (this.failure) return Promise.reject(this.failure);
    return (this.next ?? this.current)?.done;
  }
}

/** A promise whose end comes from outside. */
class Group {
  resolve: () => void = () => undefined;
  reject: (error: unknown) => void = () => undefined;
  readonly done = new Promise<void>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });

  constructor() {
    // Nobody need wait for a group.
    this.done.catch(() => undefined);
  }
}
