/**
 * `npm run conformance -- solidity DIR [--target evm,supervm,solana] [--jobs N] [--json FILE] [--syntax [--codes]] [-O L] [--filter TEXT] [--release V]`: runs a
 * folder in the format of solc's semanticTests (or syntaxTests) and reports what passes, by category, and why the rest does not. `--codes` asks besides
 * whether the codes of errors, and of warnings, are those that the syntax tests expect. `--release 0.7.6` reads the suite of an older solc by its rules.
 */
import { fork, type ChildProcess } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import yargs from "yargs";
import { table } from "../../cli/terminal.js";
import { isTargetName } from "../../targets/registry.js";
import type { TargetName } from "../../targets/target.js";
import type { Status, TestResult } from "./solidity/semantic-test.js";
import { SYNTAX_QUESTIONS } from "./solidity/syntax-test.js";
import type { Request, Response } from "./worker.js";

const TIMEOUT_MS = 60_000;
const STATUSES: readonly Status[] = ["pass", "fail", "skip", "compile-error", "crash", "timeout"];

interface Finished extends TestResult {
  readonly file: string;
  readonly target: string;
}

/** Files below a folder, in order; folders and files that begin with `_`, `~` or `.` hold helpers. */
function testFiles(folder: string): string[] {
  return fs
    .readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      if (/^[_~.]/.test(entry.name)) return [];
      const full = path.join(folder, entry.name);
      return entry.isDirectory() ? testFiles(full) : entry.name.endsWith(".sol") ? [full] : [];
    });
}

/** One result for everything that a request asks. */
function same(request: Request, result: TestResult): Response["results"] {
  return Object.fromEntries((request.mode === "syntax" ? SYNTAX_QUESTIONS : [request.target]).map((name) => [name, result]));
}

/** Runs requests on one worker after another, replacing the worker when a file hangs or kills it. */
async function runQueue(queue: Request[], done: (request: Request, results: Response["results"]) => void): Promise<void> {
  let child: ChildProcess | undefined;
  const start = (): ChildProcess => fork(fileURLToPath(new URL(import.meta.url.endsWith(".ts") ? "worker.ts" : "worker.js", import.meta.url)));
  for (let request = queue.shift(); request; request = queue.shift()) {
    const worker = (child ??= start());
    const current = request;
    const results = await new Promise<Response["results"]>((resolve) => {
      const timer = setTimeout(() => finish(same(current, { status: "timeout", reason: `took over ${TIMEOUT_MS / 1000} s` }), true), TIMEOUT_MS);
      const onMessage = (response: Response): void => {
        if (response.id === current.id) finish(response.results, false);
      };
      const onExit = (code: number | null): void => finish(same(current, { status: "crash", reason: `the process ended with ${code ?? "a signal"}` }), true);
      function finish(outcome: Response["results"], replace: boolean): void {
        clearTimeout(timer);
        worker.off("message", onMessage);
        worker.off("exit", onExit);
        if (replace) {
          worker.kill("SIGKILL");
          child = undefined;
        }
        resolve(outcome);
      }
      worker.on("message", onMessage);
      worker.on("exit", onExit);
      worker.send(current);
    });
    done(current, results);
  }
  child?.kill();
}

function summarize(results: readonly Finished[], targets: readonly string[], root: string): string {
  const out: string[] = [];
  for (const target of targets) {
    const own = results.filter((r) => r.target === target);
    const categories = [...new Set(own.map((r) => path.relative(root, r.file).split(path.sep)[0]!))];
    const count = (list: readonly Finished[], status: Status): number => list.filter((r) => r.status === status).length;
    const rows = categories.map((c) => {
      const list = own.filter((r) => path.relative(root, r.file).split(path.sep)[0] === c);
      return [c, ...STATUSES.map((s) => String(count(list, s)))];
    });
    const total = ["all", ...STATUSES.map((s) => String(count(own, s)))];
    const applies = own.length - count(own, "skip");
    out.push(table([[target, ...STATUSES], ...rows, total], [1, 2, 3, 4, 5, 6]));
    out.push(
      `${target}: ${count(own, "pass")} of ${applies} that apply pass (${((100 * count(own, "pass")) / Math.max(1, applies)).toFixed(2)}%), ${count(own, "skip")} of ${own.length} skipped\n`,
    );
  }
  return out.join("\n");
}

async function main(argv: readonly string[]): Promise<number> {
  const args = await yargs([...argv])
    .usage("conformance solidity DIR")
    .command("solidity <dir>", "solc's semanticTests or syntaxTests", (y) => y.positional("dir", { type: "string", demandOption: true }))
    .option("target", { type: "string", default: "evm" })
    .option("jobs", { type: "number", default: Math.max(1, os.cpus().length) })
    .option("json", { type: "string" })
    .option("syntax", { type: "boolean", default: false })
    .option("codes", { type: "boolean", default: false, describe: "with --syntax: compare the codes of errors and warnings too" })
    .option("O", { type: "string", default: "2" })
    .option("filter", { type: "string" })
    .option("release", { type: "string", describe: "the solc whose suite it is, 0.7.6 for one: files without a pragma follow its line" })
    .option("failures", { type: "boolean", default: true, describe: "print each failure" })
    .demandCommand(1)
    .strict()
    .parseAsync();
  const root = path.resolve(args.dir as string);
  const targets: TargetName[] = args.syntax ? ["evm"] : args.target.split(",").filter(isTargetName);
  const names: readonly string[] = args.syntax ? SYNTAX_QUESTIONS.slice(0, args.codes ? undefined : 1) : targets;
  const optimize: Request["optimize"] = args.O === "s" ? "s" : (Number(args.O) as 0 | 1 | 2 | 3);
  const files = testFiles(root).filter((f) => args.filter === undefined || f.includes(args.filter));
  const queue: Request[] = targets
    .flatMap((target) =>
      files.map((file) => ({
        id: 0,
        mode: args.syntax ? ("syntax" as const) : ("semantic" as const),
        file,
        target,
        optimize,
        ...(args.release !== undefined && { version: args.release }),
      })),
    )
    .map((r, id) => ({ ...r, id }));
  const results: Finished[] = [];
  const started = performance.now();
  await Promise.all(
    Array.from({ length: args.jobs }, () =>
      runQueue(queue, (request, answers) => {
        for (const target of names) {
          const result = answers[target];
          if (!result) continue;
          results.push({ ...result, file: request.file, target });
          if (args.failures && result.status !== "pass" && result.status !== "skip")
            process.stdout.write(`${result.status} ${target} ${path.relative(root, request.file)}: ${result.reason.slice(0, 600)}\n`);
        }
      }),
    ),
  );
  results.sort((a, b) => (a.target + a.file < b.target + b.file ? -1 : 1));
  process.stdout.write(`\n${summarize(results, names, root)}${((performance.now() - started) / 1000).toFixed(0)} s\n`);
  if (args.json !== undefined) {
    const of = (target: string, ...statuses: Status[]): number => results.filter((r) => r.target === target && statuses.includes(r.status)).length;
    const summary = Object.fromEntries(names.map((t) => [t, { passed: of(t, "pass"), failed: of(t, "fail", "compile-error", "crash", "timeout"), skipped: of(t, "skip") }]));
    const tests = results.map((r) => ({ file: path.relative(root, r.file), target: r.target, status: r.status, reason: r.reason }));
    fs.writeFileSync(args.json, `${JSON.stringify({ summary, tests }, null, 2)}\n`);
  }
  return results.every((r) => r.status === "pass" || r.status === "skip") ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
