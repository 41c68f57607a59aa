/** Conditions as control flow: `a && b` branches twice instead of making a truth value first. */
import type { Block } from "../../../../ir/module.js";
import type { Expression } from "../../syntax/ast.js";
import type { Body } from "../body.js";
import { BOOL } from "../common-types.js";

/** Continues in `yes` where the expression is true, else in `no`. */
export function branchOn(f: Body, e: Expression, yes: Block, no: Block): void {
  if (e.kind === "TupleExpression" && e.components.length === 1 && e.components[0]) {
    branchOn(f, e.components[0], yes, no);
    return;
  }
  if (e.kind === "UnaryOperation" && e.operator === "!" && !f.program.unaryOperator(e)) {
    branchOn(f, e.operand, no, yes);
    return;
  }
  if (e.kind === "BinaryOperation" && (e.operator === "&&" || e.operator === "||")) {
    const right = f.b.newBlock();
    if (e.operator === "&&") branchOn(f, e.left, right, no);
    else branchOn(f, e.left, yes, right);
    f.b.at(right);
    branchOn(f, e.right, yes, no);
    return;
  }
  f.b.branch(f.exprAs(e, BOOL).ids[0]!, yes, no);
}
