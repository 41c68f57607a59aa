/** Random IR modules behave on the EVM as in the interpreter. `npm run fuzz` runs many more. */
import { test } from "node:test";
import { randomCallData, randomModule } from "../../../generators/ir.js";
import { assertSame } from "./run.js";

const calls = (seed: number): Uint8Array[] => [0, 1, 2].map((i) => randomCallData(seed * 7 + i));

test("random modules at -O2 on the newest fork", async () => {
  for (let seed = 1; seed <= 40; seed++) await assertSame([randomModule(seed, { size: 40 })], calls(seed));
});

test("random modules at -Os", async () => {
  for (let seed = 100; seed < 115; seed++) await assertSame([randomModule(seed)], calls(seed), { optimization: "s" });
});

test("random modules on a fork without shifts, PUSH0 and MCOPY", async () => {
  for (let seed = 200; seed < 215; seed++) await assertSame([randomModule(seed, { storage: false })], calls(seed), { evmVersion: "byzantium" });
});

test("one function with hundreds of statements", async () => {
  for (let seed = 300; seed < 303; seed++) await assertSame([randomModule(seed, { size: 300 })], calls(seed));
});
