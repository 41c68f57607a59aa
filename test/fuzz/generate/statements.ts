/** Random statements. Every loop has a counter of its own that no other code writes, so that programs end. */
import { group, item, join, type Piece, type SourceNode } from "../tree.js";
import { assemblyNode } from "./assembly.js";
import { callNode, chooseCallable } from "./calls.js";
import { valueNode } from "./expressions.js";
import { MAX_NESTING, type Frame } from "./frame.js";
import { lowLevelNode, tryNode } from "./messages.js";
import { byteNode, creationNode, environmentNode, etherNode, pointerNode } from "./pointers.js";
import { readPlace, writePlace } from "./places.js";
import type { Scope } from "./scope.js";
import { BOOL, hasMapping, isReference, nameOf, randomReference, randomText, STRING, UINT256, widerArray, type Type } from "./types.js";

const DEPTH = 3;

/** A list of statements; their variables end with it unless the caller keeps the scope. */
export function blockNodes(scope: Scope, frame: Frame, count: number, keepsScope = false): SourceNode[] {
  if (!keepsScope) return scope.nested(() => blockNodes(scope, frame, count, true));
  const nodes: SourceNode[] = [];
  for (let i = 0; i < count; i++) {
    const node = statementNode(scope, frame);
    if (node) nodes.push(node);
  }
  return nodes;
}

type Maker = (scope: Scope, frame: Frame) => SourceNode | undefined;

/** Kinds of statements with their weights. */
const KINDS: readonly (readonly [number, Maker])[] = [
  [14, declaration],
  [26, assign],
  [6, compound],
  [4, swap],
  [3, widen],
  [2, sliceArray],
  [7, conditional],
  [6, loop],
  [3, overElements],
  [4, uncheckedBlock],
  [5, emit],
  [3, requirement],
  [4, remove],
  [6, pushOrPop],
  [4, callStatement],
  [4, tupleFromCall],
  [4, storagePointer],
  [3, (scope, frame) => tryNode(scope, frame, blockNodes)],
  [5, lowLevelNode],
  [3, earlyReturn],
  [2, jump],
  [4, assemblyNode],
  [3, pointerNode],
  [2, creationNode],
  [2, etherNode],
  [2, byteNode],
  [1, environmentNode],
];
const TOTAL = KINDS.reduce((sum, [weight]) => sum + weight, 0);

function statementNode(scope: Scope, frame: Frame): SourceNode | undefined {
  if (!scope.spend(2)) return undefined;
  let choice = scope.random.below(TOTAL);
  for (const [weight, make] of KINDS) {
    if (choice < weight) return make(scope, frame);
    choice -= weight;
  }
  return undefined;
}

function value(scope: Scope, type: Type): SourceNode {
  return valueNode(scope, type, scope.random.between(1, DEPTH));
}

function declaration(scope: Scope): SourceNode {
  const type = scope.random.chance(0.6) ? scope.random.pick(scope.pool.values) : randomReference(scope.random, scope.pool, 2);
  const location = isReference(type) ? "memory" : "stack";
  const init: Piece = scope.random.chance(0.9) ? group(" = ", value(scope, type)) : "";
  const name = scope.fresh("v");
  scope.variables.push({ name, type, location, assignable: true });
  return item(`${nameOf(type)}${location === "memory" ? " memory" : ""} ${name}`, init, ";\n");
}

/** A type that something assignable in scope has, so that state gets written often. */
function assignableType(scope: Scope): Type {
  const targets = scope.readable().filter((v) => v.location === "storage" || v.location === "memory" || v.location === "stack");
  if (targets.length === 0 || scope.random.chance(0.3)) return scope.random.pick(scope.pool.values);
  let { type } = scope.random.pick(targets);
  for (let i = 0; i < 3 && (hasMapping(type) || scope.random.chance(0.5)); i++) type = innerType(scope, type);
  return hasMapping(type) ? UINT256 : type;
}

function innerType(scope: Scope, type: Type): Type {
  if (type.kind === "mapping") return type.value;
  if (type.kind === "array") return type.element;
  return type.kind === "struct" ? scope.random.pick(type.fields).type : type;
}

function assign(scope: Scope): SourceNode | undefined {
  const type = assignableType(scope);
  const place = writePlace(scope, type, 2, valueNode);
  return place && item(place, " = ", value(scope, type), ";\n");
}

