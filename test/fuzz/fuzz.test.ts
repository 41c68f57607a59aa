/** Some random programs at each run of the tests; `npm run fuzz` runs as many as one likes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { randomProgram } from "./generate/program.js";
import { runBatch } from "./run/batch.js";
import { variantsOf } from "./run/ours.js";
import { formatFinding } from "./run/report.js";
import { programSeed } from "./run/seeds.js";
import { SENDERS } from "./run/side.js";
import { nodesOf, NO_EDITS, render } from "./tree.js";

test("random programs behave as solc's code", async () => {
  const seeds = Array.from({ length: 14 }, (_, i) => programSeed(2024, i));
  const variants = variantsOf(["interpreter", "evm"]).filter((v) => v.name !== "evm -O3");
  const { programs, executions, findings, rejected } = await runBatch(seeds, { variants: () => variants, generator: "ir", senders: SENDERS, shrinkTime: 0 });
  assert.equal(findings.map(formatFinding).join("\n"), "");
  assert.deepEqual(rejected, []);
  assert.equal(programs, seeds.length);
  assert.ok(executions > 10 * programs, `${executions} executions`);
});

test("a seed names one program", () => {
  const [first, again] = [randomProgram(77), randomProgram(77)];
  assert.equal(render(first.root), render(again.root));
  assert.deepEqual(first.calls, again.calls);
  assert.notEqual(render(first.root), render(randomProgram(78).root));
});

test("edits leave out nodes and put others in their place", () => {
  const { root } = randomProgram(77);
  const statement = nodesOf(root, NO_EDITS).find((n) => n.removable && nodesOf(n, NO_EDITS).some((inner) => inner !== n && inner.removable));
  assert.ok(statement);
  const without = new Map([[statement, []]]);
  assert.equal(render(root, without), render(root).replace(render(statement), ""));
  assert.ok(nodesOf(root, without).length < nodesOf(root, NO_EDITS).length);
  assert.ok(render(root, new Map([[statement, ["// left out\n"]]])).includes("// left out"));
});
