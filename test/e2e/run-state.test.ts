/** `supervm run --state`: a chain that goes on from command to command and is a node's, and what cannot be run on it. */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { metaKey } from "../../runtime/node/state/layout.js";
import { openStore } from "../../runtime/store/durable/open.js";
import { project, supervm, type CliResult } from "./cli-helpers.js";
import { startNodeProcess } from "./crash/client.js";

const COUNTER = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;
contract Counter {
    uint64 public count;
    event Raised(uint64 by);
    function raise(uint64 by) external { require(by <= 100, "too much"); count += by; emit Raised(by); }
    function height() external view returns (uint256) { return block.number; }
    function time() external view returns (uint256) { return block.timestamp; }
    function limit() external view returns (uint256) { return block.gaslimit; }
    function balanceOfSender() external view returns (uint256) { return msg.sender.balance; }
    function spawn() external returns (address) { return address(new Child()); }
}
contract Child {
    function seven() external pure returns (uint256) { return 7; }
}
contract Silent {
    fallback() external payable {}
}
`;
const FUNDS = 10_000n * 10n ** 18n;
const NOBODY = "0x00000000000000000000000000000000000000aa";

interface Report {
  readonly target: string;
  readonly address: string;
  readonly calls: readonly { readonly status: string; readonly result?: string; readonly reason?: string; readonly gasUsed?: string }[];
}

/** A project, and `supervm run` of its contracts on a state of its folder. */
function place(): { root: string; run: (contract: string, ...args: string[]) => CliResult; report: (contract: string, ...args: string[]) => Report } {
  const root = project({ "Counter.sol": COUNTER });
  const run = (contract: string, ...args: string[]): CliResult => supervm(root, "run", `Counter.sol:${contract}`, "--state", "chain", ...args);
  const report = (contract: string, ...args: string[]): Report => {
    const result = run(contract, "--json", ...args);
    assert.equal(result.stderr, "");
    return JSON.parse(result.stdout) as Report;
  };
  return { root, run, report };
}

/** The address that a deployment printed. */
function deployed(result: CliResult): string {
  assert.equal(result.code, 0, result.stderr);
  const found = /^Counter: deployed at (0x[0-9a-fA-F]{40})\n/.exec(result.stdout);
  assert.ok(found, result.stdout);
  return found[1]!;
}

describe("supervm run --state", () => {
  it("goes on from command to command; a call that only reads makes no block", { timeout: 120_000 }, () => {
    const { run, report } = place();
    const at = deployed(run("Counter"));
    const raised = run("Counter", "--at", at.toLowerCase(), "--call", "raise", "--args", "[7]");
    assert.match(raised.stdout, /^raise\(7\): done\n {2}emitted Raised\(.*7.*\)\n {2}gas used \d+\n$/);
    const look = ["--at", at, "--call", "count", "--call", "height", "--call", "time", "--call", "balanceOfSender"];
    const before = report("Counter", ...look);
    assert.deepEqual([before.target, before.address], ["supervm", at]);
    const [count, height, time, balance] = before.calls.map(({ result }) => BigInt(result!));
    // The deployment and the call are blocks 1 and 2; what reads sees the next.
    assert.deepEqual([count, height], [7n, 3n]);
    assert.ok(balance! < FUNDS, "gas is paid for");
    const after = report("Counter", ...look);
    assert.deepEqual([after.calls[0]!.result, after.calls[1]!.result, after.calls[3]!.result], ["7", "3", balance!.toString()]);
    assert.ok(BigInt(after.calls[2]!.result!) >= time!, "time does not go back");
    assert.equal(run("Counter", "--at", at, "--call", "raise", "--args", "[101]").code, 1);
    assert.equal(report("Counter", "--at", at, "--call", "height").calls[0]!.result, "4", "a transaction that reverts is mined");

    // Nonces go on: another deployment has another address, and storage of its own. Modules too: a contract that was created is called later.
    const second = report("Counter", "--call", "count", "--call", "spawn");
    assert.notEqual(second.address, at);
    assert.equal(second.calls[0]!.result, "0");
    assert.equal(report("Child", "--at", second.calls[1]!.result!, "--call", "seven").calls[0]!.result, "7");
    assert.equal(report("Counter", "--at", at, "--call", "count").calls[0]!.result, "7");
  });

  it("is the state of a node, which goes on where the command ended, and back; one at a time", { timeout: 120_000 }, async () => {
    const { root, run, report } = place();
    const at = deployed(run("Counter", "--call", "raise", "--args", "[5]"));
    const node = await startNodeProcess(path.join(root, "chain"), "--gas-limit", "20000000");
    try {
      const ask = async (method: string, ...params: unknown[]): Promise<unknown> =>
        ((await (await fetch(node.url, { method: "POST", body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }) })).json()) as { result: unknown }).result;
      assert.equal(await ask("eth_blockNumber"), "0x2");
      assert.equal(BigInt((await ask("eth_getStorageAt", at, "0x0")) as string), 5n);
      await ask("eth_sendTransaction", { from: ((await ask("eth_accounts")) as string[])[1], to: NOBODY, value: "0x1" });
      const locked = run("Counter", "--at", at, "--call", "count");
      assert.equal(locked.code, 1);
      assert.match(locked.stderr, /^error: \S+chain is in use by another process \(\d+\)\nhint: .*\n$/);
    } finally {
      node.child.kill("SIGTERM");
      await node.ended;
    }
    assert.deepEqual(
      report("Counter", "--at", at, "--call", "count", "--call", "height", "--call", "limit").calls.map((c) => c.result),
      ["5", "4", "20000000"],
    );
  });

  it("takes a sender without a key, and says what a sender cannot pay", { timeout: 60_000 }, () => {
    const { run } = place();
    const at = deployed(run("Counter"));
    assert.match(run("Counter", "--at", at, "--from", NOBODY, "--call", "balanceOfSender").stdout, /: 0\n$/);
    const poor = run("Counter", "--at", at, "--from", NOBODY, "--call", "raise", "--args", "[1]");
    assert.equal(poor.code, 1);
    assert.match(poor.stderr, /^error: insufficient funds for gas \* price \+ value: balance 0, tx cost \d+/);
    const rich = run("Counter", "--at", at, "--call", "raise", "--args", "[1]", "--value", (FUNDS * 2n).toString());
    assert.equal(rich.code, 1);
    assert.match(rich.stderr, /^error: insufficient funds/);
  });

  it("says what is wrong with an address, a folder or an option, and leaves nothing behind", { timeout: 120_000 }, async () => {
    const { root, run } = place();
    const says = (result: CliResult, code: number, message: RegExp): void => {
      assert.match(result.stderr, message);
      assert.equal(result.code, code);
      assert.doesNotMatch(result.stderr, /\n\s+at /);
    };
    says(run("Counter", "--at", NOBODY, "--call", "count"), 1, /^error: there is no state at chain\n/);
    for (const target of ["evm", "solana"])
      says(run("Counter", "--target", target, "--call", "count"), 2, new RegExp(`--state needs --target supervm: the chain of ${target} is in memory`));
    says(run("Counter", "--call", "lower"), 1, /has no function 'lower'/);
    says(run("Counter", "--at", "0x12", "--call", "count"), 2, /--at '0x12' is no address/);
    says(run("Counter", "--at", "0xf39fd6e51aad88F6F4ce6aB8827279cffFb92266", "--call", "count"), 2, /wrong checksum/);
    says(run("Counter", "--at", NOBODY, "--constructor-args", "[]", "--call", "count"), 2, /--at deploys nothing/);
    says(run("Counter", "--at", NOBODY), 2, /nothing to call/);
    says(supervm(root, "run", "Counter.sol", "--at", NOBODY, "--call", "count"), 2, /--at needs --state/);
    assert.equal(fs.existsSync(path.join(root, "chain")), false);

    const silent = /deployed at (\S+)/.exec(run("Silent").stdout)?.[1];
    assert.ok(silent);
    says(run("Counter", "--at", NOBODY, "--call", "count"), 1, /^error: there is no contract at 0x0+AA in chain\n/i);
    says(run("Counter", "--at", silent, "--call", "count"), 1, /^error: what the contract at 0x\S+ answered is not what the ABI says/);
    says(run("Silent", "--chain-id", "5"), 1, /holds the chain with id 31337, not 5\nhint: --chain-id 31337/);
    says(supervm(root, "run", "Counter.sol:Counter", "--state", ".", "--call", "count"), 1, /is no state folder: it holds Counter\.sol/);
    const store = await openStore(path.join(root, "chain"));
    await store.write([{ key: metaKey("format"), value: Buffer.from("supervm-state-1000") }]);
    await store.close();
    says(run("Silent"), 1, /was written by a newer supervm \(format 1000, /);
  });
});
