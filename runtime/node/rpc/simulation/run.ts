/**
 * Runs the blocks of eth_simulateV1 one after another on top of a block. Nothing of the chain changes: state and modules lie in layers that go with the
 * answer. Roots, hashes, blooms and sizes are those of real blocks with these transactions; logs of transfers belong to none of them.
 */
import { executePayingGas, tip } from "../../../executor/fees.js";
import { blockCells } from "../../../executor/block.js";
import type { Receipt } from "../../../executor/transaction.js";
import type { BlockCells } from "../../../host/activation.js";
import { addressKeyOfInt, type AddressKey } from "../../../store/keys.js";
import type { LogRecord } from "../../../store/log-record.js";
import type { ChangeSet, StateReader } from "../../../store/state.js";
import { executorTransaction } from "../../chain/block-builder.js";
import { blockSize, commitments, logsBloom, type Block, type NodeReceipt } from "../../chain/block.js";
import type { BlockDraft } from "../../chain/blockchain.js";
import type { DevChain } from "../../chain/dev-chain.js";
import { makeHeader, nextBaseFee, type Header } from "../../chain/header.js";
import { LayeredRegistry, LayeredState } from "../../chain/layered-state.js";
import { dataHex, quantity, type Hex } from "../../encoding/hex.js";
import type { StateView } from "../../state/backend.js";
import { RPC_CODE } from "../errors.js";
import { formatBlock, formatLog } from "../format.js";
import { readStateOverrides } from "../overrides.js";
import { revertReason } from "../simulate.js";
import { SIMULATION_CODE, type PlannedBlock, type Simulation } from "./payload.js";
import { simulatedTransaction } from "./transaction.js";

const NO_ONE = addressKeyOfInt(0n);

/** What a simulation stands on, and how much gas it may use in all. */
export interface Ground {
  readonly block: Block;
  /** The state at the block's end. */
  readonly state: StateReader;
  readonly view: StateView;
  readonly gas: number;
}

interface CallResult {
  readonly receipt: NodeReceipt;
  /** With transfers. */
  readonly logs: readonly LogRecord[];
}

/** Runs a simulation; the blocks as JSON-RPC shows them. Throws RpcError where a call could not be part of its block. */
export function runSimulation(node: DevChain, simulation: Simulation, ground: Ground): unknown[] {
  return new SimulatedChain(node, simulation, ground).run();
}

class SimulatedChain {
  private readonly state: LayeredState;
  private readonly registry: LayeredRegistry;
  private view: StateView;
  private parent: Header;
  private readonly hashes = new Map<number, Hex>();
  private gasLeft: number;

  constructor(
    private readonly node: DevChain,
    private readonly simulation: Simulation,
    ground: Ground,
  ) {
    this.state = new LayeredState(ground.state);
    this.registry = new LayeredRegistry(node.chain.backend.registry);
    this.view = ground.view;
    this.parent = ground.block.header;
    this.gasLeft = ground.gas;
  }

  run(): unknown[] {
    return this.simulation.blocks.map((planned) => this.block(planned));
  }

  private block(planned: PlannedBlock): unknown {
    const draft = this.draft(planned);
    const changes: ChangeSet[] = [];
    const apply = (change: ChangeSet): void => {
      this.state.apply(change);
      changes.push(change);
    };
    for (const change of readStateOverrides(this.state, this.registry, planned.stateOverrides)) apply(change);
    const results = this.calls(planned, draft, apply);
    for (const change of changes) this.view = this.view.after(change);
    const receipts = results.map((result) => result.receipt);
    const gasUsed = receipts[receipts.length - 1]?.cumulativeGas ?? 0;
    const header = makeHeader({ ...draft, parentHash: this.parent.hash, stateRoot: this.view.root, ...commitments(receipts), gasUsed });
    this.parent = header;
    this.hashes.set(header.number, header.hash);
    const block: Block = { header, receipts, size: blockSize(header, receipts), state: undefined };
    return { ...formatBlock(block, this.simulation.fullTransactions), calls: formatResults(block, results) };
  }

