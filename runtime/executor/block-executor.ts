/**
 * Runs the transactions of a block and makes what they change part of the state. Every executor gives what running them one after
 * another gives; the serial one does just that.
 */
import type { BlockCells } from "../host/activation.js";
import type { CodeRegistry, ModuleEntry } from "../host/code.js";
import type { AddressKey } from "../store/keys.js";
import { SharedRegistry } from "../store/shared/registry.js";
import type { SharedState } from "../store/shared/state.js";
import type { ChangeSet, StateReader } from "../store/state.js";
import { executeWithFees, type Fees } from "./fees.js";
import { executeTransaction, type Receipt, type Transaction } from "./transaction.js";

/** What a block says of one of its transactions; what they change is the block's. */
export type Outcome = Omit<Receipt, "changes" | "modules">;

export interface BlockInput {
  readonly block: BlockCells;
  readonly transactions: readonly Transaction[];
  /** With fees, each sender can pay `gasLimit * gasPrice + value` when its turn comes. Without, gas costs nothing. */
  readonly fees?: Fees;
}

export interface BlockResult {
  /** In the order of the transactions; decoded when they are asked for. */
  readonly outcomes: Iterable<Outcome> & { readonly length: number; at(index: number): Outcome | undefined };
  /** How many executions it took; the number of transactions at best. */
  readonly executions: number;
}

/** The state that an executor works on. */
export interface ExecutorState {
  readonly head: StateReader;
  readonly registry: CodeRegistry;
  /** Makes changes and modules part of the head. */
  commit(changes: ChangeSet, modules: readonly ModuleEntry[]): void;
  /** True where an account has a storage word that is not zero. Where nobody can say, blocks in which accounts are destroyed run serially. */
  hasStorage?(address: AddressKey): boolean;
}

/** What an executor with several threads has done so far. */
export interface ParallelStatistics {
  /** Blocks that ran on all workers, and of these those that were given up and run serially. */
  readonly parallelBlocks: number;
  readonly abandonedBlocks: number;
  readonly serialBlocks: number;
  /** Of parallel blocks. */
  readonly transactions: number;
  readonly executions: number;
  readonly conflicts: number;
}

export interface BlockExecutor {
  /** Absent where there is one thread. */
  readonly statistics?: ParallelStatistics;
  run(input: BlockInput): BlockResult;
  /** Somebody else made changes part of the state. */
  changed(changes: ChangeSet, modules: readonly ModuleEntry[]): void;
  /** The state is another one altogether. */
  reset(): void;
  /** Ends its threads. */
  close(): Promise<void>;
}

/** Runs one transaction of a block as the block's input says. */
export function executeOne(state: Pick<ExecutorState, "head" | "registry">, { block, fees }: Omit<BlockInput, "transactions">, transaction: Transaction): Receipt {
  return fees ? executeWithFees(state.head, block, state.registry, transaction, fees) : executeTransaction(state.head, block, state.registry, transaction);
}

/** One transaction after another, on the caller's thread. */
export class SerialExecutor implements BlockExecutor {
  constructor(private readonly state: ExecutorState) {}

  run(input: BlockInput): BlockResult {
    const outcomes = input.transactions.map((transaction): Outcome => {
      const receipt = executeOne(this.state, input, transaction);
      this.state.commit(receipt.changes, receipt.modules);
      return receipt;
    });
    return { outcomes, executions: outcomes.length };
  }

  changed(): void {
    // It reads the state itself.
  }

  reset(): void {
    // It reads the state itself.
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** A shared state with its modules, to run blocks on. */
export function sharedExecutorState(state: SharedState): ExecutorState {
  return {
    head: state,
    registry: new SharedRegistry(state),
    commit(changes, modules) {
      state.register(modules);
      state.apply(changes);
    },
    hasStorage: (address) => state.hasStorage(address),
  };
}
