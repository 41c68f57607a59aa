/** Character classes of Solidity source text, by UTF-16 code unit. */

const letter = 1;
const digit = 2;
const hexDigit = 4;

/** Class bits of the ASCII range; everything beyond it is in no class. */
const classes: Uint8Array = (() => {
  const table = new Uint8Array(128);
  for (let c = 0x61; c <= 0x7a; c++) table[c] = letter;
  for (let c = 0x41; c <= 0x5a; c++) table[c] = letter;
  table[0x5f] = letter;
  table[0x24] = letter;
  for (let c = 0x30; c <= 0x39; c++) table[c] = digit | hexDigit;
  for (const c of [0x61, 0x62, 0x63, 0x64, 0x65, 0x66]) {
    table[c]! |= hexDigit;
    table[c - 32]! |= hexDigit;
  }
  return table;
})();

/** `a-z A-Z _ $` */
export function isIdentifierStart(c: number): boolean {
  return c < 128 && (classes[c]! & letter) !== 0;
}

/** `a-z A-Z 0-9 _ $` */
export function isIdentifierPart(c: number): boolean {
  return c < 128 && (classes[c]! & (letter | digit)) !== 0;
}

export function isDigit(c: number): boolean {
  return c >= 0x30 && c <= 0x39;
}

export function isHexDigit(c: number): boolean {
  return c < 128 && (classes[c]! & hexDigit) !== 0;
}

/** Space, tab and the line ends that solc skips between tokens. */
export function isWhitespace(c: number): boolean {
  return c === 0x20 || c === 0x0a || c === 0x09 || c === 0x0d;
}

/** Whatever ends a line comment or breaks a string: ASCII line ends, NEL, and Unicode's line and paragraph separators. */
export function isLineBreak(c: number): boolean {
  return c <= 0x0d ? c >= 0x0a : c >= 0x85 && (c === 0x85 || c === 0x2028 || c === 0x2029);
}

/** Value of a hexadecimal digit; the caller has checked that it is one. */
export function hexValue(c: number): number {
  return c <= 0x39 ? c - 0x30 : (c | 0x20) - 0x57;
}

/**
 * Checks that Unicode's direction-changing characters (U+202A to U+202E) in `text[start, end)` are balanced; source
 * that reads differently from what it says hides attacks.
 *
 * @returns what is wrong, or undefined
 */
export function bidirectionalFault(text: string, start: number, end: number): string | undefined {
  let depth = 0;
  for (let i = start; i < end; i++) {
    const c = text.charCodeAt(i);
    if (c < 0x202a || c > 0x202e) continue;
    depth += c === 0x202c ? -1 : 1;
    if (depth < 0) return "Unicode direction override underflow in comment or string literal.";
  }
  return depth > 0 ? "Mismatching directional override markers in comment or string literal." : undefined;
}
