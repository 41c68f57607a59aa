/** What may have been meant by a member that does not exist. */
import type { CodeContext } from "./code-context.js";
import { addressMembers, magicMembers } from "./builtins.js";
import { interfaceOf } from "./interface.js";
import { quotedAlternatives, similarAmong } from "./scope.js";
import type { SolType } from "./types.js";

/** Words of other languages, and of libraries, for members of arrays. */
const arrayWords: Readonly<Record<string, string>> = {
  add: "push",
  append: "push",
  push_back: "push",
  insert: "push",
  remove: "pop",
  removeLast: "pop",
  pop_back: "pop",
  size: "length",
  len: "length",
  count: "length",
};

/** @param overloads how many members of this name there are, none of which takes the arguments */
export function memberHint(cx: CodeContext, type: SolType, name: string, overloads: number): string | undefined {
  if (overloads > 0) return `No overload of "${name}" takes these arguments.`;
  if (type.kind === "bytes" && type.isString && name === "length") return "Write bytes(s).length.";
  if (type.kind === "array" || type.kind === "bytes") {
    const word = arrayWords[name];
    if (word !== undefined) return `Did you mean "${word}"?`;
  }
  const similar = similarAmong(name, memberNames(cx, type));
  return similar.length > 0 ? `Did you mean ${quotedAlternatives(similar)}?` : undefined;
}

function memberNames(cx: CodeContext, type: SolType): readonly string[] {
  switch (type.kind) {
    case "address":
      return [...addressMembers(type, cx.line).keys()];
    case "magic":
      return [...magicMembers(type, cx.line, (contract) => cx.m.isAbstract(contract)).keys()];
    case "array":
    case "bytes":
      return ["push", "pop", "length"];
    case "struct":
      return type.definition.members.map((member) => member.name);
    case "contract":
      return interfaceOf(cx.m, type.definition).map(({ declaration }) => declaration.name);
    case "module":
      return [...(cx.m.scopes.get(type.unit)?.entries() ?? [])].map(([name]) => name);
    case "type":
      return namesInside(cx, type.actual);
    default:
      return [];
  }
}

function namesInside(cx: CodeContext, type: SolType): readonly string[] {
  if (type.kind === "enum") return type.definition.members.map((member) => member.name);
  if (type.kind === "contract") return [...(cx.m.scopes.get(type.definition)?.entries() ?? [])].map(([name]) => name);
  if (type.kind === "userValue") return ["wrap", "unwrap"];
  return type.kind === "bytes" ? ["concat"] : [];
}
