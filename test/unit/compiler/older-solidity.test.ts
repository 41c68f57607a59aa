/** Packages that people build on, older Solidity among them, compile unmodified: every file, by the rules of its line. */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { compile } from "../../../index.js";

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
  // Pool and factory are not in the package; its libraries allow 0.8 by their pragmas, not by their code.
  { folder: "@uniswap/v3-core/contracts", version: "=0.7.6", contracts: 10 },
  // The tests import DappTools.
  { folder: "solmate/src", without: /\/test\//, contracts: 10 },
  { folder: "solady/src", contracts: 50 },
  { folder: "openzeppelin-contracts-3", without: /\/mocks\//, contracts: 40 },
  { folder: "openzeppelin-contracts-4", without: /\/mocks\//, contracts: 50 },
];

function solidityFiles(folder: string): string[] {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const full = path.join(folder, entry.name);
    return entry.isDirectory() ? solidityFiles(full) : entry.name.endsWith(".sol") ? [full] : [];
  });
}

for (const { folder, version, contracts, without } of packages)
  test(`${folder} compiles`, async () => {
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
