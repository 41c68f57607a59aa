/** Rules of the tree's shape that the grammar leaves open: where statements may stand, what a modifier must hold. */
import { forEachChild, type Node } from "../syntax/ast.js";
import type { Model } from "./model.js";

interface Surroundings {
  readonly isInLoop: boolean;
  readonly isUnchecked: boolean;
}

export function checkSyntaxRules(m: Model): void {
  for (const unit of m.units) visit(m, unit, { isInLoop: false, isUnchecked: false });
}

function visit(m: Model, node: Node, around: Surroundings): void {
  const syntax = (code: string, message: string, at: Node = node): void => m.sink.error("SyntaxError", code, message, at.span);
  let inner = around;
  switch (node.kind) {
    case "ModifierDefinition":
      if (node.body && !hasPlaceholder(node.body))
        m.sink.error("SyntaxError", "2883", "Modifier body does not contain '_'.", node.body.span, "Put _; where the function's own code runs.");
      break;
    case "StructDefinition":
      if (node.members.length === 0) syntax("5306", "Defining empty structs is disallowed.");
      break;
    case "IfStatement":
      checkBody(m, node.trueBody);
      if (node.falseBody) checkBody(m, node.falseBody);
      break;
    case "WhileStatement":
    case "DoWhileStatement":
    case "ForStatement":
      checkBody(m, node.body);
      inner = { ...around, isInLoop: true };
      break;
    case "Block":
      if (node.isUnchecked && around.isUnchecked) syntax("1941", '"unchecked" blocks cannot be nested.');
      if (node.isUnchecked) inner = { ...around, isUnchecked: true };
      break;
    case "ContinueStatement":
      if (!around.isInLoop) syntax("4123", '"continue" has to be in a "for" or "while" loop.');
      break;
    case "BreakStatement":
      if (!around.isInLoop) syntax("6102", '"break" has to be in a "for" or "while" loop.');
      break;
    case "ThrowStatement":
      m.sink.error("SyntaxError", "4538", '"throw" is deprecated in favour of "revert()", "require()" and "assert()".', node.span, "Write revert().");
      break;
    case "PlaceholderStatement":
      if (around.isUnchecked) syntax("2573", 'The placeholder statement "_" cannot be used inside an "unchecked" block.');
      break;
    case "FunctionTypeName":
      for (const parameter of node.parameters) {
        if (parameter.name !== "") m.sink.warning("6162", "Naming function type parameters is deprecated.", parameter.span);
      }
      for (const result of node.returnParameters) {
        if (result.name !== "") syntax("7304", "Return parameters in function types may not be named.", result);
      }
      break;
    case "InlineAssembly":
      return;
  }
  forEachChild(node, (child) => visit(m, child, inner));
}

function checkBody(m: Model, body: Node): void {
  if (body.kind !== "VariableDeclarationStatement") return;
  m.sink.error("SyntaxError", "9079", "Variable declarations can only be used inside blocks.", body.span, "Put braces around it.");
}

function hasPlaceholder(node: Node): boolean {
  if (node.kind === "PlaceholderStatement") return true;
  let found = false;
  forEachChild(node, (child) => {
    found ||= hasPlaceholder(child);
  });
  return found;
}