function compound(scope: Scope): SourceNode | undefined {
  const numbers = scope.pool.values.filter((t) => t.kind === "uint" || t.kind === "int");
  const type = scope.random.pick(numbers);
  const place = writePlace(scope, type, 2, valueNode);
  if (!place) return undefined;
  const operator = scope.random.pick(scope.facts.isCalm && !scope.isUnchecked ? ["|=", "&=", "^="] : ["+=", "-=", "*=", "|=", "&=", "^=", "^=", "|=", "/=", "%="]);
  if (scope.random.chance(0.15)) return item(place, ` ${scope.random.pick(["<<=", ">>="])} `, value(scope, { kind: "uint", bits: 8 }), ";\n");
  if (!scope.facts.isCalm && scope.random.chance(0.2)) return item(place, scope.random.pick(["++", "--"]), ";\n");
  return item(place, ` ${operator} `, value(scope, type), ";\n");
}

/** `(a, b) = (b, a)` of two places of one type. */
function swap(scope: Scope): SourceNode | undefined {
  const type = scope.random.pick(scope.pool.values);
  const left = writePlace(scope, type, 1, valueNode);
  const right = writePlace(scope, type, 1, valueNode);
  if (!left || !right) return undefined;
  const values: Piece[] = scope.random.chance(0.6) ? [right, ", ", left] : [value(scope, type), ", ", value(scope, type)];
  return item("(", left, ", ", right, ") = (", ...values, ");\n");
}

/** Copies a part of an array in call data to memory; mostly in bounds. */
function sliceArray(scope: Scope): SourceNode | undefined {
  if (scope.facts.isCalm) return undefined;
  const arrays = scope.variables.filter((v) => v.location === "calldata" && (v.type.kind === "bytes" || (v.type.kind === "array" && v.type.length === undefined)));
  if (arrays.length === 0) return undefined;
  const { random } = scope;
  const { name, type } = random.pick(arrays);
  const end = random.chance(0.5) ? "" : random.chance(0.7) ? `${name}.length` : String(random.below(3));
  const copy = scope.fresh("v");
  scope.variables.push({ name: copy, type, location: "memory", assignable: true });
  return item(`${nameOf(type)} memory ${copy} = ${name}[${random.pick(["", "0", "1", "2"])}:${end}];\n`);
}

/** Copies an array in storage to one of wider elements, which has another packing. */
function widen(scope: Scope): SourceNode | undefined {
  if (!scope.allows("write")) return undefined;
  const arrays = scope.variables.filter((v) => v.location === "storage" && v.type.kind === "array");
  const pairs = arrays.flatMap((from) => {
    const wider = widerArray(from.type);
    return wider ? arrays.filter((to) => to.assignable && nameOf(to.type) === nameOf(wider)).map((to) => `${to.name} = ${from.name};\n`) : [];
  });
  return pairs.length > 0 ? item(scope.random.pick(pairs)) : undefined;
}

function inner(frame: Frame): Frame {
  return { ...frame, nesting: frame.nesting - 1 };
}

function conditional(scope: Scope, frame: Frame): SourceNode | undefined {
  if (frame.nesting === 0) return undefined;
  const { random } = scope;
  const otherwise: Piece[] = random.chance(0.4) ? [" else {\n", ...blockNodes(scope, inner(frame), random.between(1, 3)), "}"] : [];
  return item("if (", value(scope, BOOL), ") {\n", ...blockNodes(scope, inner(frame), random.between(1, 3)), "}", ...otherwise, "\n");
}

function loop(scope: Scope, frame: Frame): SourceNode | undefined {
  if (frame.nesting === 0 || scope.repeats > 20) return undefined;
  const { random } = scope;
  const times = random.between(1, 5);
  const counter = scope.fresh("i");
  const outer = scope.repeats;
  scope.repeats *= times;
  scope.loops++;
  const condition: Piece[] = random.chance(0.2) ? [" && ", value(scope, BOOL)] : [];
  const body = scope.nested(() => {
    scope.variables.push({ name: counter, type: UINT256, location: "constant", assignable: false });
    return blockNodes(scope, inner(frame), random.between(1, 4));
  });
  scope.loops--;
  scope.repeats = outer;
  // The counter goes up first in `while` loops, where `continue` would skip it.
  const form = random.below(4);
  if (form < 2)
    return item(`for (uint256 ${counter} = 0; ${counter} < ${times}`, ...condition, `; ${random.pick([`${counter}++`, `++${counter}`, `${counter} += 1`])}) {\n`, ...body, "}\n");
  if (form === 2) return item(`{\nuint256 ${counter} = 0;\nwhile (${counter} < ${times}`, ...condition, `) {\n${counter}++;\n`, ...body, "}\n}\n");
  return item(`{\nuint256 ${counter} = 0;\ndo {\n${counter}++;\n`, ...body, `} while (${counter} < ${times}`, ...condition, ");\n}\n");
}

