/** What JSON.parse needs around it for text that strangers send. */

/** True where JSON text nests deeper than a limit. It need not be valid: brackets within strings do not count. */
export function nestsDeeper(text: string, limit: number): boolean {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) {
      i = endOfString(text, i);
      if (i < 0) return false;
    } else if (c === OPEN_BRACE || c === OPEN_BRACKET) {
      if (++depth > limit) return true;
    } else if (c === CLOSE_BRACE || c === CLOSE_BRACKET) depth--;
  }
  return false;
}

/**
 * Puts whole numbers that a double cannot hold in quotes, so that JSON.parse keeps their digits: `cast rpc anvil_setBalance 0x... 1000000000000000001` sends
 * such a number. Ids stay what they are: an answer repeats them.
 */
export function quoteLongNumbers(text: string): string {
  if (!MAYBE_LONG.test(text)) return text;
  let quoted = "";
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) {
      i = endOfString(text, i);
      if (i < 0) return text;
    }
    if (c !== MINUS && (c < ZERO || c > NINE)) continue;
    NUMBER.lastIndex = i;
    const number = NUMBER.exec(text)?.[0];
    if (number === undefined) continue;
    if (LONG.test(number) && !Number.isSafeInteger(Number(number)) && !BEHIND_ID.test(text.slice(Math.max(0, i - ID_REACH), i))) {
      quoted += `${text.slice(from, i)}"${number}"`;
      from = i + number.length;
    }
    i += number.length - 1;
  }
  return quoted + text.slice(from);
}

const MAYBE_LONG = /[\s:,[]\d{16}/;
const NUMBER = /-?\d[\d.eE+-]*/y;
const LONG = /^[1-9]\d{15,77}$/;
const BEHIND_ID = /"id"\s*:\s*$/;
const ID_REACH = 16;

/** Where the string that begins at a quote ends; -1 where it does not. Nearly all of a request is strings without escapes. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text.charCodeAt(end - 1 - escapes) === BACKSLASH) escapes++;
    if (escapes % 2 === 0) return end;
  }
  return -1;
}

const QUOTE = 0x22;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
