/**
 * Which passes run at each level, in order. A pass may stand in a list several times. manager.ts checks that a pass's needs are met.
 * Every pipeline begins with mem2reg: backends take SSA without local variables.
 */
import type { Level } from "./pass.js";

/** -O0: what backends need; the code stays close to the source. */
const NONE = ["mem2reg"];

const BASIC = ["mem2reg", "simplify-cfg", "dce", "simplify-cfg"];

export const PIPELINES: Readonly<Record<Level, readonly string[]>> = {
  "0": NONE,
  "1": BASIC,
  "2": BASIC,
  "3": BASIC,
  s: BASIC,
};
