/** `supervm compile`: sources to artifacts. */
import path from "node:path";
import { artifactJson, fullName, type Artifact } from "../compiler/driver/artifact.js";
import { compileDetailed } from "../compiler/driver/compile.js";
import type { DetailedResult } from "../compiler/driver/result.js";
import type { EmitKind } from "../compiler/driver/options.js";
import { toStandardJson } from "../compiler/diagnostics/format.js";
import { TARGET_NAMES } from "../targets/registry.js";
import type { TargetName, TargetPart } from "../targets/target.js";
import { compileOptions, emitKinds, targetsOf, toCompileOptions, type Command, type CompileArgs } from "./command.js";
import { EXIT_INPUT, EXIT_OK, InputError } from "./exit.js";
import { writeOutput } from "./output.js";
import { printDiagnostics } from "./report.js";
import { table } from "./terminal.js";

interface Args extends CompileArgs {
  readonly paths: readonly string[];
  readonly out?: string;
  readonly contract?: string;
  readonly emit?: string | readonly string[];
  readonly after?: string;
  readonly json?: boolean;
  readonly timePasses?: boolean;
}

export const compileCommand: Command<Args> = {
  usage: "compile <paths..>",
  describe: "compile contracts",
  options: (argv) =>
    compileOptions(argv)
      .positional("paths", { type: "string", array: true, demandOption: true, describe: "source files or folders" })
      .option("out", { alias: "o", type: "string", describe: "folder for the artifacts" })
      .option("contract", { type: "string", describe: "only this contract: Name or source.sol:Name" })
      .option("emit", { type: "string", describe: "further outputs: abi, ir, asm, wat, disasm, storage-layout, metadata" })
      .option("after", { type: "string", describe: "--emit ir: show the IR after this pass" })
      .option("time-passes", { type: "boolean", describe: "say how long each stage took" })
      .option("json", { type: "boolean", describe: "one JSON document on standard output and nothing else" }),
  run,
};

async function run(args: Args): Promise<number> {
  const emit = emitKinds(args.emit);
  const options = toCompileOptions(args, args.paths, targetsOf(args.target, TARGET_NAMES), emit);
  const timings: [string, number][] = [];
  const result = await compileDetailed({ ...options, ...(args.after !== undefined && { printAfter: args.after }) }, (stage, ms) => timings.push([stage, ms]));
  const failed = result.diagnostics.some((d) => d.severity === "error");
  const artifacts = failed ? [] : select(result.artifacts, args.contract);
  if (!failed && args.out !== undefined)
    writeOutput(
      path.resolve(args.out),
      artifacts.flatMap((a) => outputFiles(a, result, emit)),
    );
  if (args.json === true) {
    const document = { errors: result.diagnostics.map(toStandardJson), artifacts: Object.fromEntries(artifacts.map((a) => [fullName(a), a])) };
    process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
    return failed ? EXIT_INPUT : EXIT_OK;
  }
  printDiagnostics(result.diagnostics, args.allWarnings === true);
  if (args.timePasses === true) for (const [stage, ms] of timings) process.stderr.write(`${stage.padEnd(12)} ${ms.toFixed(0).padStart(7)} ms\n`);
  if (failed) return EXIT_INPUT;
  if (args.out === undefined && emit.length > 0) printOutputs(artifacts, result, emit);
  else process.stdout.write(summary(artifacts, args.out));
  return EXIT_OK;
}

/** The artifacts that --contract names. */
function select(artifacts: readonly Artifact[], contract: string | undefined): readonly Artifact[] {
  if (contract === undefined) return artifacts;
  const chosen = artifacts.filter((a) => a.contractName === contract || fullName(a) === contract);
  if (chosen.length === 0) throw new InputError(`there is no contract '${contract}'`, `the sources have ${artifacts.map((a) => a.contractName).join(", ")}`);
  return chosen;
}

type Content = Uint8Array | string;

/** All files of an artifact, by their paths within the output folder. */
function outputFiles(artifact: Artifact, result: DetailedResult, emit: readonly EmitKind[]): { path: string; content: Content }[] {
  const base = path.join(artifact.sourceName, artifact.contractName);
  const files = [{ path: `${base}.json`, content: artifactJson(artifact) as Content }];
  for (const [extension, content] of Object.entries(result.files.get(fullName(artifact)) ?? {})) files.push({ path: `${base}${extension}`, content });
  for (const kind of emit) {
    const text = jsonOutput(artifact, kind);
    if (text !== undefined) files.push({ path: `${base}.${kind}.json`, content: text });
  }
  return files;
}

function jsonOutput(artifact: Artifact, kind: EmitKind): string | undefined {
  if (kind === "abi") return `${JSON.stringify(artifact.abi, null, 2)}\n`;
  if (kind === "storage-layout") return `${JSON.stringify(artifact.storageLayout, null, 2)}\n`;
  if (kind === "metadata") return `${JSON.stringify(artifact.metadata, null, 2)}\n`;
  return undefined;
}

/** --emit without --out: the outputs on standard output, each under its contract's name. */
function printOutputs(artifacts: readonly Artifact[], result: DetailedResult, emit: readonly EmitKind[]): void {
  for (const artifact of artifacts)
    for (const kind of emit) {
      const files = result.files.get(fullName(artifact)) ?? {};
      const texts = Object.entries(files).filter(([extension, content]) => typeof content === "string" && extension.endsWith(`.${kind}`));
      const outputs: [string, string][] = texts.map(([extension, content]) => [extension, String(content)]);
      const json = jsonOutput(artifact, kind);
      if (json !== undefined) outputs.push([kind, json]);
      for (const [name, text] of outputs) process.stdout.write(`======= ${fullName(artifact)} ${name.replace(/^\./, "")} =======\n${text}\n`);
    }
}

function sizeOf(name: TargetName, part: TargetPart): string {
  const code = name === "evm" ? part.deployedBytecode : name === "supervm" ? part.wasm : part.program;
  return typeof code === "string" ? String((code.length - 2) / 2) : "";
}

function summary(artifacts: readonly Artifact[], out: string | undefined): string {
  const withCode = artifacts.filter((a) => Object.keys(a.targets).length > 0);
  const targets = TARGET_NAMES.filter((t) => withCode.some((a) => a.targets[t] !== undefined));
  const rows = withCode.map((a) => [a.contractName, a.sourceName, ...targets.map((t) => (a.targets[t] ? sizeOf(t, a.targets[t]) : ""))]);
  const text =
    rows.length > 0
      ? table(
          [["contract", "source", ...targets.map((t) => `${t} bytes`)], ...rows],
          targets.map((_, i) => i + 2),
        )
      : "no contract with code\n";
  return out === undefined ? text : `${text}${artifacts.length} artifact${artifacts.length === 1 ? "" : "s"} written to ${out}\n`;
}
