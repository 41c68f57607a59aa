/**
 * Runs blocks on several threads, with the result of running their transactions one after another (docs/internals/parallel.md).
 *
 *   const executor = new ParallelExecutor(state, { workers: 4 });
 *   const { outcomes } = executor.run({ block, transactions });
 *
 * The calling thread is one of the workers; it lays the block out in shared memory, and the others enter when they wake. Whatever goes wrong
 * (a thread that dies or does not answer, memory that is used up) ends in the serial run on a state that nobody has changed: until all transactions
 * are final, what they write is in the block's own memory.
 */
import type { ModuleEntry } from "../../host/code.js";
import { bytesOfKey } from "../../store/keys.js";
import type { AddressKey, SlotKey } from "../../store/keys.js";
import type { AccountRecord, ChangeSet } from "../../store/state.js";
import { OWNER_NONE, RECORD, RECORD_WORDS, STATE, VERSION } from "../../store/shared/layout.js";
import { SharedState } from "../../store/shared/state.js";
import { slotFromWords } from "../../store/shared/words.js";
import { SerialExecutor, type BlockExecutor, type BlockInput, type BlockResult, type ExecutorState, type Outcome, type ParallelStatistics } from "../block-executor.js";
import { blockBuffers, ENTRY, HEADER, MAX_PART, MAX_WORKERS, TX, type BlockBuffers } from "./layout.js";
import { layOut } from "./lay-out.js";
import { MainWorker } from "./main-worker.js";
import { Pacing } from "./pacing.js";
import { ThreadPool } from "./pool.js";
import { BASE } from "./versions.js";

export interface ParallelOptions {
  /** Threads that run transactions, the caller's included. */
  readonly workers: number;
  /** Blocks of fewer transactions are run serially: waking threads costs more than they would save. */
  readonly smallest?: number;
  /** Milliseconds for which no transaction may become final before the block is run serially and the threads are replaced. */
  readonly patience?: number;
  /** Bytes for what one block writes. */
  readonly arenaBytes?: number;
  /** True: all blocks that are large enough run on all threads, also where the last ones had too many conflicts for that to pay. */
  readonly always?: boolean;
}

const SMALLEST = 24;
const PATIENCE = 10_000;

/** Records of a mirror beyond which it is begun anew. */
const MAX_MIRRORED = 2 ** 22;
/** Threads are replaced no more often than this. */
const MAX_REPLACEMENTS = 8;

export class ParallelExecutor implements BlockExecutor {
  private readonly serial: SerialExecutor;
  private readonly isMirror: boolean;
  private shared: SharedState;
  private buffers!: BlockBuffers;
  private main!: MainWorker;
  private pool: ThreadPool | undefined;
  private replacements = 0;
  private readonly pacing = new Pacing();
  private isClosed = false;
  private readonly counts = { parallelBlocks: 0, abandonedBlocks: 0, serialBlocks: 0, transactions: 0, executions: 0, conflicts: 0 };

  /** With a SharedState as head, that is what the threads read; with another one, they read a copy of what they need. */
  constructor(
    private readonly state: ExecutorState,
    private readonly options: ParallelOptions,
  ) {
    const { workers } = options;
    if (!Number.isInteger(workers) || workers < 1 || workers >= MAX_WORKERS) throw new RangeError(`the number of workers must be from 1 to ${MAX_WORKERS - 1}`);
    this.isMirror = !(state.head instanceof SharedState);
    this.shared = state.head instanceof SharedState ? state.head : this.emptyMirror();
    this.serial = new SerialExecutor(this.serialState());
  }

  get statistics(): ParallelStatistics {
    return { ...this.counts };
  }

  /** Starts the threads, which else the first large block does, and resolves when they run. */
  async ready(): Promise<void> {
    await this.started().ready();
  }

  private started(): ThreadPool {
    if (!this.pool) this.start();
    return this.pool!;
  }

  private emptyMirror(): SharedState {
    const { state } = this;
    return SharedState.create(
      {},
      {
        account: (address) => state.head.account(address),
        storage: (address, slot) => state.head.storage(address, slot),
        module: (identity) => state.registry.get(bytesOfKey(identity)),
      },
    );
  }

  /** What the serial executor works on: it keeps the mirror like the state. */
  private serialState(): ExecutorState {
    const { state } = this;
    return {
      get head() {
        return state.head;
      },
      get registry() {
        return state.registry;
      },
      commit: (changes, modules) => {
        state.commit(changes, modules);
        this.changed(changes, modules);
      },
    };
  }

