/** `supervm node` on a database that goes away: it ends, and tells of nothing that was not written. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import path from "node:path";
import { it } from "node:test";
import { startNodeProcess } from "./crash/client.js";

async function startDatabase(): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> {
  const child = spawn(process.execPath, [path.resolve("dist/test/unit/runtime/durable/pglite-server.js")], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const port = await new Promise<string>((resolve) => child.stdout.on("data", (part: Buffer) => resolve(/port (\d+)/.exec(part.toString())![1]!)));
  return {
    url: `postgres://postgres:secret@127.0.0.1:${port}/postgres`,
    async stop() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

for (const mining of [[], ["--block-time", "1"]])
  it(`ends with an error when its database goes away ${mining.join(" ")}`, { timeout: 120_000 }, async () => {
    const database = await startDatabase();
    // Few states are kept, so that making a block reads what it prunes.
    const node = await startNodeProcess(database.url, "--prune", "2", ...mining);
    let errors = "";
    node.child.stderr!.on("data", (part: Buffer) => (errors += part.toString()));
    const ask = async (method: string): Promise<{ readonly result?: string }> => {
      const response = await fetch(node.url, { method: "POST", body: JSON.stringify({ jsonrpc: "2.0", id: 1, method }) });
      return (await response.json()) as { readonly result?: string };
    };
    for (let i = 0; i < 4; i++) assert.ok((await ask("evm_mine")).result);
    await database.stop();
    if (mining.length === 0) {
      const told = await Promise.all(["evm_mine", "eth_blockNumber"].map((method) => ask(method).catch(() => ({ result: undefined }))));
      assert.deepEqual([told[0]?.result, told[1]?.result === "0x5"], [undefined, false]);
    }
    await node.ended;
    assert.equal(node.child.exitCode, 1);
    assert.match(errors, /^error: postgres:\/\/postgres@127\.0\.0\.1:\d+\/postgres failed: [^\n]+\n$/);
  });
