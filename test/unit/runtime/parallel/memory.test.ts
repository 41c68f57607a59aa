import assert from "node:assert/strict";
import { test } from "node:test";
import { MultiVersionMemory } from "../../../../runtime/executor/parallel/multi-version-memory.js";
import { Scheduler, type Task } from "../../../../runtime/executor/parallel/scheduler.js";

const writes = (entries: Record<string, unknown>): Map<string, unknown> => new Map(Object.entries(entries));

test("a transaction reads the newest version below it, else the base", () => {
  const memory = new MultiVersionMemory(10);
  assert.equal(memory.record(2, 0, new Map(), writes({ x: "v2" })), true);
  assert.equal(memory.record(5, 0, new Map(), writes({ x: "v5", y: undefined })), true);
  assert.deepEqual(memory.read("x", 2), { kind: "base" });
  assert.deepEqual(memory.read("x", 5), { kind: "value", origin: { tx: 2, incarnation: 0 }, value: "v2" });
  assert.deepEqual(memory.read("x", 9), { kind: "value", origin: { tx: 5, incarnation: 0 }, value: "v5" });
  assert.deepEqual(memory.read("y", 9), { kind: "value", origin: { tx: 5, incarnation: 0 }, value: undefined });
  memory.markEstimates(5);
  assert.deepEqual(memory.read("x", 9), { kind: "estimate", tx: 5 });
  // The next execution writes elsewhere: what it wrote before is gone.
  assert.equal(memory.record(5, 1, new Map(), writes({ z: 1 })), true);
  assert.deepEqual(memory.read("x", 9), { kind: "value", origin: { tx: 2, incarnation: 0 }, value: "v2" });
  assert.deepEqual(memory.read("y", 9), { kind: "base" });
  assert.equal(memory.record(5, 2, new Map(), writes({ z: 2 })), false);
  assert.deepEqual(
    [...memory.final()],
    [
      ["x", "v2"],
      ["z", 2],
    ],
  );
});

test("validation compares origins: another writer, another execution, an estimate", () => {
  const memory = new MultiVersionMemory(10);
  memory.record(1, 0, new Map(), writes({ x: 1 }));
  memory.record(
    8,
    0,
    new Map([
      ["x", { tx: 1, incarnation: 0 }],
      ["y", { tx: -1, incarnation: 0 }],
    ]),
    writes({}),
  );
  assert.equal(memory.isValid(8), true);
  memory.record(9, 0, new Map(), writes({ x: 9 }));
  assert.equal(memory.isValid(8), true);
  memory.markEstimates(1);
  assert.equal(memory.isValid(8), false);
  memory.record(1, 1, new Map(), writes({ x: 1 }));
  assert.equal(memory.isValid(8), false);
  memory.record(
    8,
    1,
    new Map([
      ["x", { tx: 1, incarnation: 1 }],
      ["y", { tx: -1, incarnation: 0 }],
    ]),
    writes({}),
  );
  assert.equal(memory.isValid(8), true);
  memory.record(4, 0, new Map(), writes({ y: 4 }));
  assert.equal(memory.isValid(8), false);
});

test("the scheduler: executions in order, then validations; one that fails runs again and all above are checked again", () => {
  const scheduler = new Scheduler(3);
  const seen: string[] = [];
  const take = (): Task => {
    for (;;) {
      const task = scheduler.next();
      if (task) {
        seen.push(`${task.kind} ${task.tx}.${task.incarnation}`);
        return task;
      }
    }
  };
  const first = take();
  scheduler.finishExecution(first.tx, true);
  scheduler.finishValidation(take().tx, false);
  const [one, two] = [take(), take()];
  assert.equal(scheduler.block(two.tx, one.tx), undefined, "waits");
  scheduler.finishExecution(one.tx, true);
  const check = take();
  assert.equal(scheduler.tryAbort(check), true);
  assert.equal(scheduler.tryAbort(check), false, "only once");
  const again = scheduler.finishValidation(check.tx, true)!;
  assert.deepEqual(again, { kind: "execute", tx: 1, incarnation: 1 });
  // Validation stands behind 1 already, and 1 wrote nothing new: its own check follows at once.
  const checkAgain = scheduler.finishExecution(again.tx, false)!;
  assert.deepEqual(checkAgain, { kind: "validate", tx: 1, incarnation: 1 });
  scheduler.finishValidation(checkAgain.tx, false);
  const restarted = take();
  assert.deepEqual(restarted, { kind: "execute", tx: 2, incarnation: 1 });
  assert.equal(scheduler.isDone, false);
  scheduler.finishExecution(restarted.tx, true);
  scheduler.finishValidation(take().tx, false);
  assert.equal(scheduler.isDone, true);
  assert.deepEqual(seen, ["execute 0.0", "validate 0.0", "execute 1.0", "execute 2.0", "validate 1.0", "execute 2.1", "validate 2.1"]);
});
