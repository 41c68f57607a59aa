/** Places in generated code: a variable, or a part of one that fields, indexes and keys lead to. */
import { expression, group, type Piece, type SourceNode } from "../tree.js";
import type { Scope, Step, Variable } from "./scope.js";
import { nameOf, UINT256, type Type } from "./types.js";

/** Makes an expression of a type; given, so that places and expressions need not import each other. */
export type MakeValue = (scope: Scope, type: Type, depth: number) => SourceNode;

/** A readable place of exactly this type, in one of the locations that are allowed. */
export function readPlace(scope: Scope, type: Type, depth: number, value: MakeValue, isAllowed: (variable: Variable) => boolean = () => true): SourceNode | undefined {
  return choosePlace(scope, type, depth, value, scope.readable().filter(isAllowed), () => true);
}

/** A place of exactly this type that may be assigned. */
export function writePlace(scope: Scope, type: Type, depth: number, value: MakeValue): SourceNode | undefined {
  const variables = scope.readable().filter((v) => v.location === "stack" || v.location === "memory" || (v.location === "storage" && scope.allows("write")));
  return choosePlace(scope, type, depth, value, variables, (variable, path) => path.length > 0 || variable.assignable);
}

function choosePlace(
  scope: Scope,
  type: Type,
  depth: number,
  value: MakeValue,
  variables: readonly Variable[],
  isAllowed: (variable: Variable, path: readonly Step[]) => boolean,
): SourceNode | undefined {
  const found: { variable: Variable; path: readonly Step[] }[] = [];
  for (const variable of variables) for (const path of scope.pathsTo(variable.type, nameOf(type))) if (isAllowed(variable, path)) found.push({ variable, path });
  if (found.length === 0) return undefined;
  const { variable, path } = scope.random.pick(found);
  return placeNode(scope, variable, path, depth, value);
}

/** The text of a path from a variable. */
function placeNode(scope: Scope, variable: Variable, path: readonly Step[], depth: number, value: MakeValue): SourceNode {
  let place: Piece = variable.name;
  for (const step of path) {
    if (step.kind === "field") place = group(place, `.${step.name}`);
    else if (step.kind === "key") place = group(place, "[", value(scope, step.type, depth - 1), "]");
    else place = group(place, "[", indexNode(scope, place, step.length, depth, value), "]");
  }
  return typeof place === "string" ? group(place) : place;
}

/** An index that is mostly in bounds. */
function indexNode(scope: Scope, array: Piece, length: number | undefined, depth: number, value: MakeValue): SourceNode {
  const { random } = scope;
  if (random.chance(0.5)) {
    const index = length === undefined ? random.below(2) : random.below(length);
    return expression("uint256", "0", String(index));
  }
  const index = value(scope, UINT256, depth - 1);
  if (random.chance(0.1) && !scope.facts.isCalm) return index;
  return length === undefined ? group(index, " % ", array, ".length") : group(index, ` % ${length}`);
}
