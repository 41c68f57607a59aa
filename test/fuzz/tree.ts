/**
 * Generated source as a tree, which is what makes shrinking generic: a node knows whether it may be left out, which type of expression
 * it is, and the plainest expression of that type. The shrinker edits trees without knowing Solidity.
 *
 *   item("x = ", expression("uint8", "uint8(0)", "a + b"), ";\n")   ->  removable; its expression may become `uint8(0)`
 */

export type Piece = string | SourceNode;

export interface SourceNode {
  readonly parts: readonly Piece[];
  /** A statement, declaration or call that may be left out. */
  readonly removable: boolean;
  /** Expressions: nodes with equal keys may stand for each other. */
  readonly type?: string;
  /** Expressions: the plainest text of this type. */
  readonly plain?: string;
}

/** What may be left out. */
export function item(...parts: Piece[]): SourceNode {
  return { parts, removable: true };
}

/** What must stay; its parts may have nodes that need not. */
export function group(...parts: Piece[]): SourceNode {
  return { parts, removable: false };
}

/** An expression of a type. */
export function expression(type: string, plain: string | undefined, ...parts: Piece[]): SourceNode {
  return { parts, removable: false, type, ...(plain !== undefined && { plain }) };
}

/** Puts a separator between pieces. */
export function join(pieces: readonly Piece[], separator: string): Piece[] {
  return pieces.flatMap((piece, i) => (i === 0 ? [piece] : [separator, piece]));
}

/** Nodes with what stands in their place; shared by identity. */
export type Edits = ReadonlyMap<SourceNode, readonly Piece[]>;

export const NO_EDITS: Edits = new Map();

/** The text of a tree under edits. */
export function render(piece: Piece, edits: Edits = NO_EDITS): string {
  if (typeof piece === "string") return piece;
  return (edits.get(piece) ?? piece.parts).map((part) => render(part, edits)).join("");
}

/** All nodes that the text under edits still comes from, parents first; each once. */
export function nodesOf(root: SourceNode, edits: Edits): SourceNode[] {
  const seen = new Set<SourceNode>();
  const visit = (piece: Piece): void => {
    if (typeof piece === "string" || seen.has(piece)) return;
    seen.add(piece);
    for (const part of edits.get(piece) ?? piece.parts) visit(part);
  };
  visit(root);
  return [...seen];
}

/** Lines with the nesting that their braces give, for people to read. */
export function indent(source: string): string {
  let depth = 0;
  const lines: string[] = [];
  for (const raw of source.split("\n")) {
    const line = raw.trim();
    if (line === "") continue;
    const code = line.replace(/"[^"]*"/g, "");
    const opens = (code.match(/\{/g) ?? []).length;
    const closes = (code.match(/\}/g) ?? []).length;
    const leading = /^\}+/.exec(code)?.[0].length ?? 0;
    lines.push("    ".repeat(Math.max(0, depth - leading)) + line);
    depth = Math.max(0, depth + opens - closes);
  }
  return lines.join("\n") + "\n";
}
