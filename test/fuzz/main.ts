/**
 * The differential fuzzer: random Solidity programs, run as solc compiles them and as this compiler does.
 *
 *   npm run fuzz -- --programs 1000 --seed 7 [--target evm,supervm,solana] [--jobs 2] [--json FILE]
 *
 * A program runs as solc's code on an EVM, in the interpreter of the IR, and on one of the targets, which programs take in turn; `--exhaustive` runs
 * each on all targets at all levels.
 *
 * Ends with `{ "programs", "executions", "mismatches", "crashes" }` on standard output; exit code 1 where there is a mismatch or crash.
 */
import fs from "node:fs";
import path from "node:path";
import yargs from "yargs";
import { randomProgram } from "./generate/program.js";
import type { BatchResult } from "./run/batch.js";
import type { FuzzTarget } from "./run/ours.js";
import { supervise } from "./run/supervise.js";
import type { Generator } from "./run/reference.js";
import { formatFinding, summaryOf } from "./run/report.js";
import { serve } from "./run/worker.js";
import { programSeed } from "./run/seeds.js";
import { indent, render } from "./tree.js";

const TARGETS: readonly FuzzTarget[] = ["interpreter", "evm", "supervm", "solana"];

/** Programs between two lines about progress. */
const PROGRESS_STEP = 500;

const GENERATORS = ["legacy", "ir"] as const satisfies readonly Generator[];

/** Milliseconds spent on making one failing program small. */
const SHRINK_TIME = 120_000;

async function main(argv: readonly string[]): Promise<number> {
  const args = await yargs([...argv])
    .option("programs", { type: "number", default: 100, describe: "how many programs" })
    .option("seed", { type: "number", default: 1, describe: "names the programs" })
    .option("target", { type: "string", default: "all", describe: `of ${TARGETS.join(", ")}; "all" for all` })
    .option("exhaustive", { type: "boolean", default: false, describe: "run each program on all targets at all levels, instead of on one in turn" })
    .option("solc", { choices: GENERATORS, default: GENERATORS[0], describe: 'solc\'s code generator to compare with first; differences are judged by "ir"' })
    .option("jobs", { type: "number", default: 1, describe: "processes" })
    .option("json", { type: "string", describe: "file for the result with all findings" })
    .option("shrink", { type: "boolean", default: true, describe: "make failing programs small" })
    .option("only", { type: "number", describe: "run the program of this number alone, or with --print show it" })
    .option("print", { type: "boolean", default: false, describe: "print the programs instead of running them" })
    .strict()
    .parse();
  const targets = args.target === "all" ? TARGETS : args.target.split(",");
  const unknown = targets.find((t) => !TARGETS.some((known) => known === t));
  if (unknown !== undefined || !(args.programs > 0)) {
    console.error(unknown === undefined ? "--programs takes a number above 0" : `there is no target '${unknown}'; targets are ${TARGETS.join(", ")}`);
    return 2;
  }
  const indexes = args.only === undefined ? Array.from({ length: args.programs }, (_, i) => i) : [args.only];
  const programs = indexes.map((index) => ({ index, seed: programSeed(args.seed, index) }));
  if (args.print) {
    for (const { seed } of programs) console.log(indent(render(randomProgram(seed).root)));
    return 0;
  }
  const result = await supervise({
    programs,
    settings: { targets: targets as FuzzTarget[], isExhaustive: args.exhaustive, generator: args.solc, shrinkTime: args.shrink ? SHRINK_TIME : 0 },
    jobs: args.jobs,
    onFinding: (f) => console.log(formatFinding(f)),
    onProgress: progress(programs.length),
  });
  const summary = summaryOf(result);
  if (args.json !== undefined) {
    fs.mkdirSync(path.dirname(path.resolve(args.json)), { recursive: true });
    fs.writeFileSync(args.json, `${JSON.stringify({ ...summary, limited: result.limited, rejected: result.rejected, findings: result.findings }, undefined, 2)}\n`);
  }
  for (const { seed, reason } of result.rejected.slice(0, 5)) console.error(`solc refuses program ${seed}: ${reason.split("\n")[0]!}`);
  console.log(JSON.stringify(summary));
  return summary.mismatches + summary.crashes > 0 ? 1 : 0;
}

/** Tells people how far a long run is. */
function progress(total: number): (result: BatchResult) => void {
  let told = 0;
  return ({ programs, executions, limited, findings, rejected }) => {
    if (programs < told + PROGRESS_STEP) return;
    told = programs;
    const counts = [`${executions} executions`, `${findings.length} findings`, `${limited} ended by limits`, `${rejected.length} refused by solc`];
    console.error(`${programs} of ${total} programs: ${counts.join(", ")}, ${Math.round(process.uptime())} s`);
  };
}

if (process.send) serve();
else process.exitCode = await main(process.argv.slice(2));
