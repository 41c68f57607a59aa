/** Implicit and explicit conversions, by the rules of each language line. */
import { invalidUtf8At } from "../syntax/literals.js";
import type { LanguageLine } from "../syntax/language.js";
import type { Model } from "./model.js";
import { sameFunctionExceptMutability, sameType } from "./same-type.js";
import { isInvalid, withLocationIfReference } from "./type-factory.js";
import { integerRange, integerTypeFor, isDynamicallySized, isFractional, mobileType } from "./type-properties.js";
import type { ArrayType, BytesType, FixedPointType, FunctionType, IntegerType, RationalType, SolType, StringLiteralType, StructType } from "./types.js";

/** Whether a conversion is allowed; if not, solc's detail, where it has one. */
export type Verdict = { readonly ok: true } | { readonly ok: false; readonly detail?: string };

const YES: Verdict = { ok: true };
const NO: Verdict = { ok: false };

function verdict(ok: boolean, detail?: string): Verdict {
  return ok ? YES : detail === undefined ? NO : { ok: false, detail };
}

/** Whether a value of one type can stand where another is wanted. */
export function implicitly(m: Model, from: SolType, to: SolType): Verdict {
  if (from === to || isInvalid(from) || isInvalid(to)) return YES;
  switch (from.kind) {
    case "address":
      return verdict(to.kind === "address" && (from.payable || !to.payable));
    case "integer":
      if (to.kind === "integer") {
        // Before 0.8 a wider signed type takes an unsigned number.
        const widensToSigned = m.line !== "0.8" && !from.signed && to.signed && to.bits > from.bits;
        return verdict(widensToSigned || (from.signed === to.signed && to.bits >= from.bits));
      }
      if (to.kind !== "fixedPoint") return NO;
      return verdict(integerRange(from).max <= fixedRange(to).max && integerRange(from).min >= fixedRange(to).min);
    case "fixedPoint":
      return fixedToFixed(from, to);
    case "rational":
      return verdict(rationalFits(from, to), to.kind === "integer" ? misfit(from, to) : undefined);
    case "stringLiteral":
      return literalFits(from, to);
    case "fixedBytes":
      return verdict(to.kind === "fixedBytes" && to.size >= from.size);
    case "contract":
      return verdict(!from.isSuper && to.kind === "contract" && !to.isSuper && m.derivesFrom(from.definition, to.definition));
    case "bytes":
      return verdict(to.kind === "bytes" && to.isString === from.isString && locationsAllow(from, to));
    case "array":
      return verdict(to.kind === "array" && locationsAllow(from, to) && elementsFit(m, from, to));
    case "arraySlice":
      if (sameType(from, to)) return YES;
      return from.array.location === "calldata" && isDynamicallySized(from.array) ? implicitly(m, from.array, to) : NO;
    case "struct":
      return verdict(to.kind === "struct" && from.definition === to.definition && locationsAllow(from, to));
    case "tuple":
      return verdict(to.kind === "tuple" && componentsFit(m, from.components, to.components));
    case "function":
      return to.kind === "function" ? functionFits(from, to) : NO;
    default:
      return verdict(sameType(from, to));
  }
}

export function isImplicit(m: Model, from: SolType, to: SolType): boolean {
  return implicitly(m, from, to).ok;
}

function fixedRange(type: FixedPointType): { readonly min: bigint; readonly max: bigint } {
  const scale = 10n ** BigInt(type.decimals);
  const max = ((1n << BigInt(type.bits - (type.signed ? 1 : 0))) - 1n) / scale;
  return { min: type.signed ? -(1n << BigInt(type.bits - 1)) / scale : 0n, max };
}

function fixedToFixed(from: FixedPointType, to: SolType): Verdict {
  if (to.kind !== "fixedPoint") return NO;
  if (to.decimals < from.decimals) return verdict(false, "Too many fractional digits.");
  return verdict(to.bits >= from.bits && fixedRange(to).max >= fixedRange(from).max && fixedRange(to).min <= fixedRange(from).min);
}

/** Why a whole number has no place in an integer type. */
function misfit(from: RationalType, to: IntegerType): string | undefined {
  if (isFractional(from)) return undefined;
  if (from.numerator < 0n && !to.signed) return "Cannot implicitly convert signed literal to unsigned type.";
  return `Literal is too large to fit in ${to.signed ? "int" : "uint"}${to.bits}.`;
}

function rationalFits(from: RationalType, to: SolType): boolean {
  switch (to.kind) {
    case "integer": {
      const { min, max } = integerRange(to);
      return !isFractional(from) && from.numerator >= min && from.numerator <= max;
    }
    case "fixedPoint": {
      if (from.numerator < 0n && !to.signed) return false;
      const scaled = from.numerator * 10n ** BigInt(to.decimals);
      if (scaled % from.denominator !== 0n) return false;
      const { min, max } = integerRange({ kind: "integer", bits: to.bits, signed: to.signed });
      return scaled / from.denominator >= min && scaled / from.denominator <= max;
    }
    case "fixedBytes":
      return from.numerator === 0n || from.hexBytes === to.size;
    case "rational":
      return sameType(from, to);
    default:
      return false;
  }
}

function literalFits(from: StringLiteralType, to: SolType): Verdict {
  if (to.kind === "fixedBytes") return verdict(to.size >= from.value.length, "Literal is larger than the type.");
  if (to.kind !== "bytes") return verdict(sameType(from, to));
  if (to.isString && !from.isValidUtf8) {
    return verdict(false, `Contains invalid UTF-8 sequence at position ${invalidUtf8At(from.value)}.`);
  }
  return verdict(to.location !== "calldata" && !(to.location === "storage" && to.pointer));
}

