/** Calls in generated code. */
import { group, join, type Piece, type SourceNode } from "../tree.js";
import type { MakeValue } from "./places.js";
import type { Callable, Parameter, Scope, Variable } from "./scope.js";
import { nameOf } from "./types.js";

/** What a message costs beyond the function that it reaches. */
const MESSAGE_COST = 30;

/** A function that may be called here and is cheap enough to be. */
export function chooseCallable(scope: Scope, isWanted: (callable: Callable) => boolean): Callable | undefined {
  const found = scope.callables.filter((c) => isWanted(c) && scope.allows(c.effects) && (c.external || c.params.every((p) => isByValue(p) || placesFor(scope, p).length > 0)));
  if (found.length === 0) return undefined;
  const callable = scope.random.pick(found);
  return scope.spend(callable.cost + (callable.external ? MESSAGE_COST : 1)) ? callable : undefined;
}

/** Whether any expression of the type will do as argument; parameters in storage and call data take places of their own kind. */
function isByValue(parameter: Parameter): boolean {
  return parameter.location === "stack" || parameter.location === "memory";
}

function placesFor(scope: Scope, { type, location }: Parameter): Variable[] {
  return scope.readable().filter((v) => v.location === location && nameOf(v.type) === nameOf(type));
}

/** The call's text, arguments included. */
export function callNode(scope: Scope, callable: Callable, depth: number, value: MakeValue): SourceNode {
  const args = callable.params.map((p): Piece => (callable.external || isByValue(p) ? value(scope, p.type, depth - 1) : scope.random.pick(placesFor(scope, p)).name));
  if (callable.attached && args.length > 0 && scope.random.chance(0.5))
    return group("(", args[0]!, `).${callable.name.slice(callable.name.lastIndexOf(".") + 1)}(`, ...join(args.slice(1), ", "), ")");
  return group(`${callable.name}${valueOption(scope, callable)}(`, ...join(args, ", "), ")");
}

function valueOption(scope: Scope, callable: Callable): string {
  return callable.external && callable.payable && scope.facts.payable && scope.random.chance(0.3) ? "{value: msg.value}" : "";
}
