/** The process that does the work: it takes batches of seeds and answers with results, so that a hanging one can be ended. */
import { runBatch, type BatchResult } from "./batch.js";
import { sendersFor, variantsOf, type FuzzTarget } from "./ours.js";

/** What the supervisor sends. */
export interface Task {
  readonly seeds: readonly number[];
  readonly targets: readonly FuzzTarget[];
  readonly shrinkTime: number;
}

/** What a worker answers. */
export type Report =
  /** It begins with this program. */
  { readonly kind: "started"; readonly seed: number } | { readonly kind: "done"; readonly result: BatchResult };

async function perform({ seeds, targets, shrinkTime }: Task, onStart: (seed: number) => void): Promise<BatchResult> {
  return runBatch(seeds, { variants: variantsOf(targets), senders: await sendersFor(targets), shrinkTime, onStart });
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
