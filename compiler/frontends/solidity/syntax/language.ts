/**
 * The Solidity version lines whose grammar the parser knows. Within a line the grammar of its last release holds.
 */

/** A version line of the language. */
export type LanguageLine = "0.5" | "0.6" | "0.7" | "0.8";

/** The last release of each line, whose rules hold for all of it. */
export const lineReleases: Readonly<Record<LanguageLine, string>> = {
  "0.5": "0.5.17",
  "0.6": "0.6.12",
  "0.7": "0.7.6",
  "0.8": "0.8.37",
};

/** All lines, newest first. */
export const languageLines: readonly LanguageLine[] = ["0.8", "0.7", "0.6", "0.5"];

/** All releases of all lines, newest first: what version pragmas are matched against. */
export const releases: readonly string[] = languageLines.flatMap((line) => {
  const last = Number(lineReleases[line].split(".")[2]);
  return Array.from({ length: last + 1 }, (_, i) => `${line}.${last - i}`);
});

/** The line of a release. */
export function lineOfRelease(release: string): LanguageLine {
  return languageLines.find((line) => release.startsWith(`${line}.`)) ?? "0.8";
}

/** Orders lines: `isBefore("0.6", "0.7")` is true. */
export function isBefore(line: LanguageLine, other: LanguageLine): boolean {
  return languageLines.indexOf(line) > languageLines.indexOf(other);
}
