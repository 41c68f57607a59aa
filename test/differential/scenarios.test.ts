/** Every scenario on every target, compared step by step with what solc's code does on an EVM. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ours, reference, type Recorded } from "./scenario.js";
import { features } from "./scenarios/features.js";
import { openzeppelin } from "./scenarios/openzeppelin.js";

for (const scenario of [...openzeppelin, ...features])
  describe(scenario.name, () => {
    let expected: Promise<Recorded[]> | undefined;
    for (const target of ["evm", "supervm", "solana"] as const)
      it(`${target} answers as solc's code does`, async () => {
        const want = await (expected ??= reference(scenario));
        const got = await ours(scenario, target);
        for (const [i, step] of want.entries()) assert.deepEqual(got[i], step);
      });
    it("evm answers the same without optimization", async () => {
      const want = await (expected ??= reference(scenario));
      assert.deepEqual(await ours(scenario, "evm", 0), want);
    });
  });
