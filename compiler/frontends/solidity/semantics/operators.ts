/** Built-in operators: the type in which an operation is computed, or why the operands do not fit. */
import type { BinaryOperator, UnaryOperator } from "../syntax/ast.js";
import { isBefore, type LanguageLine } from "../syntax/language.js";
import { isImplicit } from "./conversions.js";
import type { TypeOrFault } from "./interface-types.js";
import type { Model } from "./model.js";
import { applyBinary, applyUnary, fitsPrecision } from "./rationals.js";
import { INT256, INVALID, isInvalid, rational, UINT256, VOID } from "./type-factory.js";
import { integerTypeFor, isFractional, mobileType } from "./type-properties.js";
import type { FixedPointType, FunctionType, IntegerType, RationalType, SolType } from "./types.js";

const comparisons: ReadonlySet<BinaryOperator> = new Set<BinaryOperator>(["==", "!=", "<", ">", "<=", ">="]);
const shifts: ReadonlySet<BinaryOperator> = new Set<BinaryOperator>(["<<", ">>", ">>>"]);
const bitOperators: ReadonlySet<BinaryOperator> = new Set<BinaryOperator>(["|", "^", "&"]);

export function isComparison(operator: BinaryOperator): boolean {
  return comparisons.has(operator);
}

export function isShift(operator: BinaryOperator): boolean {
  return shifts.has(operator);
}

const NONE: TypeOrFault = { message: "" };

function fault(message: string): TypeOrFault {
  return { message };
}

/** The type to which both of two values can be converted: the type of one, or its mobile type. */
export function commonType(m: Model, a: SolType, b: SolType): SolType | undefined {
  if (isInvalid(a) || isInvalid(b)) return INVALID;
  const mobileA = mobileType(m, a);
  const mobileB = mobileType(m, b);
  if (mobileA && isImplicit(m, b, mobileA)) return mobileA;
  if (mobileB && isImplicit(m, a, mobileB)) return mobileB;
  return undefined;
}

function common(m: Model, a: SolType, b: SolType): TypeOrFault {
  const type = commonType(m, a, b);
  return type ? { type } : NONE;
}

/** The type of a unary operation's result; for `delete`, nothing. */
export function unaryResult(operator: UnaryOperator, type: SolType, line: LanguageLine): TypeOrFault {
  if (isInvalid(type)) return { type };
  switch (type.kind) {
    case "integer":
      if (operator === "delete") return { type: VOID };
      if (operator === "-") return type.signed || line !== "0.8" ? { type } : fault("Unary negation is only allowed for signed integers.");
      return operator === "++" || operator === "--" || operator === "~" ? { type } : NONE;
    case "fixedPoint":
      if (operator === "delete") return { type: VOID };
      return operator === "-" || operator === "++" || operator === "--" ? { type } : NONE;
    case "rational": {
      const value = applyUnary(operator, type);
      return value ? { type: rational(value.numerator, value.denominator) } : NONE;
    }
    case "fixedBytes":
      return operator === "delete" ? { type: VOID } : operator === "~" ? { type } : NONE;
    case "bool":
      return operator === "delete" ? { type: VOID } : operator === "!" ? { type } : NONE;
    case "contract":
      return operator === "delete" && !type.isSuper ? { type: VOID } : NONE;
    case "address":
    case "enum":
    case "function":
      return operator === "delete" ? { type: VOID } : NONE;
    case "userValue":
      return operator === "delete" ? { type: VOID } : NONE;
    case "bytes":
    case "array":
    case "struct": {
      const isDeletable = type.location === "memory" || (type.location === "storage" && !type.pointer);
      return operator === "delete" && isDeletable ? { type: VOID } : NONE;
    }
    default:
      return NONE;
  }
}

/** The type in which a binary operation is computed (for comparisons: compared); for shifts and `**` the left operand's. */
export function binaryResult(m: Model, operator: BinaryOperator, left: SolType, right: SolType): TypeOrFault {
  if (isInvalid(left) || isInvalid(right)) return { type: isInvalid(left) ? right : left };
  switch (left.kind) {
    case "integer":
      return integerResult(m, operator, left, right);
    case "fixedPoint":
      return fixedPointResult(m, operator, left, right);
    case "rational":
      return right.kind === "rational" ? literalResult(m, operator, left, right) : literalWithTyped(m, operator, left, right);
    case "fixedBytes": {
      if (isShift(operator)) return isShiftAmount(m, operator, right) ? { type: left } : NONE;
      const type = commonType(m, left, right);
      return type?.kind === "fixedBytes" && (isComparison(operator) || bitOperators.has(operator)) ? { type } : NONE;
    }
    case "bool":
      return right.kind === "bool" && ["==", "!=", "&&", "||"].includes(operator) ? { type: right } : NONE;
    case "address":
      if (isComparison(operator)) return common(m, left, right);
      return fault("Arithmetic operations on addresses are not supported. Convert to integer first before using them.");
    case "contract":
    case "enum":
      return isComparison(operator) ? common(m, left, right) : NONE;
    case "stringLiteral":
      return isComparison(operator) && right.kind === "fixedBytes" ? common(m, left, right) : NONE;
    case "function":
      return right.kind === "function" && (operator === "==" || operator === "!=") ? functionResult(m, left, right) : NONE;
    default:
      return NONE;
  }
}

