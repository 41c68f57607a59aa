/**
 * Collects a store's old versions by itself: after a time, or after so many new versions, whichever comes first. The adaptive mode looks
 * after each run at what has happened since the one before: under load it runs more often, when idle less often, otherwise as configured.
 * A run pauses after each slice of keys, so that it neither blocks the thread nor has to be waited for when it is stopped.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import { DEFAULT_MAX_VERSIONS, type MultiVersionStore } from "./store.js";

export interface CollectorOptions {
  readonly mode: "fixed" | "adaptive";
  /** Milliseconds from run to run. */
  readonly interval: number;
  /** New versions that call for a run. */
  readonly threshold: number;
  readonly maxVersions: number;
  readonly clock: Clock;
}

export interface Clock {
  /** Calls a function after so many milliseconds; the result cancels that. */
  after(milliseconds: number, run: () => void): () => void;
}

const REAL_CLOCK: Clock = {
  after(milliseconds, run) {
    const timer = setTimeout(run, milliseconds);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

export const COLLECTOR_DEFAULTS: CollectorOptions = { mode: "fixed", interval: 60_000, threshold: 1_000, maxVersions: DEFAULT_MAX_VERSIONS, clock: REAL_CLOCK };

/** Bounds of the adaptive mode, and what counts as load since the last run. */
export const ADAPTIVE = { MIN_INTERVAL: 10_000, MAX_INTERVAL: 300_000, MIN_THRESHOLD: 500, MAX_THRESHOLD: 5_000, BUSY_TRANSACTIONS: 1_000, BUSY_VERSIONS: 5_000 } as const;

/** Keys between pauses: well below a millisecond. */
const SLICE = 1_000;

export interface Pace {
  readonly interval: number;
  readonly threshold: number;
}

/** The pace after a run, from the pace before it and what has happened since the run before. */
export function adapt(current: Pace, base: Pace, since: { readonly transactions: number; readonly versions: number }): Pace {
  const busy = since.transactions > ADAPTIVE.BUSY_TRANSACTIONS || since.versions > ADAPTIVE.BUSY_VERSIONS;
  const idle = since.transactions === 0 && since.versions === 0;
  if (!busy && !idle) return base;
  const scale = busy ? 0.5 : 2;
  const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, Math.round(value)));
  return {
    interval: clamp(current.interval * scale, ADAPTIVE.MIN_INTERVAL, ADAPTIVE.MAX_INTERVAL),
    threshold: clamp(current.threshold * scale, ADAPTIVE.MIN_THRESHOLD, ADAPTIVE.MAX_THRESHOLD),
  };
}

export class Collector {
  private readonly options: CollectorOptions;
  private current: Pace;
  private since = { begun: 0, written: 0 };
  private cancelTimer: (() => void) | undefined;
  private unlisten: (() => void) | undefined;
  private running: Promise<void> | undefined;
  private stopping = false;
  private completed = 0;

  /** Throws RangeError for options with which no run could be made: found out in a run, there would be nobody to tell. */
  constructor(
    private readonly store: MultiVersionStore<unknown>,
    options: Partial<CollectorOptions> = {},
  ) {
    this.options = { ...COLLECTOR_DEFAULTS, ...options };
    const { interval, threshold, maxVersions } = this.options;
    if (!Number.isInteger(maxVersions) || maxVersions < 1) throw new RangeError("at least the newest version of a key stays");
    if (!(interval > 0) || !(threshold >= 0)) throw new RangeError("interval and threshold are numbers of milliseconds and versions");
    this.current = this.options;
  }

  /** Interval and threshold as they are now. */
  get pace(): Pace {
    return { interval: this.current.interval, threshold: this.current.threshold };
  }

  /** Completed runs. */
  get runs(): number {
    return this.completed;
  }

  start(): void {
    if (this.unlisten) return;
    this.stopping = false;
    this.remember();
    this.unlisten = this.store.onCommit(() => {
      if (this.store.statistics().written - this.since.written > this.current.threshold) this.trigger();
    });
    this.schedule();
  }

  /** Ends the collector; a run that is under way ends after its present slice. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.unlisten?.();
    this.unlisten = undefined;
    this.cancelTimer?.();
    await this.running;
  }

  private schedule(): void {
    this.cancelTimer?.();
    this.cancelTimer = this.options.clock.after(this.current.interval, () => this.trigger());
  }

  private trigger(): void {
    this.running ??= this.run().finally(() => {
      this.running = undefined;
    });
  }

  private async run(): Promise<void> {
    const { begun, written } = this.store.statistics();
    if (this.options.mode === "adaptive") this.current = adapt(this.current, this.options, { transactions: begun - this.since.begun, versions: written - this.since.written });
    this.remember();
    for (const _ of this.store.collectInSlices({ maxVersions: this.options.maxVersions, slice: SLICE })) {
      await nextTurn();
      if (this.isStopping()) return;
    }
    this.completed++;
    this.schedule();
  }

  /** Asked after a pause, in which {@link stop} may have been called. */
  private isStopping(): boolean {
    return this.stopping;
  }

  private remember(): void {
    const { begun, written } = this.store.statistics();
    this.since = { begun, written };
  }
}
