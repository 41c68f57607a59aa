/**
 * solc as the oracle of the checker: the same sources go through both, then ABIs, selectors and the type of every
 * expression are compared, expressions by their source positions.
 */
import { createRequire } from "node:module";
import { DiagnosticSink } from "../../../../../../compiler/diagnostics/diagnostic.js";
import { loadSources } from "../../../../../../compiler/frontends/solidity/imports/resolve.js";
import { abiOf } from "../../../../../../compiler/frontends/solidity/semantics/abi.js";
import { check } from "../../../../../../compiler/frontends/solidity/semantics/check.js";
import { modelOf } from "../../../../../../compiler/frontends/solidity/semantics/checked-program.js";
import type { CheckedProgram } from "../../../../../../compiler/frontends/solidity/semantics/program.js";
import { typeString } from "../../../../../../compiler/frontends/solidity/semantics/type-strings.js";
import type { SourceUnit } from "../../../../../../compiler/frontends/solidity/syntax/ast.js";

interface SolcNode {
  readonly [key: string]: unknown;
}

interface SolcOutput {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[];
  readonly sources: Readonly<Record<string, { readonly ast: SolcNode }>>;
  readonly contracts: Readonly<Record<string, Readonly<Record<string, { readonly abi: unknown; readonly evm: { readonly methodIdentifiers: Readonly<Record<string, string>> } }>>>>;
}

export interface Comparison {
  readonly differences: readonly string[];
  readonly contracts: number;
  readonly expressions: number;
}

/** Compares the checker with solc on files below the working directory. Errors of either are differences. */
export function compareWithSolc(paths: readonly string[]): Comparison {
  const sink = new DiagnosticSink();
  const loaded = loadSources({ sources: paths, root: process.cwd(), remappings: [] }, sink);
  const program = check(loaded, sink);
  const differences = sink.all.filter((d) => d.severity === "error").map((d) => `supervm: ${d.code} ${d.message}`);
  if (differences.length > 0) return { differences, contracts: 0, expressions: 0 };
  const output = runSolc(Object.fromEntries(loaded.files.map((file) => [file.name, { content: file.content }])));
  for (const e of output.errors ?? []) if (e.severity === "error") differences.push(`solc: ${e.formattedMessage}`);
  compareContracts(program, output, differences);
  let expressions = 0;
  for (const unit of loaded.units) expressions += compareExpressions(program, unit, output, differences);
  return { differences, contracts: program.contracts.length, expressions };
}

function runSolc(sources: Readonly<Record<string, { readonly content: string }>>): SolcOutput {
  const solc = createRequire(import.meta.url)("solc") as { compile(input: string): string };
  const outputSelection = { "*": { "": ["ast"], "*": ["abi", "evm.methodIdentifiers"] } };
  return JSON.parse(solc.compile(JSON.stringify({ language: "Solidity", sources, settings: { outputSelection } }))) as SolcOutput;
}

function compareContracts(program: CheckedProgram, output: SolcOutput, differences: string[]): void {
  for (const info of program.contracts) {
    const theirs = output.contracts[info.unit.file.name]?.[info.definition.name];
    const ours = JSON.stringify(abiOf(info, program));
    if (ours !== JSON.stringify(theirs?.abi)) differences.push(`${info.fullName}: ABI\n  ${ours}\n  ${JSON.stringify(theirs?.abi)}`);
    const selectors = info.interfaceFunctions.map((f) => `${f.signature} ${f.selector.toString(16).padStart(8, "0")}`).sort();
    const wanted = Object.entries(theirs?.evm.methodIdentifiers ?? {}).map(([signature, selector]) => `${signature} ${selector}`);
    if (selectors.join() !== wanted.sort().join()) differences.push(`${info.fullName}: selectors ${selectors.join()}`);
  }
}

function compareExpressions(program: CheckedProgram, unit: SourceUnit, output: SolcOutput, differences: string[]): number {
  const m = modelOf(program);
  const ours = new Map<string, string>();
  for (const [e, type] of m.expressionTypes) {
    const kind = e.kind.replace(/^(Boolean|Number|String)Literal$/, "Literal");
    if (e.span.file === unit.file) ours.set(`${e.span.start}:${e.span.end}:${kind}`, typeString(m, type));
  }
  const toOffset = offsetMap(unit.file.content);
  let count = 0;
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    const { nodeType, src, typeDescriptions } = node as SolcNode & { typeDescriptions?: { typeString?: string } };
    const wanted = typeDescriptions?.typeString;
    const isExpression = "isPure" in node || nodeType === "Identifier";
    if (isExpression && wanted !== undefined && typeof src === "string") {
      const [start = 0, length = 0] = src.split(":").map(Number);
      const found = ours.get(`${toOffset(start)}:${toOffset(start + length)}:${String(nodeType)}`);
      // Lengths of arrays are evaluated, not typed.
      if (found !== undefined) count++;
      if (found !== undefined && found !== wanted) differences.push(`${unit.file.name}:${toOffset(start)}: '${found}', solc '${wanted}'`);
    }
    Object.values(node).forEach(visit);
  };
  visit(output.sources[unit.file.name]?.ast);
  return count;
}

/** From solc's UTF-8 offsets to offsets of UTF-16 code units. */
function offsetMap(text: string): (offset: number) => number {
  if (Buffer.byteLength(text) === text.length) return (offset) => offset;
  const bytes = Buffer.from(text);
  return (offset) => bytes.subarray(0, offset).toString().length;
}
