/**
 * The cache on disk: results of whole compilations, addressed by content. A result is used again only if the options, the
 * project's configuration and every source that was read are the same, byte for byte.
 *
 *   <folder>/<hash of options and entry points>.json.gz
 */
import { createHash } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import type { SourceFile, Span } from "../base/span.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { DetailedResult } from "./result.js";
import type { ResolvedOptions } from "./options.js";

export interface CacheKey {
  readonly version: string;
  readonly options: ResolvedOptions;
}

/** Files of a project that decide how imports are found. */
const CONFIGURATION = ["foundry.toml", "remappings.txt", "package.json"];
/** Strings from this length on are stored once, however many artifacts repeat them (program images). */
const SHARED_LENGTH = 4096;

interface CacheEntry {
  readonly sources: readonly { readonly id: number; readonly name: string; readonly path: string; readonly hash: string }[];
  /** Warnings, with spans as [file id, start, end]. */
  readonly diagnostics: readonly CachedDiagnostic[];
  readonly shared: readonly string[];
  readonly result: string;
}

type CachedSpan = readonly [file: number, start: number, end: number];
type CachedDiagnostic = Omit<Diagnostic, "span" | "related"> & {
  readonly span?: CachedSpan;
  readonly related?: readonly { readonly span: CachedSpan; readonly message: string }[];
};

function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

function folderOf(options: ResolvedOptions): string | undefined {
  if (options.cache === false || !Array.isArray(options.sources)) return undefined;
  if (typeof options.cache === "string") return options.cache;
  const modules = path.join(options.root, "node_modules");
  if (fs.existsSync(modules)) return path.join(modules, ".cache", "supervm");
  return path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), ".cache"), "supervm");
}

function fileOf(key: CacheKey, folder: string): string {
  const { cache: _cache, emit, ...rest } = key.options;
  const configuration = CONFIGURATION.map((name) => hashFile(path.join(key.options.root, name)) ?? "");
  return path.join(folder, `${sha256(JSON.stringify([key.version, compilerStamp(), rest, [...emit].sort(), configuration]))}.json.gz`);
}

let stamp: string | undefined;

/** Distinguishes builds of the compiler itself during its development, where the version stays the same. */
function compilerStamp(): string {
  if (stamp === undefined) {
    const self = new URL(import.meta.url).pathname;
    const info = path.join(path.dirname(self), "..", "..", ".tsbuildinfo");
    stamp = hashFile(info) ?? "";
  }
  return stamp;
}

function hashFile(file: string): string | undefined {
  try {
    return sha256(fs.readFileSync(file));
  } catch {
    return undefined;
  }
}

/** The stored result, if nothing that it depends on has changed. */
export function readCached(key: CacheKey): DetailedResult | undefined {
  const folder = folderOf(key.options);
  if (folder === undefined) return undefined;
  try {
    const entry = JSON.parse(gunzipSync(fs.readFileSync(fileOf(key, folder))).toString()) as CacheEntry;
    const files = new Map<number, SourceFile>();
    for (const { id, name, path: place, hash } of entry.sources) {
      const content = fs.readFileSync(place, "utf8");
      if (sha256(content) !== hash) return undefined;
      files.set(id, { id, name, path: place, content });
    }
    return decode(entry, files);
  } catch {
    return undefined; // absent, or written by something else: compile anew
  }
}

/** Stores a result; a cache that cannot be written is no error. Failed compilations are not stored. */
export function writeCached(key: CacheKey, sources: readonly SourceFile[], result: DetailedResult): void {
  const folder = folderOf(key.options);
  if (folder === undefined || result.diagnostics.some((d) => d.severity === "error")) return;
  if (sources.some((s) => s.path === undefined)) return;
  try {
    fs.mkdirSync(folder, { recursive: true });
    const file = fileOf(key, folder);
    const temporary = `${file}.${process.pid}.tmp`;
    fs.writeFileSync(temporary, gzipSync(JSON.stringify(encode(sources, result)), { level: 1 }));
    fs.renameSync(temporary, file);
  } catch {
    // A read-only or full disk costs speed, not correctness.
  }
}

function encode(sources: readonly SourceFile[], result: DetailedResult): CacheEntry {
  const shared: string[] = [];
  const places = new Map<string, number>();
  const files = [...result.files].map(([name, entry]) => [
    name,
    Object.fromEntries(Object.entries(entry).map(([ext, c]) => [ext, typeof c === "string" ? { text: c } : { hex: Buffer.from(c).toString("hex") }])),
  ]);
  const body = JSON.stringify({ artifacts: result.artifacts, files }, (_key, value: unknown) => {
    if (typeof value !== "string" || value.length < SHARED_LENGTH) return value;
    let place = places.get(value);
    if (place === undefined) {
      place = shared.push(value) - 1;
      places.set(value, place);
    }
    return { $shared: place };
  });
  return {
    sources: sources.map((s) => ({ id: s.id, name: s.name, path: s.path!, hash: sha256(s.content) })),
    diagnostics: result.diagnostics.map((d) => ({ ...d, span: d.span && flatten(d.span), related: d.related?.map((r) => ({ message: r.message, span: flatten(r.span) })) })),
    shared,
    result: body,
  };
}

function flatten(span: Span): CachedSpan {
  return [span.file.id, span.start, span.end];
}

function decode(entry: CacheEntry, sources: ReadonlyMap<number, SourceFile>): DetailedResult {
  const unflatten = ([file, start, end]: CachedSpan): Span => ({ file: sources.get(file)!, start, end });
  const diagnostics = entry.diagnostics.map((d) => ({
    ...d,
    span: d.span && unflatten(d.span),
    related: d.related?.map((r) => ({ message: r.message, span: unflatten(r.span) })),
  }));
  const body = JSON.parse(entry.result, (_key, value: unknown) => {
    if (typeof value === "object" && value !== null && "$shared" in value) return entry.shared[value.$shared as number];
    return value;
  }) as { artifacts: DetailedResult["artifacts"]; files: [string, Record<string, { text?: string; hex?: string }>][] };
  const files = new Map(
    body.files.map(([name, contents]) => [name, Object.fromEntries(Object.entries(contents).map(([ext, c]) => [ext, c.text ?? new Uint8Array(Buffer.from(c.hex ?? "", "hex"))]))]),
  );
  return { artifacts: body.artifacts, files, diagnostics, fromCache: true };
}
