/** OpenZeppelin's tokens, governance, access control and proxies on every target, compared step by step with solc's via-IR code on an EVM. */
import { compareWithSolc } from "./openzeppelin.js";
import { ozAccess } from "./scenarios/oz-access.js";
import { ozCollections } from "./scenarios/oz-collections.js";
import { ozGovernance } from "./scenarios/oz-governance.js";
import { ozProxies } from "./scenarios/oz-proxies.js";
import { ozTokens20 } from "./scenarios/oz-tokens20.js";

compareWithSolc([...ozTokens20, ...ozCollections, ...ozGovernance, ...ozAccess, ...ozProxies]);
