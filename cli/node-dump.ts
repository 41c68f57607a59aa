/** The options of `supervm node` about dumps: a chain as one file, as anvil has it. */
import fs from "node:fs";
import type { Argv } from "yargs";
import { DumpError } from "../runtime/node/dump/format.js";
import type { NodeOptions } from "../runtime/node/node.js";
import { CommandLineError, InputError } from "./exit.js";
import { readWhole } from "./number.js";

export interface DumpArgs {
  readonly dumpState?: string;
  readonly loadState?: string;
  readonly stateInterval?: string;
}

/** Seconds between dumps, as anvil's. */
const DEFAULT_INTERVAL = 60;
const MAX_INTERVAL = 2_000_000;

export function dumpCommandOptions(argv: Argv): Argv {
  return argv
    .option("dump-state", { type: "string", describe: "file to which the whole chain is written at the end and from time to time; in a folder: state.json" })
    .option("state-interval", { type: "string", describe: "with --dump-state: seconds between writing; default 60" })
    .option("load-state", { type: "string", describe: "file written by --dump-state with which the chain begins; in a folder: state.json" });
}

/** What the options say. Throws CommandLineError, or InputError where the file cannot be read. */
export async function dumpOptions(args: DumpArgs): Promise<Pick<NodeOptions, "load" | "dump">> {
  for (const [name, value] of [
    ["--dump-state", args.dumpState],
    ["--load-state", args.loadState],
  ] as const)
    if (value === "") throw new CommandLineError(`${name} names no file`);
  const seconds = readWhole(args.stateInterval, "--state-interval", 1, MAX_INTERVAL);
  if (args.dumpState === undefined && seconds !== undefined) throw new CommandLineError("--state-interval needs --dump-state", "--dump-state FILE");
  return {
    ...(args.dumpState !== undefined && { dump: { file: args.dumpState, seconds: seconds ?? DEFAULT_INTERVAL } }),
    ...(args.loadState !== undefined && { load: await readFile(args.loadState) }),
  };
}

async function readFile(given: string): Promise<Uint8Array> {
  const { dumpPath } = await import("../runtime/node/dump/dump-file.js");
  const file = dumpPath(given);
  try {
    return fs.readFileSync(file);
  } catch (error) {
    throw new InputError(`--load-state: ${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown"})`);
  }
}

/** The user's version of a dump's error. Gives back any other. */
export function asDumpFault(error: unknown): unknown {
  return error instanceof DumpError ? new InputError(error.message, error.hint) : error;
}
