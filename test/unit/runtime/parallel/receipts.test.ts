/** Receipts keep everything on the way through shared memory, also those for which the block's own memory for receipts has no room. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Arena } from "../../../../runtime/executor/parallel/arena.js";
import { Receipts, writeReceipt } from "../../../../runtime/executor/parallel/receipts.js";
import type { Outcome } from "../../../../runtime/executor/block-executor.js";

function arenaOf(words: number, piece: number): Arena {
  const header = new Int32Array(new SharedArrayBuffer(4));
  Arena.clear(header, 0);
  return new Arena({ memory: new SharedArrayBuffer(4 * words), header, top: 0, piece });
}

const bytes = (most: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength: most });
const address = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((a) => Buffer.from(a).toString("latin1"));
const topic = fc.uint8Array({ minLength: 32, maxLength: 32 });
const log = fc.record({ address, topics: fc.array(topic, { maxLength: 4 }), data: bytes(300) });
const outcome: fc.Arbitrary<Outcome> = fc.record(
  {
    success: fc.boolean(),
    data: bytes(200),
    gasUsed: fc.maxSafeNat(),
    executionGas: fc.maxSafeNat(),
    logs: fc.array(log, { maxLength: 3 }),
    error: fc.string({ unit: "grapheme", minLength: 1 }),
    created: address,
  },
  { requiredKeys: ["success", "data", "gasUsed", "executionGas", "logs"] },
);

function plain({ success, data, gasUsed, executionGas, logs, error, created }: Outcome): unknown {
  const entries = logs.map((l) => ({ address: l.address, topics: l.topics.map((t) => Buffer.from(t).toString("hex")), data: Buffer.from(l.data).toString("hex") }));
  return { success, data: Buffer.from(data).toString("hex"), gasUsed, executionGas, logs: entries, error, created };
}

test("receipts are read as they were written, after the arena has been used for another block", () => {
  let elsewhere = 0;
  fc.assert(
    fc.property(fc.array(outcome, { minLength: 1, maxLength: 12 }), fc.integer({ min: 20, max: 2_000 }), (written, room) => {
      const receipts = arenaOf(room, 64);
      const arena = arenaOf(16_384, 256);
      const offsets = Int32Array.from(written, (receipt) => writeReceipt(receipts, arena, receipt));
      elsewhere += offsets.filter((offset) => offset < 0).length;
      const read = new Receipts(receipts.words, offsets, arena.words);
      arena.words.fill(-1);
      assert.deepEqual([...read].map(plain), written.map(plain));
      assert.equal(read.at(-1), undefined);
      assert.equal(read.at(written.length), undefined);
    }),
    { numRuns: 300 },
  );
  assert.ok(elsewhere > 100, "some receipts found no room in their own memory");
});
