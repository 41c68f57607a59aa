/** Executes one transaction, on whatever stack it needs. */
import type { BlockCells } from "../host/activation.js";
import type { CodeRegistry } from "../host/code.js";
import { isStackOverflow, STACK_EXHAUSTED } from "../host/interruption.js";
import type { StateReader } from "../store/state.js";
import { executeDeep } from "./deep/thread.js";
import { executeOnThisStack, type Receipt, type Transaction } from "./run.js";

export { intrinsicGas, MAX_GAS, TRANSACTION_GAS, type Receipt, type Transaction } from "./run.js";

/**
 * Runs a transaction. Where its calls nest deeper than this thread's stack allows it runs again on a thread with a large one, so that
 * no result depends on the stack. Throws only what reading the state throws.
 */
export function executeTransaction(state: StateReader, block: BlockCells, registry: CodeRegistry, transaction: Transaction): Receipt {
  try {
    return executeOnThisStack(state, block, registry, transaction);
  } catch (thrown) {
    // An overflow in the executor's own code arrives as the engine threw it.
    if (thrown !== STACK_EXHAUSTED && !isStackOverflow(thrown)) throw thrown;
    return executeDeep(state, block, registry, transaction);
  }
}
