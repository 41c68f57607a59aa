/** `supervm node` as a process: its banner, an answer, and a graceful end. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import path from "node:path";
import { it } from "node:test";
import { supervm } from "./cli-helpers.js";

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

it("supervm node names a wrong option", () => {
  const { code, stderr } = supervm(process.cwd(), "node", "--port", "99999");
  assert.equal(code, 2);
  assert.match(stderr, /--port '99999' is not a whole number from 0 to 65535/);
});
