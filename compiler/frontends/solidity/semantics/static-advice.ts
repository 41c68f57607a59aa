/**
 * Advice about programs without errors: unused names, statements without effect, types that cover much of storage, `this` in constructors. A program
 * with errors gets none of it: names that its broken parts would use are not unused.
 */
import { forEachChild, type Expression, type FunctionDefinition, type MemberAccess, type Node, type VariableDeclaration } from "../syntax/ast.js";
import type { Model } from "./model.js";
import { warnOfOverlaps } from "./overlapping-assignments.js";
import { storageSlots } from "./type-properties.js";
import { bareString } from "./type-strings.js";
import type { SolType } from "./types.js";

export function giveAdvice(m: Model): void {
  for (const unit of m.units) {
    for (const node of unit.nodes) {
      if (node.kind !== "ContractDefinition") new Adviser(m).top(node);
      else for (const member of node.members) new Adviser(m).top(member);
    }
  }
}

/** Slots from which on collisions with hashed places are likely. */
const LARGE = 1n << 64n;

function hasAssembly(node: Node): boolean {
  if (node.kind === "InlineAssembly") return true;
  let found = false;
  forEachChild(node, (child) => {
    found ||= hasAssembly(child);
  });
  return found;
}

/** Looks at one member of a file or contract. */
class Adviser {
  /** Named locals of the function in work, and whether they have been used. */
  private readonly uses = new Map<VariableDeclaration, boolean>();
  private function_: FunctionDefinition | undefined;

  constructor(private readonly m: Model) {}

  top(node: Node): void {
    if (node.kind === "FunctionDefinition") this.function_ = node;
    this.visit(node);
    const hasCode = this.function_?.body && this.function_.body.statements.length > 0;
    if (!hasCode) return;
    for (const [variable, isUsed] of this.uses) if (!isUsed) this.reportUnused(variable);
  }

  private reportUnused(variable: VariableDeclaration): void {
    if (variable.role === "local") {
      this.m.sink.warning("2072", "Unused local variable.", variable.span, "Remove it.");
      return;
    }
    const what = variable.role === "catchParameter" ? "try/catch" : "function";
    const message = `Unused ${what} parameter. Remove or comment out the variable name to silence this warning.`;
    this.m.sink.warning("5667", message, variable.span);
  }

  private visit(node: Node): void {
    switch (node.kind) {
      case "VariableDeclaration":
        this.variable(node);
        break;
      case "Identifier":
        this.identifier(node);
        break;
      case "ReturnStatement":
        if (node.expression) for (const result of this.function_?.returnParameters ?? []) this.use(result);
        break;
      case "ExpressionStatement":
        if (this.m.facts.get(node.expression)?.isPure ?? false) this.m.sink.warning("6133", "Statement has no effect.", node.span);
        break;
      case "MemberAccess":
        if (this.function_?.functionKind === "constructor") this.thisInConstructor(node.expression);
        if (node.memberName === "runtimeCode") this.runtimeCode(node);
        break;
      case "Assignment":
        warnOfOverlaps(this.m, node);
        break;
      case "YulIdentifier": {
        const declaration = this.m.yulReferences.get(node)?.declaration;
        if (declaration?.kind === "VariableDeclaration") this.use(declaration);
        break;
      }
      case "FunctionTypeName":
        return;
    }
    forEachChild(node, (child) => this.visit(child));
  }

  private identifier(e: Node & { readonly kind: "Identifier" }): void {
    const reference = this.m.references.get(e);
    if (reference?.kind === "declaration" && reference.declaration.kind === "VariableDeclaration") this.use(reference.declaration);
  }

  private use(variable: VariableDeclaration): void {
    if (this.uses.has(variable)) this.uses.set(variable, true);
  }

  private variable(variable: VariableDeclaration): void {
    const isLocal = variable.role === "local" || variable.role === "parameter" || variable.role === "returnParameter" || variable.role === "catchParameter";
    if (this.function_?.body && isLocal && variable.name !== "" && !this.uses.has(variable)) this.uses.set(variable, false);
    if (variable.role !== "state" && variable.location !== "storage") return;
    if (!variable.typeName) return;
    const names = new Set([...largeParts(this.m, this.m.variableType(variable), new Set())].map((type) => bareString(this.m, type)));
    const advice = "Either use mappings or dynamic arrays and allow their size to be increased only in small quantities per transaction.";
    for (const name of names) {
      this.m.sink.warning("7325", `Type ${name} covers a large part of storage and thus makes collisions likely. ${advice}`, variable.typeName.span);
    }
  }

  /** Assembly in a constructor may return any code. */
  private runtimeCode(e: MemberAccess): void {
    const base = this.m.expressionTypes.get(e.expression);
    if (base?.kind !== "magic" || base.of?.kind !== "contract") return;
    const constructors = this.m.linearization(base.of.definition).map((contract) => this.m.membersOf(contract).constructor_);
    const culprit = constructors.find((f) => f?.body && hasAssembly(f.body));
    if (!culprit) return;
    const message =
      "The constructor of the contract (or its base) uses inline assembly. Because of that, it might be that the deployed bytecode is different from type(...).runtimeCode.";
    this.m.sink.warning("6417", message, e.span, undefined, [{ span: culprit.span, message: "The constructor is here:" }]);
  }

  private thisInConstructor(object: Expression): void {
    if (object.kind === "TupleExpression" && object.components.length === 1 && object.components[0]) {
      this.thisInConstructor(object.components[0]);
    } else if (object.kind === "Identifier" && object.name === "this") {
      const message = '"this" used in constructor. Note that external functions of a contract cannot be called while it is being constructed.';
      this.m.sink.warning("5805", message, object.span);
    }
  }
}

/** The types within a type that take 2^64 slots or more, the type itself among them. @param seen structs around the type: it may be recursive */
function* largeParts(m: Model, type: SolType, seen: Set<Node>): Generator<SolType> {
  switch (type.kind) {
    case "array":
      if (storageSlots(m, type) >= LARGE) yield type;
      yield* largeParts(m, type.element, seen);
      return;
    case "mapping":
      yield* largeParts(m, type.value, seen);
      return;
    case "struct":
      if (seen.has(type.definition)) return;
      seen.add(type.definition);
      if (storageSlots(m, type) >= LARGE) yield type;
      for (const member of type.definition.members) yield* largeParts(m, m.variableType(member), seen);
      seen.delete(type.definition);
  }
}
