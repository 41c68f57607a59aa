/**
 * Flattens syntax trees, ours and solc's, to comparable lists of `kind start:end` (byte offsets), so that solc serves
 * as the oracle for the shape and the positions of what we parse.
 */
import { createRequire } from "node:module";
import { forEachChild, type Node, type SourceUnit } from "../../../../../../compiler/frontends/solidity/syntax/ast.js";

interface Solc {
  compile(input: string): string;
}

const solc = createRequire(import.meta.url)("solc") as Solc;

interface SolcError {
  readonly severity: string;
  readonly type: string;
  readonly errorCode: string;
  readonly message: string;
}

interface SolcOutput {
  readonly errors?: readonly SolcError[];
  readonly sources?: Readonly<Record<string, { readonly ast?: unknown }>>;
}

/** Our names of what solc calls otherwise. */
const solcNames: Readonly<Record<string, string>> = {
  NumberLiteral: "Literal",
  StringLiteral: "Literal",
  BooleanLiteral: "Literal",
  MappingTypeName: "Mapping",
  BreakStatement: "Break",
  ContinueStatement: "Continue",
  ReturnStatement: "Return",
  ThrowStatement: "Throw",
};

/** Kinds that only one of the trees has, or whose positions differ on purpose. */
const skipped = new Set(["ParameterList", "StructuredDocumentation", "SourceUnit"]);

/**
 * Two slips of solc are evened out: it lets a function type, and a nameless variable of one, reach into the token
 * behind, and `payable` of `payable(x)` cover the parenthesis.
 */
function entry(kind: string, start: number, end: number, content: string): string {
  const text = content.slice(start, end);
  const isOpenEnded = kind === "FunctionTypeName" || (kind === "VariableDeclaration" && text.startsWith("function"));
  if (isOpenEnded) return `${kind} ${start}`;
  return `${kind} ${start}:${text === "payable(" ? end - 1 : end}`;
}

/** The nodes of our tree, sorted. */
export function flattenOurs(unit: SourceUnit): string[] {
  const content = unit.file.content;
  // solc counts bytes; a string with one character per byte lets both sides cut out text by the same offsets.
  const bytes = Buffer.from(content).toString("latin1");
  const isAscii = bytes.length === content.length;
  const byteOffset = (at: number): number => (isAscii ? at : Buffer.byteLength(content.slice(0, at)));
  const entries: string[] = [];
  const visit = (node: Node): void => {
    if (!skipped.has(node.kind)) {
      const kind = node.kind === "Block" && node.isUnchecked ? "UncheckedBlock" : (solcNames[node.kind] ?? node.kind);
      entries.push(entry(kind, byteOffset(node.span.start), byteOffset(node.span.end), bytes));
    }
    forEachChild(node, visit);
  };
  visit(unit);
  return entries.sort();
}

/** The nodes of the tree that solc makes of `content`, sorted. Throws if solc finds an error. */
export function flattenSolc(content: string): string[] {
  const input = {
    language: "Solidity",
    sources: { "a.sol": { content } },
    settings: { stopAfter: "parsing", outputSelection: { "*": { "": ["ast"] } } },
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input))) as SolcOutput;
  const errors = (output.errors ?? []).filter((error) => error.severity === "error");
  if (errors.length > 0) throw new Error(errors.map((error) => `${error.errorCode} ${error.message}`).join("\n"));
  const bytes = Buffer.from(content).toString("latin1");
  const entries: string[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(visit);
    if (typeof value !== "object" || value === null) return;
    const { nodeType, src } = value as { nodeType?: unknown; src?: unknown };
    if (typeof nodeType === "string" && typeof src === "string" && !skipped.has(nodeType)) {
      const [start, length] = src.split(":").map(Number) as [number, number];
      entries.push(entry(nodeType, start, start + length, bytes));
    }
    for (const [key, child] of Object.entries(value)) if (key !== "foreign") visit(child);
  };
  visit(output.sources?.["a.sol"]?.ast);
  return entries.sort();
}
