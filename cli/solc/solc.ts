/**
 * solc's command line, as far as tools use it: `--version` and `--standard-json`. Everything else that solc has is refused with a pointer to
 * `supervm compile`, rather than half done.
 *
 *   supervm-solc --allow-paths DIR,... --base-path DIR --include-path DIR --standard-json < input.json > output.json
 *
 * Options of its own also come from the environment, since wrappers choose the arguments: SUPERVM_SOLC_TARGET=supervm, SUPERVM_SOLC_VERSION=0.8.19.
 */
import fs from "node:fs";
import yargs, { type Argv } from "yargs";
import { OptionError } from "../../compiler/driver/options.js";
import { longVersion, NEWEST_RELEASE } from "../../compiler/driver/standard-json/release.js";
import type { StandardJsonOptions } from "../../compiler/driver/standard-json/standard-json.js";
import { withEnvironment } from "../environment.js";
import { CommandLineError } from "../exit.js";

/** solc's exit codes. */
const EXIT_OK = 0;
const EXIT_USAGE = 1;
const EXIT_FAULT = 2;

const TARGETS = ["evm", "supervm"] as const;

interface Args {
  readonly version?: boolean;
  readonly standardJson?: boolean;
  readonly basePath?: string;
  readonly includePath?: readonly string[];
  readonly allowPaths?: string | readonly string[];
  readonly importCallback: boolean;
  readonly prettyJson?: boolean;
  readonly jsonIndent?: number;
  readonly solcTarget: (typeof TARGETS)[number];
  readonly solcVersion: string;
  readonly _: readonly string[];
}

function options(argv: Argv): Argv {
  return withEnvironment(
    argv
      .version(false)
      .option("version", { type: "boolean", describe: "print the version and exit" })
      .option("standard-json", { type: "boolean", describe: "read solc's standard-json input from a file or standard input" })
      .option("base-path", { type: "string", requiresArg: true, describe: "where names of sources begin" })
      .option("include-path", { type: "string", array: true, nargs: 1, describe: "a further place to find imports; may be repeated" })
      .option("allow-paths", { type: "string", requiresArg: true, describe: "further folders that may be read, separated by commas" })
      .option("import-callback", { type: "boolean", default: true, describe: "--no-import-callback: read no files" })
      .option("pretty-json", { type: "boolean", describe: "indent the output" })
      .option("json-indent", { type: "number", requiresArg: true, describe: "indent the output by so many spaces" })
      .option("solc-target", { choices: TARGETS, default: "evm", describe: "whose code stands in evm.bytecode (SUPERVM_SOLC_TARGET)" })
      .option("solc-version", { type: "string", default: NEWEST_RELEASE, describe: "which release to stand for (SUPERVM_SOLC_VERSION)" }),
    process.env,
  );
}

/** Runs one command line (without `node supervm-solc`) and gives its exit code. */
export async function runSolc(words: readonly string[]): Promise<number> {
  try {
    const parser = options(yargs([...words]))
      .scriptName("supervm-solc")
      .usage("$0 --version\n$0 --standard-json [input.json]\n\nsupervm behind solc's command line, for tools that call solc. For people: supervm compile.")
      .strictOptions()
      .exitProcess(false)
      .parserConfiguration({ "duplicate-arguments-array": true, "parse-positional-numbers": false })
      .fail((message: string, error: Error | undefined) => {
        throw error ?? new CommandLineError(message);
      });
    const args = (await parser.parseAsync()) as unknown as Args & { readonly help?: boolean };
    return args.help === true ? EXIT_OK : await run(args);
  } catch (error) {
    return report(error);
  }
}

async function run(args: Args): Promise<number> {
  const version = longVersion(args.solcVersion);
  if (args.version === true) {
    process.stdout.write(`supervm-solc, supervm's compiler behind solc's command line\nVersion: ${version}\n`);
    return EXIT_OK;
  }
  if (args.standardJson !== true) throw new CommandLineError("only --version and --standard-json are supported", "use supervm compile for everything else");
  if (args._.length > 1) throw new CommandLineError("--standard-json takes one input file");
  const { compileStandardJson } = await import("../../compiler/driver/standard-json/standard-json.js");
  const output = await compileStandardJson(readInput(args._[0]), standardJsonOptions(args));
  const indent = args.jsonIndent ?? (args.prettyJson === true ? 2 : 0);
  // Written in one piece and waited for: pipes to wrappers hold less than an output may have.
  await new Promise<void>((resolve, reject) => process.stdout.write(`${JSON.stringify(output, null, indent)}\n`, (error) => (error ? reject(error) : resolve())));
  return EXIT_OK;
}

function readInput(file: string | undefined): string {
  try {
    return fs.readFileSync(file === undefined || file === "-" ? 0 : file, "utf8");
  } catch (thrown) {
    throw new CommandLineError(`cannot read ${file ?? "standard input"}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
}

function standardJsonOptions(args: Args): StandardJsonOptions {
  const allowed = typeof args.allowPaths === "string" ? [args.allowPaths] : (args.allowPaths ?? []);
  return {
    ...(args.basePath !== undefined && { basePath: args.basePath }),
    includePaths: args.includePath ?? [],
    allowedPaths: allowed.flatMap((list) => list.split(",")).filter((folder) => folder !== ""),
    readsFiles: args.importCallback,
    target: args.solcTarget,
    release: args.solcVersion,
  };
}

function report(error: unknown): number {
  const say = (message: string, hint?: string): void => {
    process.stderr.write(`Error: ${message}\n${hint === undefined ? "" : `hint: ${hint}\n`}`);
  };
  if (error instanceof CommandLineError || error instanceof OptionError) {
    say(error.message, error instanceof CommandLineError ? error.hint : undefined);
    return EXIT_USAGE;
  }
  const message = error instanceof Error ? error.message : String(error);
  say(`internal error: ${message}`, "this is a bug in supervm; please report it: https://github.com/supervm/supervm/issues");
  if (process.env.SUPERVM_DEBUG !== undefined && error instanceof Error) process.stderr.write(`${error.stack ?? ""}\n`);
  return EXIT_FAULT;
}
