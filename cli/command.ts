/** What a subcommand is, and the options that several share. */
import type { Argv } from "yargs";
import { EMIT_KINDS, EVM_VERSIONS, OptionError, type CompileOptions, type EmitKind } from "../compiler/driver/options.js";
import { isTargetName, TARGET_NAMES } from "../targets/registry.js";
import type { TargetName } from "../targets/target.js";

export interface Command<Args> {
  /** As yargs wants it: `compile <paths..>`. */
  readonly usage: string;
  readonly describe: string;
  readonly options: (argv: Argv) => Argv;
  /** Gives the exit code. */
  readonly run: (args: Args) => Promise<number>;
}

/** Options of every command that compiles. */
export interface CompileArgs {
  readonly target?: string | readonly string[];
  readonly root?: string;
  readonly remapping?: readonly string[];
  readonly remappings?: string | readonly string[];
  readonly O?: string | readonly string[];
  readonly evmVersion?: string;
  readonly sbpf?: string;
  readonly verify?: boolean;
  readonly cache?: boolean;
  readonly allWarnings?: boolean;
}

/** Adds the options of {@link CompileArgs}. */
export function compileOptions(argv: Argv): Argv {
  return argv
    .option("target", { alias: "t", type: "string", describe: `chains, separated by commas: ${TARGET_NAMES.join(", ")} or all` })
    .option("root", { type: "string", describe: "project folder; names of sources are relative to it", default: "." })
    .option("remappings", { alias: "remapping", type: "string", describe: "prefix=target, separated by commas; may be repeated" })
    .option("O", { type: "string", describe: "optimization: -O0 to -O3, or -Os for size", default: "2" })
    .option("evm-version", { type: "string", describe: `EVM hard fork: ${EVM_VERSIONS.slice(-5).join(", ")}, ... (default: newest)` })
    .option("sbpf", { choices: ["v0", "v3"], describe: "sBPF version of Solana programs" })
    .option("verify", { type: "boolean", describe: "check the IR after every pass", hidden: true })
    .option("all-warnings", { type: "boolean", describe: "show warnings about packages in node_modules too" })
    .option("cache", { type: "boolean", describe: "keep results on disk; --no-cache compiles anew", default: true });
}

/** A comma-separated, repeatable option as a list. */
export function listOf(value: string | readonly string[] | undefined): string[] {
  if (value === undefined) return [];
  return (typeof value === "string" ? [value] : value)
    .flatMap((v) => v.split(","))
    .map((v) => v.trim())
    .filter((v) => v !== "");
}

export function targetsOf(value: string | readonly string[] | undefined, fallback: readonly TargetName[]): readonly TargetName[] {
  const names = listOf(value);
  if (names.length === 0) return fallback;
  if (names.includes("all")) return TARGET_NAMES;
  return names.map((name) => {
    if (!isTargetName(name)) throw new OptionError(`there is no target '${name}'; targets are ${TARGET_NAMES.join(", ")} and all`);
    return name;
  });
}

/** The library's options from the command line's. */
export function toCompileOptions(args: CompileArgs, sources: readonly string[], targets: readonly TargetName[], emit: readonly EmitKind[] = []): CompileOptions {
  const levels = typeof args.O === "string" ? [args.O] : [...(args.O ?? [])];
  const level = levels[levels.length - 1] ?? "2";
  return {
    sources,
    targets,
    root: args.root ?? ".",
    remappings: listOf(args.remappings),
    optimize: level === "s" ? "s" : (Number(level) as 0 | 1 | 2 | 3),
    ...(args.evmVersion !== undefined && { evmVersion: args.evmVersion }),
    ...(args.sbpf !== undefined && { sbpfVersion: args.sbpf as "v0" | "v3" }),
    verify: args.verify ?? false,
    cache: args.cache ?? true,
    emit,
  };
}

/** Names of outputs, checked. */
export function emitKinds(value: string | readonly string[] | undefined): EmitKind[] {
  return listOf(value).map((name) => {
    const kind = EMIT_KINDS.find((k) => k === name);
    if (!kind) throw new OptionError(`there is no output '${name}'; outputs are ${EMIT_KINDS.join(", ")}`);
    return kind;
  });
}
