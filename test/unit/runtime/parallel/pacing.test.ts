/** When blocks run on all threads: pauses after blocks that were not worth it, and their end. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Pacing } from "../../../../runtime/executor/parallel/pacing.js";

/** Blocks in a row that are to be run serially. */
function pauseOf(pacing: Pacing): number {
  let blocks = 0;
  while (!pacing.isWorthwhile()) blocks++;
  return blocks;
}

test("blocks without many conflicts run on all threads, one after another", () => {
  const pacing = new Pacing();
  for (let block = 0; block < 5; block++) {
    assert.ok(pacing.isWorthwhile());
    pacing.ran(300, 100);
  }
});

test("pauses double while trials fail, up to a bound, and end with one that does not", () => {
  const pacing = new Pacing();
  const pauses: number[] = [];
  for (let trial = 0; trial < 8; trial++) {
    pacing.ran(300, 101);
    pauses.push(pauseOf(pacing));
  }
  assert.deepEqual(pauses, [1, 2, 4, 8, 16, 32, 32, 32]);
  pacing.ran(300, 20);
  assert.equal(pauseOf(pacing), 0);
  pacing.ran(300, 300);
  assert.equal(pauseOf(pacing), 1);
});
