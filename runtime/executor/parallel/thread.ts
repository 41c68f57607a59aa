/** A worker thread: enters each block that the main thread starts, works until it is over, and waits for the next one. */
import { receiveMessageOnPort, workerData, type MessagePort } from "node:worker_threads";
import type { BlockCells } from "../../host/activation.js";
import { SharedState, type SharedStateBuffers } from "../../store/shared/state.js";
import { BlockWorker } from "./block-worker.js";
import { HEADER, type BlockBuffers } from "./layout.js";
import { FOR_MAIN } from "./view.js";

export interface ThreadData {
  readonly number: number;
  readonly block: BlockBuffers;
  readonly state: SharedStateBuffers;
  /** Brings a {@link BlockMemory} before each block. */
  readonly port: MessagePort;
}

/** What a block needs besides the buffers that all blocks use. */
export interface BlockMemory {
  readonly receipts: SharedArrayBuffer;
  /** The state's buffers where they are others than before. */
  readonly state?: SharedStateBuffers;
}

const { number, block, state: stateBuffers, port } = workerData as ThreadData;
const header = new Int32Array(block.header);
const state = new SharedState(stateBuffers);
const worker = new BlockWorker(state, block, { number });

/** The block's cells. */
function readCells(id: number): BlockCells {
  const start = 4 * header[HEADER.CELLS]!;
  const bytes = worker.arena.bytes.slice(start, start + header[HEADER.CELLS_SIZE]!);
  return {
    bytes,
    id,
    blockHash() {
      throw FOR_MAIN;
    },
  };
}

/** Opens the state as it is now; the newest block's memory for receipts. What came with blocks that this thread was too late for is over. */
function openMemory(): SharedArrayBuffer {
  let receipts: SharedArrayBuffer | undefined;
  for (;;) {
    const received: { readonly message: unknown } | undefined = receiveMessageOnPort(port);
    if (!received) break;
    const memory = received.message as BlockMemory;
    if (memory.state) state.open(memory.state);
    receipts = memory.receipts;
  }
  if (!receipts) throw new Error("a block without memory");
  return receipts;
}

function runBlock(id: number): void {
  const receipts = openMemory();
  worker.open(readCells(id), receipts);
  while (!worker.isDone && !worker.isStopped) {
    const before = Atomics.load(header, HEADER.WAKE);
    if (!worker.step()) worker.pause(before);
  }
  for (;;) {
    const before = Atomics.load(header, HEADER.WAKE);
    if (worker.isStopped) return;
    if (Atomics.load(header, HEADER.SETTLE) !== 0) break;
    worker.pause(before);
  }
  worker.settle();
}

for (let last = 0; ;) {
  Atomics.wait(header, HEADER.GO, last);
  last = Atomics.load(header, HEADER.GO);
  // Too late for a block that is over.
  if (Atomics.load(header, HEADER.OPEN) === 0) continue;
  Atomics.add(header, HEADER.ACTIVE, 1);
  try {
    if (Atomics.load(header, HEADER.OPEN) === last) runBlock(last);
  } catch {
    // Whatever it was: the block is run serially, where it shows if it is no fault of this thread.
    worker.stop();
  } finally {
    Atomics.sub(header, HEADER.ACTIVE, 1);
    Atomics.notify(header, HEADER.ACTIVE);
  }
}
