/** Checks sources in memory for the tests of the checker. */
import assert from "node:assert/strict";
import { lineColumn } from "../../../../../../compiler/base/span.js";
import { DiagnosticSink } from "../../../../../../compiler/diagnostics/diagnostic.js";
import { loadSources } from "../../../../../../compiler/frontends/solidity/imports/resolve.js";
import { check } from "../../../../../../compiler/frontends/solidity/semantics/check.js";
import { modelOf } from "../../../../../../compiler/frontends/solidity/semantics/checked-program.js";
import type { CheckedProgram, ContractInfo } from "../../../../../../compiler/frontends/solidity/semantics/program.js";
import { typeString } from "../../../../../../compiler/frontends/solidity/semantics/type-strings.js";
import { forEachChild, type Expression, type Node } from "../../../../../../compiler/frontends/solidity/syntax/ast.js";

export type Sources = string | Readonly<Record<string, string>>;

const header = "/* SPDX-License-Identifier: MIT */ pragma solidity ^0.8.0; ";

export interface Checked {
  readonly program: CheckedProgram;
  readonly sink: DiagnosticSink;
}

/** Loads and checks; a single source is called `A.sol` and gets a license and a version pragma (on its first line) if it has none. */
export function checkSources(sources: Sources): Checked {
  const named = typeof sources === "string" ? { "A.sol": sources } : sources;
  const contents = Object.entries(named).map(([name, content]) => [name, { content: content.includes("pragma solidity") ? content : header + content }] as const);
  const sink = new DiagnosticSink();
  const loaded = loadSources({ sources: Object.fromEntries(contents), root: "/nonexistent", remappings: [] }, sink);
  return { program: check(loaded, sink), sink };
}

/** Checks sources that must be free of errors. */
export function checkClean(sources: Sources): CheckedProgram {
  const { program, sink } = checkSources(sources);
  assert.deepEqual(
    sink.all.filter((d) => d.severity === "error").map((d) => `${d.code} ${d.message}`),
    [],
  );
  return program;
}

export function contractOf(program: CheckedProgram, name: string): ContractInfo {
  const info = program.contracts.find((c) => c.definition.name === name);
  assert.ok(info, `no contract ${name}`);
  return info;
}

/** `line:code` of the faults of one severity, in order of position. */
export function faultsOf(sink: DiagnosticSink, severity: "error" | "warning" = "error"): string[] {
  return sink.all
    .filter((d) => d.severity === severity && d.span)
    .map((d) => ({ line: lineColumn(d.span!.file, d.span!.start).line, code: d.code }))
    .sort((a, b) => a.line - b.line || (a.code < b.code ? -1 : 1))
    .map(({ line, code }) => `${line}:${code}`);
}

/** What comments of the form `// error 1234, 5678` expect at their lines. */
export function expectedFaults(source: string, severity: "error" | "warning" = "error"): string[] {
  return source.split("\n").flatMap((text, i) => {
    const codes = new RegExp(`// ${severity} ([\\w, -]+)$`).exec(text)?.[1]?.split(", ") ?? [];
    return codes.sort().map((code) => `${i + 1}:${code}`);
  });
}

/** Asserts that a source has exactly the faults that its comments say. */
export function assertFaults(source: string, severity: "error" | "warning" = "error"): void {
  assert.deepEqual(faultsOf(checkSources(source).sink, severity), expectedFaults(source, severity));
}

/** The types of the expression statements and initial values of a function `f` or of the first contract, as solc prints them. */
export function typesOf(program: CheckedProgram): Map<string, string> {
  const m = modelOf(program);
  const types = new Map<string, string>();
  const visit = (node: Node): void => {
    const type = m.expressionTypes.get(node as Expression);
    if (type) types.set(node.span.file.content.slice(node.span.start, node.span.end), typeString(m, type));
    forEachChild(node, visit);
  };
  program.units.forEach(visit);
  return types;
}
