/** Contracts that people write, on every target, compared step by step with what solc's code does on an EVM. */
import { compareWithSolc } from "./openzeppelin.js";
import { examples } from "./scenarios/examples.js";

compareWithSolc(examples);
