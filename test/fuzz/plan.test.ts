/** What a campaign runs on what, and which differences it may overlook. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { randomProgram } from "./generate/program.js";
import { isDocumentedLimit } from "./run/limits.js";
import { variantsInTurn, variantsOf } from "./run/ours.js";
import { compileReferences } from "./run/reference.js";
import { programSeed } from "./run/seeds.js";
import type { Observed } from "./run/side.js";
import { render } from "./tree.js";

test("programs take targets and levels in turn, each with the interpreter", () => {
  const targets = ["interpreter", "evm", "supervm", "solana"] as const;
  const counts = new Map<string, number>();
  for (let i = 0; i < 24; i++) {
    const names = variantsInTurn(targets, i).map((v) => v.name);
    assert.equal(names.length, 2);
    assert.equal(names[0], "interpreter");
    counts.set(names[1]!, (counts.get(names[1]!) ?? 0) + 1);
  }
  const levels = variantsOf(["evm", "supervm", "solana"]).map((v) => v.name);
  assert.deepEqual([...counts.keys()].sort(), [...levels].sort());
  const ofTarget = (target: string): number => [...counts].filter(([name]) => name.startsWith(target)).reduce((sum, [, n]) => sum + n, 0);
  assert.deepEqual(["evm", "supervm", "solana"].map(ofTarget), [8, 8, 8]);
  assert.deepEqual(
    variantsInTurn(["interpreter"], 3).map((v) => v.name),
    ["interpreter", "interpreter -O2"],
  );
});

test("a limit excuses only what the reference did beyond it", () => {
  const answer = (bytes: number): Observed => ({ success: true, returnData: `0x${"00".repeat(bytes)}`, logs: [] });
  const failed: Observed = { success: false, returnData: "0x", logs: [], error: "the return data are longer than 1,024 bytes, which Solana does not carry" };
  assert.equal(isDocumentedLimit("solana", answer(1056), failed), true);
  assert.equal(isDocumentedLimit("solana", answer(1024), failed), false);
  assert.equal(isDocumentedLimit("solana", { ...answer(1056), success: false }, failed), false);
  assert.equal(isDocumentedLimit("evm", answer(1056), failed), false);
  assert.equal(isDocumentedLimit("solana", answer(32), { ...failed, error: "exceptional halt" }), false);
});

test("both code generators of solc answer, an error spoils no other source", () => {
  const sources = new Map([
    ["order", "contract C { function f() external pure returns (uint256) { uint256 a = 1; return a + (a = 5); } }"],
    ["wrong", "contract C { function f() external pure returns (uint256) { return true; } }"],
    ["copies", "struct S0 { uint256 a; }\ncontract C { S0[] s; function f(S0[] memory x) external { s = x; } }"],
  ]);
  const [legacy, ir] = [compileReferences(sources, "legacy"), compileReferences(sources, "ir")];
  const accepted = (answers: typeof ir): string[] => [...answers].flatMap(([name, answer]) => ("codes" in answer ? [name] : [])).sort();
  assert.deepEqual(accepted(legacy), ["order"]);
  assert.deepEqual(accepted(ir), ["copies", "order"]);
});

test("programs have all that the campaign is to meet", () => {
  const text = Array.from({ length: 600 }, (_, i) => render(randomProgram(programSeed(1, i)).root)).join("\n");
  const wanted = [
    ...["unchecked {", "assembly (", "transient", "immutable", "constant", "fallback(", "receive(", "modifier ", "super.", "override(", "library ", "using {"],
    ...[
      "try this.",
      "try new ",
      "catch Panic",
      "catch Error",
      "abi.encodePacked(",
      "abi.encodeCall(",
      "abi.decode(",
      ".delegatecall(",
      ".staticcall(",
      "do {",
      "while (",
      "continue",
      "break",
    ],
    ...[
      "delete ",
      ".pop()",
      ".push() =",
      "bytes.concat(",
      "string.concat(",
      "revert Bad",
      "emit Ev",
      " indexed",
      "mapping(",
      " storage p",
      "calldata a",
      "function(",
      "?",
      "&&",
      "||",
      "**",
    ],
    ...["<<", ">>", "sha256(", "keccak256(", "addmod(", "struct M0", "enum E0", "type W0", "constructor("],
  ];
  assert.deepEqual(
    wanted.filter((w) => !text.includes(w)),
    [],
  );
});
