/**
 * The Solidity version lines whose grammar the parser knows. Within a line the grammar of its last release holds.
 */

/** A version line of the language. */
export type LanguageLine = "0.5" | "0.6" | "0.7" | "0.8";

/** The release that stands for each line: what a version pragma is matched against. */
export const lineReleases: Readonly<Record<LanguageLine, string>> = {
  "0.5": "0.5.17",
  "0.6": "0.6.12",
  "0.7": "0.7.6",
  "0.8": "0.8.37",
};

/** All lines, newest first. */
export const languageLines: readonly LanguageLine[] = ["0.8", "0.7", "0.6", "0.5"];

/** Orders lines: `isBefore("0.6", "0.7")` is true. */
export function isBefore(line: LanguageLine, other: LanguageLine): boolean {
  return languageLines.indexOf(line) > languageLines.indexOf(other);
}
