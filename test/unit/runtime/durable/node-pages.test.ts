/** Pages of nodes: filling, reading, taking nodes out. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { numberKey, PREFIX } from "../../../../runtime/node/state/layout.js";
import { idsOfPage, PAGE_BYTES, PAGE_NODES, PageReader, pageOf, pageWithout, PageWriter, placeInPage, sizeInPage } from "../../../../runtime/node/state/node-pages.js";
import { StateError } from "../../../../runtime/store/durable/kv.js";
import { MemoryKeyValueStore } from "../../../../runtime/store/durable/memory-kv.js";
import { WriteQueue } from "../../../../runtime/store/durable/write-queue.js";

/** Some bytes, which begin as a branch with sixteen children does or as something else. */
function recordOf(n: number, size: number, isUpper = false): Uint8Array {
  const record = Uint8Array.from({ length: size }, (_, i) => (n * 7 + i) & 0xff);
  record.set(isUpper ? [0, 0xff, 0xff] : [3]);
  return record;
}

function nodeIn(page: Uint8Array, slot: number): Uint8Array | undefined {
  const place = placeInPage(page, slot);
  return place < 0 ? undefined : Uint8Array.from(page.subarray(place, place + sizeInPage(page, slot)));
}

const ascending = (numbers: Iterable<number>): number[] => [...numbers].sort((a, b) => a - b);

const records = fc
  .array(fc.tuple(fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 3, max: 640 }) }, fc.constantFrom(4_060, 4_069, 4_070, 70_000)), fc.boolean()), { maxLength: 200 })
  .map((list) => list.map(([size, isUpper], n) => recordOf(n, size, isUpper)));

describe("pages of nodes", () => {
  it("hold what was added, each within one page of the medium, unless a node is larger", () =>
    fc.assert(
      fc.property(records, (added) => {
        const queue = new WriteQueue(new MemoryKeyValueStore());
        const writer = new PageWriter(queue, 5);
        const reader = new PageReader(queue);
        const ids = added.map((record) => writer.add(record, 0, record.length));
        for (const [n, id] of ids.entries()) {
          const page = writer.unfinished(pageOf(id));
          if (page) assert.deepEqual(nodeIn(page, id % PAGE_NODES), added[n]);
        }
        writer.close();
        for (const [n, id] of ids.entries()) {
          const page = reader.read(pageOf(id));
          assert.deepEqual(nodeIn(page, id % PAGE_NODES), added[n]);
          assert.ok(page.length <= PAGE_BYTES || added[n]!.length > PAGE_BYTES - 3);
        }
        const pages = ascending(new Set(ids.map(pageOf)));
        assert.deepEqual(
          pages.flatMap((number) => [...idsOfPage(number, reader.read(number))]),
          ascending(ids),
        );
        assert.deepEqual(
          pages,
          pages.map((_, i) => 5 + i),
        );
        assert.equal(writer.next, 5 + pages.length);
      }),
      { numRuns: 100 },
    ));

  it("keep the upper nodes of a trie from the lower ones", () => {
    const writer = new PageWriter(new WriteQueue(new MemoryKeyValueStore()), 1);
    const pagesOf = (isUpper: boolean): Set<number> => new Set(Array.from({ length: 40 }, (_, n) => pageOf(writer.add(recordOf(n, 300, isUpper), 0, 300))));
    const [upper, lower, again] = [pagesOf(true), pagesOf(false), pagesOf(true)];
    for (const page of lower) assert.ok(!upper.has(page) && !again.has(page));
    assert.ok(
      [...again].some((page) => upper.has(page)),
      "a page that was begun is filled",
    );
  });

  it("lose nodes, and the others keep their places", () =>
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 3, max: 60 }), { minLength: 1, maxLength: PAGE_NODES }),
        fc.array(fc.array(fc.nat(PAGE_NODES - 1)), { maxLength: 4 }),
        (sizes, steps) => {
          const writer = new PageWriter(new WriteQueue(new MemoryKeyValueStore()), 1);
          for (const [n, size] of sizes.entries()) writer.add(recordOf(n, size), 0, size);
          let page = writer.unfinished(1);
          const gone = new Set<number>();
          for (const step of steps) {
            for (const slot of step) gone.add(slot);
            page = page && pageWithout(page, new Set(step));
            for (const [n, size] of sizes.entries()) assert.deepEqual(page && nodeIn(page, n), gone.has(n) ? undefined : recordOf(n, size));
            if (page) assert.equal(page.length, 1 + 2 * sizes.length + sizes.reduce((sum, size, n) => (gone.has(n) ? sum : sum + size), 0));
          }
        },
      ),
    ));

  it("that are not there are an error", () => {
    const queue = new WriteQueue(new MemoryKeyValueStore());
    const reader = new PageReader(queue);
    assert.throws(() => reader.read(3), StateError);
    queue.put(numberKey(PREFIX.NODES, 3), Uint8Array.of(1, 1, 0, 9));
    assert.deepEqual(nodeIn(reader.read(3), 0), Uint8Array.of(9));
    assert.equal(nodeIn(reader.read(3), 1), undefined);
  });
});
