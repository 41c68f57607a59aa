/** The process that does the work: it takes batches of seeds and answers with results, so that a hanging one can be ended. */
import { runBatch, type BatchResult } from "./batch.js";
import { sendersFor, variantsInTurn, variantsOf, type FuzzTarget } from "./ours.js";
import type { Generator } from "./reference.js";
import type { Numbered } from "./seeds.js";
import type { Senders } from "./side.js";

/** What the supervisor sends. */
export interface Task {
  readonly programs: readonly Numbered[];
  readonly settings: Settings;
}

/** What is the same for all programs of a run. */
export interface Settings {
  readonly targets: readonly FuzzTarget[];
  /** Whether each program runs on all targets at all levels, instead of on one in turn. */
  readonly isExhaustive: boolean;
  readonly generator: Generator;
  /** In milliseconds. */
  readonly shrinkTime: number;
}

/** What a worker answers. */
export type Report =
  /** It begins with this program. */
  { readonly kind: "started"; readonly seed: number } | { readonly kind: "done"; readonly result: BatchResult };

let senders: Promise<Senders> | undefined;

async function perform({ programs, settings }: Task, onStart: (seed: number) => void): Promise<BatchResult> {
  const { targets, isExhaustive, generator, shrinkTime } = settings;
  const places = new Map(programs.map(({ seed, index }) => [seed, index]));
  senders ??= sendersFor(targets);
  return runBatch([...places.keys()], {
    variants: (seed) => (isExhaustive ? variantsOf(targets) : variantsInTurn(targets, places.get(seed)!)),
    senders: await senders,
    ...{ generator, shrinkTime, onStart },
  });
}

/** Handles tasks until the supervisor disconnects. */
export function serve(): void {
  const send = (report: Report): void => void process.send?.(report);
  process.on("message", (task: Task) => {
    void perform(task, (seed) => send({ kind: "started", seed })).then(
      (result) => send({ kind: "done", result }),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
  process.on("disconnect", () => process.exit(0));
}
