/**
 * The differential harness of the Solidity frontend: the same sources, the same deployment and the same messages, on one side compiled by
 * solc and run on an EVM, on the other compiled to IR and run by the interpreter. Status, return data and logs must be equal.
 *
 *   await differential({ source, contract: "C", calls: [call("f(uint256)", [1n])] });
 *
 * Addresses agree because both sides create from the same sender with the same nonces.
 */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { createEVM, type EVM } from "@ethereumjs/evm";
import { Common, Hardfork, Mainnet } from "@ethereumjs/common";
import { type Address, bytesToHex, createAccount, createAddressFromString, hexToBytes } from "@ethereumjs/util";
import { AbiCoder, id } from "ethers";
import { DiagnosticSink } from "../../compiler/diagnostics/diagnostic.js";
import { loadSources } from "../../compiler/frontends/solidity/imports/resolve.js";
import type { RevertStrings } from "../../compiler/frontends/solidity/lowering/context.js";
import { lower } from "../../compiler/frontends/solidity/lowering/lower.js";
import { check } from "../../compiler/frontends/solidity/semantics/check.js";
import { DEFAULT_SENDER, World } from "../../compiler/ir/interpreter/world.js";
import type { Module } from "../../compiler/ir/module.js";
import { assertValid } from "../../compiler/ir/verifier.js";
import { solc } from "./solc.js";

/** Sources by name; imports of packages come from node_modules. */
export type Sources = Readonly<Record<string, string>>;

export interface Call {
  /** What a failure's message names. */
  readonly label: string;
  /** 0x-hex. */
  readonly data: string;
  readonly value: bigint;
  readonly from: bigint;
}

export interface Scenario {
  /** One file, or several by name. */
  readonly source: string | Sources;
  readonly contract: string;
  /** Types and values of the constructor's arguments. */
  readonly constructorArgs?: readonly [types: readonly string[], values: readonly unknown[]];
  readonly value?: bigint;
  readonly revertStrings?: RevertStrings;
  readonly calls: readonly Call[];
}

/** What a message did. */
export interface Observed {
  readonly success: boolean;
  readonly returnData: string;
  readonly logs: readonly { readonly address: string; readonly topics: readonly string[]; readonly data: string }[];
}

/** The block that the interpreter's world assumes too. */
const BLOCK = {
  header: {
    ...{ number: 1n, coinbase: createAddressFromString("0x" + "00".repeat(20)), timestamp: 1_700_000_000n, difficulty: 0n, gasLimit: 30_000_000n },
    ...{ baseFeePerGas: 0n, prevRandao: new Uint8Array(32), getBlobGasPrice: () => 1n },
  },
};

export const ALICE = DEFAULT_SENDER;
export const BOB = DEFAULT_SENDER + 0x1000n;

/** Types of a signature's parameters: `f(uint256,(bool,bytes)[])` -> two. */
function parameterTypes(signature: string): string[] {
  const inner = signature.slice(signature.indexOf("(") + 1, -1);
  const types: string[] = [];
  let depth = 0;
  let type = "";
  for (const c of inner) {
    if (c === "," && depth === 0) {
      types.push(type);
      type = "";
      continue;
    }
    if (c === "(") depth++;
    if (c === ")") depth--;
    type += c;
  }
  return type === "" ? types : [...types, type];
}

/** A call of a function by its canonical signature. */
export function call(signature: string, args: readonly unknown[] = [], options: { value?: bigint; from?: bigint } = {}): Call {
  const data = id(signature).slice(0, 10) + AbiCoder.defaultAbiCoder().encode(parameterTypes(signature), args).slice(2);
  return { label: signature, data, value: options.value ?? 0n, from: options.from ?? ALICE };
}

/** A message with any data. */
export function raw(data: string, options: { value?: bigint; from?: bigint } = {}): Call {
  return { label: data === "0x" ? "empty call data" : data, data, value: options.value ?? 0n, from: options.from ?? ALICE };
}

function sourcesOf(scenario: Scenario): Sources {
  return typeof scenario.source === "string" ? { "main.sol": scenario.source } : scenario.source;
}

/** Compiles sources to IR; throws with the diagnostics where they have errors. */
export function lowerSources(sources: Sources, revertStrings: RevertStrings = "default"): Module[] {
  const sink = new DiagnosticSink();
  const inMemory = Object.fromEntries(Object.entries(sources).map(([name, content]) => [name, { content }]));
  const fail = (): never => {
    throw new Error(sink.all.map((d) => `${d.kind} ${d.code}: ${d.message}`).join("\n"));
  };
  const loaded = loadSources({ sources: inMemory, root: process.cwd(), remappings: [] }, sink);
  if (sink.hasErrors) fail();
  const program = check(loaded, sink);
  if (sink.hasErrors) fail();
  const modules = lower(program, { revertStrings }, sink);
  if (sink.hasErrors) fail();
  for (const module of modules) assertValid(module, "lowering");
  return modules;
}