/** Most elements that a loop over an array looks at. */
const ELEMENTS = 6;

/** A loop over the elements of an array, whatever place it is in. */
function overElements(scope: Scope, frame: Frame): SourceNode | undefined {
  if (frame.nesting === 0 || scope.repeats > 20) return undefined;
  const { random } = scope;
  const arrays = scope.readable().filter((v) => v.type.kind === "array" && !isReference(v.type.element));
  if (arrays.length === 0) return undefined;
  const { name, type } = random.pick(arrays);
  if (type.kind !== "array") return undefined;
  const [counter, element] = [scope.fresh("i"), scope.fresh("v")];
  const outer = scope.repeats;
  scope.repeats *= ELEMENTS;
  scope.loops++;
  const body = scope.nested(() => {
    scope.variables.push({ name: counter, type: UINT256, location: "constant", assignable: false }, { name: element, type: type.element, location: "stack", assignable: true });
    return blockNodes(scope, inner(frame), random.between(1, 3));
  });
  scope.loops--;
  scope.repeats = outer;
  const step = random.chance(0.5) ? (scope.isUnchecked ? `++${counter};\n` : `unchecked { ++${counter}; }\n`) : "";
  const head = `for (uint256 ${counter} = 0; ${counter} < ${name}.length && ${counter} < ${ELEMENTS}; ${step === "" ? `${counter}++` : ""}) {\n`;
  // A `continue` would skip the step at the end of the body: it stands before.
  return step === ""
    ? item(head, `${nameOf(type.element)} ${element} = ${name}[${counter}];\n`, ...body, "}\n")
    : item(head, `${nameOf(type.element)} ${element} = ${name}[${counter}];\n`, step, ...body, "}\n");
}

function uncheckedBlock(scope: Scope, frame: Frame): SourceNode | undefined {
  if (frame.nesting === 0) return undefined;
  if (scope.isUnchecked) return item("{\n", ...blockNodes(scope, inner(frame), scope.random.between(1, 3)), "}\n");
  scope.isUnchecked = true;
  const body = blockNodes(scope, { ...inner(frame) }, scope.random.between(1, 4));
  scope.isUnchecked = false;
  return item("unchecked {\n", ...body, "}\n");
}

function emit(scope: Scope): SourceNode | undefined {
  if (scope.events.length === 0 || !scope.allows("write")) return undefined;
  const event = scope.random.pick(scope.events);
  return item(
    `emit ${event.name}(`,
    ...join(
      event.params.map((t) => valueNode(scope, t, 1)),
      ", ",
    ),
    ");\n",
  );
}

function requirement(scope: Scope): SourceNode | undefined {
  if (scope.facts.isCalm && scope.random.chance(0.95)) return undefined;
  const { random, errors } = scope;
  const condition = value(scope, BOOL);
  const error = errors.length > 0 ? random.pick(errors) : undefined;
  const thrown =
    error &&
    group(
      `${error.name}(`,
      ...join(
        error.params.map((t) => valueNode(scope, t, 1)),
        ", ",
      ),
      ")",
    );
  const choice = random.below(7);
  if (choice === 6) return item("if (", condition, `) revert(${random.chance(0.3) ? "" : `unicode"${randomText(random)}"`});\n`);
  if (choice === 0) return item("require(", condition, `, unicode"${randomText(random)}");\n`);
  if (choice === 1) return item("require(", condition, ");\n");
  if (choice === 2) return item("require(", condition, ", ", valueNode(scope, STRING, 1), ");\n");
  if (!thrown) return item("assert(", condition, ");\n");
  return choice === 3 ? item("require(", condition, ", ", thrown, ");\n") : item("if (", condition, ") revert ", thrown, ";\n");
}

function remove(scope: Scope): SourceNode | undefined {
  const type = assignableType(scope);
  // The language has no `delete` of user-defined value types.
  const place = type.kind === "wrapped" ? undefined : writePlace(scope, type, 2, valueNode);
  return place && item("delete ", place, ";\n");
}

