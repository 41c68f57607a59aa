import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ENTRY, WordTable } from "../../../../runtime/store/word-table.js";

const slotOf = (n: number): Int32Array => {
  // Few different words, in all eight places, so that slots are near each other.
  const words = new Int32Array(10);
  for (let i = 0; i < 8; i++) words[i + 1] = (n >> i) & 1 ? -1 : n & 3;
  return words;
};

test("a table of words finds what a map finds, through growth and clearing", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof({ weight: 40, arbitrary: fc.tuple(fc.nat(3), fc.nat(255)) }, { weight: 1, arbitrary: fc.constant("clear" as const) }), { maxLength: 400 }),
      (actions) => {
        const table = new WordTable(2);
        const model = new Map<string, number>();
        for (const action of actions) {
          if (action === "clear") {
            table.clear();
            model.clear();
            continue;
          }
          const [owner, n] = action;
          const slot = slotOf(n);
          const key = `${owner}:${slot.join()}`;
          const entry = table.find(owner, slot, 1);
          assert.equal(entry, model.get(key) ?? -1);
          if (entry >= 0) continue;
          const added = table.add(owner, slot, 1);
          assert.equal(added, model.size, "entries are numbered in order");
          assert.deepEqual([...table.records.slice(added * ENTRY.SIZE + ENTRY.VALUE, added * ENTRY.SIZE + ENTRY.VALUE + 8)], new Array(8).fill(0));
          model.set(key, added);
        }
        assert.equal(table.count, model.size);
      },
    ),
    { numRuns: 200 },
  );
});
