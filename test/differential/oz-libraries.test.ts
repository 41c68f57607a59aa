/** OpenZeppelin's libraries and accounts on every target, compared step by step with solc's via-IR code on an EVM. */
import { compareWithSolc } from "./openzeppelin.js";
import { ozAccounts } from "./scenarios/oz-accounts.js";
import { ozCalls } from "./scenarios/oz-calls.js";
import { ozNumbers } from "./scenarios/oz-numbers.js";
import { ozRest } from "./scenarios/oz-rest.js";
import { ozSignatures } from "./scenarios/oz-signatures.js";
import { ozStructures } from "./scenarios/oz-structures.js";
import { ozTexts } from "./scenarios/oz-texts.js";

compareWithSolc([...ozStructures, ...ozTexts, ...ozNumbers, ...ozSignatures, ...ozCalls, ...ozAccounts, ...ozRest]);
