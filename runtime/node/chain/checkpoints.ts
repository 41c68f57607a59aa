/** Saves checkpoints of a chain's store as blocks come, and drops the oldest. One at a time, beside the chain's work. */
import type { KeyValueStore } from "../../store/durable/kv.js";

export interface CheckpointSchedule {
  /** Blocks from checkpoint to checkpoint; undefined: not by blocks. */
  readonly blocks: number | undefined;
  /** Seconds from checkpoint to checkpoint, while blocks come; undefined: not by time. */
  readonly seconds: number | undefined;
  /** Checkpoints that are kept. */
  readonly keep: number;
}

export interface CheckpointObserver {
  saved(name: string, seconds: number): void;
  failed(error: unknown): void;
}

const PREFIX = "block-";

export class Checkpoints {
  private lastHeight: number;
  private lastTime: number | undefined;
  private running: Promise<void> | undefined;

  /** @param height The newest block's, at the start. */
  constructor(
    private readonly store: KeyValueStore,
    private readonly schedule: CheckpointSchedule,
    height: number,
    private readonly observer: CheckpointObserver,
    private readonly now: () => number = Date.now,
  ) {
    const own = this.own();
    const newest = own[own.length - 1];
    this.lastHeight = newest ? Math.min(Number(newest.name.slice(PREFIX.length)), height) : height;
    this.lastTime = newest?.time;
    this.started = now();
  }

  private readonly started: number;

  private own(): readonly { readonly name: string; readonly time: number }[] {
    return this.store.checkpoints().filter(({ name }) => /^block-\d+$/.test(name));
  }

  /** Seconds since the newest checkpoint was complete; undefined where there is none. */
  age(): number | undefined {
    return this.lastTime === undefined ? undefined : Math.max(0, (this.now() - this.lastTime) / 1000);
  }

  /** A block was mined. `durable` ends when the store has it. */
  mined(height: number, durable: Promise<void> | undefined): void {
    // A chain that went back begins to count anew.
    this.lastHeight = Math.min(this.lastHeight, height);
    if (this.running || !this.isDue(height)) return;
    this.running = this.save(height, durable).finally(() => (this.running = undefined));
  }

  private isDue(height: number): boolean {
    const { blocks, seconds } = this.schedule;
    if (blocks !== undefined && height - this.lastHeight >= blocks) return true;
    return seconds !== undefined && height > this.lastHeight && this.now() - (this.lastTime ?? this.started) >= seconds * 1000;
  }

  private async save(height: number, durable: Promise<void> | undefined): Promise<void> {
    const start = performance.now();
    try {
      await durable;
      const name = `${PREFIX}${height}`;
      await this.store.saveCheckpoint(name);
      this.lastHeight = height;
      this.lastTime = this.now();
      const own = this.own();
      for (const { name: old } of own.slice(0, Math.max(0, own.length - this.schedule.keep))) await this.store.dropCheckpoint(old);
      this.observer.saved(name, (performance.now() - start) / 1000);
    } catch (error) {
      // The chain itself is whole; the next block tries again.
      this.observer.failed(error);
    }
  }

  /** Resolves when nothing is being saved. */
  async idle(): Promise<void> {
    await this.running;
  }
}
