/** Random contracts and libraries: state, constructors, functions, and what inheritance adds to them. */
import { group, item, join, type Piece, type SourceNode } from "../tree.js";
import { valueNode } from "./expressions.js";
import { makeFunction, makeModifier, mutability, parameterList, randomSignature, scopeFor, storageTypes, type Signature, type Surroundings } from "./functions.js";
import type { Callable, Effects, EventShape, Parameter, Scope, ScopeFacts, Variable } from "./scope.js";
import { blockNodes } from "./statements.js";
import { BYTES, hasMapping, isReference, nameOf, randomStateType, randomType, UINT256, widerArray, type Type } from "./types.js";

/** Most that one message may cost, in steps of the generator's account. */
export const MAX_COST = 3000;

/** The name of messages without a selector. */
export const RAW = "";

/** A function that outside callers reach. */
export interface Entry {
  readonly name: string;
  readonly params: readonly Type[];
  readonly payable: boolean;
}

/** A virtual function, with all that an override may use: what was there before it, so that calls stay without cycles. */
export interface Virtual extends Signature {
  readonly name: string;
  readonly effects: Effects;
  readonly before: readonly Callable[];
  readonly cost: number;
  /** The contracts that have a body of it. */
  readonly bodies: Set<string>;
}

/** A contract in the making; what derives from it starts with its members. */
export class ContractDraft {
  readonly members: SourceNode[] = [];
  readonly variables: Variable[] = [];
  readonly callables: Callable[] = [];
  readonly events: EventShape[] = [];
  readonly errors: EventShape[] = [];
  readonly creations: EventShape[] = [];
  readonly entries: Entry[] = [];
  readonly virtuals: Virtual[] = [];
  readonly modifiers: { readonly name: string; readonly parameter: Type | undefined; readonly node: SourceNode }[] = [];
  readonly immutables: Variable[] = [];
  /** Functions as another contract calls them. */
  readonly outside: Callable[] = [];
  private readonly privates = new Set<Callable>();
  constructorParams: readonly Parameter[] = [];

  constructor(
    readonly name: string,
    private readonly program: Surroundings,
    base?: ContractDraft,
  ) {
    this.callables.push(...program.callables);
    this.errors.push(...program.errors);
    if (!base) return;
    this.variables.push(...base.variables);
    this.callables.push(...base.callables.filter((c) => !program.callables.includes(c) && !base.privates.has(c)));
    this.events.push(...base.events);
    this.entries.push(...base.entries);
    this.virtuals.push(...base.virtuals);
    this.modifiers.push(...base.modifiers);
  }

  get around(): Surroundings {
    const { random, pool } = this.program;
    return { random, pool, variables: this.variables, callables: this.callables, events: this.events, errors: this.errors, creations: this.creations };
  }

  /** Names that no base or sibling has. */
  private unique(prefix: string, index: number): string {
    return `${prefix}${this.name}${index}`;
  }

  addState(count: number): void {
    const { random, pool } = this.program;
    for (let i = 0; i < count; i++) {
      const type = randomStateType(random, pool);
      const name = this.unique("s", i);
      const isConstant = !isReference(type) && random.chance(0.1);
      const isImmutable = !isReference(type) && !isConstant && random.chance(0.12);
      const isTransient = !isReference(type) && !isConstant && !isImmutable && random.chance(0.12);
      const isPublic = random.chance(0.35) && hasGetter(type);
      const initial = isTransient ? [] : this.initialValue(type, isConstant);
      const word = `${isPublic ? " public" : " internal"}${isConstant ? " constant" : isImmutable ? " immutable" : isTransient ? " transient" : ""}`;
      this.members.push(item(`${nameOf(type)}${word} ${name}`, ...initial, ";\n"));
      if (isPublic) this.entries.push({ name, params: getterParams(type), payable: false });
      const location = isConstant ? "constant" : isImmutable ? "immutable" : "storage";
      const variable: Variable = { name, type, location, assignable: location === "storage", ...(isTransient && { isTransient }) };
      this.variables.push(variable);
      if (isImmutable && initial.length === 0) this.immutables.push(variable);
      const wider = widerArray(type);
      if (wider && random.chance(0.35)) this.addSibling(`${name}w`, wider);
    }
  }

