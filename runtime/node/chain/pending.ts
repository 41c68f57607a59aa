/**
 * The block that would be mined now of what waits, on top of the newest. Its transactions run on a layer above the state, so that nothing of the chain
 * changes. Its state root is zero, as anvil's is: the trie of a state that nobody keeps is not worth making.
 */
import { SerialExecutor } from "../../executor/block-executor.js";
import type { CodeRegistry } from "../../host/code.js";
import type { StateReader } from "../../store/state.js";
import { hexBytes } from "../encoding/hex.js";
import type { TransactionPool } from "../transactions/pool.js";
import { BlockBuilder } from "./block-builder.js";
import { blockSize, commitments, type Block } from "./block.js";
import type { BlockDraft, Blockchain } from "./blockchain.js";
import { makeHeader, ZERO_HASH } from "./header.js";
import { LayeredRegistry, LayeredState } from "./layered-state.js";

export interface PendingBlock {
  readonly block: Block;
  /** The state at its end. */
  readonly state: StateReader;
  readonly registry: CodeRegistry;
}

/** Gas of its transactions at most, however much a block may hold: they run for a question. */
const MOST_GAS = 300_000_000;

export class PendingBlocks {
  /** The newest answer, and of what it was made. Who asks often does not run the transactions each time. */
  private known: { readonly of: readonly unknown[]; readonly pending: PendingBlock } | undefined;

  constructor(
    private readonly chain: Blockchain,
    private readonly pool: TransactionPool,
  ) {}

  /** @param timestamp When it would be mined, in seconds. */
  at(timestamp: number): PendingBlock {
    const { chain, pool } = this;
    const draft = chain.draft(timestamp);
    // The state may be changed by hand without a new block.
    const of = [chain.head.header.hash, chain.head.state, pool.revision, ...(Object.values(draft) as unknown[])];
    if (!this.known?.of.every((part, i) => part === of[i])) this.known = { of, pending: this.build(draft) };
    return this.known.pending;
  }

  private build(draft: BlockDraft): PendingBlock {
    const { chain, pool } = this;
    const state = new LayeredState(chain.backend.head);
    const registry = new LayeredRegistry(chain.backend.registry);
    const executor = new SerialExecutor({
      head: state,
      registry,
      commit(changes, modules) {
        state.apply(changes);
        registry.register(modules);
      },
    });
    const builder = new BlockBuilder(() => state, executor, chain.cells(draft), { ...draft, gasLimit: Math.min(draft.gasLimit, MOST_GAS) });
    pool.select(draft.baseFee, (transaction) => builder.take(transaction));
    const receipts = builder.finish();
    const gasUsed = receipts[receipts.length - 1]?.cumulativeGas ?? 0;
    const header = makeHeader({ ...draft, parentHash: chain.head.header.hash, stateRoot: hexBytes(ZERO_HASH), ...commitments(receipts), gasUsed });
    return { block: { header, receipts, size: blockSize(header, receipts), state: undefined }, state, registry };
  }
}
