/** Statements by kind. */
import { InternalError } from "../../../../diagnostics/diagnostic.js";
import type { ReturnStatement, Statement, VariableDeclarationStatement } from "../../syntax/ast.js";
import type { Body } from "../body.js";
import { withoutReturnData } from "../calls/bare.js";
import { emitEvent } from "../calls/event.js";
import { revertWithError } from "../calls/fail.js";
import { splitTuple } from "../data/convert.js";
import { inlineAssembly } from "../yul/assembly.js";
import { doWhileLoop, forLoop, ifElse, whileLoop } from "./control-flow.js";
import { tryCatch } from "./try-catch.js";

export function statement(f: Body, s: Statement): void {
  switch (s.kind) {
    case "Block":
      f.scoped({ unchecked: f.unchecked || s.isUnchecked }, () => s.statements.forEach((inner) => f.statement(inner)));
      return;
    case "ExpressionStatement":
      withoutReturnData(f, s.expression);
      return;
    case "VariableDeclarationStatement":
      declaration(f, s);
      return;
    case "ReturnStatement":
      returnStatement(f, s);
      return;
    case "IfStatement":
      ifElse(f, s);
      return;
    case "ForStatement":
      forLoop(f, s);
      return;
    case "WhileStatement":
      whileLoop(f, s);
      return;
    case "DoWhileStatement":
      doWhileLoop(f, s);
      return;
    case "BreakStatement":
    case "ContinueStatement":
      if (!f.loop) throw new InternalError("break or continue outside a loop", s.span);
      f.b.jump(s.kind === "BreakStatement" ? f.loop.breakTo : f.loop.continueTo);
      return;
    case "EmitStatement":
      emitEvent(f, s.eventCall);
      return;
    case "RevertStatement":
      revertWithError(f, s.errorCall)();
      return;
    case "PlaceholderStatement":
      if (!f.placeholder) throw new InternalError("'_' outside a modifier", s.span);
      f.placeholder();
      return;
    case "TryStatement":
      tryCatch(f, s);
      return;
    case "InlineAssembly":
      inlineAssembly(f, s);
      return;
    case "ThrowStatement":
      f.b.exit("exit.invalid");
      return;
  }
}

/** Locals without a value become the zero value each time the declaration is reached. */
function declaration(f: Body, s: VariableDeclarationStatement): void {
  if (!s.initialValue) {
    for (const variable of s.declarations) if (variable) f.setLocals(f.declare(variable), f.zero(f.program.variableType(variable)).ids);
    return;
  }
  const value = s.declarations.length === 2 && !s.declarations[1] ? withoutReturnData(f, s.initialValue) : f.expr(s.initialValue);
  const only = s.declarations.length === 1 ? s.declarations[0] : undefined;
  const parts = only && value.type.kind !== "tuple" ? [value] : splitTuple(value);
  s.declarations.forEach((variable, i) => {
    if (variable) f.setLocals(f.declare(variable), f.convert(parts[i]!, f.program.variableType(variable)).ids);
  });
}

function returnStatement(f: Body, s: ReturnStatement): void {
  if (s.expression) {
    const value = f.expr(s.expression);
    const parts = f.results.length === 1 && value.type.kind !== "tuple" ? [value] : splitTuple(value);
    const converted = f.results.map((r, i) => f.convert(parts[i]!, r.type).ids);
    f.results.forEach((r, i) => f.setLocals(r.locals, converted[i]!));
  }
  f.leave();
}
