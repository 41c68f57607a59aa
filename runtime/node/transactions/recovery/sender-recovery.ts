/**
 * Recovers the senders of transactions that are known before their turn comes, in a batch or a queue of requests, on a second thread, while the main
 * thread executes those before them. Recovery is a function of the signature alone, so that it does not matter who does it, or when.
 *
 *   main     recover 0, mine 0, mine 1, recover 9, mine 2, mine 3, ...
 *   thread   recover 1, recover 2, recover 3, ...
 *
 * The main thread never waits: where a result is not there yet it does the same work for those that come last, or recovers the one it needs itself. With the
 * thread dead or starved everything still happens, on the main thread.
 */
import os from "node:os";
import { Worker } from "node:worker_threads";
import { recoverAddress } from "../../../../machine/recover.js";
import type { TransactionSignature } from "../decode.js";
import { SignatureSlots, STATE } from "./slots.js";

/** The sender of one transaction, to be asked for at most once. */
export interface Recovery {
  /** The signer's address, 20 bytes; undefined where no key made the signature. */
  readonly result: () => Uint8Array | undefined;
  /** Nobody will ask any more. May follow {@link result}. */
  readonly drop: () => void;
}

export class SenderRecovery {
  private readonly slots = new SignatureSlots();
  private worker: Worker | undefined;
  private closed = false;

  /** @param threads Of the machine; with fewer than two nothing is gained, and no thread is started. */
  constructor(private readonly threads = os.availableParallelism()) {}

  /** Begins to recover a sender. The thread is started when it is first needed, and does not keep the process alive. */
  begin(signature: TransactionSignature): Recovery {
    const slot = this.threads < 2 || this.closed ? undefined : this.slots.offer(signature);
    if (slot === undefined) return { result: () => recoverHere(signature), drop: () => undefined };
    this.start();
    let isHeld = true;
    const drop = (): void => {
      if (isHeld) this.slots.release(slot);
      isHeld = false;
    };
    const result = (): Uint8Array | undefined => {
      try {
        return this.isDone(slot) ? this.slots.result(slot) : recoverHere(signature);
      } finally {
        drop();
      }
    };
    return { result, drop };
  }

  /** Does useful work until a slot is done; false where there is nothing else to do and the other thread still works on it. */
  private isDone(slot: number): boolean {
    const { slots } = this;
    while (slots.state(slot) !== STATE.DONE) if (!slots.recover(slot) && !this.help()) return slots.state(slot) === STATE.DONE;
    return true;
  }

  /** Recovers the sender that is needed last; false where none waits. */
  private help(): boolean {
    const { slots } = this;
    for (let number = slots.put - 1, last = number - slots.size; number !== last; number--) if (slots.recover(slots.slotOf(number))) return true;
    return false;
  }

  private start(): void {
    if (this.worker) return;
    this.worker = new Worker(new URL("./thread.js", import.meta.url), { workerData: this.slots.buffer });
    this.worker.unref();
    // Whatever ends it: the main thread recovers what it left.
    this.worker.on("error", () => undefined);
  }

  /** Ends the thread. What was begun can still be asked for. */
  async close(): Promise<void> {
    this.closed = true;
    await this.worker?.terminate();
  }
}

function recoverHere({ digest, bytes, yParity }: TransactionSignature): Uint8Array | undefined {
  return recoverAddress(digest, bytes, yParity);
}
