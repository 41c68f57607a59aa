/**
 * A map of limited size that keeps what was used lately: entries live in a younger and an older generation. What is used moves to the younger one; when that
 * has half of the room it becomes the older one, and what nobody used since the last time is gone.
 *
 * Entries are never taken out one by one: a map's first key costs time in proportion to all keys that were deleted before it.
 */
export class BoundedCache<K, V> {
  private young = new Map<K, V>();
  private old = new Map<K, V>();
  private readonly half: number;

  /** @param limit Entries at most, 2 at least. */
  constructor(limit: number) {
    this.half = Math.max(1, limit >> 1);
  }

  get(key: K): V | undefined {
    const known = this.young.get(key);
    if (known !== undefined) return known;
    const older = this.old.get(key);
    if (older !== undefined) this.set(key, older);
    return older;
  }

  has(key: K): boolean {
    return this.young.has(key) || this.old.has(key);
  }

  set(key: K, value: V): void {
    this.young.set(key, value);
    if (this.young.size < this.half) return;
    this.old = this.young;
    this.young = new Map();
  }

  delete(key: K): void {
    this.young.delete(key);
    this.old.delete(key);
  }

  clear(): void {
    this.young.clear();
    this.old.clear();
  }
}
