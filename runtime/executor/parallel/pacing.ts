/**
 * Whether the next block is worth several threads. Blocks of one chain resemble each other: where most transactions of a block depended on the one
 * before them, those of the next one will, and running it serially spares what speculation costs. After some blocks it is tried again; how many
 * they are doubles with each trial that fails.
 */

/** Above this share of transactions whose first execution was not the last, or that speculation was not tried for, threads do not pay. */
const MOST_LOST = 1 / 3;
const MAX_PAUSE = 32;

export class Pacing {
  /** Blocks that are still to be run serially, and how many they were last time. */
  private left = 0;
  private pause = 0;

  /** Asked once a block: true where it is to be run on all threads. */
  isWorthwhile(): boolean {
    if (this.left === 0) return true;
    this.left--;
    return false;
  }

  /** A block of so many transactions was run on all threads; for so many of them that was for nothing. */
  ran(transactions: number, lost: number): void {
    this.pause = lost > MOST_LOST * transactions ? Math.min(MAX_PAUSE, Math.max(1, 2 * this.pause)) : 0;
    this.left = this.pause;
  }
}
