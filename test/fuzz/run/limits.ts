/**
 * What a target cannot do and docs/targets.md says so: a program that meets such a limit is compared up to there. A limit is recognised by the
 * target's own words, and where the reference shows whether it was met, by that too, so that no other failure passes for one.
 */
import type { FuzzTarget } from "./ours.js";
import type { Observed } from "./side.js";

/** Most return data of a Solana transaction, in bytes. */
const SOLANA_RETURN_DATA = 1024;

/** How much memory the reference used is not known: the target's word is taken. */
const SOLANA_EXHAUSTION = /^out of memory: the heap/;

/** Whether a target's answer differs from the reference's for a documented reason. */
export function isDocumentedLimit(target: FuzzTarget, expected: Observed, actual: Observed): boolean {
  if (target !== "solana" || actual.error === undefined) return false;
  if (/return data are longer/.test(actual.error)) return expected.success && (expected.returnData.length - 2) / 2 > SOLANA_RETURN_DATA;
  return SOLANA_EXHAUSTION.test(actual.error);
}
