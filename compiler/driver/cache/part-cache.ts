/**
 * Results of targets, by contract: after an edit only the contracts whose IR (with what they embed) differs go through the passes and the
 * target again. Results with diagnostics are not kept: a diagnostic is given anew by what compiles anew.
 */
import type { Module } from "../../ir/module.js";
import type { LowerResult, TargetDefinition } from "../../../targets/target.js";
import type { ResolvedOptions } from "../options.js";
import { Fingerprints } from "./fingerprint.js";
import { LargeValueReader, LargeValues, type StoredPart } from "./large-values.js";
import { compilerStamp } from "./location.js";
import { hashOf, type CacheStore } from "./store.js";

interface Entry {
  readonly parts: readonly [name: string, part: StoredPart, files: ReturnType<LargeValues["files"]>][];
  readonly table: readonly string[];
}

/** What a target need not do again, and what it must. */
export interface Lookup {
  readonly found: Pick<LowerResult, "parts" | "files">;
  /** Names of the modules without a stored result. */
  readonly missing: readonly string[];
}

export class PartCache {
  private readonly fingerprints: Fingerprints;

  constructor(
    private readonly store: CacheStore,
    private readonly options: ResolvedOptions,
    private readonly modules: readonly Module[],
  ) {
    this.fingerprints = new Fingerprints(modules);
  }

  lookup(target: TargetDefinition): Lookup {
    const found: Lookup["found"] = { parts: new Map(), files: new Map() };
    const missing: string[] = [];
    for (const names of this.units(target)) {
      const entry = this.store.read(this.keyOf(target, names), (stored) => decode(stored as Entry));
      if (!entry) missing.push(...names);
      for (const [name, part, files] of entry ?? []) {
        found.parts.set(name, part);
        found.files.set(name, files);
      }
    }
    return { found, missing };
  }

  /** Keeps what a target gave for the missing modules. */
  save(target: TargetDefinition, missing: readonly string[], result: LowerResult): void {
    if (result.diagnostics.length > 0) return;
    for (const names of this.units(target)) if (names.some((name) => missing.includes(name))) this.store.write(this.keyOf(target, names), encode(names, result));
  }

  /** Modules with all that they embed, in the compilation's order: what a target must be given to lower the first. */
  withEmbedded(names: readonly string[]): readonly Module[] {
    const all = new Set(names.flatMap((name) => this.fingerprints.closure(name)));
    return this.modules.filter((module) => all.has(module.name));
  }

  /** Groups of modules that are stored together. */
  private units(target: TargetDefinition): readonly (readonly string[])[] {
    const names = this.modules.map((module) => module.name);
    return target.unit === "contract" ? names.map((name) => [name]) : [names];
  }

  private keyOf(target: TargetDefinition, names: readonly string[]): string {
    const { optimize, evmVersion, sbpfVersion, emit } = this.options;
    const settings = JSON.stringify([target.name, optimize, evmVersion, sbpfVersion ?? null, [...emit].sort(), names]);
    return hashOf("part", compilerStamp(), settings, this.fingerprints.of(names, target.writesPositions));
  }
}

function encode(names: readonly string[], result: LowerResult): Entry {
  const large = new LargeValues();
  const parts: Entry["parts"][number][] = [];
  for (const name of names) {
    const part = result.parts.get(name);
    if (part) parts.push([name, large.part(part), large.files(result.files.get(name) ?? {})]);
  }
  return { parts, table: large.table };
}

function decode({ parts, table }: Entry): [name: string, part: NonNullable<ReturnType<LargeValueReader["part"]>>, files: ReturnType<LargeValueReader["files"]>][] {
  const large = new LargeValueReader(table);
  return parts.map(([name, part, files]) => [name, large.part(part), large.files(files)]);
}
