/** Control flow of inline assembly: branches, loops, instructions that end the call. Functions are not followed. */
import type { YulBlock, YulExpression, YulForLoop, YulStatement, YulSwitch } from "../syntax/ast.js";
import type { Span } from "../../../base/span.js";
import type { VariableDeclaration } from "../syntax/ast.js";
import { connect, cover, newNode, type FlowNode, type FunctionFlow, type OccurrenceKind } from "./flow-graph.js";
import type { Model } from "./model.js";
import { yulBuiltins } from "./yul-builtins.js";

/** The place in the graph at which code is added: what the builder of functions offers to assembly. */
export interface FlowCursor {
  readonly m: Model;
  readonly flow: FunctionFlow;
  current: FlowNode;
  readonly breakTarget: FlowNode | undefined;
  readonly continueTarget: FlowNode | undefined;
  label(): FlowNode;
  jump(target: FlowNode): void;
  branches(bodies: readonly ((() => void) | undefined)[]): void;
  loopBody(breakTarget: FlowNode, continueTarget: FlowNode, body: () => void): void;
  occur(kind: OccurrenceKind, variable: VariableDeclaration, span: Span | undefined): void;
}

export function buildYulFlow(cursor: FlowCursor, block: YulBlock): void {
  for (const statement of block.statements) visit(cursor, statement);
}

function visit(c: FlowCursor, s: YulStatement): void {
  cover(c.current, s.span);
  switch (s.kind) {
    case "YulBlock":
      return buildYulFlow(c, s);
    case "YulFunctionDefinition":
    case "YulLeave":
      return;
    case "YulVariableDeclaration":
      if (s.value) expression(c, s.value);
      return;
    case "YulAssignment":
      expression(c, s.value);
      for (const target of s.targets) {
        const declaration = c.m.yulReferences.get(target)?.declaration;
        if (declaration?.kind === "VariableDeclaration") c.occur("assignment", declaration, target.span);
      }
      return;
    case "YulExpressionStatement":
      return expression(c, s.expression);
    case "YulIf":
      expression(c, s.condition);
      return c.branches([() => visit(c, s.body), undefined]);
    case "YulSwitch":
      return switchStatement(c, s);
    case "YulForLoop":
      return forLoop(c, s);
    case "YulBreak":
      return c.jump(c.breakTarget ?? c.flow.exit);
    case "YulContinue":
      return c.jump(c.continueTarget ?? c.flow.exit);
  }
}

function switchStatement(c: FlowCursor, s: YulSwitch): void {
  expression(c, s.expression);
  const bodies: ((() => void) | undefined)[] = s.cases.map((one) => () => visit(c, one.body));
  const hasDefault = s.cases.some((one) => !one.value);
  c.branches(hasDefault ? bodies : [...bodies, undefined]);
}

function forLoop(c: FlowCursor, s: YulForLoop): void {
  buildYulFlow(c, s.pre);
  const condition = c.label();
  expression(c, s.condition);
  const after = newNode();
  const post = newNode();
  connect(c.current, after);
  c.label();
  c.loopBody(after, post, () => visit(c, s.body));
  connect(c.current, post);
  c.current = post;
  buildYulFlow(c, s.post);
  connect(c.current, condition);
  c.current = after;
}

const endsWithRevert: ReadonlySet<string> = new Set(["revert", "invalid"]);

function expression(c: FlowCursor, e: YulExpression): void {
  if (e.kind === "YulIdentifier") {
    const declaration = c.m.yulReferences.get(e)?.declaration;
    if (declaration?.kind === "VariableDeclaration") c.occur("access", declaration, e.span);
  } else if (e.kind === "YulFunctionCall") {
    for (const argument of e.arguments) expression(c, argument);
    const { name, suffix } = e.functionName;
    const builtin = suffix === undefined ? yulBuiltins.get(name) : undefined;
    if (builtin?.terminates) c.jump(endsWithRevert.has(name) ? c.flow.revert : c.flow.end);
  }
}
