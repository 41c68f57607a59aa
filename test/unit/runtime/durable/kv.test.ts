/** The stores in memory and on disk under one contract; what LMDB's folder may be; writing behind. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";
import { BoundedCache } from "../../../../runtime/store/durable/bounded-cache.js";
import { StateError, type KeyValueStore, type Write } from "../../../../runtime/store/durable/kv.js";
import { openLmdb, restoreLmdb } from "../../../../runtime/store/durable/lmdb-kv.js";
import { MemoryKeyValueStore } from "../../../../runtime/store/durable/memory-kv.js";
import { WriteQueue } from "../../../../runtime/store/durable/write-queue.js";
import { bytes, dump, keyValueContract } from "./contract.js";

const root = fs.mkdtempSync(path.join(os.tmpdir(), "supervm-kv-"));
after(() => fs.rmSync(root, { recursive: true, force: true }));
let folders = 0;
const folder = (): string => path.join(root, String(folders++));

keyValueContract({
  name: "memory",
  runs: 100,
  async open() {
    const store = new MemoryKeyValueStore();
    return { store, reopen: async () => store, dispose: async () => undefined };
  },
});

keyValueContract({
  name: "LMDB",
  runs: 15,
  async open() {
    const place = folder();
    let store = openLmdb(place);
    return {
      store,
      async reopen() {
        await store.close();
        return (store = openLmdb(place));
      },
      dispose: () => store.close(),
    };
  },
});

function kindOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof StateError) return error.kind;
    throw error;
  }
  return "opened";
}

describe("a state folder", () => {
  const put = (store: KeyValueStore, key: string, value: string): Promise<void> => store.write([{ key: bytes(key), value: bytes(value) }]);

  it("is refused where it is something else", () => {
    const file = folder();
    fs.writeFileSync(file, "text");
    assert.equal(
      kindOf(() => openLmdb(file)),
      "foreign",
    );
    const project = folder();
    fs.mkdirSync(project);
    fs.writeFileSync(path.join(project, "package.json"), "{}");
    assert.equal(
      kindOf(() => openLmdb(project)),
      "foreign",
    );
    assert.deepEqual(fs.readdirSync(project), ["package.json"]);
  });

  it("is refused where its file is damaged or cut off, and restored from a checkpoint", async () => {
    const place = folder();
    const store = openLmdb(place);
    await store.write(Array.from({ length: 2_000 }, (_, i): Write => ({ key: bytes(`k${i}`), value: Buffer.alloc(100) })));
    await store.saveCheckpoint("before");
    await put(store, "klast", "1");
    await store.close();
    const data = path.join(place, "data.mdb");
    fs.truncateSync(data, 100_000);
    assert.equal(
      kindOf(() => openLmdb(place)),
      "corrupt",
    );
    fs.writeFileSync(data, "rubbish".repeat(5_000));
    assert.equal(
      kindOf(() => openLmdb(place)),
      "corrupt",
    );
    await assert.rejects(restoreLmdb(place, "other"), /there is no checkpoint 'other'/);
    await restoreLmdb(place, "before");
    const again = openLmdb(place);
    assert.equal(dump(again).length, 2_000);
    await again.close();
    const elsewhere = folder();
    await restoreLmdb(elsewhere, path.join(place, "checkpoints", "before"));
    const copy = openLmdb(elsewhere);
    assert.equal(dump(copy).length, 2_000);
    await copy.close();
  });

  it("has one owner, until that ends", async () => {
    const place = folder();
    const store = openLmdb(place);
    await put(store, "k", "1");
    assert.equal(
      kindOf(() => openLmdb(place)),
      "locked",
    );
    await assert.rejects(restoreLmdb(place, "x"), /no checkpoint/);
    await store.close();
    // The owner that a killed process left behind.
    const ended = spawnSync(process.execPath, ["-e", ""]);
    const left = openLmdb(place);
    await left.write([
      { key: bytes("~owner"), value: Buffer.from(JSON.stringify({ host: os.hostname(), pid: ended.pid, inode: String(fs.statSync(path.join(place, "data.mdb")).ino) })) },
    ]);
    const next = openLmdb(place);
    assert.deepEqual(dump(next), ["k=1"]);
    await left.close();
    await next.close();
  });
});

describe("checkpoints of a state folder", () => {
  it("that a crash left half saved or half removed are none, and go", async () => {
    const place = folder();
    const store = openLmdb(place);
    await store.write([{ key: bytes("k"), value: bytes("1") }]);
    for (const name of ["block-1", "block-2"]) await store.saveCheckpoint(name);
    const inside = (name: string): string => path.join(place, "checkpoints", name);
    // An older version removed them under their own names.
    fs.rmSync(path.join(inside("block-1"), "data.mdb"));
    fs.mkdirSync(inside(".block-3.tmp"));
    fs.mkdirSync(inside(".block-0.gone"));
    const names = (of: KeyValueStore): string[] => of.checkpoints().map(({ name }) => name);
    assert.deepEqual(names(store), ["block-2"]);
    await store.close();
    const again = openLmdb(place);
    assert.deepEqual(names(again), ["block-2"]);
    assert.deepEqual(
      fs.readdirSync(path.join(place, "checkpoints")).filter((name) => name.startsWith(".")),
      [],
    );
    await again.saveCheckpoint("block-1");
    await again.saveCheckpoint("block-2");
    assert.deepEqual(names(again), ["block-1", "block-2"]);
    await again.dropCheckpoint("block-1");
    await again.dropCheckpoint("block-1");
    assert.deepEqual(fs.readdirSync(path.join(place, "checkpoints")), ["block-2"]);
    await again.close();
  });
});

describe("a cache", () => {
  it("keeps what is used, whatever comes, and no more than its limit", () => {
    const cache = new BoundedCache<number, number>(100);
    cache.set(-1, 1);
    for (let i = 0; i < 10_000; i++) {
      cache.set(i, i);
      assert.equal(cache.get(-1), 1);
    }
    const kept = Array.from({ length: 10_000 }, (_, i) => i).filter((i) => cache.has(i));
    assert.ok(kept.length <= 100 && kept.length >= 49, `${kept.length} entries`);
    assert.equal(kept[kept.length - 1], 9_999);
    assert.equal(kept[0], 10_000 - kept.length, "what came last is kept");
  });

  it("gives the newest value, and nothing that was deleted", () => {
    const cache = new BoundedCache<number, string>(4);
    for (const [key, value] of [
      [1, "old"],
      [2, "b"],
      [1, "new"],
      [3, "c"],
    ] as const)
      cache.set(key, value);
    assert.equal(cache.get(1), "new");
    cache.delete(1);
    assert.equal(cache.get(1), undefined);
    assert.equal(cache.has(1), false);
  });
});

describe("writing behind", () => {
  /** A store whose writes end when the test says so. */
  class SlowStore extends MemoryKeyValueStore {
    readonly groups: number[] = [];
    private readonly waiting: (() => void)[] = [];
    broken = false;

    override async write(batch: readonly Write[]): Promise<void> {
      this.groups.push(batch.length);
      await new Promise<void>((resolve) => this.waiting.push(resolve));
      if (this.broken) throw new StateError("lost", "the disk is full");
      await super.write(batch);
    }

    release(): void {
      this.waiting.shift()?.();
    }
  }

  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it("groups what is sealed while a group is on its way, and waits for that only", async () => {
    const store = new SlowStore();
    const queue = new WriteQueue(store);
    const put = (key: string): Promise<void> => {
      queue.put(bytes(key), bytes("1"));
      queue.seal();
      return queue.durable()!;
    };
    let [first, rest] = [false, 0];
    void put("k1").then(() => (first = true));
    await turn();
    for (const key of ["k2", "k3", "k4"]) void put(key).then(() => rest++);
    queue.put(bytes("k5"), bytes("open"));
    assert.deepEqual(dump(queue), ["k1=1", "k2=1", "k3=1", "k4=1", "k5=open"]);
    assert.deepEqual(dump(store), []);
    store.release();
    await turn();
    assert.deepEqual([first, rest, store.groups], [true, 0, [1, 3]]);
    store.release();
    await turn();
    assert.deepEqual([rest, queue.durable(), dump(store)], [3, undefined, ["k1=1", "k2=1", "k3=1", "k4=1"]]);
    queue.discard();
    assert.equal(queue.get(bytes("k5")), undefined);
  });

  it("reads deletions before they are written", async () => {
    const store = new MemoryKeyValueStore();
    await store.write(["k1", "k2", "k3"].map((key) => ({ key: bytes(key), value: bytes("old") })));
    const queue = new WriteQueue(store);
    queue.delete(bytes("k2"));
    queue.put(bytes("k0"), bytes("new"));
    queue.put(bytes("k3"), bytes("new"));
    assert.deepEqual(dump(queue), ["k0=new", "k1=old", "k3=new"]);
    assert.equal(queue.get(bytes("k2")), undefined);
  });

  it("says for ever that a write failed", async () => {
    const store = new SlowStore();
    const queue = new WriteQueue(store);
    queue.put(bytes("k1"), bytes("1"));
    queue.seal();
    const durable = queue.durable();
    await turn();
    store.broken = true;
    store.release();
    await assert.rejects(durable!, /the disk is full/);
    await assert.rejects(queue.durable()!, /the disk is full/);
  });
});
