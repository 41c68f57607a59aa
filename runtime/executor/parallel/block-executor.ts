/**
 * Executes a block optimistically: transactions run in any order over a multi-version memory, are validated in order, and run again where they
 * read what has changed. The result is that of running them one after another.
 *
 * Why: a transaction's execution depends on its reads only. When the block is done, every transaction's last execution has been validated after
 * all below it were final (each write that could matter sends the validation back), so that it read what the serial run would have given it.
 *
 * Workers here take turns in one thread. A turn is an execution up to its publication, the publication, or a validation, so
 * that all interleavings of what the memory sees can happen; `pick` chooses whose turn it is.
 */
import type { BlockCells } from "../../host/activation.js";
import type { CodeRegistry } from "../../host/code.js";
import { Interruption } from "../../host/interruption.js";
import type { ChangeSet, StateReader } from "../../store/state.js";
import { executeTransaction, type Receipt, type Transaction } from "../transaction.js";
import { changesOf, writesOf } from "./locations.js";
import { MultiVersionMemory, type Location, type ReadSet } from "./multi-version-memory.js";
import { Scheduler, type Task } from "./scheduler.js";
import { Blocked, View, ViewRegistry } from "./view.js";

export interface BlockInput {
  readonly state: StateReader;
  readonly registry: CodeRegistry;
  readonly block: BlockCells;
  readonly transactions: readonly Transaction[];
  /** How a transaction runs; with fees, for instance. It must read the state through what it is given only. */
  readonly execute?: (state: StateReader, block: BlockCells, registry: CodeRegistry, transaction: Transaction) => Receipt;
}

export interface BlockResult {
  readonly receipts: readonly Receipt[];
  /** Of the whole block; modules included. Neither is applied. */
  readonly changes: ChangeSet;
  readonly modules: Receipt["modules"];
  /** How many executions it took; the number of transactions at best. */
  readonly executions: number;
}

export interface ParallelOptions {
  readonly workers: number;
  /** Whose turn it is, from 0 to workers - 1. Round robin by default. */
  readonly pick?: (workers: number) => number;
}

/** An execution that is not published yet. */
interface Unpublished {
  readonly task: Task;
  readonly reads: ReadSet;
  readonly writes: ReadonlyMap<Location, unknown>;
  readonly receipt: Receipt;
}

/** Runs a block one transaction after another: what every other way of running it must equal. */
export function executeSerially({ state, registry, block, transactions, execute = executeTransaction }: BlockInput): BlockResult {
  const memory = new MultiVersionMemory(transactions.length);
  const receipts = transactions.map((transaction, tx) => {
    const view = new View(memory, state, tx);
    const receipt = execute(view, block, new ViewRegistry(view, registry), transaction);
    memory.record(tx, 0, view.reads, writesOf(receipt.changes, receipt.modules));
    return receipt;
  });
  return { receipts, ...changesOf(memory.final()), executions: transactions.length };
}

/** Runs a block optimistically. */
export function executeOptimistically(input: BlockInput, options: ParallelOptions): BlockResult {
  return new OptimisticBlock(input).run(options);
}

class OptimisticBlock {
  private readonly memory: MultiVersionMemory;
  private readonly scheduler: Scheduler;
  private readonly receipts: Receipt[] = [];
  private executions = 0;

  constructor(private readonly input: BlockInput) {
    this.memory = new MultiVersionMemory(input.transactions.length);
    this.scheduler = new Scheduler(input.transactions.length);
  }

  run({ workers, pick }: ParallelOptions): BlockResult {
    const held = new Array<Task | Unpublished | undefined>(workers).fill(undefined);
    for (let turn = 0; !this.scheduler.isDone; turn++) {
      const worker = pick ? pick(workers) : turn % workers;
      held[worker] = this.turn(held[worker] ?? this.scheduler.next());
    }
    return { receipts: this.receipts, ...changesOf(this.memory.final()), executions: this.executions };
  }

  /** One worker's turn; what it goes on with at its next one. */
  private turn(work: Task | Unpublished | undefined): Task | Unpublished | undefined {
    if (!work) return undefined;
    if ("receipt" in work) return this.publish(work);
    return work.kind === "execute" ? this.execute(work) : this.validate(work);
  }

  private execute(task: Task): Task | Unpublished | undefined {
    const { state, registry, block, transactions, execute = executeTransaction } = this.input;
    const view = new View(this.memory, state, task.tx);
    this.executions++;
    try {
      const receipt = execute(view, block, new ViewRegistry(view, registry), transactions[task.tx]!);
      return { task, reads: view.reads, writes: writesOf(receipt.changes, receipt.modules), receipt };
    } catch (thrown) {
      if (thrown instanceof Blocked) return this.scheduler.block(task.tx, thrown.by);
      if (thrown instanceof Interruption) return task;
      throw thrown;
    }
  }

  private publish({ task, reads, writes, receipt }: Unpublished): Task | undefined {
    const wroteNew = this.memory.record(task.tx, task.incarnation, reads, writes);
    this.receipts[task.tx] = receipt;
    return this.scheduler.finishExecution(task.tx, wroteNew);
  }

  private validate(task: Task): Task | undefined {
    const aborted = !this.memory.isValid(task.tx) && this.scheduler.tryAbort(task);
    if (aborted) this.memory.markEstimates(task.tx);
    return this.scheduler.finishValidation(task.tx, aborted);
  }
}
