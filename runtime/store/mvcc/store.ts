/**
 * A multi-version key-value store in memory. Each key has a chain of committed versions; a transaction reads the versions of its start, whatever is
 * committed meanwhile, and its commit is checked against what was (optimistic concurrency control; first committer wins).
 *
 * Why commits are atomic: `begin` reads one number, `published`; a commit checks everything first, then appends its versions under the next
 * number, which no transaction can see, and raises `published` last. All of it happens in one turn of the event loop.
 *
 * Why commits are serialisable: a transaction that commits found every key that it read, scanned over or wrote as it was at its start,
 * so that it might as well have run whole at the moment of its commit.
 */
import { ConflictError, VersionCollectedError } from "./errors.js";
import { OrderedKeys } from "./ordered-keys.js";
import { Transaction, type Footprint, type Isolation, type VersionSource } from "./transaction.js";
import { VersionChain } from "./version-chain.js";

/** Versions kept for a key by default. */
export const DEFAULT_MAX_VERSIONS = 10;

export interface StoreStatistics {
  readonly keys: number;
  readonly versions: number;
  /** Open transactions. */
  readonly active: number;
  readonly begun: number;
  readonly committed: number;
  /** Conflicts among them. */
  readonly aborted: number;
  readonly conflicts: number;
  /** Versions ever written. */
  readonly written: number;
  /** Versions collected. */
  readonly collected: number;
  /** Collections. */
  readonly collections: number;
  /** Newest timestamp. */
  readonly timestamp: number;
}

export class MultiVersionStore<V, E = unknown> implements VersionSource<V> {
  private readonly chains = new Map<string, VersionChain<V>>();
  private readonly ordered = new OrderedKeys();
  /** The newest timestamp whose versions may be seen. */
  private published = 0;
  /** Open transactions by their start. */
  private readonly active = new Map<number, number>();
  /** Keys that are gone altogether were deleted at or before this time. */
  private forgottenUpTo = 0;
  private readonly counts = { versions: 0, begun: 0, committed: 0, aborted: 0, conflicts: 0, written: 0, collected: 0, collections: 0 };
  private readonly listeners = new Set<() => void>();

  begin(options: { readonly isolation?: Isolation } = {}): Transaction<V, E> {
    return this.open(options.isolation ?? "serializable", false);
  }

  /** A transaction that only reads: it never conflicts. */
  beginReadOnly(): Transaction<V, E> {
    return this.open("snapshot", true);
  }

  private open(isolation: Isolation, readOnly: boolean): Transaction<V, E> {
    this.counts.begun++;
    this.active.set(this.published, (this.active.get(this.published) ?? 0) + 1);
    return new Transaction<V, E>(this, this.published, isolation, readOnly);
  }

  /** The newest timestamp. */
  get timestamp(): number {
    return this.published;
  }

  /** A key's value at a time. Throws VersionCollectedError where that is no longer known. */
  readAt(key: string, timestamp: number): V | undefined {
    const chain = this.chains.get(key);
    if (chain && !chain.isBornAfter(timestamp)) return chain.at(timestamp);
    // The key may have existed and be forgotten.
    if (timestamp < this.forgottenUpTo) throw new VersionCollectedError(timestamp);
    return undefined;
  }

  keys(prefix: string): Iterable<string> {
    return this.ordered.withPrefix(prefix);
  }

  publish(footprint: Footprint<V>): number {
    this.check(footprint);
    const { writes } = footprint;
    if (writes.size === 0) return footprint.start;
    const timestamp = this.published + 1;
    for (const [key, value] of writes) {
      let chain = this.chains.get(key);
      if (!chain) {
        chain = new VersionChain<V>();
        this.chains.set(key, chain);
        this.ordered.add(key);
      }
      chain.append(timestamp, value);
    }
    this.counts.versions += writes.size;
    this.counts.written += writes.size;
    this.published = timestamp;
    return timestamp;
  }

  /** Throws ConflictError where a key has a version newer than the transaction's start. */
  private check({ start, isolation, reads, scans, writes }: Footprint<V>): void {
    const require = (key: string, access: ConflictError["access"]): void => {
      const chain = this.chains.get(key);
      if (!chain || chain.newest.timestamp <= start) return;
      this.counts.conflicts++;
      throw new ConflictError(key, access);
    };
    for (const key of writes.keys()) require(key, "written");
    if (isolation === "snapshot" || this.published === start) return;
    for (const key of reads) require(key, "read");
    for (const prefix of scans) for (const key of this.ordered.withPrefix(prefix)) require(key, "scanned");
  }

  release(start: number, outcome: "committed" | "aborted"): void {
    this.counts[outcome]++;
    const others = this.active.get(start)! - 1;
    if (others === 0) this.active.delete(start);
    else this.active.set(start, others);
    if (outcome === "committed") for (const listener of this.listeners) listener();
  }

  /** Calls a function after each commit, until the returned function is called. */
  onCommit(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /**
   * Collects old versions: of each key the newest `maxVersions` stay and what open transactions can read. Deleted keys that nobody
   * can read go altogether. Returns the number of versions collected.
   */
  collect(options: { readonly maxVersions?: number } = {}): number {
    const slices = this.collectInSlices({ ...options, slice: Number.POSITIVE_INFINITY });
    for (;;) {
      const { done, value } = slices.next();
      if (done === true) return value;
    }
  }

  /** The same with a pause after each `slice` keys. Transactions may begin and commit in the pauses. */
  *collectInSlices({ maxVersions = DEFAULT_MAX_VERSIONS, slice }: { readonly maxVersions?: number; readonly slice: number }): Generator<void, number> {
    if (!Number.isInteger(maxVersions) || maxVersions < 1) throw new RangeError("at least the newest version of a key stays");
    let collected = 0;
    let starts = this.starts();
    let left = slice;
    for (const [key, chain] of this.chains) {
      collected += this.collectKey(key, chain, maxVersions, starts);
      if (--left > 0) continue;
      yield;
      left = slice;
      starts = this.starts();
    }
    this.counts.collections++;
    return collected;
  }

  private starts(): number[] {
    return [...this.active.keys()].sort((a, b) => a - b);
  }

  private collectKey(key: string, chain: VersionChain<V>, maxVersions: number, starts: readonly number[]): number {
    const { newest } = chain;
    let collected: number;
    if (newest.value === undefined && (starts[0] ?? Number.POSITIVE_INFINITY) >= newest.timestamp) {
      collected = chain.length;
      this.chains.delete(key);
      this.ordered.delete(key);
      this.forgottenUpTo = Math.max(this.forgottenUpTo, newest.timestamp);
    } else collected = chain.collect(maxVersions, starts);
    this.counts.versions -= collected;
    this.counts.collected += collected;
    return collected;
  }

  statistics(): StoreStatistics {
    let active = 0;
    for (const count of this.active.values()) active += count;
    return { ...this.counts, keys: this.chains.size, active, timestamp: this.published };
  }
}
