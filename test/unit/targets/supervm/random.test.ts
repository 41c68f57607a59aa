/** Random IR modules behave on SuperVM as in the interpreter, at every level. `npm run fuzz` runs many more. */
import { test } from "node:test";
import { randomCallData, randomModule } from "../../../generators/ir.js";
import { assertSame } from "./run.js";

const calls = (seed: number): Uint8Array[] => [0, 1, 2].map((i) => randomCallData(seed * 7 + i));

test("random modules without optimisation, with local variables and all widths", async () => {
  for (let seed = 1; seed <= 60; seed++) {
    await assertSame([randomModule(seed, { size: 40, locals: seed % 2 === 0, oddTypes: seed % 3 === 0 })], calls(seed), { optimization: "0" });
  }
});

test("random modules at -O2", async () => {
  for (let seed = 100; seed < 115; seed++) await assertSame([randomModule(seed)], calls(seed), { optimization: "2" });
});

test("random modules at -Os and -O1", async () => {
  for (let seed = 200; seed < 208; seed++) await assertSame([randomModule(seed)], calls(seed), { optimization: seed % 2 === 0 ? "s" : "1" });
});

test("one function with hundreds of statements", async () => {
  await assertSame([randomModule(300, { size: 400 })], calls(300), { optimization: "0" });
});
