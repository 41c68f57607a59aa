/** `supervm node`: a development chain on a port of this machine. */
import os from "node:os";
import type { Argv } from "yargs";
import { addressHex } from "../runtime/store/keys.js";
import type { NodeOptions, RunningNode } from "../runtime/node/node.js";
import { DumpError } from "../runtime/node/dump/format.js";
import { StateError } from "../runtime/store/durable/kv.js";
import { VERSION } from "../compiler/driver/version.js";
import type { Command } from "./command.js";
import { EXIT_OK, InputError } from "./exit.js";
import { asDumpFault, dumpCommandOptions, dumpOptions, type DumpArgs } from "./node-dump.js";
import { failOnState, restore, stateCommandOptions, stateOptions, type StateArgs } from "./node-state.js";
import { readWhole } from "./number.js";

interface Args extends StateArgs, DumpArgs {
  readonly port?: string;
  readonly host?: string;
  readonly blockTime?: string;
  readonly accounts?: string;
  readonly chainId?: string;
  readonly gasLimit?: string;
  readonly baseFee?: string;
  readonly allowOrigin?: string | readonly string[];
  readonly allowHost?: string | readonly string[];
  readonly workers?: string;
  readonly silent?: boolean;
}

export const nodeCommand: Command<Args> = {
  usage: "node",
  describe: "run a development chain that answers Ethereum's JSON-RPC",
  options: (argv: Argv) =>
    dumpCommandOptions(stateCommandOptions(argv))
      .option("port", { type: "string", describe: "port; 0 for any that is free", default: "8545" })
      .option("host", {
        type: "string",
        describe: "address to listen on; beyond this machine, methods that use the node's keys or change the chain by hand are off",
        default: "127.0.0.1",
      })
      .option("block-time", { type: "string", describe: "seconds between blocks; default: a block for each transaction" })
      .option("accounts", { type: "string", describe: "funded accounts", default: "10" })
      .option("chain-id", { type: "string", describe: "chain id", default: "31337" })
      .option("gas-limit", { type: "string", describe: "gas limit of a block", default: "30000000" })
      .option("base-fee", { type: "string", describe: "base fee of the first block in wei", default: "1000000000" })
      .option("allow-origin", { type: "string", describe: "origin whose pages may send requests, * for any; may be repeated" })
      .option("allow-host", { type: "string", describe: "host name that requests may name besides localhost; may be repeated" })
      .option("workers", { type: "string", describe: "threads that run the transactions of a block; 0 or 1: one after another; default: one less than processors, at most 8" })
      .option("silent", { type: "boolean", describe: "print nothing" }),
  run,
};

const MAX_ACCOUNTS = 1_000;
const MAX_WORKERS = 63;
const DEFAULT_WORKERS = 8;
const MAX_BLOCK_TIME = 2_000_000;

async function run(args: Args): Promise<number> {
  const print = args.silent === true ? (): void => undefined : (text: string): void => void process.stdout.write(`${text}\n`);
  const options: NodeOptions = {
    port: readWhole(args.port, "--port", 0, 65_535),
    host: args.host,
    blockTime: readWhole(args.blockTime, "--block-time", 1, MAX_BLOCK_TIME),
    accounts: readWhole(args.accounts, "--accounts", 0, MAX_ACCOUNTS),
    chainId: BigInt(readWhole(args.chainId, "--chain-id", 1, Number.MAX_SAFE_INTEGER) ?? 31_337),
    gasLimit: readWhole(args.gasLimit, "--gas-limit", 21_000, Number.MAX_SAFE_INTEGER),
    baseFee: BigInt(readWhole(args.baseFee, "--base-fee", 0, Number.MAX_SAFE_INTEGER) ?? 0),
    allowOrigins: listOf(args.allowOrigin),
    allowHosts: listOf(args.allowHost),
    state: stateOptions(args),
    ...(await dumpOptions(args)),
    workers: readWhole(args.workers, "--workers", 0, MAX_WORKERS) ?? Math.min(DEFAULT_WORKERS, os.availableParallelism() - 1),
    clientVersion: `supervm/v${VERSION}`,
    log: print,
  };
  if (args.restore !== undefined) await restore(options.state?.location, args.restore, print);
  const node = await open(options);
  const { getAddress } = await import("ethers");
  const accounts = node.chain.wallet.addresses.map((address) => getAddress(addressHex(address)));
  print(banner(node, options, accounts));
  try {
    await (node.lost ? Promise.race([stopSignal(), node.lost]) : stopSignal());
  } catch (error) {
    // Nobody can be answered any more. Whatever fails at the end fails for the same reason.
    await node.close().catch(() => undefined);
    failOnState(error);
  }
  print("stopping");
  try {
    await node.close();
  } catch (error) {
    if (error instanceof StateError) failOnState(error);
    throw asDumpFault(error);
  }
  return EXIT_OK;
}

async function open(options: NodeOptions): Promise<RunningNode> {
  const { startNode } = await import("../runtime/node/node.js");
  try {
    return await startNode(options);
  } catch (error) {
    if (error instanceof StateError) failOnState(error);
    if (error instanceof DumpError) throw asDumpFault(error);
    const { code } = error as NodeJS.ErrnoException;
    const place = `${options.host ?? ""}:${options.port ?? ""}`;
    if (code === "EADDRINUSE") throw new InputError(`${place} is in use`, "stop what listens there, or choose another --port");
    if (code === "EACCES" || code === "EADDRNOTAVAIL" || code === "ENOTFOUND") throw new InputError(`cannot listen on ${place} (${code})`);
    throw error;
  }
}

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process as usual. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    const stop = (): void => {
      process.off("SIGINT", stop);
      process.off("SIGTERM", stop);
      resolve();
    };
    process.on("SIGINT", stop);
    process.on("SIGTERM", stop);
  });
}

/** What anvil prints: accounts, their keys (which everybody knows), the chain, and where it listens. */
function banner(node: RunningNode, options: NodeOptions, accounts: readonly string[]): string {
  const { wallet, chain } = node.chain;
  const ether = (chain.backend.head.account(wallet.addresses[0] ?? "")?.balance ?? 0n) / 10n ** 18n;
  const host = (options.host ?? "").includes(":") ? `[${options.host ?? ""}]` : options.host;
  return [
    `supervm ${VERSION}`,
    "",
    "Available Accounts",
    "==================",
    "",
    ...accounts.map((address, i) => `(${i}) ${address} (${ether}.000000000000000000 ETH)`),
    "",
    "Private Keys",
    "==================",
    "These keys are public: never send anything of value to their accounts.",
    "",
    ...wallet.addresses.map((address, i) => `(${i}) ${wallet.revealKey(address) ?? ""}`),
    "",
    "Wallet",
    "==================",
    `Mnemonic:          ${wallet.mnemonic}`,
    "Derivation path:   m/44'/60'/0'/0/",
    "",
    "Chain ID",
    "==================",
    "",
    chain.settings.chainId.toString(),
    "",
    "Base Fee",
    "==================",
    "",
    chain.settings.baseFee.toString(),
    "",
    "Gas Limit",
    "==================",
    "",
    chain.settings.gasLimit.toString(),
    "",
    "Genesis Timestamp",
    "==================",
    "",
    chain.settings.timestamp.toString(),
    "",
    `Listening on ${host}:${node.port}`,
  ].join("\n");
}

function listOf(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === "string" ? [value] : value;
}
