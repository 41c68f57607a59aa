/**
 * The driver: what tools call. A stored result answers at once; only without one are frontends, passes and targets loaded (build.ts).
 *
 * User errors are diagnostics in the result; only a fault of supervm itself (InternalError) or an impossible option
 * (OptionError) is thrown.
 */
import { toReport, type DiagnosticReport } from "../diagnostics/format.js";
import { fullName, type Artifact } from "./artifact.js";
import { openStore } from "./cache/location.js";
import { readResult } from "./cache/result-cache.js";
import { resolveOptions, type CompileOptions } from "./options.js";
import type { DetailedResult, Timing } from "./result.js";

/** What a compilation gives. With errors among the diagnostics, `artifacts` is empty. */
export interface CompileResult {
  /** By full name (`contracts/Token.sol:Token`) and, where it is unique, by bare name (`Token`). */
  readonly artifacts: Readonly<Record<string, Artifact>>;
  readonly diagnostics: readonly DiagnosticReport[];
}

/**
 * Compiles contracts.
 *
 * @example
 * const { artifacts, diagnostics } = await compile({ sources: ["contracts/Token.sol"], targets: ["evm", "solana"] });
 * if (artifacts.Token) console.log(artifacts.Token.targets.evm.bytecode);
 *
 * @throws OptionError where an option has an impossible value; InternalError for a fault of supervm itself.
 */
export async function compile(options: CompileOptions): Promise<CompileResult> {
  const result = await compileDetailed(options);
  return { artifacts: byName(result.artifacts), diagnostics: result.diagnostics.map(toReport) };
}

function byName(artifacts: readonly Artifact[]): Record<string, Artifact> {
  const named: Record<string, Artifact> = {};
  const bare = new Map<string, number>();
  for (const artifact of artifacts) bare.set(artifact.contractName, (bare.get(artifact.contractName) ?? 0) + 1);
  for (const artifact of artifacts) {
    named[fullName(artifact)] = artifact;
    if (bare.get(artifact.contractName) === 1) named[artifact.contractName] = artifact;
  }
  return named;
}

/** Compiles, keeping the diagnostics' spans and the files beside artifacts. */
export async function compileDetailed(options: CompileOptions, onTiming: Timing = () => undefined): Promise<DetailedResult> {
  const resolved = resolveOptions(options);
  const store = openStore(resolved);
  const stored = store && readResult(store, resolved);
  if (stored) return stored;
  const { build } = await import("./build.js");
  return build(resolved, store, onTiming);
}
