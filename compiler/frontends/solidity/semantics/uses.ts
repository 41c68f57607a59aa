/**
 * What code uses: functions it names, events it emits, errors, contracts it creates. Collected once per function and
 * followed from a contract's entry points, as events and errors of called libraries belong to the contract's ABI.
 */
import {
  forEachChild,
  type ContractDefinition,
  type ErrorDefinition,
  type EventDefinition,
  type FunctionDefinition,
  type ModifierDefinition,
  type Node,
  type VariableDeclaration,
} from "../syntax/ast.js";
import type { ContractInfo } from "./program.js";
import type { Model } from "./model.js";
import type { VirtualLookup } from "./virtual-lookup.js";

type Callable = FunctionDefinition | ModifierDefinition;

/** A function that code names, and how it is found in the contract being compiled. */
interface FunctionUse {
  readonly target: Callable;
  readonly lookup: "virtual" | "super" | "static";
  /** super: where it is written. */
  readonly from: ContractDefinition | undefined;
}

interface Uses {
  readonly functions: FunctionUse[];
  readonly events: Set<EventDefinition>;
  readonly errors: Set<ErrorDefinition>;
  /** Contracts whose code is needed, and where that is written. */
  readonly creates: Map<ContractDefinition, Node>;
  readonly constants: Set<VariableDeclaration>;
}

/** What a contract's code reaches. */
export interface ReachableUses {
  readonly events: readonly EventDefinition[];
  readonly errors: readonly ErrorDefinition[];
  readonly creates: ReadonlyMap<ContractDefinition, Node>;
}

export class UsesTable {
  private readonly cache = new Map<Node, Uses>();

  constructor(
    private readonly m: Model,
    private readonly lookup: VirtualLookup,
  ) {}

  /** Everything that the functions, constructors and initial values of a contract and its bases reach. */
  reachable(info: ContractInfo): ReachableUses {
    const events = new Set<EventDefinition>();
    const errors = new Set<ErrorDefinition>();
    const creates = new Map<ContractDefinition, Node>();
    const seen = new Set<Node>();
    const queue: Node[] = this.entryPoints(info);
    for (let node = queue.pop(); node; node = queue.pop()) {
      if (seen.has(node)) continue;
      seen.add(node);
      const uses = this.usesOf(node);
      for (const event of uses.events) events.add(event);
      for (const error of uses.errors) errors.add(error);
      for (const [created, at] of uses.creates) if (!creates.has(created)) creates.set(created, at);
      for (const constant of uses.constants) queue.push(constant);
      for (const use of uses.functions) queue.push(this.target(info, use));
    }
    return { events: [...events], errors: [...errors], creates };
  }

  private entryPoints(info: ContractInfo): Node[] {
    const nodes: Node[] = info.interfaceFunctions.map((f) => f.declaration);
    for (const base of info.linearizedBases) {
      const { constructor_, variables } = this.m.membersOf(base);
      nodes.push(...base.bases, ...variables.filter((v) => v.mutability !== "constant"));
      if (constructor_) nodes.push(constructor_);
    }
    if (info.fallback) nodes.push(info.fallback);
    if (info.receive) nodes.push(info.receive);
    return nodes;
  }

  private target(info: ContractInfo, { target, lookup, from }: FunctionUse): Callable {
    if (target.kind === "ModifierDefinition") return lookup === "virtual" ? this.lookup.modifier(info, target) : target;
    if (lookup === "super" && from) return this.lookup.superFunction(info, from, target);
    return lookup === "virtual" ? this.lookup.function(info, target) : target;
  }

  private usesOf(root: Node): Uses {
    let uses = this.cache.get(root);
    if (!uses) {
      uses = { functions: [], events: new Set(), errors: new Set(), creates: new Map(), constants: new Set() };
      this.cache.set(root, uses);
      this.collect(root, uses);
    }
    return uses;
  }

  private collect(node: Node, uses: Uses): void {
    switch (node.kind) {
      case "EmitStatement":
      case "FunctionCall":
        this.collectCall(node.kind === "EmitStatement" ? node.eventCall.expression : node.expression, node.kind, uses);
        break;
      case "NewExpression": {
        const type = this.m.typeNames.get(node.typeName);
        if (type?.kind === "contract") uses.creates.set(type.definition, node);
        break;
      }
      case "Identifier":
      case "MemberAccess":
        this.collectName(node, uses);
        break;
      case "ModifierInvocation": {
        const target = this.m.modifierTargets.get(node);
        const lookup = node.path.parts.length === 1 ? "virtual" : "static";
        if (target?.kind === "ModifierDefinition") uses.functions.push({ target, lookup, from: undefined });
        break;
      }
      case "BinaryOperation": {
        const target = this.m.binaries.get(node)?.operatorFunction;
        if (target) uses.functions.push({ target, lookup: "static", from: undefined });
        break;
      }
      case "UnaryOperation": {
        const target = this.m.unaryOperators.get(node);
        if (target) uses.functions.push({ target, lookup: "static", from: undefined });
        break;
      }
    }
    forEachChild(node, (child) => this.collect(child, uses));
  }

  private collectCall(callee: Node, kind: "EmitStatement" | "FunctionCall", uses: Uses): void {
    const type = callee.kind === "Identifier" || callee.kind === "MemberAccess" ? this.m.expressionTypes.get(callee) : undefined;
    const declaration = type?.kind === "function" ? type.declaration : undefined;
    if (kind === "EmitStatement" && declaration?.kind === "EventDefinition") uses.events.add(declaration);
    if (kind === "FunctionCall" && declaration?.kind === "ErrorDefinition") uses.errors.add(declaration);
  }

  private collectName(node: Node & { readonly kind: "Identifier" | "MemberAccess" }, uses: Uses): void {
    const type = this.m.expressionTypes.get(node);
    if (node.kind === "MemberAccess") this.collectCode(node, uses);
    const reference = this.m.references.get(node);
    const declaration = reference?.kind === "declaration" ? reference.declaration : undefined;
    if (declaration?.kind === "VariableDeclaration" && declaration.mutability === "constant") uses.constants.add(declaration);
    if (declaration?.kind !== "FunctionDefinition" || type?.kind !== "function" || type.functionKind !== "internal") return;
    if (node.kind === "Identifier") {
      uses.functions.push({ target: declaration, lookup: this.m.contractOf.has(declaration) ? "virtual" : "static", from: undefined });
      return;
    }
    const base = this.m.expressionTypes.get(node.expression);
    const from = base?.kind === "type" && base.actual.kind === "contract" && base.actual.isSuper ? base.actual.definition : undefined;
    uses.functions.push({ target: declaration, lookup: from ? "super" : "static", from });
  }

  /** `type(C).creationCode` needs C's code as `new C` does. */
  private collectCode(node: Node & { readonly kind: "MemberAccess" }, uses: Uses): void {
    if (node.memberName !== "creationCode" && node.memberName !== "runtimeCode") return;
    const base = this.m.expressionTypes.get(node.expression);
    if (base?.kind === "magic" && base.of?.kind === "contract") uses.creates.set(base.of.definition, node);
  }
}