  /** An array that another one can be assigned to, element by element converted. */
  private addSibling(name: string, type: Type): void {
    this.members.push(item(`${nameOf(type)} internal ${name};\n`));
    this.variables.push({ name, type, location: "storage", assignable: true });
  }

  private initialValue(type: Type, isConstant: boolean): Piece[] {
    const { random } = this.program;
    if (hasMapping(type) || (!isConstant && random.chance(0.6))) return [];
    const constants = isConstant ? this.variables.filter((v) => v.location === "constant") : this.variables;
    const facts: ScopeFacts = { maxCost: 40, self: false, sender: false, payable: false, effects: isConstant ? "pure" : "view", isCalm: true, isConstant };
    const scope = scopeFor({ ...this.around, variables: constants, callables: [] }, facts, []);
    // Expressions with effects are no constants: a constant's scope has no variable that could be assigned.
    return [" = ", valueNode(scope, type, 2)];
  }

  addEvents(count: number): void {
    const { random, pool } = this.program;
    for (let i = 0; i < count; i++) {
      const name = this.unique("Ev", i);
      const params = Array.from({ length: random.below(4) }, () => randomType(random, pool, random.chance(0.7) ? 0 : 2));
      let indexed = 0;
      const list = params.map((t) => `${nameOf(t)}${random.chance(0.4) && indexed++ < 3 ? " indexed" : ""}`);
      this.members.push(item(`event ${name}(${list.join(", ")});\n`));
      this.events.push({ name, params });
    }
  }

  addModifier(index: number): void {
    const name = this.unique("m", index);
    const parameter = this.program.random.chance(0.6) ? this.program.random.pick(this.program.pool.values) : undefined;
    const node = makeModifier({ ...this.around, callables: [] }, name, parameter, 60);
    this.members.push(item(node));
    this.modifiers.push({ name, parameter, node });
  }

  private modifierUse(params: readonly Parameter[]): Piece {
    const { random } = this.program;
    if (this.modifiers.length === 0 || !random.chance(0.25)) return "";
    const modifier = random.pick(this.modifiers);
    if (!modifier.parameter) return item(` ${modifier.name}`);
    const scope = scopeFor({ ...this.around, callables: [] }, { maxCost: 20, self: false, sender: false, payable: false, effects: "view", isCalm: true }, params);
    return item(` ${modifier.name}(`, valueNode(scope, modifier.parameter, 1), ")");
  }

  /** An internal function. */
  addInternal(index: number, size: number): void {
    const { random, pool } = this.program;
    const name = this.unique("f", index);
    const signature = randomSignature(random, pool, { external: false, storageTypes: storageTypes(this.variables) });
    const effects = this.randomEffects();
    const facts: ScopeFacts = { maxCost: MAX_COST / 6, self: effects !== "pure", sender: false, payable: false, effects };
    const isPrivate = random.chance(0.3);
    const { node, cost } = makeFunction(this.around, { ...signature, name, attributes: `${isPrivate ? "private" : "internal"}${mutability(effects, false)}`, facts, size });
    this.members.push(node);
    const callable: Callable = { ...signature, name, effects, cost, attached: false, external: false, payable: false };
    this.callables.push(callable);
    if (isPrivate) this.privates.add(callable);
  }

  private randomEffects(): Effects {
    return this.program.random.pick(["write", "write", "write", "write", "view", "pure"] as const);
  }

