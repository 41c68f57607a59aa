/**
 * The parallel executor beside the serial one, on the same state in shared memory: ERC-20 transfers without signatures. What conflicts is
 * a balance: `hot` percent of the transfers go to one account; in a chain, each is sent from the account that the one before it paid.
 * Workers beyond one are threads; figures are medians of rounds that run in turns, so that a noisy machine disturbs both alike. A first row says what two threads
 * of this machine do that share nothing (two-threads.ts). All transactions are made before the first block, as those of a node have waited in its pool.
 */
import os from "node:os";
import { SerialExecutor, sharedExecutorState, type BlockExecutor } from "../../runtime/executor/block-executor.js";
import { ParallelExecutor } from "../../runtime/executor/parallel/parallel-executor.js";
import type { Transaction } from "../../runtime/executor/transaction.js";
import { SharedState } from "../../runtime/store/shared/state.js";
import type { Artifact } from "../../index.js";
import { median, type Bench, type Row } from "../report.js";
import { compileToken, random, TokenWorld, type Transfer } from "./token.js";
import { twoThreads } from "./two-threads.js";

const ACCOUNTS = 10_000;
const BLOCK_SIZE = 10_000;
const ROUNDS = 9;
const WARM_UP = 4;

interface Workload {
  readonly name: string;
  transfers(seed: number): Transfer[];
}

/** Senders take turns, so that what conflicts is the receiver only. */
function hot(percent: number): Workload {
  return {
    name: percent === 0 ? "par-free" : `par-hot ${percent} %`,
    transfers(seed) {
      const next = random(seed);
      return Array.from({ length: BLOCK_SIZE }, (_, i) => ({ from: i % ACCOUNTS, to: next(100) < percent ? 0 : next(ACCOUNTS), amount: 1 }));
    },
  };
}

const CHAIN: Workload = { name: "par-chain", transfers: () => Array.from({ length: BLOCK_SIZE }, (_, i) => ({ from: i % ACCOUNTS, to: (i + 1) % ACCOUNTS, amount: 1 })) };
const ONE_KEY: Workload = { name: "par-hot 100 %", transfers: () => Array.from({ length: BLOCK_SIZE }, (_, i) => ({ from: 1 + (i % 2), to: 0, amount: 1 })) };
const WORKLOADS: readonly Workload[] = [hot(0), hot(10), hot(30), hot(90), ONE_KEY, CHAIN];

/** A token on a shared state, and an executor of its own. */
class Side {
  readonly world: TokenWorld;
  private readonly executor: BlockExecutor;
  readonly times: number[] = [];
  executions = 0;
  committed = 0;

  constructor(artifact: Artifact, workers: number) {
    const state = SharedState.create({ records: 8 * ACCOUNTS });
    const executorState = sharedExecutorState(state);
    this.world = new TokenWorld(artifact, state, executorState.registry);
    this.world.distribute(ACCOUNTS);
    this.executor = workers === 0 ? new SerialExecutor(executorState) : new ParallelExecutor(executorState, { workers });
  }

  async ready(): Promise<void> {
    if (this.executor instanceof ParallelExecutor) await this.executor.ready();
  }

  run(transactions: readonly Transaction[]): void {
    const start = performance.now();
    const { outcomes, executions } = this.executor.run({ block: this.world.block, transactions });
    this.times.push(performance.now() - start);
    this.executions = executions;
    this.committed = 0;
    for (const outcome of outcomes) if (outcome.success) this.committed++;
  }

  forget(): void {
    this.times.length = 0;
  }

  get rate(): number {
    return BLOCK_SIZE / (median(this.times) / 1000);
  }

  close(): Promise<void> {
    return this.executor.close();
  }
}

function assertSame(a: Side, b: Side): void {
  const [ours, theirs] = [a.world.balances(ACCOUNTS), b.world.balances(ACCOUNTS)];
  const different = ours.findIndex((balance, n) => balance !== theirs[n]);
  if (different >= 0) throw new Error(`account ${different} has ${ours[different]} units on threads and ${theirs[different]} without`);
}

async function rowsFor(artifact: Artifact, workers: number): Promise<Row[]> {
  const [serial, parallel] = [new Side(artifact, 0), new Side(artifact, workers)];
  await parallel.ready();
  const rows: Row[] = [];
  for (const workload of WORKLOADS) {
    const blocks = Array.from({ length: WARM_UP + ROUNDS }, (_, round) => serial.world.transactions(workload.transfers(round)));
    for (const [round, transactions] of blocks.entries()) {
      if (round === WARM_UP) for (const side of [serial, parallel]) side.forget();
      for (const side of round % 2 === 0 ? [serial, parallel] : [parallel, serial]) side.run(transactions);
    }
    assertSame(parallel, serial);
    const note = `${parallel.executions} executions, ${parallel.committed} committed of ${BLOCK_SIZE}`;
    rows.push({ name: `${workload.name}, ${workers} workers`, ours: parallel.rate, peer: serial.rate, unit: "a second", higherIsBetter: true, note });
  }
  await Promise.all([serial.close(), parallel.close()]);
  return rows;
}

export const parallel: Bench = {
  name: "runtime-parallel",
  title: "ERC-20 transfers of a block on several threads; peer: the same block on one, one after another",
  async run() {
    const artifact = await compileToken();
    const { two, one } = await twoThreads(artifact);
    const rows: Row[] = [{ name: "limit: 2 serial executors that share nothing", ours: two, peer: one, unit: "a second", higherIsBetter: true }];
    for (const workers of [1, 2, 4, 8].filter((n) => n <= os.availableParallelism())) rows.push(...(await rowsFor(artifact, workers)));
    return rows;
  },
};
