/** Packages that people build on, older Solidity among them, compile unmodified: every file, by the rules of its line. */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { id } from "ethers";
import { compile } from "../../../index.js";
import { loadTarget } from "../../../targets/registry.js";

interface Package {
  /** Folder in node_modules. */
  readonly folder: string;
  /** The version that the package is compiled with, where its files do not say so. */
  readonly version?: string;
  /** How many contracts and libraries have code, at least. */
  readonly contracts: number;
  /** Parts that need what npm does not deliver with the package. */
  readonly without?: RegExp;
}

const packages: readonly Package[] = [
  { folder: "@uniswap/v2-core/contracts", contracts: 4 },
  // Pool and factory are not in the package. Its libraries allow 0.8 by their pragmas, not by their code: with and without a release that settles it.
  { folder: "@uniswap/v3-core/contracts", version: "=0.7.6", contracts: 10 },
  { folder: "@uniswap/v3-core/contracts", contracts: 10 },
  { folder: "openzeppelin-contracts-3/payment/escrow", contracts: 3 },
  // The tests import DappTools.
  { folder: "solmate/src", without: /\/test\//, contracts: 10 },
  { folder: "solady/src", contracts: 50 },
  { folder: "openzeppelin-contracts-3", contracts: 100 },
  { folder: "openzeppelin-contracts-4", contracts: 50 },
];

function solidityFiles(folder: string): string[] {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const full = path.join(folder, entry.name);
    return entry.isDirectory() ? solidityFiles(full) : entry.name.endsWith(".sol") ? [full] : [];
  });
}

for (const { folder, version, contracts, without } of packages)
  test(`${folder} compiles${version === undefined ? "" : ` by ${version}`}`, async () => {
    const files = solidityFiles(path.join("node_modules", folder)).filter((file) => !without?.test(file));
    const imports = files.map((file) => `import "${path.relative("node_modules", file)}";`).join("\n");
    const sources = version === undefined ? files : { "All.sol": { content: `pragma solidity ${version};\n${imports}` } };
    const { artifacts, diagnostics } = await compile({ sources, targets: ["evm"], cache: false });
    assert.deepEqual(
      diagnostics.filter((d) => d.severity === "error").map((d) => d.formatted),
      [],
    );
    const names = new Set(Object.values(artifacts).flatMap((a) => (a.targets.evm ? [`${a.sourceName}:${a.contractName}`] : [])));
    assert.ok(names.size >= contracts, `${names.size} contracts have code`);
  });

test("an exact version selects its line", async () => {
  const source = (version: string): string => `pragma solidity ${version}; contract C { function f() public pure returns (uint8) { uint8 a = 255; return a + 1; } }`;
  for (const version of ["=0.5.16", "0.6.6", "=0.7.6"]) {
    const { artifacts, diagnostics } = await compile({ sources: { "C.sol": { content: source(version) } }, targets: ["evm"], cache: false });
    assert.deepEqual(
      diagnostics.filter((d) => d.severity === "error"),
      [],
    );
    assert.ok(artifacts.C);
  }
  const { diagnostics } = await compile({ sources: { "C.sol": { content: source("0.4.26") } }, targets: ["evm"], cache: false });
  assert.match(diagnostics[0]!.message, /supported are 0\.8\.0 to 0\.8\.37, 0\.7\.0 to 0\.7\.6, 0\.6\.0 to 0\.6\.12, 0\.5\.0 to 0\.5\.17/);
});

/** What stops a call besides a revert, on the EVM: a revert is undefined. */
async function failures(line: string): Promise<Record<string, string | undefined>> {
  const source = `pragma solidity ^${line}.0; contract C {
    uint256[] public list;
    constructor() public { list.push(1); }
    function index(uint256 i) public view returns (uint256) { return list[i]; }
    function divide(uint256 b) public pure returns (uint256) { return 1 / b; }
    function check(uint256 x) public pure { assert(x == 0); }
    function need(uint256 x) public pure { require(x == 0); }
    function allocate(uint256 n) public pure returns (uint256) { return (new uint256[](n)).length; }
  }`;
  const content = line === "0.5" || line === "0.6" ? source : source.replace("constructor() public", "constructor()");
  const { artifacts } = await compile({ sources: { "C.sol": { content } }, targets: ["evm"], cache: false });
  const chain = await (await loadTarget("evm")).createChain({});
  try {
    const from = chain.accounts[0]!;
    const artifact = artifacts.C!;
    const { address } = await chain.deploy({ part: artifact.targets.evm!, contractName: "C.sol:C", args: "0x", from, value: 0n, libraries: new Map() });
    const calls = { list: 7n, index: 7n, divide: 0n, check: 1n, need: 1n, allocate: 1n << 255n };
    const found: Record<string, string | undefined> = {};
    for (const [name, argument] of Object.entries(calls)) {
      const data = id(`${name}(uint256)`).slice(0, 10) + argument.toString(16).padStart(64, "0");
      const outcome = await chain.call({ from, to: address!, data, value: 0n });
      assert.equal(outcome.success, false, name);
      found[name] = outcome.error;
    }
    return found;
  } finally {
    await chain.close();
  }
}

test("failures take all gas before 0.8, but for what reverts there too", async () => {
  const invalid = "invalid opcode";
  const before07 = { list: invalid, index: invalid, divide: invalid, check: invalid, need: undefined, allocate: undefined };
  assert.deepEqual(await failures("0.5"), before07);
  assert.deepEqual(await failures("0.6"), before07);
  assert.deepEqual(await failures("0.7"), { ...before07, list: undefined });
  const reverts = { list: undefined, index: undefined, divide: undefined, check: undefined, need: undefined, allocate: undefined };
  assert.deepEqual(await failures("0.8"), reverts);
});
