/**
 * Errors and warnings at the same places and with the same codes as solc's: each file of fixtures/solidity/diagnostics goes through both. Messages and
 * hints are ours; where solc stops early a file keeps to the faults of one of its stages.
 */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";
import { test } from "node:test";
import { DiagnosticSink } from "../../../../../../compiler/diagnostics/diagnostic.js";
import { lineColumn } from "../../../../../../compiler/base/span.js";
import { loadSources } from "../../../../../../compiler/frontends/solidity/imports/resolve.js";
import { check } from "../../../../../../compiler/frontends/solidity/semantics/check.js";

const folder = "fixtures/solidity/diagnostics";

interface SolcErrors {
  readonly errors?: readonly { readonly errorCode: string; readonly severity: string; readonly sourceLocation?: { readonly start: number } }[];
}

function ours(name: string, content: string): string[] {
  const sink = new DiagnosticSink();
  const loaded = loadSources({ sources: { [name]: { content } }, root: "/nonexistent", remappings: [] }, sink);
  if (!sink.failed()) check(loaded, sink);
  return sink.all.map((d) => `${d.span ? lineColumn(d.span.file, d.span.start).line : 1} ${d.severity} ${d.code}`).sort();
}

function theirs(name: string, content: string): string[] {
  const solc = createRequire(import.meta.url)("solc") as { compile(input: string): string };
  const input = { language: "Solidity", sources: { [name]: { content } }, settings: { outputSelection: { "*": { "": ["ast"] } } } };
  const { errors = [] } = JSON.parse(solc.compile(JSON.stringify(input))) as SolcErrors;
  const lineAt = (start: number): number => content.slice(0, Math.max(0, start)).split("\n").length;
  return errors.map((e) => `${e.sourceLocation ? lineAt(e.sourceLocation.start) : 1} ${e.severity} ${e.errorCode}`).sort();
}

for (const file of fs.readdirSync(folder).sort())
  test(`${file} has the faults that solc finds`, () => {
    const content = fs.readFileSync(path.join(folder, file), "utf8");
    assert.ok(/^[\0-\x7f]*$/.test(content), "offsets are bytes");
    const expected = theirs(file, content);
    assert.notEqual(expected.length, 0);
    assert.deepEqual(ours(file, content), expected);
  });