  private start(): void {
    this.buffers = blockBuffers(this.options.arenaBytes);
    this.main = new MainWorker(this.shared, this.buffers, {});
    this.pool = new ThreadPool(this.options.workers - 1, this.buffers, this.shared.buffers);
  }

  changed(changes: ChangeSet, modules: readonly ModuleEntry[]): void {
    if (!this.isMirror) return;
    this.shared.register(modules);
    this.shared.apply(changes);
  }

  reset(): void {
    if (!this.isMirror) return;
    const { buffers } = this.emptyMirror();
    this.shared.open(buffers);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.pool?.close();
  }

  run(input: BlockInput): BlockResult {
    const { transactions } = input;
    if (transactions.length <= MAX_PART) return this.runPart(input);
    const outcomes: Outcome[] = [];
    let executions = 0;
    for (let first = 0; first < transactions.length; first += MAX_PART) {
      const part = this.runPart({ ...input, transactions: transactions.slice(first, first + MAX_PART) });
      outcomes.push(...part.outcomes);
      executions += part.executions;
    }
    return { outcomes, executions };
  }

  private runPart(input: BlockInput): BlockResult {
    if (!this.canRunInParallel(input.transactions.length)) {
      this.counts.serialBlocks++;
      return this.serial.run(input);
    }
    const result = this.runOnAll(input);
    if (result) return result;
    this.counts.abandonedBlocks++;
    return this.serial.run(input);
  }

  private canRunInParallel(transactions: number): boolean {
    if (this.isClosed || this.options.workers < 2 || transactions < (this.options.smallest ?? SMALLEST)) return false;
    if (this.options.always !== true && !this.pacing.isWorthwhile()) return false;
    if (!this.started().isBroken && this.allLeft()) return true;
    this.replace();
    return false;
  }

  /** Waits until no thread is inside a block; false where one stays too long. */
  private allLeft(): boolean {
    const { header } = this.main;
    const start = performance.now();
    for (;;) {
      const active = Atomics.load(header, HEADER.ACTIVE);
      if (active === 0) return true;
      if (performance.now() - start > this.patience) return false;
      Atomics.wait(header, HEADER.ACTIVE, active, 1);
    }
  }

  private get patience(): number {
    return this.options.patience ?? PATIENCE;
  }

  /** Leaves threads and memory to themselves and begins with others. */
  private replace(): void {
    void this.pool?.close();
    this.shared = this.isMirror ? this.emptyMirror() : this.shared;
    if (!this.isMirror) this.shared.rebuild(this.shared.table.allocated);
    if (++this.replacements > MAX_REPLACEMENTS) this.isClosed = true;
    else this.start();
  }

  /** Runs a block on all workers; undefined where that failed, and the state is what it was. */
  private runOnAll(input: BlockInput): BlockResult | undefined {
    this.counts.parallelBlocks++;
    const pool = this.started();
    const { main } = this;
    if (this.isMirror && this.shared.table.allocated > MAX_MIRRORED) this.reset();
    layOut(main, input, { asking: this.isMirror, workers: this.options.workers });
    pool.start(this.shared.buffers, main.receipts.words.buffer as SharedArrayBuffer);
    const isDone = this.work(input);
    Atomics.store(main.header, HEADER.OPEN, 0);
    if (!isDone || this.destroysStorage(input.transactions.length)) {
      this.abandon();
      return undefined;
    }
    return this.conclude(input);
  }

  /** The calling thread's work on the block; false where the block has to be given up. */
  private work(input: BlockInput): boolean {
    const { main } = this;
    let frontier = 0;
    let since = performance.now();
    try {
      while (!main.isDone) {
        if (main.isStopped) return false;
        const before = Atomics.load(main.header, HEADER.WAKE);
        if (main.step()) continue;
        main.pause(before);
        const now = Atomics.load(main.header, HEADER.FRONTIER);
        if (now !== frontier) {
          frontier = now;
          since = performance.now();
        } else if (performance.now() - since > this.patience) {
          main.stop();
          return false;
        }
      }
      return input.transactions.length === Atomics.load(main.header, HEADER.FRONTIER);
    } catch {
      // No room; or a fault, which the serial run will show if it is none of speculation.
      main.stop();
      return false;
    }
  }

