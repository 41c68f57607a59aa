/** Rules for comparisons: decided ones, ends of the range, and comparisons of extended values, which need the narrow type only. */
import type { Inst, ValueId } from "../../ir/module.js";
import { mask, type Rule, type SimplifyContext } from "./context.js";

/** x op x. */
const REFLEXIVE: ReadonlyMap<string, bigint> = new Map([
  ["eq", 1n],
  ["ne", 0n],
  ["lt.u", 0n],
  ["gt.u", 0n],
  ["le.u", 1n],
  ["ge.u", 1n],
  ["lt.s", 0n],
  ["gt.s", 0n],
  ["le.s", 1n],
  ["ge.s", 1n],
]);

/** a op b is b swapped(op) a. */
const SWAPPED: ReadonlyMap<string, string> = new Map([
  ["eq", "eq"],
  ["ne", "ne"],
  ["lt.u", "gt.u"],
  ["gt.u", "lt.u"],
  ["le.u", "ge.u"],
  ["ge.u", "le.u"],
  ["lt.s", "gt.s"],
  ["gt.s", "lt.s"],
  ["le.s", "ge.s"],
  ["ge.s", "le.s"],
]);

const compare: Rule = (inst, cx) => {
  const [x, y] = inst.args as [ValueId, ValueId];
  if (x === y) return cx.const(1, REFLEXIVE.get(inst.op)!);
  if (cx.constOf(x) !== undefined && cx.constOf(y) === undefined) return cx.emit(SWAPPED.get(inst.op)!, [y, x], 1);
  return ofExtensions(inst, cx) ?? atEnds(inst, cx) ?? ofBooleans(inst, cx) ?? ofDifference(inst, cx);
};

/** Comparisons with the smallest and largest unsigned number, and with 1. */
function atEnds(inst: Inst, cx: SimplifyContext): ValueId | undefined {
  const [x, y] = inst.args as [ValueId, ValueId];
  const type = cx.type(x);
  const c = cx.constOf(y);
  if (c === undefined) return undefined;
  const zero = (op: string): ValueId => cx.emit(op, [x, c === 0n ? y : cx.const(type, 0n)], 1);
  switch (inst.op) {
    case "lt.u":
      return c === 0n ? cx.const(1, 0n) : c === 1n ? zero("eq") : undefined;
    case "ge.u":
      return c === 0n ? cx.const(1, 1n) : c === 1n ? zero("ne") : undefined;
    case "gt.u":
      return c === mask(type) ? cx.const(1, 0n) : c === 0n ? zero("ne") : undefined;
    case "le.u":
      return c === mask(type) ? cx.const(1, 1n) : c === 0n ? zero("eq") : undefined;
    default:
      return undefined;
  }
}

/** A truth value compared with a constant is itself or its complement. */
function ofBooleans(inst: Inst, cx: SimplifyContext): ValueId | undefined {
  const [x, y] = inst.args as [ValueId, ValueId];
  const c = cx.constOf(y);
  if (cx.type(x) !== 1 || c === undefined || (inst.op !== "eq" && inst.op !== "ne")) return undefined;
  return (inst.op === "eq") === (c === 1n) ? x : cx.emit("not", [x], 1);
}

/** x - y == 0 and x ^ y == 0 where they wrap: x == y. */
function ofDifference(inst: Inst, cx: SimplifyContext): ValueId | undefined {
  const [x, y] = inst.args as [ValueId, ValueId];
  if ((inst.op !== "eq" && inst.op !== "ne") || cx.constOf(y) !== 0n) return undefined;
  const inner = cx.def(x, "sub") ?? cx.def(x, "xor");
  return inner && cx.emit(inst.op, [cx.arg(inner, 0), cx.arg(inner, 1)], 1);
}

/** Comparisons of extended values. Both extensions keep the unsigned order; zero extensions are not negative. */
function ofExtensions(inst: Inst, cx: SimplifyContext): ValueId | undefined {
  const [x, y] = inst.args as [ValueId, ValueId];
  const a = cx.def(x, "zext") ?? cx.def(x, "sext");
  if (!a) return undefined;
  const source = cx.arg(a, 0);
  const c = cx.constOf(y);
  if (c !== undefined) return withConstant(inst, a, source, c, cx);
  const b = cx.def(y, a.op);
  if (!b) return undefined;
  const other = cx.arg(b, 0);
  const common = Math.max(cx.type(source), cx.type(other));
  if (a.op === "sext" && cx.type(source) !== cx.type(other)) return undefined;
  return cx.emit(narrowed(inst.op, a.op), [cx.resize(source, common), cx.resize(other, common)], 1);
}

function narrowed(op: string, extension: string): string {
  return extension === "zext" && op.endsWith(".s") ? op.replace(/s$/, "u") : op;
}

function withConstant(inst: Inst, extension: Inst, source: ValueId, c: bigint, cx: SimplifyContext): ValueId | undefined {
  const [type, wide] = [cx.type(source), cx.type(inst.args[0]!)];
  const low = BigInt.asUintN(type, c);
  const extended = extension.op === "zext" ? low : BigInt.asUintN(wide, BigInt.asIntN(type, low));
  if (extended === c) return cx.emit(narrowed(inst.op, extension.op), [source, cx.const(type, low)], 1);
  if (inst.op === "eq" || inst.op === "ne") return cx.const(1, inst.op === "ne" ? 1n : 0n);
  if (extension.op !== "zext") return undefined;
  // The constant is beyond all values of the narrow type, above them or (signed) below.
  const below = inst.op.endsWith(".s") && BigInt.asIntN(wide, c) < 0n;
  const isLess = inst.op.startsWith("l");
  return cx.const(1, isLess !== below ? 1n : 0n);
}

export const COMPARE_RULES: readonly (readonly [string, Rule])[] = [...REFLEXIVE.keys()].map((op) => [op, compare]);
