/** What every {@link KeyValueStore} must do, as tests over a way to open one. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { prefixRange, type KeyValueReader, type KeyValueStore, type Write } from "../../../../runtime/store/durable/kv.js";
import { MemoryKeyValueStore } from "../../../../runtime/store/durable/memory-kv.js";

/** Opens an empty store; `reopen` gives what was written back after a close. */
export interface Subject {
  readonly name: string;
  open(): Promise<{ store: KeyValueStore; reopen: () => Promise<KeyValueStore>; dispose: () => Promise<void> }>;
  /** Histories that the property test tries. */
  readonly runs: number;
}

export const bytes = (text: string): Uint8Array => Buffer.from(text, "latin1");

/** Keys of these tests begin with k: stores may keep other things of their own. */
export function dump(reader: KeyValueReader, prefix = "k"): string[] {
  return [...reader.entries(prefixRange(bytes(prefix)))].map(([key, value]) => `${Buffer.from(key).toString("latin1")}=${Buffer.from(value).toString("latin1")}`);
}

const put = (key: string, value: string): Write => ({ key: bytes(key), value: bytes(value) });
const remove = (key: string): Write => ({ key: bytes(key), value: undefined });

const writeArbitrary = fc
  .tuple(fc.constantFrom("k", "k\0", "ka", "ka\xff", "kb", "k\xff", "k\xff\xff"), fc.option(fc.string({ maxLength: 8 }), { nil: undefined }))
  .map(([key, value]): Write => ({ key: bytes(key), value: value === undefined ? undefined : Buffer.from(value) }));

export function keyValueContract(subject: Subject): void {
  const withStore = async (use: (store: KeyValueStore, reopen: () => Promise<KeyValueStore>) => Promise<void>): Promise<void> => {
    const { store, reopen, dispose } = await subject.open();
    try {
      await use(store, reopen);
    } finally {
      await dispose();
    }
  };

  describe(`${subject.name} as a key-value store`, () => {
    it("gives what was written, nothing for what was not or went", () =>
      withStore(async (store) => {
        assert.equal(store.get(bytes("ka")), undefined);
        await store.write([put("ka", "1"), put("kb", "")]);
        assert.deepEqual(dump(store), ["ka=1", "kb="]);
        assert.equal(store.get(bytes("kb"))?.length, 0);
        await store.write([remove("ka"), remove("kz")]);
        assert.equal(store.get(bytes("ka")), undefined);
      }));

    it("writes values to memory of the caller's where they fit", () =>
      withStore(async (store) => {
        await store.write([put("ka", "12345"), put("kb", "")]);
        const room = Buffer.from("........");
        assert.equal(store.getInto(bytes("ka"), room), 5);
        assert.equal(room.toString(), "12345...");
        assert.equal(store.getInto(bytes("kb"), room), 0);
        assert.equal(store.getInto(bytes("kc"), room), -1);
        assert.equal(store.getInto(bytes("ka"), room.subarray(0, 4)), 5);
        assert.equal(room.toString(), "12345...");
      }));

    it("lets the later of two changes of a batch count", () =>
      withStore(async (store) => {
        await store.write([put("ka", "1"), put("ka", "2"), put("kb", "1"), remove("kb")]);
        assert.deepEqual(dump(store), ["ka=2"]);
      }));

    it("orders keys as bytes, a prefix first, within the range", () =>
      withStore(async (store) => {
        await store.write(["k\xff", "k", "k\x7f", "k\x80", "ka", "k\0", "j", "l"].map((key) => put(key, "")));
        assert.deepEqual(dump(store), ["k=", "k\0=", "ka=", "k\x7f=", "k\x80=", "k\xff="]);
        const part = [...store.entries({ start: bytes("ka"), end: bytes("k\x80") })].map(([key]) => Buffer.from(key).toString("latin1"));
        assert.deepEqual(part, ["ka", "k\x7f"]);
      }));

    it("refuses a batch with a key that is too long, as a whole", () =>
      withStore(async (store) => {
        await assert.rejects(store.write([put("ka", "1"), put("k".repeat(256), "")]), RangeError);
        assert.deepEqual(dump(store), []);
        await store.write([put("k".repeat(255), "x")]);
        assert.equal(dump(store).length, 1);
      }));

    it("keeps large values and many writes", () =>
      withStore(async (store, reopen) => {
        const large = Buffer.alloc(3_000_000, 7);
        await store.write([{ key: bytes("klarge"), value: large }, ...Array.from({ length: 1_200 }, (_, i) => put(`k${String(i).padStart(5, "0")}`, String(i)))]);
        const again = await reopen();
        assert.equal(dump(again).length, 1_201);
        assert.deepEqual(Buffer.from(again.get(bytes("klarge"))!), large);
        // Some stores count in the background.
        for (let i = 0; i < 200 && again.size() <= 3_000_000; i++) await new Promise((resolve) => setTimeout(resolve, 10));
        assert.ok(again.size() > 3_000_000);
      }));

    it("has snapshots that later writes do not touch", () =>
      withStore(async (store) => {
        await store.write([put("ka", "1"), put("kb", "1")]);
        const snapshot = store.snapshot();
        const later = store.write([put("ka", "2"), remove("kb"), put("kc", "2")]);
        assert.deepEqual(dump(snapshot), ["ka=1", "kb=1"]);
        await new Promise((resolve) => setTimeout(resolve, 20));
        assert.equal(Buffer.from(snapshot.get(bytes("ka"))!).toString(), "1");
        assert.deepEqual(dump(snapshot), ["ka=1", "kb=1"]);
        snapshot.close();
        await later;
        assert.deepEqual(dump(store), ["ka=2", "kc=2"]);
      }));

    it("saves, lists and drops checkpoints", () =>
      withStore(async (store) => {
        await store.write([put("ka", "1")]);
        await store.saveCheckpoint("one");
        await store.write([put("ka", "2")]);
        await store.saveCheckpoint("two");
        assert.deepEqual(
          store.checkpoints().map((c) => c.name),
          ["one", "two"],
        );
        await store.dropCheckpoint("one");
        assert.deepEqual(
          store.checkpoints().map((c) => c.name),
          ["two"],
        );
        await assert.rejects(store.saveCheckpoint("../x"), /no name of a checkpoint/);
        assert.deepEqual(dump(store), ["ka=2"]);
      }));

    it("does what a map would, over any history and a reopening", () =>
      fc.assert(
        fc.asyncProperty(fc.array(fc.array(writeArbitrary, { maxLength: 6 }), { maxLength: 8 }), (batches) =>
          withStore(async (store, reopen) => {
            const model = new MemoryKeyValueStore();
            for (const batch of batches) {
              await model.write(batch);
              await store.write(batch);
              assert.deepEqual(dump(store), dump(model));
            }
            assert.deepEqual(dump(await reopen()), dump(model));
          }),
        ),
        { numRuns: subject.runs },
      ));
  });
}
