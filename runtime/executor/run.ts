/**
 * Executes one transaction against a state: charges its intrinsic gas, runs the call or creation, and gives a receipt with the
 * changes. Applying the changes is the caller's decision (a call drops them), so that executors may run transactions
 * speculatively.
 */
import type { BlockCells, TransactionCells } from "../host/activation.js";
import type { CodeRegistry, ModuleEntry } from "../host/code.js";
import { Journal, type LogRecord } from "../store/journal.js";
import type { ChangeSet, StateReader } from "../store/state.js";
import type { AddressKey, SlotKey } from "../store/keys.js";
import { ObservingJournal } from "../store/observing-journal.js";
import { transactionCells } from "./block.js";
import { TracingMessages, type CallFrame } from "./call-frames.js";
import { Messages } from "./messages.js";

/** Intrinsic gas (yellow paper, section 6.2; EIP-2028, EIP-3860's word cost is not charged: code is charged by HOST_GAS). */
export const TRANSACTION_GAS = { BASE: 21_000, CREATE: 32_000, ZERO_BYTE: 4, NONZERO_BYTE: 16 } as const;

/** Gas limits stay below 2^53: the host counts in doubles. */
export const MAX_GAS = Number.MAX_SAFE_INTEGER;

export interface Transaction {
  readonly from: AddressKey;
  /** Absent: a creation. */
  readonly to?: AddressKey;
  readonly data: Uint8Array;
  /** In wei. */
  readonly value: bigint;
  readonly gasLimit: number;
  /** In wei. Nothing is charged to the sender for gas here: fees are the block's business. */
  readonly gasPrice: bigint;
  /** tx.origin, where it is not the sender. */
  readonly origin?: AddressKey;
  /** Versioned hashes of blobs, 32 bytes each, least significant first. */
  readonly blobHashes?: readonly Uint8Array[];
  /** Accounts and slots that it says it will touch (EIP-2930): a hint for reading ahead, which may be wrong. */
  readonly accessList?: readonly { readonly address: AddressKey; readonly slots: readonly SlotKey[] }[];
  /** What the receipt is to tell besides. Nothing that contracts see depends on it. */
  readonly observe?: {
    /** The tree of calls. */
    readonly calls?: boolean;
    /** Transfers of wei, as logs among the others. */
    readonly transfers?: boolean;
  };
}

export interface Receipt {
  readonly success: boolean;
  /** Return data, or revert data. */
  readonly data: Uint8Array;
  readonly gasUsed: number;
  /** Without the intrinsic part. */
  readonly executionGas: number;
  readonly logs: readonly LogRecord[];
  readonly error?: string;
  /** Of the created contract. */
  readonly created?: AddressKey;
  /** What a failed transaction changes is its sender's nonce only. */
  readonly changes: ChangeSet;
  /** Modules that the transaction brought. */
  readonly modules: readonly ModuleEntry[];
  /** The tree of its calls, where that was asked for and it got so far. */
  readonly trace?: CallFrame;
}

/** Gas that a transaction costs before anything runs. */
export function intrinsicGas(transaction: Transaction): number {
  let gas: number = TRANSACTION_GAS.BASE + (transaction.to === undefined ? TRANSACTION_GAS.CREATE : 0);
  // Creation code is charged by the byte when its modules are stored, not as data.
  if (transaction.to === undefined) return gas;
  const { data } = transaction;
  let nonzero = 0;
  // 1 for all bytes but zero, without a branch that nobody could predict.
  for (let i = 0; i < data.length; i++) nonzero += (data[i]! + 0xff) >> 8;
  gas += TRANSACTION_GAS.NONZERO_BYTE * nonzero + TRANSACTION_GAS.ZERO_BYTE * (data.length - nonzero);
  return gas;
}

const NO_MODULES: readonly ModuleEntry[] = [];
/** Journals that no transaction uses. */
const idle: Journal[] = [];

/**
 * Runs a transaction. Nonce and balance are the only checks on the sender.
 * Throws Interruption where the thread's stack ends, or where the state interrupts a read.
 */
export function executeOnThisStack(state: StateReader, block: BlockCells, registry: CodeRegistry, transaction: Transaction): Receipt {
  if (transaction.observe) return executeObserved(state, block, registry, transaction);
  const journal = idle.pop() ?? new Journal(state);
  journal.begin(state);
  const receipt = executeWith(journal, new Messages(journal, block, cellsOf(transaction), registry), transaction);
  // One that something was thrown through is not used again: whatever it was doing is not finished.
  idle.push(journal);
  return receipt;
}

function executeObserved(state: StateReader, block: BlockCells, registry: CodeRegistry, transaction: Transaction): Receipt {
  const journal = new ObservingJournal(state, {
    logsTransfers: transaction.observe?.transfers === true,
    destroyed: (address, heir, wei) => messages.noteDestruction(address, heir, wei),
  });
  const messages = new TracingMessages(journal, block, cellsOf(transaction), registry);
  const receipt = executeWith(journal, messages, transaction);
  return transaction.observe?.calls === true ? { ...receipt, trace: messages.root } : receipt;
}

function cellsOf({ origin, from, gasPrice, blobHashes }: Transaction): TransactionCells {
  return transactionCells(origin ?? from, gasPrice, blobHashes);
}

function executeWith(journal: Journal, messages: Messages, transaction: Transaction): Receipt {
  const intrinsic = intrinsicGas(transaction);
  const gas = transaction.gasLimit - intrinsic;
  const nonce = journal.increaseNonce(transaction.from);
  if (gas < 0) return notRun(journal, transaction.gasLimit, "intrinsic gas exceeds the limit");
  const { from, to, value, data } = transaction;
  if (value > 0n && journal.balance(from) < value) return notRun(journal, intrinsic, "insufficient balance");
  const result =
    to === undefined
      ? messages.createAtNonce({ caller: from, value, code: data, gas, depth: 0 }, nonce)
      : messages.call({ kind: "call", codeAddress: to, address: to, caller: from, value, data, gas, isStatic: false, depth: 0 });
  const executionGas = gas - result.gasLeft;
  return {
    success: result.success,
    data: result.data,
    gasUsed: intrinsic + executionGas,
    executionGas,
    logs: result.success ? journal.logs : [],
    error: result.error,
    created: result.address,
    changes: journal.changes(),
    modules: result.success && messages.pending.size > 0 ? [...messages.pending.values()] : NO_MODULES,
  };
}

/** The receipt of a transaction that cannot be run at all: it costs its whole gas limit. */
export function failWhole(state: StateReader, transaction: Transaction, error: string): Receipt {
  const journal = new Journal(state);
  journal.increaseNonce(transaction.from);
  return notRun(journal, transaction.gasLimit, error);
}

function notRun(journal: Journal, gasUsed: number, error: string): Receipt {
  return { success: false, data: new Uint8Array(0), gasUsed, executionGas: 0, logs: [], error, changes: journal.changes(), modules: [] };
}
