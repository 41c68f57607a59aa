/**
 * Arithmetic, bit operations, shifts and comparisons of value types in their own widths. Checked instructions where the
 * language checks; division by zero panics in `unchecked` code too.
 */
import { InternalError } from "../../../../diagnostics/diagnostic.js";
import type { ValueId } from "../../../../ir/module.js";
import { I1 } from "../../../../ir/ops.js";
import type { BinaryOperator } from "../../syntax/ast.js";
import type { SolType } from "../../semantics/types.js";
import type { Body } from "../body.js";
import { panicIf } from "../data/control.js";
import { isSigned, underlying, widthOf, type Value } from "../values.js";

export type ArithmeticOperator = Extract<BinaryOperator, "+" | "-" | "*" | "/" | "%" | "|" | "&" | "^">;
export type ShiftOperator = Extract<BinaryOperator, "<<" | ">>" | ">>>">;
export type ComparisonOperator = Extract<BinaryOperator, "==" | "!=" | "<" | ">" | "<=" | ">=">;

/** True where overflow wraps: in `unchecked` blocks, and everywhere before 0.8. */
export function wraps(f: Body): boolean {
  return f.unchecked || f.isOldCode;
}

const BITWISE: Readonly<Record<string, string>> = { "|": "or", "&": "and", "^": "xor" };
const WRAPPING: Readonly<Record<string, string>> = { "+": "add", "-": "sub", "*": "mul" };
const CHECKED: Readonly<Record<string, string>> = { "+": "add.checked", "-": "sub.checked", "*": "mul.checked", "/": "div.checked", "%": "rem.checked" };

/** `a op b` with both operands of `type`. */
export function arithmetic(f: Body, op: ArithmeticOperator, type: SolType, left: ValueId, right: ValueId): ValueId {
  const bitwise = BITWISE[op];
  if (bitwise !== undefined) return f.b.emit(bitwise, [left, right]);
  const sign = isSigned(type) ? "s" : "u";
  const wrapping = WRAPPING[op];
  if (wrapping !== undefined && wraps(f)) return f.b.emit(wrapping, [left, right]);
  if (f.isOldCode || (op === "/" && sign === "s" && f.unchecked)) {
    // MIN / -1 wraps to MIN; a zero divisor fails even here.
    panicIf(f.b, f.b.emit("eq", [right, f.b.const(widthOf(type), 0)]), 0x12);
    return f.b.emit(op === "/" ? `div.${sign}` : `rem.${sign}`, [left, right]);
  }
  return f.b.emit(`${CHECKED[op]!}.${sign}`, [left, right]);
}

/** `base ** exponent`; the exponent is unsigned, of any width. */
export function power(f: Body, type: SolType, base: ValueId, exponent: ValueId): ValueId {
  if (wraps(f)) return f.b.emit("exp", [base, exponent]);
  return f.b.emit(isSigned(type) ? "exp.checked.s" : "exp.checked.u", [base, exponent]);
}

/** Shifts never overflow: bits are lost, and amounts of the width or more give 0 or the sign. */
export function shift(f: Body, op: ShiftOperator, type: SolType, value: ValueId, amount: ValueId): ValueId {
  if (op === "<<") return f.b.emit("shl", [value, amount]);
  return f.b.emit(isSigned(type) && op === ">>" ? "shr.s" : "shr.u", [value, amount]);
}

const COMPARISONS: Readonly<Record<ComparisonOperator, string>> = { "==": "eq", "!=": "ne", "<": "lt", ">": "gt", "<=": "le", ">=": "ge" };

/** Compares two values of one type; external functions by address and selector. */
export function compare(f: Body, op: ComparisonOperator, left: Value, right: Value): ValueId {
  const type = underlying(left.type);
  if (left.ids.length === 2) {
    const equal = f.b.emit("and", [f.b.emit("eq", [left.ids[0]!, right.ids[0]!]), f.b.emit("eq", [left.ids[1]!, right.ids[1]!])]);
    return op === "==" ? equal : f.b.emit("not", [equal]);
  }
  const name = COMPARISONS[op];
  const suffix = name === "eq" || name === "ne" ? "" : isSigned(type) ? ".s" : ".u";
  return f.b.emit(name + suffix, [left.ids[0]!, right.ids[0]!]);
}

/** Compares two literals. */
export function compareLiterals(f: Body, op: ComparisonOperator, left: SolType, right: SolType): ValueId {
  if (left.kind !== "rational" || right.kind !== "rational") throw new InternalError("only numbers are compared");
  const difference = left.numerator * right.denominator - right.numerator * left.denominator;
  const sign = difference < 0n ? -1 : difference > 0n ? 1 : 0;
  const results: Readonly<Record<ComparisonOperator, boolean>> = {
    "==": sign === 0,
    "!=": sign !== 0,
    "<": sign < 0,
    ">": sign > 0,
    "<=": sign <= 0,
    ">=": sign >= 0,
  };
  return f.b.const(I1, results[op] ? 1 : 0);
}

/** `-x`: Panic(0x11) on the smallest value. */
export function negate(f: Body, type: SolType, value: ValueId): ValueId {
  const zero = f.b.const(widthOf(type), 0);
  return wraps(f) ? f.b.emit("sub", [zero, value]) : f.b.emit("sub.checked.s", [zero, value]);
}

/** `x + 1` or `x - 1`, for ++ and --. */
export function step(f: Body, type: SolType, value: ValueId, up: boolean): ValueId {
  return arithmetic(f, up ? "+" : "-", type, value, f.b.const(widthOf(type), 1));
}
