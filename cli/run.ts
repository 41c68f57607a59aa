/** `supervm run`: deploys a contract on an in-process chain and calls it. */
import type { AbiEntry } from "../compiler/driver/artifact.js";
import { TARGET_NAMES } from "../targets/registry.js";
import type { DecodedLog } from "../testing/codec.js";
import type { TestContract } from "../testing/chain.js";
import { RevertError } from "../testing/errors.js";
import { showValue } from "../testing/show-value.js";
import { compileOptions, targetsOf, type Command, type CompileArgs } from "./command.js";
import { CommandLineError, EXIT_INPUT, EXIT_OK } from "./exit.js";
import { load } from "./load.js";

interface Args extends CompileArgs {
  readonly file: string;
  readonly contract?: string;
  readonly call: string | readonly string[];
  readonly args?: string | readonly string[];
  readonly constructorArgs?: string;
  readonly from?: string;
  readonly value?: string;
  readonly deployValue?: string;
  readonly json?: boolean;
}

export const runCommand: Command<Args> = {
  usage: "run <file>",
  describe: "deploy a contract on a chain in this process and call it",
  options: (argv) =>
    compileOptions(argv)
      .positional("file", { type: "string", demandOption: true, describe: "source file, source.sol:Contract, or artifact" })
      .option("contract", { type: "string", describe: "which contract of the source; default: the last" })
      .option("call", { type: "string", describe: "function to call, by name or signature; may be repeated", demandOption: true })
      .option("args", { type: "string", describe: "its arguments as a JSON array; once for each --call" })
      .option("constructor-args", { type: "string", describe: "the constructor's arguments as a JSON array" })
      .option("from", { type: "string", describe: "sender: an address, or the number of a funded account (0 to 9)" })
      .option("value", { type: "string", describe: "wei sent with the calls" })
      .option("deploy-value", { type: "string", describe: "wei sent with the deployment" })
      .option("json", { type: "boolean", describe: "one JSON document on standard output and nothing else" }),
  run,
};

/** One call's result as it is shown. */
interface Shown {
  readonly call: string;
  readonly status: "success" | "reverted";
  readonly returnData: string;
  readonly result?: unknown;
  readonly reason?: string;
  readonly logs: readonly DecodedLog[];
  readonly gasUsed?: bigint;
}

async function run(args: Args): Promise<number> {
  const [target, ...others] = targetsOf(args.target, ["evm"]);
  if (target === undefined || others.length > 0) throw new CommandLineError("run takes one target", `--target ${TARGET_NAMES.join("|")}`);
  const calls = typeof args.call === "string" ? [args.call] : [...args.call];
  const argumentLists = typeof args.args === "string" ? [args.args] : [...(args.args ?? [])];
  if (argumentLists.length > calls.length) throw new CommandLineError("there are more --args than --call");
  const constructorArgs = parseArguments(args.constructorArgs, "--constructor-args");
  const parsed = calls.map((_, i) => parseArguments(argumentLists[i], "--args"));
  const value = parseWei(args.value, "--value");
  const deployValue = parseWei(args.deployValue, "--deploy-value");
  const { createChain } = await import("../testing/index.js");
  const loaded = await load(args.file, args.contract, args, [target]);
  if (!loaded) return EXIT_INPUT;
  const chain = await createChain(target, args.evmVersion === undefined ? {} : { evmVersion: args.evmVersion });
  try {
    const from = sender(
      args.from,
      chain.accounts.map((a) => a.address),
    );
    const contract = await chain.deploy(loaded.artifact, { args: constructorArgs, from, value: deployValue });
    const shown: Shown[] = [];
    for (const [i, call] of calls.entries()) {
      const result = await callOnce(contract, call, parsed[i]!, { from, value });
      shown.push(result);
      if (result.status === "reverted") break;
    }
    if (args.json === true) process.stdout.write(`${JSON.stringify({ target, address: contract.address, calls: shown }, jsonValue, 2)}\n`);
    else for (const result of shown) process.stdout.write(render(result));
    return shown.every((s) => s.status === "success") ? EXIT_OK : EXIT_INPUT;
  } catch (error) {
    if (!(error instanceof RevertError)) throw error;
    process.stderr.write(`error: ${error.message}\n`);
    return EXIT_INPUT;
  } finally {
    await chain.close();
  }
}

