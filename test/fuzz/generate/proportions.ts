/**
 * How large a program is. Most are small: solc's time and ours grow with the text, and many small programs meet more combinations of features
 * in the same time than few large ones. Some stay large, since some faults need many variables alive at once or long chains of calls.
 */
import type { Random } from "../../generators/random.js";

/** Bounds of a count, both included. */
type Range = readonly [from: number, to: number];

export interface Proportions {
  readonly numberTypes: Range;
  readonly structs: Range;
  /** Variables of one contract. */
  readonly state: Range;
  readonly events: Range;
  readonly internals: Range;
  readonly entries: Range;
  /** Statements of an external function. */
  readonly entrySize: Range;
  /** Statements of any other function. */
  readonly innerSize: Range;
  /** How likely parts beside the main contract are: a free function, a library, a helper contract, bases, an external library. */
  readonly parts: { readonly free: number; readonly library: number; readonly helper: number; readonly bases: number; readonly linked: number };
}

const TINY: Proportions = {
  numberTypes: [2, 2],
  structs: [0, 1],
  state: [1, 2],
  events: [0, 1],
  internals: [0, 1],
  entries: [1, 2],
  entrySize: [1, 4],
  innerSize: [1, 2],
  parts: { free: 0.06, library: 0.08, helper: 0.02, bases: 0.06, linked: 0.03 },
};

const SMALL: Proportions = {
  numberTypes: [2, 3],
  structs: [0, 1],
  state: [1, 3],
  events: [0, 1],
  internals: [0, 1],
  entries: [1, 2],
  entrySize: [2, 5],
  innerSize: [1, 3],
  parts: { free: 0.12, library: 0.15, helper: 0.08, bases: 0.18, linked: 0.06 },
};

const MEDIUM: Proportions = {
  ...SMALL,
  structs: [0, 2],
  state: [2, 4],
  events: [0, 2],
  internals: [0, 2],
  entries: [2, 3],
  entrySize: [2, 6],
  parts: { free: 0.25, library: 0.25, helper: 0.25, bases: 0.4, linked: 0.2 },
};

const LARGE: Proportions = {
  numberTypes: [3, 3],
  structs: [0, 2],
  state: [2, 5],
  events: [0, 2],
  internals: [0, 3],
  entries: [2, 4],
  entrySize: [2, 9],
  innerSize: [1, 5],
  parts: { free: 0.3, library: 0.3, helper: 0.35, bases: 0.45, linked: 0.25 },
};

export function randomProportions(random: Random): Proportions {
  const choice = random.below(100);
  if (choice < 70) return TINY;
  return choice < 90 ? SMALL : choice < 98 ? MEDIUM : LARGE;
}

export function countIn(random: Random, [from, to]: Range): number {
  return random.between(from, to);
}
