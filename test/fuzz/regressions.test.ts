/** Faults that the fuzzer found, each as the smallest program that showed it: fixtures/fuzz. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { test } from "node:test";
import { Interface } from "ethers";
import { checkProgram } from "./run/check.js";
import { variantsOf } from "./run/ours.js";
import { compileReferences, type Reference } from "./run/reference.js";
import { SENDERS } from "./run/side.js";

/** Programs with the calls of contract C that went wrong; a call whose name is `0x...` is raw data. */
const REGRESSIONS: Readonly<Record<string, readonly (readonly [signature: string, args: readonly unknown[]])[]>> = {
  "empty-string-to-storage": [["xC1()", []], ["xC1()", []]],
  "call-that-never-returns": [["xC0()", []]],
  "constant-concat": [["f()", []]],
};

const sources = new Map(Object.keys(REGRESSIONS).map((name) => [name, fs.readFileSync(`fixtures/fuzz/${name}.sol`, "utf8")]));
let references: Map<string, Reference> | undefined;

for (const [name, calls] of Object.entries(REGRESSIONS))
  test(name, async () => {
    references ??= compileReferences(sources);
    const reference = references.get(name);
    assert.ok(reference && "codes" in reference, reference && "rejected" in reference ? reference.rejected : "no answer");
    const messages = calls.map(([label, args]) => ({ label, from: SENDERS[0], value: 0n, data: label.startsWith("0x") ? label : encode(label, args) }));
    const { failures } = await checkProgram(sources.get(name)!, { libraries: [], constructorArgs: "0x", messages }, reference.codes, variantsOf(["interpreter", "evm", "supervm"]));
    assert.deepEqual(failures, []);
  });

function encode(signature: string, args: readonly unknown[]): string {
  return new Interface([`function ${signature}`]).encodeFunctionData(signature, args);
}
