/**
 * The storage words that a transaction has read or written, with what is needed to undo writes: for each write the entry, its state and
 * its word before.
 */
import { ENTRY, WORD_SIZE, WordTable } from "./word-table.js";

/** What is known of an entry's word. */
export const WORD_STATE = {
  /** Nothing: a write was undone. */
  UNKNOWN: 0,
  /** It is the state's. */
  READ: 1,
  /** It is this transaction's. */
  WRITTEN: 2,
} as const;

/** Entry, state, word. */
const UNDO_SIZE = 2 + WORD_SIZE;

export class JournaledWords {
  readonly table = new WordTable();
  /** WORD_STATE of each entry. */
  states = new Uint8Array(64);
  private undo = new Int32Array(64 * UNDO_SIZE);
  undoLength = 0;
  /** The entry of what {@link load} has not known: -1 for none. */
  private missed = -1;

  clear(): void {
    this.table.clear();
    this.undoLength = 0;
  }

  /** Copies a word that is known here to `valueAt`; false where it is not. */
  load(owner: number, memory: Int32Array, slotAt: number, valueAt: number): boolean {
    const entry = this.table.find(owner, memory, slotAt);
    if (entry < 0 || this.states[entry] === WORD_STATE.UNKNOWN) {
      this.missed = entry;
      return false;
    }
    const { records } = this.table;
    const from = entry * ENTRY.SIZE + ENTRY.VALUE;
    for (let i = 0; i < WORD_SIZE; i++) memory[valueAt + i] = records[from + i]!;
    return true;
  }

  /** Notes the state's word of a slot that {@link load} has just not known. */
  remember(owner: number, memory: Int32Array, slotAt: number, valueAt: number, hint: number): void {
    const entry = this.missed >= 0 ? this.missed : this.add(owner, memory, slotAt);
    this.table.records[entry * ENTRY.SIZE + ENTRY.HINT] = hint;
    this.set(entry, WORD_STATE.READ, memory, valueAt);
  }

  store(owner: number, memory: Int32Array, slotAt: number, valueAt: number): void {
    const entry = this.entry(owner, memory, slotAt);
    this.noteUndo(entry);
    this.set(entry, WORD_STATE.WRITTEN, memory, valueAt);
  }

  /** Undoes the newest writes until the notes of `length` are left. */
  undoTo(length: number): void {
    const { undo } = this;
    while (this.undoLength > length) {
      this.undoLength -= UNDO_SIZE;
      const at = this.undoLength;
      this.set(undo[at]!, undo[at + 1]!, undo, at + 2);
    }
  }

  /** Forgets that words of an owner were written. */
  drop(owner: number): void {
    const { table, states } = this;
    for (let entry = 0; entry < table.count; entry++) if (table.records[entry * ENTRY.SIZE] === owner) states[entry] = WORD_STATE.UNKNOWN;
  }

  private entry(owner: number, memory: Int32Array, slotAt: number): number {
    const known = this.table.find(owner, memory, slotAt);
    return known >= 0 ? known : this.add(owner, memory, slotAt);
  }

  /** An entry for a slot that the table has just not found. */
  private add(owner: number, memory: Int32Array, slotAt: number): number {
    const entry = this.table.add(owner, memory, slotAt);
    if (entry >= this.states.length) {
      const states = new Uint8Array(2 * this.states.length);
      states.set(this.states);
      this.states = states;
    }
    this.states[entry] = WORD_STATE.UNKNOWN;
    return entry;
  }

  private set(entry: number, state: number, from: Int32Array, at: number): void {
    const { records } = this.table;
    const to = entry * ENTRY.SIZE + ENTRY.VALUE;
    for (let i = 0; i < WORD_SIZE; i++) records[to + i] = from[at + i]!;
    this.states[entry] = state;
  }

  private noteUndo(entry: number): void {
    if (this.undoLength + UNDO_SIZE > this.undo.length) {
      const longer = new Int32Array(2 * this.undo.length);
      longer.set(this.undo);
      this.undo = longer;
    }
    const { undo, undoLength } = this;
    const { records } = this.table;
    undo[undoLength] = entry;
    undo[undoLength + 1] = this.states[entry]!;
    const from = entry * ENTRY.SIZE + ENTRY.VALUE;
    for (let i = 0; i < WORD_SIZE; i++) undo[undoLength + 2 + i] = records[from + i]!;
    this.undoLength = undoLength + UNDO_SIZE;
  }
}
