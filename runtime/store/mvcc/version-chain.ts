/** The committed versions of one key, oldest first. */
import { VersionCollectedError } from "./errors.js";

export interface Version<V> {
  readonly timestamp: number;
  /** Undefined: a tombstone, the key was deleted. */
  readonly value: V | undefined;
  /** When it was superseded by a version that has been collected. */
  until?: number;
}

export class VersionChain<V> {
  private versions: Version<V>[] = [];
  /** Of the first version ever: before it the key did not exist. */
  private born = 0;

  get length(): number {
    return this.versions.length;
  }

  /** True where the key did not exist yet. */
  isBornAfter(timestamp: number): boolean {
    return timestamp < this.born;
  }

  get newest(): Version<V> {
    return this.versions[this.versions.length - 1]!;
  }

  append(timestamp: number, value: V | undefined): void {
    if (this.versions.length === 0) this.born = timestamp;
    this.versions.push({ timestamp, value });
  }

  /** The value at a time; undefined where there was none. Throws VersionCollectedError where that is no longer known. */
  at(timestamp: number): V | undefined {
    const version = this.versions[this.indexAt(timestamp)];
    if (version ? version.until !== undefined && timestamp >= version.until : timestamp >= this.born) throw new VersionCollectedError(timestamp);
    return version?.value;
  }

  /** The index of the newest version not newer than a time, or -1. Mostly the last. */
  private indexAt(timestamp: number): number {
    let index = this.versions.length - 1;
    while (index >= 0 && this.versions[index]!.timestamp > timestamp) index--;
    return index;
  }

  /**
   * Drops versions: all but the newest `limit` and those that a transaction begun at one of `starts` (ascending) can read.
   * Returns how many were dropped.
   */
  collect(limit: number, starts: readonly number[]): number {
    const { versions } = this;
    if (versions.length <= limit) return 0;
    const keep = new Set(starts.map((start) => this.indexAt(start)));
    const firstKept = versions.length - limit;
    const kept: Version<V>[] = [];
    for (const [index, version] of versions.entries()) {
      if (index >= firstKept || keep.has(index)) kept.push(version);
      else if (kept.length > 0) kept[kept.length - 1]!.until ??= version.timestamp;
    }
    this.versions = kept;
    return versions.length - kept.length;
  }
}
