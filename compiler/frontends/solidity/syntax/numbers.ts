/** Where number literals end. What underscores may do is checked by the parser, as Yul has rules of its own. */
import { isDigit, isHexDigit, isIdentifierPart, isIdentifierStart } from "./characters.js";
import type { LexicalFault } from "./strings.js";

function skipDigits(text: string, from: number): number {
  let i = from;
  while (isDigit(text.charCodeAt(i)) || text.charCodeAt(i) === 0x5f /* _ */) i++;
  return i;
}

/** A number that goes wrong at `at`: all that hangs together with it is taken, so that nothing else goes wrong. */
function malformed(text: string, start: number, at: number, fault: LexicalFault, message: string, hint?: string): number {
  let end = at;
  while (isIdentifierPart(text.charCodeAt(end))) end++;
  fault(message, start, end, hint);
  return end;
}

/**
 * Scans the number whose first digit or leading dot is at `start`.
 *
 * @returns the offset behind it
 */
export function scanNumber(text: string, start: number, fault: LexicalFault): number {
  let i = start;
  if (text.charCodeAt(i) === 0x30 && text.charCodeAt(i + 1) === 0x78 /* 0x */) {
    i += 2;
    if (!isHexDigit(text.charCodeAt(i))) return malformed(text, start, i, fault, "Hexadecimal digit missing or invalid.");
    while (isHexDigit(text.charCodeAt(i)) || text.charCodeAt(i) === 0x5f) i++;
  } else {
    if (text.charCodeAt(i) === 0x30 && isDigit(text.charCodeAt(i + 1))) return malformed(text, start, i, fault, "Octal numbers not allowed.", "Remove the leading zeros.");
    i = skipDigits(text, i);
    if (text.charCodeAt(i) === 0x2e /* . */) {
      // Behind a dot an underscore belongs to the number, for which it is then rejected.
      const after = text.charCodeAt(i + 1);
      if (isDigit(after) || after === 0x5f) i = skipDigits(text, i + 1);
    }
    if ((text.charCodeAt(i) | 0x20) === 0x65 /* e */) {
      i++;
      if (text.charCodeAt(i) === 0x2d || text.charCodeAt(i) === 0x2b) i++;
      if (!isDigit(text.charCodeAt(i)) && text.charCodeAt(i) !== 0x5f) return malformed(text, start, i, fault, "Invalid exponent.");
      i = skipDigits(text, i);
    }
  }
  if (!isIdentifierStart(text.charCodeAt(i))) return i;
  const message = "Identifier-start is not allowed at end of a number.";
  return malformed(text, start, i, fault, message, "Put a space after the number.");
}
