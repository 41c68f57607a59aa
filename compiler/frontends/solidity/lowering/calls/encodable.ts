/**
 * Arguments of external calls, events and abi.encode in the form that the encoder takes: references stay where they are, since it
 * reads every location; only what has another encoding is converted.
 */
import type { SolType } from "../../semantics/types.js";
import type { Body } from "../body.js";
import { UINT256 } from "../common-types.js";
import { checkMember } from "../data/convert.js";
import { atLocation, isReference, typeKey } from "../data/shapes.js";
import { underlying, type Value } from "../values.js";

/** A value to be encoded as `parameter`. */
export function encodable(f: Body, value: Value, parameter: SolType): Value {
  const to = underlying(parameter);
  const from = value.type.kind === "arraySlice" ? value.type.array : underlying(value.type);
  if (!isReference(to)) return checkMember(f.m, f.b, f.convert(value, parameter));
  // Storage parameters (of libraries) are references themselves.
  if (to.location === "storage" || to.location === "transient") return f.convert(value, parameter);
  const encodesAlike = from.kind === "stringLiteral" || (from.kind === "bytes" && to.kind === "bytes");
  if (encodesAlike) return value;
  const isSame = isReference(from) && typeKey(atLocation(from, "memory")) === typeKey(atLocation(to, "memory"));
  return isSame ? value : f.convert(value, atLocation(to, "memory"));
}

/** A value to be encoded by its own type: numbers in the smallest type that holds them. */
export function encodableAsIs(f: Body, value: Value): Value {
  if (value.type.kind !== "rational") return checkMember(f.m, f.b, value);
  return f.convert(value, mobileType(value.type.numerator));
}

/** The smallest integer type for a number; 256 bits where it does not matter. */
function mobileType(n: bigint): SolType {
  for (let bits = 8; bits < 256; bits += 8) {
    if (n >= 0n && n < 1n << BigInt(bits)) return { kind: "integer", signed: false, bits };
    if (n < 0n && n >= -(1n << BigInt(bits - 1))) return { kind: "integer", signed: true, bits };
  }
  return n < 0n ? { kind: "integer", signed: true, bits: 256 } : UINT256;
}
