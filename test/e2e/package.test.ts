/** The packed package installs and runs elsewhere, with only what it declares. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { it } from "node:test";
import { project } from "./cli-helpers.js";

function run(cwd: string, command: string, ...args: string[]): string {
  const result = spawnSync(command, args, { cwd, encoding: "utf8", env: { ...process.env, NO_COLOR: "1" } });
  assert.equal(result.status, 0, `${command} ${args.join(" ")}\n${result.stdout}${result.stderr}`);
  return result.stdout;
}

it("npm pack gives a package that installs and runs elsewhere", { timeout: 180_000 }, () => {
  const folder = project({
    "package.json": '{ "name": "user", "version": "1.0.0", "type": "module", "private": true }',
    "Counter.sol": "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.0;\ncontract Counter { uint public n; function up() external returns (uint) { return ++n; } }\n",
    "use.mjs": `import { compile } from "supervm";
      import { createChain } from "supervm/testing";
      import { startNode } from "supervm/runtime";
      const node = await startNode({ port: 0 });
      console.log("node", (await (await fetch(\`http://127.0.0.1:\${node.port}/healthz\`)).json()).status);
      await node.close();
      const { artifacts, diagnostics } = await compile({ sources: ["Counter.sol"] });
      if (diagnostics.length > 0) throw new Error(diagnostics[0].formatted);
      for (const target of ["evm", "supervm"]) {
        const chain = await createChain(target);
        const counter = await chain.deploy(artifacts.Counter);
        await counter.send("up");
        console.log(target, await counter.call("n"));
        await chain.close();
      }
      await createChain("solana").then(() => console.log("solana is there"), (e) => console.log(e.name, e.message));`,
  });
  const tarball = run(process.cwd(), "npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", folder).trim().split("\n").slice(-1)[0] ?? "";
  run(folder, "npm", "install", "--silent", "--ignore-scripts", "--no-audit", "--no-fund", path.join(folder, tarball));
  assert.equal(fs.existsSync(path.join(folder, "node_modules/supervm/dist/test")), false, "tests are not packed");
  const out = run(folder, "node", "use.mjs");
  assert.match(out, /node ok\nevm 1n\nsupervm 1n\n/);
  assert.match(out, /solana is there|MissingPeerError .*npm install (litesvm|@solana\/kit)/);
  assert.match(
    run(folder, path.join("node_modules", ".bin", "supervm"), "run", "Counter.sol", "--target", "supervm", "--call", "up", "--call", "n"),
    /up\(\): 1\n {2}gas used \d+\nn\(\): 1\n/,
  );
});
