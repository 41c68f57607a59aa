/** Random IR modules behave on the Solana target as in the interpreter. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_SENDER, World } from "../../../../compiler/ir/interpreter/world.js";
import { randomCallData, randomModule, type RandomIrOptions } from "../../../generators/ir.js";
import { TestWorld } from "./test-world.js";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

function compare(seed: number, options: RandomIrOptions, version: "v0" | "v3"): void {
  const module = randomModule(seed, options);
  const world = new World([module]);
  const { address } = world.deploy({ module });
  assert.ok(address !== undefined);
  const machine = new TestWorld([module], version);
  for (let call = 0; call < 4; call++) {
    const data = randomCallData(seed * 7 + call);
    const expected = world.send({ to: address, data });
    const actual = machine.run(module, { data, caller: DEFAULT_SENDER, address });
    const where = `seed ${seed}, call ${call}, data 0x${hex(data)}`;
    assert.equal(actual.error, undefined, where);
    assert.deepEqual(
      { success: actual.success, data: hex(actual.returnData), logs: actual.logs.map((l) => [l.topics, hex(l.data)]) },
      { success: expected.success, data: hex(expected.returnData), logs: expected.logs.map((l) => [l.topics, hex(l.data)]) },
      where,
    );
    assert.deepEqual([...machine.storage].sort(), [...world.storage(address)].sort(), where);
  }
}

const SEEDS = Number(process.env["SUPERVM_TEST_SEEDS"] ?? 40);

test("random modules", () => {
  for (let seed = 1; seed <= SEEDS; seed++) compare(seed, {}, seed % 2 === 0 ? "v0" : "v3");
});

test("random modules with local variables and odd types", () => {
  for (let seed = 1; seed <= SEEDS / 2; seed++) compare(seed + 10_000, { locals: true, oddTypes: true }, seed % 2 === 0 ? "v0" : "v3");
});
