/**
 * `node dist/scripts/compile-packages.js [--target T,...] [--each] [FOLDER...]`: compiles every Solidity file of packages that people build on, as
 * npm delivers them, and the fixtures that derive concrete contracts from abstract ones; prints a table of files, contracts with code, their
 * size, errors and time. A folder is one compilation, or, with `--each`, every file is one of its own. Exits 1 on an error.
 */
import fs from "node:fs";
import path from "node:path";
import { table } from "../cli/terminal.js";
import { compile, type Artifact, type TargetName } from "../index.js";

const FOLDERS = [
  "node_modules/@uniswap/v2-core",
  "node_modules/@uniswap/v3-core",
  "node_modules/solmate",
  "node_modules/solady",
  "node_modules/openzeppelin-contracts-3",
  "node_modules/openzeppelin-contracts-4",
  "node_modules/@openzeppelin/contracts",
  "fixtures/solidity/oz",
  "fixtures/solidity/older",
];
const TARGETS: readonly TargetName[] = ["evm", "supervm", "solana"];
/** Solmate's own tests import DappTools, which npm does not deliver. */
const INCOMPLETE = /\/solmate\/src\/test\//;
/** Fixtures that belong together come in by import: they may need several lines, as one compilation may not. */
const SEPARATE = new Set(["fixtures/solidity/older"]);
/** Where an artifact's part holds its code. */
const CODE: Readonly<Record<TargetName, string>> = { evm: "deployedBytecode", supervm: "wasm", solana: "program" };

function filesOf(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true })
    .map((name) => path.join(folder, String(name)))
    .filter((name) => name.endsWith(".sol") && !INCOMPLETE.test(name))
    .sort();
}

/** Bytes of code in all; on Solana, where contracts of one compilation share a program, of its one program. */
function codeBytes(artifacts: readonly Artifact[], target: TargetName): number {
  const code = artifacts.flatMap((a) => (a.targets[target] ? [a.targets[target][CODE[target]] as string] : []));
  const counted = target === "solana" ? [...new Set(code)] : code;
  return counted.reduce((sum, hex) => sum + (hex.length - 2) / 2, 0);
}

interface Row {
  readonly cells: string[];
  readonly failed: boolean;
}

async function row(folder: string, target: TargetName, each: boolean): Promise<Row> {
  const files = filesOf(folder);
  const started = performance.now();
  let [contracts, bytes, errors] = [0, 0, 0];
  for (const sources of each || SEPARATE.has(folder) ? files.map((file) => [file]) : [files]) {
    const { artifacts, diagnostics } = await compile({ sources, targets: [target], cache: false });
    const faults = diagnostics.filter((d) => d.severity === "error");
    for (const fault of faults) process.stderr.write(`${target}, ${sources.length === 1 ? sources[0]! : folder}: ${fault.formatted}\n`);
    const complete = [...new Set(Object.values(artifacts))].filter((a) => a.targets[target]);
    contracts += complete.length;
    bytes += codeBytes(complete, target);
    errors += faults.length;
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  return { cells: [folder, target, files.length, contracts, bytes, errors, seconds].map(String), failed: errors > 0 };
}

const args = process.argv.slice(2);
const at = args.indexOf("--target");
const targets = at < 0 ? TARGETS : TARGETS.filter((target) => args[at + 1]?.split(",").includes(target));
const folders = args.filter((arg, i) => !arg.startsWith("--") && (at < 0 || i !== at + 1));
const rows: Row[] = [];
for (const folder of folders.length > 0 ? folders : FOLDERS) for (const target of targets) rows.push(await row(folder, target, args.includes("--each")));
process.stdout.write(table([["folder", "target", "files", "contracts", "code bytes", "errors", "seconds"], ...rows.map((r) => r.cells)], [2, 3, 4, 5, 6]));
process.exitCode = rows.some((r) => r.failed) ? 1 : 0;
