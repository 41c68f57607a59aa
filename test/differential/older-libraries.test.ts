/** OpenZeppelin 3 and 4, and Solady: every scenario on every target, compared step by step with the code of its own solc. */
import { compareWithSolc } from "./openzeppelin.js";
import { openzeppelin3 } from "./scenarios/older-oz3.js";
import { openzeppelin4 } from "./scenarios/older-oz4.js";
import { olderProxies } from "./scenarios/older-proxies.js";
import { soladyMore } from "./scenarios/older-solady-more.js";
import { solady } from "./scenarios/older-solady.js";

compareWithSolc([...openzeppelin3, ...openzeppelin4, ...olderProxies, ...solady, ...soladyMore]);
