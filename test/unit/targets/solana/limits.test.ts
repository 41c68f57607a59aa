/** Limits of Solana's virtual machine are named where a transaction meets one, and leave no effects. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { compile } from "../../../../index.js";
import { createChain, RevertError } from "../../../../testing/index.js";

const SOURCE = `
pragma solidity ^0.8.26;
contract Limits {
  uint256 public steps;
  function loop(uint256 n) external { for (uint256 i = 0; i < n; i++) steps = uint256(keccak256(abi.encode(steps))); }
  function deep(uint256 n) public returns (uint256) {
    if (n == 0) return 0;
    steps = n;
    uint256 below = deep(n - 1);
    steps += below;
    return 1 + below;
  }
}`;

test("compute units and call depth", async () => {
  const { artifacts } = await compile({ sources: { "L.sol": { content: SOURCE } }, targets: ["solana"], root: ".", cache: false });
  const chain = await createChain("solana");
  const limits = await chain.deploy(artifacts.Limits!);
  const reasonOf = async (fn: string, n: bigint): Promise<string> => {
    const failure: unknown = await limits.send(fn, [n]).then(
      () => undefined,
      (error: unknown) => error,
    );
    assert.ok(failure instanceof RevertError);
    return failure.message;
  };
  assert.match(await reasonOf("loop", 1_000_000n), /out of compute units/);
  assert.match(await reasonOf("deep", 100n), /call depth/);
  assert.equal(await limits.call("steps"), 0n);
  await limits.send("deep", [40n]);
  assert.notEqual(await limits.call("steps"), 0n);
  await chain.close();
});
