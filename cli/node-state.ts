/** The options of `supervm node` about where the chain lies. */
import type { Argv } from "yargs";
import type { StateOptions } from "../runtime/node/durability.js";
import { StateError } from "../runtime/store/durable/kv.js";
import { CommandLineError, InputError } from "./exit.js";
import { readWhole } from "./number.js";

export interface StateArgs {
  readonly state?: string;
  readonly archive?: boolean;
  readonly prune?: string;
  readonly checkpointBlocks?: string;
  readonly checkpointSeconds?: string;
  readonly checkpointKeep?: string;
  readonly restore?: string;
}

const DEFAULT_KEEP = 3;

export function stateCommandOptions(argv: Argv): Argv {
  return argv
    .option("state", { type: "string", describe: "where the chain lies, so that it outlives the process: a folder, or postgres://...; default: in memory" })
    .option("archive", { type: "boolean", describe: "with --state: keep the states of all blocks" })
    .option("prune", { type: "string", describe: "with --state: newest blocks whose states are kept; default 1024" })
    .option("checkpoint-blocks", { type: "string", describe: "with --state: save a checkpoint every so many blocks" })
    .option("checkpoint-seconds", { type: "string", describe: "with --state: save a checkpoint after so many seconds with blocks" })
    .option("checkpoint-keep", { type: "string", describe: "with --state: checkpoints that are kept; default 3" })
    .option("restore", { type: "string", describe: "with --state: begin at a checkpoint, by its name or folder; what came after it is lost" });
}

/** A name of another kind of database would be taken for a folder's. Throws CommandLineError. */
export function requireLocation(state: string): void {
  if (state === "") throw new CommandLineError("--state names no folder");
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(state)?.[1];
  if (scheme !== undefined && !/^postgres(ql)?$/.test(scheme))
    throw new CommandLineError(`--state cannot be of the kind ${scheme}://`, "a folder, or postgres://user:password@host/database");
}

/** The state that the options describe. Throws CommandLineError. */
export function stateOptions(args: StateArgs): StateOptions | undefined {
  const blocks = readWhole(args.checkpointBlocks, "--checkpoint-blocks", 1, Number.MAX_SAFE_INTEGER);
  const seconds = readWhole(args.checkpointSeconds, "--checkpoint-seconds", 1, Number.MAX_SAFE_INTEGER);
  const keep = readWhole(args.checkpointKeep, "--checkpoint-keep", 1, 1_000_000);
  const prune = readWhole(args.prune, "--prune", 2, Number.MAX_SAFE_INTEGER);
  if (args.state === undefined) {
    const given = { archive: args.archive, prune, "checkpoint-blocks": blocks, "checkpoint-seconds": seconds, "checkpoint-keep": keep, restore: args.restore };
    const stray = Object.entries(given).find(([, value]) => value !== undefined);
    if (stray) throw new CommandLineError(`--${stray[0]} needs --state: a chain in memory ends with the process`, "--state DIR");
    return undefined;
  }
  requireLocation(args.state);
  if (args.archive === true && prune !== undefined) throw new CommandLineError("--archive keeps all states, --prune drops some: choose one");
  return {
    location: args.state,
    ...(args.archive === true ? { history: Number.POSITIVE_INFINITY } : prune !== undefined && { history: prune }),
    ...((blocks !== undefined || seconds !== undefined) && { checkpoints: { blocks, seconds, keep: keep ?? DEFAULT_KEEP } }),
  };
}

/** Puts a checkpoint in the place of a state. */
export async function restore(location: string | undefined, checkpoint: string, print: (text: string) => void): Promise<void> {
  if (location === undefined) return;
  const { restoreStore } = await import("../runtime/store/durable/open.js");
  try {
    await restoreStore(location, checkpoint);
  } catch (error) {
    failOnState(error);
  }
  print(`restored ${checkpoint}`);
}

/** The user's version of a state's error. */
export function failOnState(error: unknown): never {
  if (error instanceof StateError) throw new InputError(error.message, error.hint);
  throw error;
}
