/**
 * Finds imports as solc does: by source unit names, sources in memory before files. For callers that speak solc's standard JSON, whose outputs
 * are keyed by those names. Nothing is taken from foundry.toml or from folders that were not named.
 *
 *     import "./B.sol" in lib/a/A.sol           name lib/a/B.sol
 *     import "@oz/T.sol", @oz/=deps/oz/         name deps/oz/T.sol, file <base>/deps/oz/T.sol
 */
import type { VirtualFiles } from "../../../base/virtual-files.js";
import type { Importer, Location, Locator, NotFound } from "./locate.js";
import { isRelativeImport, joinName } from "./names.js";
import { applyRemappings, type Remapping } from "./remappings.js";

export class VirtualLocator implements Locator {
  constructor(
    private readonly memory: ReadonlyMap<string, string>,
    private readonly remappings: readonly Remapping[],
    private readonly files: VirtualFiles,
  ) {}

  locate(importPath: string, importer: Importer): Location | NotFound {
    const asWritten = isRelativeImport(importPath) ? joinName(importer.name, importPath) : importPath;
    const remapped = applyRemappings(asWritten, importer.name, this.remappings);
    const name = remapped ?? asWritten;
    if (this.memory.has(name)) return { name };
    const found = this.files.find(name);
    if ("path" in found) return { path: found.path, name };
    return { ...found, ...(remapped !== undefined && { remapped }) };
  }
}
