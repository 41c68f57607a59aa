/** The options of `supervm run` for WebAssembly written by hand, and which files are that. */
import type { Argv } from "yargs";
import { CommandLineError } from "./exit.js";

export interface ModuleArgs {
  readonly file: string;
  readonly call?: string | readonly string[];
  readonly args?: string | readonly string[];
  readonly from?: string;
  readonly value?: string;
  readonly json?: boolean;
  readonly blockNumber?: string;
  readonly timestamp?: string;
}

/** A module as text or as bytes, not an artifact's JSON and no source. */
export function isModuleFile(file: string): boolean {
  return /\.(wat|wasm)$/i.test(file);
}

export function moduleOptions(argv: Argv): Argv {
  return argv
    .option("block-number", { type: "string", describe: "for .wat and .wasm: the block's number; default: 1" })
    .option("timestamp", { type: "string", describe: "for .wat and .wasm: the block's time in seconds; default: 1700000000" });
}

/** Chains count their own blocks. Throws CommandLineError. */
export function refuseModuleOptions({ blockNumber, timestamp }: ModuleArgs): void {
  const stray = blockNumber !== undefined ? "--block-number" : timestamp !== undefined ? "--timestamp" : undefined;
  if (stray !== undefined) throw new CommandLineError(`${stray} is for WebAssembly written by hand: a chain numbers its blocks itself`, "supervm run contract.wat");
}
