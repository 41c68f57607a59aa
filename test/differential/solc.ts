/** solc's compilation of the same sources, in the form of this compiler's artifacts, so that the same chain runs both. */
import fs from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";
import { cachedOutput, type ReadImport } from "./solc-cache.js";
import { ARTIFACT_FORMAT, type AbiEntry, type Artifact } from "../../compiler/driver/artifact.js";

interface SolcOutput {
  readonly errors?: readonly { severity: string; formattedMessage: string }[];
  readonly contracts?: Record<string, Record<string, SolcContract>>;
}
interface SolcContract {
  readonly abi: AbiEntry[];
  readonly storageLayout: Artifact["storageLayout"];
  readonly evm: { bytecode: SolcCode; deployedBytecode: SolcCode };
}
interface SolcCode {
  readonly object: string;
  readonly linkReferences: Record<string, Record<string, { start: number; length: number }[]>>;
}

/** Lines of solc that tests compare with; each is npm's last release of the line. */
export type SolcLine = "0.5" | "0.6" | "0.7" | "0.8";

export interface SolcOptions {
  /** Which solc; the newest by default. Lines before 0.8 have no via-IR pipeline. */
  readonly line?: SolcLine;
  readonly viaIR?: boolean;
  readonly optimize?: boolean;
  readonly evmVersion?: string;
  /** Runs solc even where its output is known from before: who measures it wants its time. */
  readonly fresh?: boolean;
}

const require = createRequire(import.meta.url);

interface Solc {
  version(): string;
  compile(input: string, callbacks?: { import: ReadImport }): string;
}

/** npm's solc: the newest 0.8 as WebAssembly, or the last release of an older line. */
export function solc(line: SolcLine = "0.8"): Solc {
  if (line === "0.8") return require("solc") as Solc;
  if (line !== "0.5") return require(`solc-${line}`) as Solc;
  // 0.5 takes the callback alone.
  const old = require("solc-0.5") as { version(): string; compile(input: string, callback?: ReadImport): string };
  return { version: () => old.version(), compile: (input, callbacks) => old.compile(input, callbacks?.import) };
}

/** Compiles files of the repository; imports come from node_modules. Throws with solc's messages where it fails. */
export function solcArtifacts(sources: readonly string[], options: SolcOptions = {}): Record<string, Artifact> {
  const input = {
    language: "Solidity",
    sources: Object.fromEntries(sources.map((s) => [s, { content: readSource(s) }])),
    settings: {
      ...((options.line ?? "0.8") === "0.8" && { viaIR: options.viaIR ?? true }),
      optimizer: { enabled: options.optimize ?? true, runs: 200 },
      ...(options.evmVersion !== undefined && { evmVersion: options.evmVersion }),
      outputSelection: {
        "*": { "*": ["abi", "storageLayout", "evm.bytecode.object", "evm.bytecode.linkReferences", "evm.deployedBytecode.object", "evm.deployedBytecode.linkReferences"] },
      },
    },
  };
  const compiler = solc(options.line);
  const text = JSON.stringify(input);
  const run = (read: ReadImport): string => compiler.compile(text, { import: read });
  const output = JSON.parse(options.fresh === true ? run(readImport) : cachedOutput(compiler.version(), text, readImport, run)) as SolcOutput;
  const errors = (output.errors ?? []).filter((e) => e.severity === "error");
  if (errors.length > 0) throw new Error(errors.map((e) => e.formattedMessage).join("\n"));
  const artifacts: Record<string, Artifact> = {};
  for (const [sourceName, contracts] of Object.entries(output.contracts ?? {}))
    for (const [name, contract] of Object.entries(contracts)) {
      const artifact = toArtifact(sourceName, name, contract);
      artifacts[`${sourceName}:${name}`] = artifact;
      artifacts[name] = artifact;
    }
  return artifacts;
}

function readImport(name: string): { contents: string } | { error: string } {
  for (const place of [name, path.join("node_modules", name)]) if (fs.existsSync(place)) return { contents: readSource(place) };
  return { error: "not found" };
}

/** A file as solc gets it: an exact version of an older line is widened to the line, of which only the last release is at hand. */
function readSource(file: string): string {
  return fs.readFileSync(file, "utf8").replace(/pragma solidity =(0\.[567]\.)\d+;/, "pragma solidity ^$10;");
}

function toArtifact(sourceName: string, contractName: string, contract: SolcContract): Artifact {
  const { bytecode, deployedBytecode } = contract.evm;
  const linkReferences: Record<string, { start: number; length: number }[]> = {};
  for (const [file, libraries] of Object.entries(bytecode.linkReferences)) for (const [library, places] of Object.entries(libraries)) linkReferences[`${file}:${library}`] = places;
  // Placeholders of unlinked libraries are no hex.
  const hex = (object: string): string => `0x${object.replace(/__\$[0-9a-f]{34}\$__/g, "0".repeat(40))}`;
  return {
    format: ARTIFACT_FORMAT,
    contractName,
    sourceName,
    language: "solidity",
    abi: contract.abi,
    storageLayout: contract.storageLayout,
    metadata: {
      compiler: { name: "supervm", version: "solc" },
      language: "solidity",
      settings: { optimize: "", evmVersion: "", targets: [], remappings: [] },
      output: { devdoc: {}, userdoc: {} },
      sources: {},
    },
    targets: bytecode.object === "" ? {} : { evm: { bytecode: hex(bytecode.object), deployedBytecode: hex(deployedBytecode.object), linkReferences } },
  };
}
