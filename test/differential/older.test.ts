/** Older Solidity, Uniswap and solmate: every scenario on every target, compared step by step with the code of its own solc. */
import { compareWithSolc } from "./openzeppelin.js";
import { language } from "./scenarios/older-language.js";
import { solmate } from "./scenarios/older-solmate.js";
import { uniswapV2 } from "./scenarios/older-uniswap-v2.js";
import { uniswapV3 } from "./scenarios/older-uniswap-v3.js";

compareWithSolc([...language, ...uniswapV2, ...uniswapV3, ...solmate]);
