/** Random well-typed expressions. Conversions are always spelled out, so that an expression's type is known without solc. */
import { expression, group, join, type Piece, type SourceNode } from "../tree.js";
import { callNode, chooseCallable } from "./calls.js";
import { convertedPlace } from "./conversions.js";
import { readPlace, writePlace } from "./places.js";
import { referenceNode } from "./references.js";
import type { Scope } from "./scope.js";
import { ADDRESS, bitsOf, BOOL, BYTES, BYTES32, isReference, literalOf, nameOf, plainOf, randomBits, STRING, UINT256, type Type } from "./types.js";

/** An expression of a type; of a reference type in any location that converts to memory. */
export function valueNode(scope: Scope, type: Type, depth: number): SourceNode {
  if (isReference(type)) return referenceNode(scope, type, depth, valueNode);
  const name = nameOf(type);
  const plain = plainOf(type);
  return expression(name, plain, valuePiece(scope, type, depth, plain));
}

function literal(scope: Scope, type: Type): string {
  return literalOf(type, randomBits(scope.random, type));
}

function valuePiece(scope: Scope, type: Type, depth: number, plain: string): Piece {
  const { random } = scope;
  if (!scope.spend(1)) return plain;
  const choice = random.below(100);
  // Keys and indexes of places nest too.
  if (depth < -1) return literal(scope, type);
  if (depth <= 0 || choice < 40) return placeOrLiteral(scope, type, Math.min(depth, 1));
  if (choice < 48) return conditional(scope, type, depth);
  if (choice < 58) return callValue(scope, type, depth) ?? literal(scope, type);
  if (choice < 62) return assignment(scope, type, depth) ?? literal(scope, type);
  if (choice < 64) return roundTrip(scope, type, depth);
  return specific(scope, type, depth) ?? literal(scope, type);
}

/** Mostly a place of the type, else one of another type converted. */
function placeOrLiteral(scope: Scope, type: Type, depth: number): Piece {
  const { random } = scope;
  if (random.chance(0.15)) return literal(scope, type);
  return readPlace(scope, type, depth, valueNode) ?? (random.chance(0.8) ? convertedPlace(scope, type, depth, valueNode) : undefined) ?? literal(scope, type);
}

function conditional(scope: Scope, type: Type, depth: number): Piece {
  return group("(", valueNode(scope, BOOL, depth - 1), " ? ", valueNode(scope, type, depth - 1), " : ", valueNode(scope, type, depth - 1), ")");
}

function callValue(scope: Scope, type: Type, depth: number): Piece | undefined {
  const callable = chooseCallable(scope, (c) => c.results.length === 1 && nameOf(c.results[0]!) === nameOf(type));
  return callable && callNode(scope, callable, depth, valueNode);
}

/** `(x = e)`, `x++`: expressions with an effect on what stands beside them. */
function assignment(scope: Scope, type: Type, depth: number): Piece | undefined {
  const place = writePlace(scope, type, depth - 1, valueNode);
  if (!place) return undefined;
  const isNumber = type.kind === "uint" || type.kind === "int";
  if (isNumber && !scope.facts.isCalm && scope.random.chance(0.5)) {
    const operator = scope.random.pick(["++", "--"]);
    return scope.random.chance(0.5) ? group("(", place, operator, ")") : group("(", operator, place, ")");
  }
  return group("(", place, " = ", valueNode(scope, type, depth - 1), ")");
}

/** Through the encoder and back; at times from bytes that are no encoding of the type. */
function roundTrip(scope: Scope, type: Type, depth: number): Piece {
  const isForeign = !scope.facts.isCalm && scope.random.chance(0.3);
  const bytes = isForeign ? valueNode(scope, BYTES, depth - 1) : group("abi.encode(", valueNode(scope, type, depth - 1), ")");
  const decoded = group("abi.decode(", bytes, `, (${nameOf(type)}))`);
  // Decoded addresses are payable, which makes arrays of them another type.
  return type.kind === "address" ? group("address(", decoded, ")") : decoded;
}

/** What only this kind of type has. */
function specific(scope: Scope, type: Type, depth: number): Piece | undefined {
  switch (type.kind) {
    case "uint":
    case "int":
      return numberPiece(scope, type, depth);
    case "bool":
      return boolPiece(scope, depth);
    case "fixedBytes":
      return fixedBytesPiece(scope, type.size, depth);
    case "address":
      return addressPiece(scope, depth);
    case "enum":
      return group(`${type.name}(`, valueNode(scope, { kind: "uint", bits: 8 }, depth - 1), scope.facts.isCalm || scope.random.chance(0.8) ? ` % ${type.members.length})` : ")");
    case "wrapped":
      return wrappedPiece(scope, type, depth);
    default:
      return undefined;
  }
}

