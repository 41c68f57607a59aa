/** Random transactions on a store, interleaved at every step, and the history of what each saw. */
import { ConflictError } from "../../../../runtime/store/mvcc/errors.js";
import { MultiVersionStore } from "../../../../runtime/store/mvcc/store.js";
import type { Isolation, Transaction } from "../../../../runtime/store/mvcc/transaction.js";
import type { Operation, Recorded } from "./history.js";

export type Step = { readonly kind: "read" | "write" | "delete" | "scan"; readonly key: string };

interface Running {
  readonly id: number;
  readonly transaction: Transaction<Value>;
  readonly steps: Step[];
  readonly operations: Operation[];
}

/** Values name their writer. */
interface Value {
  readonly writer: number;
}

/** Runs programs side by side: each number of `schedule` picks who takes its next step (committing when it has none). */
export function record(programs: readonly (readonly Step[])[], schedule: readonly number[], isolation: Isolation, collect: boolean): Recorded[] {
  const store = new MultiVersionStore<Value>();
  const history: Recorded[] = [];
  const waiting = programs.map((steps, id) => ({ id, steps }));
  const running: Running[] = [];
  const writes = new Map<string, number>();
  const step = (index: number): void => {
    const current = running[index]!;
    const next = current.steps.shift();
    if (next) {
      perform(current, next, writes);
      return;
    }
    running.splice(index, 1);
    let committedAt: number | undefined;
    try {
      committedAt = current.transaction.commit().timestamp;
      // Those that wrote nothing come right behind the versions that they saw.
      if (current.transaction.writes.size === 0) committedAt += 0.5;
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
    }
    history.push({ id: current.id, operations: current.operations, committedAt });
    if (collect) store.collect({ maxVersions: 1 });
  };
  for (const pick of schedule) {
    while (running.length < 4 && waiting.length > 0) {
      const { id, steps } = waiting.shift()!;
      running.push({ id, transaction: store.begin({ isolation }), steps: [...steps], operations: [] });
    }
    if (running.length === 0) break;
    step(pick % running.length);
  }
  for (const { transaction, id, operations } of running) {
    transaction.abort();
    history.push({ id, operations });
  }
  return history;
}

function perform({ id, transaction, operations }: Running, step: Step, deleted: Map<string, number>): void {
  switch (step.kind) {
    case "read": {
      const value = transaction.read(step.key);
      // Deletions are recorded as writes of a tombstone, which reads as nothing: leave such reads out of the history.
      if (value !== undefined || !deleted.has(step.key)) operations.push({ kind: "read", key: step.key, from: value?.writer });
      return;
    }
    case "write":
      transaction.write(step.key, { writer: id });
      operations.push({ kind: "write", key: step.key });
      return;
    case "delete":
      transaction.delete(step.key);
      deleted.set(step.key, id);
      operations.push({ kind: "write", key: step.key });
      return;
    case "scan": {
      const found = new Map<string, number | undefined>(transaction.scan(step.key).map(([key, value]) => [key, value.writer]));
      if (deleted.size === 0) operations.push({ kind: "scan", key: step.key, found });
    }
  }
}
