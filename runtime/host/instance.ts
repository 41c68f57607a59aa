/**
 * Instances of compiled contracts and their reuse. An instance serves one activation at a time; reentrancy takes another one from
 * the module's pool. Between activations everything that a contract could read is put back: the touched part of the machine's memory and
 * the call data are zeroed, cells are written anew (docs/host-abi.md, section 2).
 */
import { CALLDATA, CALLDATA_WINDOW, CELL, HOST_MODULE, IMMUTABLES, MACHINE_BASE, STATUS } from "./abi.js";
import type { Activation, BlockCells, Ending, TransactionCells } from "./activation.js";
import type { ModuleEntry } from "./code.js";
import { writeBigint } from "./cells.js";
import { Interruption, isStackOverflow, STACK_EXHAUSTED } from "./interruption.js";
import type { Journal } from "../store/journal.js";
import { writeKeyWords, type AddressKey } from "../store/keys.js";
import { EXIT_SIGNAL, hostImports, InvalidOperation, type HostView } from "./imports.js";

/** Instances whose memory has grown beyond this are not kept. */
const MAX_KEPT_BYTES = 4 * 1024 * 1024;
/** Idle instances kept for a module. */
const MAX_IDLE = 16;

const GAS_WORDS = CELL.GAS >> 2;
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
  private readonly run: () => number;
  private readonly construct: () => number;
  private readonly immutableCount: number;
  private blockId = -1;
  private transaction: TransactionCells | undefined;
  private address: AddressKey | undefined;
  private calldataWritten = 0;

  constructor(readonly module: ModuleEntry) {
    const { exports } = new WebAssembly.Instance(module.compiled, { [HOST_MODULE]: hostImports(this) });
    this.memory = exports.memory as WebAssembly.Memory;
    this.run = exports.call as () => number;
    this.construct = exports.create as () => number;
    this.immutableCount = Number((exports.immutables as WebAssembly.Global | undefined)?.value ?? 0);
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

  /** Gas left, as the contract last wrote it. Below 2^53: gas limits are. */
  get gas(): number {
    const { words } = this;
    return (words[GAS_WORDS]! >>> 0) + (words[GAS_WORDS + 1]! >>> 0) * 0x1_0000_0000;
  }

  set gas(value: number) {
    this.words[GAS_WORDS] = value;
    this.words[GAS_WORDS + 1] = value / 0x1_0000_0000;
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
        status = STATUS.INVALID;
        reason = describeTrap(thrown);
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
    if (activation.isCreation) bytes.fill(0, IMMUTABLES, IMMUTABLES + 32 * this.immutableCount);
    else if (activation.immutables) bytes.set(activation.immutables, IMMUTABLES);
  }

  private writeBlock(block: BlockCells): void {
    if (this.blockId === block.id) return;
    this.bytes.set(block.bytes, CELL.COINBASE);
    this.blockId = block.id;
  }

  private leave(status: number, reason: string | undefined): Ending {
    const { words, bytes } = this;
    const hasResult = status === STATUS.RETURN || status === STATUS.REVERT;
    let data = EMPTY;
    if (hasResult) {
      const length = words[CELL.RESULT_LENGTH >> 2]! >>> 0;
      const pointer = words[CELL.RESULT_POINTER >> 2]! >>> 0;
      if (length > 0) data = bytes.slice(pointer, pointer + length);
    }
    const gasLeft = hasResult || status === STATUS.DEPLOY ? Math.min(this.gas, this.activation.gas) : 0;
    const immutables = status === STATUS.DEPLOY ? bytes.slice(IMMUTABLES, IMMUTABLES + 32 * this.immutableCount) : undefined;
    this.reset();
    return { status, data, gasLeft, immutables, reason };
  }

  /** Makes the instance ready for another activation: nothing of this one can be read by the next. */
  private reset(): void {
    const extent = this.words[CELL.EXTENT >> 2]! >>> 0;
    this.bytes.fill(0, MACHINE_BASE, Math.min(MACHINE_BASE + extent, this.bytes.length));
    this.bytes.fill(0, CALLDATA, CALLDATA + this.calldataWritten);
    this.returnData = EMPTY;
  }

  get isWorthKeeping(): boolean {
    return this.bytes.length <= MAX_KEPT_BYTES;
  }
}

function describeTrap(thrown: unknown): string {
  if (thrown instanceof InvalidOperation) return thrown.reason;
  return thrown instanceof Error ? `trap: ${thrown.message}` : "trap";
}

/** The instances of one module. */
export class InstancePool {
  private readonly idle: ContractInstance[] = [];

  constructor(private readonly module: ModuleEntry) {}

  acquire(): ContractInstance {
    return this.idle.pop() ?? new ContractInstance(this.module);
  }

  release(instance: ContractInstance): void {
    if (instance.isWorthKeeping && this.idle.length < MAX_IDLE) this.idle.push(instance);
  }
}

const pools = new WeakMap<ModuleEntry, InstancePool>();

/** Runs an activation on an instance of its module's pool. */
export function execute(activation: Activation): Ending {
  let pool = pools.get(activation.module);
  if (!pool) pools.set(activation.module, (pool = new InstancePool(activation.module)));
  const instance = pool.acquire();
  const ending = instance.execute(activation);
  pool.release(instance);
  return ending;
}
