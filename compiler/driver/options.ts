/** The options of a compilation: what callers may pass, and the complete, checked form that the driver works with. */
import path from "node:path";
import { isTargetName, TARGET_NAMES } from "../../targets/registry.js";
import type { OptimizationLevel, TargetName } from "../../targets/target.js";
import type { VirtualFileRules } from "../base/virtual-files.js";
import type { SourceRequest } from "../frontends/frontend.js";

/** Options of {@link compile}; everything but `sources` has a default. */
export interface CompileOptions {
  /** Files or folders, or sources in memory: `{ "Token.sol": { content } }`. */
  readonly sources: SourceRequest;
  /** Default: all. */
  readonly targets?: readonly TargetName[];
  /** Project root; default: the working directory. */
  readonly root?: string;
  /** `context:prefix=target`. */
  readonly remappings?: readonly string[];
  /** 0 to 3, or "s" for size; default 2. */
  readonly optimize?: 0 | 1 | 2 | 3 | "s";
  /** Hard fork of the EVM code; default: the newest on mainnet. */
  readonly evmVersion?: string;
  /** Further outputs beside the artifacts. */
  readonly emit?: readonly EmitKind[];
  /** sBPF version of Solana programs. */
  readonly sbpfVersion?: "v0" | "v3";
  /** Imports as solc finds them, in place of the project's own configuration, libraries and node_modules. */
  readonly importRules?: VirtualFileRules;
  /** "strip" leaves reason strings out. */
  readonly revertStrings?: "default" | "strip" | "debug";
  /** Verifies the IR after every pass. */
  readonly verify?: boolean;
  /** `emit: ["ir"]` shows the IR after this pass instead of the last one. */
  readonly printAfter?: string;
  /** Keeps results on disk, by content: a folder, or true for the default one. */
  readonly cache?: boolean | string;
}

export const EMIT_KINDS = ["abi", "ir", "asm", "wat", "disasm", "storage-layout", "metadata"] as const;
export type EmitKind = (typeof EMIT_KINDS)[number];

/** Newest hard fork on mainnet. */
export const DEFAULT_EVM_VERSION = "osaka";
export const EVM_VERSIONS = [
  "homestead",
  "tangerineWhistle",
  "spuriousDragon",
  "byzantium",
  "constantinople",
  "petersburg",
  "istanbul",
  "berlin",
  "london",
  "paris",
  "shanghai",
  "cancun",
  "prague",
  "osaka",
] as const;

export interface ResolvedOptions {
  readonly sources: SourceRequest;
  readonly targets: readonly TargetName[];
  readonly root: string;
  readonly remappings: readonly string[];
  readonly optimize: OptimizationLevel;
  readonly evmVersion: string;
  readonly emit: ReadonlySet<EmitKind>;
  readonly sbpfVersion: "v0" | "v3" | undefined;
  readonly importRules: VirtualFileRules | undefined;
  readonly revertStrings: "default" | "strip" | "debug";
  readonly verify: boolean;
  readonly printAfter: string | undefined;
  readonly cache: boolean | string;
}

/** An option has a value that it cannot have; the command line reports it as wrong usage (exit code 2). */
export class OptionError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "OptionError";
  }
}

/** Fills in defaults and checks every value. Throws OptionError. */
export function resolveOptions(options: CompileOptions): ResolvedOptions {
  const targets = options.targets ?? TARGET_NAMES;
  for (const target of targets) if (!isTargetName(target)) throw new OptionError(`there is no target '${String(target)}'; targets are ${TARGET_NAMES.join(", ")}`);
  const optimize = String(options.optimize ?? 2);
  if (!isLevel(optimize)) throw new OptionError(`there is no optimization level '${optimize}'; levels are 0, 1, 2, 3 and s`);
  const evmVersion = options.evmVersion ?? DEFAULT_EVM_VERSION;
  if (!EVM_VERSIONS.some((v) => v === evmVersion)) throw new OptionError(`there is no EVM version '${evmVersion}'; versions are ${EVM_VERSIONS.join(", ")}`);
  const emit = new Set<EmitKind>();
  for (const kind of options.emit ?? []) {
    if (!EMIT_KINDS.includes(kind)) throw new OptionError(`there is no output '${kind}'; outputs are ${EMIT_KINDS.join(", ")}`);
    emit.add(kind);
  }
  for (const remapping of options.remappings ?? []) if (!remapping.includes("=")) throw new OptionError(`the remapping '${remapping}' has no '='; write prefix=target`);
  return {
    sources: options.sources,
    targets: TARGET_NAMES.filter((t) => targets.includes(t)),
    root: path.resolve(options.root ?? "."),
    remappings: options.remappings ?? [],
    optimize,
    evmVersion,
    emit,
    sbpfVersion: options.sbpfVersion,
    importRules: options.importRules,
    revertStrings: options.revertStrings ?? "default",
    verify: options.verify ?? false,
    printAfter: options.printAfter,
    cache: options.cache ?? false,
  };
}

function isLevel(level: string): level is OptimizationLevel {
  return ["0", "1", "2", "3", "s"].includes(level);
}