  /** A public or external function; one that the contract calls itself does not look at msg.sender. */
  addEntry(index: number, size: number): void {
    const { random, pool } = this.program;
    const name = this.unique("x", index);
    const isShared = random.chance(0.4);
    const isPublic = random.chance(0.5);
    const signature = randomSignature(random, pool, { external: true, storageTypes: [] });
    const effects = this.randomEffects();
    const payable = effects === "write" && random.chance(0.2);
    const facts: ScopeFacts = { maxCost: isShared ? MAX_COST / 4 : MAX_COST, self: effects !== "pure", sender: !isShared, payable, effects };
    const attributes = group(`${isPublic ? "public" : "external"}${mutability(effects, payable)}`, effects === "write" ? this.modifierUse(signature.params) : "");
    const { node, cost } = makeFunction(this.around, { ...signature, name, attributes, facts, size });
    this.members.push(node);
    this.entries.push({ name, params: signature.params.map((p) => p.type), payable });
    const callable: Callable = { ...signature, name, effects, cost: 2 * cost, attached: false, external: false, payable };
    if (!isShared) return;
    if (isPublic) this.callables.push(callable);
    // Looked up through `this`, even pure functions read the environment.
    this.callables.push({ ...callable, name: `this.${name}`, external: true, effects: effects === "pure" ? "view" : effects });
  }

  /** A function for messages that name no other; it takes and gives raw bytes. */
  addFallback(size: number): void {
    const params: Parameter[] = [{ name: "a0", type: BYTES, location: "calldata" }];
    const facts: ScopeFacts = { maxCost: MAX_COST / 2, self: true, sender: true, payable: true, effects: "write" };
    const plan = { params, results: [BYTES], keyword: "", name: "fallback", attributes: "external payable", facts, size };
    this.members.push(makeFunction(this.around, plan).node);
    this.entries.push({ name: RAW, params: [BYTES], payable: true });
  }

  /** A function of a contract that another one calls. */
  addHelperEntry(index: number, size: number): void {
    const { random, pool } = this.program;
    const name = this.unique("x", index);
    const signature = randomSignature(random, pool, { external: true, storageTypes: [] });
    const effects = this.randomEffects();
    const payable = effects === "write" && random.chance(0.4);
    const facts: ScopeFacts = { maxCost: MAX_COST / 10, self: false, sender: false, payable, effects };
    const { node, cost } = makeFunction(this.around, { ...signature, name, attributes: `external${mutability(effects, payable)}`, facts, size });
    this.members.push(node);
    // Looked up through a contract, even pure functions read the environment.
    this.outside.push({ ...signature, name: `d.${name}`, effects: effects === "pure" ? "view" : effects, cost, attached: false, external: true, payable });
  }

  /** Makes the functions of a contract `d` callable. */
  useHelper(helper: ContractDraft): void {
    this.callables.push(...helper.outside);
    this.creations.push({ name: helper.name, params: helper.constructorParams.map((p) => p.type) });
  }

  /** `(e, ...)`, the arguments for the creation of another contract. */
  creationArguments(helper: ContractDraft, params: readonly Parameter[]): Piece {
    const scope = scopeFor({ ...this.around, callables: [] }, { maxCost: 40, self: false, sender: false, payable: false, effects: "view", isCalm: true }, params);
    return group(
      "(",
      ...join(
        helper.constructorParams.map((p) => valueNode(scope, p.type, 1)),
        ", ",
      ),
      ")",
    );
  }

  /** A virtual function that derived contracts may override. */
  addVirtual(index: number, size: number): void {
    const { random, pool } = this.program;
    const name = this.unique("w", index);
    const signature = randomSignature(random, pool, { external: false, storageTypes: [] });
    const before = this.callables.filter((c) => !this.privates.has(c));
    const facts: ScopeFacts = { maxCost: MAX_COST / 20, self: true, sender: false, payable: false, effects: "write" };
    const { node } = makeFunction(this.around, { ...signature, name, attributes: group("public virtual", this.modifierUse(signature.params)), facts, size });
    this.members.push(node);
    // Overrides may cost as much each, and call each other by `super`.
    const cost = MAX_COST / 3;
    this.virtuals.push({ ...signature, name, effects: "write", before, cost, bodies: new Set([this.name]) });
    this.entries.push({ name, params: signature.params.map((p) => p.type), payable: false });
    this.callables.push({ ...signature, name, effects: "write", cost, attached: false, external: false, payable: false });
  }

