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

const scratchWords = new Int32Array(8);
const scratchBytes = Buffer.from(scratchWords.buffer);

/** The key whose bytes are `count` (at most eight) 32-bit words, least significant first. */
export function keyOfWords(words: Int32Array, at: number, count: number): string {
  for (let i = 0; i < count; i++) scratchWords[i] = words[at + i]!;
  return scratchBytes.toString("latin1", 0, 4 * count);
}

/** Writes a key's bytes as words; its length is a multiple of four. */
export function writeKeyWords(key: string, words: Int32Array, at: number): void {
  for (let i = 0, to = at; i < key.length; i += 4, to++)
    words[to] = key.charCodeAt(i) | (key.charCodeAt(i + 1) << 8) | (key.charCodeAt(i + 2) << 16) | (key.charCodeAt(i + 3) << 24);
}

/** Writes a 32-byte word, undefined for zero, as eight 32-bit words. */
export function writeWordBytes(bytes: Uint8Array | undefined, words: Int32Array, at: number): void {
  if (!bytes) {
    words.fill(0, at, at + 8);
    return;
  }
  for (let i = 0, to = at; i < 32; i += 4, to++) words[to] = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
}
