/**
 * The cache folder: entries by key, each one compressed file. Entries are written to a temporary name and renamed, so that no process ever
 * sees half of one; whatever cannot be read as an entry (gzip checks the content) counts as absent. The folder's size is bounded: when a
 * write finds it too large, the entries that were used least recently go.
 */
import { createHash, randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";

const ENTRY = ".json.gz";
const TEMPORARY = ".tmp";
/** Bytes that the folder may hold; a write that finds more deletes down to three quarters of it. */
export const MAX_CACHE_BYTES = 256 * 1024 * 1024;
/** A temporary file of this age, in milliseconds, was left by a process that died. */
const ABANDONED_AFTER = 3_600_000;
/** Uses of an entry are noted at most this often, in milliseconds. */
const TOUCH_EVERY = 3_600_000;

/** The hash that keys are made of; hex. */
export function hashOf(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest("hex");
}

export class CacheStore {
  constructor(
    readonly folder: string,
    private readonly maxBytes = MAX_CACHE_BYTES,
  ) {}

  /** What is stored under a key, as `decode` makes it from the JSON value; undefined where there is none that can be read. */
  read<Value>(key: string, decode: (value: unknown) => Value | undefined): Value | undefined {
    const file = this.fileOf(key);
    try {
      const value = decode(JSON.parse(gunzipSync(fs.readFileSync(file)).toString()));
      touch(file);
      return value;
    } catch {
      return undefined;
    }
  }

  /** Stores a value as JSON. A read-only or full disk costs speed, not correctness: it is no error. */
  write(key: string, value: object): void {
    const temporary = path.join(this.folder, `${key}.${process.pid}.${randomBytes(4).toString("hex")}${TEMPORARY}`);
    try {
      fs.mkdirSync(this.folder, { recursive: true });
      fs.writeFileSync(temporary, gzipSync(JSON.stringify(value), { level: 1 }));
      fs.renameSync(temporary, this.fileOf(key));
    } catch {
      remove(temporary);
    }
  }

  /** Deletes what exceeds the bound, the least recently used first, and what dead processes left. */
  prune(): void {
    const entries: { file: string; size: number; used: number }[] = [];
    let total = 0;
    for (const name of namesIn(this.folder)) {
      const file = path.join(this.folder, name);
      const stat = fs.statSync(file, { throwIfNoEntry: false });
      if (!stat) continue;
      if (name.endsWith(TEMPORARY)) {
        if (Date.now() - stat.mtimeMs > ABANDONED_AFTER) remove(file);
      } else if (name.endsWith(ENTRY)) {
        entries.push({ file, size: stat.size, used: stat.mtimeMs });
        total += stat.size;
      }
    }
    if (total <= this.maxBytes) return;
    entries.sort((a, b) => a.used - b.used);
    for (const { file, size } of entries) {
      if (total <= this.maxBytes * 0.75) break;
      remove(file);
      total -= size;
    }
  }

  private fileOf(key: string): string {
    return path.join(this.folder, `${key}${ENTRY}`);
  }
}

function remove(file: string): void {
  try {
    fs.rmSync(file, { force: true });
  } catch {
    // Not ours to delete, or below what is no folder.
  }
}

function namesIn(folder: string): string[] {
  try {
    return fs.readdirSync(folder);
  } catch {
    return [];
  }
}

/** Notes that an entry was used: its modification time is the time of its last use. */
function touch(file: string): void {
  const now = Date.now();
  try {
    if (now - fs.statSync(file).mtimeMs > TOUCH_EVERY) fs.utimesSync(file, now / 1000, now / 1000);
  } catch {
    // Deleted by another process meanwhile, or a read-only disk.
  }
}