function pushOrPop(scope: Scope): SourceNode | undefined {
  if (!scope.allows("write")) return undefined;
  const { random } = scope;
  const arrays: Type[] = scope.readable().flatMap((v) => (v.location === "storage" ? growable(v.type, 2) : []));
  if (arrays.length === 0) return undefined;
  const type = random.pick(arrays);
  const place = readPlace(scope, type, 1, valueNode, (v) => v.location === "storage");
  if (!place) return undefined;
  if (random.chance(0.2)) return item("if (", place, ".length > 0) ", place, ".pop();\n");
  if (random.chance(0.05) && !scope.facts.isCalm) return item(place, ".pop();\n");
  const element: Type = type.kind === "array" ? type.element : { kind: "fixedBytes", size: 1 };
  if (random.chance(0.2) || hasMapping(element)) return item(place, ".push();\n");
  const pushed = value(scope, element);
  return !isReference(element) && random.chance(0.15) ? item(place, ".push() = ", pushed, ";\n") : item(place, ".push(", pushed, ");\n");
}

/** The dynamic arrays that a type has or is. */
function growable(type: Type, depth: number): Type[] {
  if (type.kind === "bytes") return [type];
  if (depth < 0) return [];
  if (type.kind === "array") return [...(type.length === undefined ? [type] : []), ...growable(type.element, depth - 1)];
  if (type.kind === "struct") return type.fields.flatMap((f) => growable(f.type, depth - 1));
  return type.kind === "mapping" ? growable(type.value, depth - 1) : [];
}

function callStatement(scope: Scope): SourceNode | undefined {
  const callable = chooseCallable(scope, () => true);
  return callable && item(callNode(scope, callable, DEPTH, valueNode), ";\n");
}

/** Several results into new variables or existing places, some of them dropped. */
function tupleFromCall(scope: Scope): SourceNode | undefined {
  const { random } = scope;
  const callable = chooseCallable(scope, (c) => c.results.length > 1);
  if (!callable) return undefined;
  const call = callNode(scope, callable, 2, valueNode);
  if (random.chance(0.5)) {
    const places = callable.results.map((t): Piece => (random.chance(0.8) ? (writePlace(scope, t, 1, valueNode) ?? "") : ""));
    return places.some((p) => p !== "") ? item("(", ...join(places, ", "), ") = ", call, ";\n") : item(call, ";\n");
  }
  const declared = callable.results.map((type, i): Piece => {
    if (i > 0 && random.chance(0.2)) return "";
    const location = isReference(type) ? "memory" : "stack";
    const name = scope.fresh("v");
    scope.variables.push({ name, type, location, assignable: true });
    return `${nameOf(type)}${location === "memory" ? " memory" : ""} ${name}`;
  });
  return item("(", ...join(declared, ", "), ") = ", call, ";\n");
}

/** A local variable that points into storage. */
function storagePointer(scope: Scope): SourceNode | undefined {
  if (scope.facts.effects === "pure") return undefined;
  const roots = scope.variables.filter((v) => v.location === "storage" && isReference(v.type));
  if (roots.length === 0) return undefined;
  let { type } = scope.random.pick(roots);
  if (scope.random.chance(0.5)) {
    const part = innerType(scope, type);
    if (isReference(part)) type = part;
  }
  const place = readPlace(scope, type, 1, valueNode, (v) => v.location === "storage");
  if (!place) return undefined;
  const name = scope.fresh("p");
  scope.variables.push({ name, type, location: "storage", assignable: false });
  return item(`${nameOf(type)} storage ${name} = `, place, ";\n");
}

function earlyReturn(scope: Scope, frame: Frame): SourceNode | undefined {
  if (frame.nesting === MAX_NESTING) return undefined;
  return item("if (", value(scope, BOOL), ") ", returnNode(scope, frame));
}

/** `return ...;` of fresh values. */
export function returnNode(scope: Scope, frame: Frame): SourceNode {
  const values = frame.results.map((t) => value(scope, t));
  if (values.length === 1) return group("return ", values[0]!, ";\n");
  return values.length === 0 ? group("return;\n") : group("return (", ...join(values, ", "), ");\n");
}

function jump(scope: Scope): SourceNode | undefined {
  if (scope.loops === 0) return undefined;
  return item("if (", value(scope, BOOL), `) ${scope.random.pick(["break", "continue"])};\n`);
}