/** Shift amounts are unsigned; before 0.7 variables may be signed. */
function isShiftAmount(m: Model, operator: BinaryOperator, amount: SolType): boolean {
  if (operator === ">>>") return false;
  if (amount.kind === "integer") return !amount.signed || isBefore(m.line, "0.7");
  return amount.kind === "rational" && !isFractional(amount) && integerTypeFor(amount.numerator)?.signed === false;
}

function integerResult(m: Model, operator: BinaryOperator, left: IntegerType, right: SolType): TypeOrFault {
  if (right.kind !== "rational" && right.kind !== "fixedPoint" && right.kind !== "integer") return NONE;
  if (isShift(operator)) return isShiftAmount(m, operator, right) ? { type: left } : NONE;
  if (operator === "**" && m.line === "0.5") {
    const type = commonType(m, left, right);
    if (type?.kind !== "integer") return NONE;
    return type.signed ? fault("Exponentiation is not allowed for signed integer types.") : { type };
  }
  if (operator === "**") {
    if (right.kind === "integer" && right.signed) return fault("Exponentiation power is not allowed to be a signed integer type.");
    if (right.kind === "fixedPoint") return NONE;
    if (right.kind === "rational") {
      if (isFractional(right)) return fault("Exponent is fractional.");
      if (!integerTypeFor(right.numerator)) return fault("Exponent too large.");
      if (right.numerator < 0n) return fault("Exponentiation power is not allowed to be a negative integer literal.");
    }
    return { type: left };
  }
  if (operator === "&&" || operator === "||") return NONE;
  return common(m, left, right);
}

function fixedPointResult(m: Model, operator: BinaryOperator, left: FixedPointType, right: SolType): TypeOrFault {
  const type = commonType(m, left, right);
  if (!type) return NONE;
  if (isComparison(operator)) return { type };
  return bitOperators.has(operator) || isShift(operator) || operator === "&&" || operator === "||" || operator === "**" ? NONE : { type };
}

function literalWithTyped(m: Model, operator: BinaryOperator, left: RationalType, right: SolType): TypeOrFault {
  if (right.kind === "fixedBytes") return NONE;
  if (right.kind !== "integer" && right.kind !== "fixedPoint") return NONE;
  if (isBefore(m.line, "0.7")) {
    const type = commonType(m, left, right);
    return type ? binaryResult(m, operator, type, right) : NONE;
  }
  if (isFractional(left)) return fault("Fractional literals not supported.");
  if (!integerTypeFor(left.numerator)) return fault("Literal too large.");
  const word = left.numerator < 0n ? INT256 : UINT256;
  if (isShift(operator)) return isShiftAmount(m, operator, right) ? { type: word } : NONE;
  if (operator === "**") {
    if (right.kind === "fixedPoint") return fault("Exponent is fractional.");
    return right.signed ? fault("Exponentiation power is not allowed to be a signed integer type.") : { type: word };
  }
  const type = commonType(m, left, right);
  return type ? binaryResult(m, operator, type, right) : NONE;
}

/** Comparisons of literals happen at run time in their mobile types; arithmetic is exact. */
function literalResult(m: Model, operator: BinaryOperator, left: RationalType, right: RationalType): TypeOrFault {
  if (isComparison(operator)) {
    const mobileLeft = mobileType(m, left);
    const mobileRight = mobileType(m, right);
    return mobileLeft && mobileRight ? binaryResult(m, operator, mobileLeft, mobileRight) : NONE;
  }
  const value = applyBinary(operator, left, right);
  if (!value) return NONE;
  if (!fitsPrecision(value)) return fault("Precision of rational constants is limited to 4096 bits.");
  return { type: rational(value.numerator, value.denominator) };
}

function functionResult(m: Model, left: FunctionType, right: FunctionType): TypeOrFault {
  const isPlain = (t: FunctionType): boolean => !t.gasSet && !t.valueSet && !t.saltSet && !t.bound;
  const isComparable = left.functionKind === right.functionKind && (left.functionKind === "internal" || left.functionKind === "external");
  return isComparable && isPlain(left) && isPlain(right) ? common(m, left, right) : NONE;
}
