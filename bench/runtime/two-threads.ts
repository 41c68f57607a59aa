/**
 * What a second processor of this machine is worth for this work: blocks of transfers on two threads that share nothing, each with a state and a
 * serial executor of its own, beside one of them alone. No executor gains more from a second thread; where the two processors are one core's, or other
 * machines use them too, it is far less than twice.
 */
import { parentPort, Worker, workerData, type WorkerOptions } from "node:worker_threads";
import { SerialExecutor, sharedExecutorState } from "../../runtime/executor/block-executor.js";
import type { Transaction } from "../../runtime/executor/transaction.js";
import { SharedState } from "../../runtime/store/shared/state.js";
import type { Artifact } from "../../index.js";
import { median } from "../report.js";
import { randomTransfers, TokenWorld } from "./token.js";

const ACCOUNTS = 10_000;
const BLOCK_SIZE = 10_000;
const WARM_UP = 6;
const ROUNDS = 9;
/** Words that the threads share. */
const WORD = { START: 0, DONE: 1, COUNT: 2 } as const;

interface Task {
  readonly artifact: Artifact;
  readonly words: SharedArrayBuffer;
}

/** Blocks on a state that no other thread knows. */
class Side {
  private readonly executor: SerialExecutor;
  private readonly world: TokenWorld;
  private readonly blocks: readonly (readonly Transaction[])[];

  constructor(artifact: Artifact) {
    const state = SharedState.create({ records: 8 * ACCOUNTS });
    const executorState = sharedExecutorState(state);
    this.world = new TokenWorld(artifact, state, executorState.registry);
    this.world.distribute(ACCOUNTS);
    this.executor = new SerialExecutor(executorState);
    this.blocks = Array.from({ length: WARM_UP + ROUNDS }, (_, round) => this.world.transactions(randomTransfers(BLOCK_SIZE, ACCOUNTS, round)));
  }

  run(round: number): void {
    this.executor.run({ block: this.world.block, transactions: this.blocks[round]! });
  }
}

/** Transfers a second of two threads together, and of one alone. */
export async function twoThreads(artifact: Artifact): Promise<{ readonly two: number; readonly one: number }> {
  const task: Task = { artifact, words: new SharedArrayBuffer(4 * WORD.COUNT) };
  const words = new Int32Array(task.words);
  const options: WorkerOptions = { workerData: task };
  const worker = new Worker(new URL(import.meta.url), options);
  const failed = new Promise<never>((_, reject) => worker.once("error", reject));
  const side = new Side(artifact);
  const [one, two]: [number[], number[]] = [[], []];
  await Promise.race([failed, new Promise((resolve) => worker.once("message", resolve))]);
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    const together = performance.now();
    Atomics.store(words, WORD.START, round + 1);
    Atomics.notify(words, WORD.START);
    side.run(round);
    for (let done = Atomics.load(words, WORD.DONE); done <= round; done = Atomics.load(words, WORD.DONE)) Atomics.wait(words, WORD.DONE, done);
    const alone = performance.now();
    side.run(round);
    const end = performance.now();
    if (round < WARM_UP) continue;
    two.push(alone - together);
    one.push(end - alone);
  }
  await worker.terminate();
  return { two: (2 * BLOCK_SIZE) / (median(two) / 1000), one: BLOCK_SIZE / (median(one) / 1000) };
}

function isTask(data: unknown): data is Task {
  return typeof data === "object" && data !== null && "artifact" in data && "words" in data;
}

if (parentPort && isTask(workerData)) {
  const words = new Int32Array(workerData.words);
  const side = new Side(workerData.artifact);
  parentPort.postMessage("ready");
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    Atomics.wait(words, WORD.START, round);
    side.run(round);
    Atomics.store(words, WORD.DONE, round + 1);
    Atomics.notify(words, WORD.DONE);
  }
}
