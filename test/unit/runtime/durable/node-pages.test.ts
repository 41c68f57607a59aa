/** Pages of nodes: filling, reading, taking nodes out. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { numberKey, PREFIX } from "../../../../runtime/node/state/layout.js";
import { idsOfPage, PAGE_BYTES, PAGE_NODES, PageReader, pageOf, pageWithout, PageWriter, placeInPage, sizeInPage } from "../../../../runtime/node/state/node-pages.js";
import { StateError } from "../../../../runtime/store/durable/kv.js";
import { MemoryKeyValueStore } from "../../../../runtime/store/durable/memory-kv.js";
import { WriteQueue } from "../../../../runtime/store/durable/write-queue.js";

const recordOf = (n: number, size: number): Uint8Array => Uint8Array.from({ length: size }, (_, i) => (n * 7 + i) & 0xff);

function nodeIn(page: Uint8Array, slot: number): Uint8Array | undefined {
  const place = placeInPage(page, slot);
  return place < 0 ? undefined : Uint8Array.from(page.subarray(place, place + sizeInPage(page, slot)));
}

describe("pages of nodes", () => {
  it("hold what was added, each within one page of the medium, unless a node is larger", () =>
    fc.assert(
      fc.property(fc.array(fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 1, max: 640 }) }, fc.constantFrom(4_060, 4_069, 4_070, 70_000)), { maxLength: 200 }), (sizes) => {
        const queue = new WriteQueue(new MemoryKeyValueStore());
        const writer = new PageWriter(queue, 5);
        const reader = new PageReader(queue);
        const ids = sizes.map((size, n) => writer.add(recordOf(n, size), 0, size));
        if (ids.length > 0 && pageOf(ids[ids.length - 1]!) === writer.page)
          assert.deepEqual(nodeIn(writer.current(), ids[ids.length - 1]! % PAGE_NODES), recordOf(ids.length - 1, sizes[ids.length - 1]!));
        writer.close();
        for (const [n, id] of ids.entries()) {
          const page = reader.read(pageOf(id));
          assert.deepEqual(nodeIn(page, id % PAGE_NODES), recordOf(n, sizes[n]!));
          assert.ok(page.length <= PAGE_BYTES || sizes[n]! > PAGE_BYTES - 3);
        }
        const pages = new Set(ids.map(pageOf));
        assert.deepEqual(
          [...pages].flatMap((number) => [...idsOfPage(number, reader.read(number))]),
          ids,
        );
        if (pages.size > 0) assert.equal(writer.page, Math.max(...pages) + 1);
      }),
      { numRuns: 100 },
    ));

  it("lose nodes, and the others keep their places", () =>
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: PAGE_NODES }),
        fc.array(fc.array(fc.nat(PAGE_NODES - 1)), { maxLength: 4 }),
        (sizes, steps) => {
          const writer = new PageWriter(new WriteQueue(new MemoryKeyValueStore()), 1);
          for (const [n, size] of sizes.entries()) writer.add(recordOf(n, size), 0, size);
          let page: Uint8Array | undefined = writer.current();
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
