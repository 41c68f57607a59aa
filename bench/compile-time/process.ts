/** Compilations in processes of their own, measured: what a user waits for at the command line, loading included. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

export interface Measured {
  /** Wall time in seconds, from the start of the process to its end. */
  readonly seconds: number;
  /** User and system time in seconds: what a busy machine distorts least. */
  readonly cpu: number;
  /** Peak of resident memory in MB. */
  readonly memory: number;
}

const isSource = import.meta.url.endsWith(".ts");
const CHILD = fileURLToPath(new URL(`./child.${isSource ? "ts" : "js"}`, import.meta.url));

/** Runs child.ts with its arguments; throws where it fails. */
export function measure(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Measured {
  const start = performance.now();
  const result = spawnSync(process.execPath, [...process.execArgv, CHILD, ...args], {
    encoding: "utf8",
    env: { ...process.env, ...environment },
    maxBuffer: 256 * 1024 * 1024,
  });
  const seconds = (performance.now() - start) / 1000;
  if (result.status !== 0) throw new Error(`${args.join(" ")} failed:\n${result.stderr}`);
  const last = result.stderr.trimEnd().split("\n").pop() ?? "";
  return { seconds, ...(JSON.parse(last) as { cpu: number; memory: number }) };
}
