/** Random functions: signatures, bodies, and the account of what a call costs. */
import type { Random } from "../../generators/random.js";
import { group, item, type Piece, type SourceNode } from "../tree.js";
import { MAX_NESTING } from "./frame.js";
import { Scope, type Callable, type Effects, type EventShape, type Parameter, type ScopeFacts, type Variable } from "./scope.js";
import { blockNodes, returnNode } from "./statements.js";
import { hasMapping, isReference, nameOf, randomType, type Type, type TypePool } from "./types.js";

/** What functions of a contract or library refer to; lists grow as the program does. */
export interface Surroundings {
  readonly random: Random;
  readonly pool: TypePool;
  readonly variables: readonly Variable[];
  readonly callables: readonly Callable[];
  readonly events: readonly EventShape[];
  readonly errors: readonly EventShape[];
  readonly creations: readonly EventShape[];
}

export interface Signature {
  readonly params: readonly Parameter[];
  readonly results: readonly Type[];
}

/** How many parameters may be in storage (libraries, internal functions). */
export interface SignatureOptions {
  readonly external: boolean;
  /** Types that state has, for parameters in storage. */
  readonly storageTypes: readonly Type[];
}

export function randomSignature(random: Random, pool: TypePool, options: SignatureOptions): Signature {
  const params = Array.from({ length: random.pick([0, 1, 1, 2, 2, 3]) }, (_, i): Parameter => {
    if (options.storageTypes.length > 0 && random.chance(0.2)) return { name: `a${i}`, type: random.pick(options.storageTypes), location: "storage" };
    const type = randomType(random, pool, random.chance(0.6) ? 0 : 2);
    const location = !isReference(type) ? "stack" : options.external && random.chance(0.6) ? "calldata" : "memory";
    return { name: `a${i}`, type, location };
  });
  const results = Array.from({ length: random.pick([0, 1, 1, 1, 1, 2, 3]) }, () => randomType(random, pool, random.chance(0.75) ? 0 : 2));
  return { params, results };
}

/** `(uint8 a0, bytes memory a1)` */
export function parameterList(params: readonly Parameter[]): string {
  return `(${params.map((p) => `${nameOf(p.type)}${p.location === "stack" ? "" : ` ${p.location}`} ${p.name}`).join(", ")})`;
}

/** What `returns` declares; results may have names, which are variables of the body. */
export function resultList(results: readonly Type[], names: readonly string[]): string {
  if (results.length === 0) return "";
  return ` returns (${results.map((t, i) => `${nameOf(t)}${isReference(t) ? " memory" : ""}${names[i] === undefined ? "" : ` ${names[i]}`}`).join(", ")})`;
}

export function scopeFor(around: Surroundings, facts: ScopeFacts, params: readonly Parameter[]): Scope {
  const scope = new Scope(around.random, around.pool, facts);
  scope.variables.push(...around.variables);
  scope.callables.push(...around.callables);
  scope.events.push(...around.events);
  scope.errors.push(...around.errors);
  scope.creations.push(...around.creations);
  for (const p of params) scope.variables.push({ ...p, assignable: p.location === "stack" || p.location === "memory" });
  return scope;
}

export interface FunctionPlan extends Signature {
  readonly name: string;
  /** `function ` unless told. */
  readonly keyword?: string;
  /** What stands after the parameter list: visibility, mutability, override, modifiers. */
  readonly attributes: Piece;
  readonly facts: ScopeFacts;
  /** Number of statements. */
  readonly size: number;
  /** Further functions that only this body may call (`super.f`). */
  readonly extra?: readonly Callable[];
}

export interface MadeFunction {
  readonly node: SourceNode;
  readonly cost: number;
}

/** A function with its body. */
export function makeFunction(around: Surroundings, plan: FunctionPlan): MadeFunction {
  const { random } = around;
  const scope = scopeFor(around, plan.facts, plan.params);
  scope.callables.push(...(plan.extra ?? []));
  const isNamed = random.chance(0.3) && plan.results.length > 0;
  const names = isNamed ? plan.results.map((_, i) => `o${i}`) : [];
  if (isNamed) plan.results.forEach((type, i) => scope.variables.push({ name: `o${i}`, type, location: isReference(type) ? "memory" : "stack", assignable: true }));
  const frame = { results: plan.results, nesting: MAX_NESTING };
  const made = bodyNodes(scope, frame, plan.size, isNamed);
  const node = item(`${plan.keyword ?? "function "}${plan.name}${parameterList(plan.params)} `, plan.attributes, `${resultList(plan.results, names)} {\n`, ...made, "}\n");
  return { node, cost: 5 + scope.cost };
}

/** Statements, then a return; variables of the body are in scope of it. */
function bodyNodes(scope: Scope, frame: { readonly results: readonly Type[]; readonly nesting: number }, size: number, isNamed: boolean): SourceNode[] {
  return scope.nested(() => {
    const nodes = blockNodes(scope, frame, size, true);
    if (!isNamed || scope.random.chance(0.3)) nodes.push(returnNode(scope, frame));
    return nodes;
  });
}

/** Mutability keyword of a function with these effects. */
export function mutability(effects: Effects, isPayable: boolean): string {
  if (effects === "write") return isPayable ? " payable" : "";
  return ` ${effects}`;
}

/** A modifier: some code, the body, perhaps some code after it. */
export function makeModifier(around: Surroundings, name: string, parameter: Type | undefined, maxCost: number): SourceNode {
  const params: Parameter[] = parameter === undefined ? [] : [{ name: "q", type: parameter, location: "stack" }];
  const scope = scopeFor(around, { maxCost, self: false, sender: false, payable: false, effects: "write" }, params);
  const frame = { results: [], nesting: 1 };
  const before = blockNodes(scope, frame, around.random.between(1, 2));
  const after = blockNodes(scope, frame, around.random.below(2));
  return group(`modifier ${name}${parameterList(params)} {\n`, ...before, around.random.chance(0.15) ? "_;\n_;\n" : "_;\n", ...after, "}\n");
}

/** Types that state has and functions may take by reference to storage. */
export function storageTypes(variables: readonly Variable[]): Type[] {
  return variables.filter((v) => v.location === "storage" && (isReference(v.type) || hasMapping(v.type))).map((v) => v.type);
}
