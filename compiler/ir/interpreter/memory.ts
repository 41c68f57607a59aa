/**
 * A contract's memory: bytes that are zero at first, in pages that are made when they are written. It also polices trusted addresses
 * (ops.ts: "A"): an access through an i64 address must lie in memory that was allocated, ensured, or promised by `mem.free`; a frontend
 * that breaks the promise would corrupt memory on targets that add no check, so it is an InternalError here.
 */
import { InternalError } from "../../diagnostics/diagnostic.js";
import { halt } from "./outcome.js";
import { bytesToInt, intToBytes } from "../../../machine/bytes.js";

const PAGE_BITS = 12;
const PAGE_SIZE = 1 << PAGE_BITS;

/** Memory word of the free pointer. */
export const FREE_POINTER = 0x40;
/** Bytes from the free pointer on that `mem.free` makes trusted. */
const SCRATCH_BEYOND_FREE = 1024n;
const WORD = 32n;

export class Memory {
  private readonly pages = new Map<number, Uint8Array>();
  /** End of the trusted range; the words below 0x80 always are. */
  private trusted = 0x80n;
  /** End of the range that was ever accessed. */
  private touched = 0n;

  /** @param limit bytes that the machine has; more is as out of gas. */
  constructor(private readonly limit: bigint) {}

  /** MSIZE: the highest accessed byte, rounded up to words. */
  get size(): bigint {
    return ((this.touched + 31n) / WORD) * WORD;
  }

  /**
   * Checks an access and returns its address as a number. Empty ranges are always fine.
   * Throws a halt where an untrusted range is beyond the limit, an {@link InternalError} where a trusted one is not trusted.
   */
  access(address: bigint, length: bigint, trusted: boolean): number {
    if (length === 0n) return 0;
    const end = address + length;
    if (trusted && end > this.trusted) throw new InternalError(`trusted access to memory [0x${address.toString(16)}, 0x${end.toString(16)}) beyond 0x${this.trusted.toString(16)}`);
    this.grow(end);
    return Number(address);
  }

  /** Makes the bytes up to `end` part of the memory, as an untrusted access and `mem.ensure` do. */
  grow(end: bigint): void {
    if (end > this.limit) throw halt("out of gas (memory)");
    if (end > this.trusted) this.trusted = end;
    if (end > this.touched) this.touched = end;
  }

  /** `mem.free`. */
  freePointer(): bigint {
    const pointer = this.readInt(FREE_POINTER, 32);
    this.grow(pointer + SCRATCH_BEYOND_FREE);
    return pointer;
  }

  /** `mem.alloc`: the old free pointer, or undefined where the new one would exceed 2^64-1 (Panic 0x41). */
  allocate(size: bigint): bigint | undefined {
    const pointer = this.readInt(FREE_POINTER, 32);
    const end = pointer + ((size + 31n) / WORD) * WORD;
    if (end >= 1n << 64n) return undefined;
    this.grow(end);
    this.write(FREE_POINTER, intToBytes(end, 32));
    return pointer;
  }

  read(address: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length;) {
      const at = address + done;
      const offset = at & (PAGE_SIZE - 1);
      const step = Math.min(PAGE_SIZE - offset, length - done);
      const page = this.pages.get(at >>> PAGE_BITS);
      if (page) bytes.set(page.subarray(offset, offset + step), done);
      done += step;
    }
    return bytes;
  }

  write(address: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length;) {
      const at = address + done;
      const offset = at & (PAGE_SIZE - 1);
      const step = Math.min(PAGE_SIZE - offset, bytes.length - done);
      this.page(at >>> PAGE_BITS).set(bytes.subarray(done, done + step), offset);
      done += step;
    }
  }

  readInt(address: number, length: number): bigint {
    return bytesToInt(this.read(address, length));
  }

  private page(index: number): Uint8Array {
    let page = this.pages.get(index);
    if (!page) {
      page = new Uint8Array(PAGE_SIZE);
      this.pages.set(index, page);
    }
    return page;
  }
}
