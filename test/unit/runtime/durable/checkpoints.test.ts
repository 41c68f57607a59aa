/** When checkpoints are saved, and which stay. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Checkpoints, type CheckpointSchedule } from "../../../../runtime/node/chain/checkpoints.js";
import { MemoryKeyValueStore } from "../../../../runtime/store/durable/memory-kv.js";

class Subject {
  readonly store = new MemoryKeyValueStore();
  now = Date.now();
  readonly failures: unknown[] = [];
  readonly checkpoints: Checkpoints;

  constructor(schedule: CheckpointSchedule, height = 0) {
    this.checkpoints = new Checkpoints(this.store, schedule, height, { saved: () => undefined, failed: (error) => this.failures.push(error) }, () => this.now);
  }

  async mine(height: number, durable?: Promise<void>): Promise<void> {
    this.checkpoints.mined(height, durable);
    await this.checkpoints.idle();
  }

  get names(): string[] {
    return this.store.checkpoints().map((c) => c.name);
  }
}

describe("checkpoints", () => {
  it("come every so many blocks, and the newest stay", async () => {
    const subject = new Subject({ blocks: 3, seconds: undefined, keep: 2 });
    await subject.store.saveCheckpoint("mine");
    for (let height = 1; height <= 10; height++) await subject.mine(height);
    assert.deepEqual(subject.names, ["mine", "block-6", "block-9"]);
  });

  it("come after so many seconds, if there are new blocks", async () => {
    const subject = new Subject({ blocks: undefined, seconds: 60, keep: 5 });
    assert.equal(subject.checkpoints.age(), undefined);
    await subject.mine(1);
    subject.now += 61_000;
    await subject.mine(2);
    await subject.mine(3);
    assert.deepEqual(subject.names, ["block-2"]);
    subject.now += 30_000;
    assert.equal(subject.checkpoints.age(), 30);
    subject.now += 31_000;
    await subject.mine(4);
    assert.deepEqual(subject.names, ["block-2", "block-4"]);
  });

  it("count anew where the chain went back, and do not end with a failure", async () => {
    const subject = new Subject({ blocks: 2, seconds: undefined, keep: 5 }, 10);
    await subject.mine(4);
    await subject.mine(5);
    assert.deepEqual(subject.names, []);
    await subject.mine(6, Promise.reject(new Error("the disk is full")));
    assert.deepEqual([subject.names, subject.failures.length], [[], 1]);
    await subject.mine(7);
    assert.deepEqual(subject.names, ["block-7"]);
  });
});
