/**
 * Recursive length prefix encoding (yellow paper, appendix B), from the inside out: items are encoded first and lists are made of
 * encoded items, so that a trie can embed what it has encoded before.
 */

/** A byte string. */
export function rlpBytes(bytes: Uint8Array): Uint8Array {
  if (bytes.length === 1 && bytes[0]! < 0x80) return bytes;
  return withHead(0x80, bytes);
}

/** An unsigned integer: its bytes without leading zeros, none for zero. */
export function rlpInteger(value: bigint | number): Uint8Array {
  return rlpBytes(minimalBytes(BigInt(value)));
}

/** A list of items that are encoded already. */
export function rlpList(items: readonly Uint8Array[]): Uint8Array {
  return withHead(0xc0, Buffer.concat(items));
}

/** The bytes of an unsigned integer, most significant first, without leading zeros. */
export function minimalBytes(value: bigint): Uint8Array {
  if (value === 0n) return new Uint8Array(0);
  const hex = value.toString(16);
  return Uint8Array.from(Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex"));
}

function withHead(offset: number, content: Uint8Array): Uint8Array {
  const head = content.length < 56 ? [offset + content.length] : longHead(offset + 55, content.length);
  const result = new Uint8Array(head.length + content.length);
  result.set(head);
  result.set(content, head.length);
  return result;
}

function longHead(offset: number, length: number): number[] {
  const size = minimalBytes(BigInt(length));
  return [offset + size.length, ...size];
}