  private draft({ number, timestamp, overrides }: PlannedBlock): BlockDraft {
    const { gasLimit } = this.parent;
    const baseFee = this.simulation.validation ? nextBaseFee(this.parent) : 0n;
    return { gasLimit, coinbase: NO_ONE, prevrandao: 0n, baseFee, ...overrides, number, timestamp };
  }

  private cells(draft: BlockDraft): BlockCells {
    const environment = this.node.chain.environment(draft);
    return blockCells({
      ...environment,
      blockHash: (number) => {
        const isRecent = number < BigInt(draft.number) && number + 256n >= BigInt(draft.number);
        const own = isRecent ? this.hashes.get(Number(number)) : undefined;
        return own === undefined ? environment.blockHash(number) : BigInt(own);
      },
    });
  }

  private calls({ calls }: PlannedBlock, draft: BlockDraft, apply: (changes: ChangeSet) => void): CallResult[] {
    const cells = this.cells(draft);
    const results: CallResult[] = [];
    for (const call of calls) {
      const before = results[results.length - 1]?.receipt;
      const { transaction, gasPrice } = simulatedTransaction(call, {
        state: this.state,
        block: draft,
        chainId: this.node.chain.settings.chainId,
        validation: this.simulation.validation,
        gasLeft: { block: draft.gasLimit - (before?.cumulativeGas ?? 0), simulation: this.gasLeft },
      });
      const asked = { ...executorTransaction(transaction, gasPrice), observe: { transfers: this.simulation.traceTransfers } };
      const receipt = executePayingGas(this.state, cells, this.registry, asked);
      apply(receipt.changes);
      this.registry.register(receipt.modules);
      // Where gas is free there is no tip, whatever the base fee.
      if (gasPrice > 0n) this.reward(draft.coinbase, tip(asked, receipt, draft.baseFee), apply);
      this.gasLeft -= receipt.gasUsed;
      results.push({ receipt: nodeReceipt(receipt, { transaction, gasPrice }, before), logs: receipt.logs });
    }
    return results;
  }

  private reward(coinbase: AddressKey, wei: bigint, apply: (changes: ChangeSet) => void): void {
    if (wei === 0n) return;
    const record = this.state.account(coinbase) ?? { nonce: 0, balance: 0n };
    apply({ accounts: new Map([[coinbase, { ...record, balance: record.balance + wei }]]), storage: new Map() });
  }
}

function nodeReceipt(receipt: Receipt, of: Pick<NodeReceipt, "transaction" | "gasPrice">, before: NodeReceipt | undefined): NodeReceipt {
  const logs = receipt.logs.filter((log) => log.isTransfer !== true);
  return {
    ...of,
    index: before ? before.index + 1 : 0,
    success: receipt.success,
    gasUsed: receipt.gasUsed,
    cumulativeGas: (before?.cumulativeGas ?? 0) + receipt.gasUsed,
    logs,
    firstLog: before ? before.firstLog + before.logs.length : 0,
    bloom: logsBloom(logs),
    created: receipt.success ? receipt.created : undefined,
    output: receipt.data,
    error: receipt.error,
  };
}

function formatResults({ header }: Block, results: readonly CallResult[]): unknown[] {
  let logIndex = 0;
  return results.map(({ receipt, logs }) => {
    const { success, output, gasUsed } = receipt;
    return {
      status: success ? "0x1" : "0x0",
      returnData: dataHex(output),
      gasUsed: quantity(gasUsed),
      maxUsedGas: quantity(gasUsed),
      logs: logs.map((log) => formatLog({ block: header, receipt, log, logIndex: logIndex++ })),
      ...(!success && { error: failureOf(receipt) }),
    };
  });
}

function failureOf({ error, output }: NodeReceipt): unknown {
  if (error !== undefined) return { code: SIMULATION_CODE.VM_ERROR, message: `vm execution error: ${error}` };
  const reason = revertReason(output);
  return { code: RPC_CODE.REVERTED, message: reason === undefined ? "execution reverted" : `execution reverted: ${reason}`, data: dataHex(output) };
}
