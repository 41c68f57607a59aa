/** Solidity types that the lowering itself names. */
import type { AddressType, BoolType, BytesType, FixedBytesType, IntegerType, SolType, TupleType } from "../semantics/types.js";

export const UINT256: IntegerType = { kind: "integer", signed: false, bits: 256 };
export const UINT64: IntegerType = { kind: "integer", signed: false, bits: 64 };
export const BOOL: BoolType = { kind: "bool" };
export const ADDRESS: AddressType = { kind: "address", payable: false };
export const BYTES1: FixedBytesType = { kind: "fixedBytes", size: 1 };
export const BYTES4: FixedBytesType = { kind: "fixedBytes", size: 4 };
export const BYTES32: FixedBytesType = { kind: "fixedBytes", size: 32 };
export const BYTES_MEMORY: BytesType = { kind: "bytes", isString: false, location: "memory", pointer: true };
export const STRING_MEMORY: BytesType = { kind: "bytes", isString: true, location: "memory", pointer: true };
export const BYTES_CALLDATA: BytesType = { kind: "bytes", isString: false, location: "calldata", pointer: true };
export const UNIT: TupleType = { kind: "tuple", components: [] };

/** The type of several values; one value is not a tuple. */
export function tupleOf(types: readonly SolType[]): SolType {
  return types.length === 1 ? types[0]! : { kind: "tuple", components: types };
}
