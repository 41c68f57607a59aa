/**
 * One worker's part in running a block, on its own thread: it takes transactions in order, runs each on what is there, publishes what it
 * wrote, and moves the frontier over what has turned out right.
 *
 *   READY -> EXECUTING -> EXECUTED -> FINAL          tx < frontier: FINAL
 *               |             |---- reads are stale: estimates, EXECUTING again at the frontier -> FINAL
 *               |-> PENDING, MAIN_ONLY: executed when the frontier is there -> FINAL
 *
 * Why the result is the serial one: the frontier moves over a transaction only if, with all before it final, each version that its
 * execution read is still the one to be read, or if it was executed when all before it were final. Either way it has read what the serial run
 * would have given it, and its result depends on nothing else.
 *
 * Why it ends: who waits, waits for a lower transaction; the lowest that is not final is run by whoever has the token, and waits for nobody.
 */
import type { BlockCells } from "../../host/activation.js";
import type { AccountRecord } from "../../store/state.js";
import type { SharedState } from "../../store/shared/state.js";
import { RECORD, RECORD_WORDS } from "../../store/shared/layout.js";
import { bigintFromWords, bigintToWords } from "../../store/shared/words.js";
import { executePayingGas, tip } from "../fees.js";
import { executeTransaction, type Receipt, type Transaction } from "../transaction.js";
import { Arena } from "./arena.js";
import { CONFLICT_ONE, HEADER, PIECE, STATUS, TX, type BlockBuffers } from "./layout.js";
import { DataReader, INPUT, readTransaction } from "./inputs.js";
import { Publisher } from "./publisher.js";
import { writeReceipt } from "./receipts.js";
import { Settler } from "./settler.js";
import { VersionMemory } from "./versions.js";
import { FOR_MAIN, GIVEN_UP, STOPPED, View, ViewRegistry, type ViewHost } from "./view.js";

/** How a transaction runs; tests replace it. */
export type Execute = typeof executeTransaction;

export interface WorkerOptions {
  /** 0 is the main thread's. */
  readonly number: number;
  readonly execute?: Execute;
  /** Called wherever another thread's step can come in between. Tests explore interleavings with it. */
  readonly between?: (point: string) => void;
}

/** Reads of another thread's word before the thread sleeps for a moment. */
const SPINS = 1_000;
/** Milliseconds. */
const NAP = 0.2;
/** How often a worker sleeps for one estimate before it gives the execution up. */
const MAX_NAPS = 50;
/** Above this share of failed validations speculation does not pay. */
const TOO_MANY = 0.72 * CONFLICT_ONE;
const RATE_SHIFT = 5;
const FIRST_BACKOFF = 128;
const MAX_BACKOFF = 8_192;
const TELL_EVERY = 32;
/** Transactions whose changes a worker takes to settle at a time. */
const SETTLE_STEP = 128;
/**
 * Transactions that a worker takes at a time while conflicts are rare: it checks its own ones then, whose reads and versions are in its processor's
 * cache. Where they are not rare, one at a time: who runs the middle of a run of transactions ahead misses what those before it write.
 */
const RUN = 8;
const RARE = CONFLICT_ONE >> 6;

export class BlockWorker implements ViewHost {
  readonly arena: Arena;
  /** Memory for the receipts of the running block, and of no other. */
  receipts!: Arena;
  readonly header: Int32Array;
  readonly rows: Int32Array;
  readonly number: number;
  protected readonly view: View;
  protected readonly registry: ViewRegistry;
  protected readonly memory: VersionMemory;
  private readonly publisher: Publisher;
  readonly settler: Settler;
  protected readonly execute: Execute;
  protected readonly between: ((point: string) => void) | undefined;
  protected cells!: BlockCells;
  protected size = 0;
  protected paysFees = false;
  /** The frontier when others were last told. */
  private told = 0;
  private baseFee = 0n;
  /** Transactions that this worker has taken and not run: from, to (not included). */
  private next = 0;
  private end = 0;
  /** Beginnings and ends of the runs that it has taken and that are not all final, oldest first. */
  private readonly taken: number[] = [];
  private executions = 0;
  private readonly dataReader = new DataReader();

  constructor(
    readonly state: SharedState,
    buffers: BlockBuffers,
    options: WorkerOptions,
  ) {
    this.number = options.number;
    this.header = new Int32Array(buffers.header);
    this.arena = new Arena({ memory: buffers.arena, header: this.header, top: HEADER.TOP, piece: PIECE.ARENA });
    this.rows = new Int32Array(buffers.rows);
    this.memory = new VersionMemory(state, this.arena);
    this.view = new View(state, this.memory, this.arena, this);
    this.registry = new ViewRegistry(this.view);
    this.execute = options.execute ?? executeTransaction;
    this.between = options.between;
    this.publisher = new Publisher(state, this.arena, this.memory, this.view, this.between);
    this.settler = new Settler(state, this.arena, this.memory, this.rows);
  }

