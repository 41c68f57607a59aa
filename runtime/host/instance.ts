/**
 * Instances of compiled contracts and their reuse. An instance serves one activation at a time; reentrancy takes another one from
 * the module's pool. Between activations everything that a contract could read is put back: the touched part of the machine's memory and
 * the call data are zeroed, cells are written anew (docs/host-abi.md, section 2).
 */
import { CALLDATA, CALLDATA_WINDOW, CELL, HOST_MODULE, IMMUTABLES, INITIAL_PAGES, MACHINE_BASE, MAX_IMMUTABLES, STATUS } from "./abi.js";
import type { Activation, BlockCells, Ending, TransactionCells } from "./activation.js";
import type { ModuleEntry } from "./code.js";
import { writeBigint } from "./cells.js";
import { budgetGas, spendBudget, statusOfTrap, writeBudget } from "./guard/budget.js";
import { Interruption, isStackOverflow, STACK_EXHAUSTED } from "./interruption.js";
import type { Journal } from "../store/journal.js";
import { writeKeyWords, type AddressKey } from "../store/keys.js";
import { EXIT_SIGNAL, hostImports, InvalidOperation, type HostView } from "./imports.js";

/** Instances whose memory has grown beyond this are not kept. */
const MAX_KEPT_BYTES = 4 * 1024 * 1024;
/** The same where a contract could tell by its memory's size that it was used before. */
const MAX_KEPT_GUARDED = INITIAL_PAGES * 0x1_0000;
/** Idle instances kept for a module. */
const MAX_IDLE = 16;
/** Idle instances in all: each takes gigabytes of address space, of which there are some thousand. Beyond, all are dropped. */
const MAX_IDLE_IN_ALL = 1024;

const GAS_WORDS = CELL.GAS >> 2;
/** Results up to this many bytes are copied by a loop: the engine's copy costs more. */
const SHORT = 64;
/** ORIGIN and GAS_PRICE. */
const TRANSACTION_WORDS = 16;
const EMPTY = new Uint8Array(0);

export class ContractInstance implements HostView {
  readonly memory: WebAssembly.Memory;
  /** Views of the memory; renewed when it has grown. */
  bytes: Uint8Array;
  view: DataView;
  words: Int32Array;
  /** The running activation; set while one runs. */
  activation!: Activation;
  journal!: Journal;
  owner = 0;
  returnData: Uint8Array = EMPTY;
  exitStatus: number = STATUS.INVALID;
  private readonly exports: WebAssembly.Exports;
  private readonly run: () => number;
  private readonly construct: () => number;
  private readonly immutableCount: number;
  private blockId = -1;
  private transaction: TransactionCells | undefined;
  private address: AddressKey | undefined;
  private calldataWritten = 0;
  /** More gas than this the running activation cannot have left. */
  private ceiling = 0;

  constructor(readonly module: ModuleEntry) {
    const { exports } = new WebAssembly.Instance(module.compiled, { [HOST_MODULE]: hostImports(this) });
    this.exports = exports;
    this.memory = exports.memory as WebAssembly.Memory;
    this.run = exports.call as () => number;
    this.construct = exports.create as () => number;
    this.immutableCount = Math.min(Number((exports.immutables as WebAssembly.Global | undefined)?.value ?? 0), MAX_IMMUTABLES);
    this.bytes = new Uint8Array(this.memory.buffer);
    this.view = new DataView(this.memory.buffer);
    this.words = new Int32Array(this.memory.buffer);
  }

  /** Renews the views where memory has grown since they were made. Called at the entry of each import that uses them. */
  refresh(): void {
    // Growth detaches the old buffer, which leaves views of it without length; there is always some.
    if (this.words.length > 0) return;
    this.bytes = new Uint8Array(this.memory.buffer);
    this.view = new DataView(this.memory.buffer);
    this.words = new Int32Array(this.memory.buffer);
  }

  /** Gas left, as the contract last wrote it; of an honest one below 2^53: gas limits are. */
  private get gas(): number {
    const { words } = this;
    return (words[GAS_WORDS]! >>> 0) + (words[GAS_WORDS + 1]! >>> 0) * 0x1_0000_0000;
  }

  private set gas(value: number) {
    this.words[GAS_WORDS] = value;
    this.words[GAS_WORDS + 1] = value / 0x1_0000_0000;
  }

  availableGas(): number {
    const { gas } = this;
    if (gas > this.ceiling) throw new InvalidOperation("the contract reports more gas than it was given");
    return this.module.guarded ? Math.min(gas, budgetGas(this.words)) : gas;
  }

  settleGas(available: number, used: number): void {
    this.ceiling = available - used;
    this.gas = this.ceiling;
    if (this.module.guarded) spendBudget(this.words, used);
  }

  /** Runs one activation to its end. Throws Interruption only; the instance must not be used again then. */
  execute(activation: Activation): Ending {
    this.enter(activation);
    let status: number;
    let reason: string | undefined;
    try {
      status = activation.isCreation ? this.construct() : this.run();
    } catch (thrown) {
      if (thrown === EXIT_SIGNAL) status = this.exitStatus;
      else if (thrown instanceof Interruption) throw thrown;
      else if (isStackOverflow(thrown)) throw STACK_EXHAUSTED;
      else {
        status = thrown instanceof WebAssembly.RuntimeError ? statusOfTrap(this.exports) : STATUS.INVALID;
        reason = status === STATUS.INVALID ? describeTrap(thrown) : undefined;
      }
    }
    this.refresh();
    return this.leave(status, reason);
  }

