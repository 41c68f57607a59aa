/** The options of `supervm run` about a chain that outlives the command: where it lies, and which contract of it is called. */
import fs from "node:fs";
import type { Argv } from "yargs";
import { TransactionError } from "../runtime/node/transactions/transaction.js";
import { StateError } from "../runtime/store/durable/kv.js";
import type { TargetName } from "../targets/target.js";
import type { TestChain } from "../testing/chain.js";
import { CommandLineError, InputError } from "./exit.js";
import { requireLocation } from "./node-state.js";
import { readWhole } from "./number.js";

export interface RunStateArgs {
  readonly state?: string;
  readonly at?: string;
  readonly chainId?: string;
}

export interface RunState {
  /** A folder, or postgres://... */
  readonly location: string;
  /** A contract that is there already, EIP-55; absent: one is deployed. */
  readonly at: string | undefined;
  readonly chainId: bigint | undefined;
}

export function runStateOptions(argv: Argv): Argv {
  return argv
    .option("state", { type: "string", describe: "where the chain lies, so that it outlives the command: a folder, as of supervm node; supervm only" })
    .option("at", { type: "string", describe: "with --state: address of a contract deployed before, which is called; nothing is deployed" })
    .option("chain-id", { type: "string", describe: "with --state: chain id; default: 31337" });
}

/** The state that the options name. Rejects with CommandLineError. */
export async function runState(args: RunStateArgs): Promise<RunState | undefined> {
  const chainId = readWhole(args.chainId, "--chain-id", 1, Number.MAX_SAFE_INTEGER);
  if (args.state === undefined) {
    const stray = args.at !== undefined ? "--at" : chainId !== undefined ? "--chain-id" : undefined;
    if (stray !== undefined) throw new CommandLineError(`${stray} needs --state: without it the chain is new`, "--state DIR");
    return undefined;
  }
  requireLocation(args.state);
  return { location: args.state, at: args.at === undefined ? undefined : await readAddress(args.at), chainId: chainId === undefined ? undefined : BigInt(chainId) };
}

async function readAddress(text: string): Promise<string> {
  if (!/^0x[0-9a-fA-F]{40}$/.test(text)) throw new CommandLineError(`--at '${text}' is no address`, "0x and 40 hexadecimal digits");
  const { getAddress } = await import("ethers");
  try {
    return getAddress(text);
  } catch {
    throw new CommandLineError(`--at '${text}' has a wrong checksum (EIP-55)`, "a digit is mistyped; without the checksum it is written in small letters");
  }
}

/** Only the runtime's chain is kept in a store; the others are simulators of chains that are not ours. Throws CommandLineError. */
export function requireKept(target: TargetName): void {
  if (target === "supervm") return;
  throw new CommandLineError(`--state needs --target supervm: the chain of ${target} is in memory and ends with the command`, "--target supervm");
}

/** Opens the chain and looks that the contract is there. Rejects with InputError. */
export async function openRunState({ location, at, chainId }: RunState): Promise<TestChain> {
  // A mistyped folder is not made into a state where nothing would be in it.
  if (at !== undefined && !location.includes("://") && !fs.existsSync(location))
    throw new InputError(`there is no state at ${location}`, "without --at the contract is deployed, and the state begun");
  const [{ openStateChain }, { TestChain }] = await Promise.all([import("../targets/supervm/state-chain.js"), import("../testing/chain.js")]);
  const chain = new TestChain("supervm", await openStateChain({ location, chainId }).catch((error: unknown) => failOnChain(error, at)));
  if (at === undefined || (await chain.codeSize(at)) > 0) return chain;
  await chain.close();
  throw new InputError(`there is no contract at ${at} in ${location}`, "without --at it is deployed");
}

/** The user's version of what a chain that is kept refuses, and of what a contract at a given address answers. */
export function failOnChain(error: unknown, at: string | undefined): never {
  if (error instanceof StateError) throw new InputError(error.message, error.hint);
  if (error instanceof TransactionError) throw new InputError(error.message);
  // ethers: the data does not decode. A contract that was deployed here answers as its ABI says; one at an address that the user gave may be another.
  if (at !== undefined && error instanceof Error && "code" in error && error.code === "BAD_DATA")
    throw new InputError(`what the contract at ${at} answered is not what the ABI says`, "is it another contract?");
  throw error;
}
