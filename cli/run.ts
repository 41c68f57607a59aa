/** `supervm run`: deploys a contract on an in-process chain and calls it; with a state (run-state.ts) the chain outlives the command. */
import type { AbiEntry } from "../compiler/driver/artifact.js";
import { TARGET_NAMES } from "../targets/registry.js";
import type { TargetName } from "../targets/target.js";
import type { DecodedLog } from "../testing/codec.js";
import type { TestChain, TestContract } from "../testing/chain.js";
import { RevertError } from "../testing/errors.js";
import { showValue } from "../testing/show-value.js";
import { compileOptions, targetsOf, type Command, type CompileArgs } from "./command.js";
import { CommandLineError, EXIT_INPUT, EXIT_OK } from "./exit.js";
import { load, type Loaded } from "./load.js";
import { parseArguments, parseWei, readCalls, sender, type PlannedCall } from "./run-arguments.js";
import { isModuleFile, moduleOptions, refuseModuleOptions, type ModuleArgs } from "./run-module.js";
import { failOnChain, openRunState, requireKept, runState, runStateOptions, type RunState, type RunStateArgs } from "./run-state.js";

interface Args extends CompileArgs, RunStateArgs, ModuleArgs {
  readonly file: string;
  readonly contract?: string;
  readonly call?: string | readonly string[];
  readonly args?: string | readonly string[];
  readonly constructorArgs?: string;
  readonly from?: string;
  readonly value?: string;
  readonly deployValue?: string;
  readonly json?: boolean;
}

export const runCommand: Command<Args> = {
  usage: "run <file>",
  describe: "deploy a contract on a chain in this process, or one that is kept, and call it",
  options: (argv) =>
    moduleOptions(runStateOptions(compileOptions(argv)))
      .positional("file", { type: "string", demandOption: true, describe: "source file, source.sol:Contract, artifact, or WebAssembly written by hand (.wat, .wasm)" })
      .option("contract", { type: "string", describe: "which contract of the source; default: the last" })
      .option("call", { type: "string", describe: "function to call, by name or signature; may be repeated" })
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

/** What is to be done, as the command line says it. */
interface Plan {
  readonly calls: readonly PlannedCall[];
  readonly constructorArgs: readonly unknown[];
  readonly value: bigint;
  readonly deployValue: bigint;
}

async function run(args: Args): Promise<number> {
  if (isModuleFile(args.file)) return (await import("./module-calls.js")).runModule(args);
  refuseModuleOptions(args);
  const state = await runState(args);
  const [target, ...others] = targetsOf(args.target, [state ? "supervm" : "evm"]);
  if (target === undefined || others.length > 0) throw new CommandLineError("run takes one target", `--target ${TARGET_NAMES.join("|")}`);
  if (state) requireKept(target);
  const plan = readPlan(args, state);
  const loaded = await load(args.file, args.contract, args, [target]);
  if (!loaded) return EXIT_INPUT;
  // A call that cannot be made is found before anything is deployed.
  const { Codec } = await import("../testing/codec.js");
  const codec = new Codec(loaded.artifact.abi);
  for (const { call, args: callArgs } of plan.calls) codec.function(call, callArgs);
  const chain = await openChain(target, args, state);
  try {
    return await perform(chain, plan, loaded, args, state);
  } catch (error) {
    if (error instanceof RevertError) {
      process.stderr.write(`error: ${error.message}\n`);
      return EXIT_INPUT;
    }
    if (state) failOnChain(error, state.at);
    throw error;
  } finally {
    await chain.close();
  }
}

/** Throws CommandLineError. */
function readPlan(args: Args, state: RunState | undefined): Plan {
  const calls = readCalls(args.call, args.args);
  // A deployment alone leaves something behind only where the chain is kept.
  if (calls.length === 0 && (!state || state.at !== undefined)) throw new CommandLineError("there is nothing to call", "--call FUNCTION");
  if (state?.at !== undefined && (args.constructorArgs !== undefined || args.deployValue !== undefined))
    throw new CommandLineError(`--at deploys nothing, ${args.constructorArgs === undefined ? "--deploy-value" : "--constructor-args"} is for a deployment: choose one`);
  return {
    constructorArgs: parseArguments(args.constructorArgs, "--constructor-args"),
    calls,
    value: parseWei(args.value, "--value"),
    deployValue: parseWei(args.deployValue, "--deploy-value"),
  };
}

async function openChain(target: TargetName, args: Args, state: RunState | undefined): Promise<TestChain> {
  if (state) return openRunState(state);
  const { createChain } = await import("../testing/index.js");
  return createChain(target, args.evmVersion === undefined ? {} : { evmVersion: args.evmVersion });
}

async function perform(chain: TestChain, plan: Plan, { artifact }: Loaded, args: Args, state: RunState | undefined): Promise<number> {
  const { value } = plan;
  const from = sender(
    args.from,
    chain.accounts.map((a) => a.address),
  );
  const print = args.json === true ? (): void => undefined : (text: string): void => void process.stdout.write(text);
  const contract = state?.at === undefined ? await chain.deploy(artifact, { args: plan.constructorArgs, from, value: plan.deployValue }) : chain.attach(artifact, state.at);
  if (state && state.at === undefined) print(`${artifact.contractName}: deployed at ${contract.address}\n`);
  const shown: Shown[] = [];
  for (const { call, args: callArgs } of plan.calls) {
    const result = await callOnce(contract, call, callArgs, { from, value });
    shown.push(result);
    print(render(result));
    if (result.status === "reverted") break;
  }
  if (args.json === true) process.stdout.write(`${JSON.stringify({ target: chain.name, address: contract.address, calls: shown }, jsonValue, 2)}\n`);
  return shown.every((s) => s.status === "success") ? EXIT_OK : EXIT_INPUT;
}

function jsonValue(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}

async function callOnce(contract: TestContract, call: string, args: readonly unknown[], options: { from: string; value: bigint }): Promise<Shown> {
  const fragment = contract.codec.function(call, args);
  const signature = `${fragment.name}(${args.map(showValue).join(", ")})`;
  const entry = contract.artifact.abi.find((e: AbiEntry) => e.type === "function" && e.name === fragment.name);
  const name = fragment.signature;
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
