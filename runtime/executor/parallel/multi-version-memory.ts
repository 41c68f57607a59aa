/**
 * What the transactions of a block have written so far, by location and transaction: transaction i reads, of each location, the newest
 * version that one before it wrote, else the state before the block. (Block-STM: Gelashvili et al., 2022, algorithms 2 and 3.)
 *
 *   location x:   base | tx 2: v | tx 5: estimate | tx 9: w          tx 4 reads v; tx 8 must wait for tx 5
 *
 * An estimate stands where an aborted execution wrote: its transaction will probably write there again.
 */

/** A part of the state: see locations.ts. */
export type Location = string;

/** Where a read value came from: a transaction's execution, or (BASE) the state before the block. */
export interface Origin {
  readonly tx: number;
  readonly incarnation: number;
}

export const BASE: Origin = { tx: -1, incarnation: 0 };

export type Read = { readonly kind: "value"; readonly origin: Origin; readonly value: unknown } | { readonly kind: "base" } | { readonly kind: "estimate"; readonly tx: number };

export type ReadSet = ReadonlyMap<Location, Origin>;

interface Entry {
  readonly tx: number;
  incarnation: number;
  estimate: boolean;
  value: unknown;
}

const FROM_BASE: Read = { kind: "base" };

export class MultiVersionMemory {
  /** By location: entries in the order of their transactions. */
  private readonly locations = new Map<Location, Entry[]>();
  private readonly written: (readonly Location[])[];
  private readonly reads: ReadSet[];

  constructor(transactions: number) {
    this.written = Array.from({ length: transactions }, () => []);
    this.reads = Array.from({ length: transactions }, () => new Map());
  }

  /** What transaction `tx` sees at a location. */
  read(location: Location, tx: number): Read {
    const entries = this.locations.get(location);
    if (!entries) return FROM_BASE;
    const entry = entries[before(entries, tx)];
    if (!entry) return FROM_BASE;
    return entry.estimate ? { kind: "estimate", tx: entry.tx } : { kind: "value", origin: { tx: entry.tx, incarnation: entry.incarnation }, value: entry.value };
  }

  /** Publishes an execution; true where it wrote a location that the one before it had not written. */
  record(tx: number, incarnation: number, reads: ReadSet, writes: ReadonlyMap<Location, unknown>): boolean {
    const previous = new Set(this.written[tx]);
    let wroteNew = false;
    for (const [location, value] of writes) {
      if (!previous.delete(location)) wroteNew = true;
      this.put(location, tx, incarnation, value);
    }
    for (const location of previous) this.remove(location, tx);
    this.written[tx] = [...writes.keys()];
    this.reads[tx] = reads;
    return wroteNew;
  }

  private put(location: Location, tx: number, incarnation: number, value: unknown): void {
    let entries = this.locations.get(location);
    if (!entries) {
      entries = [];
      this.locations.set(location, entries);
    }
    const at = before(entries, tx) + 1;
    const own = entries[at];
    if (own?.tx === tx) {
      own.incarnation = incarnation;
      own.estimate = false;
      own.value = value;
    } else entries.splice(at, 0, { tx, incarnation, estimate: false, value });
  }

  private remove(location: Location, tx: number): void {
    const entries = this.locations.get(location)!;
    entries.splice(before(entries, tx) + 1, 1);
    if (entries.length === 0) this.locations.delete(location);
  }

  /** Marks all that a transaction wrote as estimates: it has been aborted. */
  markEstimates(tx: number): void {
    for (const location of this.written[tx]!) {
      const entries = this.locations.get(location)!;
      entries[before(entries, tx) + 1]!.estimate = true;
    }
  }

  /** True where reading again would give what the last execution of a transaction read. */
  isValid(tx: number): boolean {
    for (const [location, origin] of this.reads[tx]!) {
      const now = this.read(location, tx);
      if (now.kind === "estimate") return false;
      const { tx: writer, incarnation } = now.kind === "base" ? BASE : now.origin;
      if (writer !== origin.tx || incarnation !== origin.incarnation) return false;
    }
    return true;
  }

  /** The last value of each location that was written. */
  *final(): Generator<readonly [Location, unknown]> {
    for (const [location, entries] of this.locations) yield [location, entries[entries.length - 1]!.value];
  }
}

/** The index of the last entry of a transaction before `tx`, or -1. */
function before(entries: readonly Entry[], tx: number): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (entries[middle]!.tx < tx) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