/** solc's creation code of a contract. */
function solcBytecode(sources: Sources, contract: string, revertStrings: RevertStrings): string {
  const input = {
    language: "Solidity",
    sources: Object.fromEntries(Object.entries(sources).map(([name, content]) => [name, { content }])),
    settings: { viaIR: true, debug: { revertStrings }, optimizer: { enabled: true }, outputSelection: { "*": { "*": ["evm.bytecode.object"] } } },
  };
  const output = JSON.parse(solc().compile(JSON.stringify(input), { import: readPackage })) as {
    errors?: { severity: string; formattedMessage: string }[];
    contracts?: Record<string, Record<string, { evm: { bytecode: { object: string } } }>>;
  };
  const errors = (output.errors ?? []).filter((e) => e.severity === "error");
  if (errors.length > 0) throw new Error(errors.map((e) => e.formattedMessage).join("\n"));
  for (const contracts of Object.values(output.contracts ?? {})) {
    const found = contracts[contract];
    if (found) return "0x" + found.evm.bytecode.object;
  }
  throw new Error(`solc made no contract ${contract}`);
}

function readPackage(name: string): { contents: string } | { error: string } {
  const file = path.join("node_modules", name);
  return fs.existsSync(file) ? { contents: fs.readFileSync(file, "utf8") } : { error: "not found" };
}

const hex = (n: bigint, bytes: number): string => "0x" + n.toString(16).padStart(2 * bytes, "0");

/** One side of the comparison. */
interface Side {
  deploy(args: string, value: bigint): Promise<Observed>;
  send(message: Call): Promise<Observed>;
}

class InterpreterSide implements Side {
  private readonly world: World;
  private readonly name: string;
  private address = 0n;

  constructor(sources: Sources, contract: string, revertStrings: RevertStrings) {
    const modules = lowerSources(sources, revertStrings);
    const module = modules.find((m) => m.name.endsWith(`:${contract}`));
    if (!module) throw new Error(`no module ${contract}`);
    this.name = module.name;
    this.world = new World(modules);
    for (const account of [ALICE, BOB]) this.world.setBalance(account, 10n ** 20n);
  }

  async deploy(args: string, value: bigint): Promise<Observed> {
    const result = this.world.deploy({ module: this.name, args: hexToBytes(args as `0x${string}`), value });
    this.address = result.address ?? 0n;
    return this.observed({ ...result, returnData: result.success ? new Uint8Array() : result.returnData });
  }

  async send(message: Call): Promise<Observed> {
    const { from, value } = message;
    return this.observed(this.world.send({ to: this.address, from, value, data: hexToBytes(message.data as `0x${string}`) }));
  }

  private observed(result: ReturnType<World["send"]>): Observed {
    const logs = result.logs.map((l) => ({ address: hex(l.address, 20), topics: l.topics.map((t) => hex(t, 32)), data: bytesToHex(l.data) }));
    return { success: result.success, returnData: bytesToHex(result.returnData), logs };
  }
}

class EvmSide implements Side {
  private address: Address | undefined;

  private constructor(
    private readonly evm: EVM,
    private readonly bytecode: string,
  ) {}

  static async create(sources: Sources, contract: string, revertStrings: RevertStrings): Promise<EvmSide> {
    const evm = await createEVM({ common: new Common({ chain: Mainnet, hardfork: Hardfork.Osaka }) });
    for (const account of [ALICE, BOB]) await evm.stateManager.putAccount(createAddressFromString(hex(account, 20)), createAccount({ nonce: 0n, balance: 10n ** 20n }));
    return new EvmSide(evm, solcBytecode(sources, contract, revertStrings));
  }

  async deploy(args: string, value: bigint): Promise<Observed> {
    return this.run({ data: this.bytecode + args.slice(2), value, from: ALICE, label: "constructor" }, true);
  }

  async send(message: Call): Promise<Observed> {
    return this.run(message, false);
  }

  private async run(message: Call, creates: boolean): Promise<Observed> {
    const caller = createAddressFromString(hex(message.from, 20));
    const account = await this.evm.stateManager.getAccount(caller);
    // A creation counts the sender's nonce up itself.
    if (account && !creates) {
      account.nonce++;
      await this.evm.stateManager.putAccount(caller, account);
    }
    const result = await this.evm.runCall({
      ...{ caller, origin: caller, value: message.value, data: hexToBytes(message.data as `0x${string}`), gasLimit: 0xffffffffn, block: BLOCK },
      ...(creates ? {} : { to: this.address }),
    });
    if (creates) this.address = result.createdAddress;
    const { exceptionError, returnValue, logs } = result.execResult;
    const success = exceptionError === undefined;
    const shown = success ? (logs ?? []).map(([a, topics, data]) => ({ address: bytesToHex(a), topics: topics.map((t) => bytesToHex(t)), data: bytesToHex(data) })) : [];
    return { success, returnData: creates && success ? "0x" : bytesToHex(returnValue), logs: shown };
  }
}

/** Runs a scenario on both sides and compares step by step. */
export async function differential(scenario: Scenario): Promise<void> {
  const sources = sourcesOf(scenario);
  const revertStrings = scenario.revertStrings ?? "default";
  const ours = new InterpreterSide(sources, scenario.contract, revertStrings);
  const theirs = await EvmSide.create(sources, scenario.contract, revertStrings);
  const args = scenario.constructorArgs ? AbiCoder.defaultAbiCoder().encode(...scenario.constructorArgs) : "0x";
  const deployed = await theirs.deploy(args, scenario.value ?? 0n);
  assert.deepEqual(await ours.deploy(args, scenario.value ?? 0n), deployed, "constructor");
  if (!deployed.success) return;
  for (const message of scenario.calls) assert.deepEqual(await ours.send(message), await theirs.send(message), message.label);
}
