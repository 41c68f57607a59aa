/** Conversions between keys of the state and the forms used outside: 0x-hex, big-endian bytes, bigints. */

/** A 20-byte address as a string of 20 characters, one a byte, least significant byte first (as cells hold it). */
export type AddressKey = string;
/** A 32-byte slot as a string of 32 characters, least significant byte first. */
export type SlotKey = string;

/** Bytes as a string of one character a byte. */
export function keyOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

/** The bytes of a key. */
export function bytesOfKey(key: string): Uint8Array {
  return Buffer.from(key, "latin1");
}

/** An address key from 0x-hex of 20 bytes. */
export function addressKey(hex: string): AddressKey {
  return keyOf(Buffer.from(hex.slice(2), "hex").reverse());
}

/** 0x-hex of 20 bytes, lower case. */
export function addressHex(key: AddressKey): string {
  return `0x${Buffer.from(key, "latin1").reverse().toString("hex")}`;
}

/** An address's usual form: 20 bytes, most significant first. */
export function addressBytes(key: AddressKey): Uint8Array {
  return Uint8Array.from(Buffer.from(key, "latin1").reverse());
}

/** An address key from its usual bytes. */
export function addressKeyOfBytes(bytes: Uint8Array): AddressKey {
  return keyOf(Uint8Array.from(bytes).reverse());
}

export function addressKeyOfInt(value: bigint): AddressKey {
  return keyOf(littleEndian(value, 20));
}

export function intOfKey(key: string): bigint {
  return BigInt(`0x${Buffer.from(key, "latin1").reverse().toString("hex") || "0"}`);
}

export function slotKey(slot: bigint): SlotKey {
  return keyOf(littleEndian(slot, 32));
}

/** `length` bytes of a number, least significant first. */
export function littleEndian(value: bigint, length: number): Uint8Array {
  return Uint8Array.from(
    Buffer.from(
      BigInt.asUintN(8 * length, value)
        .toString(16)
        .padStart(2 * length, "0"),
      "hex",
    ).reverse(),
  );
}

export function intOfLittleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(Uint8Array.from(bytes).reverse()).toString("hex") || "0"}`);
}
