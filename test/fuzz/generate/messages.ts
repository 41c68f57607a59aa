/** Messages to this contract and to others whose failure the code handles: try/catch and low-level calls. */
import { group, item, join, type Piece, type SourceNode } from "../tree.js";
import { callNode, chooseCallable } from "./calls.js";
import { valueNode } from "./expressions.js";
import type { Scope } from "./scope.js";
import type { Frame } from "./frame.js";
import { BYTES, isReference, nameOf, UINT256, type Type } from "./types.js";

type MakeBlock = (scope: Scope, frame: Frame, count: number) => SourceNode[];

/** try/catch of a message, with some of the kinds of catch clauses. */
export function tryNode(scope: Scope, frame: Frame, block: MakeBlock): SourceNode | undefined {
  if (frame.nesting === 0 || !scope.facts.self) return undefined;
  const callable = chooseCallable(scope, (c) => c.external);
  if (!callable) return undefined;
  const { random } = scope;
  const nested: Frame = { ...frame, nesting: frame.nesting - 1 };
  const call = callNode(scope, callable, 2, valueNode);
  const isNamed = callable.results.length > 0 && random.chance(0.8);
  const names = callable.results.map(() => scope.fresh("r"));
  const success = scope.nested(() => {
    if (isNamed) callable.results.forEach((type, i) => scope.variables.push({ name: names[i]!, type, location: isReference(type) ? "memory" : "stack", assignable: true }));
    return block(scope, nested, random.between(1, 2));
  });
  const returns = isNamed ? ` returns (${callable.results.map((t, i) => `${nameOf(t)}${isReference(t) ? " memory" : ""} ${names[i]!}`).join(", ")})` : "";
  return item("try ", call, `${returns} {\n`, ...success, "}", ...catches(scope, nested, block), "\n");
}

function catches(scope: Scope, frame: Frame, block: MakeBlock): Piece[] {
  const { random } = scope;
  const clause = (head: string, name: string, type: Type): Piece =>
    scope.nested(() => {
      scope.variables.push({ name, type, location: isReference(type) ? "memory" : "stack", assignable: true });
      return group(` catch ${head} {\n`, ...block(scope, frame, random.between(1, 2)), "}");
    });
  const clauses: Piece[] = [];
  if (random.chance(0.4)) {
    const name = scope.fresh("e");
    clauses.push(clause(`Error(string memory ${name})`, name, { kind: "string" }));
  }
  if (random.chance(0.4)) {
    const name = scope.fresh("e");
    clauses.push(clause(`Panic(uint256 ${name})`, name, UINT256));
  }
  const name = scope.fresh("e");
  if (clauses.length === 0 || random.chance(0.5))
    clauses.push(random.chance(0.5) ? clause(`(bytes memory ${name})`, name, BYTES) : group(" catch {\n", ...block(scope, frame, 1), "}"));
  return clauses;
}

/** A low-level call of this contract; what it answers goes to variables. */
export function lowLevelNode(scope: Scope): SourceNode | undefined {
  if (!scope.facts.self || !scope.allows("write")) return undefined;
  const { random } = scope;
  const callable = chooseCallable(scope, (c) => c.external && c.name.startsWith("this."));
  if (!callable) return undefined;
  const args = callable.params.map((p) => valueNode(scope, p.type, 1));
  const data = group(`abi.encodeCall(${callable.name}, (`, ...join(args, ", "), "))");
  const ok = scope.fresh("ok");
  const result = scope.fresh("r");
  const kind = random.pick(["call", "call", "delegatecall", "staticcall"]);
  scope.variables.push({ name: ok, type: { kind: "bool" }, location: "stack", assignable: true }, { name: result, type: BYTES, location: "memory", assignable: true });
  return item(`(bool ${ok}, bytes memory ${result}) = address(this).${kind}(`, data, ");\n");
}
