/** Shares programs out to worker processes, and ends a worker whose program takes too long: that program has crashed the compiler. */
import { fork, type ChildProcess } from "node:child_process";
import { randomProgram } from "../generate/program.js";
import { indent, render } from "../tree.js";
import type { BatchResult, Finding } from "./batch.js";
import type { Numbered } from "./seeds.js";
import type { Report, Settings, Task } from "./worker.js";

export interface SuperviseOptions {
  readonly programs: readonly Numbered[];
  readonly settings: Settings;
  /** Number of processes. */
  readonly jobs: number;
  readonly onFinding: (finding: Finding) => void;
  /** Is told the totals now and then. */
  readonly onProgress?: (totals: BatchResult) => void;
}

/** Programs of one batch: enough to share solc's cost, few enough to lose little where one hangs. */
const BATCH = 20;
/** Milliseconds that one program may take, or solc with a batch of them; making a failing one small comes on top. */
const TIME_LIMIT = 120_000;

interface Totals {
  programs: number;
  executions: number;
  limited: number;
  findings: Finding[];
  rejected: BatchResult["rejected"][number][];
}

/** Runs all programs. */
export async function supervise(options: SuperviseOptions): Promise<BatchResult> {
  const queue: Numbered[][] = [];
  for (let i = 0; i < options.programs.length; i += BATCH) queue.push(options.programs.slice(i, i + BATCH));
  const totals: Totals = { programs: 0, executions: 0, limited: 0, findings: [], rejected: [] };
  const lanes = Math.max(1, Math.min(options.jobs, queue.length));
  await Promise.all(Array.from({ length: lanes }, () => lane(queue, options, totals)));
  // Lanes finish in any order; a report does not.
  const order = new Map(options.programs.map(({ seed, index }) => [seed, index]));
  const bySeed = (a: { seed: number }, b: { seed: number }): number => order.get(a.seed)! - order.get(b.seed)!;
  return { ...totals, findings: totals.findings.sort(bySeed), rejected: totals.rejected.sort(bySeed) };
}

/** Works off batches with one process at a time. */
async function lane(queue: Numbered[][], options: SuperviseOptions, totals: Totals): Promise<void> {
  let worker: Worker | undefined;
  for (let programs = queue.shift(); programs; programs = queue.shift()) {
    worker ??= new Worker();
    const outcome = await worker.run({ programs, settings: options.settings });
    if ("result" in outcome) {
      addTo(totals, outcome.result, options);
      continue;
    }
    worker = undefined;
    // The programs before the one that hung have run, but their results are lost with the process: they run again, without it.
    const hung = outcome.seed ?? programs[0]!.seed;
    addTo(totals, { programs: 1, executions: 0, limited: 0, findings: [hanging(hung, outcome.reason)], rejected: [] }, options);
    const rest = programs.filter(({ seed }) => seed !== hung);
    if (rest.length > 0) queue.unshift(rest);
  }
  worker?.end();
}

function addTo(totals: Totals, result: BatchResult, options: SuperviseOptions): void {
  totals.programs += result.programs;
  totals.executions += result.executions;
  totals.limited += result.limited;
  totals.findings.push(...result.findings);
  totals.rejected.push(...result.rejected);
  for (const finding of result.findings) options.onFinding(finding);
  options.onProgress?.(totals);
}

function hanging(seed: number, reason: string): Finding {
  return {
    kind: "crash",
    variant: "unknown",
    step: "compilation or execution",
    expected: "an end",
    actual: reason,
    seed,
    source: indent(render(randomProgram(seed).root)),
    constructorArgs: "0x",
    calls: [],
  };
}

type Outcome = { readonly result: BatchResult } | { readonly seed: number | undefined; readonly reason: string };

/** solc's WebAssembly is optimised at once, since thousands of calls follow; young objects are many and die soon. */
const V8_FLAGS = ["--no-liftoff", "--max-semi-space-size=64"];

class Worker {
  private readonly process: ChildProcess = fork(process.argv[1]!, [], { stdio: ["ignore", "inherit", "inherit", "ipc"], execArgv: [...process.execArgv, ...V8_FLAGS] });

  /** Runs a task; without a result where the process ended or a program took too long, which ends it too. */
  run(task: Task): Promise<Outcome> {
    return new Promise((resolve) => {
      let current: number | undefined;
      let timer: NodeJS.Timeout;
      const settle = (outcome: Outcome): void => {
        clearTimeout(timer);
        this.process.removeAllListeners();
        resolve(outcome);
      };
      const expired = (): void => {
        this.process.kill("SIGKILL");
        settle({ seed: current, reason: "it takes too long" });
      };
      const limit = TIME_LIMIT + 2 * task.settings.shrinkTime;
      timer = setTimeout(expired, limit);
      this.process.on("message", (report: Report) => {
        if (report.kind === "done") return settle({ result: report.result });
        current = report.seed;
        clearTimeout(timer);
        timer = setTimeout(expired, limit);
      });
      this.process.on("exit", (code, signal) => settle({ seed: current, reason: `the process ended with ${signal ?? code ?? "no code"}` }));
      this.process.send(task);
    });
  }

  end(): void {
    this.process.disconnect();
  }
}
