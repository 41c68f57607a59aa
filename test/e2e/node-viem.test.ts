/** What viem's clients ask for beyond sending and reading: dumps, simulations, traces, filled and synchronous transactions. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  createPublicClient,
  createTestClient,
  createWalletClient,
  encodeFunctionData,
  http,
  parseEther,
  publicActions,
  walletActions,
  type Abi,
  type Address,
  type Hex,
} from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { simulateBlocks, simulateCalls } from "viem/actions";
import { foundry } from "viem/chains";
import { compile, type Artifact } from "../../index.js";
import { startNode, type RunningNode } from "../../runtime/node/node.js";

const SOURCE = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;
contract Box {
  event Put(address indexed who, uint what);
  error Full(uint what);
  uint public what;
  function put(uint x) external payable { if (x > 99) revert Full(x); what = x; emit Put(msg.sender, x); }
}`;

// The well-known key of the second development account.
const account = privateKeyToAccount("0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d");
const TO: Address = "0x00000000000000000000000000000000000000aa";

let node: RunningNode;
let box: Artifact;
let abi: Abi;
let address: Address;

const transportOf = (running: RunningNode): ReturnType<typeof http> => http(`http://127.0.0.1:${running.port}`);

before(async () => {
  const { artifacts, diagnostics } = await compile({ sources: { "Box.sol": { content: SOURCE } }, targets: ["supervm"] });
  if (!artifacts.Box) throw new Error(JSON.stringify(diagnostics));
  box = artifacts.Box;
  abi = box.abi as Abi;
  node = await startNode({ port: 0 });
  const wallet = createWalletClient({ account, chain: foundry, transport: transportOf(node) });
  const client = createPublicClient({ chain: foundry, transport: transportOf(node), pollingInterval: 20 });
  const hash = await wallet.deployContract({ abi, bytecode: box.targets.supervm!.bytecode as Hex });
  address = (await client.waitForTransactionReceipt({ hash })).contractAddress!;
});

after(() => node.close());

describe("viem", () => {
  it("simulates blocks", async () => {
    const client = createPublicClient({ chain: foundry, transport: transportOf(node) });
    const [first, second] = await simulateBlocks(client, {
      blocks: [
        {
          blockOverrides: { time: 4_000_000_000n, feeRecipient: TO },
          stateOverrides: [{ address: TO, balance: parseEther("2") }],
          calls: [
            { account: TO, to: address, abi, functionName: "put", args: [7n], value: parseEther("1") },
            { account: TO, to: address, abi, functionName: "put", args: [100n] },
          ],
        },
        { calls: [{ to: address, abi, functionName: "what" }] },
      ],
      traceTransfers: true,
    });
    assert.equal(first!.timestamp, 4_000_000_000n);
    assert.deepEqual(
      first!.calls.map((call) => call.status),
      ["success", "failure"],
    );
    assert.equal(first!.calls[0].logs?.length, 2);
    assert.match(String(first!.calls[1]!.error), /Full/);
    assert.equal(second!.calls[0].result, 7n);
    assert.equal(await client.readContract({ address, abi, functionName: "what" }), 0n);
  });

  it("simulates calls of an account", async () => {
    const client = createPublicClient({ chain: foundry, transport: transportOf(node) });
    const { results } = await simulateCalls(client, {
      account: account.address,
      calls: [
        { to: address, data: encodeFunctionData({ abi, functionName: "put", args: [3n] }) },
        { to: address, abi, functionName: "what" },
      ],
    });
    assert.equal(results[1].status, "success");
    assert.equal(results[1].result, 3n);
  });

  it("overrides blocks and state of calls", async () => {
    const client = createPublicClient({ chain: foundry, transport: transportOf(node) });
    const slot: Hex = `0x${"00".repeat(32)}`;
    const { data } = await client.call({
      to: address,
      data: encodeFunctionData({ abi, functionName: "what" }),
      stateOverride: [{ address, stateDiff: [{ slot, value: `0x${"00".repeat(31)}2a` }] }],
      blockOverrides: { number: 1_000n },
    });
    assert.equal(BigInt(data!), 42n);
  });

  it("moves a chain into another node", async () => {
    const client = createTestClient({ mode: "anvil", chain: foundry, transport: transportOf(node) }).extend(publicActions);
    const state = await client.dumpState();
    const other = await startNode({ port: 0, accounts: 1 });
    try {
      const there = createTestClient({ mode: "hardhat", chain: foundry, transport: transportOf(other) })
        .extend(publicActions)
        .extend(walletActions);
      await there.loadState({ state });
      assert.equal(await there.getCode({ address }), await client.getCode({ address }));
      assert.deepEqual(await there.getBlock({ includeTransactions: true }), await client.getBlock({ includeTransactions: true }));
      const hash = await there.writeContract({ account, address, abi, functionName: "put", args: [9n], chain: foundry });
      assert.equal((await there.waitForTransactionReceipt({ hash })).status, "success");
      assert.equal(await there.readContract({ address, abi, functionName: "what" }), 9n);
    } finally {
      await other.close();
    }
  });

  it("sends and waits in one request, and reads the pool", async () => {
    const wallet = createWalletClient({ account, chain: foundry, transport: transportOf(node) }).extend(publicActions);
    const receipt = await wallet.sendTransactionSync({ to: TO, value: 1n });
    assert.equal(receipt.status, "success");
    const test = createTestClient({ mode: "anvil", chain: foundry, transport: transportOf(node) });
    assert.deepEqual(await test.getTxpoolStatus(), { pending: 0, queued: 0 });
    assert.equal(await test.getAutomine(), true);
  });
});
