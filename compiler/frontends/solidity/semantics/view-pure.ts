/**
 * State mutability: what each expression of a function needs (nothing, reading or changing state, the value sent), against
 * what the function declares. Modifiers are looked into once.
 */
import type { Span } from "../../../base/span.js";
import {
  forEachChild,
  type Expression,
  type FunctionDefinition,
  type Identifier,
  type MemberAccess,
  type ModifierDefinition,
  type Node,
  type StateMutability,
} from "../syntax/ast.js";
import { isYulBuiltin } from "../syntax/yul-builtins.js";
import type { Model } from "./model.js";
import type { MagicType, SolType } from "./types.js";
import { isPublic } from "./visibility.js";
import { yulBuiltins } from "./yul-builtins.js";

const rank: Readonly<Record<StateMutability, number>> = { pure: 0, view: 1, nonpayable: 2, payable: 3 };

interface Need {
  readonly mutability: StateMutability;
  readonly span: Span;
}

export function checkMutability(m: Model): void {
  const checker = new MutabilityChecker(m);
  for (const unit of m.units) {
    m.line = m.lineOf(unit);
    for (const node of unit.nodes) {
      if (node.kind === "FunctionDefinition") checker.check(node);
      if (node.kind !== "ContractDefinition") continue;
      for (const member of node.members) if (member.kind === "FunctionDefinition") checker.check(member);
    }
  }
}

const pureMembers: Readonly<Record<MagicType["magic"], ReadonlySet<string>>> = {
  abi: new Set(["decode", "encode", "encodePacked", "encodeWithSelector", "encodeCall", "encodeWithSignature"]),
  msg: new Set(["data", "sig"]),
  metaType: new Set(["creationCode", "runtimeCode", "name", "interfaceId", "min", "max"]),
  block: new Set(),
  tx: new Set(),
  error: new Set(),
};

class MutabilityChecker {
  private readonly modifiers = new Map<ModifierDefinition, Need>();
  /** The most that the function or modifier in work has been seen to need. */
  private best: Need | undefined;
  private current: FunctionDefinition | undefined;

  constructor(private readonly m: Model) {}

  check(f: FunctionDefinition): void {
    this.current = f;
    this.best = { mutability: "pure", span: f.span };
    this.visit(f);
    const isBound = f.isVirtual || f.functionKind === "constructor" || f.functionKind === "fallback" || f.functionKind === "receive" || this.isInterface(f);
    const hasCode = f.body !== undefined && f.body.statements.length > 0;
    const wanted = this.best.mutability;
    if (!isBound && hasCode && f.stateMutability !== "payable" && rank[wanted] < rank[f.stateMutability]) {
      this.m.sink.warning("2018", `Function state mutability can be restricted to ${wanted}`, f.span, `Add "${wanted}" to its header.`);
    }
    this.current = undefined;
  }

  private isInterface(f: FunctionDefinition): boolean {
    return this.m.contractOf.get(f)?.contractKind === "interface";
  }

  private need(mutability: StateMutability, span: Span, nested?: Span): void {
    if (rank[mutability] > rank[this.best?.mutability ?? "pure"]) this.best = { mutability, span };
    const f = this.current;
    if (!f || rank[mutability] <= rank[f.stateMutability]) return;
    const fault = (code: string, message: string, hint?: string): void => {
      const related = nested && [{ span: nested, message: '"msg.value" or "callvalue()" appear here inside the modifier.' }];
      this.m.sink.error("TypeError", code, message, span, hint, related);
    };
    if (mutability === "view" || (mutability === "payable" && f.stateMutability === "pure")) {
      fault(
        "2527",
        'Function declared as pure, but this expression (potentially) reads from the environment or state and thus requires "view".',
        'Declare the function as "view".',
      );
    } else if (mutability === "nonpayable") {
      const message = `Function cannot be declared as ${f.stateMutability} because this expression (potentially) modifies the state.`;
      fault("8961", message, `Remove "${f.stateMutability}" from the function's header.`);
    } else this.needPayable(f, nested, fault);
  }

  /** Only functions that can be called by message must say so; libraries see the caller's value. */
  private needPayable(f: FunctionDefinition, nested: Span | undefined, fault: (code: string, message: string) => void): void {
    const isConstructor = f.functionKind === "constructor";
    if ((!isConstructor && (f.functionKind === "freeFunction" || !isPublic(f))) || this.m.isLibraryMember(f)) return;
    if (nested) {
      const what = isConstructor ? "the constructor has to be payable." : "the function has to be payable or internal.";
      fault("4006", `This modifier uses "msg.value" or "callvalue()" and thus ${what}`);
    } else if (isConstructor) {
      fault("5887", '"msg.value" and "callvalue()" can only be used in payable constructors. Make the constructor "payable" to avoid this error.');
    } else {
      const advice = 'Make the function "payable" or use an internal function to avoid this error.';
      fault("5887", `"msg.value" and "callvalue()" can only be used in payable public functions. ${advice}`);
    }
  }

