/**
 * Unary and binary operations: the order of evaluation is left, right, then the operation, as in solc's via-IR code; before 0.8 it is
 * right, left.
 */
import { InternalError } from "../../../../diagnostics/diagnostic.js";
import type { ValueId } from "../../../../ir/module.js";
import { I1 } from "../../../../ir/ops.js";
import type { BinaryOperation, BinaryOperator, Expression, FunctionDefinition, UnaryOperation } from "../../syntax/ast.js";
import type { SolType } from "../../semantics/types.js";
import type { Body } from "../body.js";
import { BOOL, UINT256 } from "../common-types.js";
import { emitIfElse, panicIf } from "../data/control.js";
import { checkMember } from "../data/convert.js";
import { deletePlace, loadPlace, storePlace } from "../places.js";
import { isSigned, underlying, widthOf, type Value } from "../values.js";
import { arithmetic, compare, compareLiterals, negate, power, shift, step, type ArithmeticOperator, type ComparisonOperator, type ShiftOperator } from "./arithmetic.js";

const COMPARISONS: ReadonlySet<BinaryOperator> = new Set(["==", "!=", "<", ">", "<=", ">="]);

export function isComparison(op: BinaryOperator): op is ComparisonOperator {
  return COMPARISONS.has(op);
}
export function isShift(op: BinaryOperator): op is ShiftOperator {
  return op === "<<" || op === ">>" || op === ">>>";
}

export function binaryOperation(f: Body, e: BinaryOperation): Value {
  const op = e.operator;
  if (op === "&&" || op === "||") return shortCircuit(f, e);
  const info = f.program.binaryInfo(e);
  const type = f.typeOf(e);
  if (info.operatorFunction) return callOperator(f, info.operatorFunction, [e.left, e.right], type);
  if (isComparison(op)) {
    const left = f.typeOf(e.left);
    const right = f.typeOf(e.right);
    if (left.kind === "rational" && right.kind === "rational") return { type, ids: [compareLiterals(f, op, left, right)] };
    const [a, b] = operandsOf(f, e);
    const operand = (value: Value): Value => checkMember(f.m, f.b, f.convert(value, info.commonType));
    return { type, ids: [compare(f, op, operand(a), operand(b))] };
  }
  const [a, b] = operandsOf(f, e);
  const left = f.convert(a, info.commonType).ids[0]!;
  if (isShift(op)) return { type, ids: [shift(f, op, info.commonType, left, amountOf(f, b))] };
  if (op === "**") return { type, ids: [power(f, info.commonType, left, amountOf(f, b))] };
  return { type, ids: [arithmetic(f, op, info.commonType, left, f.convert(b, info.commonType).ids[0]!)] };
}

function operandsOf(f: Body, e: BinaryOperation): [Value, Value] {
  if (!f.isOldCode) return [f.expr(e.left), f.expr(e.right)];
  const right = f.expr(e.right);
  return [f.expr(e.left), right];
}

/** A shift amount or exponent in its own unsigned type; literals as 256-bit numbers. Negative amounts (before 0.7) fail. */
export function amountOf(f: Body, amount: Value): ValueId {
  if (amount.type.kind === "rational") return f.convert(amount, UINT256).ids[0]!;
  const id = amount.ids[0]!;
  if (isSigned(amount.type)) panicIf(f.b, f.b.emit("lt.s", [id, f.b.const(widthOf(amount.type), 0)]), 0x11);
  return id;
}

function shortCircuit(f: Body, e: BinaryOperation): Value {
  const { b } = f;
  const left = f.exprAs(e.left, BOOL).ids[0]!;
  const right = (): ValueId[] => [f.exprAs(e.right, BOOL).ids[0]!];
  const known = (value: number) => (): ValueId[] => [b.const(I1, value)];
  const ids = e.operator === "&&" ? emitIfElse(b, left, [I1], right, known(0)) : emitIfElse(b, left, [I1], known(1), right);
  return { type: BOOL, ids };
}

/** A user-defined operator is a call of its free or library function. */
function callOperator(f: Body, definition: FunctionDefinition, operands: readonly Expression[], type: SolType): Value {
  const values = operands.map((o) => f.expr(o));
  const { parameters } = f.program.functionType(definition);
  const args = values.flatMap((v, i) => [...f.convert(v, parameters[i]!).ids]);
  return { type, ids: f.b.call(f.functions.use(definition), args) };
}

export function unaryOperation(f: Body, e: UnaryOperation): Value {
  const type = f.typeOf(e);
  const definition = f.program.unaryOperator(e);
  if (definition) return callOperator(f, definition, [e.operand], type);
  switch (e.operator) {
    case "!":
    case "~":
      return { type, ids: [f.b.emit("not", [f.exprAs(e.operand, type).ids[0]!])] };
    case "-":
      return { type, ids: [negate(f, type, f.exprAs(e.operand, type).ids[0]!)] };
    case "+":
      return f.exprAs(e.operand, type);
    case "++":
    case "--":
      return increment(f, e);
    case "delete":
      deletePlace(f, f.place(e.operand));
      return { type: { kind: "tuple", components: [] }, ids: [] };
  }
}

function increment(f: Body, e: UnaryOperation): Value {
  const place = f.place(e.operand);
  const old = loadPlace(f, place);
  if (underlying(old.type).kind !== "integer") throw new InternalError("only integers are counted up and down", e.span);
  const next: Value = { type: old.type, ids: [step(f, old.type, old.ids[0]!, e.operator === "++")] };
  storePlace(f, place, next);
  return e.isPrefix ? next : old;
}

/** Applies a compound assignment's operator to the place's value and the right side's. */
export function applyOperator(f: Body, op: BinaryOperator, type: SolType, left: Value, right: Value): Value {
  if (isShift(op)) return { type, ids: [shift(f, op, type, left.ids[0]!, amountOf(f, right))] };
  const converted = f.convert(right, type);
  return { type, ids: [arithmetic(f, op as ArithmeticOperator, type, left.ids[0]!, converted.ids[0]!)] };
}
