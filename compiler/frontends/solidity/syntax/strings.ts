/**
 * String literals: where they end, whether their characters and escapes are allowed, and which bytes they stand for.
 */
import { encodeUtf8 } from "../../../base/utf8.js";
import { bidirectionalFault, hexValue, isHexDigit, isLineBreak } from "./characters.js";
import { Token } from "./tokens.js";

/** What differs between language lines and surroundings. */
export interface StringRules {
  /** Whether plain strings may hold characters beyond ASCII (before 0.7). */
  readonly allowsUnicode: boolean;
  /** Whether `\b`, `\f` and `\v` exist (before 0.7). */
  readonly hasOldEscapes: boolean;
  /** Whether the file has direction-changing characters at all. */
  readonly hasBidirectional: boolean;
  readonly isYul?: boolean;
}

/** Called for each fault of a literal with the range at fault. */
export type LexicalFault = (message: string, start: number, end: number, hint?: string) => void;

type StringKind = Token.StringLiteral | Token.UnicodeStringLiteral | Token.HexStringLiteral;

/**
 * Scans the string whose opening quote is at `open`.
 *
 * @returns the offset behind the closing quote; for an unclosed string the end of its line
 */
export function scanString(text: string, open: number, kind: StringKind, rules: StringRules, fault: LexicalFault): number {
  const quote = text.charCodeAt(open);
  const isPlain = kind === Token.StringLiteral && !rules.allowsUnicode;
  let badCharacterSeen = false;
  let i = open + 1;
  for (;;) {
    const c = text.charCodeAt(i);
    if (c === quote) break;
    if (i >= text.length || isLineBreak(c)) {
      fault("Expected string end-quote.", open, i, `Close the string with ${text[open]}.`);
      return i;
    }
    if (c === 0x5c /* backslash */ && kind !== Token.HexStringLiteral) {
      i = scanEscape(text, i, rules, fault);
      continue;
    }
    if (isPlain && !badCharacterSeen && (c < 0x20 || c >= 0x7f)) {
      badCharacterSeen = true;
      const width = text.codePointAt(i)! > 0xffff ? 2 : 1;
      if (rules.isYul) fault("Invalid character in string.", i, i + width);
      else
        fault(
          'Invalid character in string. If you are trying to use Unicode characters, use a unicode"..." string literal.',
          i,
          i + width,
          c >= 0x80 ? 'Write unicode"..." instead.' : "Write the character as an escape sequence.",
        );
    }
    i++;
  }
  if (kind === Token.HexStringLiteral) checkHex(text, open + 1, i, fault);
  if (kind === Token.UnicodeStringLiteral && rules.hasBidirectional) {
    const problem = bidirectionalFault(text, open, i);
    if (problem) fault(problem, open, i + 1);
  }
  return i + 1;
}

/** Scans the escape sequence at `at`. @returns the offset behind it */
function scanEscape(text: string, at: number, rules: StringRules, fault: LexicalFault): number {
  const c = text.charCodeAt(at + 1);
  switch (c) {
    case 0x27:
    case 0x22:
    case 0x5c:
    case 0x6e:
    case 0x72:
    case 0x74:
    case 0x0a:
      return at + 2;
    case 0x0d:
      return text.charCodeAt(at + 2) === 0x0a ? at + 3 : at + 2;
    case 0x62:
    case 0x66:
    case 0x76:
      if (rules.hasOldEscapes) return at + 2;
      break;
    case 0x78:
    case 0x75: {
      const digits = c === 0x78 ? 2 : 4;
      let i = at + 2;
      while (i < at + 2 + digits && isHexDigit(text.charCodeAt(i))) i++;
      if (i === at + 2 + digits) return i;
      fault("Invalid escape sequence.", at, i, c === 0x78 ? "\\x takes two hexadecimal digits." : "\\u takes four hexadecimal digits.");
      return i;
    }
  }
  const end = Math.min(at + 2, text.length);
  fault("Invalid escape sequence.", at, end, "The escapes are \\n \\r \\t \\\\ \\' \\\" \\xNN and \\uNNNN.");
  return Number.isNaN(c) || isLineBreak(c) ? at + 1 : end;
}

/** Checks digits and underscores between the quotes of a hex string: pairs of digits, single `_` between pairs. */
function checkHex(text: string, start: number, end: number, fault: LexicalFault): void {
  let i = start;
  let allowsUnderscore = false;
  while (i < end) {
    if (text.charCodeAt(i) === 0x5f) {
      if (!allowsUnderscore || i + 1 === end) return fault("Invalid use of number separator '_'.", i, i + 1);
      allowsUnderscore = false;
      i++;
      continue;
    }
    if (!isHexDigit(text.charCodeAt(i)) || i + 1 >= end || !isHexDigit(text.charCodeAt(i + 1))) return fault("Expected even number of hex-nibbles.", i, i + 1);
    allowsUnderscore = true;
    i += 2;
  }
}

/** The bytes of a string literal token `text[start, end)`, prefix and quotes included; faulty parts read as they can. */
export function decodeString(text: string, start: number, end: number, kind: StringKind): Uint8Array {
  if (kind === Token.HexStringLiteral) return decodeHex(text, start + 4, end - 1);
  const open = kind === Token.UnicodeStringLiteral ? start + 8 : start + 1;
  const close = end > open && text.charCodeAt(end - 1) === text.charCodeAt(open - 1) ? end - 1 : end;
  const raw = text.slice(open, close);
  return raw.includes("\\") ? decodeEscapes(raw) : encodeUtf8(raw);
}

function decodeHex(text: string, start: number, end: number): Uint8Array {
  const bytes: number[] = [];
  let high = -1;
  for (let i = start; i < end; i++) {
    const c = text.charCodeAt(i);
    if (!isHexDigit(c)) continue;
    if (high < 0) high = hexValue(c);
    else {
      bytes.push(high * 16 + hexValue(c));
      high = -1;
    }
  }
  return Uint8Array.from(bytes);
}

const simpleEscapes: Readonly<Record<string, number>> = {
  n: 0x0a,
  r: 0x0d,
  t: 0x09,
  b: 0x08,
  f: 0x0c,
  v: 0x0b,
  "\\": 0x5c,
  "'": 0x27,
  '"': 0x22,
};

function decodeEscapes(raw: string): Uint8Array {
  const bytes: number[] = [];
  let i = 0;
  while (i < raw.length) {
    const next = raw.indexOf("\\", i);
    const stop = next < 0 ? raw.length : next;
    for (const byte of encodeUtf8(raw.slice(i, stop))) bytes.push(byte);
    if (next < 0) break;
    const c = raw[next + 1] ?? "";
    const simple = simpleEscapes[c];
    i = next + 2;
    if (simple !== undefined) bytes.push(simple);
    else if (c === "x") {
      bytes.push(parseInt(raw.slice(i, i + 2), 16) & 0xff);
      i += 2;
    } else if (c === "u") {
      pushUtf8(bytes, parseInt(raw.slice(i, i + 4), 16) & 0xffff);
      i += 4;
    } else if (c === "\r" && raw[i] === "\n") i++;
  }
  return Uint8Array.from(bytes);
}

/** UTF-8 of one UTF-16 unit; surrogates are encoded one by one, as solc does. */
function pushUtf8(bytes: number[], unit: number): void {
  if (unit <= 0x7f) bytes.push(unit);
  else if (unit <= 0x7ff) bytes.push(0xc0 | (unit >> 6), 0x80 | (unit & 0x3f));
  else bytes.push(0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f));
}
