/** Names and what they mean: nested scopes with overloads, invisible names, and suggestions for misspelt ones. */
import type { Declaration, VariableDeclaration } from "../syntax/ast.js";
import type { BuiltinName } from "./program.js";
import type { SolType } from "./types.js";

/** A name that the language declares. */
export interface BuiltinSymbol {
  readonly kind: "Builtin";
  readonly name: BuiltinName;
  readonly type: SolType;
}

export type NamedSymbol = Declaration | BuiltinSymbol;

export class Scope {
  private readonly visible = new Map<string, NamedSymbol[]>();
  /** External functions, which cannot be named without `this.`, but clash and can be attached by `using`. */
  private readonly invisible = new Map<string, NamedSymbol[]>();

  /** Variables that a block declares further down. They mean nothing yet, but inner declarations hide them already. */
  private readonly coming = new Map<string, VariableDeclaration>();

  constructor(readonly parent?: Scope) {}

  /** Tells of variables that this scope's code will declare. */
  announce(variables: readonly VariableDeclaration[]): void {
    for (const variable of variables) if (variable.name !== "" && !this.coming.has(variable.name)) this.coming.set(variable.name, variable);
  }

  /** The variable that this scope's code declares under a name, wherever in it. */
  announced(name: string): VariableDeclaration | undefined {
    return this.coming.get(name);
  }

  /** Enters a name; a second entry of the same declaration is none. */
  add(name: string, symbol: NamedSymbol, isVisible = true): void {
    const table = isVisible ? this.visible : this.invisible;
    const known = table.get(name);
    if (!known) table.set(name, [symbol]);
    else if (!known.includes(symbol)) known.push(symbol);
  }

  /** The declaration of this scope that `symbol` may not stand beside under that name: functions and events overload their like. */
  conflict(name: string, symbol: NamedSymbol): NamedSymbol | undefined {
    const present = this.own(name, true);
    if (symbol.kind === "FunctionDefinition" || symbol.kind === "EventDefinition" || symbol.kind === "Builtin") return present.find((other) => other.kind !== symbol.kind);
    return present.length === 1 && present[0] === symbol ? undefined : present[0];
  }

  /** What this scope itself declares under a name. */
  own(name: string, withInvisible = false): readonly NamedSymbol[] {
    const visible = this.visible.get(name) ?? [];
    return withInvisible ? [...visible, ...(this.invisible.get(name) ?? [])] : visible;
  }

  /** What a name means here: the innermost scope that declares it wins. */
  lookup(name: string, withInvisible = false): readonly NamedSymbol[] {
    const found = this.own(name, withInvisible);
    return found.length > 0 || !this.parent ? found : this.parent.lookup(name, withInvisible);
  }

  /** The visible declarations of this scope, in order of their entry. */
  entries(): IterableIterator<[string, readonly NamedSymbol[]]> {
    return this.visible.entries();
  }

  /** Names in sight within a small edit distance, nearest scope first. */
  similarNames(name: string): string[] {
    const similar = similarAmong(name, [...new Set([...this.visible.keys(), ...this.invisible.keys(), ...this.coming.keys()])]);
    return this.parent ? [...similar, ...this.parent.similarNames(name)] : similar;
  }
}

/** The scope of a signature: the names of its parameters, which in its own types, too, hide what is outside. */
export function signatureScope(outer: Scope, parameters: readonly VariableDeclaration[]): Scope {
  const scope = new Scope(outer);
  for (const parameter of parameters) if (parameter.name !== "") scope.add(parameter.name, parameter);
  return scope;
}

/** The names within a small edit distance, the most similar ones first. */
export function similarAmong(name: string, names: readonly string[]): string[] {
  const limit = name.length > 3 ? 2 : Math.floor(name.length / 2);
  return names
    .map((other) => ({ other, distance: editDistance(name, other, limit) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance)
    .map(({ other }) => other);
}

/** Levenshtein distance with transposed neighbours as one edit; anything above `limit` may be returned as limit + 1. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, before[j - 2]! + 1);
      row.push(best);
    }
    [before, previous] = [previous, row];
  }
  return previous[b.length]!;
}

/** `"a", "b" or "c"`, as solc lists alternatives. */
export function quotedAlternatives(names: readonly string[]): string {
  const quoted = names.map((name) => `"${name}"`);
  const last = quoted.pop();
  return quoted.length === 0 ? (last ?? "") : `${quoted.join(", ")} or ${last!}`;
}
