/**
 * The accounts that a thread has met lately, by address and by the index of their record. Of fixed size, and never wrong, since an
 * account keeps its index: a map of all would be slower than the table itself where accounts are millions.
 */
import type { AddressKey } from "../keys.js";

/** Places; a power of two. */
const BITS = 14;
const SIZE = 2 ** BITS;

export class RecentAccounts {
  /** By the place that an address has. */
  private readonly keys = new Array<AddressKey>(SIZE).fill("");
  private readonly indexes = new Int32Array(SIZE);
  /** By the lowest bits of an index. */
  private readonly addresses = new Array<AddressKey>(SIZE).fill("");
  private readonly addressed = new Int32Array(SIZE);

  /** The index of an account's record; 0 where it was not met. */
  indexOf(address: AddressKey): number {
    const place = placeOf(address);
    return this.keys[place] === address ? this.indexes[place]! : 0;
  }

  /** The address of a record's account; undefined where it was not met. */
  addressOf(index: number): AddressKey | undefined {
    const place = index & (SIZE - 1);
    return this.addressed[place] === index ? this.addresses[place] : undefined;
  }

  add(address: AddressKey, index: number): void {
    const place = placeOf(address);
    this.keys[place] = address;
    this.indexes[place] = index;
    this.addresses[index & (SIZE - 1)] = address;
    this.addressed[index & (SIZE - 1)] = index;
  }
}

function placeOf(address: AddressKey): number {
  const low = address.charCodeAt(0) | (address.charCodeAt(1) << 8) | (address.charCodeAt(2) << 16) | (address.charCodeAt(3) << 24);
  return Math.imul(low, 0x9e37_79b1) >>> (32 - BITS);
}
