/**
 * The block's multi-version memory: of each record of the state a chain of what the block's transactions have written to it, newest
 * transaction first. Transaction i reads the first entry of a transaction before it, else the state before the block.
 *
 *   record x: head -> tx 9: w -> tx 5: estimate -> tx 2: v           tx 4 reads v; tx 8 must wait for tx 5; tx 1 reads the state
 *
 * An entry, once in its chain, stays there; what changes is its version, the offset of a value that never changes itself. Two
 * reads of one version have read the same execution's write, so that versions are all that a validation compares.
 *
 * Why it is safe: a value is written before its offset is stored, an entry before it is linked, both with Atomics; only the thread that executes a
 * transaction touches its entries. Chains are taken down when all threads have left the execution. Readers use no Atomics, which are calls here: each
 * word that they read lies at an address that the word before gave them, so that it is at least as new as that one. Who has seen a transaction's status (with
 * Atomics) sees all that it published before, which is what validation needs; what an execution misses, validation finds.
 */
import { RECORD, RECORD_WORDS } from "../../store/shared/layout.js";
import type { SharedState } from "../../store/shared/state.js";
import type { Arena } from "./arena.js";
import { ENTRY, ESTIMATE } from "./layout.js";

/** What a record's state before the block has as version. */
export const BASE = 0;

export class VersionMemory {
  private readonly words: Int32Array;

  constructor(
    private readonly state: SharedState,
    arena: Arena,
  ) {
    this.words = arena.words;
  }

  /**
   * The version that transaction `tx` reads of a record: BASE, the offset of a value, or, negative, ESTIMATE with the entry that has
   * one: its transaction has to run again first.
   */
  read(record: number, tx: number): number {
    const { words } = this;
    let entry = this.state.table.records[record * RECORD_WORDS + RECORD.HEAD]!;
    while (entry !== 0) {
      if (words[entry + ENTRY.TX]! < tx) {
        const version = words[entry + ENTRY.VERSION]!;
        if (version < 0) return ESTIMATE | entry;
        if (version !== 0) return version;
      }
      entry = words[entry + ENTRY.NEXT]!;
    }
    return BASE;
  }

  /** The transaction of the entry that {@link read} named. */
  writer(estimate: number): number {
    return this.words[(estimate & ~ESTIMATE) + ENTRY.TX]!;
  }

  /** The transaction whose version {@link read} finds; there is one, and it is no estimate. */
  writerBelow(record: number, tx: number): number {
    const { words } = this;
    let entry = this.state.table.records[record * RECORD_WORDS + RECORD.HEAD]!;
    while (words[entry + ENTRY.TX]! >= tx || words[entry + ENTRY.VERSION] === 0) entry = words[entry + ENTRY.NEXT]!;
    return words[entry + ENTRY.TX]!;
  }

  /** Publishes a value of a transaction; the entry that has it. A new one takes the ENTRY.WORDS words at `room`. */
  publish(record: number, tx: number, version: number, room: number): number {
    const { words } = this;
    const { records } = this.state.table;
    const head = record * RECORD_WORDS + RECORD.HEAD;
    for (;;) {
      // Where the entry's offset is to stand: in the record, or (not 0) in the entry before it.
      let before = 0;
      let next = records[head]!;
      while (next !== 0 && words[next + ENTRY.TX]! > tx) {
        before = next;
        next = words[next + ENTRY.NEXT]!;
      }
      if (next !== 0 && words[next + ENTRY.TX] === tx) {
        Atomics.store(words, next + ENTRY.VERSION, version);
        return next;
      }
      words[room + ENTRY.TX] = tx;
      words[room + ENTRY.NEXT] = next;
      words[room + ENTRY.VERSION] = version;
      words[room + ENTRY.RECORD] = record;
      const found = before === 0 ? Atomics.compareExchange(records, head, next, room) : Atomics.compareExchange(words, before + ENTRY.NEXT, next, room);
      if (found === next) return room;
    }
  }

  /** Marks entries as estimates: their transaction is about to run again. */
  markEstimates(entries: number, count: number): void {
    const { words } = this;
    for (let i = 0; i < count; i++) {
      const at = words[entries + i]! + ENTRY.VERSION;
      const version = words[at]!;
      if (version !== 0) Atomics.store(words, at, version | ESTIMATE);
    }
  }

  /** True where an entry is still an estimate: the new execution did not write there. */
  isEstimate(entry: number): boolean {
    return this.words[entry + ENTRY.VERSION]! < 0;
  }

  withdraw(entry: number): void {
    Atomics.store(this.words, entry + ENTRY.VERSION, 0);
  }

  /**
   * The version that a record has after the block if an entry is what decides it, else BASE. All threads may ask at once: only one entry of a chain
   * is the newest that has a version.
   */
  decides(entry: number): number {
    const { words } = this;
    let newest = this.first(entry);
    while (newest !== 0 && words[newest + ENTRY.VERSION] === 0) newest = words[newest + ENTRY.NEXT]!;
    return newest === entry ? words[entry + ENTRY.VERSION]! : BASE;
  }

  /** Takes an entry's chain down if nobody needs it any more: what it decides is part of the state, or it decides nothing. */
  takeDown(entry: number, isDecided: boolean): void {
    const { words } = this;
    if (!isDecided) {
      // Where all are withdrawn, it is the first one's business.
      let newest = this.first(entry);
      if (newest !== entry) return;
      while (newest !== 0 && words[newest + ENTRY.VERSION] === 0) newest = words[newest + ENTRY.NEXT]!;
      if (newest !== 0) return;
    }
    this.state.table.records[words[entry + ENTRY.RECORD]! * RECORD_WORDS + RECORD.HEAD] = 0;
  }

  private first(entry: number): number {
    return this.state.table.records[this.words[entry + ENTRY.RECORD]! * RECORD_WORDS + RECORD.HEAD]!;
  }
}
