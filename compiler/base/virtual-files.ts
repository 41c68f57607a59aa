/**
 * Files as solc sees them: names of sources are paths of a virtual file system, whose files lie below a base path and include paths. A file counts only
 * within allowed folders, links followed: the text of a file elsewhere must not leak into output.
 * https://docs.soliditylang.org/en/latest/path-resolution.html
 */
import path from "node:path";
import type { FileView } from "./file-view.js";

export interface VirtualFileRules {
  /** Folders that are searched after the base path; relative to it. */
  readonly includePaths: readonly string[];
  /** Further folders and files that may be read. */
  readonly allowedPaths: readonly string[];
  /** False: no file exists. */
  readonly readsFiles: boolean;
}

/** The file that a name means, or why there is none. */
export type VirtualFile = { readonly path: string } | { readonly tried: readonly string[]; readonly directory?: string; readonly reason?: string };

export class VirtualFiles {
  private readonly folders: readonly string[];
  private readonly allowed: readonly string[];

  constructor(
    base: string,
    private readonly rules: VirtualFileRules,
    private readonly disk: FileView,
  ) {
    this.folders = [path.resolve(base), ...rules.includePaths.map((folder) => path.resolve(base, folder))];
    this.allowed = [...this.folders, ...rules.allowedPaths.map((folder) => path.resolve(base, folder))];
  }

  find(name: string): VirtualFile {
    if (!this.rules.readsFiles) return { tried: [], reason: "Files are not read here: all sources must be given." };
    const tried = [...new Set(this.folders.map((folder) => path.resolve(folder, name)))];
    const files = tried.filter((candidate) => this.disk.kind(candidate) === "file");
    const [file] = files;
    if (file === undefined) {
      const directory = tried.find((candidate) => this.disk.kind(candidate) === "folder");
      return { tried, ...(directory !== undefined && { directory }) };
    }
    if (files.length > 1) return { tried: files, reason: "Ambiguous: several files match." };
    if (!this.isAllowed(file)) return { tried: [file], reason: "File outside of allowed directories." };
    return { path: file };
  }

  private isAllowed(file: string): boolean {
    const real = this.disk.real(file);
    return this.allowed.some((folder) => {
      const relative = path.relative(this.disk.real(folder), real);
      return relative !== ".." && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
    });
  }
}
