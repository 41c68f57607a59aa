/** Values that are functions, contracts and amounts: calls through function pointers, creations with their failures caught, transfers. */
import { group, item, join, type Piece, type SourceNode } from "../tree.js";
import { callNode, chooseCallable } from "./calls.js";
import { valueNode } from "./expressions.js";
import { writePlace } from "./places.js";
import type { Callable, Scope } from "./scope.js";
import { ADDRESS, BOOL, isReference, nameOf, type Type } from "./types.js";

/** `function (T) internal returns (R) p = f; ... p(e)`; at times the pointer may stay unset. */
export function pointerNode(scope: Scope): SourceNode | undefined {
  const { random } = scope;
  const callable = chooseCallable(scope, (c) => !/[.]/.test(c.name) || (c.external && c.name.startsWith("this.")));
  if (!callable || callable.payable) return undefined;
  const name = scope.fresh("fp");
  const type = pointerType(callable);
  const call = item(callNode(scope, { ...callable, name, attached: false }, 2, valueNode), ";\n");
  if (random.chance(0.2)) return item(`${type} ${name};\n`, item("if (", valueNode(scope, BOOL, 1), `) ${name} = ${callable.name};\n`), call);
  return item(`${type} ${name} = ${callable.name};\n`, call);
}

function pointerType({ params, results, external, effects }: Callable): string {
  const list = params.map((p) => {
    const location = !isReference(p.type) ? "" : external ? " memory" : ` ${p.location}`;
    return `${nameOf(p.type)}${location}`;
  });
  const returned = results.map((t) => `${nameOf(t)}${isReference(t) ? " memory" : ""}`).join(", ");
  return `function(${list.join(", ")}) ${external ? "external" : "internal"}${effects === "write" ? "" : ` ${effects}`}${returned === "" ? "" : ` returns (${returned})`}`;
}

/** `try new D(...)`: whether it worked goes to a variable. */
export function creationNode(scope: Scope): SourceNode | undefined {
  const creations = scope.creations;
  if (creations.length === 0 || !scope.allows("write") || !scope.facts.self || !scope.spend(200)) return undefined;
  const creation = scope.random.pick(creations);
  const place = writePlace(scope, BOOL, 1, valueNode);
  if (!place) return undefined;
  const args = join(
    creation.params.map((t) => valueNode(scope, t, 1)),
    ", ",
  );
  const salt: Piece = scope.random.chance(0.3) ? group("{salt: ", valueNode(scope, { kind: "fixedBytes", size: 32 }, 1), "}") : "";
  const name = scope.fresh("n");
  return item(
    `try new ${creation.name}`,
    salt,
    "(",
    ...args,
    `) returns (${creation.name} ${name}) {\n`,
    place,
    ` = address(${name}).code.length > 0;\n} catch {\n`,
    place,
    " = false;\n}\n",
  );
}

/** Sends a little to an address that has no code, or asks for balances. */
export function etherNode(scope: Scope): SourceNode | undefined {
  if (!scope.facts.self || !scope.allows("write") || !scope.facts.payable) return undefined;
  const place = writePlace(scope, BOOL, 1, valueNode);
  if (!place) return undefined;
  const { random } = scope;
  if (random.chance(0.5)) return item(place, ` = address(this).balance >= ${random.below(3)} gwei;\n`);
  return item("(", place, `, ) = address(uint160(0xabcdef00 + ${random.below(3)})).call{value: ${random.below(3)} gwei}("");\n`);
}

/** One byte of a byte string, read or written. */
export function byteNode(scope: Scope): SourceNode | undefined {
  const { random } = scope;
  const strings = scope.readable().filter((v) => v.type.kind === "bytes" && (v.location === "memory" || (v.location === "storage" && scope.allows("write"))));
  if (strings.length === 0 || scope.facts.isCalm) return undefined;
  const { name } = random.pick(strings);
  const index = group(valueNode(scope, { kind: "uint", bits: 256 }, 1), random.chance(0.8) ? ` % ${name}.length` : "");
  return item(`${name}[`, index, "] = ", valueNode(scope, { kind: "fixedBytes", size: 1 }, 2), ";\n");
}

/** What a message or transaction tells, where that is the same on every chain. */
export function environmentNode(scope: Scope): SourceNode | undefined {
  if (scope.facts.effects === "pure" || !scope.facts.sender) return undefined;
  const facts: readonly (readonly [Type, string])[] = [
    [{ kind: "bytes" }, "msg.data"],
    [{ kind: "fixedBytes", size: 4 }, "msg.sig"],
    [ADDRESS, "tx.origin"],
  ];
  const [type, text] = scope.random.pick(facts);
  const place = writePlace(scope, type, 1, valueNode);
  return place && item(place, ` = ${text};\n`);
}
