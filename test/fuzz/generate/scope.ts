/**
 * What generated code may refer to where it stands: variables, functions, and what the place allows (writing state, breaking a loop). Also the
 * account of what the code may cost, so that nested loops and calls end soon.
 */
import type { Random } from "../../generators/random.js";
import { nameOf, type Type, type TypePool } from "./types.js";

export type Location = "stack" | "memory" | "calldata" | "storage" | "constant" | "immutable";

export interface Variable {
  readonly name: string;
  readonly type: Type;
  readonly location: Location;
  /** Whether the variable itself may be assigned; elements of memory and storage always may. */
  readonly assignable: boolean;
  /** In transient storage; `location` is "storage", which it is like in all that code may do with values. */
  readonly isTransient?: boolean;
}

export interface Parameter {
  readonly name: string;
  readonly type: Type;
  readonly location: Location;
}

/** What a function does to state: `pure` reads nothing, `view` writes nothing. */
export type Effects = "pure" | "view" | "write";
const RANK: Record<Effects, number> = { pure: 0, view: 1, write: 2 };

export interface Callable {
  /** As it is called: `f`, `L.f`, `super.f`, `this.f`, `d.f`. */
  readonly name: string;
  readonly params: readonly Parameter[];
  readonly results: readonly Type[];
  readonly effects: Effects;
  /** Estimate of steps that a call takes. */
  readonly cost: number;
  /** Callable as a member of its first argument. */
  readonly attached: boolean;
  /** A message to `this` or to another contract. */
  readonly external: boolean;
  readonly payable: boolean;
}

/** One step from a variable towards a part of it. */
export type Step =
  { readonly kind: "field"; readonly name: string } | { readonly kind: "index"; readonly length: number | undefined } | { readonly kind: "key"; readonly type: Type };

export interface EventShape {
  readonly name: string;
  readonly params: readonly Type[];
}

export interface ScopeFacts {
  /** Most that a function's body may cost. */
  readonly maxCost: number;
  /** Whether `this` exists here. */
  readonly self: boolean;
  /** Whether msg.sender is an outside account here: contracts' addresses differ between chains. */
  readonly sender: boolean;
  readonly payable: boolean;
  readonly effects: Effects;
  /** Code that should not fail: a deployment that does leaves nothing to look at. */
  readonly isCalm?: boolean;
  /** The value of a constant. */
  readonly isConstant?: boolean;
}

const PATH_DEPTH = 3;

export class Scope {
  readonly variables: Variable[] = [];
  readonly callables: Callable[] = [];
  readonly events: EventShape[] = [];
  readonly errors: EventShape[] = [];
  /** Contracts that may be created here. */
  readonly creations: EventShape[] = [];
  /** How often the code that is being made runs, at most. */
  repeats = 1;
  cost = 0;
  loops = 0;
  isUnchecked = false;
  private names = 0;
  private readonly paths = new Map<string, readonly (readonly Step[])[]>();

  constructor(
    readonly random: Random,
    readonly pool: TypePool,
    readonly facts: ScopeFacts,
  ) {}

  fresh(prefix: string): string {
    return `${prefix}${this.names++}`;
  }

  /** Accounts for code that takes some steps each time; false where it would be too much. */
  spend(steps: number): boolean {
    if (this.cost + steps * this.repeats > this.facts.maxCost) return false;
    this.cost += steps * this.repeats;
    return true;
  }

  /** Whether effects are allowed here. */
  allows(effects: Effects): boolean {
    return RANK[effects] <= RANK[this.facts.effects];
  }

  /** Runs with variables that end with it. */
  nested<T>(make: () => T): T {
    const count = this.variables.length;
    const result = make();
    this.variables.length = count;
    return result;
  }

  /** Variables that may be read here. */
  readable(): Variable[] {
    return this.facts.effects === "pure" ? this.variables.filter((v) => v.location !== "storage" && v.location !== "immutable") : this.variables;
  }

  /** Ways from a type to parts of a type of this name; the empty way where they are the same. */
  pathsTo(type: Type, target: string, depth = PATH_DEPTH): readonly (readonly Step[])[] {
    const key = `${nameOf(type)}|${target}|${depth}`;
    let found = this.paths.get(key);
    if (!found) {
      found = this.findPaths(type, target, depth);
      this.paths.set(key, found);
    }
    return found;
  }

  private findPaths(type: Type, target: string, depth: number): (readonly Step[])[] {
    const found: (readonly Step[])[] = nameOf(type) === target ? [[]] : [];
    if (depth === 0) return found;
    const via = (step: Step, inner: Type): void => {
      for (const rest of this.pathsTo(inner, target, depth - 1)) found.push([step, ...rest]);
    };
    if (type.kind === "struct") for (const field of type.fields) via({ kind: "field", name: field.name }, field.type);
    if (type.kind === "array" && !(this.facts.isCalm && type.length === undefined)) via({ kind: "index", length: type.length }, type.element);
    if (type.kind === "mapping") via({ kind: "key", type: type.key }, type.value);
    return found;
  }
}
