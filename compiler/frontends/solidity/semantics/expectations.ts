/** Checks that an expression fits what its context wants: a type, or a place that can be written. */
import type { Expression } from "../syntax/ast.js";
import type { CodeContext } from "./code-context.js";
import { explicitly, implicitly } from "./conversions.js";
import { sameType } from "./same-type.js";
import { isReference } from "./type-factory.js";
import { isFractional, mobileType } from "./type-properties.js";
import type { SolType } from "./types.js";

/** Adds solc's detail to a message. */
export function withDetail(message: string, detail: string | undefined): string {
  return detail === undefined || detail === "" ? message : `${message} ${detail}`;
}

/** Codes of one sort of mismatch: in general, and for fractions whose fixed-point type fits or does not. */
export interface MismatchCodes {
  readonly general: string;
  readonly fractionFits: string;
  readonly fractionOther: string;
}

const valueCodes: MismatchCodes = { general: "7407", fractionFits: "4426", fractionOther: "2326" };

/** Checks an expression and that it converts to the wanted type; false after a report. */
export function expectType(cx: CodeContext, e: Expression, wanted: SolType): boolean {
  return expectConvertible(cx, cx.visit(e), wanted, e, valueCodes);
}

/** Whether a checked type converts to the wanted one; reports a mismatch at `at`. */
export function expectConvertible(cx: CodeContext, type: SolType, wanted: SolType, at: Pick<Expression, "span">, codes: MismatchCodes): boolean {
  const verdict = implicitly(cx.m, type, wanted);
  if (verdict.ok) return true;
  const message = `Type ${cx.show(type)} is not implicitly convertible to expected type ${cx.show(wanted)}`;
  const mobile = type.kind === "rational" && isFractional(type) ? mobileType(cx.m, type) : undefined;
  if (!mobile) cx.error(codes.general, withDetail(`${message}.`, verdict.detail), at.span, conversionHint(cx, type, wanted));
  else if (sameType(mobile, wanted)) cx.error(codes.fractionFits, `${message}, but it can be explicitly converted.`, at.span);
  else cx.error(codes.fractionOther, `${message}. Try converting to type ${cx.show(mobile)} or use an explicit conversion.`, at.span);
  return false;
}

/** What to write where an explicit conversion would do. */
export function conversionHint(cx: CodeContext, from: SolType, to: SolType): string | undefined {
  if (to.kind === "address" && to.payable && from.kind === "address") return "Write payable(...) around the value.";
  if (isReference(to) && isReference(from)) return undefined;
  if (!explicitly(cx.m, from, to, cx.line).ok) return undefined;
  const name = to.kind === "contract" ? to.definition.name : to.kind === "enum" ? cx.m.canonicalName(to.definition) : cx.show(to);
  return `Convert it explicitly, ${name}(...), if that is what you mean.`;
}

/** Checks an expression that is written to; reports what cannot be. */
export function requireLValue(cx: CodeContext, e: Expression, write: "assign" | "modify"): SolType {
  const type = cx.visit(e, { write });
  if (!cx.isLValue(e)) {
    const [code, message] = writeFault(cx, e);
    if (!isResize(cx, e)) cx.error(code, message, e.span);
  }
  return type;
}

/** `a.length = n` before 0.6, which resizes a dynamic array in storage. */
function isResize(cx: CodeContext, e: Expression): boolean {
  if (cx.line !== "0.5" || e.kind !== "MemberAccess" || e.memberName !== "length") return false;
  const base = cx.typeOf(e.expression);
  const isDynamic = (base.kind === "array" && base.length === undefined) || (base.kind === "bytes" && !base.isString);
  return isDynamic && base.location === "storage";
}

function writeFault(cx: CodeContext, e: Expression): readonly [string, string] {
  if (e.kind === "Identifier") {
    const reference = cx.m.references.get(e);
    const isConstant = reference?.kind === "declaration" && reference.declaration.kind === "VariableDeclaration" && reference.declaration.mutability === "constant";
    if (isConstant) return ["6520", "Cannot assign to a constant variable."];
  } else if (e.kind === "IndexAccess") {
    const base = cx.typeOf(e.base);
    if (base.kind === "fixedBytes") return ["4360", "Single bytes in fixed bytes arrays cannot be modified."];
    if (isReference(base) && base.location === "calldata") return ["6182", "Calldata arrays are read-only."];
  } else if (e.kind === "MemberAccess") {
    const base = cx.typeOf(e.expression);
    if (base.kind === "struct" && base.location === "calldata") return ["4156", "Calldata structs are read-only."];
    const isArray = base.kind === "array" || base.kind === "bytes";
    if (isArray && e.memberName === "length") return ["7567", 'Member "length" is read-only and cannot be used to resize arrays.'];
  }
  return ["4247", "Expression has to be an lvalue."];
}
