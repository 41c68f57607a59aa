import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ConflictError, ReadOnlyError, TransactionStateError, VersionCollectedError } from "../../../../runtime/store/mvcc/errors.js";
import { MultiVersionStore } from "../../../../runtime/store/mvcc/store.js";
import { OrderedKeys } from "../../../../runtime/store/mvcc/ordered-keys.js";
import { anomalies } from "./history.js";
import { record, type Step } from "./recorder.js";

function storeWith(entries: Record<string, number>): MultiVersionStore<number, string> {
  const store = new MultiVersionStore<number, string>();
  const tx = store.begin();
  for (const [key, value] of Object.entries(entries)) tx.write(key, value);
  tx.commit();
  return store;
}

test("a transaction sees its own writes, else the state of its beginning", () => {
  const store = storeWith({ a: 1, b: 2 });
  const tx = store.begin();
  const other = store.begin();
  other.write("a", 10);
  other.delete("b");
  other.write("c", 3);
  other.commit();
  assert.deepEqual([tx.read("a"), tx.read("b"), tx.read("c")], [1, 2, undefined]);
  tx.write("a", 5);
  tx.delete("b");
  assert.deepEqual([tx.read("a"), tx.read("b")], [5, undefined]);
  assert.deepEqual(tx.scan(""), [["a", 5]]);
  tx.abort();
  const after = store.beginReadOnly();
  assert.deepEqual(after.scan(""), [
    ["a", 10],
    ["c", 3],
  ]);
  assert.deepEqual([store.readAt("a", 1), store.readAt("a", 2), store.readAt("b", 1), store.readAt("b", 2), store.readAt("a", 0)], [1, 10, 2, undefined, undefined]);
});

test("a commit fails when a key that it read, scanned over or wrote has a newer version", () => {
  const run = (access: (tx: ReturnType<typeof store.begin>) => void, other: (tx: ReturnType<typeof store.begin>) => void): ConflictError | undefined => {
    const [tx, rival] = [store.begin(), store.begin()];
    access(tx);
    tx.write("own", 1);
    other(rival);
    rival.commit();
    try {
      tx.commit();
      return undefined;
    } catch (error) {
      assert.ok(error instanceof ConflictError);
      assert.equal(tx.isOpen, false);
      return error;
    }
  };
  const store = storeWith({ a: 1, p1: 1, p3: 3 });
  assert.equal(
    run(
      (tx) => tx.read("a"),
      (tx) => tx.write("a", 2),
    )?.access,
    "read",
  );
  assert.equal(
    run(
      (tx) => tx.read("nothing"),
      (tx) => tx.write("nothing", 2),
    )?.access,
    "read",
  );
  assert.equal(
    run(
      (tx) => tx.read("a"),
      (tx) => tx.delete("a"),
    )?.access,
    "read",
  );
  assert.equal(
    run(
      (tx) => tx.write("a", 3),
      (tx) => tx.write("a", 2),
    )?.access,
    "written",
  );
  assert.equal(
    run(
      (tx) => tx.scan("p"),
      (tx) => tx.write("p2", 2),
    )?.access,
    "scanned",
  );
  assert.equal(
    run(
      (tx) => tx.scan("p"),
      (tx) => tx.delete("p3"),
    )?.access,
    "scanned",
  );
  assert.equal(
    run(
      (tx) => tx.scan("p"),
      (tx) => tx.write("q", 2),
    ),
    undefined,
  );
  assert.equal(
    run(
      (tx) => tx.read("a"),
      (tx) => tx.write("other", 2),
    ),
    undefined,
  );
});

test("snapshot isolation checks what was written only", () => {
  const store = storeWith({ a: 1, b: 1 });
  const [x, y] = [store.begin({ isolation: "snapshot" }), store.begin({ isolation: "snapshot" })];
  x.write("a", x.read("b")! - 1);
  y.write("b", y.read("a")! - 1);
  x.commit();
  y.commit(); // write skew, as the level allows
  const [p, q] = [store.begin({ isolation: "snapshot" }), store.begin({ isolation: "snapshot" })];
  p.write("a", 1);
  q.write("a", 2);
  p.commit();
  assert.throws(() => q.commit(), ConflictError);
});

test("read-only transactions never conflict and cannot write", () => {
  const store = storeWith({ a: 1 });
  const reader = store.beginReadOnly();
  assert.equal(reader.read("a"), 1);
  const writer = store.begin();
  writer.write("a", 2);
  writer.commit();
  assert.equal(reader.read("a"), 1);
  assert.throws(() => reader.write("a", 3), ReadOnlyError);
  assert.throws(() => reader.delete("a"), ReadOnlyError);
  assert.throws(() => reader.emit("event"), ReadOnlyError);
  reader.commit();
  assert.throws(() => reader.read("a"), TransactionStateError);
  assert.throws(() => reader.commit(), TransactionStateError);
  reader.abort(); // harmless
});

test("an aborted transaction leaves no trace", () => {
  const store = storeWith({ a: 1 });
  const tx = store.begin();
  tx.write("a", 2);
  tx.write("b", 2);
  tx.abort();
  assert.deepEqual(store.beginReadOnly().scan(""), [["a", 1]]);
  assert.equal(store.statistics().versions, 1);
});

