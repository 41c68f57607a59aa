/**
 * The main thread's part in running a block. Besides what every worker does it hands out transactions, answers questions for state
 * that only it can read, and runs what reads the coinbase's account.
 *
 * Fees would make the coinbase a part of the state that every transaction changes. They are summed up instead, and become part of its balance when
 * somebody looks: a transaction that reads the account runs at the frontier, on this thread, where the sum of all before it is known.
 */
import type { BlockCells } from "../../host/activation.js";
import type { SharedState } from "../../store/shared/state.js";
import type { AccountRecord } from "../../store/state.js";
import { bigintFromWords } from "../../store/shared/words.js";
import type { Transaction } from "../transaction.js";
import { BlockWorker, type WorkerOptions } from "./block-worker.js";
import { writeTransaction } from "./inputs.js";
import { HEADER, MAX_WORKERS, receiptMemory, TX, type BlockBuffers } from "./layout.js";
import { Receipts } from "./receipts.js";
import { BASE } from "./versions.js";
import { FOR_MAIN } from "./view.js";

/** Transactions that are handed out at a time; and how many wait at most, so that a pause of this thread (the collector's, say) is none of the others'. */
const STEP = 64;
const WAITING = 1_024;

export class MainWorker extends BlockWorker {
  private transactions: readonly Transaction[] = [];
  private answered = 0;
  /** Fees of transactions below `summed` that are not part of any version of the coinbase's account. */
  private fees = 0n;
  private summed = 0;
  /** The version of the coinbase's account that they come on top of. */
  private feesOn = BASE;

  constructor(state: SharedState, buffers: BlockBuffers, options: Omit<WorkerOptions, "number">) {
    super(state, buffers, { ...options, number: 0 });
  }

  begin(cells: BlockCells, transactions: readonly Transaction[]): void {
    this.transactions = transactions;
    this.answered = Atomics.load(this.header, HEADER.QUESTIONS);
    this.fees = 0n;
    this.summed = 0;
    this.feesOn = BASE;
    super.open(cells, receiptMemory(transactions.length));
  }

  override step(): boolean {
    if (!this.hasTaken) this.handOut();
    this.answer();
    return super.step();
  }

  /** Writes the next transactions into the arena where the others will want them soon. Throws where there is no room. */
  private handOut(): void {
    const { header, size } = this;
    const available = Atomics.load(header, HEADER.AVAILABLE);
    const next = Atomics.load(header, HEADER.NEXT);
    if (available >= size || available >= next + WAITING || Atomics.load(header, HEADER.FRONTIER) < Atomics.load(header, HEADER.SERIAL_UNTIL)) return;
    // What a serial phase has run need not be handed out.
    const first = Math.max(available, next);
    const end = Math.min(size, first + STEP);
    for (let tx = first; tx < end; tx++) this.rows[tx * TX.WORDS + TX.INPUT] = writeTransaction(this.arena, this.state, this.transactions[tx]!);
    Atomics.store(header, HEADER.AVAILABLE, end);
    this.wakeOthers();
  }

  /** Reads records that others wait for. */
  private answer(): void {
    const questions = Atomics.load(this.header, HEADER.QUESTIONS);
    if (questions === this.answered) return;
    this.answered = questions;
    for (let worker = 1; worker < MAX_WORKERS; worker++) {
      const record = Atomics.exchange(this.header, HEADER.ASKED + worker, 0);
      if (record !== 0) this.awaitRecord(record);
    }
  }

  override awaitRecord(record: number): void {
    if (this.state.isUnknown(record)) this.state.learn(record);
  }

  protected override whileWaiting(): void {
    this.answer();
  }

  protected override transaction(tx: number): Transaction {
    return this.transactions[tx]!;
  }

  /** The receipts of a block whose transactions are all final. */
  get outcomes(): Receipts {
    const offsets = new Int32Array(this.size);
    for (let tx = 0; tx < offsets.length; tx++) offsets[tx] = this.rows[tx * TX.WORDS + TX.RECEIPT]!;
    return new Receipts(this.receipts.words, offsets, this.arena.words);
  }

  override coinbase(tx: number, version: number): AccountRecord | undefined {
    if (Atomics.load(this.header, HEADER.FRONTIER) !== tx) throw FOR_MAIN;
    return this.coinbaseBefore(tx, version);
  }

  /** The coinbase's account with all fees of transactions below one, all of them final. */
  private coinbaseBefore(tx: number, version: number): AccountRecord | undefined {
    const { rows, state, arena, header } = this;
    // A version has in it what its transaction found.
    if (version !== BASE && version !== this.feesOn) {
      this.feesOn = version;
      this.fees = 0n;
      this.summed = this.memory.writerBelow(header[HEADER.COINBASE]!, tx);
    }
    for (; this.summed < tx; this.summed++) this.fees += bigintFromWords(rows, this.summed * TX.WORDS + TX.FEE);
    let account: AccountRecord | undefined;
    if (version === BASE) {
      this.awaitRecord(header[HEADER.COINBASE]!);
      account = state.accountAt(header[HEADER.COINBASE]!);
    } else account = state.decode(arena.words, version);
    return this.fees === 0n ? account : { ...(account ?? { nonce: 0, balance: 0n }), balance: (account?.balance ?? 0n) + this.fees };
  }

  /** The coinbase's account after the block; undefined for none. */
  get finalCoinbase(): AccountRecord | undefined {
    return this.coinbaseBefore(this.size, this.memory.read(this.header[HEADER.COINBASE]!, this.size));
  }
}