function jsonValue(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}

async function callOnce(contract: TestContract, call: string, args: readonly unknown[], options: { from: string; value: bigint }): Promise<Shown> {
  const fragment = contract.codec.function(call, args);
  const signature = `${fragment.name}(${args.map(showValue).join(", ")})`;
  const entry = contract.artifact.abi.find((e: AbiEntry) => e.type === "function" && e.name === fragment.name);
  const name = fragment.format("sighash");
  try {
    if (fragment.constant || entry?.stateMutability === "view" || entry?.stateMutability === "pure") {
      const { returnData } = await contract.chain.call({ ...options, to: contract.address, data: contract.encode(name, args) });
      return { call: signature, status: "success", returnData, result: contract.codec.decodeResult(name, args, returnData), logs: [] };
    }
    const receipt = await contract.send(name, args, options);
    return {
      call: signature,
      status: "success",
      returnData: receipt.returnData,
      result: contract.codec.decodeResult(name, args, receipt.returnData),
      logs: receipt.logs,
      gasUsed: receipt.gasUsed,
    };
  } catch (error) {
    if (!(error instanceof RevertError)) throw error;
    return { call: signature, status: "reverted", returnData: error.data, ...(error.reason !== undefined && { reason: error.reason }), logs: [] };
  }
}

function render(shown: Shown): string {
  if (shown.status === "reverted")
    return `${shown.call}: reverted${shown.reason === undefined ? (shown.returnData === "0x" ? "" : ` with ${shown.returnData}`) : `: ${shown.reason}`}\n`;
  const lines = [shown.result === undefined ? `${shown.call}: done` : `${shown.call}: ${showValue(shown.result)}`];
  for (const log of shown.logs)
    lines.push(`  emitted ${log.event === undefined ? `${log.topics.join(" ")} ${log.data}` : `${log.event}${showValue(log.args).replace(/^\[/, "(").replace(/\]$/, ")")}`}`);
  if (shown.gasUsed !== undefined) lines.push(`  gas used ${shown.gasUsed}`);
  return `${lines.join("\n")}\n`;
}

/** A JSON array of arguments; whole numbers of any size keep their value. */
function parseArguments(text: string | undefined, option: string): readonly unknown[] {
  if (text === undefined || text.trim() === "") return [];
  let value: unknown;
  try {
    // Numbers beyond 2^53 would lose digits: they are read as strings, which the ABI coder takes.
    value = JSON.parse(text.replace(/("(?:[^"\\]|\\.)*")|(-?\d{16,})/g, (_m, string: string | undefined, number: string) => string ?? `"${number}"`));
  } catch (error) {
    throw new CommandLineError(`${option} is not JSON: ${error instanceof Error ? error.message : ""}`, `write an array, for example ${option} '["0x...", 5]'`);
  }
  if (!Array.isArray(value)) throw new CommandLineError(`${option} must be a JSON array`, `for example ${option} '["0x...", 5]'`);
  return value;
}

function parseWei(text: string | undefined, option: string): bigint {
  if (text === undefined) return 0n;
  if (!/^(0x[0-9a-fA-F]+|\d+)$/.test(text)) throw new CommandLineError(`${option} '${text}' is not a number of wei`);
  return BigInt(text);
}

function sender(from: string | undefined, accounts: readonly string[]): string {
  if (from === undefined) return accounts[0]!;
  if (/^\d$/.test(from)) return accounts[Number(from)]!;
  if (!/^0x[0-9a-fA-F]{40}$/.test(from)) throw new CommandLineError(`--from '${from}' is neither an address nor the number of an account`);
  return from;
}
