/**
 * A chain that one process runs for its developer: pool, clock, local accounts and mining around a {@link Blockchain}, with the
 * controls that tests need (snapshots, impersonation, time, state by hand). Mining is synchronous: a transaction that was sent with
 * automine on is in a block when {@link DevChain.submit} returns.
 */
import { SerialExecutor, type BlockExecutor } from "../../executor/block-executor.js";
import { ParallelExecutor } from "../../executor/parallel/parallel-executor.js";
import { addressKeyOfInt, type AddressKey } from "../../store/keys.js";
import type { ModuleEntry } from "../../host/code.js";
import type { AccountRecord, ChangeSet } from "../../store/state.js";
import type { Hex } from "../encoding/hex.js";
import { MemoryBackend, type NodeBackend, type StateView } from "../state/backend.js";
import { impersonateTransaction } from "../transactions/sign.js";
import { TransactionPool } from "../transactions/pool.js";
import { highestCost, TransactionError, type NodeTransaction, type UnsignedTransaction } from "../transactions/transaction.js";
import { validateTransaction } from "../transactions/validate.js";
import { MemoryArchive } from "./archive.js";
import type { Block } from "./block.js";
import type { ChainPlace } from "./chain-store.js";
import { Blockchain } from "./blockchain.js";
import { ChainClock } from "./clock.js";
import { PendingBlocks, type PendingBlock } from "./pending.js";
import { Wallet } from "./wallet.js";

export interface DevChainOptions {
  /** Default 31337. */
  readonly chainId?: bigint;
  /** Funded accounts that can sign; default 10. */
  readonly accounts?: number;
  readonly mnemonic?: string;
  /** Of each of them, in wei; default 10,000 ether. */
  readonly balance?: bigint;
  /** Of a block; default 30,000,000. */
  readonly gasLimit?: number;
  /** Of the first block, in wei; default 1 gwei. */
  readonly baseFee?: bigint;
  /** Seconds between blocks; absent: a block for each transaction. */
  readonly blockTime?: number;
  /** Newest blocks whose states are kept for calls and proofs; default 1,024. */
  readonly history?: number;
  /** Genesis time in seconds; default now. */
  readonly timestamp?: number;
  /** Where blocks and state lie; default: in memory, with the states of the newest `history` blocks. */
  readonly place?: ChainPlace;
  /** Threads that run the transactions of a block; default 1. */
  readonly workers?: number;
  /** True: threads run blocks also where those before had too many conflicts for that to pay. */
  readonly alwaysParallel?: boolean;
  /** Told of a block of interval mining that could not be made. Absent: it is thrown, and nobody can catch what a timer throws. */
  readonly intervalFailed?: (error: unknown) => void;
}

interface Snapshot {
  readonly height: number;
  readonly state: StateView;
  readonly waiting: readonly NodeTransaction[];
  readonly restoreClock: () => void;
  /** Lets go of the state. */
  readonly release: () => void;
}

/** All of a chain that another can take over. */
export interface ChainContents {
  /** From the genesis block on, at least that one, without states. */
  readonly blocks: readonly Block[];
  /** The accounts and their storage, against the empty state. */
  readonly changes: ChangeSet;
  /** Those that the chain which takes over does not know. */
  readonly modules: readonly ModuleEntry[];
}

export type BlockListener = (block: Block) => void;
export type PendingListener = (transaction: NodeTransaction) => void;

const GWEI = 10n ** 9n;
export const DEFAULT_CHAIN_ID = 31_337n;
/** Newest blocks whose states are kept. */
export const DEFAULT_HISTORY = 1_024;
const DEFAULT_BALANCE = 10_000n * 10n ** 18n;
const NO_ACCOUNT: AccountRecord = { nonce: 0, balance: 0n };

function blockExecutor(backend: NodeBackend, { workers = 1, alwaysParallel = false }: DevChainOptions): BlockExecutor {
  return workers > 1 ? new ParallelExecutor(backend, { workers, always: alwaysParallel }) : new SerialExecutor(backend);
}

