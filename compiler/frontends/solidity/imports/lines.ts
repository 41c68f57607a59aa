/**
 * Which language line each file of a compilation follows. A solc release compiles a file together with all that it imports,
 * so one release must satisfy them all, and a library that allows any version means what the release that its users ask for makes of it:
 *
 *   Pool.sol  =0.7.6  ----imports---->  SqrtPriceMath.sol  >=0.5.0        both are 0.7: the library's arithmetic wraps
 *
 * Files that are connected by imports share the newest release that all of them allow. Where there is none (two contracts of different
 * lines that share a library), each file takes the newest that it and what it imports allow, and an imported file the line of its
 * importers. A file whose imports leave no release, and one whose importers would have it mean different things, are refused.
 */
import type { SourceFile } from "../../../base/span.js";
import type { DiagnosticSink } from "../../../diagnostics/diagnostic.js";
import type { SourceUnit } from "../syntax/ast.js";
import { lineOfRelease, type LanguageLine } from "../syntax/language.js";
import type { VersionDemand } from "../syntax/pragma.js";

/** A file as this stage sees it. */
export interface LineNode {
  readonly file: SourceFile;
  readonly unit: SourceUnit;
  /** What the file's own pragmas allow; files without any release are reported already and do not take part. */
  readonly demand: VersionDemand;
  readonly imports: readonly LineNode[];
}

/**
 * Assigns a line to each file.
 *
 * @param sink receives an error for each file that no release could compile with its imports, or that would need two lines at once
 */
export function assignLines<Node extends LineNode>(nodes: readonly Node[], sink: DiagnosticSink): Map<Node, LanguageLine> {
  const lines = new Map<LineNode, LanguageLine>();
  for (const component of components(nodes)) {
    const common = commonReleases(component)[0];
    if (common !== undefined) for (const node of component) lines.set(node, lineOfRelease(common));
    else assignSeparately(component, lines, sink);
  }
  return lines as Map<Node, LanguageLine>;
}

const isReadable = ({ demand }: LineNode): boolean => demand.releases.length > 0;

function commonReleases(nodes: readonly LineNode[]): string[] {
  const [first, ...others] = nodes;
  const sets = others.map(({ demand }) => new Set(demand.releases));
  return first ? first.demand.releases.filter((release) => sets.every((set) => set.has(release))) : [];
}

/** Files that are connected by imports, in either direction. */
function components(nodes: readonly LineNode[]): LineNode[][] {
  const neighbours = new Map<LineNode, LineNode[]>(nodes.map((node) => [node, []]));
  for (const node of nodes)
    for (const imported of node.imports) {
      if (!isReadable(imported)) continue;
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

/** Lines for files that have no release in common. */
function assignSeparately(component: readonly LineNode[], lines: Map<LineNode, LanguageLine>, sink: DiagnosticSink): void {
  const members = new Set(component);
  const importers = new Map<LineNode, LineNode[]>();
  for (const node of component) for (const imported of node.imports) importers.set(imported, [...(importers.get(imported) ?? []), node]);
  const conflicts = new Set<LineNode>();
  for (const node of importersFirst(component)) {
    if (!members.has(node)) continue;
    const reached = reachedFrom(node);
    const possible = commonReleases(reached).map(lineOfRelease);
    if (possible.length === 0) conflicts.add(node);
    const wanted = (importers.get(node) ?? []).flatMap((importer) => lines.get(importer) ?? []).filter((line) => possible.includes(line));
    const line = possible.find((candidate) => wanted.length === 0 || wanted.includes(candidate)) ?? lineOfRelease(node.demand.releases[0]!);
    lines.set(node, line);
    const others = [...new Set(wanted.filter((other) => other !== line))];
    if (others.length > 0 && hasCode(node.unit)) {
      const message = `${node.file.name} is imported by files of Solidity ${[line, ...others].join(" and ")}, whose rules differ.`;
      const hint = "Compile the files of each version on their own, or let the pragma allow one version only.";
      sink.error("ParserError", "SOL-1003", message, { file: node.file, start: 0, end: 0 }, hint);
    }
  }
  // Only where it arises: whoever imports such a file cannot be compiled either.
  for (const node of conflicts) if (!node.imports.some((imported) => conflicts.has(imported))) reportConflict(node, sink);
}

/** A file and all that it imports. */
function reachedFrom(node: LineNode): LineNode[] {
  const reached = new Set([node]);
  for (const file of reached) for (const imported of file.imports) if (isReadable(imported)) reached.add(imported);
  return [...reached];
}

/** Names two files whose pragmas exclude each other where there are such, else all that have one. */
function reportConflict(node: LineNode, sink: DiagnosticSink): void {
  const reached = reachedFrom(node).filter(({ demand }) => demand.text !== "");
  let culprits = reached;
  for (const a of reached) {
    const b = reached.find((other) => commonReleases([a, other]).length === 0);
    if (!b) continue;
    culprits = [a, b];
    break;
  }
  const wishes = culprits.map(({ file, demand }) => `${file.name} requires ${demand.text}`);
  const related = culprits.map(({ demand }) => ({ span: demand.span, message: "The version is required here." }));
  const message = `No supported compiler version satisfies ${node.file.name} and what it imports: ${wishes.join(", ")}.`;
  sink.error("ParserError", "SOL-1005", message, node.demand.span, "Make the pragmas agree on one version.", related);
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