  /** Enters a block that the main thread has laid out; `receipts` is memory for its receipts. */
  open(cells: BlockCells, receipts: SharedArrayBuffer): void {
    const { header, arena } = this;
    arena.begin();
    this.receipts = new Arena({ memory: receipts, header, top: HEADER.RECEIPTS_TOP, piece: PIECE.RECEIPTS });
    this.told = 0;
    this.next = this.end = 0;
    this.taken.length = 0;
    this.executions = 0;
    this.cells = cells;
    this.size = header[HEADER.SIZE]!;
    this.paysFees = header[HEADER.COINBASE] !== 0;
    this.baseFee = bigintFromWords(arena.words, header[HEADER.BASE_FEE]!);
    this.view.open(header[HEADER.COINBASE]!, header[HEADER.ASKING] !== 0);
  }

  /** True when nothing is left to run. */
  get isDone(): boolean {
    return Atomics.load(this.header, HEADER.FRONTIER) >= this.size;
  }

  get isStopped(): boolean {
    return Atomics.load(this.header, HEADER.STOP) !== 0;
  }

  /** Runs one transaction or moves the frontier; false where there was nothing to do. */
  step(): boolean {
    if (this.next === this.end && !this.takeRun()) return this.advance(true);
    const tx = this.next++;
    // With all before it final, nothing that it reads can change.
    const isFinal = Atomics.load(this.header, HEADER.FRONTIER) === tx;
    const status = this.attempt(tx, isFinal);
    this.executions++;
    const isLast = this.next === this.end;
    if (isLast) this.countExecutions();
    this.finish(tx, status);
    if (isLast) this.advance(!this.conflictsAreRare);
    return true;
  }

  /** True where this worker has taken transactions that it has not run. */
  protected get hasTaken(): boolean {
    return this.next < this.end;
  }

  private get conflictsAreRare(): boolean {
    return this.header[HEADER.CONFLICT_RATE]! < RARE;
  }

  /** Takes the next transactions; false where there are none for this worker at the moment. */
  private takeRun(): boolean {
    const { header } = this;
    for (;;) {
      const next = Atomics.load(header, HEADER.NEXT);
      const frontier = Atomics.load(header, HEADER.FRONTIER);
      const limit = Math.min(this.size, Atomics.load(header, HEADER.AVAILABLE), frontier + header[HEADER.WINDOW]!);
      if (next >= limit || frontier < Atomics.load(header, HEADER.SERIAL_UNTIL)) return false;
      // Towards the block's end runs become short, so that all workers end at about the same time.
      const share = Math.ceil((this.size - next) / (2 * header[HEADER.WORKERS]!));
      const end = Math.min(limit, next + (this.conflictsAreRare ? Math.min(RUN, share) : 1));
      this.between?.("claim");
      if (Atomics.compareExchange(header, HEADER.NEXT, next, end) !== next) continue;
      this.next = next;
      this.end = end;
      this.taken.push(next, end);
      return true;
    }
  }

  /** True where this worker has run a transaction that is not final. */
  private hasRun(tx: number): boolean {
    const { taken } = this;
    while (taken.length > 0 && taken[1]! <= tx) taken.splice(0, 2);
    return taken.length > 0 && taken[0]! <= tx;
  }

  private countExecutions(): void {
    Atomics.add(this.header, HEADER.EXECUTIONS, this.executions);
    this.executions = 0;
  }

  /** Says how an execution ended, for the frontier to see. */
  private finish(tx: number, status: number): void {
    this.between?.("finish");
    Atomics.store(this.rows, tx * TX.WORDS + TX.STATUS, status);
  }

  /** Executes a transaction and publishes what it wrote; the status that it has then. */
  protected attempt(tx: number, isFinal: boolean): number {
    this.view.begin(tx, isFinal);
    try {
      const receipt = this.executeOne(tx);
      this.publish(tx, receipt);
      return STATUS.EXECUTED;
    } catch (thrown) {
      if (thrown === GIVEN_UP) return STATUS.PENDING;
      if (thrown === FOR_MAIN) return STATUS.MAIN_ONLY;
      // Out of room, or somebody else was. What else is thrown may come of stale reads: the serial run will tell.
      this.stop();
      throw STOPPED;
    }
  }

  protected executeOne(tx: number): Receipt {
    const transaction = this.transaction(tx);
    const { view, cells, registry } = this;
    this.name(transaction, this.rows[tx * TX.WORDS + TX.INPUT]!);
    if (!this.paysFees) return this.execute(view, cells, registry, transaction);
    const receipt = executePayingGas(view, cells, registry, transaction);
    bigintToWords(tip(transaction, receipt, this.baseFee), this.rows, tx * TX.WORDS + TX.FEE);
    return receipt;
  }

