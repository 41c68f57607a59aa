/** docs/foundry-hardhat.md: its shell commands run as they stand there, its settings are those of the project, its configuration is what Hardhat calls. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { FoundryProject, startNode, type RunningNode } from "./foundry-tools.js";

const PAGE = fs.readFileSync("docs/foundry-hardhat.md", "utf8");

/** The texts of the page's code blocks in a language. */
function blocks(language: string): string[] {
  return [...PAGE.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].filter(([, name]) => name === language).map(([, , text]) => text ?? "");
}

describe("the page about Foundry and Hardhat", { timeout: 600_000 }, () => {
  let node: RunningNode;

  before(async () => {
    node = await startNode();
  });
  after(() => node.stop());

  it("has shell commands that all succeed, in order", () => {
    const forge = new FoundryProject("fixtures/foundry");
    const script = blocks("sh").join("").replaceAll("http://127.0.0.1:8545", node.url);
    assert.ok(script.split("\n").filter((line) => line.includes("forge ")).length >= 10, "the blocks were found");
    const printed = forge.run(["sh", "-euc", script]);
    assert.match(printed, /Suite result: ok\. 7 passed; 0 failed/);
    assert.match(printed, /"storage": \[|\| accounts /);
    assert.match(printed, /^100$/m, "the balance that the page promises");
    assert.match(printed, /"type":"CALL"/);
  });

  it("shows the profile that the project has", () => {
    const [toml = ""] = blocks("toml");
    assert.ok(fs.readFileSync("fixtures/foundry/foundry.toml", "utf8").includes(toml));
  });

  it("gives Hardhat a compiler that answers its calls", () => {
    const [config = ""] = blocks("js");
    const compiler = path.resolve("dist/cli/solc/main.js");
    assert.ok(config.includes('"dist/cli/solc/main.js"'), "the file that the configuration names is the one that is called here");
    const env = { ...process.env, SUPERVM_SOLC_VERSION: "0.8.28" };
    const version = /Version: (.*)/.exec(execFileSync(process.execPath, [compiler, "--version"], { encoding: "utf8", env }))?.[1];
    assert.match(version ?? "", /^0\.8\.28\+commit\.[0-9a-f]{8}\.supervm\./);
    const input = {
      language: "Solidity",
      sources: { "contracts/A.sol": { content: "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.28;\ncontract A { uint public x = 1; }\n" } },
      settings: {
        optimizer: { enabled: true, runs: 200 },
        evmVersion: "paris",
        outputSelection: { "*": { "*": ["abi", "evm.bytecode", "evm.deployedBytecode", "evm.methodIdentifiers", "metadata"], "": ["ast"] } },
      },
    };
    const run = (target: string): { errors?: unknown[]; contracts: Record<string, Record<string, { evm: { bytecode: { object: string } } }>> } => {
      const text = execFileSync(process.execPath, [compiler, "--standard-json", "--no-import-callback"], {
        encoding: "utf8",
        input: JSON.stringify(input),
        env: { ...env, SUPERVM_SOLC_TARGET: target },
      });
      return JSON.parse(text) as ReturnType<typeof run>;
    };
    assert.equal(run("evm").errors, undefined);
    assert.match(run("supervm").contracts["contracts/A.sol"]?.A?.evm.bytecode.object ?? "", /^ef53564d/);
  });
});
