/**
 * Nodes in pages: nodes that a change of the state makes lie together in values of the store of which each fills one of LMDB's pages, so that a block is a few
 * hundred writes at the end of the store instead of ten thousand, and a leaf often comes with the branch above it.
 *
 *   page    number of nodes, for each its size (2 bytes; 0: dropped; 0xffff: all that is left, of a node that takes a larger page for itself), the records
 *   id      number of the page * 64 + place in the page
 *
 * A page belongs to one change: undoing a change deletes its pages. A node that no kept state needs is taken out of its page; the places of the others stay.
 */
import { StateError } from "../../store/durable/kv.js";
import type { WriteQueue } from "../../store/durable/write-queue.js";
import { isFullBranch, KIND } from "./node-bytes.js";
import { NUMBER_KEY, numberKey, PREFIX, writeNumberKey } from "./layout.js";

export const PAGE_NODES = 64;
/** What LMDB's pages of 4 KiB hold besides their heads of 24 bytes. */
export const PAGE_BYTES = 4_072;
const COUNT_BYTES = 1;
const SIZE_BYTES = 2;
const WHOLE = 0xffff;

export function pageOf(id: number): number {
  return Math.floor(id / PAGE_NODES);
}

/** Where a node of a page lies; -1 where it is not there. Its size is {@link sizeInPage}. */
export function placeInPage(page: Uint8Array, slot: number): number {
  const count = page[0]!;
  if (slot >= count || sizeInPage(page, slot) === 0) return -1;
  let at = COUNT_BYTES + SIZE_BYTES * count;
  for (let i = 0; i < slot; i++) at += sizeInPage(page, i);
  return at;
}

export function sizeInPage(page: Uint8Array, slot: number): number {
  const at = COUNT_BYTES + SIZE_BYTES * slot;
  const size = page[at]! | (page[at + 1]! << 8);
  return size === WHOLE ? page.length - COUNT_BYTES - SIZE_BYTES : size;
}

/** The ids of a page's nodes. */
export function* idsOfPage(number: number, page: Uint8Array): Generator<number> {
  for (let slot = 0; slot < page[0]!; slot++) if (sizeInPage(page, slot) > 0) yield number * PAGE_NODES + slot;
}

/** The page without some of its nodes; undefined where none is left. */
export function pageWithout(page: Uint8Array, dropped: ReadonlySet<number>): Uint8Array | undefined {
  const count = page[0]!;
  const result = Buffer.allocUnsafe(page.length);
  result[0] = count;
  let from = COUNT_BYTES + SIZE_BYTES * count;
  let to = from;
  let left = 0;
  for (let slot = 0; slot < count; slot++) {
    const size = sizeInPage(page, slot);
    const kept = dropped.has(slot) ? 0 : size;
    result.writeUInt16LE(kept, COUNT_BYTES + SIZE_BYTES * slot);
    if (kept > 0) {
      result.set(page.subarray(from, from + size), to);
      to += size;
      left++;
    }
    from += size;
  }
  return left === 0 ? undefined : result.subarray(0, to);
}

/** A page that is being filled. */
class OpenPage {
  /** 0: none is begun. */
  number = 0;
  private readonly records = Buffer.alloc(PAGE_BYTES);
  private readonly sizes = new Uint16Array(PAGE_NODES);
  private count = 0;
  private end = 0;

  begin(number: number): void {
    this.number = number;
    this.count = 0;
    this.end = 0;
  }

  fits(size: number): boolean {
    return this.count < PAGE_NODES && COUNT_BYTES + SIZE_BYTES * (this.count + 1) + this.end + size <= PAGE_BYTES;
  }

  /** The node's id. */
  add(from: Uint8Array, start: number, size: number): number {
    this.records.set(from.subarray(start, start + size), this.end);
    this.sizes[this.count] = size;
    this.end += size;
    return this.number * PAGE_NODES + this.count++;
  }

  /** The page as it is. */
  bytes(): Uint8Array {
    const { count, end } = this;
    const head = COUNT_BYTES + SIZE_BYTES * count;
    const page = Buffer.allocUnsafe(head + end);
    page[0] = count;
    for (let slot = 0; slot < count; slot++) page.writeUInt16LE(this.sizes[slot]!, COUNT_BYTES + SIZE_BYTES * slot);
    page.set(this.records.subarray(0, end), head);
    return page;
  }
}

function isUpper(record: Uint8Array, start: number): boolean {
  return record[start] === KIND.DELTA || isFullBranch(record, start);
}

/**
 * Fills pages and puts them into the queue. Full branches, of which the upper part of a large trie is made, have pages of their own: they are used together, and a
 * change soon replaces them, where what is below stays for long.
 */
export class PageWriter {
  private readonly upper = new OpenPage();
  private readonly lower = new OpenPage();

  /** @param next The first page that is free. */
  constructor(
    private readonly queue: WriteQueue,
    public next: number,
  ) {}

  /** Adds a record; the node's id. */
  add(from: Uint8Array, start: number, size: number): number {
    if (COUNT_BYTES + SIZE_BYTES + size > PAGE_BYTES) return this.addWhole(from.subarray(start, start + size));
    const page = isUpper(from, start) ? this.upper : this.lower;
    if (page.number > 0 && !page.fits(size)) this.put(page);
    if (page.number === 0) page.begin(this.next++);
    return page.add(from, start, size);
  }

  private addWhole(record: Uint8Array): number {
    const page = Buffer.allocUnsafe(COUNT_BYTES + SIZE_BYTES + record.length);
    page[0] = 1;
    page.writeUInt16LE(WHOLE, COUNT_BYTES);
    page.set(record, COUNT_BYTES + SIZE_BYTES);
    this.queue.put(numberKey(PREFIX.NODES, this.next), page);
    return this.next++ * PAGE_NODES;
  }

  /** A page that is being filled, as it is; undefined where the page is none of these. */
  unfinished(number: number): Uint8Array | undefined {
    for (const page of [this.upper, this.lower]) if (page.number === number) return page.bytes();
    return undefined;
  }

  private put(page: OpenPage): void {
    this.queue.put(numberKey(PREFIX.NODES, page.number), page.bytes());
    page.number = 0;
  }

  /** Puts all pages into the queue; the next node begins another. */
  close(): void {
    for (const page of [this.upper, this.lower]) if (page.number > 0) this.put(page);
  }
}

/** Reads pages for single nodes, of which several in a row often lie in one. */
export class PageReader {
  private number = -1;
  private readonly room = Buffer.alloc(PAGE_BYTES);
  private page: Uint8Array = this.room;
  private readonly key = Buffer.alloc(NUMBER_KEY);

  constructor(private readonly queue: WriteQueue) {}

  /** A page, valid until the next is asked for. Throws StateError where it is not there. */
  read(number: number): Uint8Array {
    if (number === this.number) return this.page;
    this.number = -1;
    const key = writeNumberKey(this.key, PREFIX.NODES, number);
    const length = this.queue.getInto(key, this.room);
    const page = length > this.room.length ? this.queue.get(key) : this.room.subarray(0, length);
    if (!page || length <= 0) throw new StateError("corrupt", `the state has lost page ${number} of its nodes`, "restore a checkpoint");
    this.page = page;
    this.number = number;
    return this.page;
  }

  /** Forgets what was read: pages have changed. */
  clear(): void {
    this.number = -1;
  }
}
