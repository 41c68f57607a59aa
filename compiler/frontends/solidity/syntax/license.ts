/** Finds the SPDX license identifier of a file. */
import type { SourceUnitMember } from "./ast.js";

const marker = "SPDX-License-Identifier:";

/**
 * The texts after each `SPDX-License-Identifier:` that stands outside of the file's definitions (so that one inside a
 * string or a contract does not count), trimmed. A sound file has exactly one.
 */
export function findLicenses(content: string, members: readonly SourceUnitMember[]): string[] {
  const licenses: string[] = [];
  let member = 0;
  for (let at = content.indexOf(marker); at >= 0; at = content.indexOf(marker, at + marker.length)) {
    while (member < members.length && members[member]!.span.end <= at) member++;
    const isInside = member < members.length && members[member]!.span.start <= at;
    if (isInside) continue;
    const match = /^\s*(.+?)(?:[\n\r]|\*\/|$)/.exec(content.slice(at + marker.length, at + marker.length + 500));
    if (match) licenses.push(match[1]!.trim());
  }
  return licenses;
}

/** The license of a file, or what is wrong with it. */
export type LicenseVerdict = { readonly license: string } | { readonly fault: "missing" | "several" | "invalid" };

/** A sound file names exactly one license, in the form of an SPDX expression. */
export function licenseOf(content: string, members: readonly SourceUnitMember[]): LicenseVerdict {
  const [only, ...others] = findLicenses(content, members);
  if (only === undefined) return { fault: "missing" };
  if (others.length > 0) return { fault: "several" };
  return /^[a-zA-Z0-9 ()+.-]+$/.test(only) ? { license: only } : { fault: "invalid" };
}
