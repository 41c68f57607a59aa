/** Functions with equal code are kept once, callers of merged functions merge too, different ones stay. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { LirBuilder } from "../../../../targets/solana/lir/builder.js";
import { LirProgram } from "../../../../targets/solana/lir/instruction.js";
import { mergeFunctions } from "../../../../targets/solana/merge-functions.js";

function define(program: LirProgram, name: string, body: (f: LirBuilder) => void): void {
  const f = new LirBuilder(program, name, 1);
  body(f);
  f.finish();
}

test("merges equal functions and their callers", () => {
  const program = new LirProgram();
  for (const contract of ["A", "B"]) {
    define(program, `${contract}#leaf`, (f) => f.ret([f.add(f.param(0), 1n)]));
    define(program, `${contract}#caller`, (f) => f.ret([f.call1(`${contract}#leaf`, [f.param(0)])]));
  }
  define(program, "B#other", (f) => f.ret([f.add(f.param(0), 2n)]));
  define(program, "entry", (f) => f.ret([f.add(f.call1("A#caller", [1n]), f.add(f.call1("B#caller", [1n]), f.call1("B#other", [1n])))]));
  const merged = mergeFunctions(program, new Set(["entry"]));
  assert.deepEqual([...merged.funcs.keys()].sort(), ["A#caller", "A#leaf", "B#other", "entry"]);
  const callees = merged.funcs.get("entry")!.insts.flatMap((i) => (i.kind === "call" ? [i.callee] : []));
  assert.deepEqual(callees, ["A#caller", "A#caller", "B#other"]);
});

test("merges functions that call themselves", () => {
  const program = new LirProgram();
  for (const name of ["A#again", "B#again"]) define(program, name, (f) => f.ret([f.call1(name, [f.sub(f.param(0), 1n)])]));
  const merged = mergeFunctions(program, new Set());
  assert.deepEqual([...merged.funcs.keys()], ["A#again"]);
});

test("functions that differ in their frame slots stay apart", () => {
  const program = new LirProgram();
  define(program, "small", (f) => f.ret([f.slotAddr(f.slot(8))]));
  define(program, "large", (f) => f.ret([f.slotAddr(f.slot(64))]));
  assert.equal(mergeFunctions(program, new Set()).funcs.size, 2);
});
