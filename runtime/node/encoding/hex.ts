/** The forms of values in JSON-RPC (Ethereum execution API specification): quantities without leading zeros, data with them. */

export type Hex = `0x${string}`;

/** A quantity: 0x0, 0x1f. */
export function quantity(value: bigint | number): Hex {
  return `0x${value.toString(16)}`;
}

/** Bytes as 0x-hex. */
export function dataHex(bytes: Uint8Array): Hex {
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex")}`;
}

/** The bytes of 0x-hex, which must have an even number of digits. */
export function hexBytes(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex.slice(2), "hex"));
}

/** A 32-byte word, most significant byte first. */
export function wordHex(value: bigint): Hex {
  return `0x${value.toString(16).padStart(64, "0")}`;
}
