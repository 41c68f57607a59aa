/**
 * A {@link KeyValueStore} in a database that speaks PostgreSQL's protocol: PostgreSQL, CockroachDB, YugabyteDB. Reads wait for the database thread, so
 * that they are synchronous as contracts need them; writes do not.
 */
import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from "node:worker_threads";
import {
  copyValue,
  requireCheckpointName,
  requireKey,
  StateError,
  type CheckpointInfo,
  type Entry,
  type KeyRange,
  type KeyValueSnapshot,
  type KeyValueStore,
  type Write,
} from "../kv.js";
import type { Ask, RemoteCheckpoint, Reply, Request } from "./protocol.js";

/** Entries that one question brings. */
const PAGE = 256;
/** Between counts of the table's size, which read all of it. */
const SIZE_MILLISECONDS = 300_000;

/** Opens the state of a database, made where it is not there. Rejects with StateError. */
export async function openPostgres(url: string): Promise<KeyValueStore> {
  const thread = new DatabaseThread();
  try {
    await thread.ask({ op: "open", url });
  } catch (error) {
    await thread.end();
    throw error;
  }
  return new PostgresStore(url.replace(/^([a-z]+:\/\/[^:@/]*):[^@/]*@/, "$1@"), thread);
}

/** Makes the state what it was at a checkpoint. Rejects with StateError. */
export async function restorePostgres(url: string, checkpoint: string): Promise<void> {
  const thread = new DatabaseThread();
  try {
    await thread.ask({ op: "open", url });
    try {
      await thread.ask({ op: "restoreCheckpoint", name: checkpoint });
    } finally {
      await thread.ask({ op: "close" });
    }
  } finally {
    await thread.end();
  }
}

/** Asks the thread and waits, with or without the event loop. */
class DatabaseThread {
  private readonly counter = new Int32Array(new SharedArrayBuffer(4));
  private readonly worker: Worker;
  private readonly port: MessagePort;
  private readonly waiting = new Map<number, { readonly resolve: (value: unknown) => void; readonly reject: (error: unknown) => void }>();
  private nextId = 0;

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    this.worker = new Worker(new URL("./thread.js", import.meta.url), { workerData: { counter: this.counter, port: port2 }, transferList: [port2] });
    this.port.on("message", (reply: Reply) => this.settle(reply));
    this.worker.on("error", (error) => this.failAll(error));
    // It keeps the process alive only while somebody waits.
    this.worker.unref();
    this.port.unref();
  }

  /** An answer that arrived while nobody waited on the spot. */
  private settle({ id, result, failure }: Reply): void {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if (this.waiting.size === 0) this.port.unref();
    if (failure) waiting?.reject(new StateError(failure.kind, failure.message, failure.hint));
    else waiting?.resolve(result);
  }

  private failAll(error: Error): void {
    for (const { reject } of this.waiting.values()) reject(new StateError("lost", `the database thread ended: ${error.message}`));
    this.waiting.clear();
  }

  async ask(request: Request): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const id = this.nextId++;
      this.waiting.set(id, { resolve, reject });
      this.port.ref();
      this.port.postMessage({ id, waits: false, request } satisfies Ask);
    });
  }

  /** Waits without the event loop. Throws StateError. */
  askNow(request: Request): unknown {
    const id = this.nextId++;
    const before = Atomics.load(this.counter, 0);
    this.port.postMessage({ id, waits: true, request } satisfies Ask);
    for (;;) {
      const received: { readonly message: unknown } | undefined = receiveMessageOnPort(this.port);
      if (!received) {
        Atomics.wait(this.counter, 0, before, 50);
        continue;
      }
      const reply = received.message as Reply;
      if (reply.id !== id) {
        // Of a write that ended meanwhile.
        this.settle(reply);
        continue;
      }
      if (reply.failure) throw new StateError(reply.failure.kind, reply.failure.message, reply.failure.hint);
      return reply.result;
    }
  }

  async end(): Promise<void> {
    this.port.close();
    await this.worker.terminate();
  }
}

class PostgresStore implements KeyValueStore {
  private nextSnapshot = 0;
  private bytes = 0;
  private counted = -Infinity;
  private closed = false;

  constructor(
    readonly location: string,
    private readonly thread: DatabaseThread,
  ) {}

  get(key: Uint8Array): Uint8Array | undefined {
    return this.read(undefined, key);
  }

  getInto(key: Uint8Array, into: Uint8Array): number {
    return copyValue(this.get(key), into);
  }

  entries(range: KeyRange): Iterable<Entry> {
    return this.pages(undefined, range);
  }

  private read(snapshot: number | undefined, key: Uint8Array): Uint8Array | undefined {
    return this.thread.askNow({ op: "get", snapshot, key: plain(key) }) as Uint8Array | undefined;
  }

  private *pages(snapshot: number | undefined, { start, end }: KeyRange): Generator<Entry> {
    for (let from = plain(start); ;) {
      const page = this.thread.askNow({ op: "page", snapshot, start: from, end: plain(end), limit: PAGE }) as Entry[];
      yield* page;
      const last = page[page.length - 1];
      if (!last || page.length < PAGE) return;
      // The key that comes next in order.
      from = Uint8Array.of(...last[0], 0);
    }
  }

  async write(batch: readonly Write[]): Promise<void> {
    for (const { key } of batch) requireKey(key);
    if (batch.length === 0) return;
    await this.thread.ask({ op: "write", batch: batch.map(({ key, value }) => ({ key: plain(key), value: value && plain(value) })) });
  }

  snapshot(): KeyValueSnapshot {
    const id = this.nextSnapshot++;
    this.thread.askNow({ op: "snapshot", id });
    return {
      get: (key) => this.read(id, key),
      entries: (range) => this.pages(id, range),
      close: () => void this.thread.askNow({ op: "closeSnapshot", id }),
    };
  }

  /** As last counted: counting reads the whole table, in the background and seldom. */
  size(): number {
    if (performance.now() - this.counted > SIZE_MILLISECONDS && !this.closed) {
      this.counted = performance.now();
      this.thread.ask({ op: "size" }).then(
        (bytes) => (this.bytes = bytes as number),
        () => undefined,
      );
    }
    return this.bytes;
  }

  async saveCheckpoint(name: string): Promise<void> {
    requireCheckpointName(name);
    await this.thread.ask({ op: "saveCheckpoint", name, time: Date.now() });
  }

  checkpoints(): readonly CheckpointInfo[] {
    return this.thread.askNow({ op: "checkpoints" }) as RemoteCheckpoint[];
  }

  async dropCheckpoint(name: string): Promise<void> {
    await this.thread.ask({ op: "dropCheckpoint", name });
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    try {
      await this.thread.ask({ op: "close" });
    } finally {
      await this.thread.end();
    }
  }
}

/** A copy that can be sent: a Buffer would bring the pool that it lies in. */
function plain(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(bytes);
}
