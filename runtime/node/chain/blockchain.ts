/**
 * The chain: its blocks, where their transactions are, and how a block is made from transactions. It knows neither the pool nor any
 * protocol; whoever calls {@link Blockchain.mine} decides what goes in.
 */
import { keccak256 } from "../../../machine/keccak.js";
import { SerialExecutor, type BlockExecutor } from "../../executor/block-executor.js";
import { blockCells, type BlockEnvironment } from "../../executor/block.js";
import type { BlockCells } from "../../host/activation.js";
import type { AddressKey } from "../../store/keys.js";
import type { AccountRecord, ChangeSet } from "../../store/state.js";
import type { ModuleEntry } from "../../host/code.js";
import { bytesToInt, intToBytes } from "../../../machine/bytes.js";
import { hexBytes, type Hex } from "../encoding/hex.js";
import type { NodeBackend, StateView } from "../state/backend.js";
import type { NodeTransaction } from "../transactions/transaction.js";
import type { BlockArchive } from "./archive.js";
import { BlockBuilder } from "./block-builder.js";
import { blockSize, commitments, type Block, type NodeReceipt, type Place } from "./block.js";
import { makeHeader, nextBaseFee, ZERO_HASH } from "./header.js";

export interface ChainSettings {
  readonly chainId: bigint;
  readonly gasLimit: number;
  /** Of the first block, in wei. */
  readonly baseFee: bigint;
  readonly coinbase: AddressKey;
  /** Of the genesis block, in seconds. */
  readonly timestamp: number;
  readonly genesis: ReadonlyMap<AddressKey, AccountRecord>;
}

/** What a new block's header takes from outside its transactions. */
export interface BlockDraft {
  readonly number: number;
  readonly timestamp: number;
  readonly gasLimit: number;
  readonly coinbase: AddressKey;
  readonly baseFee: bigint;
  readonly prevrandao: bigint;
  /** In wei; default 1. */
  readonly blobBaseFee?: bigint;
}

/** Settings for the next block only, or for all from there on. */
interface Overrides {
  baseFee?: bigint;
  prevrandao?: bigint;
}

export class Blockchain {
  /** Of blocks to come. */
  gasLimit: number;
  coinbase: AddressKey;
  /** Of the next block. */
  readonly next: Overrides = {};

  /** @param archive Holds a chain already, whose newest state is the backend's, or nothing yet: then the genesis block is made. */
  constructor(
    readonly settings: ChainSettings,
    readonly backend: NodeBackend,
    readonly archive: BlockArchive,
    readonly executor: BlockExecutor = new SerialExecutor(backend),
  ) {
    this.gasLimit = settings.gasLimit;
    this.coinbase = settings.coinbase;
    if (archive.height >= 0) return;
    backend.commit({ accounts: settings.genesis, storage: new Map() }, []);
    const draft = { number: 0, timestamp: settings.timestamp, gasLimit: settings.gasLimit, coinbase: settings.coinbase, baseFee: settings.baseFee, prevrandao: 0n };
    this.append(draft, ZERO_HASH, []);
  }

  get head(): Block {
    return this.archive.block(this.archive.height)!;
  }

  get height(): number {
    return this.archive.height;
  }

  block(number: number): Block | undefined {
    return this.archive.block(number);
  }

  blockByHash(hash: Hex): Block | undefined {
    const number = this.archive.numberOf(hash);
    return number === undefined ? undefined : this.archive.block(number);
  }

  /** Where a transaction was mined. */
  find(hash: Hex): Place | undefined {
    const place = this.archive.place(hash);
    if (!place) return undefined;
    const block = this.archive.block(place.number)!;
    return { block, receipt: block.receipts[place.index]! };
  }

  /** Of the next block, in wei. */
  get nextBaseFee(): bigint {
    return this.next.baseFee ?? nextBaseFee(this.head.header);
  }

