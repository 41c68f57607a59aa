/** Rules for conversions: extensions of extensions, truncations of extensions, arithmetic that only its low bits are used of. */
import type { Inst, ValueId } from "../../ir/module.js";
import { mask, type Rule, type SimplifyContext } from "./context.js";

const zext: Rule = (inst, cx) => {
  const inner = cx.def(inst.args[0]!, "zext");
  return inner && cx.emit("zext", [cx.arg(inner, 0)], cx.type(inst.results[0]!));
};

const sext: Rule = (inst, cx) => {
  const inner = cx.def(inst.args[0]!, "zext") ?? cx.def(inst.args[0]!, "sext");
  return inner && cx.emit(inner.op, [cx.arg(inner, 0)], cx.type(inst.results[0]!));
};

const trunc: Rule = (inst, cx) => {
  const [x] = inst.args as [ValueId];
  const to = cx.type(inst.results[0]!);
  const inner = cx.def(x);
  if (!inner) return undefined;
  switch (inner.op) {
    case "trunc":
      return cx.emit("trunc", [cx.arg(inner, 0)], to);
    case "zext":
    case "sext": {
      const source = cx.arg(inner, 0);
      const from = cx.type(source);
      if (from >= to) return cx.resize(source, to);
      return cx.emit(inner.op, [source], to);
    }
    case "and":
      return masked(inner, to, cx) ?? low(inner, to, cx);
    case "add":
    case "sub":
    case "mul":
    case "or":
    case "xor":
    case "not":
      return low(inner, to, cx);
    default:
      return undefined;
  }
};

/** A mask that keeps at least the low bits changes nothing. */
function masked(inner: Inst, to: number, cx: SimplifyContext): ValueId | undefined {
  const c = cx.constOf(inner.args[1]!);
  return c !== undefined && (c & mask(to)) === mask(to) ? cx.emit("trunc", [cx.arg(inner, 0)], to) : undefined;
}

/** The low bits of sums, products and bitwise operations depend on the operands' low bits only. Done where the operands' are at hand. */
function low(inner: Inst, to: number, cx: SimplifyContext): ValueId | undefined {
  if (!cx.usedOnce(inner.results[0]!)) return undefined;
  const operands = inner.args.map((_, i) => cx.arg(inner, i));
  if (!operands.every((operand) => isCheapToNarrow(operand, to, cx))) return undefined;
  return cx.emit(
    inner.op,
    operands.map((operand) => narrow(operand, to, cx)),
    to,
  );
}

function isCheapToNarrow(value: ValueId, to: number, cx: SimplifyContext): boolean {
  if (cx.constOf(value) !== undefined) return true;
  const extension = cx.def(value, "zext") ?? cx.def(value, "sext");
  return extension !== undefined && cx.type(extension.args[0]!) <= to;
}

function narrow(value: ValueId, to: number, cx: SimplifyContext): ValueId {
  const constant = cx.constOf(value);
  if (constant !== undefined) return cx.const(to, constant);
  const extension = cx.def(value)!;
  const source = cx.arg(extension, 0);
  return cx.type(source) === to ? source : cx.emit(extension.op, [source], to);
}

export const CONVERT_RULES: readonly (readonly [string, Rule])[] = [
  ["zext", zext],
  ["sext", sext],
  ["trunc", trunc],
];
