/** Runs the built command in a folder of its own. */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

const MAIN = path.resolve("dist/cli/main.js");

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `supervm <args>` in `cwd`, with colours off and nothing of the environment that changes results. */
export function supervm(cwd: string, ...args: string[]): CliResult {
  return supervmWith({}, cwd, ...args);
}

/** The same with variables of the environment. */
export function supervmWith(variables: Readonly<Record<string, string>>, cwd: string, ...args: string[]): CliResult {
  const env = { ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("SUPERVM_"))), ...variables };
  const result = spawnSync(process.execPath, [MAIN, ...args], { cwd, encoding: "utf8", env: { ...env, NO_COLOR: "1" } });
  return { code: result.status, stdout: result.stdout, stderr: result.stderr };
}

/** A temporary folder with the given files, removed at the end of the process. */
export function project(files: Readonly<Record<string, string>>): string {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), "supervm-"));
  process.on("exit", () => {
    fs.rmSync(root, { recursive: true, force: true });
  });
  for (const [name, content] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    fs.writeFileSync(path.join(root, name), content);
  }
  return root;
}

/** All files below a folder, relative, sorted. */
export function filesBelow(root: string): string[] {
  return fs
    .readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .sort();
}