  /** An override; `bases` are named where several have bodies of their own. */
  addOverride(virtual: Virtual, bases: readonly string[], size: number): void {
    const { random } = this.program;
    const facts: ScopeFacts = { maxCost: MAX_COST / 20, self: true, sender: false, payable: false, effects: "write" };
    const parent: Callable = {
      params: virtual.params,
      results: virtual.results,
      name: `super.${virtual.name}`,
      effects: "write",
      cost: 10,
      attached: false,
      external: false,
      payable: false,
    };
    const around: Surroundings = { ...this.around, callables: virtual.before };
    const list = bases.length > 1 ? `override(${bases.join(", ")})` : "override";
    const attributes = group(`public virtual ${list}`, random.chance(0.5) ? this.modifierUse(virtual.params) : "");
    const plan = { params: virtual.params, results: virtual.results, name: virtual.name, attributes, facts, size, extra: [parent, parent, parent] };
    this.members.push(makeFunction(around, plan).node);
    virtual.bodies.add(this.name);
  }

  /** A constructor; `head` has the calls of base constructors, and it begins with the statements `first`. */
  addConstructor(params: readonly Parameter[], head: Piece, first: readonly Piece[], size: number): void {
    this.constructorParams = params;
    const { random } = this.program;
    const facts: ScopeFacts = { maxCost: MAX_COST / 4, self: false, sender: false, payable: false, effects: "write", isCalm: random.chance(0.9) };
    const scope = scopeFor({ ...this.around, callables: facts.isCalm ? [] : this.callables.filter((c) => !c.external) }, facts, params);
    const frame = { results: [], nesting: 2 };
    const immutables = this.immutables.map((v) => group(`${v.name} = `, valueNode(scope, v.type, 1), ";\n"));
    const filled = this.variables.flatMap((v) => fillNodes(scope, v));
    this.members.push(item(`constructor${parameterList(params)} payable`, head, " {\n", ...first, ...immutables, ...filled, ...blockNodes(scope, frame, size), "}\n"));
  }

  /** `Base(e, ...)`, the arguments for a base's constructor. */
  baseCall(base: ContractDraft, params: readonly Parameter[]): Piece {
    const scope = scopeFor({ ...this.around, variables: [], callables: [] }, { maxCost: 40, self: false, sender: false, payable: false, effects: "view", isCalm: true }, params);
    return group(
      ` ${base.name}(`,
      ...join(
        base.constructorParams.map((p) => valueNode(scope, p.type, 1)),
        ", ",
      ),
      ")",
    );
  }

  /** The contract's text. */
  node(heading: string): SourceNode {
    return group(`${heading} {\n`, ...this.members, "}\n");
  }
}

/** Elements for an array in storage, so that indexes meet some. */
function fillNodes(scope: Scope, { name, type, location }: Variable): SourceNode[] {
  if (location !== "storage" || type.kind !== "array" || type.length !== undefined || hasMapping(type)) return [];
  return Array.from({ length: scope.random.below(5) }, () => item(`${name}.push(`, valueNode(scope, type.element, 1), ");\n"));
}

/** Getters return what is neither array nor mapping; a struct must have such a field. */
function hasGetter(type: Type): boolean {
  if (type.kind === "mapping") return hasGetter(type.value);
  if (type.kind === "array") return hasGetter(type.element);
  return type.kind !== "struct" || type.fields.some((f) => f.type.kind !== "array" && f.type.kind !== "mapping");
}

function getterParams(type: Type): Type[] {
  if (type.kind === "mapping") return [type.key, ...getterParams(type.value)];
  return type.kind === "array" ? [UINT256, ...getterParams(type.element)] : [];
}

/** Parameters for a constructor. */
export function constructorParams(around: Surroundings, count: number): Parameter[] {
  return Array.from({ length: count }, (_, i) => {
    const type = randomType(around.random, around.pool, around.random.chance(0.7) ? 0 : 2);
    return { name: `c${i}`, type, location: isReference(type) ? "memory" : "stack" };
  });
}
