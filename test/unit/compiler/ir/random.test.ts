/** Random modules are valid, print and parse back, and behave the same afterwards. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseModule } from "../../../../compiler/ir/parser.js";
import { printModule } from "../../../../compiler/ir/printer.js";
import { assertValid } from "../../../../compiler/ir/verifier.js";
import { randomCallData, randomModule } from "../../../generators/ir.js";
import { observe } from "../../../generators/ir-observe.js";

test("random modules are valid and survive printing and parsing", () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 60 }), fc.boolean(), (seed, size, locals) => {
      const module = randomModule(seed, { size, locals, oddTypes: true });
      assertValid(module, "as generated");
      const text = printModule(module);
      const again = parseModule(text);
      assert.equal(printModule(again), text);
      const calls = [randomCallData(seed), randomCallData(seed + 1)];
      assert.equal(observe(again, calls), observe(module, calls));
    }),
    { numRuns: 100 },
  );
});

test("a seed names one program, and most end without a panic", () => {
  assert.equal(printModule(randomModule(7)), printModule(randomModule(7)));
  const ends = Array.from({ length: 100 }, (_, seed) => observe(randomModule(seed), [randomCallData(seed)]));
  const succeeded = ends.filter((text) => text.includes("-> true"));
  assert.ok(succeeded.length > 50, `${succeeded.length} of 100`);
});
