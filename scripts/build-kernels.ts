/**
 * Compiles the kernels (stdlib/kernels, AssemblyScript) and writes them as base64 into sources: targets/supervm/kernels.gen.ts, which every
 * contract module carries, and machine/keccak.gen.ts for the host. Constants of the host ABI
 * reach them as a generated first source, so that both sides use the same numbers. All of the host's imports are declared in the
 * result, in the ABI's order: contract modules are made by adding functions behind the kernels', which keep their indices.
 *
 *   node dist/scripts/build-kernels.js        (before tsc: tsx scripts/build-kernels.ts)
 */
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import asc from "assemblyscript/asc";
import binaryen from "binaryen";
import * as abi from "../runtime/host/abi.js";
import { GAS } from "../runtime/host/gas-schedule.js";
import { HOST_IMPORTS } from "../targets/supervm/host-imports.js";

const SOURCES = join("stdlib", "kernels");

/** One module of WebAssembly made from the kernels. */
interface Output {
  /** Source whose exports are the module's. */
  readonly entry: string;
  readonly file: string;
  readonly constant: string;
  /** What the constant is, for its reader. */
  readonly title: string;
  readonly finish: (wasm: Uint8Array) => Uint8Array;
}

const OUTPUTS: readonly Output[] = [
  { entry: "index.ts", file: join("targets", "supervm", "kernels.gen.ts"), constant: "KERNELS", title: "the kernels that contract modules carry", finish: declareImports },
  { entry: "host/keccak.ts", file: join("machine", "keccak.gen.ts"), constant: "KECCAK", title: "Keccak-256 for the host", finish: (wasm) => wasm },
];

/** The ABI's constants as global constants of AssemblyScript. */
function abiSource(): string {
  const lines: string[] = [];
  const define = (name: string, type: string, value: number): void => void lines.push(`@global const ${name}: ${type} = ${value};`);
  for (const [name, address] of Object.entries(abi.CELL)) define(`CELL_${name}`, "usize", address);
  for (const [name, status] of Object.entries(abi.STATUS)) define(`STATUS_${name}`, "i32", status);
  for (const [name, price] of Object.entries(GAS)) define(`GAS_${name}`, "i64", price);
  for (const name of ["SCRATCH", "CALLDATA", "CALLDATA_WINDOW", "MACHINE_BASE", "INITIAL_EXTENT", "EXTENT_STEP", "MACHINE_LIMIT"] as const) {
    define(name, "u32", abi[name]);
  }
  define("MAX_RECURSION", "i32", abi.MAX_RECURSION);
  return lines.join("\n") + "\n";
}

/** The kernels' sources by the names under which asc asks for them. */
function sources(): Map<string, string> {
  const files = new Map<string, string>([["abi.ts", abiSource()]]);
  for (const name of readdirSync(SOURCES, { recursive: true, encoding: "utf8" }))
    if (name.endsWith(".ts")) files.set(name.replaceAll("\\", "/"), readFileSync(join(SOURCES, name), "utf8"));
  return files;
}

/** Runs asc in memory; throws with its messages. */
async function compile(entry: string): Promise<Uint8Array> {
  const files = sources();
  let output: Uint8Array | undefined;
  const args = ["abi.ts", entry, "--outFile", "kernels.wasm", "--runtime", "stub", "-O3", "--noAssert", "--use", "abort="];
  const options = ["--memoryBase", String(abi.STATIC_DATA), "--initialMemory", String(abi.INITIAL_PAGES), "--disable", "nontrapping-f2i"];
  const messages: string[] = [];
  const { error } = await asc.main([...args, ...options], {
    readFile: (name: string) => files.get(name.replace(/^\.\//, "")) ?? null,
    writeFile: (_name: string, content: string | Uint8Array) => {
      if (typeof content !== "string") output = content;
    },
    listFiles: () => [],
    reportDiagnostic: (diagnostic) => messages.push(diagnostic.message),
  });
  if (error || !output) throw new Error(`asc failed: ${error?.message ?? "no output"}\n${messages.join("\n")}`);
  return output;
}

/** Adds the imports that no kernel uses. */
function declareImports(wasm: Uint8Array): Uint8Array {
  const module = binaryen.readBinary(wasm);
  module.setFeatures(binaryen.Features.MVP | binaryen.Features.BulkMemory | binaryen.Features.BulkMemoryOpt | binaryen.Features.MutableGlobals | binaryen.Features.SignExt);
  for (const { name, params, result } of HOST_IMPORTS) {
    const types = binaryen.createType(new Array<number>(params).fill(binaryen.i32));
    module.addFunctionImport(`host.${name}`, abi.HOST_MODULE, name, types, result ? binaryen.i32 : binaryen.none);
  }
  // A name that asc imported already is now declared twice; one of each pair goes as a duplicate.
  module.runPasses(["duplicate-import-elimination"]);
  if (!module.validate()) throw new Error("the kernels are not valid");
  const bytes = module.emitBinary();
  module.dispose();
  return bytes;
}

async function build({ entry, file, constant, title, finish }: Output): Promise<void> {
  const wasm = finish(await compile(entry));
  const text = Buffer.from(wasm)
    .toString("base64")
    .replace(/.{1,140}/g, '  "$&",\n');
  writeFileSync(
    file,
    `/** Generated by scripts/build-kernels.ts from stdlib/kernels: ${title} as WebAssembly, base64. */\nexport const ${constant}: string = [\n${text}].join("");\n`,
  );
  process.stdout.write(`${file}: ${wasm.length} bytes of WebAssembly\n`);
}

export async function buildKernels(): Promise<void> {
  for (const output of OUTPUTS) await build(output);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await buildKernels();
