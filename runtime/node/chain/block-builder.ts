/**
 * Takes transactions for a block, one after another, and runs them in rounds, so that an executor can run many at once. What is taken and
 * what comes out is the same as if each ran before the next is looked at.
 *
 * A round ends when a transaction comes whose place in the block cannot be told from the state before the round: its sender may be a
 * contract, or its gas fits only if those before it leave some of theirs. Of any other it is known that it fits, since only a sender itself uses
 * up its nonces and its wei: its transactions of the round need no more than what they may cost at most.
 */
import type { BlockExecutor, Outcome } from "../../executor/block-executor.js";
import type { Transaction } from "../../executor/transaction.js";
import type { BlockCells } from "../../host/activation.js";
import { addressKey, keyOf, type AddressKey, type SlotKey } from "../../store/keys.js";
import type { StateReader } from "../../store/state.js";
import { hexBytes, type Hex } from "../encoding/hex.js";
import { effectiveGasPrice, highestCost, type NodeTransaction } from "../transactions/transaction.js";
import { logsBloom, type NodeReceipt } from "./block.js";

export interface BuilderSettings {
  readonly gasLimit: number;
  /** In wei. */
  readonly baseFee: bigint;
  readonly coinbase: AddressKey;
}

/** What a sender will have left if its transactions of the round cost all that they may. */
interface Prospect {
  nonce: number;
  balance: bigint;
  readonly isContract: boolean;
}

export class BlockBuilder {
  private readonly receipts: NodeReceipt[] = [];
  private round: NodeTransaction[] = [];
  /** Gas that the round may use. */
  private roundGas = 0;
  private readonly prospects = new Map<AddressKey, Prospect>();

  constructor(
    private readonly head: () => StateReader,
    private readonly executor: BlockExecutor,
    private readonly cells: BlockCells,
    private readonly settings: BuilderSettings,
  ) {}

  /** Takes a transaction; false where it cannot be part of the block (nonce, balance, gas left in the block). */
  take(transaction: NodeTransaction): boolean {
    if (!this.fits(transaction) && (this.round.length === 0 || (this.run(), !this.fits(transaction)))) return false;
    const prospect = this.prospect(transaction.from);
    prospect.nonce++;
    prospect.balance -= highestCost(transaction);
    this.roundGas += transaction.gasLimit;
    this.round.push(transaction);
    return true;
  }

  /** Runs what is left; all receipts. */
  finish(): readonly NodeReceipt[] {
    this.run();
    return this.receipts;
  }

  private get gasUsed(): number {
    return this.receipts[this.receipts.length - 1]?.cumulativeGas ?? 0;
  }

  /** True where a transaction fits behind the round, whatever the round does. */
  private fits(transaction: NodeTransaction): boolean {
    const { gasLimit, baseFee } = this.settings;
    if (transaction.gasLimit > gasLimit - this.gasUsed - this.roundGas || transaction.maxFeePerGas < baseFee) return false;
    const prospect = this.prospect(transaction.from);
    if (prospect.isContract && this.round.length > 0) return false;
    return prospect.nonce === transaction.nonce && prospect.balance >= highestCost(transaction);
  }

  private prospect(sender: AddressKey): Prospect {
    let prospect = this.prospects.get(sender);
    if (!prospect) {
      const account = this.head().account(sender);
      prospect = { nonce: account?.nonce ?? 0, balance: account?.balance ?? 0n, isContract: account?.code !== undefined };
      this.prospects.set(sender, prospect);
    }
    return prospect;
  }

  private run(): void {
    const { round, executor, cells, settings } = this;
    if (round.length === 0) return;
    const transactions = round.map((transaction) => executorTransaction(transaction, effectiveGasPrice(transaction, settings.baseFee)));
    const { outcomes } = executor.run({ block: cells, transactions, fees: settings });
    let index = 0;
    for (const outcome of outcomes) this.add(round[index]!, transactions[index++]!.gasPrice, outcome);
    this.round = [];
    this.roundGas = 0;
    this.prospects.clear();
  }

  private add(transaction: NodeTransaction, gasPrice: bigint, outcome: Outcome): void {
    const before = this.receipts[this.receipts.length - 1];
    this.receipts.push({
      transaction,
      index: this.receipts.length,
      success: outcome.success,
      gasUsed: outcome.gasUsed,
      cumulativeGas: this.gasUsed + outcome.gasUsed,
      gasPrice,
      logs: outcome.logs,
      firstLog: before ? before.firstLog + before.logs.length : 0,
      bloom: logsBloom(outcome.logs),
      created: outcome.success ? outcome.created : undefined,
      output: outcome.data,
      error: outcome.error,
    });
  }
}

function slotKeyOfHex(hex: Hex): SlotKey {
  return keyOf(hexBytes(hex).reverse());
}

/** A transaction as the executor takes it. */
export function executorTransaction(transaction: NodeTransaction, gasPrice: bigint): Transaction {
  const { from, to, data, value, gasLimit, accessList } = transaction;
  return {
    ...{ from, ...(to !== undefined && { to }), data, value, gasLimit, gasPrice },
    ...(accessList.length > 0 && { accessList: accessList.map(({ address, storageKeys }) => ({ address: addressKey(address), slots: storageKeys.map(slotKeyOfHex) })) }),
  };
}
