/**
 * Which language line each file of a compilation follows. A solc release compiles a file together with all that it imports,
 * so a library that allows any version means what the release that its users ask for makes of it:
 *
 *   Pool.sol  =0.7.6  ----imports---->  SqrtPriceMath.sol  >=0.5.0        both are 0.7: the library's arithmetic wraps
 *
 * Files that are connected by imports share the newest line that all of them allow. Where there is none (a 0.8 test that
 * imports a 0.7 contract), each file takes the newest line that it and what it imports allow, and an imported file the line
 * of its importers. A file whose importers would have it mean different things is refused.
 */
import type { SourceFile } from "../../../base/span.js";
import type { DiagnosticSink } from "../../../diagnostics/diagnostic.js";
import type { SourceUnit } from "../syntax/ast.js";
import type { LanguageLine } from "../syntax/language.js";

/** A file as this stage sees it. */
export interface LineNode {
  readonly file: SourceFile;
  readonly unit: SourceUnit;
  /** Lines that the file's own pragmas allow, newest first; at least one. */
  readonly allowed: readonly LanguageLine[];
  readonly imports: readonly LineNode[];
}

/**
 * Assigns a line to each file.
 *
 * @param sink receives an error for each file that would need two lines at once
 */
export function assignLines<Node extends LineNode>(nodes: readonly Node[], sink: DiagnosticSink): Map<Node, LanguageLine> {
  const lines = new Map<LineNode, LanguageLine>();
  for (const component of components(nodes)) {
    const common = intersection(component.map(({ allowed }) => allowed))[0];
    if (common) for (const node of component) lines.set(node, common);
    else assignSeparately(component, lines, sink);
  }
  return lines as Map<Node, LanguageLine>;
}

function intersection(sets: readonly (readonly LanguageLine[])[]): LanguageLine[] {
  const [first = [], ...others] = sets;
  return first.filter((line) => others.every((set) => set.includes(line)));
}

/** Files that are connected by imports, in either direction. */
function components(nodes: readonly LineNode[]): LineNode[][] {
  const neighbours = new Map<LineNode, LineNode[]>(nodes.map((node) => [node, []]));
  for (const node of nodes)
    for (const imported of node.imports) {
      if (imported.allowed.length === 0) continue;
      neighbours.get(node)?.push(imported);
      neighbours.get(imported)?.push(node);
    }
  const seen = new Set<LineNode>();
  const result: LineNode[][] = [];
  for (const start of nodes) {
    if (seen.has(start)) continue;
    seen.add(start);
    const component = [start];
    for (const node of component)
      for (const next of neighbours.get(node) ?? [])
        if (!seen.has(next)) {
          seen.add(next);
          component.push(next);
        }
    result.push(component);
  }
  return result;
}

/** Lines for files that have none in common. */
function assignSeparately(component: readonly LineNode[], lines: Map<LineNode, LanguageLine>, sink: DiagnosticSink): void {
  const members = new Set(component);
  const importers = new Map<LineNode, LineNode[]>();
  for (const node of component) for (const imported of node.imports) importers.set(imported, [...(importers.get(imported) ?? []), node]);
  for (const node of importersFirst(component)) {
    if (!members.has(node)) continue;
    const possible = linesWithImports(node);
    const wanted = (importers.get(node) ?? []).flatMap((importer) => lines.get(importer) ?? []).filter((line) => possible.includes(line));
    const [line] = possible.filter((candidate) => wanted.length === 0 || wanted.includes(candidate));
    lines.set(node, line!);
    const others = [...new Set(wanted.filter((other) => other !== line))];
    if (others.length > 0 && hasCode(node.unit)) {
      const message = `${node.file.name} is imported by files of Solidity ${[line, ...others].join(" and ")}, whose rules differ.`;
      const hint = "Compile the files of each version on their own, or let the pragma allow one version only.";
      sink.error("ParserError", "SOL-1003", message, { file: node.file, start: 0, end: 0 }, hint);
    }
  }
}

/** What a file and all that it imports allow; only what the file itself does if that is nothing. */
function linesWithImports(node: LineNode): readonly LanguageLine[] {
  const reached = new Set([node]);
  for (const file of reached) for (const imported of file.imports) if (imported.allowed.length > 0) reached.add(imported);
  const common = intersection([...reached].map(({ allowed }) => allowed));
  return common.length > 0 ? common : node.allowed;
}

/** Each file before those that it imports, as far as there are no cycles. */
function importersFirst(component: readonly LineNode[]): LineNode[] {
  const visited = new Set<LineNode>();
  const finished: LineNode[] = [];
  const visit = (node: LineNode): void => {
    if (visited.has(node)) return;
    visited.add(node);
    node.imports.forEach(visit);
    finished.push(node);
  };
  component.forEach(visit);
  return finished.reverse();
}

/** Whether anything in the file could mean something else by another line's rules: interfaces, structs and enums do not. */
function hasCode(unit: SourceUnit): boolean {
  return unit.nodes.some(
    (node) => (node.kind === "ContractDefinition" && node.contractKind !== "interface") || node.kind === "FunctionDefinition" || node.kind === "VariableDeclaration",
  );
}
