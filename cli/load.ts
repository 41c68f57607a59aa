/** Loads what `run` and `inspect` take: an artifact's JSON file, or a source file that is compiled first. */
import fs from "node:fs";
import path from "node:path";
import { fullName, parseArtifact, type Artifact } from "../compiler/driver/artifact.js";
import { compileDetailed } from "../compiler/driver/compile.js";
import type { DetailedResult } from "../compiler/driver/result.js";
import type { EmitKind } from "../compiler/driver/options.js";
import type { TargetName } from "../targets/target.js";
import { toCompileOptions, type CompileArgs } from "./command.js";
import { InputError } from "./exit.js";
import { printDiagnostics } from "./report.js";

export interface Loaded {
  readonly artifact: Artifact;
  /** All artifacts of the compilation (only the one, where an artifact file was given). */
  readonly all: readonly Artifact[];
  readonly files: DetailedResult["files"];
}

/**
 * `file` may end in `:Name` to choose a contract; without it the source must have only one with code, else the last one is meant.
 * Gives undefined where diagnostics with errors were printed.
 */
export async function load(
  file: string,
  contract: string | undefined,
  args: CompileArgs,
  targets: readonly TargetName[],
  emit: readonly EmitKind[] = [],
): Promise<Loaded | undefined> {
  if (file.endsWith(".json")) {
    if (!fs.existsSync(file)) throw new InputError(`there is no file '${file}'`);
    const artifact = parseArtifact(fs.readFileSync(file, "utf8"), file);
    return { artifact, all: [artifact], files: new Map() };
  }
  const colon = /^(.*\.[A-Za-z]+):([A-Za-z_$][\w$]*)$/.exec(file);
  const source = colon ? colon[1]! : file;
  const wanted = contract ?? colon?.[2];
  const result = await compileDetailed(toCompileOptions(args, [source], targets, emit));
  if (printDiagnostics(result.diagnostics, args.allWarnings === true)) return undefined;
  return { artifact: choose(result.artifacts, path.resolve(args.root ?? ".", source), wanted), all: result.artifacts, files: result.files };
}

/** `source` is absolute; names of sources are relative to the root, of those outside it their last part. */
function choose(artifacts: readonly Artifact[], source: string, wanted: string | undefined): Artifact {
  const inSource = (a: Artifact): boolean => source === a.sourceName || source.endsWith(`/${a.sourceName.replace(/^(\.\.\/)+/, "")}`);
  if (wanted !== undefined) {
    const matches = artifacts.filter((a) => a.contractName === wanted || fullName(a) === wanted);
    const own = matches.find(inSource) ?? matches[0];
    if (own) return own;
    throw new InputError(`there is no contract '${wanted}' in ${source}`, `it has ${artifacts.map((a) => a.contractName).join(", ")}`);
  }
  const own = artifacts.filter((a) => inSource(a) && Object.keys(a.targets).length > 0);
  const last = own[own.length - 1];
  if (!last) throw new InputError(`${source} has no contract with code`);
  if (own.length > 1) process.stderr.write(`note: ${source} has ${own.length} contracts, using the last, ${last.contractName}; choose with --contract\n`);
  return last;
}
