/** Yul expressions. Arguments are evaluated from right to left, as the EVM dialect prescribes. */
import { InternalError } from "../../../../diagnostics/diagnostic.js";
import type { Func, ValueId } from "../../../../ir/module.js";
import { I256 } from "../../../../ir/ops.js";
import type { YulExpression, YulFunctionCall, YulIdentifier, YulLiteral } from "../../syntax/ast.js";
import { literalWord } from "../data/memory.js";
import { builtin, comparison, type Operand } from "./builtins.js";
import { readSolidity } from "./solidity-variables.js";
import type { YulFunction, YulState } from "./state.js";

/** How calls of Yul functions get their IR functions; given by the statement lowering, which lowers the bodies. */
export type FunctionLowerer = (y: YulState, callee: YulFunction) => Func;

export class YulExpressions {
  constructor(private readonly functionOf: FunctionLowerer) {}

  /** Evaluates an expression to any number of words. */
  values(y: YulState, e: YulExpression): ValueId[] {
    return y.f.spanned(e.span, () => {
      switch (e.kind) {
        case "YulLiteral":
          return [y.b.const(I256, literalValue(e))];
        case "YulIdentifier":
          return [this.identifier(y, e)];
        case "YulFunctionCall":
          return this.call(y, e);
      }
    });
  }

  /** Evaluates an expression to one word. */
  word(y: YulState, e: YulExpression): ValueId {
    const [value] = this.values(y, e);
    // Behind an instruction that ends the execution there is no value, and nothing that could use it runs.
    return value ?? y.b.const(I256, 0);
  }

  /** Evaluates a condition to i1. */
  condition(y: YulState, e: YulExpression): ValueId {
    const isCall = e.kind === "YulFunctionCall" && !y.scope.function(e.functionName.name);
    const truth = isCall && isComparison(e.functionName.name) ? y.f.spanned(e.span, () => comparison(y, e.functionName.name, this.operands(y, e))) : undefined;
    return truth ?? y.b.emit("ne", [this.word(y, e), y.b.const(I256, 0)]);
  }

  private identifier(y: YulState, e: YulIdentifier): ValueId {
    const local = e.suffix === undefined ? y.scope.variable(e.name) : undefined;
    if (local !== undefined) return y.b.localGet(local);
    const reference = y.f.program.yulReference(e);
    if (!reference) throw new InternalError(`'${e.name}' in inline assembly is not resolved`, e.span);
    return readSolidity(y, reference);
  }

  private call(y: YulState, e: YulFunctionCall): ValueId[] {
    const callee = y.scope.function(e.functionName.name);
    const operands = this.operands(y, e);
    if (!callee) return builtin(y, e, operands);
    const args = operands.map((o) => ("literal" in o ? y.b.const(I256, o.literal) : o.value));
    return y.b.call(this.functionOf(y, callee), args);
  }

  private operands(y: YulState, e: YulFunctionCall): Operand[] {
    const operands = new Array<Operand>(e.arguments.length);
    for (let i = e.arguments.length - 1; i >= 0; i--) {
      const argument = e.arguments[i]!;
      operands[i] = argument.kind === "YulLiteral" ? { literal: literalValue(argument) } : { value: this.word(y, argument) };
    }
    return operands;
  }
}

function isComparison(name: string): boolean {
  return ["lt", "gt", "slt", "sgt", "eq", "iszero"].includes(name);
}

/** A literal's word; strings stand at the high end. */
export function literalValue(e: YulLiteral): bigint {
  switch (e.literalKind) {
    case "number":
      return BigInt(e.value);
    case "boolean":
      return e.value === "true" ? 1n : 0n;
    default:
      return literalWord(e.bytes, 0);
  }
}
