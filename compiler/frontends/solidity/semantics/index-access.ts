/** `a[i]` of arrays, mappings, bytesN and types, and slices `a[i:j]`. */
import type { IndexAccess, IndexRangeAccess } from "../syntax/ast.js";
import { FAILED, type CodeContext, type Result } from "./code-context.js";
import { expectType } from "./expectations.js";
import { arrayType, fixedBytes, INVALID, isInvalid, typeType, UINT256 } from "./type-factory.js";
import { isDynamicallyEncoded, isDynamicallySized } from "./type-properties.js";
import type { ArrayType, BytesType, SolType } from "./types.js";

export function checkIndexAccess(cx: CodeContext, e: IndexAccess): Result {
  const base = cx.visit(e.base);
  const isPure = (): boolean => cx.isPure(e.base) && cx.isPure(e.index);
  switch (base.kind) {
    case "arraySlice":
      if (base.array.location !== "calldata" || !isDynamicallySized(base.array)) {
        cx.error("4802", "Index access is only implemented for slices of dynamic calldata arrays.", e.span);
      }
      return arrayElement(cx, e, base.array);
    case "array":
    case "bytes":
      return arrayElement(cx, e, base);
    case "mapping":
      if (!e.index) cx.error("1267", "Index expression cannot be omitted.", e.span);
      else expectType(cx, e.index, base.key);
      return { type: base.value, isPure: isPure(), isLValue: true };
    case "type":
      return arrayTypeExpression(cx, e, base.actual);
    case "fixedBytes":
      if (!e.index) cx.error("8830", "Index expression cannot be omitted.", e.span);
      else if (expectType(cx, e.index, UINT256)) checkBound(cx, e, BigInt(base.size), "1859");
      return { type: fixedBytes(1), isPure: isPure() };
    default:
      if (e.index) cx.visit(e.index);
      if (isInvalid(base)) return FAILED;
      return cx.fail("2614", `Indexed expression has to be a type, mapping or array (is ${cx.show(base)})`, e.base.span);
  }
}

function arrayElement(cx: CodeContext, e: IndexAccess, array: ArrayType | BytesType): Result {
  if (!e.index) cx.error("9689", "Index expression cannot be omitted.", e.span);
  else if (array.kind === "bytes" && array.isString) {
    cx.error("9961", "Index access for string is not possible.", e.span, "Convert it to bytes: bytes(s)[i].");
    cx.visit(e.index);
  } else if (expectType(cx, e.index, UINT256) && array.kind === "array" && array.length !== undefined) {
    checkBound(cx, e, array.length, "3383");
  }
  const isPure = cx.isPure(e.base) && cx.isPure(e.index);
  return { type: array.kind === "bytes" ? fixedBytes(1) : array.element, isPure, isLValue: array.location !== "calldata" };
}

function checkBound(cx: CodeContext, e: IndexAccess, length: bigint, code: string): void {
  const index = e.index ? cx.typeOf(e.index) : INVALID;
  if (index.kind === "rational" && index.numerator >= length) cx.error(code, "Out of bounds array access.", e.span);
}

/** `uint[]`, `S[3]` as expressions. */
function arrayTypeExpression(cx: CodeContext, e: IndexAccess, element: SolType): Result {
  if (element.kind === "contract" && element.definition.contractKind === "library") {
    cx.error("2876", "Index access for library types and arrays of libraries are not possible.", e.span);
  }
  if (!e.index) return { type: typeType(arrayType(element, undefined, "memory")), isPure: cx.isPure(e.base) };
  let length = 1n;
  if (expectType(cx, e.index, UINT256)) {
    const index = cx.typeOf(e.index);
    if (isInvalid(index)) return FAILED;
    if (index.kind !== "rational") return cx.fail("3940", "Integer constant expected.", e.index.span);
    length = index.numerator;
  }
  return { type: typeType(arrayType(element, length, "memory")), isPure: cx.isPure(e.base) && cx.isPure(e.index) };
}

export function checkIndexRange(cx: CodeContext, e: IndexRangeAccess): Result {
  const base = cx.visit(e.base);
  if (e.start) expectType(cx, e.start, UINT256);
  if (e.end) expectType(cx, e.end, UINT256);
  if (isInvalid(base)) return FAILED;
  if (base.kind === "type") return cx.fail("1760", "Types cannot be sliced.", e.span);
  const array = base.kind === "arraySlice" ? base.array : base;
  if (array.kind !== "array" && array.kind !== "bytes") return cx.fail("4781", "Index range access is only possible for arrays and array slices.", e.span);
  if (array.location !== "calldata" || !isDynamicallySized(array)) {
    cx.error("1227", "Index range access is only supported for dynamic calldata arrays.", e.span);
  } else if (array.kind === "array" && isDynamicallyEncoded(cx.m, array.element)) {
    cx.error("2148", "Index range access is not supported for arrays with dynamically encoded base types.", e.span);
  }
  const isPure = cx.isPure(e.base) && cx.isPure(e.start) && cx.isPure(e.end);
  return { type: { kind: "arraySlice", array }, isPure };
}
