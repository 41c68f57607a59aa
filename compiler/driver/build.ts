/**
 * A compilation that no cache can answer: the whole path from sources to artifacts.
 *
 *   sources --frontend--> modules --passes--> modules --target.lower--> parts --> artifacts
 *
 * Targets are asked only for contracts that the cache of parts does not have, and only those go through the passes.
 */
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { keccak256 } from "../../machine/keccak.js";
import { FileView } from "../base/file-view.js";
import { DiagnosticSink } from "../diagnostics/diagnostic.js";
import type { Frontend, FrontendContract, FrontendOutput } from "../frontends/frontend.js";
import { solidityFrontend } from "../frontends/solidity/frontend.js";
import type { Module } from "../ir/module.js";
import { printModule } from "../ir/printer.js";
import { runPipeline } from "../passes/manager.js";
import { loadTarget } from "../../targets/registry.js";
import type { LowerResult, TargetDefinition, TargetName } from "../../targets/target.js";
import { ARTIFACT_FORMAT, type Artifact, type ArtifactMetadata, type AbiEntry, type StorageLayoutJson } from "./artifact.js";
import { PartCache } from "./cache/part-cache.js";
import { writeResult } from "./cache/result-cache.js";
import type { CacheStore } from "./cache/store.js";
import { checkCapabilities } from "./capabilities.js";
import type { ResolvedOptions } from "./options.js";
import type { DetailedResult, Timing } from "./result.js";
import { VERSION } from "./version.js";

/** Languages, by file name ending. */
const frontends: readonly Frontend[] = [solidityFrontend];

/** Compiles, and keeps the result in the store where there is one. */
export async function build(options: ResolvedOptions, store: CacheStore | undefined, onTiming: Timing): Promise<DetailedResult> {
  const sink = new DiagnosticSink();
  const files = new FileView();
  const output = timed(onTiming, "frontend", () => runFrontends(options, files, sink));
  if (!output || sink.failed()) return failed(sink);
  const modules = output.contracts.flatMap((c) => (c.module ? [c.module] : []));
  const targets = await Promise.all(options.targets.map((name) => loadTarget(name)));
  const jobs = timed(onTiming, "cache", () => plan(modules, targets, options, store));
  const irText = timed(onTiming, "passes", () => optimize(modulesOf(jobs, modules, options), options));
  for (const job of jobs) {
    checkCapabilities(job.modules, job.target, sink);
    if (!sink.failed()) await lower(job, options, sink, onTiming);
  }
  if (sink.failed()) return failed(sink);
  const lowered = new Map(jobs.map((job) => [job.target.name, job.result]));
  const artifacts = output.contracts.map((c) => artifactOf(c, output, options, lowered));
  const sources = output.sources.map(({ file }) => ({ id: file.id, name: file.name }));
  const result: DetailedResult = { artifacts, sources, files: filesOf(output.contracts, lowered, irText), diagnostics: sink.all, fromCache: false };
  if (store) {
    const read = output.sources.map((s) => s.file);
    timed(onTiming, "cache", () => {
      writeResult(store, options, read, files.facts, result);
      store.prune();
    });
  }
  return result;
}

/** What one target has to do. */
interface Job {
  readonly target: TargetDefinition;
  /** What it is given: the modules without a stored part, and those that they embed. */
  readonly modules: readonly Module[];
  /** Names of the modules without a stored part. */
  readonly missing: readonly string[];
  /** What is known so far; complete when the job is done. */
  readonly result: Pick<LowerResult, "parts" | "files">;
  readonly cache: PartCache | undefined;
}

/** Looks up every target's parts before the passes change the modules. */
function plan(modules: readonly Module[], targets: readonly TargetDefinition[], options: ResolvedOptions, store: CacheStore | undefined): Job[] {
  const cache = store && new PartCache(store, options, modules);
  return targets.map((target) => {
    if (!cache) return { target, modules, missing: modules.map((m) => m.name), result: { parts: new Map(), files: new Map() }, cache };
    const { found, missing } = cache.lookup(target);
    return { target, modules: target.unit === "contract" ? cache.withEmbedded(missing) : missing.length > 0 ? modules : [], missing, result: found, cache };
  });
}

/** The modules that go through the passes: those that a target needs, or all where the IR itself is asked for. */
function modulesOf(jobs: readonly Job[], modules: readonly Module[], { emit, printAfter, verify }: ResolvedOptions): readonly Module[] {
  if (emit.has("ir") || printAfter !== undefined || verify || jobs.length === 0) return modules;
  const needed = new Set(jobs.flatMap((job) => job.modules));
  return modules.filter((module) => needed.has(module));
}

async function lower({ target, modules, missing, result, cache }: Job, options: ResolvedOptions, sink: DiagnosticSink, onTiming: Timing): Promise<void> {
  if (missing.length === 0) return;
  const start = performance.now();
  const lowered = await target.lower(modules, {
    optimization: options.optimize,
    evmVersion: options.evmVersion,
    sbpfVersion: options.sbpfVersion,
    emit: options.emit,
  });
  onTiming(target.name, performance.now() - start);
  for (const diagnostic of lowered.diagnostics) sink.report(diagnostic);
  for (const name of missing) {
    const part = lowered.parts.get(name);
    const files = lowered.files.get(name);
    if (part) result.parts.set(name, part);
    if (files) result.files.set(name, files);
  }
  cache?.save(target, missing, lowered);
}

function failed(sink: DiagnosticSink): DetailedResult {
  return { artifacts: [], sources: [], files: new Map(), diagnostics: sink.all, fromCache: false };
}

function timed<T>(onTiming: Timing, stage: string, run: () => T): T {
  const start = performance.now();
  const result = run();
  onTiming(stage, performance.now() - start);
  return result;
}

function runFrontends(options: ResolvedOptions, files: FileView, sink: DiagnosticSink): FrontendOutput | undefined {
  const request = { sources: options.sources, root: options.root, remappings: options.remappings, revertStrings: options.revertStrings, importRules: options.importRules, files };
  // One language so far; with several, sources are parted by their endings here.
  const [frontend] = frontends;
  return frontend?.compile(request, sink);
}

/** Runs the pipeline over modules; gives the text of the IR where it was asked for. */
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

/** By target. */
type Lowered = ReadonlyMap<TargetName, Job["result"]>;

function artifactOf(contract: FrontendContract, output: FrontendOutput, options: ResolvedOptions, lowered: Lowered): Artifact {
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
    output: { devdoc: contract.documentation.devdoc, userdoc: contract.documentation.userdoc, methodIdentifiers: contract.methodIdentifiers },
    sources: Object.fromEntries(Object.entries(sources).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

function filesOf(contracts: readonly FrontendContract[], lowered: Lowered, irText: ReadonlyMap<string, string>): Map<string, Record<string, Uint8Array | string>> {
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
