/** Literals: exact numbers, addresses with their checksum, strings. */
import { keccak256 } from "../../../../machine/keccak.js";
import type { NumberLiteral, StringLiteral } from "../syntax/ast.js";
import { isBefore } from "../syntax/language.js";
import { invalidUtf8At } from "../syntax/literals.js";
import { FAILED, type CodeContext, type Result } from "./code-context.js";
import { literalValue } from "./rationals.js";
import { ADDRESS, PAYABLE_ADDRESS, rational } from "./type-factory.js";

/** The address with the capitals of EIP-55. @param digits 40 hex digits without prefix */
export function checksummed(digits: string): string {
  const lower = digits.toLowerCase();
  const hash = Buffer.from(keccak256(new TextEncoder().encode(lower))).toString("hex");
  return lower.replace(/./g, (digit, i: number) => (parseInt(hash[i]!, 16) >= 8 ? digit.toUpperCase() : digit));
}

/** 39 to 41 hex digits are taken for an address. */
function looksLikeAddress(literal: NumberLiteral): boolean {
  const digits = literal.value.length - 2;
  return literal.isHex && literal.subDenomination === undefined && Math.abs(digits - 40) <= 1;
}

export function checkNumber(cx: CodeContext, e: NumberLiteral): Result {
  if (looksLikeAddress(e)) return checkAddress(cx, e);
  if (e.isHex && e.subDenomination !== undefined) {
    const message = 'Hexadecimal numbers cannot be used with unit denominations. You can use an expression of the form "0x1234 * 1 days" instead.';
    return cx.fail("5145", message, e.span);
  }
  if (e.subDenomination === "years") cx.error("4820", 'Using "years" as a unit denomination is deprecated.', e.span, "Write 365 days.");
  const isOldUnit = e.subDenomination === "szabo" || e.subDenomination === "finney";
  if (isOldUnit && !isBefore(cx.line, "0.7")) return cx.fail("2145", `The denomination "${e.subDenomination}" is not available.`, e.span, "Use a power of ten: 1e12, 1e15.");
  const value = literalValue(e);
  if (!value) return cx.fail("2826", "Invalid literal value.", e.span);
  const digits = e.value.length - 2;
  const hexBytes = e.isHex && digits % 2 === 0 && digits <= 64 ? digits / 2 : undefined;
  return { type: rational(value.numerator, value.denominator, hexBytes), isPure: true };
}

function checkAddress(cx: CodeContext, e: NumberLiteral): Result {
  const digits = e.value.slice(2);
  const advice = " If this is not used as an address, please prepend '00'. For more information please see https://docs.soliditylang.org/en/develop/types.html#address-literals";
  const fault = (message: string, hint?: string): void => cx.error("9429", message + advice, e.span, hint, undefined, "SyntaxError");
  if (digits.length !== 40) fault(`This looks like an address but is not exactly 40 hex digits. It is ${digits.length} hex digits.`);
  else if (checksummed(digits) !== digits) {
    const correct = `0x${checksummed(digits)}`;
    fault(`This looks like an address but has an invalid checksum. Correct checksummed address: "${correct}".`, `Write ${correct}.`);
  }
  return { type: isBefore(cx.line, "0.8") ? PAYABLE_ADDRESS : ADDRESS, isPure: true };
}

export function checkString(cx: CodeContext, e: StringLiteral): Result {
  const invalidAt = invalidUtf8At(e.bytes);
  if (e.literalKind === "unicode" && invalidAt >= 0) {
    cx.error("8452", `Contains invalid UTF-8 sequence at position ${invalidAt}.`, e.span, undefined, undefined, "SyntaxError");
    return FAILED;
  }
  return { type: { kind: "stringLiteral", value: e.bytes, isValidUtf8: invalidAt < 0 }, isPure: true };
}
