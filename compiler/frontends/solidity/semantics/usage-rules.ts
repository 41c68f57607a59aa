/**
 * Rules about how things are used: deprecated members, constant divisors, events without emit, errors without revert. They need types: a function or
 * another member that has errors already is passed over, so that no fault is told twice in other words.
 */
import {
  forEachChild,
  type ContractDefinition,
  type Expression,
  type FunctionCall,
  type FunctionDefinition,
  type MemberAccess,
  type Node,
  type Statement,
  type VariableDeclaration,
} from "../syntax/ast.js";
import type { ConstantEvaluator } from "./constants.js";
import { interfaceFunctionType, errorType } from "./function-types.js";
import { selectorOf, signatureOf } from "./interface.js";
import type { Model } from "./model.js";

export function checkUsage(m: Model, constants: ConstantEvaluator): void {
  const faults = m.sink.all.flatMap((d) => (d.severity === "error" && d.span ? [d.span] : []));
  const isSound = ({ span }: Node): boolean => !faults.some((fault) => fault.file === span.file && fault.start >= span.start && fault.end <= span.end);
  for (const unit of m.units) {
    for (const node of unit.nodes) {
      if (node.kind === "ContractDefinition") {
        for (const member of node.members) if (isSound(member)) new UsageChecker(m, constants, node).top(member);
      } else if (isSound(node)) new UsageChecker(m, constants, undefined).top(node);
    }
  }
}

class UsageChecker {
  private function_: FunctionDefinition | undefined;
  private isOutsideConstructor = false;
  private isInRequire = false;

  constructor(
    private readonly m: Model,
    private readonly constants: ConstantEvaluator,
    private readonly contract: ContractDefinition | undefined,
  ) {}

  top(node: Node): void {
    if (node.kind === "FunctionDefinition") this.function_ = node;
    this.isOutsideConstructor = node.kind === "ModifierDefinition" || (node.kind === "FunctionDefinition" && node.functionKind !== "constructor");
    this.visit(node, undefined);
  }

  private error(code: string, message: string, node: Node, hint?: string): void {
    this.m.sink.error("TypeError", code, message, node.span, hint);
  }

  private visit(node: Node, statement: Statement | undefined): void {
    let inner: Statement | undefined;
    switch (node.kind) {
      case "Identifier":
        this.identifier(node);
        break;
      case "EmitStatement":
      case "RevertStatement":
        inner = node;
        break;
      case "MemberAccess":
        this.memberAccess(node);
        break;
      case "BinaryOperation":
        this.division(node);
        break;
      case "FunctionCall":
        return this.call(node, statement);
      case "ErrorDefinition":
        this.reservedError(node);
        break;
      case "FunctionTypeName":
        return;
    }
    forEachChild(node, (child) => this.visit(child, inner));
  }

  private isPure(e: Expression): boolean {
    return this.m.facts.get(e)?.isPure ?? false;
  }

  private identifier(e: Node & { readonly kind: "Identifier" }): void {
    const reference = this.m.references.get(e);
    if (reference?.kind !== "declaration") return;
    const { declaration } = reference;
    if (declaration.kind === "VariableDeclaration") {
      this.immutableWrite(declaration, e);
    } else if (declaration.kind === "ModifierDefinition") this.error("3112", "Modifier can only be referenced in function headers.", e);
  }

  /** Immutables are set where they are declared or in constructors. */
  private immutableWrite(variable: VariableDeclaration, e: Expression): void {
    if (variable.mutability !== "immutable" || variable.role !== "state" || !this.m.written.has(e) || !this.isOutsideConstructor) return;
    const message = "Cannot write to immutable here: Immutable variables can only be initialized inline or assigned directly in the constructor.";
    this.error("1581", message, e);
  }

  private memberAccess(e: MemberAccess): void {
    const base = this.m.expressionTypes.get(e.expression);
    const type = this.m.expressionTypes.get(e);
    const name = e.memberName;
    if (base?.kind === "magic") {
      if (base.magic === "msg" && name === "gas") this.error("1400", '"msg.gas" has been deprecated in favor of "gasleft()"', e, "Write gasleft().");
      if (base.magic === "block" && name === "blockhash") {
        this.error("8113", '"block.blockhash()" has been deprecated in favor of "blockhash()"', e, "Write blockhash(...).");
      }
      if (base.magic === "msg" && name === "data" && this.function_?.functionKind === "receive") {
        this.error("7139", '"msg.data" cannot be used inside of "receive" function.', e);
      }
    }
    if (type?.kind === "function" && type.functionKind === "bareCallCode") {
      this.error("2256", '"callcode" has been deprecated in favour of "delegatecall".', e, "Use delegatecall.");
    }
    const reference = this.m.references.get(e);
    if (reference?.kind === "declaration" && reference.declaration.kind === "VariableDeclaration") this.immutableWrite(reference.declaration, e);
  }

  private isZero(e: Expression | undefined): boolean {
    return e !== undefined && this.isPure(e) && this.constantOf(e) === 0n;
  }

  private constantOf(e: Expression): bigint | undefined {
    const type = this.m.expressionTypes.get(e);
    if (type?.kind === "rational") return type.numerator;
    const owner = this.contract && this.m.scopes.get(this.contract);
    return owner && this.constants.evaluate(e, owner)?.numerator;
  }

  private division(e: Node & { readonly kind: "BinaryOperation" }): void {
    if (e.operator !== "/" && e.operator !== "%") return;
    if (this.isZero(e.right) && this.constantOf(e.left) !== undefined) this.error("1211", e.operator === "/" ? "Division by zero." : "Modulo zero.", e);
  }

  private call(e: FunctionCall, statement: Statement | undefined): void {
    const info = this.m.calls.get(e);
    const type = info?.kind === "call" ? info.functionType : undefined;
    const wasInRequire = this.isInRequire;
    switch (type?.functionKind) {
      case "require":
        this.isInRequire = true;
        break;
      case "event":
        if (!statement) {
          this.error("3132", 'Event invocations have to be prefixed by "emit".', e, 'Write "emit" in front of it.');
        }
        break;
      case "error":
        if (!statement && !this.isInRequire) {
          const message = 'Errors can only be used with revert statements: "revert MyError(args);", or require functions: "require(condition, MyError(args))".';
          this.error("7757", message, e);
        }
        break;
      case "addmod":
      case "mulmod":
        if (this.isZero(e.arguments[2])) this.error("4195", "Arithmetic modulo zero.", e);
        break;
      case "delegatecall":
        if (type.declaration && this.contract?.contractKind === "library" && this.m.contractOf.get(type.declaration) === this.contract) {
          this.error("6700", "Libraries cannot call their own functions externally.", e, "Call the function by its name alone.");
        }
        break;
    }
    forEachChild(e, (child) => this.visit(child, undefined));
    this.isInRequire = wasInRequire;
  }

  private reservedError(error: Node & { readonly kind: "ErrorDefinition" }): void {
    if (error.name === "Error" || error.name === "Panic") {
      this.m.sink.error("SyntaxError", "1855", 'The built-in errors "Error" and "Panic" cannot be re-defined.', error.span);
      return;
    }
    const type = errorType(this.m, error);
    if (!interfaceFunctionType(this.m, type)) return;
    const selector = selectorOf(signatureOf(this.m, type));
    if (selector !== 0 && selector !== 0xffffffff) return;
    const hex = selector.toString(16).padStart(8, "0");
    const message = `The selector 0x${hex} is reserved. Please rename the error to avoid the collision.`;
    this.m.sink.error("SyntaxError", "2855", message, error.span);
  }
}
