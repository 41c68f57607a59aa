/** Makes what final transactions wrote part of the state, when no thread executes any more. Threads may do so at once, each for transactions of its own. */
import { RECORD_WORDS } from "../../store/shared/layout.js";
import type { SharedState } from "../../store/shared/state.js";
import type { Arena } from "./arena.js";
import { ENTRY, TX } from "./layout.js";
import { BASE, type VersionMemory } from "./versions.js";

/** Transactions whose records are read ahead at a time: they fit a processor's smallest cache. */
const AHEAD = 16;

export class Settler {
  /** What {@link touch} has read: the engine leaves out what nobody uses. */
  protected touched = 0;

  constructor(
    private readonly state: SharedState,
    private readonly arena: Arena,
    private readonly memory: VersionMemory,
    private readonly rows: Int32Array,
  ) {}

  /** Settles some transactions. Doing it again does no harm: chains are taken down last. */
  settle(first: number, end: number): void {
    for (let at = first; at < end; at += AHEAD) {
      const stop = Math.min(end, at + AHEAD);
      this.touch(at, stop);
      this.write(at, stop);
    }
  }

  /**
   * Reads a word of each record that is about to be written. The reads do not depend on each other, so that the processor waits for many of them at
   * once; writing waits for one after another.
   */
  private touch(first: number, end: number): void {
    const { rows } = this;
    const { words } = this.arena;
    const { records } = this.state.table;
    let sum = 0;
    for (let tx = first; tx < end; tx++) {
      const entries = rows[tx * TX.WORDS + TX.ENTRIES]!;
      const stop = entries + rows[tx * TX.WORDS + TX.ENTRY_COUNT]!;
      for (let at = entries; at < stop; at++) {
        const record = words[words[at]! + ENTRY.RECORD]! * RECORD_WORDS;
        sum ^= records[record]! ^ records[record + RECORD_WORDS - 1]!;
      }
    }
    this.touched = sum;
  }

  private write(first: number, end: number): void {
    const { rows, arena, memory, state } = this;
    for (let tx = first; tx < end; tx++) {
      const entries = rows[tx * TX.WORDS + TX.ENTRIES]!;
      const count = rows[tx * TX.WORDS + TX.ENTRY_COUNT]!;
      for (let i = 0; i < count; i++) {
        const entry = arena.words[entries + i]!;
        const version = memory.decides(entry);
        if (version !== BASE) state.settle(arena.words[entry + ENTRY.RECORD]!, arena.words, version);
        memory.takeDown(entry, version !== BASE);
      }
    }
  }
}