  private name({ from, to }: Transaction, input: number): void {
    const { table } = this.state;
    const { words } = this.arena;
    // What a serial phase runs is not written as an input.
    if (input !== 0) this.view.name(from, words[input + INPUT.FROM]!, to, words[input + INPUT.TO]!);
    else this.view.name(from, table.account(from), to, to === undefined ? 0 : table.account(to));
  }

  protected transaction(tx: number): Transaction {
    return readTransaction(this.arena, this.state, this.rows[tx * TX.WORDS + TX.INPUT]!, this.dataReader);
  }

  private publish(tx: number, receipt: Receipt): void {
    const { rows, publisher } = this;
    const row = tx * TX.WORDS;
    publisher.publish(tx, receipt.changes, receipt.modules, rows[row + TX.ENTRIES]!, rows[row + TX.ENTRY_COUNT]!);
    this.writeReads(row);
    rows[row + TX.ENTRIES] = publisher.entries;
    rows[row + TX.ENTRY_COUNT] = publisher.count;
    rows[row + TX.DESTROYED] = publisher.destroyed ? 1 : 0;
    rows[row + TX.RECEIPT] = writeReceipt(this.receipts, this.arena, receipt);
  }

  private writeReads(row: number): void {
    const { arena, rows, view } = this;
    const { readCount } = view;
    const reads = readCount === 0 ? 0 : arena.take(readCount);
    for (let i = 0; i < readCount; i++) arena.words[reads + i] = view.reads[i]!;
    rows[row + TX.READS] = reads;
    rows[row + TX.READ_COUNT] = readCount;
  }

  /**
   * Moves the frontier as far as it goes, unless somebody else does; true where it moved. With `all` over whosever transactions there are, else over those
   * that this worker has run: a worker that finds nothing to run takes care of all, so that none are left.
   */
  advance(all: boolean): boolean {
    const { header, rows } = this;
    let moved = false;
    const isOurs = (): boolean => all || this.hasRun(Atomics.load(header, HEADER.FRONTIER));
    while (isOurs()) {
      this.between?.("token");
      if (Atomics.compareExchange(header, HEADER.TOKEN, 0, this.number + 1) !== 0) return moved;
      while (isOurs() && this.advanceOne()) moved = true;
      this.between?.("release");
      Atomics.store(header, HEADER.TOKEN, 0);
      // A transaction that ended meanwhile found the token taken.
      const frontier = Atomics.load(header, HEADER.FRONTIER);
      if (frontier >= this.size || !this.canSettle(Atomics.load(rows, frontier * TX.WORDS + TX.STATUS))) break;
    }
    if (moved) this.tell();
    return moved;
  }

  /** Wakes those who wait for the frontier, not at each step: whoever sleeps sleeps briefly. */
  private tell(): void {
    const frontier = Atomics.load(this.header, HEADER.FRONTIER);
    if (frontier < this.size && frontier < this.told + TELL_EVERY) return;
    this.told = frontier;
    this.wakeOthers();
  }

  private canSettle(status: number): boolean {
    return status === STATUS.EXECUTED || status === STATUS.PENDING || (status === STATUS.MAIN_ONLY && this.number === 0);
  }

  /** With the token: moves the frontier over one transaction; false where that is not possible now. */
  private advanceOne(): boolean {
    const { header, rows } = this;
    const tx = header[HEADER.FRONTIER]!;
    if (tx >= this.size) return false;
    const at = tx * TX.WORDS + TX.STATUS;
    let status = Atomics.load(rows, at);
    if (status === STATUS.READY) {
      if (!this.takeSerially(tx)) return false;
      status = STATUS.PENDING;
    } else if (!this.canSettle(status)) return false;
    if (status === STATUS.EXECUTED) {
      const isValid = this.isValid(tx);
      this.countConflict(!isValid);
      if (!isValid) {
        this.memory.markEstimates(rows[tx * TX.WORDS + TX.ENTRIES]!, rows[tx * TX.WORDS + TX.ENTRY_COUNT]!);
        status = STATUS.PENDING;
      }
    }
    if (status !== STATUS.EXECUTED) {
      Atomics.store(rows, at, STATUS.EXECUTING);
      Atomics.add(header, HEADER.EXECUTIONS, 1);
      status = this.attempt(tx, true);
      if (status !== STATUS.EXECUTED) {
        Atomics.store(rows, at, status);
        return false;
      }
    }
    this.between?.("final");
    Atomics.store(rows, at, STATUS.FINAL);
    Atomics.store(header, HEADER.FRONTIER, tx + 1);
    return true;
  }