function wrappedPiece(scope: Scope, type: Extract<Type, { kind: "wrapped" }>, depth: number): Piece {
  const { base } = type;
  // Operators are functions: what they give is no constant.
  if ((base.kind === "uint" || base.kind === "int") && !scope.facts.isConstant && scope.random.chance(0.5))
    return group("(", valueNode(scope, type, depth - 1), ` ${scope.random.pick(["+", "^"])} `, valueNode(scope, type, depth - 1), ")");
  return group(`${type.name}.wrap(`, valueNode(scope, base, depth - 1), ")");
}

function addressPiece(scope: Scope, depth: number): Piece {
  if (scope.facts.sender && scope.facts.effects !== "pure" && scope.random.chance(0.4)) return "msg.sender";
  return scope.random.chance(0.5)
    ? group("address(", valueNode(scope, { kind: "uint", bits: 160 }, depth - 1), ")")
    : group("address(", valueNode(scope, { kind: "fixedBytes", size: 20 }, depth - 1), ")");
}

type NumberType = Extract<Type, { kind: "uint" | "int" }>;

/** Operators that never fail, and those that do where the result does not fit. */
const QUIET = ["&", "|", "^"];
const CHECKED = ["+", "-", "*", "+", "-"];

function numberPiece(scope: Scope, type: NumberType, depth: number): Piece {
  const { random } = scope;
  const operand = (): SourceNode => valueNode(scope, type, depth - 1);
  const choice = random.below(20);
  if (choice < 7) return group("(", operand(), ` ${random.pick(scope.isUnchecked || (!scope.facts.isCalm && random.chance(0.4)) ? CHECKED : QUIET)} `, operand(), ")");
  if (choice < 9) return group("(", operand(), ` ${random.pick(["/", "%"])} `, divisor(scope, type, depth), ")");
  if (choice < 11) return group("(", operand(), ` ${random.pick(["<<", ">>"])} `, shiftAmount(scope, depth), ")");
  if (choice < 12 && !scope.facts.isCalm)
    return group("(", operand(), " ** ", random.chance(0.8) ? `uint8(${random.below(4)})` : valueNode(scope, { kind: "uint", bits: 8 }, depth - 1), ")");
  if (choice < 13) return group("(~", operand(), ")");
  if (choice < 14 && type.kind === "int" && (scope.isUnchecked || !scope.facts.isCalm)) return group("(-", operand(), ")");
  if (choice < 15) return `type(${nameOf(type)}).${random.pick(["min", "max"])}`;
  return converted(scope, type, depth);
}

/** Mostly not zero. */
function divisor(scope: Scope, type: NumberType, depth: number): Piece {
  if (scope.random.chance(0.4)) return literalOf(type, BigInt(scope.random.between(1, 7)));
  const value = valueNode(scope, type, depth - 1);
  return scope.facts.isCalm || scope.random.chance(0.7)
    ? group("(", value, ` | ${literalOf(type, 1n)})`)
    : expression(nameOf(type), literalOf(type, 1n), ...[`(`, value, ` + ${scope.isUnchecked ? literalOf(type, 1n) : plainOf(type)})`]);
}

function shiftAmount(scope: Scope, depth: number): Piece {
  if (scope.random.chance(0.5)) return `uint16(${scope.random.pick([0, 1, 7, 8, 31, 32, 63, 64, 128, 255, 256, 300])})`;
  return valueNode(scope, { kind: "uint", bits: 8 }, depth - 1);
}

/** Conversions to numbers: other widths, the other sign, bytes, enums, addresses, lengths, hashes. */
function converted(scope: Scope, type: NumberType, depth: number): Piece {
  const { random, pool } = scope;
  const name = nameOf(type);
  const from = (source: Type, through = ""): Piece => group(`${name}(${through}`, valueNode(scope, source, depth - 1), through === "" ? ")" : "))");
  const sources: (() => Piece)[] = [
    () => from({ kind: type.kind, bits: random.pick([8, 32, 64, 128, 160, 256]) }),
    () => from({ kind: type.kind === "uint" ? "int" : "uint", bits: type.bits }),
  ];
  if (type.kind === "uint") {
    if (type.bits === 160) sources.push(() => from(ADDRESS));
    sources.push(() => from({ kind: "fixedBytes", size: type.bits / 8 }));
    for (const choice of pool.enums) sources.push(() => from(choice));
  }
  if (type.kind === "uint" && type.bits === 256)
    sources.push(
      () => lengthPiece(scope, depth),
      () => from(BYTES32),
      () => wordPiece(scope, depth),
    );
  for (const wrapped of pool.wrapped) if (nameOf(wrapped.base) === name) sources.push(() => group(`${wrapped.name}.unwrap(`, valueNode(scope, wrapped, depth - 1), ")"));
  return random.pick(sources)();
}

