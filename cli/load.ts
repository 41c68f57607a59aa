/** Loads what `run` and `inspect` take: an artifact's JSON file, or a source file that is compiled first. */
import fs from "node:fs";
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
 * `path` may end in `:Name` to choose a contract; without it the source must have only one with code, else the last one is meant.
 * Gives undefined where diagnostics with errors were printed.
 */
export async function load(path: string, contract: string | undefined, args: CompileArgs, targets: readonly TargetName[], emit: readonly EmitKind[] = []): Promise<Loaded | undefined> {
  if (path.endsWith(".json")) {
    if (!fs.existsSync(path)) throw new InputError(`there is no file '${path}'`);
    const artifact = parseArtifact(fs.readFileSync(path, "utf8"), path);
    return { artifact, all: [artifact], files: new Map() };
  }
  const colon = /^(.*\.[A-Za-z]+):([A-Za-z_$][\w$]*)$/.exec(path);
  const source = colon ? colon[1]! : path;
  const wanted = contract ?? colon?.[2];
  const result = await compileDetailed(toCompileOptions(args, [source], targets, emit));
  if (printDiagnostics(result.diagnostics)) return undefined;
  return { artifact: choose(result.artifacts, source, wanted), all: result.artifacts, files: result.files };
}

function choose(artifacts: readonly Artifact[], source: string, wanted: string | undefined): Artifact {
  if (wanted !== undefined) {
    const matches = artifacts.filter((a) => a.contractName === wanted || fullName(a) === wanted);
    const own = matches.find((a) => a.sourceName.endsWith(source.replace(/^\.\//, ""))) ?? matches[0];
    if (own) return own;
    throw new InputError(`there is no contract '${wanted}' in ${source}`, `it has ${artifacts.map((a) => a.contractName).join(", ")}`);
  }
  const name = source.replace(/^\.\//, "");
  const own = artifacts.filter((a) => (a.sourceName === name || name.endsWith(`/${a.sourceName}`)) && Object.keys(a.targets).length > 0);
  const last = own[own.length - 1];
  if (!last) throw new InputError(`${source} has no contract with code`);
  if (own.length > 1) process.stderr.write(`note: ${source} has ${own.length} contracts, using the last, ${last.contractName}; choose with --contract\n`);
  return last;
}
