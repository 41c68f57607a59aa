/** Known pitfalls of Solidity compilers, on every target, compared step by step with what solc's code does on an EVM. */
import { compareWithSolc } from "./openzeppelin.js";
import { chainPitfalls } from "./scenarios/chain-pitfalls.js";
import { pitfalls } from "./scenarios/pitfalls.js";

compareWithSolc([...pitfalls, ...chainPitfalls]);
