/**
 * Results of whole compilations. One is used again only if the options are the same and everything that the compilation asked of the file
 * system (contents, folders, places searched in vain) would be answered the same. A hit loads neither a frontend nor a target.
 */
import type { FileFact } from "../../base/file-view.js";
import { recheck } from "../../base/file-view.js";
import type { SourceFile, Span } from "../../base/span.js";
import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import type { Artifact } from "../artifact.js";
import type { ResolvedOptions } from "../options.js";
import type { DetailedResult } from "../result.js";
import { LargeValueReader, LargeValues, type StoredPart } from "./large-values.js";
import { compilerStamp } from "./location.js";
import { hashOf, type CacheStore } from "./store.js";

interface Entry {
  readonly facts: readonly FileFact[];
  readonly sources: readonly { readonly id: number; readonly name: string; readonly path: string }[];
  readonly diagnostics: readonly StoredDiagnostic[];
  readonly artifacts: readonly (Omit<Artifact, "targets"> & { readonly targets: Readonly<Record<string, StoredPart>> })[];
  readonly files: readonly [name: string, files: ReturnType<LargeValues["files"]>][];
  readonly table: readonly string[];
}

type StoredSpan = readonly [file: number, start: number, end: number];
type StoredDiagnostic = Omit<Diagnostic, "span" | "related"> & {
  readonly span?: StoredSpan;
  readonly related?: readonly { readonly span: StoredSpan; readonly message: string }[];
};

function keyOf(options: ResolvedOptions): string {
  const { cache: _cache, emit, ...rest } = options;
  return hashOf("result", compilerStamp(), JSON.stringify(rest), [...emit].sort().join());
}

/** The stored result, if nothing that it depends on has changed. */
export function readResult(store: CacheStore, options: ResolvedOptions): DetailedResult | undefined {
  return store.read(keyOf(options), (stored) => {
    const entry = stored as Entry;
    const texts = recheck(entry.facts);
    if (!texts) return undefined;
    const sources = new Map<number, SourceFile>();
    for (const source of entry.sources) sources.set(source.id, { ...source, content: texts.get(source.path) ?? "" });
    return decode(entry, sources);
  });
}

/** Stores a result without errors that depends on files alone. */
export function writeResult(store: CacheStore, options: ResolvedOptions, sources: readonly SourceFile[], facts: readonly FileFact[], result: DetailedResult): void {
  if (result.diagnostics.some((d) => d.severity === "error") || sources.some((s) => s.path === undefined)) return;
  store.write(keyOf(options), encode(sources, facts, result));
}

function encode(sources: readonly SourceFile[], facts: readonly FileFact[], result: DetailedResult): Entry {
  const large = new LargeValues();
  const artifacts = result.artifacts.map((artifact) => ({
    ...artifact,
    targets: Object.fromEntries(Object.entries(artifact.targets).map(([name, part]) => [name, large.part(part)])),
  }));
  return {
    facts,
    sources: sources.map(({ id, name, path }) => ({ id, name, path: path! })),
    diagnostics: result.diagnostics.map((d) => ({ ...d, span: d.span && flatten(d.span), related: d.related?.map((r) => ({ message: r.message, span: flatten(r.span) })) })),
    artifacts,
    files: [...result.files].map(([name, files]) => [name, large.files(files)]),
    table: large.table,
  };
}

function flatten(span: Span): StoredSpan {
  return [span.file.id, span.start, span.end];
}

function decode(entry: Entry, sources: ReadonlyMap<number, SourceFile>): DetailedResult {
  const large = new LargeValueReader(entry.table);
  const unflatten = ([file, start, end]: StoredSpan): Span => ({ file: sources.get(file)!, start, end });
  return {
    artifacts: entry.artifacts.map((artifact) => ({
      ...artifact,
      targets: Object.fromEntries(Object.entries(artifact.targets).map(([name, part]) => [name, large.part(part)])),
    })),
    files: new Map(entry.files.map(([name, files]) => [name, large.files(files)])),
    diagnostics: entry.diagnostics.map((d) => ({ ...d, span: d.span && unflatten(d.span), related: d.related?.map((r) => ({ message: r.message, span: unflatten(r.span) })) })),
    sources: entry.sources.map(({ id, name }) => ({ id, name })),
    fromCache: true,
  };
}
