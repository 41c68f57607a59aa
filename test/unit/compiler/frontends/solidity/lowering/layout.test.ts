/** Storage layouts are solc's: every entry and every type of the contracts that use storage most. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { DiagnosticSink } from "../../../../../../compiler/diagnostics/diagnostic.js";
import { loadSources } from "../../../../../../compiler/frontends/solidity/imports/resolve.js";
import { storageLayoutJson } from "../../../../../../compiler/frontends/solidity/lowering/data/layout-json.js";
import { check } from "../../../../../../compiler/frontends/solidity/semantics/check.js";

interface Layout {
  readonly storage: readonly object[];
  readonly types: Readonly<Record<string, object>> | null;
}

interface SolcOutput {
  readonly contracts: Readonly<Record<string, Readonly<Record<string, { readonly storageLayout: Layout }>>>>;
}

/** Without the numbers of declarations, which every compiler gives in its own way. */
function comparable({ storage, types }: Layout): unknown {
  const text = JSON.stringify({ storage, types: types ?? {} }, (key, value: unknown) => (key === "astId" ? undefined : value));
  const plain = JSON.parse(text.replace(/(\((?:\w|\$)+\))\d+/g, "$1")) as Layout;
  return { storage: plain.storage, types: Object.fromEntries(Object.entries(plain.types ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))) };
}

for (const name of ["Storage", "Mixture", "Types", "Assembly", "Calls"])
  test(`the layout of ${name}.sol is solc's`, () => {
    const file = `fixtures/solidity/language/${name}.sol`;
    const solc = createRequire(import.meta.url)("solc") as { compile(input: string): string };
    const sources = { [file]: { content: fs.readFileSync(file, "utf8") } };
    const output = JSON.parse(solc.compile(JSON.stringify({ language: "Solidity", sources, settings: { outputSelection: { "*": { "*": ["storageLayout"] } } } }))) as SolcOutput;
    const sink = new DiagnosticSink();
    const program = check(loadSources({ sources: [file], root: process.cwd(), remappings: [] }, sink), sink);
    assert.ok(!sink.hasErrors);
    for (const info of program.contracts) {
      const expected = output.contracts[file]![info.definition.name]!.storageLayout;
      assert.deepEqual(comparable(storageLayoutJson(program, info) as unknown as Layout), comparable(expected), info.fullName);
    }
  });
