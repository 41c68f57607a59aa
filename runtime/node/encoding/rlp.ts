/**
 * Recursive length prefix encoding (yellow paper, appendix B), from the inside out: items are encoded first and lists are made of
 * encoded items, so that a trie can embed what it has encoded before. Every block encodes dozens of items, so each is written once, into an array of
 * its final size.
 */

/** Strings and lists up to this length have a head of one byte. */
const SHORT_LIMIT = 55;
const STRING = 0x80;
const LIST = 0xc0;

/** A byte string. */
export function rlpBytes(bytes: Uint8Array): Uint8Array {
  if (isOwnEncoding(bytes)) return bytes;
  const head = headSize(bytes.length);
  const result = new Uint8Array(head + bytes.length);
  writeHead(result, 0, STRING, bytes.length);
  result.set(bytes, head);
  return result;
}

/** An unsigned integer: its bytes without leading zeros, none for zero. */
export function rlpInteger(value: bigint | number): Uint8Array {
  if (value > 0 && value < STRING) return Uint8Array.of(Number(value));
  return rlpBytes(minimalBytes(value));
}

/**
 * A list of items that are encoded already.
 * @param type A byte before the list: the type of a transaction or receipt (EIP-2718).
 */
export function rlpList(items: readonly Uint8Array[], type?: number): Uint8Array {
  let length = 0;
  for (const item of items) length += item.length;
  const start = type === undefined ? 0 : 1;
  const result = new Uint8Array(start + headSize(length) + length);
  if (type !== undefined) result[0] = type;
  let at = writeHead(result, start, LIST, length);
  for (const item of items) {
    result.set(item, at);
    at += item.length;
  }
  return result;
}

/** A list of byte strings. */
export function rlpStrings(strings: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const bytes of strings) length += rlpBytesSize(bytes);
  const result = new Uint8Array(headSize(length) + length);
  let at = writeHead(result, 0, LIST, length);
  for (const bytes of strings) {
    if (!isOwnEncoding(bytes)) at = writeHead(result, at, STRING, bytes.length);
    result.set(bytes, at);
    at += bytes.length;
  }
  return result;
}

/** Bytes that a byte string takes when it is encoded. */
export function rlpBytesSize(bytes: Uint8Array): number {
  return isOwnEncoding(bytes) ? 1 : headSize(bytes.length) + bytes.length;
}

/** Bytes that a list takes whose encoded items take so many together. */
export function rlpListSize(length: number): number {
  return headSize(length) + length;
}

/** The bytes of an unsigned integer, most significant first, without leading zeros. */
export function minimalBytes(value: bigint | number): Uint8Array {
  if (value > Number.MAX_SAFE_INTEGER) {
    const hex = value.toString(16);
    return new Uint8Array(Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex"));
  }
  let rest = Number(value);
  const bytes = new Uint8Array(byteCount(rest));
  for (let i = bytes.length - 1; i >= 0; i--) {
    bytes[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return bytes;
}

/** A single byte below 0x80 stands for itself. */
function isOwnEncoding(bytes: Uint8Array): boolean {
  return bytes.length === 1 && bytes[0]! < STRING;
}

function headSize(length: number): number {
  return length <= SHORT_LIMIT ? 1 : 1 + byteCount(length);
}

/** Writes the head of a string or list; gives the place behind it. */
function writeHead(into: Uint8Array, at: number, kind: number, length: number): number {
  if (length <= SHORT_LIMIT) {
    into[at] = kind + length;
    return at + 1;
  }
  const size = byteCount(length);
  into[at] = kind + SHORT_LIMIT + size;
  let rest = length;
  for (let i = at + size; i > at; i--) {
    into[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return at + 1 + size;
}

function byteCount(value: number): number {
  let count = 0;
  for (let rest = value; rest >= 1; rest /= 256) count++;
  return count;
}
