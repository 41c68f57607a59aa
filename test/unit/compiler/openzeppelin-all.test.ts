/**
 * Every file of @openzeppelin/contracts compiles: all in one compilation, without an error. What abstract contracts hold becomes code only
 * in contracts that derive from them: those are in fixtures/solidity/oz, and test/differential runs them.
 */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { it } from "node:test";
import { compile } from "../../../index.js";

const PACKAGE = "node_modules/@openzeppelin/contracts";

it("compiles every file of OpenZeppelin's contracts", async () => {
  const sources = fs
    .readdirSync(PACKAGE, { recursive: true })
    .map((name) => path.join(PACKAGE, String(name)))
    .filter((name) => name.endsWith(".sol"))
    .sort();
  assert.ok(sources.length > 240, "the package is installed");
  const { artifacts, diagnostics } = await compile({ sources, targets: ["evm"], cache: false });
  assert.deepEqual(
    diagnostics.filter((d) => d.severity === "error").map((d) => d.formatted),
    [],
  );
  const complete = new Set(Object.values(artifacts).filter((a) => a.targets.evm));
  for (const name of [
    "TimelockController",
    "AccessManager",
    "ERC1967Proxy",
    "TransparentUpgradeableProxy",
    "ProxyAdmin",
    "ERC2771Forwarder",
    "VestingWallet",
    "ERC6909",
    "UpgradeableBeacon",
  ])
    assert.ok(complete.has(artifacts[name]!), `${name} has code`);
});
