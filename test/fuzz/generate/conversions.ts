/**
 * Any value type from any other, by conversions that never fail: through the bits of a word. So that expressions are made of what is in scope even
 * where nothing there has the wanted type; otherwise most of them would be literals, which the compilers fold.
 */
import { group, type Piece } from "../tree.js";
import { readPlace, type MakeValue } from "./places.js";
import type { Scope } from "./scope.js";
import { hasMapping, isReference, nameOf, type Type } from "./types.js";

/** An expression of a type from a place of another type, where there is one. */
export function convertedPlace(scope: Scope, type: Type, depth: number, value: MakeValue): Piece | undefined {
  const variables = scope.readable().filter((v) => !hasMapping(v.type) || v.type.kind === "mapping");
  if (variables.length === 0) return undefined;
  let source = scope.random.pick(variables).type;
  for (let i = 0; i < 3 && isReference(source); i++) {
    const inner = partOf(scope, source);
    if (!inner) return undefined;
    source = inner;
  }
  if (isReference(source) || nameOf(source) === nameOf(type)) return undefined;
  const place = readPlace(scope, source, depth, value);
  return place && fromWord(type, toWord(source, place));
}

function partOf(scope: Scope, type: Type): Type | undefined {
  if (type.kind === "struct") return scope.random.pick(type.fields).type;
  if (type.kind === "mapping") return type.value;
  // A dynamic array may be empty, where code must not fail.
  return type.kind === "array" && !(scope.facts.isCalm && type.length === undefined) ? type.element : undefined;
}

/** A value's bits as uint256. */
function toWord(type: Type, value: Piece): Piece {
  switch (type.kind) {
    case "int":
      return group("uint256(int256(", value, "))");
    case "bool":
      return group("uint256(", value, " ? 1 : 0)");
    case "address":
      return group("uint256(uint160(", value, "))");
    case "fixedBytes":
      return group(`uint256(uint${8 * type.size}(`, value, "))");
    case "wrapped":
      return toWord(type.base, group(`${type.name}.unwrap(`, value, ")"));
    default:
      return group("uint256(", value, ")");
  }
}

/** The low bits of a uint256 as a value. */
function fromWord(type: Type, word: Piece): Piece {
  switch (type.kind) {
    case "uint":
      return type.bits === 256 ? word : group(`uint${type.bits}(`, word, ")");
    case "int":
      return group(`int${type.bits}(int256(`, word, "))");
    case "bool":
      return group("(", word, " & 1 != 0)");
    case "address":
      return group("address(uint160(", word, "))");
    case "fixedBytes":
      return group(`bytes${type.size}(uint${8 * type.size}(`, word, "))");
    case "enum":
      return group(`${type.name}(`, word, ` % ${type.members.length})`);
    case "wrapped":
      return group(`${type.name}.wrap(`, fromWord(type.base, word), ")");
    default:
      throw new Error(`${nameOf(type)} is no value type`);
  }
}