test("nested snapshots roll storage and events back together", () => {
  const store = storeWith({ balance: 100 });
  const tx = store.begin();
  const withdraw = (amount: number): number => {
    tx.snapshot();
    tx.write("balance", tx.read("balance")! - amount);
    tx.emit(`withdrew ${amount}`);
    if (tx.read("balance")! < 0) tx.rollbackSnapshot();
    else tx.commitSnapshot();
    return tx.read("balance")!;
  };
  assert.deepEqual([withdraw(150), withdraw(30), withdraw(100)], [100, 70, 70]);
  tx.snapshot();
  tx.write("new", 1);
  tx.snapshot();
  tx.delete("balance");
  tx.emit("inner");
  tx.commitSnapshot();
  assert.equal(tx.read("balance"), undefined);
  assert.throws(() => tx.commit(), TransactionStateError);
  tx.rollbackSnapshot(); // undoes the inner one, too, although that was kept
  assert.deepEqual([tx.read("balance"), tx.read("new")], [70, undefined]);
  assert.throws(() => tx.rollbackSnapshot(), TransactionStateError);
  assert.deepEqual(tx.commit().events, ["withdrew 30"]);
  assert.deepEqual(store.beginReadOnly().scan(""), [["balance", 70]]);
});

test("collected versions are never taken for something else", () => {
  const store = new MultiVersionStore<number>();
  const put = (value: number | undefined): void => {
    const tx = store.begin();
    if (value === undefined) tx.delete("a");
    else tx.write("a", value);
    tx.commit();
  };
  put(1);
  put(2);
  const old = store.beginReadOnly();
  put(3);
  put(4);
  put(5);
  assert.equal(store.collect({ maxVersions: 1 }), 3);
  assert.equal(old.read("a"), 2);
  assert.deepEqual([store.readAt("a", 2), store.readAt("a", 5)], [2, 5]);
  for (const time of [1, 3, 4]) assert.throws(() => store.readAt("a", time), VersionCollectedError, String(time));
  assert.equal(store.readAt("a", 0), undefined, "the key did not exist then");
  old.commit();
  put(undefined);
  const reader = store.begin();
  assert.equal(reader.read("a"), undefined);
  store.collect({ maxVersions: 1 });
  assert.equal(store.statistics().keys, 0);
  assert.throws(() => store.readAt("a", 5), VersionCollectedError);
  assert.equal(store.readAt("a", 6), undefined);
  // The reader began before the next version, and its commit still finds out.
  reader.write("b", 1);
  put(7);
  assert.throws(() => reader.commit(), ConflictError);
  assert.throws(() => store.readAt("a", 5), VersionCollectedError, "although it exists again");
  assert.throws(() => store.collect({ maxVersions: 0 }), RangeError);
});

const key = fc.constantFrom("a", "ab", "b", "ba", "c");
const step: fc.Arbitrary<Step> = fc.record({ kind: fc.constantFrom("read", "read", "write", "write", "scan"), key });
const programs = fc.array(fc.array(step, { minLength: 1, maxLength: 6 }), { minLength: 2, maxLength: 12 });
const schedule = fc.array(fc.nat(), { minLength: 20, maxLength: 120 });

test("serialisable histories have no anomaly, however transactions interleave, with and without collection", () => {
  fc.assert(
    fc.property(programs, schedule, fc.boolean(), (p, s, collect) => {
      assert.deepEqual([...anomalies(record(p, s, "serializable", collect))], []);
    }),
    { numRuns: 1500 },
  );
});

test("snapshot histories have no lost update and no dirty read; the checker finds that they have others", () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(programs, schedule, (p, s) => {
      const found = anomalies(record(p, s, "snapshot", false));
      for (const anomaly of found) seen.add(anomaly);
      assert.ok(!found.has("lost update") && !found.has("dirty read") && !found.has("cycle"));
    }),
    { numRuns: 1500, seed: 1 },
  );
  assert.deepEqual([...seen].sort(), ["phantom", "write skew"]);
});

test("ordered keys are a sorted set", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.boolean(), fc.string({ maxLength: 3, unit: fc.constantFrom("a", "b", "c", "\xff") })), { maxLength: 200 }),
      fc.string({ maxLength: 2 }),
      (actions, prefix) => {
        const keys = new OrderedKeys();
        const model = new Set<string>();
        for (const [add, k] of actions)
          if (add) {
            keys.add(k);
            model.add(k);
          } else {
            keys.delete(k);
            model.delete(k);
          }
        assert.deepEqual([...keys.withPrefix(prefix)], [...model].filter((k) => k.startsWith(prefix)).sort());
      },
    ),
  );
  const many = new OrderedKeys();
  const names = Array.from({ length: 5000 }, (_, i) => ((i * 2654435761) % 2 ** 32).toString(16));
  for (const name of names) many.add(name);
  assert.deepEqual([...many.withPrefix("")], [...new Set(names)].sort());
  assert.deepEqual([...many.withPrefix("a1")], [...new Set(names)].filter((n) => n.startsWith("a1")).sort());
});
