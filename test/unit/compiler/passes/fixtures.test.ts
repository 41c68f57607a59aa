/**
 * Passes on text: each file of fixtures/ir/<pass>/ holds a module, the line `; after`, and the same module behind the pass. The pass must
 * give exactly that text, valid, and the module must behave the same before and after. With SUPERVM_UPDATE_FIXTURES=1 the second
 * half is written instead of compared. A comment `; calls 0x.. 0x..` adds call data to the standard ones.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { parseModule } from "../../../../compiler/ir/parser.js";
import { printModule } from "../../../../compiler/ir/printer.js";
import { assertValid } from "../../../../compiler/ir/verifier.js";
import { runPass } from "../../../../compiler/passes/manager.js";
import { PASSES } from "../../../../compiler/passes/registry.js";
import { randomCallData } from "../../../generators/ir.js";
import { observe } from "../../../generators/ir-observe.js";

const ROOT = path.join(process.cwd(), "fixtures", "ir");
const SEPARATOR = "; after\n";

function callsOf(text: string): Uint8Array[] {
  const given = /^; calls (.*)$/m.exec(text)?.[1]?.trim().split(/\s+/) ?? [];
  const fromHex = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.slice(2), "hex"));
  return [new Uint8Array(), ...given.map(fromHex), ...[1, 2, 3, 4].map(randomCallData)];
}

for (const pass of PASSES) {
  const folder = path.join(ROOT, pass.name);
  for (const file of readdirSync(folder).sort()) {
    test(`${pass.name}/${file}`, () => {
      const name = path.join(folder, file);
      const text = readFileSync(name, "utf8");
      const [before = "", after = ""] = text.split(SEPARATOR);
      const module = parseModule(before);
      assertValid(module, `of ${file}`);
      const calls = callsOf(before);
      const expected = observe(module, calls);
      runPass(pass, module, { level: "2", registerBits: 64 });
      assertValid(module, `after ${pass.name}`);
      const printed = printModule(module);
      if (process.env["SUPERVM_UPDATE_FIXTURES"] === "1") writeFileSync(name, before + SEPARATOR + printed);
      else assert.equal(printed, after);
      assert.equal(observe(module, calls), expected);
    });
  }
}

test("every fixture folder belongs to a pass", () => {
  const names = new Set(PASSES.map((pass) => pass.name));
  assert.deepEqual(
    readdirSync(ROOT).filter((folder) => !names.has(folder)),
    [],
  );
});
