/** Older Solidity and libraries beside OpenZeppelin 5: every scenario on every target, compared step by step with the code of its own solc. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { TARGET_NAMES } from "../../targets/registry.js";
import { ours, reference, type Recorded } from "./scenario.js";
import { language } from "./scenarios/older-language.js";
import { openzeppelin3 } from "./scenarios/older-oz3.js";
import { openzeppelin4 } from "./scenarios/older-oz4.js";
import { solady } from "./scenarios/older-solady.js";
import { solmate } from "./scenarios/older-solmate.js";
import { uniswapV2 } from "./scenarios/older-uniswap-v2.js";
import { uniswapV3 } from "./scenarios/older-uniswap-v3.js";

const scenarios = [...language, ...uniswapV2, ...uniswapV3, ...openzeppelin3, ...openzeppelin4, ...solmate, ...solady];

for (const scenario of scenarios)
  describe(scenario.name, () => {
    let expected: Promise<Recorded[]> | undefined;
    for (const target of scenario.targets ?? TARGET_NAMES)
      it(`${target} answers as solc's code does`, async () => {
        const want = await (expected ??= reference(scenario));
        const got = await ours(scenario, target);
        for (const [i, step] of want.entries()) assert.deepEqual(got[i], step);
      });
  });
