/** 32-byte big-endian words and byte strings. */

/** The unsigned integer that bytes spell, most significant first; 0 for none. */
export function bytesToInt(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt("0x" + Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex"));
}

/** The low `length` bytes of an integer, most significant first. */
export function intToBytes(value: bigint, length: number): Uint8Array {
  const hex = BigInt.asUintN(8 * length, value)
    .toString(16)
    .padStart(2 * length, "0");
  return Uint8Array.from(Buffer.from(hex, "hex"));
}

/** `length` bytes of `source` from `offset` on, zeros beyond its end. Offsets may be of any size. */
export function sliceZeroPadded(source: Uint8Array, offset: bigint, length: number): Uint8Array {
  const slice = new Uint8Array(length);
  if (offset < BigInt(source.length)) slice.set(source.subarray(Number(offset), Number(offset) + length));
  return slice;
}

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
