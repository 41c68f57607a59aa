/** Call traces: a transaction is run on a state, and the tree of its calls noted. Mined transactions are run again on the state before them. */
import type { CallFrame } from "../../executor/call-frames.js";
import { afterPaying, executeWithFees, guarded } from "../../executor/fees.js";
import { intrinsicGas, type Transaction } from "../../executor/transaction.js";
import type { StateReader } from "../../store/state.js";
import type { Block } from "./block.js";
import { executorTransaction } from "./block-builder.js";
import type { BlockDraft, Blockchain } from "./blockchain.js";
import { LayeredState } from "./layered-state.js";

/** Runs a transaction and gives the tree of its calls. Of one that could not begin the root says why. */
export function traceTransaction(chain: Blockchain, state: StateReader, at: BlockDraft, transaction: Transaction): CallFrame {
  const { trace, data, success, error, executionGas } = guarded(afterPaying(state, transaction), chain.cells(at), chain.backend.registry, {
    ...transaction,
    observe: { calls: true },
  });
  if (trace) return trace;
  const { from, to, value, data: input, gasLimit } = transaction;
  const gas = Math.max(0, gasLimit - intrinsicGas(transaction));
  return { type: to === undefined ? "CREATE" : "CALL", from, to, value, gas, gasUsed: Math.min(gas, executionGas), input, output: data, success, error, calls: [] };
}

/** The state before a transaction of a block: the parent's, with the transactions before it. */
export function stateBefore(chain: Blockchain, parent: StateReader, block: Block, index: number): StateReader {
  const state = new LayeredState(parent);
  for (const { transaction, gasPrice } of block.receipts.slice(0, index)) {
    const { changes } = executeWithFees(state, chain.cells(block.header), chain.backend.registry, executorTransaction(transaction, gasPrice), block.header);
    state.apply(changes);
  }
  return state;
}