  /** True where an account is destroyed that had storage before the block: its words would have to vanish between two transactions. */
  private destroysStorage(size: number): boolean {
    const { rows, arena } = this.main;
    const { table } = this.shared;
    for (let tx = 0; tx < size; tx++) {
      if (rows[tx * TX.WORDS + TX.DESTROYED] === 0) continue;
      for (let i = 0; i < rows[tx * TX.WORDS + TX.ENTRY_COUNT]!; i++) {
        const entry = arena.words[rows[tx * TX.WORDS + TX.ENTRIES]! + i]!;
        const [version, record] = [arena.words[entry + ENTRY.VERSION]!, arena.words[entry + ENTRY.RECORD]!];
        if (version === BASE || table.records[record * RECORD_WORDS + RECORD.OWNER] !== OWNER_NONE) continue;
        if (arena.words[version + VERSION.STATE] === STATE.ABSENT && this.mayHaveStorage(table.addressOf(record))) return true;
      }
    }
    return false;
  }

  private mayHaveStorage(address: AddressKey): boolean {
    if (!this.isMirror) return this.shared.hasStorage(address);
    return this.state.hasStorage ? this.state.hasStorage(address) : true;
  }

  /** Makes the threads leave a block that is not to be, and forgets what they wrote. */
  private abandon(): void {
    this.main.stop();
    if (!this.allLeft()) {
      this.replace();
      return;
    }
    // The chains of the block's versions are still there.
    if (this.isMirror) this.reset();
    else this.shared.rebuild(2 * this.shared.table.allocated);
  }

  /** Makes a block whose transactions are final part of the state. */
  private conclude({ transactions, fees }: BlockInput): BlockResult {
    const { main, shared } = this;
    const { header } = main;
    const size = transactions.length;
    const coinbase = fees && { address: fees.coinbase, account: main.finalCoinbase };
    main.openSettling();
    main.settle();
    this.awaitSettled(size);
    if (coinbase?.account) shared.apply({ accounts: new Map([[coinbase.address, coinbase.account]]), storage: new Map() });
    const { outcomes } = main;
    const executions = header[HEADER.EXECUTIONS]!;
    this.counts.transactions += size;
    this.counts.executions += executions;
    this.counts.conflicts += header[HEADER.CONFLICTS]!;
    this.pacing.ran(size, header[HEADER.CONFLICTS]! + header[HEADER.UNTRIED]!);
    if (this.isMirror) {
      const { changes, modules } = this.changesOf(size, coinbase?.account && coinbase.address);
      this.state.commit(changes, modules);
    }
    return { outcomes, executions };
  }

  private awaitSettled(size: number): void {
    const { main } = this;
    const start = performance.now();
    for (;;) {
      const settled = Atomics.load(main.header, HEADER.SETTLED);
      if (settled >= size) return;
      Atomics.wait(main.header, HEADER.SETTLED, settled, 1);
      if (performance.now() - start < this.patience) continue;
      // A thread has died over it.
      main.settler.settle(0, size);
      this.replace();
      return;
    }
  }

  /** All that a block changed, read from the records that it wrote. */
  private changesOf(size: number, coinbase: AddressKey | undefined): { readonly changes: ChangeSet; readonly modules: readonly ModuleEntry[] } {
    const { shared } = this;
    const { rows, arena } = this.main;
    const accounts = new Map<AddressKey, AccountRecord | undefined>();
    const storage = new Map<AddressKey, Map<SlotKey, Uint8Array | undefined>>();
    const modules: ModuleEntry[] = [];
    const seen = new Set<number>();
    for (let tx = 0; tx < size; tx++)
      for (let i = 0; i < rows[tx * TX.WORDS + TX.ENTRY_COUNT]!; i++) seen.add(arena.words[arena.words[rows[tx * TX.WORDS + TX.ENTRIES]! + i]! + ENTRY.RECORD]!);
    for (const record of seen) {
      const at = record * RECORD_WORDS;
      const owner = shared.table.records[at + RECORD.OWNER]!;
      if (owner === OWNER_NONE) accounts.set(shared.table.addressOf(record), shared.accountAt(record));
      else if (owner > 0) {
        const address = shared.table.addressOf(owner);
        const words = storage.get(address) ?? new Map<SlotKey, Uint8Array | undefined>();
        storage.set(address, words.set(slotFromWords(shared.table.records, at + RECORD.KEY), shared.wordAt(record)));
      } else {
        const module = shared.moduleAt(record);
        if (module) modules.push(module);
      }
    }
    if (coinbase !== undefined) accounts.set(coinbase, shared.account(coinbase));
    return { changes: { accounts, storage }, modules };
  }
}
