/**
 * Compiles solc's standard-json input to solc's standard-json output, so that tools which know solc (Foundry, Hardhat, ...) can use this
 * compiler. Faults of the input are entries of `errors`, never thrown.
 *
 *   { language, sources, settings }  ->  { errors?, sources: { file: { id } }, contracts: { file: { Name: { abi, evm, ... } } } }
 *
 * Imports follow solc's rules (frontends/solidity/imports/virtual.ts): no foundry.toml, no node_modules unless a remapping leads there.
 */
import type { OptimizationLevel, TargetName } from "../../../targets/target.js";
import { FileView } from "../../base/file-view.js";
import { VirtualFiles, type VirtualFileRules } from "../../base/virtual-files.js";
import { compileDetailed } from "../compile.js";
import { EVM_VERSIONS, type CompileOptions } from "../options.js";
import { contractJson } from "./contracts.js";
import { faultError, solcError, type SolcError } from "./errors.js";
import { parseInput, StandardJsonFault, type StandardJsonInput } from "./input.js";
import { metadataText } from "./metadata.js";
import { longVersion, NEWEST_RELEASE } from "./release.js";
import { unavailable, wantedOf, wantsCode, wantsOpcodes } from "./selection.js";

/** What solc takes from its command line, and what only this compiler has. */
export interface StandardJsonOptions {
  /** Where names of sources begin on disk; default: the working directory. */
  readonly basePath?: string;
  /** Further such places, after the base path. */
  readonly includePaths?: readonly string[];
  /** Further folders and files that may be read. */
  readonly allowedPaths?: readonly string[];
  /** False: nothing is read from disk, all sources are in the input. Default: true. */
  readonly readsFiles?: boolean;
  /** Whose creation code stands in `evm.bytecode`: for `supervm`, what a transaction to `supervm node` carries. Default: evm. */
  readonly target?: Extract<TargetName, "evm" | "supervm">;
  /** The release of the language that metadata names; default: the newest. */
  readonly release?: string;
}

/** The output, in solc's shape. */
export interface StandardJsonOutput {
  readonly errors?: readonly SolcError[];
  readonly sources?: Readonly<Record<string, { readonly id: number }>>;
  readonly contracts?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/**
 * Compiles one standard-json input.
 *
 * @param text the input's JSON
 * @throws OptionError where an option has an impossible value; InternalError for a fault of supervm itself
 * @example JSON.stringify(await compileStandardJson(fs.readFileSync(0, "utf8")))
 */
export async function compileStandardJson(text: string, options: StandardJsonOptions = {}): Promise<StandardJsonOutput> {
  const version = longVersion(options.release ?? NEWEST_RELEASE);
  try {
    const input = parseInput(text);
    const missing = unavailable(input.outputSelection);
    if (missing.length > 0) throw new StandardJsonFault("Exception", `None of the requested outputs is available from this compiler: ${missing.join(", ")}.`);
    return await compile(input, readSources(input, options), options, version);
  } catch (thrown) {
    if (thrown instanceof StandardJsonFault) return { errors: [faultError(thrown)] };
    throw thrown;
  }
}

async function compile(input: StandardJsonInput, sources: ReadonlyMap<string, string>, options: StandardJsonOptions, version: string): Promise<StandardJsonOutput> {
  const target = options.target ?? "evm";
  const result = await compileDetailed(compileOptions(input, sources, options, target));
  const contracts: Record<string, Record<string, unknown>> = {};
  for (const artifact of result.artifacts) {
    const wanted = wantedOf(input.outputSelection, artifact.sourceName, artifact.contractName);
    const json = contractJson(artifact, { input, target, wanted, metadata: () => metadataText(artifact, input, sources, version) });
    if (Object.keys(json).length > 0) (contracts[artifact.sourceName] ??= {})[artifact.contractName] = json;
  }
  const errors = result.diagnostics.map(solcError);
  return {
    ...(errors.length > 0 && { errors }),
    sources: Object.fromEntries(result.sources.map(({ id, name }) => [name, { id }])),
    ...(Object.keys(contracts).length > 0 && { contracts }),
  };
}

function compileOptions(input: StandardJsonInput, sources: ReadonlyMap<string, string>, options: StandardJsonOptions, target: TargetName): CompileOptions {
  if (input.evmVersion !== undefined && !EVM_VERSIONS.some((v) => v === input.evmVersion)) throw new StandardJsonFault("JSONError", "Invalid EVM version requested.");
  return {
    sources: Object.fromEntries([...sources].map(([name, content]) => [name, { content }])),
    targets: wantsCode(input.outputSelection) ? [target] : [],
    root: options.basePath ?? ".",
    remappings: remappingsOf(input),
    optimize: levelOf(input),
    ...(input.evmVersion !== undefined && { evmVersion: input.evmVersion }),
    revertStrings: input.revertStrings,
    emit: wantsOpcodes(input.outputSelection) ? ["asm"] : [],
    importRules: fileRules(options),
    cache: false,
  };
}

function fileRules({ includePaths = [], allowedPaths = [], readsFiles = true }: StandardJsonOptions): VirtualFileRules {
  return { includePaths, allowedPaths, readsFiles };
}

function remappingsOf({ remappings }: StandardJsonInput): readonly string[] {
  const wrong = remappings.find((remapping) => !remapping.includes("="));
  if (wrong !== undefined) throw new StandardJsonFault("JSONError", `Invalid remapping: "${wrong}"`);
  return remappings;
}

/** Gas of execution that a byte of code is worth at a level is 200 (what a byte costs to deploy) by the number of runs; the level nearest to it. */
const LEVELS: readonly { readonly below: number; readonly level: OptimizationLevel }[] = [
  { below: 40, level: "s" },
  { below: 600, level: "2" },
];

/** Without solc's optimizer the code stays close to the source; with it, `runs` says what size is worth. */
function levelOf({ optimizer }: StandardJsonInput): CompileOptions["optimize"] {
  const level = optimizer.enabled ? (LEVELS.find(({ below }) => optimizer.runs < below)?.level ?? "3") : "0";
  return level === "s" ? "s" : (Number(level) as 0 | 2 | 3);
}

/** The texts of all sources; those given by `urls` are read from disk as imports are. */
function readSources({ sources }: StandardJsonInput, options: StandardJsonOptions): Map<string, string> {
  const disk = new FileView();
  const files = new VirtualFiles(options.basePath ?? ".", fileRules(options), disk);
  const read = (name: string, urls: readonly string[]): string => {
    for (const url of urls) {
      const found = files.find(url.replace(/^file:\/\//, ""));
      const text = "path" in found ? disk.read(found.path) : undefined;
      if (text !== undefined) return text;
    }
    const shown = urls.map((url) => `"${url}"`).join(", ");
    throw new StandardJsonFault("IOError", `Cannot import the source "${name}" from ${shown}: no such file within the allowed directories.`);
  };
  return new Map(Object.entries(sources).map(([name, source]) => [name, "content" in source ? source.content : read(name, source.urls)]));
}
