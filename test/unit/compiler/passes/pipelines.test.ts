/** Every pipeline gives the same results as the unoptimised program, on random programs, with the verifier after each pass. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cloneModule } from "../../../../compiler/ir/clone.js";
import { parseModule } from "../../../../compiler/ir/parser.js";
import { printModule } from "../../../../compiler/ir/printer.js";
import { checkOrder, runPipeline } from "../../../../compiler/passes/manager.js";
import type { Level } from "../../../../compiler/passes/pass.js";
import { PIPELINES, REGISTER_PASSES } from "../../../../compiler/passes/pipelines.js";
import { findPass, PASSES } from "../../../../compiler/passes/registry.js";
import { randomCallData, randomModule } from "../../../generators/ir.js";
import { observe } from "../../../generators/ir-observe.js";

const LEVELS = Object.keys(PIPELINES) as Level[];

test("pipelines name registered passes in an order that meets their needs", () => {
  for (const level of LEVELS) {
    const passes = PIPELINES[level].map((name) => findPass(name) ?? assert.fail(`no pass is called ${name}`));
    checkOrder(passes);
    assert.ok(passes.some((pass) => pass.gives.includes("ssa")));
  }
  assert.equal(new Set(PASSES.map((p) => p.name)).size, PASSES.length);
  assert.throws(() => runPipeline(randomModule(1, { locals: true }), "0", { passes: ["dce"] }), /the pass dce needs 'ssa'/);
  assert.throws(() => runPipeline(randomModule(1), "0", { passes: ["bogus"] }), /no pass is called 'bogus'/);
});

test("every level keeps the behaviour of random programs", () => {
  const runs = Number(process.env["SUPERVM_TEST_RUNS"] ?? 60);
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 80 }), (seed, size) => {
      const options = { size, locals: seed % 2 === 0, oddTypes: true };
      const calls = [1, 2, 3].map((i) => randomCallData(seed + i));
      const expected = observe(randomModule(seed, options), calls);
      for (const level of LEVELS) {
        const module = randomModule(seed, options);
        runPipeline(module, level, { verify: true });
        assert.equal(observe(module, calls), expected, `-O${level}\n${printModule(module)}`);
        const copy = cloneModule(module);
        const text = printModule(module);
        assert.equal(printModule(copy), text);
        runPipeline(copy, level, { verify: true, passes: REGISTER_PASSES, registerBits: 64 });
        assert.equal(printModule(module), text, "the original stays");
        assert.equal(observe(copy, calls), expected, `-O${level}, narrowed\n${printModule(copy)}`);
      }
    }),
    { numRuns: runs },
  );
});

test("pipelines are deterministic, and report time and text", () => {
  const texts = [1, 2].map(() => {
    const module = randomModule(99, { size: 60, locals: true });
    runPipeline(module, "3");
    return printModule(module);
  });
  assert.equal(texts[0], texts[1]);
  const module = randomModule(99, { locals: true });
  const timed: string[] = [];
  const printed: string[] = [];
  runPipeline(module, "2", { onTiming: (pass) => timed.push(pass), printAfter: { pass: "mem2reg", print: (text) => printed.push(text) } });
  assert.deepEqual(timed, PIPELINES["2"]);
  assert.equal(printed.length, 1);
  assert.doesNotMatch(printed[0]!, /local/);
  assert.doesNotThrow(() => parseModule(printed[0]!));
});
