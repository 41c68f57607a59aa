/** Builds the control flow graph of a function with its modifiers, as it runs in one contract. */
import {
  forEachChild,
  type BinaryOperation,
  type Expression,
  type ForStatement,
  type FunctionCall,
  type FunctionDefinition,
  type IfStatement,
  type ModifierInvocation,
  type Node,
  type VariableDeclaration,
  type VariableDeclarationStatement,
} from "../syntax/ast.js";
import type { Span } from "../../../base/span.js";
import { connect, cover, newNode, type FlowNode, type FunctionFlow, type OccurrenceKind } from "./flow-graph.js";
import { buildYulFlow, type FlowCursor } from "./flow-yul.js";
import type { Model } from "./model.js";
import type { VirtualLookup, VirtualSite } from "./virtual-lookup.js";

export class FlowBuilder implements FlowCursor {
  readonly flow: FunctionFlow = { entry: newNode(), exit: newNode(), revert: newNode(), end: newNode() };
  current: FlowNode = this.flow.entry;
  breakTarget: FlowNode | undefined;
  continueTarget: FlowNode | undefined;
  /** The nodes that end in a call. */
  readonly calls: FlowNode[] = [];
  /** Where `return` goes: the code behind the placeholder of the modifier around. */
  private returnTarget: FlowNode = this.flow.exit;
  private placeholder: { readonly entry: FlowNode; readonly exit: FlowNode } | undefined;

  /** @param site the contract in which virtual functions are looked up; undefined for free functions */
  constructor(
    readonly m: Model,
    private readonly lookup: VirtualLookup,
    private readonly site: VirtualSite | undefined,
    private readonly function_: FunctionDefinition,
  ) {}

  build(): FunctionFlow {
    const f = this.function_;
    for (const parameter of f.parameters) this.visit(parameter);
    for (const result of f.returnParameters) {
      this.visit(result);
      this.flow.exit.occurrences.push({ kind: "return", variable: result, span: undefined });
    }
    for (const invocation of f.modifiers) this.modifier(invocation);
    if (f.body) this.visit(f.body);
    connect(this.current, this.returnTarget);
    return this.flow;
  }

  occur(kind: OccurrenceKind, variable: VariableDeclaration, span: Span | undefined): void {
    this.current.occurrences.push({ kind, variable, span });
  }

  /** Goes on at a new node behind the current one. */
  label(): FlowNode {
    const node = newNode();
    connect(this.current, node);
    this.current = node;
    return node;
  }

  /** Leaves for `target`; what follows is reached from elsewhere, if at all. */
  jump(target: FlowNode): void {
    connect(this.current, target);
    this.current = newNode();
  }

  /** Runs several branches from here and goes on where they meet; an undefined branch is the empty one. */
  branches(bodies: readonly ((() => void) | undefined)[]): void {
    const start = this.current;
    const ends = bodies.map((body) => {
      this.current = newNode();
      connect(start, this.current);
      body?.();
      return this.current;
    });
    this.current = newNode();
    for (const end of ends) connect(end, this.current);
  }

  private visit(node: Node): void {
    if (node.kind !== "TryStatement" && node.kind !== "PlaceholderStatement" && node.kind !== "InlineAssembly") cover(this.current, node.span);
    switch (node.kind) {
      case "BinaryOperation":
        return this.binary(node);
      case "UnaryOperation":
        this.visit(node.operand);
        return this.call(this.m.unaryOperators.get(node));
      case "Conditional":
        this.visit(node.condition);
        return this.branches([() => this.visit(node.trueExpression), () => this.visit(node.falseExpression)]);
      case "TryStatement":
        this.visit(node.externalCall);
        return this.branches(node.clauses.map((clause) => () => this.visit(clause.block)));
      case "IfStatement":
        return this.ifStatement(node);
      case "ForStatement":
        return this.forStatement(node);
      case "WhileStatement":
        return this.whileStatement(node.condition, node.body);
      case "DoWhileStatement":
        return this.doWhileStatement(node.condition, node.body);
      case "BreakStatement":
        return this.jump(this.breakTarget ?? this.flow.exit);
      case "ContinueStatement":
        return this.jump(this.continueTarget ?? this.flow.exit);
      case "ThrowStatement":
      case "RevertStatement":
        return this.jump(this.flow.revert);
      case "PlaceholderStatement":
        return this.placeholderStatement();
      case "FunctionCall":
        return this.functionCall(node);
      case "ReturnStatement":
        return this.returnStatement(node.expression, node.span);
      case "InlineAssembly":
        return buildYulFlow(this, node.body);
      case "VariableDeclaration":
        return this.variable(node);
      case "VariableDeclarationStatement":
        return this.declaration(node);
      case "Identifier":
        return this.identifier(node);
      case "FunctionTypeName":
        return;
      default:
        forEachChild(node, (child) => this.visit(child));
    }
  }

  private binary(e: BinaryOperation): void {
    this.visit(e.left);
    if (e.operator === "&&" || e.operator === "||") return this.branches([() => this.visit(e.right), undefined]);
    this.visit(e.right);
    this.call(this.m.binaries.get(e)?.operatorFunction);
  }

  /** A call ends its node: it may turn out that nothing comes back from it. */
  private call(callee: FunctionDefinition | undefined): void {
    if (!callee) return;
    this.current.callee = callee;
    this.calls.push(this.current);
    this.label();
  }