  private enter(activation: Activation): void {
    this.activation = activation;
    const { address, data } = activation;
    this.journal = activation.handler.journal;
    this.owner = this.journal.ownerOf(address);
    this.returnData = EMPTY;
    const { bytes, view, words } = this;
    this.gas = activation.gas;
    this.ceiling = activation.gas;
    if (this.module.guarded) writeBudget(words, activation.gas);
    words[CELL.CALLDATA_SIZE >> 2] = data.length;
    bytes.set(data.length <= CALLDATA_WINDOW ? data : data.subarray(0, CALLDATA_WINDOW), CALLDATA);
    this.calldataWritten = Math.min(data.length, CALLDATA_WINDOW);
    if (this.address !== address) {
      writeKeyWords(address, words, CELL.ADDRESS >> 2);
      this.address = address;
    }
    writeKeyWords(activation.caller, words, CELL.CALLER >> 2);
    writeBigint(view, CELL.VALUE_SENT, activation.value);
    this.writeBlock(activation.handler.block);
    const { transaction } = activation.handler;
    if (this.transaction !== transaction) {
      for (let i = 0; i < TRANSACTION_WORDS; i++) words[(CELL.ORIGIN >> 2) + i] = transaction.words[i]!;
      this.transaction = transaction;
    }
    this.writeImmutables(activation.immutables ?? EMPTY);
  }

  /** As many as the module has: those that the account has, zeros behind them. */
  private writeImmutables(values: Uint8Array): void {
    const size = 32 * this.immutableCount;
    if (size === 0) return;
    const own = values.length > size ? values.subarray(0, size) : values;
    this.bytes.set(own, IMMUTABLES);
    if (own.length < size) this.bytes.fill(0, IMMUTABLES + own.length, IMMUTABLES + size);
  }

  private writeBlock(block: BlockCells): void {
    if (this.blockId === block.id) return;
    this.bytes.set(block.bytes, CELL.COINBASE);
    this.blockId = block.id;
  }

  /** The ending that a contract asks for, if it may have it; anything that the ABI does not know is INVALID. */
  private leave(status: number, reason: string | undefined): Ending {
    let ending: Ending;
    try {
      ending = this.ending(status, reason);
    } catch (thrown) {
      if (!(thrown instanceof InvalidOperation)) throw thrown;
      ending = { status: STATUS.INVALID, data: EMPTY, gasLeft: 0, reason: thrown.reason };
    }
    this.reset();
    return ending;
  }

  private ending(status: number, reason: string | undefined): Ending {
    switch (status) {
      case STATUS.RETURN:
      case STATUS.REVERT:
        return { status, data: this.result(), gasLeft: this.availableGas(), reason };
      case STATUS.DEPLOY:
        if (!this.activation.isCreation) throw new InvalidOperation("a contract that exists asks to be deployed");
        return { status, data: EMPTY, gasLeft: this.availableGas(), immutables: this.bytes.slice(IMMUTABLES, IMMUTABLES + 32 * this.immutableCount), reason };
      case STATUS.INVALID:
      case STATUS.OUT_OF_GAS:
      case STATUS.STACK_OVERFLOW:
        return { status, data: EMPTY, gasLeft: 0, reason };
      default:
        throw new InvalidOperation(`the contract ends with the status ${status}`);
    }
  }

  private result(): Uint8Array {
    const { words, bytes } = this;
    const length = words[CELL.RESULT_LENGTH >> 2]! >>> 0;
    if (length === 0) return EMPTY;
    const pointer = words[CELL.RESULT_POINTER >> 2]! >>> 0;
    if (pointer + length > bytes.length) throw new InvalidOperation(`the result of ${length} bytes at ${pointer} is outside memory`);
    if (length > SHORT) return bytes.slice(pointer, pointer + length);
    const result = new Uint8Array(length);
    for (let i = 0; i < length; i++) result[i] = bytes[pointer + i]!;
    return result;
  }

  /** Makes the instance ready for another activation: nothing of this one can be read by the next. */
  private reset(): void {
    // A guarded contract wipes its memory itself when it is entered: what it says of the extent would have to be trusted.
    if (!this.module.guarded) {
      const extent = this.words[CELL.EXTENT >> 2]! >>> 0;
      this.bytes.fill(0, MACHINE_BASE, Math.min(MACHINE_BASE + extent, this.bytes.length));
    }
    this.bytes.fill(0, CALLDATA, CALLDATA + this.calldataWritten);
    this.returnData = EMPTY;
  }

  get isWorthKeeping(): boolean {
    return this.bytes.length <= (this.module.guarded ? MAX_KEPT_GUARDED : MAX_KEPT_BYTES);
  }
}

function describeTrap(thrown: unknown): string {
  if (thrown instanceof InvalidOperation) return thrown.reason;
  return thrown instanceof Error ? `trap: ${thrown.message}` : "trap";
}

/** Idle instances of all modules of this thread. */
let pools = new WeakMap<ModuleEntry, ContractInstance[]>();
let idleInAll = 0;

function release(instance: ContractInstance, pool: ContractInstance[]): void {
  if (!instance.isWorthKeeping || pool.length >= MAX_IDLE) return;
  if (idleInAll >= MAX_IDLE_IN_ALL) {
    pools = new WeakMap();
    idleInAll = 0;
    return;
  }
  idleInAll++;
  pool.push(instance);
}

/** Runs an activation on an instance of its module's pool. */
export function execute(activation: Activation): Ending {
  let pool = pools.get(activation.module);
  if (!pool) pools.set(activation.module, (pool = []));
  const idle = pool.pop();
  if (idle) idleInAll--;
  const instance = idle ?? new ContractInstance(activation.module);
  const ending = instance.execute(activation);
  release(instance, pool);
  return ending;
}
