/**
 * The command line: subcommands, global options, and the one place where failures become messages and exit codes. Options may
 * also come from the environment (environment.ts).
 */
import yargs, { type Argv } from "yargs";
import { OptionError } from "../compiler/driver/options.js";
import { ArtifactFormatError } from "../compiler/driver/artifact.js";
import { InternalError } from "../compiler/diagnostics/diagnostic.js";
import { VERSION } from "../compiler/driver/version.js";
import { MissingPeerError } from "../targets/target.js";
import { UsageError } from "../testing/errors.js";
import { withEnvironment } from "./environment.js";
import { CommandLineError, EXIT_INPUT, EXIT_INTERNAL, EXIT_OK, EXIT_USAGE, InputError } from "./exit.js";
import { compileCommand } from "./compile.js";
import { inspectCommand } from "./inspect.js";
import { nodeCommand } from "./node.js";
import { runCommand } from "./run.js";
import { useColor } from "./terminal.js";

const REPORT = "This is a bug in supervm. Please report it with the command and the sources that show it: https://github.com/supervm/supervm/issues";

/** Runs one command line (without `node supervm`) and gives its exit code. */
export async function runCli(argv: readonly string[]): Promise<number> {
  let code: number = EXIT_OK;
  // yargs would read -Os as two flags.
  const parser = yargs(argv.map((word) => word.replace(/^-O([0-9a-z])$/, "--O=$1")))
    .scriptName("supervm")
    .usage("$0 <command>\n\nCompiles contracts to EVM bytecode, SuperVM WebAssembly and Solana programs, and runs them.")
    .version(VERSION)
    .alias("h", "help")
    .strict()
    .recommendCommands()
    .demandCommand(1, "Which command? See supervm --help.")
    .exitProcess(false)
    .parserConfiguration({ "duplicate-arguments-array": true, "parse-numbers": false, "parse-positional-numbers": false })
    .wrap(Math.min(110, process.stdout.columns || 100))
    .fail((message: string, error: Error | undefined) => {
      throw error ?? new CommandLineError(message);
    });
  for (const command of [compileCommand, runCommand, inspectCommand, nodeCommand])
    parser.command(
      command.usage,
      command.describe,
      (argv: Argv) => withEnvironment(command.options(argv), process.env),
      async (args) => {
        code = await command.run(args as never);
      },
    );
  try {
    await parser.parseAsync();
    return code;
  } catch (error) {
    return report(error);
  }
}

function report(error: unknown): number {
  const color = useColor(process.stderr);
  const label = color ? "\u001b[31merror\u001b[0m" : "error";
  const say = (message: string, hint?: string): void => {
    process.stderr.write(`${label}: ${message}\n${hint === undefined ? "" : `hint: ${hint}\n`}`);
  };
  if (error instanceof CommandLineError) {
    say(error.message, error.hint ?? "see supervm --help");
    return EXIT_USAGE;
  }
  if (error instanceof OptionError) {
    say(error.message);
    return EXIT_USAGE;
  }
  if (error instanceof InputError) {
    say(error.message, error.hint);
    return EXIT_INPUT;
  }
  if (error instanceof ArtifactFormatError || error instanceof UsageError || error instanceof MissingPeerError) {
    say(error.message);
    return EXIT_INPUT;
  }
  const place = error instanceof InternalError && error.span ? ` (at ${error.span.file.name}:${error.span.start})` : "";
  say(`internal error: ${error instanceof Error ? error.message : String(error)}${place}`, REPORT);
  if (process.env.SUPERVM_DEBUG !== undefined && error instanceof Error) process.stderr.write(`${error.stack ?? ""}\n`);
  return EXIT_INTERNAL;
}
