/**
 * A transaction on the multi-version store: it reads the state of its beginning and its own writes, and publishes these at once, or nothing.
 *
 *   const tx = store.begin();
 *   tx.write("a", (tx.read("a") ?? 0) + 1);
 *   tx.commit();                              // throws ConflictError: somebody else was faster
 *
 * Snapshots nest: what is written and emitted after `snapshot` can be rolled back alone. What was read stays read, since the
 * program has acted on it.
 */
import { ReadOnlyError, TransactionStateError } from "./errors.js";

/** "snapshot" checks written keys only: write skew and phantoms are possible. */
export type Isolation = "serializable" | "snapshot";

/** What a transaction did, for the commit to check and publish. */
export interface Footprint<V> {
  readonly start: number;
  readonly isolation: Isolation;
  readonly reads: ReadonlySet<string>;
  /** Prefixes. */
  readonly scans: ReadonlySet<string>;
  /** Undefined: deleted. */
  readonly writes: ReadonlyMap<string, V | undefined>;
}

/** The store's side. */
export interface VersionSource<V> {
  readAt(key: string, timestamp: number): V | undefined;
  /** Keys with any version that begin with a prefix, in order. */
  keys(prefix: string): Iterable<string>;
  /** Publishes or throws ConflictError; the new timestamp. */
  publish(footprint: Footprint<V>): number;
  /** The transaction is over. */
  release(start: number, outcome: "committed" | "aborted"): void;
}

export interface Commit<E> {
  /** The timestamp of its versions; its start where it wrote nothing. */
  readonly timestamp: number;
  readonly events: readonly E[];
}

interface Mark {
  readonly undo: number;
  readonly events: number;
}

export class Transaction<V, E = unknown> implements Footprint<V> {
  readonly reads = new Set<string>();
  readonly scans = new Set<string>();
  readonly writes = new Map<string, V | undefined>();
  private readonly undo: { readonly key: string; readonly known: boolean; readonly previous: V | undefined }[] = [];
  private readonly marks: Mark[] = [];
  private readonly emitted: E[] = [];
  private ended = false;

  constructor(
    private readonly source: VersionSource<V>,
    readonly start: number,
    readonly isolation: Isolation,
    readonly readOnly: boolean,
  ) {}

  get isOpen(): boolean {
    return !this.ended;
  }

  /** Its own write, else the newest version not newer than its start; undefined for none. The caller must not change the value. */
  read(key: string): V | undefined {
    this.requireOpen();
    if (this.writes.has(key)) return this.writes.get(key);
    if (!this.readOnly) this.reads.add(key);
    return this.source.readAt(key, this.start);
  }

  write(key: string, value: V): void {
    this.set(key, value);
  }

  delete(key: string): void {
    this.set(key, undefined);
  }

  private set(key: string, value: V | undefined): void {
    this.requireOpen();
    if (this.readOnly) throw new ReadOnlyError();
    if (this.marks.length > 0) this.undo.push({ key, known: this.writes.has(key), previous: this.writes.get(key) });
    this.writes.set(key, value);
  }

  /** All keys that begin with a prefix, in order, with their values. Keys that others add to it meanwhile are a conflict, too. */
  scan(prefix: string): [key: string, value: V][] {
    this.requireOpen();
    if (!this.readOnly) this.scans.add(prefix);
    const found: [string, V][] = [];
    for (const key of this.source.keys(prefix)) {
      if (this.writes.has(key)) continue;
      const value = this.source.readAt(key, this.start);
      if (value !== undefined) found.push([key, value]);
    }
    for (const [key, value] of this.writes) if (value !== undefined && key.startsWith(prefix)) found.push([key, value]);
    return found.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  }

  /** Adds an event, which {@link commit} hands out if it is not rolled back. */
  emit(event: E): void {
    this.requireOpen();
    if (this.readOnly) throw new ReadOnlyError();
    this.emitted.push(event);
  }

  get events(): readonly E[] {
    return this.emitted;
  }

  /** Opens a snapshot within the newest one. */
  snapshot(): void {
    this.requireOpen();
    this.marks.push({ undo: this.undo.length, events: this.emitted.length });
  }

  /** Undoes writes and events since the newest open snapshot, and closes it. */
  rollbackSnapshot(): void {
    const mark = this.closeSnapshot();
    this.emitted.length = mark.events;
    while (this.undo.length > mark.undo) {
      const { key, known, previous } = this.undo.pop()!;
      if (known) this.writes.set(key, previous);
      else this.writes.delete(key);
    }
  }

  /** Closes the newest open snapshot and keeps what was done in it, for the one around it to keep or undo. */
  commitSnapshot(): void {
    this.closeSnapshot();
    if (this.marks.length === 0) this.undo.length = 0;
  }

  private closeSnapshot(): Mark {
    this.requireOpen();
    const mark = this.marks.pop();
    if (!mark) throw new TransactionStateError("no snapshot is open");
    return mark;
  }

  /** Publishes all writes at once. Throws ConflictError, after which the transaction is aborted. */
  commit(): Commit<E> {
    this.requireOpen();
    if (this.marks.length > 0) throw new TransactionStateError(`${this.marks.length} snapshots are open`);
    let outcome: "committed" | "aborted" = "aborted";
    try {
      const timestamp = this.readOnly ? this.start : this.source.publish(this);
      outcome = "committed";
      return { timestamp, events: this.emitted };
    } finally {
      this.end(outcome);
    }
  }

  /** Drops everything. A transaction that is over already stays as it is. */
  abort(): void {
    if (!this.ended) this.end("aborted");
  }

  private end(outcome: "committed" | "aborted"): void {
    this.ended = true;
    this.source.release(this.start, outcome);
  }

  private requireOpen(): void {
    if (this.ended) throw new TransactionStateError("the transaction is over");
  }
}
