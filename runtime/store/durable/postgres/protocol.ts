/**
 * What a store and its database thread send each other. The thread talks to the database; where the store must answer at once it waits for the
 * thread, so that contracts read a database as they read memory.
 */
import type { MessagePort } from "node:worker_threads";
import type { StateErrorKind, Write } from "../kv.js";

export interface RemoteCheckpoint {
  readonly name: string;
  readonly time: number;
}

export type Request =
  | { readonly op: "open"; readonly url: string }
  | { readonly op: "get"; readonly snapshot: number | undefined; readonly key: Uint8Array }
  | { readonly op: "page"; readonly snapshot: number | undefined; readonly start: Uint8Array; readonly end: Uint8Array; readonly limit: number }
  | { readonly op: "snapshot"; readonly id: number }
  | { readonly op: "closeSnapshot"; readonly id: number }
  | { readonly op: "write"; readonly batch: readonly Write[] }
  | { readonly op: "size" }
  | { readonly op: "checkpoints" }
  | { readonly op: "saveCheckpoint"; readonly name: string; readonly time: number }
  | { readonly op: "dropCheckpoint"; readonly name: string }
  | { readonly op: "restoreCheckpoint"; readonly name: string }
  | { readonly op: "close" };

export interface Failure {
  readonly kind: StateErrorKind;
  readonly message: string;
  readonly hint: string | undefined;
}

export interface Reply {
  readonly id: number;
  readonly result?: unknown;
  readonly failure?: Failure;
}

export interface Ask {
  readonly id: number;
  /** The store's thread waits for the reply without its event loop. */
  readonly waits: boolean;
  readonly request: Request;
}

/** What the thread is started with. */
export interface ThreadData {
  /** Raised with every reply that somebody waits for. */
  readonly counter: Int32Array;
  readonly port: MessagePort;
}