  /** In a serial phase the main thread runs transactions at the frontier without taking them first. */
  private takeSerially(tx: number): boolean {
    const { header } = this;
    if (this.number !== 0 || tx >= Atomics.load(header, HEADER.SERIAL_UNTIL)) return false;
    if (Atomics.compareExchange(header, HEADER.NEXT, tx, tx + 1) !== tx) return false;
    header[HEADER.UNTRIED]!++;
    return true;
  }

  private isValid(tx: number): boolean {
    const { words } = this.arena;
    const row = tx * TX.WORDS;
    const reads = this.rows[row + TX.READS]!;
    const end = reads + this.rows[row + TX.READ_COUNT]!;
    for (let at = reads; at < end; at += 2) if (this.memory.read(words[at]!, tx) !== words[at + 1]!) return false;
    return true;
  }

  /** With the token: where most validations fail, speculation ends for a while that doubles each time. */
  private countConflict(failed: boolean): void {
    const { header } = this;
    if (failed) header[HEADER.CONFLICTS]!++;
    header[HEADER.CONFLICT_RATE]! += ((failed ? CONFLICT_ONE : 0) - header[HEADER.CONFLICT_RATE]!) >> RATE_SHIFT;
    if (header[HEADER.CONFLICT_RATE]! < TOO_MANY) return;
    const backoff = Math.min(MAX_BACKOFF, header[HEADER.BACKOFF]! === 0 ? FIRST_BACKOFF : 2 * header[HEADER.BACKOFF]!);
    header[HEADER.BACKOFF] = backoff;
    header[HEADER.CONFLICT_RATE] = CONFLICT_ONE / 2;
    Atomics.store(header, HEADER.SERIAL_UNTIL, header[HEADER.FRONTIER]! + backoff);
  }

  awaitWriter(tx: number): void {
    const { rows } = this;
    const at = tx * TX.WORDS + TX.STATUS;
    this.between?.("estimate");
    for (let naps = 0; naps < MAX_NAPS; naps++) {
      for (let i = 0; i < SPINS; i++) {
        const status = Atomics.load(rows, at);
        if (status === STATUS.EXECUTED || status === STATUS.FINAL) return;
        // Nobody runs it now, or nobody can but who waits here.
        if (status !== STATUS.EXECUTING || this.between) throw GIVEN_UP;
      }
      if (this.isStopped) throw STOPPED;
      this.whileWaiting();
      Atomics.wait(rows, at, STATUS.EXECUTING, NAP);
    }
    throw GIVEN_UP;
  }

  awaitRecord(record: number): void {
    const { header, state, number } = this;
    Atomics.store(header, HEADER.ASKED + number, record);
    Atomics.add(header, HEADER.QUESTIONS, 1);
    this.wakeOthers();
    for (let i = 0; state.isUnknown(record); i++) {
      if (i < SPINS) continue;
      if (this.isStopped) throw STOPPED;
      Atomics.wait(state.table.records, record * RECORD_WORDS + RECORD.STATE, 0, NAP);
    }
  }

  coinbase(_tx: number, _version: number): AccountRecord | undefined {
    throw FOR_MAIN;
  }

  /** What this thread owes others while it waits. */
  protected whileWaiting(): void {
    // Only the main thread answers questions.
  }

  /** Gives the block up, for all. */
  stop(): void {
    Atomics.store(this.header, HEADER.STOP, 1);
    this.wakeOthers();
  }

  protected wakeOthers(): void {
    Atomics.add(this.header, HEADER.WAKE, 1);
    if (Atomics.load(this.header, HEADER.SLEEPERS) > 0) Atomics.notify(this.header, HEADER.WAKE);
  }

  /** Waits a moment for work: for anything that happened since {@link HEADER.WAKE} was `before`. */
  pause(before: number): void {
    const { header } = this;
    for (let i = 0; i < SPINS; i++) if (Atomics.load(header, HEADER.WAKE) !== before) return;
    Atomics.add(header, HEADER.SLEEPERS, 1);
    Atomics.wait(header, HEADER.WAKE, before, NAP);
    Atomics.sub(header, HEADER.SLEEPERS, 1);
  }

  /** Lets all workers settle the block. */
  openSettling(): void {
    Atomics.store(this.header, HEADER.SETTLE, 1);
    this.wakeOthers();
  }

  /** Makes final changes part of the state, some transactions' at a time, until none are left. */
  settle(): void {
    const { header } = this;
    for (;;) {
      const first = Atomics.add(header, HEADER.SETTLE_NEXT, SETTLE_STEP);
      if (first >= this.size) return;
      const end = Math.min(this.size, first + SETTLE_STEP);
      this.settler.settle(first, end);
      Atomics.add(header, HEADER.SETTLED, end - first);
      if (this.number !== 0) Atomics.notify(header, HEADER.SETTLED);
    }
  }
}