  /** What a block mined at a time would say of itself. */
  draft(timestamp: number): BlockDraft {
    const parent = this.head.header;
    return {
      number: parent.number + 1,
      timestamp,
      gasLimit: this.gasLimit,
      coinbase: this.coinbase,
      baseFee: this.nextBaseFee,
      // No beacon chain gives randomness: each block's is drawn from its parent, so that a run can be repeated.
      prevrandao: this.next.prevrandao ?? bytesToInt(keccak256(Buffer.concat([hexBytes(parent.hash), intToBytes(BigInt(parent.number + 1), 8)]))),
    };
  }

  /**
   * Mines a block. `offer` calls `take` with the transactions in order; one that cannot be part of the block (nonce, balance, gas left in the
   * block) is not taken.
   */
  mine(timestamp: number, offer: (baseFee: bigint, take: (transaction: NodeTransaction) => boolean) => void): Block {
    const draft = this.draft(timestamp);
    const cells = this.cells(draft);
    const builder = new BlockBuilder(() => this.backend.head, this.executor, cells, draft);
    offer(draft.baseFee, (transaction) => builder.take(transaction));
    const receipts = builder.finish();
    this.next.baseFee = undefined;
    this.next.prevrandao = undefined;
    return this.append(draft, this.head.header.hash, receipts);
  }

  private append(draft: BlockDraft, parentHash: Hex, receipts: readonly NodeReceipt[]): Block {
    const state = this.backend.view();
    const gasUsed = receipts[receipts.length - 1]?.cumulativeGas ?? 0;
    const header = makeHeader({ ...draft, parentHash, stateRoot: state.root, ...commitments(receipts), gasUsed });
    const block: Block = { header, receipts, size: blockSize(header, receipts), state };
    this.archive.append(block);
    return block;
  }

  /** The environment that contracts see in a block that is being made, or in one that was mined (its header says as much). */
  cells(draft: BlockDraft): BlockCells {
    return blockCells(this.environment(draft));
  }

  /** The same before it is laid out. */
  environment(block: BlockDraft): BlockEnvironment {
    return {
      number: BigInt(block.number),
      timestamp: BigInt(block.timestamp),
      coinbase: block.coinbase,
      gasLimit: BigInt(block.gasLimit),
      baseFee: block.baseFee,
      blobBaseFee: block.blobBaseFee ?? 1n,
      prevrandao: block.prevrandao,
      chainId: this.settings.chainId,
      blockHash: (number) => {
        const known = number < BigInt(block.number) && number + 256n >= BigInt(block.number) ? this.archive.block(Number(number)) : undefined;
        return known && BigInt(known.header.hash);
      },
    };
  }

  /** Changes the state by hand; the newest block's state becomes the changed one. Its header keeps the root it was mined with. */
  alter(changes: ChangeSet): void {
    this.backend.commit(changes, []);
    this.executor.changed(changes, []);
    this.archive.replaceState(this.backend.view());
  }

  /**
   * Takes over another chain's blocks, from its genesis block on. Its accounts are those of `changes`, whole; accounts that it does not know stay. Of
   * the state of its older blocks nothing is known.
   */
  takeOver(blocks: readonly Block[], changes: ChangeSet, modules: readonly ModuleEntry[]): void {
    this.backend.commit({ accounts: new Map([...changes.accounts.keys()].map((address) => [address, undefined])), storage: new Map() }, []);
    this.backend.commit(changes, modules);
    this.replace(blocks, this.backend.view());
  }

  /** Begins anew with a genesis block and its state. */
  restart(genesis: Block, state: StateView): void {
    this.backend.restore(state);
    this.replace([genesis], state);
  }

  private replace(blocks: readonly Block[], state: StateView): void {
    this.archive.replaceAll(blocks, state);
    this.executor.reset();
    this.next.baseFee = undefined;
    this.next.prevrandao = undefined;
  }

  /** The newest block's state. */
  get state(): StateView {
    return this.head.state!;
  }

  /** Drops all blocks above a height and takes up a state of it again. */
  rewind(height: number, state: StateView): Block[] {
    const dropped = this.archive.truncate(height);
    this.backend.restore(state);
    this.executor.reset();
    this.archive.replaceState(state);
    this.next.baseFee = undefined;
    this.next.prevrandao = undefined;
    return dropped;
  }
}
