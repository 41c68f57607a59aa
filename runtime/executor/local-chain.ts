/** A chain in memory that mines each transaction into a block of its own: for tests, scripts and `supervm run`. */
import { CodeRegistry } from "../host/code.js";
import type { BlockCells } from "../host/activation.js";
import { MemoryStore } from "../store/memory-store.js";
import type { AddressKey } from "../store/keys.js";
import { blockCells, type BlockEnvironment } from "./block.js";
import { executeTransaction, type Receipt, type Transaction } from "./transaction.js";
import { keccak256 } from "../../machine/keccak.js";
import { bytesToInt, intToBytes } from "../../machine/bytes.js";

export interface LocalChainOptions {
  readonly chainId?: bigint;
  /** Of the first block, in seconds. */
  readonly timestamp?: bigint;
  readonly coinbase?: AddressKey;
  /** Fixed values that tests of other compilers expect. */
  readonly prevrandao?: bigint;
  readonly baseFee?: bigint;
  readonly blobBaseFee?: bigint;
  readonly blockGasLimit?: bigint;
  /** Seconds from block to block. */
  readonly blockTime?: bigint;
  readonly blockHash?: (number: bigint) => bigint;
  /** Modules are guarded (default), or run as they were deployed, for measurements and comparisons: whoever deploys is trusted then. */
  readonly guards?: boolean;
}

const NO_COINBASE = "\0".repeat(20);

export class LocalChain {
  readonly store = new MemoryStore();
  readonly registry: CodeRegistry;
  private number = 0n;
  private timestamp: bigint;
  private next: { cells: BlockCells; number: bigint; timestamp: bigint } | undefined;

  constructor(private readonly options: LocalChainOptions = {}) {
    this.registry = new CodeRegistry(options.guards);
    this.timestamp = options.timestamp ?? 1_700_000_000n;
  }

  /** Height of the newest block. */
  get height(): bigint {
    return this.number;
  }

  /** Time of the newest block in seconds. */
  get time(): bigint {
    return this.timestamp;
  }

  /** Mines a transaction. */
  send(transaction: Transaction): Receipt {
    const receipt = executeTransaction(this.store, this.pendingBlock(), this.registry, transaction);
    this.registry.register(receipt.modules);
    this.store.apply(receipt.changes);
    this.seal();
    return receipt;
  }

  /** Runs a transaction in the next block without keeping anything. */
  call(transaction: Transaction): Receipt {
    return executeTransaction(this.store, this.pendingBlock(), this.registry, transaction);
  }

  mine(blocks: number): void {
    for (let i = 0; i < blocks; i++) {
      this.pendingBlock();
      this.seal();
    }
  }

  /** Sets the time of the next block; it must not lie before the newest block's. */
  setNextTime(timestamp: bigint): void {
    if (timestamp < this.timestamp) throw new RangeError(`the next block cannot be at ${timestamp}: the newest is at ${this.timestamp}`);
    this.next = { cells: blockCells(this.environment(this.number + 1n, timestamp)), number: this.number + 1n, timestamp };
  }

  /** Gives an account wei. */
  fund(address: AddressKey, wei: bigint, nonce = 0): void {
    const account = this.store.account(address) ?? { nonce, balance: 0n };
    this.store.apply({ accounts: new Map([[address, { ...account, balance: wei }]]), storage: new Map() });
  }

  private pendingBlock(): BlockCells {
    if (!this.next) this.setNextTime(this.timestamp + (this.options.blockTime ?? 1n));
    return this.next!.cells;
  }

  private seal(): void {
    this.number = this.next!.number;
    this.timestamp = this.next!.timestamp;
    this.next = undefined;
  }

  private environment(number: bigint, timestamp: bigint): BlockEnvironment {
    const { options } = this;
    return {
      number,
      timestamp,
      coinbase: options.coinbase ?? NO_COINBASE,
      gasLimit: options.blockGasLimit ?? 1_000_000_000_000n,
      baseFee: options.baseFee ?? 0n,
      blobBaseFee: options.blobBaseFee ?? 1n,
      prevrandao: options.prevrandao ?? bytesToInt(keccak256(intToBytes(number, 32))),
      chainId: options.chainId ?? 31_337n,
      // There are no block headers to hash: a block's hash is that of its number.
      blockHash: (n) => (n < number && n + 256n >= number ? (options.blockHash?.(n) ?? bytesToInt(keccak256(intToBytes(n, 32)))) : undefined),
    };
  }
}
