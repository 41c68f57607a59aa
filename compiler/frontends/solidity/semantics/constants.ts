/**
 * Evaluation of constant expressions from the syntax alone: array lengths are needed before expressions have types.
 * Values are exact; a constant of an integer type must fit its type.
 */
import { keccak256 } from "../../../../machine/keccak.js";
import type { BinaryOperator, Expression, VariableDeclaration } from "../syntax/ast.js";
import { isImplicit } from "./conversions.js";
import type { Model } from "./model.js";
import { binaryResult, isComparison, unaryResult } from "./operators.js";
import { applyBinary, applyUnary, literalValue, makeRational, type Rational } from "./rationals.js";
import type { NamedSymbol, Scope } from "./scope.js";
import { INVALID, rational, UINT256 } from "./type-factory.js";
import type { SolType } from "./types.js";

interface TypedValue {
  readonly type: SolType;
  readonly value: Rational;
}

const MAX_DEPTH = 32;

export class ConstantEvaluator {
  private readonly variables = new Map<VariableDeclaration, TypedValue | undefined>();
  private depth = 0;

  /** @param typeOf the declared type of a constant, resolved on request: constants may stand behind their uses */
  constructor(
    private readonly m: Model,
    private readonly typeOf: (variable: VariableDeclaration) => SolType,
  ) {}

  /** The value of an expression, or undefined if it is no constant; reports arithmetic errors and cyclic constants. */
  evaluate(expression: Expression, scope: Scope): Rational | undefined {
    return this.expression(expression, scope)?.value;
  }

  /** The operation because of which an expression of constants has no value: the innermost whose operands have one. */
  incompatible(e: Expression, scope: Scope): { readonly operator: BinaryOperator; readonly operands: readonly SolType[] } | undefined {
    if (e.kind === "TupleExpression") return e.components.length === 1 && e.components[0] ? this.incompatible(e.components[0], scope) : undefined;
    if (e.kind === "UnaryOperation") return this.incompatible(e.operand, scope);
    if (e.kind !== "BinaryOperation" || isComparison(e.operator)) return undefined;
    const left = this.expression(e.left, scope);
    const right = this.expression(e.right, scope);
    if (!left || !right) return this.incompatible(e.left, scope) ?? this.incompatible(e.right, scope);
    return this.binary(e, scope) ? undefined : { operator: e.operator, operands: [left.type, right.type] };
  }

  private expression(e: Expression, scope: Scope): TypedValue | undefined {
    switch (e.kind) {
      case "NumberLiteral": {
        const value = literalValue(e);
        return value && { type: rational(value.numerator, value.denominator), value };
      }
      case "Identifier":
        return this.named(scope.lookup(e.name));
      case "FunctionCall":
        return this.namespaceSlot(e, scope);
      case "TupleExpression":
        return !e.isInlineArray && e.components.length === 1 && e.components[0] ? this.expression(e.components[0], scope) : undefined;
      case "UnaryOperation": {
        const operand = this.expression(e.operand, scope);
        const result = operand && unaryResult(e.operator, operand.type, "0.8");
        if (!result || "message" in result) return undefined;
        return this.fitted(applyUnary(e.operator, operand.value), result.type, e, "3667");
      }
      case "BinaryOperation":
        return this.binary(e, scope);
      default:
        return undefined;
    }
  }

  private binary(e: Expression & { readonly kind: "BinaryOperation" }, scope: Scope): TypedValue | undefined {
    const left = this.expression(e.left, scope);
    const right = this.expression(e.right, scope);
    if (!left || !right || isComparison(e.operator)) return undefined;
    const result = binaryResult(this.m, e.operator, left.type, right.type);
    if ("message" in result) return undefined;
    const value = applyBinary(e.operator, truncated(left.value, result.type), truncated(right.value, result.type));
    return this.fitted(value, result.type, e, "2643");
  }

  private fitted(value: Rational | undefined, type: SolType, e: Expression, code: string): TypedValue | undefined {
    if (!value) return undefined;
    if (type.kind === "rational") return { type: rational(value.numerator, value.denominator), value };
    const whole = truncated(value, type);
    if (isImplicit(this.m, rational(whole.numerator), type)) return { type, value: whole };
    this.m.sink.error("TypeError", code, "Arithmetic error when computing constant value.", e.span);
    return { type: INVALID, value: whole };
  }

  /** `erc7201("id")`: keccak256(keccak256(id) - 1) with the last byte cleared (ERC-7201). */
  private namespaceSlot(e: Expression & { readonly kind: "FunctionCall" }, scope: Scope): TypedValue | undefined {
    const [symbol] = e.expression.kind === "Identifier" && e.expression.name === "erc7201" ? scope.lookup("erc7201") : [];
    const [id] = e.arguments;
    if (symbol?.kind !== "Builtin" || id?.kind !== "StringLiteral") return undefined;
    const hash = (data: Uint8Array): bigint => BigInt(`0x${Buffer.from(keccak256(data)).toString("hex")}`);
    const inner = (hash(id.bytes) - 1n).toString(16).padStart(64, "0");
    return { type: UINT256, value: makeRational(hash(Buffer.from(inner, "hex")) & ~0xffn) };
  }

  private named(symbols: readonly NamedSymbol[]): TypedValue | undefined {
    const [symbol] = symbols;
    if (symbols.length !== 1 || symbol!.kind !== "VariableDeclaration" || symbol.mutability !== "constant") return undefined;
    return this.variable(symbol);
  }

  private variable(variable: VariableDeclaration): TypedValue | undefined {
    if (this.variables.has(variable)) return this.variables.get(variable);
    let result: TypedValue | undefined;
    if (++this.depth > MAX_DEPTH) {
      const message = "Cyclic constant definition (or maximum recursion depth exhausted).";
      this.m.sink.error("TypeError", "5210", message, variable.span);
      this.variables.set(variable, undefined);
    } else if (variable.value) {
      const owner = this.m.contractOf.get(variable) ?? this.m.unitOf.get(variable)!;
      const value = this.expression(variable.value, this.m.scopes.get(owner)!)?.value;
      const type = this.typeOf(variable);
      if (value && type.kind === "integer" && isImplicit(this.m, rational(value.numerator), type)) result = { type, value: truncated(value, type) };
    }
    this.depth--;
    this.variables.set(variable, result);
    return result;
  }
}

function truncated(value: Rational, type: SolType): Rational {
  return type.kind === "integer" ? { numerator: value.numerator / value.denominator, denominator: 1n } : value;
}
