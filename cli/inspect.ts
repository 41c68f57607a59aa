/** `supervm inspect`: one field of a contract on standard output. */
import { fullName, type Artifact } from "../compiler/driver/artifact.js";
import type { EmitKind } from "../compiler/driver/options.js";
import { TARGET_NAMES } from "../targets/registry.js";
import type { TargetName } from "../targets/target.js";
import { compileOptions, targetsOf, type Command, type CompileArgs } from "./command.js";
import { EXIT_INPUT, EXIT_OK, InputError } from "./exit.js";
import { load, type Loaded } from "./load.js";
import { table } from "./terminal.js";

const FIELDS = [
  "abi",
  "methods",
  "events",
  "errors",
  "storage-layout",
  "metadata",
  "sizes",
  "bytecode",
  "deployed-bytecode",
  "wasm",
  "program",
  "ir",
  "asm",
  "wat",
  "disasm",
] as const;
type Field = (typeof FIELDS)[number];

interface Args extends CompileArgs {
  readonly file: string;
  readonly field: Field;
  readonly contract?: string;
  readonly json?: boolean;
}

export const inspectCommand: Command<Args> = {
  usage: "inspect <file> <field>",
  describe: "show one field of a contract",
  options: (argv) =>
    compileOptions(argv)
      .positional("file", { type: "string", demandOption: true, describe: "source file, source.sol:Contract, or artifact" })
      .positional("field", { choices: FIELDS, demandOption: true, describe: "what to show" })
      .option("contract", { type: "string", describe: "which contract of the source; default: the last" })
      .option("json", { type: "boolean", describe: "JSON in place of a table" }),
  run,
};

/** Which targets and outputs a field needs. */
function needs(field: Field, given: readonly TargetName[]): { targets: readonly TargetName[]; emit: readonly EmitKind[] } {
  switch (field) {
    case "asm":
      return { targets: ["evm"], emit: ["asm"] };
    case "wat":
    case "wasm":
      return { targets: ["supervm"], emit: field === "wat" ? ["wat"] : [] };
    case "disasm":
    case "program":
      return { targets: ["solana"], emit: field === "disasm" ? ["disasm"] : [] };
    case "ir":
      return { targets: ["evm"], emit: ["ir"] };
    case "sizes":
      return { targets: TARGET_NAMES, emit: [] };
    default:
      return { targets: given, emit: [] };
  }
}

async function run(args: Args): Promise<number> {
  const { targets, emit } = needs(args.field, targetsOf(args.target, ["evm"]));
  const loaded = await load(args.file, args.contract, args, targets, emit);
  if (!loaded) return EXIT_INPUT;
  process.stdout.write(await show(args, loaded, targets[0] ?? "evm"));
  return EXIT_OK;
}

async function show(args: Args, loaded: Loaded, target: TargetName): Promise<string> {
  const { artifact } = loaded;
  switch (args.field) {
    case "abi":
      return json(artifact.abi);
    case "metadata":
      return json(artifact.metadata);
    case "storage-layout":
      return args.json === true ? json(artifact.storageLayout) : storageTable(artifact);
    case "methods":
    case "events":
    case "errors":
      return await signatures(artifact, args.field, args.json === true);
    case "sizes":
      return sizes(artifact, args.json === true);
    case "bytecode":
      return hexField(artifact, target, "bytecode");
    case "deployed-bytecode":
      return hexField(artifact, "evm", "deployedBytecode");
    case "wasm":
      return hexField(artifact, "supervm", "wasm");
    case "program":
      return hexField(artifact, "solana", "program");
    default:
      return text(loaded, args.field);
  }
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function hexField(artifact: Artifact, target: TargetName, field: string): string {
  const value = artifact.targets[target]?.[field];
  if (typeof value !== "string") throw new InputError(`the artifact of '${artifact.contractName}' has no ${field} for ${target}`);
  return `${value}\n`;
}

function text(loaded: Loaded, field: string): string {
  const files = loaded.files.get(fullName(loaded.artifact)) ?? {};
  const found = Object.entries(files).find(([extension, content]) => typeof content === "string" && extension.endsWith(`.${field}`));
  if (!found) throw new InputError(`there is no ${field} for '${loaded.artifact.contractName}'`, "give a source file rather than an artifact");
  return String(found[1]);
}

async function signatures(artifact: Artifact, field: "methods" | "events" | "errors", asJson: boolean): Promise<string> {
  const { Interface } = await import("ethers");
  // Libraries have functions that the ABI leaves out, and signatures with structs that it does not tell.
  const known = field === "methods" ? artifact.metadata.output.methodIdentifiers : undefined;
  const iface = new Interface(known ? [] : artifact.abi);
  const rows = Object.entries(known ?? {}).map(([signature, selector]): [string, string] => [`0x${selector}`, signature]);
  if (field === "methods") iface.forEachFunction((f) => rows.push([f.selector, f.format("sighash")]));
  if (field === "events") iface.forEachEvent((e) => rows.push([e.topicHash, e.format("sighash")]));
  if (field === "errors") iface.forEachError((e) => rows.push([e.selector, e.format("sighash")]));
  if (asJson) return json(Object.fromEntries(rows.map(([id, signature]) => [signature, id])));
  return table([["id", "signature"], ...rows]);
}

function storageTable(artifact: Artifact): string {
  const types = artifact.storageLayout.types ?? {};
  const rows = artifact.storageLayout.storage.map((item) => {
    const type = types[item.type] as { label?: string; numberOfBytes?: string } | undefined;
    return [item.label, type?.label ?? item.type, item.slot, String(item.offset), type?.numberOfBytes ?? "", item.contract];
  });
  return table([["name", "type", "slot", "offset", "bytes", "contract"], ...rows], [2, 3, 4]);
}

function sizes(artifact: Artifact, asJson: boolean): string {
  const size = (target: TargetName, field: string): number | undefined => {
    const value = artifact.targets[target]?.[field];
    return typeof value === "string" ? (value.length - 2) / 2 : undefined;
  };
  const rows: [string, number | undefined, number][] = [
    ["evm runtime", size("evm", "deployedBytecode"), 24576],
    ["evm creation", size("evm", "bytecode"), 49152],
    ["supervm module", size("supervm", "wasm"), 0],
    ["solana program", size("solana", "program"), 10485760],
  ];
  const known = rows.filter(([, bytes]) => bytes !== undefined);
  if (asJson) return json(Object.fromEntries(known.map(([name, bytes]) => [name, bytes])));
  return table([["code", "bytes", "limit"], ...known.map(([name, bytes, limit]) => [name, String(bytes), limit > 0 ? String(limit) : ""])], [1, 2]);
}
