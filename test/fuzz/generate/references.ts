/** Random expressions of reference types: bytes, strings, arrays and structs, from places, literals, constructors, the ABI coder and calls. */
import { expression, group, join, type Piece, type SourceNode } from "../tree.js";
import { callNode, chooseCallable } from "./calls.js";
import { readPlace, type MakeValue } from "./places.js";
import type { Scope, Variable } from "./scope.js";
import { nameOf, plainOf, randomBytes, randomText, randomType, STRING, UINT256, BYTES, type Type } from "./types.js";

/** An expression that converts to memory; it may be a place in storage or call data. */
export function referenceNode(scope: Scope, type: Type, depth: number, value: MakeValue): SourceNode {
  const place = scope.random.chance(0.6) ? readPlace(scope, type, Math.min(depth, 1), value) : undefined;
  return expression(`${nameOf(type)} any`, plainOf(type), place ?? memoryNode(scope, type, depth, value));
}

/** An expression that is in memory already. */
export function memoryNode(scope: Scope, type: Type, depth: number, value: MakeValue): SourceNode {
  const plain = plainOf(type);
  return expression(`${nameOf(type)} memory`, plain, scope.spend(3) ? memoryPiece(scope, type, depth, value) : plain);
}

const inMemory = (variable: Variable): boolean => variable.location === "memory";

function memoryPiece(scope: Scope, type: Type, depth: number, value: MakeValue): Piece {
  const { random } = scope;
  if (random.chance(0.4)) {
    const place = readPlace(scope, type, Math.min(depth, 1), value, inMemory);
    if (place) return place;
  }
  if (depth > 0 && random.chance(0.2)) {
    const callable = chooseCallable(scope, (c) => c.results.length === 1 && nameOf(c.results[0]!) === nameOf(type));
    if (callable) return callNode(scope, callable, depth, value);
  }
  if (depth > 0 && random.chance(0.1))
    return group("(", value(scope, { kind: "bool" }, depth - 1), " ? ", memoryNode(scope, type, depth - 1, value), " : ", memoryNode(scope, type, depth - 1, value), ")");
  if (depth > 0 && random.chance(0.1)) {
    const encoded = scope.facts.isCalm || random.chance(0.7) ? group("abi.encode(", value(scope, type, depth - 1), ")") : value(scope, BYTES, depth - 1);
    return group("abi.decode(", encoded, `, (${nameOf(type)}))`);
  }
  return constructed(scope, type, depth, value);
}

/** A part of a memory aggregate: references must be in memory already. */
function partNode(scope: Scope, type: Type, depth: number, value: MakeValue): SourceNode {
  return ["bytes", "string", "array", "struct"].includes(type.kind) ? memoryNode(scope, type, depth, value) : value(scope, type, depth);
}

function constructed(scope: Scope, type: Type, depth: number, value: MakeValue): Piece {
  const { random } = scope;
  switch (type.kind) {
    case "bytes":
      return bytesPiece(scope, depth, value);
    case "string":
      if (depth > 0 && random.chance(0.2)) return group("string.concat(", value(scope, STRING, depth - 1), ", ", value(scope, STRING, depth - 1), ")");
      if (depth > 0 && random.chance(0.1)) return group("string(", memoryNode(scope, BYTES, depth - 1, value), ")");
      return `string(unicode"${randomText(random)}")`;
    case "struct":
      return structPiece(scope, type, depth, value);
    case "array":
      if (type.length !== undefined)
        return group(
          "[",
          ...join(
            Array.from({ length: type.length }, () => partNode(scope, type.element, depth - 1, value)),
            ", ",
          ),
          "]",
        );
      return group(`new ${nameOf(type)}(`, random.chance(0.7) ? String(random.below(4)) : group(value(scope, UINT256, depth - 1), " % 5"), ")");
    default:
      throw new Error(`${nameOf(type)} is no reference type in memory`);
  }
}

/** `S(a, b)`, or `S({f1: b, f0: a})` with the names in any order. */
function structPiece(scope: Scope, type: Extract<Type, { kind: "struct" }>, depth: number, value: MakeValue): Piece {
  const isNamed = scope.random.chance(0.2);
  const start = isNamed ? scope.random.below(type.fields.length) : 0;
  const fields = [...type.fields.slice(start), ...type.fields.slice(0, start)];
  const parts = fields.map((f) => group(isNamed ? `${f.name}: ` : "", partNode(scope, f.type, depth - 1, value)));
  return isNamed ? group(`${type.name}({`, ...join(parts, ", "), "})") : group(`${type.name}(`, ...join(parts, ", "), ")");
}

function bytesPiece(scope: Scope, depth: number, value: MakeValue): Piece {
  const { random, pool } = scope;
  const choice = depth > 0 ? random.below(10) : 9;
  if (choice < 4) {
    const types = Array.from({ length: random.between(1, 3) }, () => (random.chance(0.7) ? random.pick(pool.values) : randomType(random, pool, 2)));
    return group(
      ...(random.chance(0.75) ? ["abi.encode("] : selectorPieces(scope, depth, value)),
      ...join(
        types.map((t) => value(scope, t, depth - 1)),
        ", ",
      ),
      ")",
    );
  }
  if (choice < 6) {
    const types = Array.from({ length: random.between(1, 3) }, () => random.pick([...pool.values, BYTES, STRING]));
    return group(
      "abi.encodePacked(",
      ...join(
        types.map((t) => value(scope, t, depth - 1)),
        ", ",
      ),
      ")",
    );
  }
  if (choice < 7) return group("bytes.concat(", value(scope, BYTES, depth - 1), ", ", value(scope, { kind: "fixedBytes", size: random.pick([1, 4, 32]) }, depth - 1), ")");
  if (choice < 8) return slicePiece(scope, depth, value);
  if (choice < 9) return group("bytes(", memoryNode(scope, STRING, depth - 1, value), ")");
  if (random.chance(0.15)) return `new bytes(${random.pick([0, 1, 31, 32, 33, 64])})`;
  return `bytes(hex"${randomBytes(random).slice(2)}")`;
}

function selectorPieces(scope: Scope, depth: number, value: MakeValue): Piece[] {
  if (scope.random.chance(0.4)) return [`abi.encodeWithSignature("g(uint256)", `];
  return ["abi.encodeWithSelector(", value(scope, { kind: "fixedBytes", size: 4 }, depth - 1), ", "];
}

/** `x[a:b]` of bytes in call data. */
function slicePiece(scope: Scope, depth: number, value: MakeValue): Piece {
  const source = readPlace(scope, BYTES, 0, value, (v) => v.location === "calldata");
  if (!source) return `bytes(hex"${randomBytes(scope.random).slice(2)}")`;
  const bound = (): Piece => group(value(scope, UINT256, depth - 1), ` % ${scope.random.between(1, 40)}`);
  return group("bytes(", source, "[", scope.random.chance(0.6) ? bound() : "", ":", scope.random.chance(0.6) ? bound() : "", "])");
}
