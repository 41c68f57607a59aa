/**
 * Spelling of symbols in the IR's text form, shared by printer and parser: a name of letters, digits and a few signs
 * stands as it is behind its sigil (`@add`, `$msg`), any other in quotes (`@"a b"`), with JSON's escapes.
 */

const PLAIN = /^[A-Za-z_][A-Za-z0-9_.]*$/;

/** A symbol as the text form writes it, without its sigil. */
export function spellName(name: string): string {
  return PLAIN.test(name) ? name : JSON.stringify(name);
}

/** A constant or case value: decimal where it is short, else hexadecimal. */
export function spellInt(value: bigint): string {
  return value < 0x10000n ? value.toString() : "0x" + value.toString(16);
}
