/**
 * What the two sides of the deep thread send each other. The thread asks for state while the caller waits for it, so that both
 * are synchronous: a message is posted, a counter is raised, and who waits for it takes the message from the port.
 */
import { receiveMessageOnPort, type MessagePort } from "node:worker_threads";
import type { ModuleEntry } from "../../host/code.js";
import type { AccountRecord } from "../../store/state.js";
import type { Receipt, Transaction } from "../run.js";

export interface Job {
  readonly transaction: Transaction;
  /** The block's cells. */
  readonly block: Uint8Array;
}

/** From the deep thread to the caller. */
export type Question =
  /** Sent once, when the thread has started. */
  | { readonly kind: "ready" }
  | { readonly kind: "account"; readonly address: string }
  | { readonly kind: "storage"; readonly address: string; readonly slot: string }
  | { readonly kind: "module"; readonly identity: Uint8Array }
  | { readonly kind: "blockHash"; readonly number: bigint }
  | { readonly kind: "done"; readonly receipt: Receipt }
  /** It was interrupted by an answer. */
  | { readonly kind: "interrupted" }
  | { readonly kind: "failed"; readonly error: unknown };

/** From the caller to the deep thread: a new job, or an answer. */
export type Answer =
  | { readonly kind: "job"; readonly job: Job }
  | { readonly kind: "value"; readonly value: AccountRecord | ModuleEntry | Uint8Array | undefined }
  /** The state threw: leave the transaction. */
  | { readonly kind: "interrupt" };

/** A receipt as plain objects: what decodes itself when asked would lose that on the way. */
export function sendable(receipt: Receipt): Receipt {
  const { accounts, storage } = receipt.changes;
  return { ...receipt, logs: receipt.logs.map(({ address, topics, data, isTransfer }) => ({ address, topics, data, isTransfer })), changes: { accounts, storage } };
}

/** Indexes of the shared counters. */
export const COUNTER = { QUESTIONS: 0, ANSWERS: 1 } as const;

/** One direction of the conversation at a time: sends on one counter, waits on the other. */
export class Line<Sent, Received> {
  private received = 0;

  constructor(
    private readonly port: MessagePort,
    private readonly counters: Int32Array,
    private readonly sends: number,
    private readonly waits: number,
  ) {}

  send(message: Sent): void {
    this.port.postMessage(message);
    Atomics.add(this.counters, this.sends, 1);
    Atomics.notify(this.counters, this.sends);
  }

  /** Waits for the next message of the other side; throws where none comes within `patience` milliseconds. */
  receive(patience = Number.POSITIVE_INFINITY): Received {
    for (;;) {
      const message: { readonly message: unknown } | undefined = receiveMessageOnPort(this.port);
      if (message) {
        this.received++;
        return message.message as Received;
      }
      if (Atomics.wait(this.counters, this.waits, this.received, patience) === "timed-out") throw new Error("the thread for deeply nested calls does not answer");
    }
  }
}
