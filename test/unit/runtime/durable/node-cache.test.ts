/** Node records in memory: what is given back is what was added, and the memory stays within its limit. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { NodeCache } from "../../../../runtime/node/state/node-cache.js";

/** A record that tells its id and size. */
function recordOf(id: number, size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => (id * 31 + size + i) & 0xff);
}

function found(cache: NodeCache, id: number): Uint8Array | undefined {
  return cache.find(id) ? cache.bytes.slice(cache.at, cache.at + cache.size) : undefined;
}

describe("node records in memory", () => {
  it("are what was added, over several turns of the generations", () =>
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 3_000 })), { maxLength: 600 }), (steps) => {
        const cache = new NodeCache(0);
        const sizes = new Map<number, number>();
        for (const [n, size] of steps) {
          // Ids beyond 32 bits, and such that differ in the high bits only.
          const id = n % 3 === 0 ? n * 2 ** 33 : n;
          const known = found(cache, id);
          if (known) assert.deepEqual(known, recordOf(id, sizes.get(id)!));
          else {
            cache.add(id, recordOf(id, size), 0, size);
            sizes.set(id, size);
            assert.deepEqual(found(cache, id), recordOf(id, size));
          }
        }
      }),
      { numRuns: 60 },
    ));

  it("stay while they are used, and go when they are not", () => {
    const cache = new NodeCache(0);
    cache.add(1, recordOf(1, 1_000), 0, 1_000);
    cache.add(2, recordOf(2, 1_000), 0, 1_000);
    for (let id = 10; id < 400; id++) {
      cache.add(id, recordOf(id, 1_000), 0, 1_000);
      assert.deepEqual(found(cache, 1), recordOf(1, 1_000));
    }
    assert.equal(cache.find(2), false);
  });

  it("may be larger than a generation", () => {
    const cache = new NodeCache(0);
    const size = 300_000;
    cache.add(1, recordOf(1, 10), 0, 10);
    cache.add(2, recordOf(2, size), 0, size);
    assert.deepEqual(found(cache, 2), recordOf(2, size));
    cache.add(3, recordOf(3, 10), 0, 10);
    assert.deepEqual(found(cache, 2), recordOf(2, size));
    assert.deepEqual(found(cache, 3), recordOf(3, 10));
  });

  it("are copied out of the memory that is used anew", () => {
    const cache = new NodeCache(0);
    // Fills the younger generation but for less than a record, so that the next one, found in the older, takes the older's place.
    cache.add(1, recordOf(1, 30_000), 0, 30_000);
    cache.add(2, recordOf(2, 30_000), 0, 30_000);
    cache.add(3, recordOf(3, 30_000), 0, 30_000);
    cache.add(4, recordOf(4, 30_000), 0, 30_000);
    assert.deepEqual(found(cache, 2), recordOf(2, 30_000));
  });
});
