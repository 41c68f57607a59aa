/**
 * The accounts that a thread meets again and again, by address and by the index of their record. Of fixed size, and never wrong, since an
 * account keeps its index: a map of all would be slower than the table itself where accounts are millions, and so would be noting
 * every account that is met once.
 */
import type { AddressKey } from "../keys.js";

/** Places; a power of two. */
const BITS = 14;
const SIZE = 2 ** BITS;
/** Meetings in a row after which an account keeps its place's string; one transaction meets its sender two or three times. */
const OFTEN = 4;

export class RecentAccounts {
  /** The lowest 32 bits of the address that a place was asked for last, and how often in a row. */
  private readonly lows = new Int32Array(SIZE);
  private readonly meetings = new Uint8Array(SIZE);
  private readonly keys = new Array<AddressKey>(SIZE).fill("");
  private readonly indexes = new Int32Array(SIZE);
  /** By the lowest bits of an index. */
  private readonly addresses = new Array<AddressKey>(SIZE).fill("");
  private readonly addressed = new Int32Array(SIZE);

  /** The index of an account's record; 0 where it is not known here. */
  indexOf(address: AddressKey): number {
    const low = lowOf(address);
    const place = placeOf(low);
    // Most places that hold another account are told by their number: its string need not be looked at.
    return this.lows[place] === low && this.keys[place] === address ? this.indexes[place]! : 0;
  }

  /** An account was looked up in the table. */
  met(address: AddressKey, index: number): void {
    const low = lowOf(address);
    const place = placeOf(low);
    if (this.lows[place] !== low) {
      this.lows[place] = low;
      this.meetings[place] = 1;
      return;
    }
    const meetings = this.meetings[place]! + 1;
    if (meetings < OFTEN) {
      this.meetings[place] = meetings;
      return;
    }
    this.keys[place] = address;
    this.indexes[place] = index;
  }

  /** The address of a record's account; undefined where it is not known here. */
  addressOf(index: number): AddressKey | undefined {
    const place = index & (SIZE - 1);
    return this.addressed[place] === index ? this.addresses[place] : undefined;
  }

  /** An address was made from its record. */
  made(address: AddressKey, index: number): void {
    const place = index & (SIZE - 1);
    this.addresses[place] = address;
    this.addressed[place] = index;
  }
}

function lowOf(address: AddressKey): number {
  return address.charCodeAt(0) | (address.charCodeAt(1) << 8) | (address.charCodeAt(2) << 16) | (address.charCodeAt(3) << 24);
}

function placeOf(low: number): number {
  return Math.imul(low, 0x9e37_79b1) >>> (32 - BITS);
}
