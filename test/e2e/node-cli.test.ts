/** `supervm node` as a process: its banner, an answer, and a graceful end. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import path from "node:path";
import { it } from "node:test";
import { project, supervm } from "./cli-helpers.js";

it("supervm node prints accounts, answers, and stops at SIGTERM", { timeout: 60_000 }, async () => {
  const child = spawn(process.execPath, [path.resolve("dist/cli/main.js"), "node", "--port", "0", "--accounts", "2", "--chain-id", "77"], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  let printed = "";
  const port = await new Promise<string>((resolve, reject) => {
    child.stdout.on("data", (part: Buffer) => {
      printed += part.toString();
      const found = /Listening on 127\.0\.0\.1:(\d+)/.exec(printed);
      if (found) resolve(found[1]!);
    });
    child.once("exit", () => reject(new Error(`ended before it listened:\n${printed}`)));
  });
  assert.match(printed, /\(1\) 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 \(10000\.0+ ETH\)/);
  assert.doesNotMatch(printed, /\(2\) 0x/);
  const response = await fetch(`http://127.0.0.1:${port}`, { method: "POST", body: '{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}' });
  assert.equal(((await response.json()) as { result: string }).result, "0x4d");
  child.kill("SIGTERM");
  assert.equal(await ended, 0);
  assert.match(printed, /stopping/);
});

it("supervm node goes on when nobody reads what it prints", { timeout: 60_000 }, async () => {
  const child = spawn(process.execPath, [path.resolve("dist/cli/main.js"), "node", "--port", "0"], { stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  let errors = "";
  child.stderr.on("data", (part: Buffer) => (errors += part.toString()));
  const port = await new Promise<string>((resolve) => {
    let printed = "";
    child.stdout.on("data", (part: Buffer) => {
      const found = /Listening on 127\.0\.0\.1:(\d+)/.exec((printed += part.toString()));
      if (found) resolve(found[1]!);
    });
  });
  child.stdout.destroy();
  for (let i = 0; i < 4; i++) {
    const response = await fetch(`http://127.0.0.1:${port}`, { method: "POST", body: '{"jsonrpc":"2.0","id":1,"method":"evm_mine"}' });
    assert.equal(((await response.json()) as { result: string }).result, "0x0");
  }
  child.kill("SIGTERM");
  assert.deepEqual([await ended, errors], [0, ""]);
});

it("a command whose reader goes away ends as usual", { timeout: 60_000 }, async () => {
  const root = project({
    "Wide.sol": `pragma solidity ^0.8.0; contract Wide { ${Array.from({ length: 400 }, (_, i) => `function f${i}(uint x) external pure returns (uint) { return x * ${i + 3}; }`).join(" ")} }`,
  });
  const child = spawn(process.execPath, [path.resolve("dist/cli/main.js"), "inspect", "Wide.sol", "abi", "--no-cache"], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  let errors = "";
  child.stderr.on("data", (part: Buffer) => (errors += part.toString()));
  child.stdout.destroy();
  assert.equal(await new Promise((resolve) => child.once("exit", resolve)), 0);
  assert.doesNotMatch(errors, /EPIPE|\n\s+at /);
});

it("supervm node names a wrong option", () => {
  const { code, stderr } = supervm(process.cwd(), "node", "--port", "99999");
  assert.equal(code, 2);
  assert.match(stderr, /--port '99999' is not a whole number from 0 to 65535/);
});
