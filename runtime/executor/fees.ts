/**
 * Runs one transaction with its fees (EIP-1559). The sender pays for all its gas at first, so that the transaction cannot spend that
 * money, and gets back what is left; the tip goes to the block's producer, the base fee to nobody.
 *
 *   balance before            -gasLimit * price   -> executeTransaction ->   + gasLeft * price
 */
import type { BlockCells } from "../host/activation.js";
import type { CodeRegistry } from "../host/code.js";
import { Interruption } from "../host/interruption.js";
import { keyOfWords, writeWordBytes, type AddressKey } from "../store/keys.js";
import { TransactionChanges } from "../store/transaction-changes.js";
import type { AccountRecord, ChangeSet, StateReader } from "../store/state.js";
import { executeTransaction, type Receipt, type Transaction } from "./transaction.js";

export interface Fees {
  /** In wei for a unit of gas. */
  readonly baseFee: bigint;
  readonly coinbase: AddressKey;
}

const NO_ACCOUNT: AccountRecord = { nonce: 0, balance: 0n };

/** The state with another balance of one account. */
class WithBalance implements StateReader {
  constructor(
    private readonly base: StateReader,
    private readonly address: AddressKey,
    private readonly record: AccountRecord,
  ) {}

  account(address: AddressKey): AccountRecord | undefined {
    return address === this.address ? this.record : this.base.account(address);
  }

  storage(address: AddressKey, slot: string): Uint8Array | undefined {
    return this.base.storage(address, slot);
  }

  readWord(address: AddressKey, slots: Int32Array, slotAt: number, value: Int32Array, valueAt: number): number {
    const { base } = this;
    if (base.readWord) return base.readWord(address, slots, slotAt, value, valueAt);
    writeWordBytes(base.storage(address, keyOfWords(slots, slotAt, 8)), value, valueAt);
    return 0;
  }
}

/** The state as a transaction sees it: its sender has paid for all its gas. */
export function afterPaying(state: StateReader, { from, gasPrice, gasLimit }: Transaction): StateReader {
  const sender = state.account(from) ?? NO_ACCOUNT;
  return new WithBalance(state, from, { ...sender, balance: sender.balance - gasPrice * BigInt(gasLimit) });
}

/** Runs a transaction whose sender can pay `gasLimit * gasPrice + value`; fees are among the changes of the receipt. */
export function executeWithFees(state: StateReader, cells: BlockCells, registry: CodeRegistry, transaction: Transaction, fees: Fees): Receipt {
  const receipt = executePayingGas(state, cells, registry, transaction);
  const accounts = new Map(receipt.changes.accounts);
  pay(accounts, state, fees.coinbase, tip(transaction, receipt, fees.baseFee));
  return { ...receipt, changes: withAccounts(receipt.changes, accounts) };
}

/** The same without what the block's producer gets. */
export function executePayingGas(state: StateReader, cells: BlockCells, registry: CodeRegistry, transaction: Transaction): Receipt {
  const { from, gasPrice, gasLimit } = transaction;
  if (gasPrice === 0n) return guarded(state, cells, registry, transaction);
  const receipt = guarded(afterPaying(state, transaction), cells, registry, transaction);
  const accounts = new Map(receipt.changes.accounts);
  pay(accounts, state, from, gasPrice * BigInt(gasLimit - receipt.gasUsed));
  return { ...receipt, changes: withAccounts(receipt.changes, accounts) };
}

/** What the block's producer gets for a transaction, in wei. */
export function tip({ gasPrice }: Transaction, { gasUsed }: Pick<Receipt, "gasUsed">, baseFee: bigint): bigint {
  return gasPrice === baseFee ? 0n : (gasPrice - baseFee) * BigInt(gasUsed);
}

function withAccounts(changes: ChangeSet, accounts: ChangeSet["accounts"]): ChangeSet {
  return changes instanceof TransactionChanges ? changes.withAccounts(accounts) : { accounts, storage: changes.storage };
}

function pay(accounts: Map<AddressKey, AccountRecord | undefined>, state: StateReader, address: AddressKey, wei: bigint): void {
  if (wei === 0n) return;
  const record = (accounts.has(address) ? accounts.get(address) : state.account(address)) ?? NO_ACCOUNT;
  accounts.set(address, { ...record, balance: record.balance + wei });
}

/**
 * A module that does not keep to the host ABI (no exported memory, say) may make the host throw. For the chain that is a failed
 * transaction which used all its gas; the node lives on. Throws Interruption.
 */
export function guarded(state: StateReader, cells: BlockCells, registry: CodeRegistry, transaction: Transaction): Receipt {
  try {
    return executeTransaction(state, cells, registry, transaction);
  } catch (error) {
    if (error instanceof Interruption) throw error;
    const sender = state.account(transaction.from) ?? NO_ACCOUNT;
    return {
      success: false,
      data: new Uint8Array(0),
      gasUsed: transaction.gasLimit,
      executionGas: transaction.gasLimit,
      logs: [],
      error: `the module broke the host interface: ${error instanceof Error ? error.message : "it threw"}`,
      changes: { accounts: new Map([[transaction.from, { ...sender, nonce: sender.nonce + 1 }]]), storage: new Map() },
      modules: [],
    };
  }
}
