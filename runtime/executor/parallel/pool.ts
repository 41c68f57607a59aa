/** The worker threads of a parallel executor. They are started with it, last over blocks, and do not keep the process alive. */
import { MessageChannel, Worker, type MessagePort } from "node:worker_threads";
import type { SharedStateBuffers } from "../../store/shared/state.js";
import { HEADER, type BlockBuffers } from "./layout.js";
import type { BlockMemory, ThreadData } from "./thread.js";

/** Room for what transactions leave behind: with the engine's default for threads, collecting it takes twice the time. */
const YOUNG_MB = 64;

export class ThreadPool {
  private readonly workers: Worker[] = [];
  private readonly ports: MessagePort[] = [];
  private readonly started: Promise<unknown>[] = [];
  private lost = false;

  /** Starts threads that are workers 1 to `count`. */
  constructor(
    count: number,
    private readonly block: BlockBuffers,
    private state: SharedStateBuffers,
  ) {
    for (let number = 1; number <= count; number++) {
      const { port1, port2 } = new MessageChannel();
      const data: ThreadData = { number, block, state, port: port2 };
      const worker = new Worker(new URL("./thread.js", import.meta.url), { workerData: data, transferList: [port2], resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } });
      // Somebody may wait for it to start.
      worker.once("online", () => worker.unref());
      port1.unref();
      worker.on("error", () => (this.lost = true));
      worker.on("exit", () => (this.lost = true));
      this.started.push(new Promise((resolve) => worker.once("online", resolve).once("exit", resolve)));
      this.workers.push(worker);
      this.ports.push(port1);
    }
  }

  /** True where a thread has ended. */
  get isBroken(): boolean {
    return this.lost;
  }

  /** Resolves when all threads run, or have ended. */
  async ready(): Promise<void> {
    await Promise.all(this.started);
  }

  /** Starts a block on a state, with memory for its receipts. */
  start(state: SharedStateBuffers, receipts: SharedArrayBuffer): void {
    const isSame = state.table.records === this.state.table.records && state.library.bytes === this.state.library.bytes;
    this.state = state;
    const memory: BlockMemory = isSame ? { receipts } : { receipts, state };
    for (const port of this.ports) port.postMessage(memory);
    const header = new Int32Array(this.block.header);
    Atomics.store(header, HEADER.OPEN, header[HEADER.GO]! + 1);
    Atomics.add(header, HEADER.GO, 1);
    Atomics.notify(header, HEADER.GO);
  }

  async close(): Promise<void> {
    this.lost = true;
    for (const port of this.ports) port.close();
    await Promise.all(this.workers.map((w) => w.terminate()));
  }
}
