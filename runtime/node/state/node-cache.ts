/**
 * Node records kept in memory, in two generations of limited size: what is used moves to the younger one; when that is full it becomes the older one, and what nobody
 * used since the last time is gone. A generation is one piece of memory with an index of typed arrays: hundreds of thousands of records are no objects
 * that the garbage collector would have to look at.
 *
 *   generation:  bytes | size, record | size, record | ...      index: id -> place, open addressing
 */
const SIZE_BYTES = 4;
/** Memory to begin with, for chains that stay small; then all that is allowed, of which the system gives what is touched. */
const FIRST_BYTES = 1 << 16;
const FIRST_ENTRIES = 1 << 10;
const LARGE = 1 << 22;
/** Fewer bytes are copied faster one by one than by a call. */
const SMALL = 64;
const SPREAD = 0x9e37_79b1;

class Generation {
  bytes = new Uint8Array(FIRST_BYTES);
  private end = 0;
  private count = 0;
  /** Id (0: none) and place of each entry, side by side: looking one up touches memory once. */
  private index = new Float64Array(2 * FIRST_ENTRIES);

  constructor(private readonly limit: number) {}

  /** Where the record of a node lies; -1: not here. Ids are not 0. */
  find(id: number): number {
    const { index } = this;
    const last = index.length - 2;
    for (let entry = startOf(id) & last; ; entry = (entry + 2) & last) {
      const there = index[entry];
      if (there === id) return index[entry + 1]!;
      if (there === 0) return -1;
    }
  }

  fits(size: number): boolean {
    return this.end + SIZE_BYTES + size <= this.limit;
  }

  /** Copies a record, whose id is not here yet; where it lies. */
  add(id: number, from: Uint8Array, start: number, size: number): number {
    if (this.end + SIZE_BYTES + size > this.bytes.length) this.enlarge(this.end + SIZE_BYTES + size);
    if (4 * (this.count + 1) > this.index.length) this.rehash();
    const { bytes, end } = this;
    bytes[end] = size;
    bytes[end + 1] = size >> 8;
    bytes[end + 2] = size >> 16;
    bytes[end + 3] = size >> 24;
    const at = end + SIZE_BYTES;
    if (from === bytes) bytes.copyWithin(at, start, start + size);
    else if (size <= SMALL) for (let i = 0; i < size; i++) bytes[at + i] = from[start + i]!;
    else bytes.set(from.subarray(start, start + size), at);
    this.end = at + size;
    this.count++;
    this.enter(id, at);
    return at;
  }

  sizeAt(at: number): number {
    const { bytes } = this;
    return bytes[at - 4]! | (bytes[at - 3]! << 8) | (bytes[at - 2]! << 16) | (bytes[at - 1]! << 24);
  }

  clear(): void {
    this.end = 0;
    this.count = 0;
    this.index.fill(0);
  }

  private enter(id: number, at: number): void {
    const { index } = this;
    const last = index.length - 2;
    let entry = startOf(id) & last;
    while (index[entry] !== 0) entry = (entry + 2) & last;
    index[entry] = id;
    index[entry + 1] = at;
  }

  private enlarge(needed: number): void {
    // A record that is larger than the limit is kept until the next one comes.
    const larger = new Uint8Array(Math.max(needed, this.bytes.length < LARGE ? Math.min(4 * this.bytes.length, this.limit) : this.limit));
    larger.set(this.bytes.subarray(0, this.end));
    this.bytes = larger;
  }

  private rehash(): void {
    const before = this.index;
    this.index = new Float64Array(2 * before.length);
    for (let entry = 0; entry < before.length; entry += 2) if (before[entry] !== 0) this.enter(before[entry]!, before[entry + 1]!);
  }
}

/** An entry to begin with, twice over. Ids are counts with gaps: the product's high bits are spread well. */
function startOf(id: number): number {
  const product = Math.imul(id, SPREAD) ^ Math.imul(Math.floor(id / 0x1_0000_0000), SPREAD);
  return (product ^ (product >>> 15)) << 1;
}

export class NodeCache {
  private young: Generation;
  private old: Generation;
  /** Where the record lies that was found or added last. */
  bytes: Uint8Array;
  at = 0;
  size = 0;
  /** How often the generations have turned: what was found stays where it was, if no longer to be found, until they have turned twice. */
  turns = 0;

  /** @param limit Bytes of records at most, 128 KiB at least; the index takes half as much again where all are the smallest. */
  constructor(limit: number) {
    const half = Math.max(FIRST_BYTES, limit >> 1);
    this.young = new Generation(half);
    this.old = new Generation(half);
    this.bytes = this.young.bytes;
  }

  /** True where the record of a node is here: it lies at `at` of `bytes` until the next record is found or added. */
  find(id: number): boolean {
    const { young, old } = this;
    const at = young.find(id);
    if (at >= 0) {
      this.bytes = young.bytes;
      this.at = at;
      this.size = young.sizeAt(at);
      return true;
    }
    const before = old.find(id);
    if (before < 0) return false;
    this.add(id, old.bytes, before, old.sizeAt(before));
    return true;
  }

  /** Adds a record of a node that is not here. */
  add(id: number, from: Uint8Array, start: number, size: number): void {
    if (!this.young.fits(size)) {
      // The record may lie in the memory that is used anew: it is copied before anything else is.
      [this.young, this.old] = [this.old, this.young];
      this.young.clear();
      this.turns++;
    }
    this.at = this.young.add(id, from, start, size);
    this.bytes = this.young.bytes;
    this.size = size;
  }
}
