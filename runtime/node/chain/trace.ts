/** Call traces: a transaction is run on a state, and the tree of its calls noted. Mined transactions are run again on the state before them. */
import type { CallFrame } from "../../executor/call-frames.js";
import { afterPaying, executeWithFees, guarded } from "../../executor/fees.js";
import { intrinsicGas, type Transaction } from "../../executor/transaction.js";
import type { CodeRegistry } from "../../host/code.js";
import type { StateReader } from "../../store/state.js";
import type { StateView } from "../state/backend.js";
import type { Block } from "./block.js";
import { executorTransaction } from "./block-builder.js";
import type { BlockDraft, Blockchain } from "./blockchain.js";
import { EarlierRegistry, LayeredRegistry, LayeredState } from "./layered-state.js";

/** Where a transaction is run. */
export interface Scene {
  readonly state: StateReader;
  readonly registry: CodeRegistry;
  readonly block: BlockDraft;
}

/** Runs a transaction and gives the tree of its calls. Of one that could not begin the root says why. */
export function traceTransaction(chain: Blockchain, { state, registry, block }: Scene, transaction: Transaction): CallFrame {
  const { trace, data, success, error, executionGas } = guarded(afterPaying(state, transaction), chain.cells(block), registry, { ...transaction, observe: { calls: true } });
  if (trace) return trace;
  const { from, to, value, data: input, gasLimit } = transaction;
  const gas = Math.max(0, gasLimit - intrinsicGas(transaction));
  return { type: to === undefined ? "CREATE" : "CALL", from, to, value, gas, gasUsed: Math.min(gas, executionGas), input, output: data, success, error, calls: [], logs: [] };
}

/** Where the transactions of a mined block ran, one after another: each is followed by its place, then becomes part of the state. */
export function* scenesOf(chain: Blockchain, parent: StateView, block: Block): Generator<Scene & { readonly index: number }> {
  const state = new LayeredState(parent);
  const registry = new LayeredRegistry(new EarlierRegistry(chain.backend.registry, chain.backend.modulesSince(parent)));
  const scene: Scene = { state, registry, block: block.header };
  for (const { transaction, gasPrice, index } of block.receipts) {
    yield { ...scene, index };
    const { changes, modules } = executeWithFees(state, chain.cells(block.header), registry, executorTransaction(transaction, gasPrice), block.header);
    state.apply(changes);
    registry.register(modules);
  }
}

/** Where one transaction of a block ran. */
export function sceneOf(chain: Blockchain, parent: StateView, block: Block, index: number): Scene {
  for (const scene of scenesOf(chain, parent, block)) if (scene.index === index) return scene;
  throw new RangeError(`block ${block.header.number} has no transaction ${index}`);
}
