/** What statements know of the function that they are in. */
import type { Type } from "./types.js";

export interface Frame {
  /** Types that the function returns. */
  readonly results: readonly Type[];
  /** Statements may nest this much deeper. */
  readonly nesting: number;
}

/** How deep statements of a function nest. */
export const MAX_NESTING = 3;
