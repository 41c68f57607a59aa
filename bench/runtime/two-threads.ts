/**
 * What this machine's second processor is worth: arithmetic that shares nothing, on two threads beside the same on one. No block can gain more
 * than that from a second thread.
 */
import { Worker, workerData, type WorkerOptions } from "node:worker_threads";
import { median } from "../report.js";

const STEPS = 2e7;
const ROUNDS = 9;
/** Words that the threads share. */
const WORD = { START: 0, DONE: 1, READY: 2, COUNT: 3 } as const;

/** A loop that stays within a processor's own cache. */
function work(table: Int32Array): void {
  let a = 1;
  for (let i = 0; i < STEPS; i++) {
    a = Math.imul(a ^ i, 0x9e37_79b1);
    table[a & 1023]! += i;
    a ^= a >>> 13;
  }
}

/** Steps a second of two threads together, and of one. */
export async function twoThreads(): Promise<{ readonly two: number; readonly one: number }> {
  const shared = new Int32Array(new SharedArrayBuffer(4 * WORD.COUNT));
  const options: WorkerOptions = { workerData: shared };
  const worker = new Worker(new URL(import.meta.url), options);
  const table = new Int32Array(1024);
  const [one, two]: [number[], number[]] = [[], []];
  await new Promise((resolve) => worker.once("online", resolve));
  Atomics.wait(shared, WORD.READY, 0);
  work(table);
  for (let round = 1; round <= ROUNDS; round++) {
    let start = performance.now();
    work(table);
    one.push(performance.now() - start);
    start = performance.now();
    Atomics.store(shared, WORD.START, round);
    Atomics.notify(shared, WORD.START);
    work(table);
    for (let done = Atomics.load(shared, WORD.DONE); done < round; done = Atomics.load(shared, WORD.DONE)) Atomics.wait(shared, WORD.DONE, done);
    two.push(performance.now() - start);
  }
  await worker.terminate();
  return { two: (2 * STEPS) / (median(two) / 1000), one: STEPS / (median(one) / 1000) };
}

if (workerData instanceof Int32Array) {
  const shared = workerData;
  const table = new Int32Array(1024);
  work(table);
  Atomics.store(shared, WORD.READY, 1);
  Atomics.notify(shared, WORD.READY);
  for (let round = 1; round <= ROUNDS; round++) {
    Atomics.wait(shared, WORD.START, round - 1);
    work(table);
    Atomics.store(shared, WORD.DONE, round);
    Atomics.notify(shared, WORD.DONE);
  }
}
