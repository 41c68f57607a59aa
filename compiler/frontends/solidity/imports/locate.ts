/**
 * Finds the file that an import means.
 *
 * In order: sources in memory; the importing file's folder for relative imports; else the root, the include paths,
 * libraries (`lib/name/src`, `lib/name/contracts`, `lib/name`) and `node_modules`, both walking up from the importing
 * file, then from the root. A remapping replaces the path first and then only that path counts.
 */
import path from "node:path";
import type { FileView } from "../../../base/file-view.js";
import { isRelativeImport, joinName, normalizeName } from "./names.js";
import type { ProjectSettings } from "./project.js";
import { applyRemappings } from "./remappings.js";

/** Where a source was found: in memory under a name, or on disk, there with its source unit name where that does not follow from the path. */
export type Location = { readonly name: string; readonly path?: undefined } | { readonly path: string; readonly name?: string };

/** What was searched in vain. */
export interface NotFound {
  /** Names and paths, in the order in which they were tried. */
  readonly tried: readonly string[];
  /** Set if one of them exists but is a directory. */
  readonly directory?: string;
  /** The path after remapping, if a remapping applied. */
  readonly remapped?: string;
  /** Why, where it is not that no such file exists. */
  readonly reason?: string;
}

/** The importing file. */
export interface Importer {
  readonly name: string;
  readonly path?: string;
}

/** Finds what an import means. */
export interface Locator {
  locate(importPath: string, importer: Importer): Location | NotFound;
}

export class SourceLocator implements Locator {
  constructor(
    private readonly root: string,
    private readonly memory: ReadonlyMap<string, string>,
    private readonly settings: ProjectSettings,
    private readonly includePaths: readonly string[],
    private readonly disk: FileView,
  ) {}

  locate(importPath: string, importer: Importer): Location | NotFound {
    const isRelative = isRelativeImport(importPath);
    const name = isRelative ? joinName(importer.name, importPath) : importPath;
    const remapped = applyRemappings(name, importer.name, this.settings.remappings);
    if (remapped !== undefined) {
      const found = this.search(remapped, this.rootedCandidates(remapped, importer));
      return "tried" in found ? { ...found, remapped } : found;
    }
    if (isRelative && importer.path !== undefined) return this.search(name, [path.resolve(path.dirname(importer.path), importPath)]);
    const candidates = isRelative ? [path.resolve(this.root, name)] : [...this.rootedCandidates(name, importer), ...this.libraryCandidates(name, importer)];
    return this.search(name, candidates);
  }

  /** The first of memory and the candidates that is a file. */
  private search(name: string, candidates: readonly string[]): Location | NotFound {
    const normalized = normalizeName(name);
    if (this.memory.has(normalized)) return { name: normalized };
    const tried = new Set<string>();
    let directory: string | undefined;
    for (const candidate of candidates) {
      tried.add(candidate);
      const kind = this.disk.kind(candidate);
      if (kind === "file") return { path: candidate };
      if (kind === "folder") directory ??= candidate;
    }
    return { tried: [...tried], directory };
  }

  private rootedCandidates(name: string, importer: Importer): string[] {
    if (path.isAbsolute(name)) return [name];
    const bases = [this.root, ...this.includePaths, ...this.foldersUp(importer).map((folder) => path.join(folder, "node_modules"))];
    return bases.map((base) => path.resolve(base, name));
  }

  /** What forge finds without being told: a library's sources under the library's name. */
  private libraryCandidates(name: string, importer: Importer): string[] {
    const slash = name.indexOf("/");
    if (slash <= 0) return [];
    const library = name.slice(0, slash);
    const rest = name.slice(slash + 1);
    const candidates: string[] = [];
    for (const folder of this.foldersUp(importer)) {
      if (path.relative(this.root, folder).startsWith("..")) continue;
      for (const libraries of this.settings.libraries) {
        const home = path.resolve(folder, libraries, library);
        if (this.disk.kind(home) !== "folder") continue;
        for (const part of ["src", "contracts", ""]) candidates.push(path.join(home, part, rest));
      }
    }
    return candidates;
  }

  /** Folders from the importing file upwards, then from the root upwards; links are followed, as npm's layouts need. */
  private foldersUp(importer: Importer): string[] {
    const folders = new Set<string>();
    const starts = [this.root];
    if (importer.path !== undefined) {
      starts.unshift(path.dirname(importer.path));
      if (this.disk.kind(importer.path) !== "none") starts.splice(1, 0, path.dirname(this.disk.real(importer.path)));
    }
    for (const start of starts)
      for (let folder = start; ; folder = path.dirname(folder)) {
        folders.add(folder);
        if (folder === path.dirname(folder)) break;
      }
    return [...folders];
  }
}
