/** Intervals of unsigned values: the domain of the range analysis. */

/** Unsigned numbers from `low` to `high`, both included. */
export interface Interval {
  readonly low: bigint;
  readonly high: bigint;
}
