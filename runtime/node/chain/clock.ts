/** The chain's time: the computer's clock, shifted and stepped as tests ask for it. All in seconds. */
export class ChainClock {
  private offset = 0;
  /** Set for the next block only. */
  private next: number | undefined;
  /** Fixed distance between blocks. */
  private interval: number | undefined;

  constructor(private readonly now: () => number = () => Math.floor(Date.now() / 1000)) {}

  /** The time that a block mined now gets. Time always goes up from block to block. */
  timeOfNext(parent: number): number {
    if (this.next !== undefined) return Math.max(this.next, parent + 1);
    if (this.interval !== undefined) return parent + this.interval;
    return Math.max(this.now() + this.offset, parent + 1);
  }

  /** A block was mined: one that was set by hand moves the clock. */
  mined(timestamp: number): void {
    if (this.next !== undefined) this.offset = timestamp - this.now();
    this.next = undefined;
  }

  /**
   * Moves the clock on from the newest block's time, which many blocks within a second may have brought before the clock's; gives
   * the shift in all.
   */
  increase(seconds: number, newest: number): number {
    this.offset = Math.max(this.offset, newest - this.now()) + seconds;
    return this.offset;
  }

  /** Sets the clock. */
  set(timestamp: number): number {
    const before = this.offset;
    this.offset = timestamp - this.now();
    return this.offset - before;
  }

  setNext(timestamp: number): void {
    this.next = timestamp;
  }

  setInterval(seconds: number | undefined): void {
    this.interval = seconds;
  }

  /** Goes back with the chain. */
  save(): () => void {
    const { offset, next, interval } = this;
    return () => {
      // The clock itself has gone on meanwhile; what was set by hand comes back.
      this.offset = offset;
      this.next = next;
      this.interval = interval;
    };
  }
}
