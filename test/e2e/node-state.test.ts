/** `supervm node --state`: a chain that goes on, checkpoints, and what a state may not be. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { project, supervm } from "./cli-helpers.js";
import { listening, nodeArguments, startNodeProcess } from "./crash/client.js";

const TO = "0x00000000000000000000000000000000000000aa";

async function ask(url: string, method: string, ...params: unknown[]): Promise<unknown> {
  const response = await fetch(url, { method: "POST", body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }) });
  const answer = (await response.json()) as { readonly result?: unknown; readonly error?: { readonly message: string } };
  return answer.error ? `error: ${answer.error.message}` : answer.result;
}

async function send(url: string): Promise<string> {
  const [from] = (await ask(url, "eth_accounts")) as string[];
  return (await ask(url, "eth_sendTransaction", { from, to: TO, value: "0x1" })) as string;
}

describe("supervm node --state", () => {
  it("goes on where it ended, keeps as many states as it is told, and goes back to a checkpoint", { timeout: 120_000 }, async () => {
    const state = path.join(project({}), "chain");
    const options = ["--prune", "3", "--checkpoint-blocks", "4", "--checkpoint-keep", "1"];
    let node = await startNodeProcess(state, ...options);
    const hashes: string[] = [];
    for (let i = 0; i < 5; i++) hashes.push(await send(node.url));
    const about = async (): Promise<unknown[]> => [
      await ask(node.url, "eth_getBlockByNumber", "0x2", true),
      await ask(node.url, "eth_getTransactionReceipt", hashes[0]),
      await ask(node.url, "eth_getBalance", TO, "latest"),
      await ask(node.url, "eth_getBalance", TO, "0x4"),
      await ask(node.url, "eth_getProof", TO, [], "latest"),
    ];
    const before = await about();
    assert.equal(before[3], "0x4");
    assert.match((await ask(node.url, "eth_getBalance", TO, "0x2")) as string, /missing state/);
    const snapshot = await ask(node.url, "evm_snapshot");
    await send(node.url);
    assert.equal(await ask(node.url, "evm_revert", snapshot), true);
    node.child.kill("SIGTERM");
    await node.ended;

    node = await startNodeProcess(state, ...options);
    assert.deepEqual(await about(), before);
    await send(node.url);
    assert.equal(await ask(node.url, "eth_blockNumber"), "0x6");
    node.child.kill("SIGKILL");
    await node.ended;
    assert.deepEqual(fs.readdirSync(path.join(state, "checkpoints")), ["block-4"]);

    node = await startNodeProcess(state, "--restore", "block-4");
    const height = Number(await ask(node.url, "eth_blockNumber"));
    assert.ok(height >= 4 && height <= 6, `a checkpoint taken at block 4 holds block ${height}`);
    assert.deepEqual(await ask(node.url, "eth_getBlockByNumber", "0x2", true), before[0]);
    assert.match(supervm(process.cwd(), "node", "--port", "0", "--state", state).stderr, /is in use by another process/);
    node.child.kill("SIGKILL");
    await node.ended;

    const wrongChain = supervm(process.cwd(), "node", "--port", "0", "--state", state, "--chain-id", "5");
    assert.equal(wrongChain.code, 1);
    assert.match(wrongChain.stderr, /holds the chain with id 31337, not 5/);
  });

  it("keeps all states in an archive", { timeout: 60_000 }, async () => {
    const node = await startNodeProcess(path.join(project({}), "chain"), "--archive");
    for (let i = 0; i < 4; i++) await send(node.url);
    assert.deepEqual(await Promise.all(["0x0", "0x1", "0x3"].map((block) => ask(node.url, "eth_getBalance", TO, block))), ["0x0", "0x1", "0x3"]);
    node.child.kill("SIGTERM");
    await node.ended;
  });

  it("says what is wrong with a folder or option, without a stack", () => {
    const root = project({ "package.json": "{}" });
    const foreign = supervm(root, "node", "--port", "0", "--state", ".");
    assert.equal(foreign.code, 1);
    assert.match(foreign.stderr, /is no state folder: it holds package\.json/);
    assert.doesNotMatch(foreign.stderr, /\n\s+at /);
    assert.equal(supervm(root, "node", "--archive").code, 2);
    assert.match(supervm(root, "node", "--state", "x", "--archive", "--prune", "5").stderr, /choose one/);
    assert.match(supervm(root, "node", "--state", "new", "--restore", "none").stderr, /there is no checkpoint 'none'/);
    const strange = supervm(root, "node", "--state", "mysql://127.0.0.1/chain");
    assert.deepEqual([strange.code, fs.existsSync(path.join(root, "mysql:"))], [2, false]);
    assert.match(strange.stderr, /--state cannot be of the kind mysql:\/\/\nhint: a folder, or postgres:/);
  });

  it("says that a state is damaged, whoever opens it", { timeout: 60_000 }, async () => {
    const root = project({ "Unit.sol": "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.0; contract Unit { function one() external pure returns (uint) { return 1; } }" });
    const node = await startNodeProcess(path.join(root, "chain"));
    await send(node.url);
    node.child.kill("SIGTERM");
    await node.ended;
    // All but the two meta pages, which tell where the others are.
    const file = path.join(root, "chain/data.mdb");
    fs.writeFileSync(file, fs.readFileSync(file).fill(0, 2 * 4096));
    for (const args of [
      ["node", "--port", "0"],
      ["run", "Unit.sol", "--call", "one"],
    ]) {
      const { code, stderr } = supervm(root, ...args, "--state", "chain");
      assert.equal(code, 1, stderr);
      assert.match(stderr, /chain is damaged or cannot be read: MDB_CORRUPTED[^\n]*\nhint: restore a checkpoint\n$/);
    }
  });

  it("ends where the medium is full, says why, and goes on with the last block that it told of", { timeout: 120_000, skip: process.platform === "win32" }, async () => {
    const state = path.join(project({}), "chain");
    // The limit of a file's size stands for a full disk: 1,500 KiB.
    const script = `trap '' XFSZ; ulimit -f 1500; exec "$0" "$@"`;
    const child = spawn("bash", ["-c", script, process.execPath, ...nodeArguments(state)], { stdio: ["ignore", "pipe", "pipe"] });
    const ended = once(child, "close") as Promise<[number]>;
    let printed = "";
    child.stderr.on("data", (part: Buffer) => (printed += part.toString()));
    const { url } = await listening(child);
    let height = 0;
    try {
      for (let i = 0; i < 200; i++) {
        const answer = await ask(url, "anvil_mine", "0x40");
        if (typeof answer === "string" && answer.startsWith("error")) break;
        height = Number(await ask(url, "eth_blockNumber"));
      }
    } catch {
      // It has ended.
    }
    const [code] = await ended;
    assert.deepEqual([code, height > 0], [1, true], printed);
    assert.match(printed, /^error: [^\n]*chain cannot be written: (File too large|Input\/output error)/m);
    assert.doesNotMatch(printed, /Commit failed|Unhandled|a bug in supervm/);

    const node = await startNodeProcess(state);
    assert.ok(Number(await ask(node.url, "eth_blockNumber")) >= height);
    assert.match(await send(node.url), /^0x/);
    node.child.kill("SIGTERM");
    await node.ended;
  });

  it("says at once where a dump could not be written at the end", () => {
    const root = project({ "file.json": "{}" });
    for (const [file, code] of [
      ["nowhere/dump.json", "ENOENT"],
      ["file.json/dump.json", "ENOTDIR"],
    ] as const) {
      const ended = supervm(root, "node", "--port", "0", "--dump-state", file);
      assert.deepEqual([ended.code, ended.stderr], [1, `error: the dump cannot be written to ${file} (${code})\n`]);
      const unread = supervm(root, "node", "--port", "0", "--load-state", file);
      assert.deepEqual([unread.code, unread.stderr], [1, `error: --load-state: ${file} cannot be read (${code})\n`]);
    }
  });
});
