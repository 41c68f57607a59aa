/**
 * Import remappings: `context:prefix=target` replaces `prefix` at the start of an import by `target` in files whose
 * source unit name starts with `context`.
 *
 *     @oz/=node_modules/@openzeppelin/      import "@oz/contracts/..." everywhere
 *     lib/a/:b/=lib/a/lib/b/                 import "b/..." only below lib/a/
 */

export interface Remapping {
  readonly context: string;
  readonly prefix: string;
  readonly target: string;
}

/** Reads `[context:]prefix=[target]`; undefined if it is not of that form. */
export function parseRemapping(text: string): Remapping | undefined {
  const equals = text.indexOf("=");
  if (equals < 0) return undefined;
  const left = text.slice(0, equals);
  const colon = left.indexOf(":");
  const prefix = left.slice(colon + 1);
  if (prefix === "") return undefined;
  return { context: colon < 0 ? "" : left.slice(0, colon), prefix, target: text.slice(equals + 1) };
}

/**
 * Applies the remapping that fits best: the longest context that matches the importing file, then the longest prefix
 * that matches the path; among equals the last one listed wins. As solc chooses.
 *
 * @param importer source unit name of the importing file
 * @returns the remapped path; undefined if no remapping fits
 */
export function applyRemappings(path: string, importer: string, remappings: readonly Remapping[]): string | undefined {
  let best: Remapping | undefined;
  for (const remapping of remappings) {
    const { context, prefix } = remapping;
    if (!importer.startsWith(context) || !path.startsWith(prefix)) continue;
    if (best && context.length < best.context.length) continue;
    if (best && context.length === best.context.length && prefix.length < best.prefix.length) continue;
    best = remapping;
  }
  return best && best.target + path.slice(best.prefix.length);
}
