/**
 * Signatures on their way to a second thread: a ring of slots in shared memory, each with a signature, the address that recovery gives, and a state
 * that says whose it is. A thread owns a slot that it moved out of WAITING by compare and exchange, so that each is recovered once, by whichever
 * thread comes first.
 *
 *   FREE -put-> WAITING -claim-> OWNED (thread) -finish-> DONE -release-> FREE
 *                      \-claim-> OWNED (main)   -finish-> DONE -release-> FREE
 *   OWNED (thread) -release-> DROPPED -finish-> FREE: nobody wants the result any more
 */
import { recoverAddress } from "../../../../machine/recover.js";
import type { TransactionSignature } from "../decode.js";

export const STATE = { FREE: 0, WAITING: 1, OWNED: 2, DONE: 3, DROPPED: 4 } as const;

/** Slots of a ring: more than the largest batch has transactions. A power of two, so that numbers may wrap around. */
const SLOTS = 256;
/** Bytes of a slot and where its parts are. */
const SLOT = { SIZE: 128, DIGEST: 0, SIGNATURE: 32, PARITY: 96, FOUND: 97, ADDRESS: 98 } as const;
const [DIGEST_BYTES, SIGNATURE_BYTES, ADDRESS_BYTES] = [32, 64, 20];
/** Indices of the number of signatures ever put, of what is 1 while a thread sleeps until there are more, and of the states. */
const PUT = 0;
const ASLEEP = 1;
const STATES = 2;

export type SlotBuffer = SharedArrayBuffer;

export class SignatureSlots {
  private readonly words: Int32Array;
  private readonly bytes: Uint8Array;

  constructor(readonly buffer: SlotBuffer = new SharedArrayBuffer(4 * (STATES + SLOTS) + SLOTS * SLOT.SIZE)) {
    this.words = new Int32Array(buffer, 0, STATES + SLOTS);
    this.bytes = new Uint8Array(buffer, 4 * (STATES + SLOTS));
  }

  /** How many signatures were ever put, modulo 2^32. */
  get put(): number {
    return Atomics.load(this.words, PUT);
  }

  /** Ends when more than `seen` were put. For threads that may block. */
  waitForMore(seen: number): void {
    Atomics.store(this.words, ASLEEP, 1);
    // Returns at once where more were put before this thread could be seen to sleep.
    Atomics.wait(this.words, PUT, seen);
    Atomics.store(this.words, ASLEEP, 0);
  }

  readonly size = SLOTS;

  /** The slot of the number-th signature. */
  slotOf(number: number): number {
    return number & (SLOTS - 1);
  }

  /** Offers a signature to whichever thread comes first; gives its slot, or undefined where the ring is full. For one thread only. */
  offer({ digest, bytes, yParity }: TransactionSignature): number | undefined {
    const number = this.put;
    const slot = this.slotOf(number);
    if (this.state(slot) !== STATE.FREE) return undefined;
    const at = slot * SLOT.SIZE;
    this.bytes.set(digest, at + SLOT.DIGEST);
    this.bytes.set(bytes, at + SLOT.SIGNATURE);
    this.bytes[at + SLOT.PARITY] = yParity;
    Atomics.store(this.words, STATES + slot, STATE.WAITING);
    Atomics.store(this.words, PUT, (number + 1) | 0);
    if (Atomics.load(this.words, ASLEEP) === 1) Atomics.notify(this.words, PUT);
    return slot;
  }

  state(slot: number): number {
    return Atomics.load(this.words, STATES + slot);
  }

  /** Takes a signature that waits, recovers its signer, and leaves the result; false where it does not wait. */
  recover(slot: number): boolean {
    if (!this.move(slot, STATE.WAITING, STATE.OWNED)) return false;
    const at = slot * SLOT.SIZE;
    const part = (from: number, length: number): Uint8Array => this.bytes.slice(at + from, at + from + length);
    const address = recoverAddress(part(SLOT.DIGEST, DIGEST_BYTES), part(SLOT.SIGNATURE, SIGNATURE_BYTES), this.bytes[at + SLOT.PARITY] as 0 | 1);
    this.bytes[at + SLOT.FOUND] = address ? 1 : 0;
    if (address) this.bytes.set(address, at + SLOT.ADDRESS);
    if (!this.move(slot, STATE.OWNED, STATE.DONE)) Atomics.store(this.words, STATES + slot, STATE.FREE);
    return true;
  }

  /** The address of a slot that is DONE, 20 bytes; undefined where no key made the signature. */
  result(slot: number): Uint8Array | undefined {
    const at = slot * SLOT.SIZE;
    return this.bytes[at + SLOT.FOUND] === 1 ? this.bytes.slice(at + SLOT.ADDRESS, at + SLOT.ADDRESS + ADDRESS_BYTES) : undefined;
  }

  /** Gives up a slot, whatever became of its signature. For the thread that put it. */
  release(slot: number): void {
    if (this.move(slot, STATE.OWNED, STATE.DROPPED)) return;
    // The other thread can move it from WAITING to OWNED meanwhile, but no further without being seen here.
    if (this.move(slot, STATE.WAITING, STATE.FREE) || this.move(slot, STATE.OWNED, STATE.DROPPED)) return;
    Atomics.store(this.words, STATES + slot, STATE.FREE);
  }

  private move(slot: number, from: number, to: number): boolean {
    return Atomics.compareExchange(this.words, STATES + slot, from, to) === from;
  }
}
