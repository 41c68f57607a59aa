/** Checks of literals that depend on where the literal stands, with solc's numbers and texts. */

export interface LiteralFault {
  readonly code: string;
  readonly message: string;
}

const prefix = "Invalid use of underscores in number literal.";

/** What is wrong with the underscores of a Solidity number literal (Yul allows none at all); undefined if nothing. */
export function underscoreFault(text: string): LiteralFault | undefined {
  if (!text.includes("_")) return undefined;
  if (text.endsWith("_")) return { code: "2090", message: `${prefix} No trailing underscores allowed.` };
  if (text.includes("__")) return { code: "2990", message: `${prefix} Only one consecutive underscore between digits is allowed.` };
  if (text.startsWith("0x")) return undefined;
  const mantissaOnly = text.toLowerCase();
  if (mantissaOnly.includes("._")) return { code: "3891", message: `${prefix} No underscores in front of the fraction part allowed.` };
  if (mantissaOnly.includes("_.")) return { code: "1023", message: `${prefix} No underscores in front of the fraction part allowed.` };
  if (mantissaOnly.includes("_e")) return { code: "6415", message: `${prefix} No underscore at the end of the mantissa allowed.` };
  if (/e[+-]?_/.test(mantissaOnly)) return { code: "6165", message: `${prefix} No underscore in front of exponent allowed.` };
  return undefined;
}

/** Whether a number token is a number in Yul: decimal digits or hexadecimal, no fraction, exponent or underscore. */
export function isYulNumber(text: string): boolean {
  return /^(0x[0-9a-fA-F]+|[0-9]+)$/.test(text);
}

/**
 * Offset of the first byte that makes `bytes` invalid UTF-8, or -1.
 *
 * @example invalidUtf8At(Uint8Array.of(0x61, 0xff)) === 1
 */
export function invalidUtf8At(bytes: Uint8Array): number {
  let i = 0;
  while (i < bytes.length) {
    const lead = bytes[i]!;
    const length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    if (length === 0) return i;
    for (let k = 1; k < length; k++) {
      const byte = bytes[i + k];
      if (byte === undefined || (byte & 0xc0) !== 0x80) return i;
    }
    const second = bytes[i + 1] ?? 0;
    const isOverlong = (lead === 0xe0 && second < 0xa0) || (lead === 0xf0 && second < 0x90);
    const isTooLarge = (lead === 0xed && second > 0x9f) || (lead === 0xf4 && second > 0x8f);
    if (isOverlong || isTooLarge) return i;
    i += length;
  }
  return -1;
}
