/** forge with supervm-solc as its compiler: builds, tests in forge's own EVM, coverage, inspection, messages, and deployment to the node. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { ALICE_KEY, BOB, FoundryProject, startNode, type RunningNode } from "./foundry-tools.js";

const FIXTURE = "fixtures/foundry";

interface ForgeArtifact {
  readonly bytecode: { readonly object: string; readonly linkReferences: Readonly<Record<string, Readonly<Record<string, readonly unknown[]>>>> };
  readonly methodIdentifiers: Readonly<Record<string, string>>;
}

/** What `forge test --json` says of a suite. */
interface Suite {
  readonly test_results: Readonly<Record<string, { readonly status: string }>>;
}

describe("forge", { timeout: 600_000 }, () => {
  let forge: FoundryProject;

  before(() => {
    forge = new FoundryProject(FIXTURE);
  });

  it("builds a project with remappings and linked libraries", () => {
    assert.match(forge.run(["forge", "build"]), /Compiler run successful/);
    const splitter = forge.readJson("out/Splitter.sol/Splitter.json") as ForgeArtifact;
    assert.equal(`0x${splitter.methodIdentifiers["split(address,uint256,uint256)"]}`, forge.cast("sig", "split(address,uint256,uint256)"));
    assert.deepEqual(Object.keys(splitter.bytecode.linkReferences["lib/math/src/Shares.sol"] ?? {}), ["Shares"]);
    assert.match(splitter.bytecode.object, /__\$[0-9a-f]{34}\$__/);
    assert.match(forge.run(["forge", "build"]), /No files changed/, "forge finds its own cache valid");
  });

  it("runs tests on the EVM code: cheat codes, fuzzing, events, reverts, libraries", () => {
    const suites = JSON.parse(forge.run(["forge", "test", "--json"])) as Record<string, Suite>;
    const results = Object.entries(suites["test/Token.t.sol:TokenTest"]?.test_results ?? {}).map(([name, { status }]) => [name.replace(/\(.*/, ""), status]);
    assert.deepEqual(
      results.sort(),
      ["testConstructor", "testFuzzConserved", "testInsufficient", "testPanic", "testPay", "testSplit", "testTransferEmits"].map((name) => [name, "Success"]),
    );
  });

  it("names the failing source line of a test", () => {
    const wrong = new FoundryProject(FIXTURE);
    wrong.write(
      "test/Wrong.t.sol",
      `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;
import {Token} from "../src/Token.sol";
contract WrongTest {
    function testMove() public {
        new Token("t", 5).transfer(address(1), 100);
    }
}
`,
    );
    const { code, stdout } = wrong.try(["forge", "test", "--match-contract", "WrongTest", "-vvvvv"]);
    assert.equal(code, 1, stdout);
    assert.match(stdout, /\[FAIL: Insufficient\(0x[0-9a-fA-F]{40}, 5, 100\)\] testMove\(\)/);
    assert.match(stdout, /Token::transfer\(.*, 100\)\s+│ +└─ ← \[Revert\] Insufficient\(/);
    assert.match(stdout, /at Token\.transfer \(lib\/ledger\/src\/Ledger\.sol:24:\d+\)\s+at WrongTest\.testMove \(test\/Wrong\.t\.sol:6:\d+\)/);
  });

  it("measures coverage by the source maps", () => {
    forge.run(["forge", "coverage", "--report", "lcov"]);
    const lcov = forge.run(["cat", "lcov.info"]);
    const token = /SF:src\/Token\.sol\n([^]*?)end_of_record/.exec(lcov)?.[1] ?? "";
    assert.match(token, /FNDA:[1-9]\d*,Token\.transfer\n/);
    // The branch of a failing require is the only thing that no test reaches.
    assert.match(token, /DA:18,[1-9]/);
    assert.match(token, /BRDA:17,0,0,0\nBRDA:17,0,1,[1-9]/);
    assert.match(token, /DA:30,1\n/);
  });

  it("inspects contracts", () => {
    const methods = JSON.parse(forge.run(["forge", "inspect", "src/Token.sol:Token", "methodIdentifiers", "--json"])) as Record<string, string>;
    assert.equal(methods["balanceOf(address)"], "70a08231");
    const layout = JSON.parse(forge.run(["forge", "inspect", "src/Token.sol:Token", "storageLayout", "--json"])) as { storage: { label: string; slot: string }[] };
    assert.deepEqual(
      layout.storage.map(({ label, slot }) => [label, slot]),
      [
        ["accounts", "0"],
        ["name", "1"],
      ],
    );
    const abi = JSON.parse(forge.run(["forge", "inspect", "src/Token.sol:Token", "abi", "--json"])) as { type: string; name?: string }[];
    assert.ok(abi.some(({ type, name }) => type === "error" && name === "Insufficient"));
  });

  it("simulates a script", () => {
    assert.match(forge.run(["forge", "script", "script/Deploy.s.sol"]), /Script ran successfully/);
  });

  it("shows errors at their place in the source", () => {
    const wrong = new FoundryProject(FIXTURE);
    wrong.write("src/Wrong.sol", "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.20;\ncontract Wrong { uint x = y; }\n");
    const { code, stdout, stderr } = wrong.try(["forge", "build"]);
    assert.equal(code, 1);
    assert.match(stdout + stderr, /Error \(7576\): Undeclared identifier\.\s+--> src\/Wrong\.sol:3:27:\s+\|\n3 \| contract Wrong/);
  });

  it("takes the compiler for any release that an exact pragma wants", () => {
    const older = new FoundryProject(FIXTURE);
    older.write("src/Exact.sol", "// SPDX-License-Identifier: MIT\npragma solidity =0.8.21;\ncontract Exact {}\n");
    assert.match(older.try(["forge", "build"]).stderr, /No solc version installed that matches the version requirement: =0\.8\.21/);
    assert.match(older.run(["forge", "build"], { SUPERVM_SOLC_VERSION: "0.8.21" }), /Solc 0\.8\.21 finished/);
  });
});

describe("forge create", { timeout: 600_000 }, () => {
  let node: RunningNode;
  let forge: FoundryProject;

  before(async () => {
    node = await startNode();
    forge = new FoundryProject(FIXTURE, node.url);
  });
  after(() => node.stop());

  it("deploys SuperVM code, links a library, and the contracts work together", () => {
    const shares = forge.create("lib/math/src/Shares.sol:Shares", []);
    const splitter = forge.create("src/Splitter.sol:Splitter", [], [`lib/math/src/Shares.sol:Shares:${shares}`]);
    forge.cast("send", splitter, "split(address,uint256,uint256)", BOB, "400", "250", "--private-key", ALICE_KEY);
    const token = forge.cast("call", splitter, "token()(address)");
    assert.equal(forge.cast("call", token, "balanceOf(address)(uint256)", BOB), "100");
    assert.equal(forge.cast("call", token, "issuer()(address)"), splitter);
  });

  it("is told where EVM code goes to the node by mistake", () => {
    const { code, stderr } = forge.try(["forge", "create", "--broadcast", "--private-key", ALICE_KEY, "src/Token.sol:Token", "--constructor-args", "t", "1"]);
    assert.equal(code, 1);
    assert.match(stderr, /EVM bytecode does not run here/);
  });
});
