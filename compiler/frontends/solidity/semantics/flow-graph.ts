/** The control flow graph of one function: nodes with what they do to variables, and the functions they call. */
import type { Span } from "../../../base/span.js";
import type { FunctionDefinition, VariableDeclaration } from "../syntax/ast.js";

export type OccurrenceKind = "declaration" | "access" | "return" | "assignment";

export interface Occurrence {
  readonly kind: OccurrenceKind;
  readonly variable: VariableDeclaration;
  /** Where; undefined for the implicit return of a result. */
  readonly span: Span | undefined;
}

export interface FlowNode {
  readonly occurrences: Occurrence[];
  readonly exits: FlowNode[];
  readonly entries: FlowNode[];
  /** The internal function called at the end of the node. */
  callee?: FunctionDefinition;
  /** The code that the node covers. */
  span?: Span;
}

export interface FunctionFlow {
  readonly entry: FlowNode;
  /** Regular return. */
  readonly exit: FlowNode;
  readonly revert: FlowNode;
  /** Inline assembly ends the transaction: return, stop, selfdestruct. */
  readonly end: FlowNode;
}

export function newNode(): FlowNode {
  return { occurrences: [], exits: [], entries: [] };
}

export function connect(from: FlowNode, to: FlowNode): void {
  from.exits.push(to);
  to.entries.push(from);
}

/** Makes a node cover more code; code of another file (of a modifier) is left out. */
export function cover(node: FlowNode, span: Span): void {
  if (!node.span) node.span = span;
  else if (node.span.file === span.file) {
    node.span = { file: span.file, start: Math.min(node.span.start, span.start), end: Math.max(node.span.end, span.end) };
  }
}

/** All nodes reachable from `starts` along exits or entries; `stopsAt` nodes are not left. */
export function reachableNodes(starts: readonly FlowNode[], along: "exits" | "entries", stopsAt: (node: FlowNode) => boolean = () => false): Set<FlowNode> {
  const seen = new Set<FlowNode>(starts);
  const queue = [...starts];
  for (let node = queue.pop(); node; node = queue.pop()) {
    if (stopsAt(node)) continue;
    for (const next of node[along]) {
      if (seen.has(next)) continue;
      seen.add(next);
      queue.push(next);
    }
  }
  return seen;
}
