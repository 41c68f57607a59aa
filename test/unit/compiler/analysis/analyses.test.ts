/** Analyses against their definitions, by brute force on random functions. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { computeCallGraph } from "../../../../compiler/analysis/call-graph.js";
import { computeCfg, type Cfg } from "../../../../compiler/analysis/cfg.js";
import { computeDominators, dominanceFrontiers } from "../../../../compiler/analysis/dominators.js";
import { computeLiveness } from "../../../../compiler/analysis/liveness.js";
import { computeLoops } from "../../../../compiler/analysis/loops.js";
import type { BlockId, Func, ValueId } from "../../../../compiler/ir/module.js";
import { parseModule } from "../../../../compiler/ir/parser.js";
import { randomModule } from "../../../generators/ir.js";

/** Blocks that the entry reaches without passing `without`. */
function reachable(cfg: Cfg, from: BlockId, without?: BlockId): Set<BlockId> {
  const seen = new Set<BlockId>();
  const work = from === without ? [] : [from];
  while (work.length > 0) {
    const block = work.pop()!;
    if (seen.has(block)) continue;
    seen.add(block);
    for (const to of cfg.succs[block]!) if (to !== without) work.push(to);
  }
  return seen;
}

function forRandomFunctions(check: (func: Func, cfg: Cfg) => void): void {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      for (const func of randomModule(seed, { size: 40 }).funcs.values()) check(func, computeCfg(func));
    }),
    { numRuns: 40 },
  );
}

test("reverse postorder has every reachable block once, and predecessors match successors", () => {
  forRandomFunctions((func, cfg) => {
    assert.deepEqual(new Set(cfg.rpo.map((b) => b.id)), reachable(cfg, func.entry.id));
    assert.equal(cfg.rpo[0], func.entry);
    for (const block of cfg.rpo) for (const to of cfg.succs[block.id]!) assert.ok(cfg.preds[to]!.includes(block.id));
  });
});

test("a block dominates what is unreachable without it; frontiers and loops follow", () => {
  forRandomFunctions((func, cfg) => {
    const dominators = computeDominators(cfg);
    const frontiers = dominanceFrontiers(cfg, dominators);
    for (const a of cfg.rpo) {
      const without = reachable(cfg, func.entry.id, a.id);
      for (const b of cfg.rpo) {
        assert.equal(dominators.dominates(a.id, b.id), !without.has(b.id), `b${a.id} over b${b.id}`);
        const strictly = dominators.dominates(a.id, b.id) && a !== b;
        const meets = cfg.preds[b.id]!.some((p) => dominators.dominates(a.id, p)) && !strictly;
        assert.equal(frontiers[a.id]!.includes(b.id), meets);
      }
    }
    const { loops, depth } = computeLoops(cfg, dominators);
    for (const { header, latches, blocks } of loops) {
      for (const block of blocks) assert.ok(dominators.dominates(header, block));
      for (const latch of latches) assert.ok(blocks.has(latch) && cfg.succs[latch]!.includes(header));
    }
    for (const block of cfg.rpo) assert.equal(depth[block.id], loops.filter((l) => l.blocks.has(block.id)).length);
  });
});

test("a value is live where a use can be reached without passing its definition", () => {
  forRandomFunctions((_func, cfg) => {
    const { liveIn, liveOut } = computeLiveness(cfg);
    const defined = new Map<ValueId, BlockId>();
    const used = new Map<ValueId, Set<BlockId>>();
    for (const block of cfg.rpo) {
      for (const value of [...block.params, ...block.insts.flatMap((i) => i.results)]) defined.set(value, block.id);
      for (const inst of block.insts) for (const value of [...inst.args, ...inst.targets.flatMap((t) => t.args)]) used.set(value, (used.get(value) ?? new Set()).add(block.id));
    }
    for (const block of cfg.rpo) {
      const expected = [...used].filter(([value, blocks]) => {
        const definition = defined.get(value);
        return [...reachable(cfg, block.id, definition)].some((b) => blocks.has(b));
      });
      assert.deepEqual(
        liveIn[block.id],
        expected.map(([value]) => value).sort((a, b) => a - b),
        `b${block.id}`,
      );
      const out = new Set(cfg.succs[block.id]!.flatMap((to) => liveIn[to]!));
      assert.deepEqual(
        liveOut[block.id],
        [...out].sort((a, b) => a - b),
      );
    }
  });
});

test("the call graph goes bottom-up and knows recursion", () => {
  const text = (name: string, callees: string[]): string => `func @${name}() {\nb0:\n${callees.map((c) => ` call @${c}\n`).join("")} exit.stop\n}\n`;
  const calls = { creation: ["a"], runtime: ["b", "b"], a: ["c"], b: ["c", "d"], c: [], d: ["e"], e: ["d"], f: ["f"], unused: ["a"] };
  const module = parseModule(
    `module "m:C" contract creation @creation runtime @runtime\n${Object.entries(calls)
      .map(([n, c]) => text(n, c))
      .join("")}`,
  );
  const graph = computeCallGraph(module);
  const order = graph.bottomUp.map((f) => f.name);
  assert.deepEqual(new Set(order), new Set(["creation", "runtime", "a", "b", "c", "d", "e"]));
  assert.deepEqual(graph.recursive, new Set(["d", "e"]));
  for (const [caller, callee] of [
    ["a", "c"],
    ["b", "c"],
    ["b", "d"],
    ["runtime", "b"],
  ] as const)
    assert.ok(order.indexOf(callee) < order.indexOf(caller));
  assert.equal(graph.calls.get("runtime")!.get("b"), 2);
});
