/**
 * Text to bytes and back, without losing what is not UTF-8. A source file may hold bytes that are no UTF-8: harmless in a comment, a fault in a
 * string literal, whose bytes must not be replaced silently. So text stands for such a byte by a lone surrogate, as in Python's `surrogateescape`:
 *
 *   61 C0 62  ->  "a" U+DCC0 "b"  ->  61 C0 62
 *
 * Well-formed UTF-8 never decodes to a surrogate, so the two cannot be confused.
 */
import { isUtf8 } from "node:buffer";

const ESCAPE = 0xdc00;
const loneSurrogate = /\p{Surrogate}/u;
const encoder = new TextEncoder();

/** The text of bytes that should be UTF-8; U+DC80 to U+DCFF for each byte that is not. */
export function decodeUtf8(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString("utf8");
  let text = "";
  let start = 0;
  for (let i = 0; i < bytes.length;) {
    const length = sequenceLength(bytes, i);
    if (length > 0) i += length;
    else {
      text += bytes.toString("utf8", start, i) + String.fromCharCode(ESCAPE + bytes[i]!);
      start = ++i;
    }
  }
  return text + bytes.toString("utf8", start);
}

/** Length of the well-formed sequence at an offset, 1 to 4; 0 where there is none. */
function sequenceLength(bytes: Buffer, at: number): number {
  const lead = bytes[at]!;
  const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  return at + length <= bytes.length && isUtf8(bytes.subarray(at, at + length)) ? length : 0;
}

/** The bytes of a text; surrogates without a partner give the byte that they stand for, or their own, ill-formed, encoding. */
export function encodeUtf8(text: string): Uint8Array {
  if (!loneSurrogate.test(text)) return encoder.encode(text);
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (code >= ESCAPE + 0x80 && code <= ESCAPE + 0xff) bytes.push(code - ESCAPE);
    else if (code >= 0xd800 && code <= 0xdfff) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
    else for (const byte of encoder.encode(character)) bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}