  private modifierNeed(modifier: ModifierDefinition): Need {
    let known = this.modifiers.get(modifier);
    if (!known) {
      const saved = [this.best, this.current] as const;
      this.best = { mutability: "pure", span: modifier.span };
      this.current = undefined;
      // A modifier that reaches itself adds nothing of its own.
      this.modifiers.set(modifier, this.best);
      this.visit(modifier);
      known = this.best;
      this.modifiers.set(modifier, known);
      [this.best, this.current] = saved;
    }
    return known;
  }

  private visit(node: Node): void {
    if (node.kind === "MemberAccess" && this.isSelectorOfThis(node)) return;
    forEachChild(node, (child) => this.visit(child));
    switch (node.kind) {
      case "Identifier":
        return this.identifier(node);
      case "MemberAccess":
        return this.member(node);
      case "IndexAccess":
        if (node.index && this.isInStorage(node.base)) this.need(this.accessNeed(node), node.span);
        return;
      case "IndexRangeAccess":
        if (this.isInStorage(node.base)) this.need("view", node.span);
        return;
      case "FunctionCall": {
        const info = this.m.calls.get(node);
        if (info?.kind === "call" && info.functionType) this.callNeed(info.functionType.mutability, node.span);
        return;
      }
      case "BinaryOperation": {
        const operator = this.m.binaries.get(node)?.operatorFunction;
        if (operator) this.callNeed(operator.stateMutability, node.span);
        return;
      }
      case "UnaryOperation": {
        const operator = this.m.unaryOperators.get(node);
        if (operator) this.callNeed(operator.stateMutability, node.span);
        return;
      }
      case "ModifierInvocation": {
        const target = this.m.modifierTargets.get(node);
        if (target?.kind !== "ModifierDefinition") return;
        const { mutability, span } = this.modifierNeed(target);
        return this.need(mutability, node.span, span);
      }
      case "YulFunctionCall":
        return this.yulCall(node);
    }
  }

  /** Calling a payable function needs no more than to be allowed to change state. */
  private callNeed(mutability: StateMutability, span: Span): void {
    this.need(mutability === "payable" ? "nonpayable" : mutability, span);
  }

  private accessNeed(e: Expression): StateMutability {
    return this.m.written.has(e) ? "nonpayable" : "view";
  }

  private isInStorage(e: Expression): boolean {
    const type = this.m.expressionTypes.get(e);
    return type !== undefined && (type.kind === "mapping" || ("location" in type && type.location === "storage"));
  }

  /** `this.f.selector` is known at compile time. */
  private isSelectorOfThis(e: MemberAccess): boolean {
    const callee = e.expression;
    if (e.memberName !== "selector" || callee.kind !== "MemberAccess") return false;
    if (this.m.expressionTypes.get(callee)?.kind !== "function") return false;
    return callee.expression.kind === "Identifier" && callee.expression.name === "this";
  }

  private identifier(e: Identifier): void {
    const reference = this.m.references.get(e);
    if (reference?.kind === "builtin") {
      if (reference.name === "this" || reference.name === "now") this.need("view", e.span);
    } else if (reference?.kind === "declaration") this.variable(reference.declaration, e);
  }

  private variable(declaration: Node, e: Expression): void {
    if (declaration.kind !== "VariableDeclaration" || declaration.role !== "state" || declaration.mutability === "constant") return;
    if (declaration.mutability === "immutable") {
      const value = declaration.value && this.m.expressionTypes.get(declaration.value);
      if (value?.kind !== "rational") this.need("view", e.span);
    } else this.need(this.accessNeed(e), e.span);
  }

  private member(e: MemberAccess): void {
    const base = this.m.expressionTypes.get(e.expression);
    const name = e.memberName;
    switch (base?.kind) {
      case "address":
        if (name === "balance" || name === "code" || name === "codehash") this.need("view", e.span);
        return;
      case "magic":
        if (base.magic === "msg" && name === "value") this.need("payable", e.span);
        else if (!pureMembers[base.magic].has(name)) this.need("view", e.span);
        return;
      case "struct":
        if (base.location === "storage") this.need(this.accessNeed(e), e.span);
        return;
      case "array":
      case "bytes":
        if (name === "length" && this.hasStoredLength(base)) this.need("view", e.span);
        return;
      default: {
        const reference = this.m.references.get(e);
        if (reference?.kind !== "declaration" || reference.declaration.kind !== "VariableDeclaration") return;
        const { role, mutability } = reference.declaration;
        if (role === "state" && mutability !== "constant" && base?.kind === "type") this.need(this.accessNeed(e), e.span);
      }
    }
  }

  private hasStoredLength(type: SolType & { readonly kind: "array" | "bytes" }): boolean {
    return type.location === "storage" && (type.kind === "bytes" || type.length === undefined);
  }

  private yulCall(e: Node & { readonly kind: "YulFunctionCall" }): void {
    const { name, suffix } = e.functionName;
    const builtin = suffix === undefined && isYulBuiltin(name, "0.8") ? yulBuiltins.get(name) : undefined;
    // chainid was pure before 0.8.
    const isFree = builtin?.effect === "pure" || (name === "chainid" && this.m.line !== "0.8");
    if (builtin && !isFree) this.need(builtin.effect, e.span);
  }
}