function wordPiece(scope: Scope, depth: number): Piece {
  const value = (): SourceNode => valueNode(scope, UINT256, depth - 1);
  if (scope.facts.payable && scope.facts.effects !== "pure" && scope.random.chance(0.3)) return "msg.value";
  return group(`${scope.random.pick(["addmod", "mulmod"])}(`, value(), ", ", value(), ", (", value(), " | 1))");
}

/** The length of an array or of bytes in scope. */
function lengthPiece(scope: Scope, depth: number): Piece {
  const arrays = scope.readable().filter((v) => v.type.kind === "bytes" || (v.type.kind === "array" && v.type.length === undefined));
  if (arrays.length > 0) return `${scope.random.pick(arrays).name}.length`;
  // The length of a literal is no constant.
  return scope.facts.isConstant ? literal(scope, UINT256) : group("bytes(", valueNode(scope, STRING, depth - 1), ").length");
}

function boolPiece(scope: Scope, depth: number): Piece {
  const { random, pool } = scope;
  const choice = random.below(10);
  if (choice < 2) return group("(!", valueNode(scope, BOOL, depth - 1), ")");
  if (choice < 5) return group("(", valueNode(scope, BOOL, depth - 1), ` ${random.pick(["&&", "||", "==", "!="])} `, valueNode(scope, BOOL, depth - 1), ")");
  const type = random.pick(pool.values);
  const operand = (): SourceNode => valueNode(scope, type, depth - 1);
  if (type.kind === "wrapped") return group(`(${type.name}.unwrap(`, operand(), `) ${random.pick(["==", "!=", "<"])} ${type.name}.unwrap(`, operand(), "))");
  const operators = type.kind === "bool" ? ["==", "!="] : ["==", "!=", "<", ">", "<=", ">="];
  return group("(", operand(), ` ${random.pick(operators)} `, operand(), ")");
}

function fixedBytesPiece(scope: Scope, size: number, depth: number): Piece {
  const { random } = scope;
  const type: Type = { kind: "fixedBytes", size };
  const operand = (): SourceNode => valueNode(scope, type, depth - 1);
  const choice = random.below(10);
  if (choice < 2) return group("(", operand(), ` ${random.pick(QUIET)} `, operand(), ")");
  if (choice < 3) return group("(~", operand(), ")");
  if (choice < 4) return group("(", operand(), ` ${random.pick(["<<", ">>"])} `, shiftAmount(scope, depth), ")");
  if (size === 4 && choice < 6) {
    const named = selectors(scope);
    if (named.length > 0) return random.pick(named);
  }
  if (size === 32 && choice < 5 && scope.events.length > 0 && !scope.facts.isConstant) return `${random.pick(scope.events).name}.selector`;
  if (size === 32 && choice < 7) return hashPiece(scope, depth);
  if (size === 20 && choice < 5 && !scope.facts.isConstant) return group("ripemd160(", valueNode(scope, BYTES, depth - 1), ")");
  if (size === 1 && choice < 7) return group(valueNode(scope, BYTES32, depth - 1), `[${random.below(32)}]`);
  if (choice < 8) return group(`bytes${size}(`, valueNode(scope, { kind: "fixedBytes", size: random.pick([1, 4, 16, 20, 32]) }, depth - 1), ")");
  if (choice < 9) return group(`bytes${size}(`, valueNode(scope, BYTES, depth - 1), ")");
  return group(`bytes${size}(`, valueNode(scope, { kind: "uint", bits: bitsOf(type) }, depth - 1), ")");
}

/** Selectors of errors and of this contract's functions. */
function selectors(scope: Scope): string[] {
  if (scope.facts.isConstant) return [];
  const functions = scope.facts.effects === "pure" || !scope.facts.self ? [] : scope.callables.filter((c) => c.name.startsWith("this."));
  return [...scope.errors, ...functions].map(({ name }) => `${name}.selector`);
}

function hashPiece(scope: Scope, depth: number): Piece {
  if (scope.random.chance(0.4)) return group(scope.facts.isConstant || scope.random.chance(0.8) ? "keccak256(" : "sha256(", valueNode(scope, BYTES, depth - 1), ")");
  const values = Array.from({ length: scope.random.between(1, 3) }, () => valueNode(scope, scope.random.pick(scope.pool.values), depth - 1));
  return group(`keccak256(abi.${scope.random.pick(["encode", "encodePacked"])}(`, ...join(values, ", "), "))");
}
