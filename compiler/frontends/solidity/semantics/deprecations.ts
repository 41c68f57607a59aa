/** What solc 0.8 means to remove in its next line: warnings, for files of the 0.8 line only. */
import { forEachChild, type Node } from "../syntax/ast.js";
import type { Model } from "./model.js";

/** Names that become keywords. `this` and `super` are left as names of functions and events only. */
const futureKeywords: ReadonlySet<string> = new Set(["transient", "layout", "at", "error", "leave", "this", "super"]);

const declarations: ReadonlySet<Node["kind"]> = new Set<Node["kind"]>([
  "ContractDefinition",
  "FunctionDefinition",
  "ModifierDefinition",
  "EventDefinition",
  "ErrorDefinition",
  "StructDefinition",
  "EnumDefinition",
  "EnumValue",
  "UserDefinedValueTypeDefinition",
  "VariableDeclaration",
]);

export function warnOfDeprecations(m: Model): void {
  for (const unit of m.units) if (m.lineOf(unit) === "0.8") visit(m, unit);
}

function visit(m: Model, node: Node): void {
  if (declarations.has(node.kind) && "name" in node && typeof node.name === "string" && futureKeywords.has(node.name)) {
    const isReserved = (node.name === "this" || node.name === "super") && node.kind !== "FunctionDefinition" && node.kind !== "EventDefinition";
    const message = `"${node.name}" will be promoted to keyword in the future and will not be allowed as an identifier anymore.`;
    if (!isReserved) m.sink.warning("6335", message, node.span, "Rename it.");
  }
  if (node.kind === "ModifierDefinition" && node.isVirtual) {
    m.sink.warning("8429", "Virtual modifiers are deprecated and scheduled for removal.", node.span, "Let the modifier call a virtual function.");
  }
  forEachChild(node, (child) => visit(m, child));
}
