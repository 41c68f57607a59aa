/** Transactions that name more accounts than their 1,232 bytes hold keys: through address lookup tables. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { compile } from "../../../../index.js";
import { createChain } from "../../../../testing/index.js";

const SOURCE = `
pragma solidity ^0.8.26;
contract Child {
  uint256 public value;
  constructor(uint256 x) { value = x; }
  function add(uint256 x) external returns (uint256) { value += x; return value; }
}
contract Parent {
  Child[] public children;
  function make(uint256 n) external { for (uint256 i = 0; i < n; i++) children.push(new Child(children.length)); }
  function addAll(uint256 x) external returns (uint256 sum) {
    for (uint256 i = 0; i < children.length; i++) sum += children[i].add(x);
  }
}`;

test("one transaction on fifty contracts", async () => {
  const { artifacts } = await compile({ sources: { "P.sol": { content: SOURCE } }, targets: ["solana"], root: ".", cache: false });
  const chain = await createChain("solana");
  const parent = await chain.deploy(artifacts.Parent!);
  for (let i = 0; i < 5; i++) await parent.send("make", [10n]);
  // 0 + 1 + ... + 49, and 2 for each.
  assert.equal(await parent.call("addAll", [2n]), 1325n);
  await parent.send("addAll", [2n]);
  const last = chain.attach(artifacts.Child!, (await parent.call("children", [49n])) as string);
  assert.equal(await last.call("value"), 51n);
  await chain.close();
});
