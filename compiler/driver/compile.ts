/**
 * The driver: the whole path from sources to artifacts.
 *
 *   sources --frontend--> modules --passes--> modules --target.lower--> parts --> artifacts
 *
 * User errors are diagnostics in the result; only a fault of supervm itself (InternalError) or an impossible option
 * (OptionError) is thrown.
 */
import { keccak256 } from "../../machine/keccak.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { DiagnosticSink } from "../diagnostics/diagnostic.js";
import { toReport, type DiagnosticReport } from "../diagnostics/format.js";
import type { Frontend, FrontendContract, FrontendOutput } from "../frontends/frontend.js";
import { solidityFrontend } from "../frontends/solidity/frontend.js";
import type { Module } from "../ir/module.js";
import { printModule } from "../ir/printer.js";
import { runPipeline } from "../passes/manager.js";
import { loadTarget } from "../../targets/registry.js";
import type { LowerResult, TargetName } from "../../targets/target.js";
import { ARTIFACT_FORMAT, fullName, type Artifact, type ArtifactMetadata, type AbiEntry, type StorageLayoutJson } from "./artifact.js";
import { readCached, writeCached, type CacheKey } from "./cache.js";
import { resolveOptions, type CompileOptions, type ResolvedOptions } from "./options.js";
import { checkCapabilities } from "./capabilities.js";
import type { DetailedResult } from "./result.js";
import { VERSION } from "./version.js";

/** Languages, by file name ending. */
const frontends: readonly Frontend[] = [solidityFrontend];

/** A stage and how long it took, in milliseconds. */
export type Timing = (stage: string, milliseconds: number) => void;

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
  const key: CacheKey = { version: VERSION, options: resolved };
  const cached = readCached(key);
  if (cached) return cached;
  const sink = new DiagnosticSink();
  const output = timed(onTiming, "frontend", () => runFrontends(resolved, sink));
  if (!output || sink.failed()) return failed(sink);
  const modules = output.contracts.flatMap((c) => (c.module ? [c.module] : []));
  const irText = timed(onTiming, "passes", () => optimize(modules, resolved));
  const lowered = new Map<TargetName, LowerResult>();
  for (const name of resolved.targets) {
    const target = await loadTarget(name);
    checkCapabilities(modules, target, sink);
    if (sink.failed()) continue;
    const start = performance.now();
    const result = await target.lower(modules, {
      optimization: resolved.optimize,
      evmVersion: resolved.evmVersion,
      sbpfVersion: resolved.sbpfVersion,
      emit: resolved.emit,
    });
    onTiming(name, performance.now() - start);
    for (const diagnostic of result.diagnostics) sink.report(diagnostic);
    lowered.set(name, result);
  }
  if (sink.failed()) return failed(sink);
  const artifacts = output.contracts.map((c) => artifactOf(c, output, resolved, lowered));
  const result: DetailedResult = { artifacts, files: filesOf(output.contracts, lowered, irText), diagnostics: sink.all, fromCache: false };
  writeCached(
    key,
    output.sources.map((s) => s.file),
    result,
  );
  return result;
}

function failed(sink: DiagnosticSink): DetailedResult {
  return { artifacts: [], files: new Map(), diagnostics: sink.all, fromCache: false };
}

function timed<T>(onTiming: Timing, stage: string, run: () => T): T {
  const start = performance.now();
  const result = run();
  onTiming(stage, performance.now() - start);
  return result;
}

function runFrontends(options: ResolvedOptions, sink: DiagnosticSink): FrontendOutput | undefined {
  const request = { sources: options.sources, root: options.root, remappings: options.remappings, revertStrings: options.revertStrings };
  // One language so far; with several, sources are parted by their endings here.
  const [frontend] = frontends;
  return frontend?.compile(request, sink);
}

/** Runs the pipeline over every module; gives the text of the IR where it was asked for. */
function optimize(modules: readonly Module[], options: ResolvedOptions): Map<string, string> {
  const text = new Map<string, string>();
  for (const module of modules) {
    runPipeline(module, options.optimize, {
      verify: options.verify,
      ...(options.printAfter !== undefined && { printAfter: { pass: options.printAfter, print: (t: string) => text.set(module.name, t) } }),
    });
    if (options.emit.has("ir") && !text.has(module.name)) text.set(module.name, printModule(module));
  }
  return text;
}

function artifactOf(contract: FrontendContract, output: FrontendOutput, options: ResolvedOptions, lowered: ReadonlyMap<TargetName, LowerResult>): Artifact {
  const targets: Record<string, unknown> = {};
  for (const [name, result] of lowered) {
    const part = result.parts.get(contract.fullName);
    if (part) targets[name] = part;
  }
  return {
    format: ARTIFACT_FORMAT,
    contractName: contract.name,
    sourceName: contract.sourceName,
    language: "solidity",
    abi: contract.abi as AbiEntry[],
    storageLayout: contract.storageLayout as StorageLayoutJson,
    metadata: metadataOf(contract, output, options),
    targets,
  };
}

function metadataOf(contract: FrontendContract, output: FrontendOutput, options: ResolvedOptions): ArtifactMetadata {
  const sources: Record<string, { keccak256: string; license?: string }> = {};
  for (const { file, license } of output.sources)
    if (contract.sources.includes(file.name))
      sources[file.name] = { keccak256: `0x${bytesToHex(keccak256(utf8ToBytes(file.content)))}`, ...(license !== undefined && { license }) };
  return {
    compiler: { name: "supervm", version: VERSION },
    language: "solidity",
    settings: { optimize: options.optimize, evmVersion: options.evmVersion, targets: options.targets, remappings: options.remappings },
    output: { devdoc: contract.documentation.devdoc, userdoc: contract.documentation.userdoc },
    sources: Object.fromEntries(Object.entries(sources).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

function filesOf(
  contracts: readonly FrontendContract[],
  lowered: ReadonlyMap<TargetName, LowerResult>,
  irText: ReadonlyMap<string, string>,
): Map<string, Record<string, Uint8Array | string>> {
  const files = new Map<string, Record<string, Uint8Array | string>>();
  for (const { fullName: name } of contracts) {
    const entry: Record<string, Uint8Array | string> = {};
    for (const result of lowered.values()) Object.assign(entry, result.files.get(name));
    const ir = irText.get(name);
    if (ir !== undefined) entry[".ir"] = ir;
    files.set(name, entry);
  }
  return files;
}
