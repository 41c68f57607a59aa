/**
 * Call traces: a mined transaction is run again on the state before it, with a message handler that notes every call and creation. The
 * shape is that of go-ethereum's callTracer.
 */
import type { CallRequest, CallResult, CreateRequest } from "../../host/activation.js";
import { transactionCells } from "../../executor/block.js";
import { Messages } from "../../executor/messages.js";
import { intrinsicGas, type Transaction } from "../../executor/transaction.js";
import { Journal } from "../../store/journal.js";
import type { AddressKey } from "../../store/keys.js";
import type { StateReader } from "../../store/state.js";
import { MemoryStore } from "../../store/memory-store.js";
import type { Block } from "./block.js";
import { executorTransaction } from "./block-builder.js";
import type { Blockchain } from "./blockchain.js";
import { afterPaying, executeWithFees } from "../../executor/fees.js";

export interface CallFrame {
  readonly type: "CALL" | "DELEGATECALL" | "STATICCALL" | "CREATE" | "CREATE2";
  readonly from: AddressKey;
  readonly to: AddressKey | undefined;
  readonly value: bigint;
  readonly gas: number;
  readonly gasUsed: number;
  readonly input: Uint8Array;
  readonly output: Uint8Array;
  readonly success: boolean;
  /** Why it failed, where it was no revert. */
  readonly error: string | undefined;
  readonly calls: readonly CallFrame[];
}

const CALL_TYPES = { call: "CALL", delegatecall: "DELEGATECALL", staticcall: "STATICCALL" } as const;

/** Notes calls on their way to the executor. */
class TracingMessages extends Messages {
  /** Calls of the running activation, and above it those of its callers. */
  private readonly open: CallFrame[][] = [[]];

  get root(): CallFrame | undefined {
    return this.open[0]![0];
  }

  override call(request: CallRequest): CallResult {
    const type = CALL_TYPES[request.kind];
    const to = request.kind === "call" ? request.address : request.codeAddress;
    // What a delegatecall shows as caller is who runs it, not who called that one.
    const from = request.kind === "delegatecall" ? request.address : request.caller;
    return this.note({ type, from, to, value: request.value, gas: request.gas, input: request.data }, () => super.call(request));
  }

  override create(request: CreateRequest): CallResult {
    return this.note({ type: request.salt ? "CREATE2" : "CREATE", from: request.caller, to: undefined, value: request.value, gas: request.gas, input: request.code }, () =>
      super.create(request),
    );
  }

  override createAtNonce(request: CreateRequest, nonce: number): CallResult {
    return this.note({ type: "CREATE", from: request.caller, to: undefined, value: request.value, gas: request.gas, input: request.code }, () =>
      super.createAtNonce(request, nonce),
    );
  }

  private note(start: Pick<CallFrame, "type" | "from" | "to" | "value" | "gas" | "input">, run: () => CallResult): CallResult {
    const calls: CallFrame[] = [];
    this.open.push(calls);
    const result = run();
    this.open.pop();
    this.open[this.open.length - 1]!.push({
      ...start,
      to: start.to ?? result.address,
      gasUsed: start.gas - result.gasLeft,
      output: result.data,
      success: result.success,
      error: result.error,
      calls,
    });
    return result;
  }
}

/** Runs a transaction and gives the tree of its calls; undefined where its gas did not suffice to begin. */
export function traceTransaction(chain: Blockchain, state: StateReader, at: Block, transaction: Transaction): CallFrame | undefined {
  const journal = new Journal(afterPaying(state, transaction));
  const messages = new TracingMessages(journal, chain.cellsOf(at.header), transactionCells(transaction.from, transaction.gasPrice), chain.backend.registry);
  const { from, to, value, data } = transaction;
  const nonce = journal.account(from)?.nonce ?? 0;
  const gas = transaction.gasLimit - intrinsicGas(transaction);
  if (gas < 0) return undefined;
  journal.increaseNonce(from);
  if (to === undefined) messages.createAtNonce({ caller: from, value, code: data, gas, depth: 0 }, nonce);
  else messages.call({ kind: "call", codeAddress: to, address: to, caller: from, value, data, gas, isStatic: false, depth: 0 });
  return messages.root;
}

/** Reads fall through to the state of the parent block where the transactions before have written nothing. */
class Replayed implements StateReader {
  private readonly written = new MemoryStore();
  private readonly accounts = new Set<AddressKey>();
  private readonly slots = new Map<AddressKey, Set<string>>();

  constructor(private readonly base: StateReader) {}

  account(address: AddressKey): ReturnType<StateReader["account"]> {
    return this.accounts.has(address) ? this.written.account(address) : this.base.account(address);
  }

  storage(address: AddressKey, slot: string): Uint8Array | undefined {
    return this.slots.get(address)?.has(slot) === true ? this.written.storage(address, slot) : this.base.storage(address, slot);
  }

  apply(changes: Parameters<MemoryStore["apply"]>[0]): void {
    this.written.apply(changes);
    for (const address of changes.accounts.keys()) this.accounts.add(address);
    for (const [address, words] of changes.storage) {
      const slots = this.slots.get(address) ?? new Set<string>();
      for (const slot of words.keys()) slots.add(slot);
      this.slots.set(address, slots);
    }
  }
}

/** The state before a transaction of a block: the parent's, with the transactions before it. */
export function stateBefore(chain: Blockchain, parent: StateReader, block: Block, index: number): StateReader {
  const state = new Replayed(parent);
  for (const { transaction, gasPrice } of block.receipts.slice(0, index)) {
    const { changes } = executeWithFees(state, chain.cellsOf(block.header), chain.backend.registry, executorTransaction(transaction, gasPrice), block.header);
    state.apply(changes);
  }
  return state;
}