export class DevChain {
  readonly chain: Blockchain;
  readonly pool: TransactionPool;
  private readonly pendingBlocks: PendingBlocks;
  readonly clock = new ChainClock();
  readonly wallet: Wallet;
  readonly impersonated = new Set<AddressKey>();
  /** Anyone may send from any account without a signature. */
  impersonatesAll = false;
  private automining: boolean;
  private timer: NodeJS.Timeout | undefined;
  private readonly intervalFailed: ((error: unknown) => void) | undefined;
  /** Of interval mining; undefined where there is none. */
  intervalSeconds: number | undefined;
  private readonly snapshots = new Map<number, Snapshot>();
  private nextSnapshot = 0;
  /** Where {@link reset} goes back to: the genesis block that the chain began with. Absent where it is kept on disk. */
  private readonly beginning: (Pick<Snapshot, "state" | "restoreClock"> & { readonly genesis: Block }) | undefined;
  private readonly blockListeners = new Set<BlockListener>();
  private readonly pendingListeners = new Set<PendingListener>();
  /** The newest block had no room for something that waits. */
  private crowded = false;
  private readonly closeListeners = new Set<() => void>();

  constructor(options: DevChainOptions = {}) {
    this.wallet = new Wallet(options.accounts ?? 10, options.mnemonic);
    const balance = options.balance ?? DEFAULT_BALANCE;
    const place = options.place ?? { backend: new MemoryBackend(), archive: new MemoryArchive(options.history ?? DEFAULT_HISTORY) };
    this.chain = new Blockchain(
      {
        chainId: options.chainId ?? DEFAULT_CHAIN_ID,
        gasLimit: options.gasLimit ?? 30_000_000,
        baseFee: options.baseFee ?? GWEI,
        coinbase: addressKeyOfInt(0n),
        timestamp: options.timestamp ?? Math.floor(Date.now() / 1000),
        genesis: new Map(this.wallet.addresses.map((address) => [address, { nonce: 0, balance }])),
      },
      place.backend,
      place.archive,
      blockExecutor(place.backend, options),
    );
    this.pool = new TransactionPool((sender) => this.nonce(sender));
    this.pendingBlocks = new PendingBlocks(this.chain, this.pool);
    this.beginning = options.place ? undefined : { genesis: this.chain.head, state: this.chain.state, restoreClock: this.clock.save() };
    this.automining = options.blockTime === undefined;
    this.intervalFailed = options.intervalFailed;
    if (options.blockTime !== undefined) this.setIntervalMining(options.blockTime);
  }

  /** The next nonce of an account in the newest state. */
  nonce(address: AddressKey): number {
    return this.chain.backend.head.account(address)?.nonce ?? 0;
  }

  get automine(): boolean {
    return this.automining;
  }

  /** With automine off, transactions wait for {@link mine} or the interval. */
  setAutomine(on: boolean): void {
    this.automining = on;
    if (on) this.setIntervalMining(0);
    if (on && this.pool.size > 0) this.mineAll();
  }

