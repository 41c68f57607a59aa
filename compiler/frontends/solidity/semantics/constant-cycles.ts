/** Constants whose values depend on each other in a circle (6161). */
import { forEachChild, type Node, type VariableDeclaration } from "../syntax/ast.js";
import type { Model } from "./model.js";

export function checkConstantCycles(m: Model): void {
  const constants = [...m.variableTypes.keys()].filter((v) => v.mutability === "constant" && v.value);
  const uses = new Map(constants.map((v) => [v, constantsIn(m, v.value!)]));
  for (const constant of constants) {
    const via = cycleFrom(constant, uses);
    if (!via) continue;
    const message = `The value of the constant ${constant.name} has a cyclic dependency via ${via.name}.`;
    m.sink.error("TypeError", "6161", message, constant.span);
  }
}

function constantsIn(m: Model, node: Node): VariableDeclaration[] {
  const found: VariableDeclaration[] = [];
  const visit = (n: Node): void => {
    const reference = n.kind === "Identifier" || n.kind === "MemberAccess" ? m.references.get(n) : undefined;
    const declaration = reference?.kind === "declaration" ? reference.declaration : undefined;
    if (declaration?.kind === "VariableDeclaration" && declaration.mutability === "constant") found.push(declaration);
    forEachChild(n, visit);
  };
  visit(node);
  return found;
}

/** The constant through which `start` comes back to itself. */
function cycleFrom(start: VariableDeclaration, uses: ReadonlyMap<VariableDeclaration, readonly VariableDeclaration[]>): VariableDeclaration | undefined {
  const seen = new Set<VariableDeclaration>();
  const reaches = (from: VariableDeclaration): boolean => {
    if (from === start) return true;
    if (seen.has(from)) return false;
    seen.add(from);
    return (uses.get(from) ?? []).some(reaches);
  };
  return (uses.get(start) ?? []).find(reaches);
}
