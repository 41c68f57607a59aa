/** Reads that fail are told of, as errors of the state. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { WatchedStore } from "../../../../runtime/node/watched-store.js";
import { StateError, type Entry, type KeyValueSnapshot } from "../../../../runtime/store/durable/kv.js";
import { MemoryKeyValueStore } from "../../../../runtime/store/durable/memory-kv.js";

const KEY = Uint8Array.of(1);

/** Gives one entry of a range, and nothing else. */
class Damaged extends MemoryKeyValueStore {
  constructor(private readonly error: Error) {
    super();
  }

  override get(): undefined {
    throw this.error;
  }

  override getInto(): number {
    throw this.error;
  }

  override *entries(): Generator<Entry> {
    yield [KEY, KEY];
    throw this.error;
  }

  override snapshot(): KeyValueSnapshot {
    return { get: () => this.get(), entries: () => this.entries(), close: () => undefined };
  }
}

for (const [name, error, expected] of [
  ["a database's library", new Error("MDB_CORRUPTED: Located page was wrong type"), /^memory is damaged or cannot be read: MDB_CORRUPTED/],
  ["the store", new StateError("lost", "the database failed"), /^the database failed$/],
] as const)
  test(`errors of ${name}`, () => {
    const told: StateError[] = [];
    const store = new WatchedStore(new Damaged(error), (failure) => told.push(failure));
    for (const reader of [store, store.snapshot()]) {
      const seen: Entry[] = [];
      const scan = (): void => {
        for (const entry of reader.entries({ start: KEY, end: KEY })) seen.push(entry);
      };
      for (const read of [() => reader.get(KEY), scan])
        assert.throws(read, (thrown: unknown) => thrown instanceof StateError && expected.test(thrown.message) && told.pop() === thrown);
      assert.deepEqual([seen.length, told.length], [1, 0]);
    }
    assert.throws(
      () => store.getInto(KEY, new Uint8Array(1)),
      (thrown: unknown) => thrown instanceof StateError && expected.test(thrown.message) && told.pop() === thrown,
    );
  });

test("what succeeds is the store's", async () => {
  const inner = new MemoryKeyValueStore();
  const store = new WatchedStore(inner, () => assert.fail());
  await store.write([{ key: KEY, value: Uint8Array.of(7) }]);
  assert.deepEqual(
    [store.get(KEY), [...store.entries({ start: KEY, end: Uint8Array.of(2) })].length, store.size(), store.location],
    [Uint8Array.of(7), 1, inner.size(), inner.location],
  );
  const into = new Uint8Array(2);
  assert.deepEqual([store.getInto(KEY, into), into[0], store.getInto(Uint8Array.of(2), into)], [1, 7, -1]);
  await store.saveCheckpoint("one");
  assert.deepEqual(store.checkpoints(), inner.checkpoints());
  await store.dropCheckpoint("one");
  assert.deepEqual(inner.checkpoints(), []);
});
