/** Where the cache is, and what distinguishes one build of the compiler from another. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { ResolvedOptions } from "../options.js";
import { VERSION } from "../version.js";
import { CacheStore, hashOf } from "./store.js";

/** The store that the options choose; undefined where nothing is to be kept, which is so for sources in memory too. */
export function openStore(options: ResolvedOptions): CacheStore | undefined {
  if (options.cache === false || !Array.isArray(options.sources)) return undefined;
  if (typeof options.cache === "string") return new CacheStore(path.resolve(options.cache));
  const modules = path.join(options.root, "node_modules");
  if (fs.existsSync(modules)) return new CacheStore(path.join(modules, ".cache", "supervm"));
  return new CacheStore(path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), ".cache"), "supervm"));
}

let stamp: string | undefined;

/**
 * Version and build of this compiler. An installed package is known by its version. A checkout changes without one: there the build's own
 * record of its inputs counts, or where the sources run directly, the size and the time of change of each.
 */
export function compilerStamp(): string {
  return (stamp ??= `${VERSION}:${isInstalled() ? "" : (stampOfBuild() ?? stampOfFiles())}`);
}

/** This file is compiler/driver/cache/location.* below it. */
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", "..", "..");

function isInstalled(): boolean {
  return root.split(path.sep).includes("node_modules");
}

/** tsc writes the hash of every source beside what it compiled. */
function stampOfBuild(): string | undefined {
  try {
    return hashOf(fs.readFileSync(path.join(root, ".tsbuildinfo")));
  } catch {
    return undefined;
  }
}

/** Folders whose code decides what a compilation gives. */
const CODE = ["compiler", "targets", "machine", path.join("runtime", "host")];

function stampOfFiles(): string {
  const found: string[] = [];
  const visit = (folder: string): void => {
    for (const entry of fs.readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const full = path.join(folder, entry.name);
      if (entry.isDirectory()) visit(full);
      else if (/\.[jt]s$/.test(entry.name)) {
        const { size, mtimeMs } = fs.statSync(full);
        found.push(`${full}:${size}:${mtimeMs}`);
      }
    }
  };
  for (const folder of CODE) visit(path.join(root, folder));
  return hashOf(...found);
}
