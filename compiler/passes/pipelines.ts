/**
 * Which passes run at each level, in order. A pass may stand in a list several times. manager.ts checks that a pass's needs are met.
 * Every pipeline begins with mem2reg: backends take SSA without local variables.
 */
import type { Level } from "./pass.js";

/** Makes code small and constant before anything looks at its size. */
const CLEAN = ["simplify-cfg", "sccp", "simplify", "cse", "dce", "simplify-cfg"];

/**
 * What a target with narrow registers runs on its own copy of an optimised module (`runPipeline` with `passes` and `registerBits`): the
 * pipelines below serve all targets at once and keep to whole words.
 */
export const REGISTER_PASSES: readonly string[] = ["narrow", "simplify", "cse", "dce"];

/** Loads and checks that what is known now makes superfluous; then what follows from that. */
const REDUNDANCY = ["storage-forward", "memory-forward", "range-checks", ...CLEAN];

export const PIPELINES: Readonly<Record<Level, readonly string[]>> = {
  // What backends need; the code stays close to the source.
  "0": ["mem2reg", "noreturn"],
  // Cheap and sure.
  "1": ["mem2reg", ...CLEAN, "inline", ...CLEAN, "noreturn"],
  "2": ["mem2reg", ...CLEAN, "inline", ...CLEAN, ...REDUNDANCY, "noreturn"],
  // Once more: forwarded values are new material for everything else.
  "3": ["mem2reg", ...CLEAN, "inline", ...CLEAN, ...REDUNDANCY, ...REDUNDANCY, "noreturn"],
  // As -O2; inlining's size model is stricter (inline.ts).
  s: ["mem2reg", ...CLEAN, "inline", ...CLEAN, ...REDUNDANCY, "noreturn"],
};