  /** Mines every so many seconds; 0 stops. */
  setIntervalMining(seconds: number): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.intervalSeconds = seconds > 0 ? seconds : undefined;
    if (seconds <= 0) return;
    this.automining = false;
    this.timer = setInterval(() => this.mineInterval(), seconds * 1000);
  }

  private mineInterval(): void {
    try {
      this.mine();
    } catch (error) {
      if (!this.intervalFailed) throw error;
      this.intervalFailed(error);
    }
  }

  /** Takes a transaction; with automine on it is mined at once. Throws TransactionError. */
  submit(transaction: NodeTransaction): Hex {
    const { chain, pool } = this;
    if (chain.find(transaction.hash)) throw new TransactionError("already known");
    validateTransaction(transaction, {
      state: chain.backend.head,
      registry: chain.backend.registry,
      gasLimit: chain.gasLimit,
      baseFee: this.automining ? chain.nextBaseFee : undefined,
      committed: pool.committed(transaction.from, transaction.nonce, highestCost),
    });
    pool.add(transaction);
    for (const listener of this.pendingListeners) listener(transaction);
    if (this.automining && transaction.nonce < pool.pendingNonce(transaction.from)) this.mineAll();
    return transaction.hash;
  }

  /** Mines a block, and others behind it while the last had no room for what would fit an empty one: nobody may wait who is mined at once. */
  private mineAll(): void {
    do this.mine();
    while (this.crowded);
  }

  /** Signs for a local account, or stands in for an impersonated one. Throws TransactionError for any other. */
  sign(unsigned: UnsignedTransaction, from: AddressKey): NodeTransaction {
    if (this.impersonates(from)) return impersonateTransaction(unsigned, from);
    const signed = this.wallet.signTransaction(unsigned, from);
    if (!signed) throw new TransactionError("unknown account: the node has no key for the sender and does not impersonate it");
    return signed;
  }

  impersonates(address: AddressKey): boolean {
    return this.impersonated.has(address) || (this.impersonatesAll && !this.wallet.has(address));
  }

  /** Mines a block of what waits. */
  mine(timestamp?: number): Block {
    const { chain, pool, clock } = this;
    const time = timestamp ?? clock.timeOfNext(chain.head.header.timestamp);
    const refused: NodeTransaction[] = [];
    const block = chain.mine(time, (baseFee, take) => pool.select(baseFee, (transaction) => take(transaction) || (refused.push(transaction), false)));
    const { gasLimit, gasUsed } = block.header;
    this.crowded = refused.some((transaction) => transaction.gasLimit <= gasLimit && transaction.gasLimit > gasLimit - gasUsed);
    clock.mined(time);
    for (const { transaction } of block.receipts) pool.remove(transaction.hash);
    pool.dropUsed(new Set(block.receipts.map((r) => r.transaction.from)));
    for (const listener of this.blockListeners) listener(block);
    return block;
  }

  /** The block that {@link mine} would make now. */
  pending(): PendingBlock {
    return this.pendingBlocks.at(this.clock.timeOfNext(this.chain.head.header.timestamp));
  }

  /** Remembers the chain as it is; gives an id for {@link revert}. */
  snapshot(): number {
    const { pending, queued } = this.pool.content();
    const waiting = [...pending.values(), ...queued.values()].flat();
    this.snapshots.set(this.nextSnapshot, {
      height: this.chain.height,
      state: this.chain.state,
      waiting,
      restoreClock: this.clock.save(),
      release: this.chain.archive.pin(this.chain.height),
    });
    return this.nextSnapshot++;
  }

  /** Goes back to a snapshot, which is used up, as are all later ones; false where there is none of that id. */
  revert(id: number): boolean {
    const snapshot = this.snapshots.get(id);
    if (!snapshot) return false;
    this.chain.rewind(snapshot.height, snapshot.state);
    for (const [number, later] of [...this.snapshots])
      if (number >= id) {
        later.release();
        this.snapshots.delete(number);
      }
    snapshot.restoreClock();
    this.pool.clear();
    for (const transaction of snapshot.waiting) this.pool.add(transaction);
    return true;
  }

  /** Goes back to the genesis block and forgets snapshots, impersonations and what waits; false for a chain that is kept on disk. */
  reset(): boolean {
    const { beginning } = this;
    if (!beginning) return false;
    this.forgetSnapshots();
    this.chain.restart(beginning.genesis, beginning.state);
    beginning.restoreClock();
    this.pool.clear();
    this.impersonated.clear();
    this.impersonatesAll = false;
    return true;
  }

  /**
   * Takes over the blocks and accounts of another chain ({@link Blockchain.takeOver}). Snapshots are of the chain that was and go; of what waits that
   * stays which the accounts have not overtaken.
   */
  load({ blocks, changes, modules }: ChainContents): void {
    this.forgetSnapshots();
    this.chain.takeOver(blocks, changes, modules);
    this.pool.dropAllUsed();
  }

  /** Drops all blocks above one, whose state becomes the newest; snapshots of what is dropped go too. */
  rollback({ header }: Block, state: StateView): void {
    for (const [id, snapshot] of [...this.snapshots])
      if (snapshot.height > header.number) {
        snapshot.release();
        this.snapshots.delete(id);
      }
    this.chain.rewind(header.number, state);
    this.pool.dropAllUsed();
  }

  private forgetSnapshots(): void {
    for (const { release } of this.snapshots.values()) release();
    this.snapshots.clear();
  }

  /** Sets fields of an account. */
  setAccount(address: AddressKey, change: Partial<AccountRecord>): void {
    const record = this.chain.backend.head.account(address) ?? NO_ACCOUNT;
    this.chain.alter({ accounts: new Map([[address, { ...record, ...change }]]), storage: new Map() });
    this.pool.dropAllUsed();
  }

  /** Calls a function after each block; gives a function that ends it. */
  onBlock(listener: BlockListener): () => void {
    this.blockListeners.add(listener);
    return () => this.blockListeners.delete(listener);
  }

  /** Calls a function with each transaction that is taken. */
  onPending(listener: PendingListener): () => void {
    this.pendingListeners.add(listener);
    return () => this.pendingListeners.delete(listener);
  }

  /** Calls a function when the chain is closed; gives a function that ends it. */
  onClose(listener: () => void): () => void {
    this.closeListeners.add(listener);
    return () => this.closeListeners.delete(listener);
  }

  /** Ends interval mining and the executor's threads. */
  close(): void {
    for (const listener of [...this.closeListeners]) listener();
    clearInterval(this.timer);
    void this.chain.executor.close();
  }
}
