/**
 * `supervm run contract.wat`: calls of a contract that was written by hand to storage_api, chain_api and crypto_api (docs/host-abi.md, section 7). It is
 * on no chain: the calls of one command share a storage in memory, which ends with it.
 */
import fs from "node:fs";
import { DEV_ACCOUNTS } from "../machine/dev-accounts.js";
import { PublishedContract, type PublishedContext, type PublishedResult } from "../runtime/host/published/contract.js";
import { fits, type Signature, type ValueType } from "../runtime/host/published/signatures.js";
import { ModuleError } from "../runtime/host/wasm/reader.js";
import { addressKey } from "../runtime/store/keys.js";
import { showValue } from "../testing/show-value.js";
import { CommandLineError, EXIT_INPUT, EXIT_OK, InputError } from "./exit.js";
import { readWhole } from "./number.js";
import { parseWei, readCalls, sender, type PlannedCall } from "./run-arguments.js";
import type { ModuleArgs } from "./run-module.js";

/** Where the contract is said to be: the first that the first account would create. */
const CONTRACT = "0x5FbDB2315678afecb367f032d93F642f64180aa3";
const GAS_LIMIT = 30_000_000;
const TIMESTAMP = 1_700_000_000;
/** Options of chains and compilations, by the names that yargs gives them. */
const NOT_FOR_MODULES = ["state", "at", "chainId", "contract", "constructorArgs", "deployValue", "evmVersion", "remappings"] as const;

/** One call's result as it is shown. */
interface Shown {
  readonly call: string;
  readonly status: "success" | "failed";
  readonly values: readonly (number | bigint)[];
  readonly returnData: string;
  readonly events: readonly string[];
  readonly gasUsed: number;
  readonly error?: string;
}

/** Gives the exit code. Rejects with CommandLineError and InputError. */
export async function runModule(args: ModuleArgs): Promise<number> {
  requireModuleOptions(args as unknown as Readonly<Record<string, unknown>>);
  const calls = readCalls(args.call, args.args);
  if (calls.length === 0) throw new CommandLineError("there is nothing to call", "--call FUNCTION");
  const context: PublishedContext = {
    caller: addressKey(sender(args.from, DEV_ACCOUNTS)),
    contract: addressKey(CONTRACT),
    value: parseWei(args.value, "--value"),
    gasLimit: GAS_LIMIT,
    blockNumber: BigInt(readWhole(args.blockNumber, "--block-number", 0, Number.MAX_SAFE_INTEGER) ?? 1),
    timestamp: BigInt(readWhole(args.timestamp, "--timestamp", 0, Number.MAX_SAFE_INTEGER) ?? TIMESTAMP),
  };
  const contract = await load(args.file);
  // A call that cannot be made is found before any is.
  const ready = calls.map((call) => ({ ...call, values: valuesOf(contract, call) }));
  const storage = new Map<string, Uint8Array>();
  const shown: Shown[] = [];
  for (const { call, values } of ready) {
    const result = contract.call(call, values, { context, storage });
    for (const [key, value] of result.changes)
      if (value) storage.set(key, value);
      else storage.delete(key);
    shown.push(show(`${call}(${values.join(", ")})`, result));
    if (args.json !== true) process.stdout.write(render(shown[shown.length - 1]!, result));
    if (!result.success) break;
  }
  if (args.json === true)
    process.stdout.write(`${JSON.stringify({ target: "supervm", address: CONTRACT, calls: shown }, (_key, v: unknown) => (typeof v === "bigint" ? v.toString() : v), 2)}\n`);
  return shown.every((s) => s.status === "success") ? EXIT_OK : EXIT_INPUT;
}

function requireModuleOptions(args: Readonly<Record<string, unknown>>): void {
  const stray = NOT_FOR_MODULES.find((name) => args[name] !== undefined);
  const option = stray?.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  if (option !== undefined) throw new CommandLineError(`--${option} is not for WebAssembly written by hand: it is neither compiled nor deployed on a chain`);
  if (args.target !== undefined && args.target !== "supervm") throw new CommandLineError("WebAssembly runs on the target supervm", "--target supervm");
}

async function load(file: string): Promise<PublishedContract> {
  const bytes = /\.wat$/i.test(file) ? await assemble(file) : read(file);
  try {
    return new PublishedContract(bytes);
  } catch (error) {
    if (!(error instanceof ModuleError)) throw error;
    throw new InputError(`${file}: ${error.message}`, /\.wasm$/i.test(file) ? "a contract that supervm compiled is run by its artifact: supervm run Contract.json" : undefined);
  }
}

function read(file: string): Uint8Array {
  try {
    return fs.readFileSync(file);
  } catch (error) {
    throw new InputError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown"})`);
  }
}

async function assemble(file: string): Promise<Uint8Array> {
  const text = Buffer.from(read(file)).toString("utf8");
  const toolkit = await (await import("wabt")).default();
  try {
    const module = toolkit.parseWat(file, text, { bulk_memory: true, mutable_globals: true, multi_value: true, sign_extension: true });
    try {
      return module.toBinary({}).buffer;
    } finally {
      module.destroy();
    }
  } catch (error) {
    // wabt's messages name file, line and column.
    throw new InputError(error instanceof Error ? error.message.trim() : String(error));
  }
}

/** The arguments as the function takes them. Throws InputError. */
function valuesOf(contract: PublishedContract, { call, args }: PlannedCall): readonly (number | bigint)[] {
  const signature = contract.functions.get(call);
  if (!signature) throw new InputError(`the module exports no function '${call}'`, `it exports ${[...contract.functions.keys()].join(", ") || "none"}`);
  const values = args.map((value, i) => numberOf(value, signature.params[i]));
  if (values.includes(undefined) || !fits(signature, values as readonly (number | bigint)[]))
    throw new InputError(`the arguments of ${call} do not fit`, `it takes ${described(signature)}`);
  return values as readonly (number | bigint)[];
}

function described({ params }: Signature): string {
  return params.length === 0 ? "none" : `[${params.join(", ")}], whole numbers; large ones may be strings`;
}

function numberOf(value: unknown, type: ValueType | undefined): number | bigint | undefined {
  if (typeof value === "number" ? !Number.isSafeInteger(value) : typeof value !== "string" || !/^(-?\d+|0x[0-9a-fA-F]+)$/.test(value)) return undefined;
  const number = BigInt(value as number | string);
  return type === "i32" ? Number(number) : number;
}

function show(call: string, result: PublishedResult): Shown {
  return {
    call,
    status: result.success ? "success" : "failed",
    values: result.values,
    returnData: hexOf(result.returnData),
    events: result.logs.map((log) => hexOf(log.data)),
    gasUsed: result.gasUsed,
    ...(result.error !== undefined && { error: result.error }),
  };
}

function render({ call, status, values, gasUsed, error }: Shown, { logs }: PublishedResult): string {
  const answer = status === "failed" ? `failed: ${error ?? ""}` : values.length === 0 ? "done" : values.length === 1 ? String(values[0]) : showValue(values);
  return [`${call}: ${answer}`, ...logs.map(({ data }) => `  emitted ${textOf(data)}`), `  gas used ${gasUsed}`, ""].join("\n");
}

/** Printable text in quotes, other bytes in hex. */
function textOf(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString("latin1");
  return /^[ -~]+$/.test(text) ? JSON.stringify(text) : hexOf(bytes);
}

function hexOf(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes).toString("hex")}`;
}