  private ifStatement(s: IfStatement): void {
    const { falseBody } = s;
    this.visit(s.condition);
    this.branches([() => this.visit(s.trueBody), falseBody && (() => this.visit(falseBody))]);
  }

  /** Runs a loop's body with the targets of `break` and `continue`. */
  loopBody(breakTarget: FlowNode, continueTarget: FlowNode, body: () => void): void {
    const saved = [this.breakTarget, this.continueTarget] as const;
    [this.breakTarget, this.continueTarget] = [breakTarget, continueTarget];
    body();
    [this.breakTarget, this.continueTarget] = saved;
  }

  private forStatement(s: ForStatement): void {
    if (s.initialization) this.visit(s.initialization);
    const condition = this.label();
    if (s.condition) this.visit(s.condition);
    const after = newNode();
    const post = newNode();
    connect(this.current, after);
    this.label();
    this.loopBody(after, post, () => this.visit(s.body));
    connect(this.current, post);
    this.current = post;
    if (s.update) this.visit(s.update);
    connect(this.current, condition);
    this.current = after;
  }

  private whileStatement(condition: Expression, body: Node): void {
    const start = this.label();
    this.visit(condition);
    const after = newNode();
    connect(this.current, after);
    this.label();
    this.loopBody(after, start, () => this.visit(body));
    connect(this.current, start);
    this.current = after;
  }

  private doWhileStatement(condition: Expression, body: Node): void {
    const after = newNode();
    const start = this.label();
    const test = newNode();
    this.loopBody(after, test, () => this.visit(body));
    connect(this.current, test);
    this.current = test;
    this.visit(condition);
    connect(this.current, start);
    connect(this.current, after);
    this.current = after;
  }

  private placeholderStatement(): void {
    if (!this.placeholder) return;
    connect(this.current, this.placeholder.entry);
    this.current = newNode();
    connect(this.placeholder.exit, this.current);
  }

  /** The modifier's code runs around the rest: its placeholder leads there and back. */
  private modifier(invocation: ModifierInvocation): void {
    cover(this.current, invocation.span);
    for (const argument of invocation.arguments ?? []) this.visit(argument);
    const target = this.m.modifierTargets.get(invocation);
    if (target?.kind !== "ModifierDefinition" || !this.site) return;
    const modifier = invocation.path.parts.length === 1 ? this.lookup.modifier(this.site, target) : target;
    if (!modifier.body) return;
    const placeholder = { entry: newNode(), exit: newNode() };
    this.placeholder = placeholder;
    for (const parameter of modifier.parameters) this.visit(parameter);
    this.visit(modifier.body);
    connect(this.current, this.returnTarget);
    this.current = placeholder.entry;
    this.returnTarget = placeholder.exit;
    this.placeholder = undefined;
  }

  private functionCall(e: FunctionCall): void {
    this.visit(e.expression);
    for (const argument of e.arguments) this.visit(argument);
    const info = this.m.calls.get(e);
    const type = info?.kind === "call" ? info.functionType : undefined;
    switch (type?.functionKind) {
      case "revert":
        return this.jump(this.flow.revert);
      case "require":
      case "assert":
        connect(this.current, this.flow.revert);
        this.label();
        return;
      case "internal": {
        const { declaration } = type;
        if (declaration?.kind !== "FunctionDefinition") return;
        return this.call(this.resolved(e, declaration, info?.lookup));
      }
    }
  }

  private resolved(e: FunctionCall, f: FunctionDefinition, lookup: "virtual" | "super" | "static" | undefined): FunctionDefinition {
    if (!this.site || !lookup || lookup === "static") return f;
    if (lookup === "virtual") return this.lookup.function(this.site, f);
    const base = e.expression.kind === "MemberAccess" ? this.m.expressionTypes.get(e.expression.expression) : undefined;
    const from = base?.kind === "type" && base.actual.kind === "contract" ? base.actual.definition : undefined;
    return from ? this.lookup.superFunction(this.site, from, f) : f;
  }

  /** A value returned assigns the results. */
  private returnStatement(e: Expression | undefined, span: Span): void {
    if (e) {
      this.visit(e);
      for (const result of this.function_.returnParameters) this.occur("assignment", result, span);
    }
    this.jump(this.returnTarget);
  }

  private variable(v: VariableDeclaration): void {
    this.occur("declaration", v, undefined);
    const isGiven = v.role === "parameter" || v.role === "catchParameter";
    if (v.value || isGiven) this.occur("assignment", v, undefined);
    forEachChild(v, (child) => this.visit(child));
  }

  private declaration(s: VariableDeclarationStatement): void {
    for (const variable of s.declarations) if (variable) this.visit(variable);
    if (!s.initialValue) return;
    this.visit(s.initialValue);
    for (const variable of s.declarations) if (variable) this.occur("assignment", variable, s.initialValue.span);
  }

  private identifier(e: Expression & { readonly kind: "Identifier" }): void {
    const reference = this.m.references.get(e);
    if (reference?.kind !== "declaration" || reference.declaration.kind !== "VariableDeclaration") return;
    this.occur(this.m.written.has(e) ? "assignment" : "access", reference.declaration, e.span);
  }
}