/** Memory and call data can be copied to a place in storage, but never become a storage pointer; call data only comes from call data. */
function locationsAllow(from: ArrayType | BytesType | StructType, to: ArrayType | BytesType | StructType): boolean {
  if (to.location === "storage" && from.location !== "storage" && to.pointer) return false;
  return to.location !== "calldata" || from.location === "calldata";
}

/** A copy to storage converts element by element; elsewhere the elements stay what they are. */
function elementsFit(m: Model, from: ArrayType, to: ArrayType): boolean {
  if (to.location === "storage" && !to.pointer) {
    if (!isImplicit(m, from.element, to.element)) return false;
    return to.length === undefined || (from.length !== undefined && to.length >= from.length);
  }
  const element = withLocationIfReference(from.element, from.location);
  return sameType(element, withLocationIfReference(to.element, from.location)) && from.length === to.length;
}

function componentsFit(m: Model, from: readonly (SolType | undefined)[], to: readonly (SolType | undefined)[]): boolean {
  if (from.length !== to.length) return false;
  return to.every((target, i) => {
    const source = from[i];
    return source === undefined ? target === undefined : target === undefined || isImplicit(m, source, target);
  });
}

const mutabilityRank = { pure: 0, view: 1, nonpayable: 2, payable: 3 } as const;

function functionFits(from: FunctionType, to: FunctionType): Verdict {
  if (to.bound !== from.bound) return verdict(false, "Attached functions cannot be converted into unattached functions.");
  if (to.functionKind !== from.functionKind) return verdict(false, "Special functions cannot be converted to function types.");
  if (from.functionKind === "declaration" && from.declaration !== to.declaration) {
    return verdict(false, "Function declaration types referring to different functions cannot be converted to each other.");
  }
  if (!sameFunctionExceptMutability(from, to)) return NO;
  if (from.mutability !== "payable" && to.mutability === "payable") return NO;
  if (from.mutability === "payable" && to.mutability === "nonpayable") return YES;
  return verdict(mutabilityRank[from.mutability] <= mutabilityRank[to.mutability]);
}

/** Whether `T(x)` is allowed for a value of one type. */
export function explicitly(m: Model, from: SolType, to: SolType, line: LanguageLine): Verdict {
  const implicit = implicitly(m, from, to);
  if (implicit.ok) return YES;
  const isLoose = line !== "0.8";
  switch (from.kind) {
    case "address":
      if (to.kind === "address") return YES;
      if (to.kind === "contract") return verdict(!to.isSuper && (from.payable || !m.isPayableContract(to.definition)));
      if (isLoose && (to.kind === "integer" || to.kind === "fixedBytes")) return verdict(to.kind === "integer" || to.size === 20);
      if (from.payable) return NO;
      return verdict((to.kind === "integer" && !to.signed && to.bits === 160) || (to.kind === "fixedBytes" && to.size === 20));
    case "integer":
      return verdict(integerConverts(from, to, isLoose));
    case "fixedPoint":
      return verdict(to.kind === "fixedPoint" || to.kind === "integer");
    case "rational":
      return rationalConverts(m, from, to, line);
    case "fixedBytes":
      if (to.kind === "integer") return verdict(to.bits === from.size * 8 && (isLoose || !to.signed));
      if (to.kind === "address") return verdict((isLoose || !to.payable) && from.size === 20);
      return verdict(to.kind === "fixedBytes" || (to.kind === "fixedPoint" && to.bits === from.size * 8));
    case "contract":
      if (from.isSuper) return NO;
      return to.kind === "address" ? verdict(!to.payable || m.isPayableContract(from.definition)) : implicit;
    case "bytes":
      if (to.kind === "fixedBytes") return verdict(!from.isString && line === "0.8");
      return verdict(to.kind === "bytes" && to.location === from.location);
    case "arraySlice":
      return explicitly(m, from.array, to, line);
    case "enum":
      return verdict(to.kind === "integer" && (isLoose || !to.signed));
    case "function":
      // 0.5 took the address out of an external function.
      if (line === "0.5" && from.functionKind === "external" && to.kind === "address") return YES;
      return verdict(to.kind === "function" && (from.functionKind === "declaration") === (to.functionKind === "declaration"), implicit.detail);
    case "type":
      return verdict(to.kind === "address" && !to.payable && from.actual.kind === "contract" && from.actual.definition.contractKind === "library");
    default:
      return implicit;
  }
}

function integerConverts(from: { readonly signed: boolean; readonly bits: number }, to: SolType, isLoose: boolean): boolean {
  switch (to.kind) {
    case "integer":
      return isLoose || from.bits === to.bits || from.signed === to.signed;
    case "address":
      return isLoose || (!to.payable && !from.signed && from.bits === 160);
    case "fixedBytes":
      return from.bits === to.size * 8 && (isLoose || !from.signed);
    case "enum":
      return true;
    case "contract":
      return isLoose;
    case "fixedPoint":
      return from.signed === to.signed && from.bits === to.bits;
    default:
      return false;
  }
}

function rationalConverts(m: Model, from: RationalType, to: SolType, line: LanguageLine): Verdict {
  const isLoose = line !== "0.8";
  switch (to.kind) {
    case "fixedBytes":
      return NO;
    case "integer":
      if (!isLoose) return NO;
      break;
    case "address": {
      if (from.numerator === 0n) return YES;
      if (isLoose) break;
      const mobile = isFractional(from) ? undefined : integerTypeFor(from.numerator);
      return verdict(!to.payable && from.numerator > 0n && mobile !== undefined && mobile.bits <= 160);
    }
    case "enum":
      if (isLoose) break;
      if (from.numerator < 0n || isFractional(from) || from.numerator >= BigInt(to.definition.members.length)) return NO;
      break;
  }
  const mobile = mobileType(m, from);
  return mobile ? explicitly(m, mobile, to, line) : NO;
}
