/** Code that is not valid by the newest line that its pragma allows is compiled by an older one, and that is said; a bounded pragma that allows 0.8 means 0.8. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DiagnosticSink } from "../../../../../compiler/diagnostics/diagnostic.js";
import { checkedByFittingRules } from "../../../../../compiler/frontends/solidity/fitting-rules.js";

function fit(sources: Readonly<Record<string, string>>): { lines: Record<string, string>; diagnostics: string[] } {
  const sink = new DiagnosticSink();
  const inMemory = Object.fromEntries(Object.entries(sources).map(([name, content]) => [name, { content: `// SPDX-License-Identifier: MIT\n${content}` }]));
  const found = checkedByFittingRules({ sources: inMemory, root: "/nonexistent", remappings: [] }, sink);
  const units = found?.loaded.units ?? [];
  return { lines: Object.fromEntries(units.map((u) => [u.file.name, u.language])), diagnostics: sink.all.map(({ severity, code }) => `${severity} ${code}`) };
}

const narrowing = (range: string): string => `pragma solidity ${range}; library L { function f(int24 x) internal pure returns (uint8) { return uint8(x % 256); } }`;

test("an open pragma takes the newest line whose rules the code follows", () => {
  assert.deepEqual(fit({ "L.sol": narrowing(">=0.5.0") }), { lines: { "L.sol": "0.7" }, diagnostics: ["warning SOL-1006"] });
  const unnamed = "pragma solidity >=0.5.0; contract C { function () external payable {} }";
  assert.deepEqual(fit({ "C.sol": unnamed }), { lines: { "C.sol": "0.5" }, diagnostics: ["warning SOL-1006"] });
});

test("what is connected by imports follows", () => {
  const user = 'pragma solidity >=0.6.0; import "./L.sol"; contract C { function g(int24 x) external pure returns (uint8) { return L.f(x); } }';
  const { lines } = fit({ "C.sol": user, "L.sol": narrowing(">=0.5.0"), "Alone.sol": "pragma solidity >=0.5.0; interface I {}" });
  assert.deepEqual(lines, { "L.sol": "0.7", "C.sol": "0.7", "Alone.sol": "0.8" });
});

test("before 0.8 a bounded pragma chooses too", () => {
  const inherited =
    "library L { function f(uint256 x) internal pure returns (uint256) { return x; } } abstract contract A { using L for uint256; } contract B is A { function g(uint256 x) public pure returns (uint256) { return x.f(); } }";
  assert.deepEqual(fit({ "B.sol": `pragma solidity >=0.6.0 <0.8.0; ${inherited}` }), { lines: { "B.sol": "0.6" }, diagnostics: ["warning SOL-1006"] });
  assert.deepEqual(fit({ "B.sol": `pragma solidity >=0.6.0 <0.9.0; ${inherited}` }).diagnostics, ["error 9582"]);
});

test("a bounded pragma that allows 0.8, and none, mean the newest line", () => {
  assert.deepEqual(fit({ "L.sol": narrowing(">=0.5.0 <0.9.0") }).diagnostics, ["error 9640"]);
  assert.deepEqual(fit({ "L.sol": narrowing(">=0.5.0").replace("pragma solidity >=0.5.0;", "") }).diagnostics.slice(-1), ["error 9640"]);
});

test("where no line fits, the errors are those of the newest", () => {
  assert.deepEqual(fit({ "C.sol": "pragma solidity >=0.5.0; contract C { function f() public pure { uint8 x = 256; x; } }" }).diagnostics, ["error 9574"]);
});
