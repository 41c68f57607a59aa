/**
 * `node dist/scripts/compile-openzeppelin.js [FOLDER...]`: compiles every file of OpenZeppelin's contracts, and the fixtures that derive
 * concrete contracts from its abstract ones, for every target; prints a table of files, contracts with code, their size, errors and time. Exits 1 on an error.
 */
import fs from "node:fs";
import path from "node:path";
import { table } from "../cli/terminal.js";
import { compile, type Artifact, type TargetName } from "../index.js";

const FOLDERS = ["node_modules/@openzeppelin/contracts", "fixtures/solidity/oz"];
const TARGETS: readonly TargetName[] = ["evm", "supervm", "solana"];
/** Where an artifact's part holds its code. */
const CODE: Readonly<Record<TargetName, string>> = { evm: "deployedBytecode", supervm: "wasm", solana: "program" };

function filesOf(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true })
    .map((name) => path.join(folder, String(name)))
    .filter((name) => name.endsWith(".sol"))
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

async function row(folder: string, target: TargetName): Promise<Row> {
  const sources = filesOf(folder);
  const started = performance.now();
  const { artifacts, diagnostics } = await compile({ sources, targets: [target], cache: false });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const errors = diagnostics.filter((d) => d.severity === "error");
  for (const error of errors) process.stderr.write(error.formatted);
  const complete = [...new Set(Object.values(artifacts))].filter((a) => a.targets[target]);
  const cells = [folder, target, sources.length, complete.length, codeBytes(complete, target), errors.length, seconds].map(String);
  return { cells, failed: errors.length > 0 };
}

const rows: Row[] = [];
const folders = process.argv.length > 2 ? process.argv.slice(2) : FOLDERS;
for (const folder of folders) for (const target of TARGETS) rows.push(await row(folder, target));
process.stdout.write(table([["folder", "target", "files", "contracts", "code bytes", "errors", "seconds"], ...rows.map((r) => r.cells)], [2, 3, 4, 5, 6]));
process.exitCode = rows.some((r) => r.failed) ? 1 : 0;
