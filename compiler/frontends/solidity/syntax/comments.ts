/**
 * Comments: where they end, and what a doc comment says once its markers are stripped.
 *
 *     /// @notice Moves        "@notice Moves\n tokens."
 *     /// tokens.
 */
import { isLineBreak, isWhitespace } from "./characters.js";

/** End of the line comment at `start`, its line break excluded. */
export function skipLineComment(text: string, start: number): number {
  let i = start + 2;
  while (i < text.length && !isLineBreak(text.charCodeAt(i))) i++;
  return i;
}

/** End of the block comment at `start`; -1 if it is not closed. */
export function skipBlockComment(text: string, start: number): number {
  const close = text.indexOf("*/", start + 2);
  return close < 0 ? -1 : close + 2;
}

/** Whether the line that starts at `start` (after its indentation) is one more `///` line, and not `////`. */
function isDocLine(text: string, start: number): boolean {
  return text.startsWith("///", start) && text.charCodeAt(start + 3) !== 0x2f;
}

function skipBlanks(text: string, from: number): number {
  let i = from;
  while (i < text.length && (text.charCodeAt(i) === 0x20 || text.charCodeAt(i) === 0x09)) i++;
  return i;
}

/** Behind the line end (`\n`, `\r` or both) at `at`; `at` itself if there is none. */
function skipLineEnd(text: string, at: number): number {
  if (text.charCodeAt(at) === 0x0a) return at + 1;
  if (text.charCodeAt(at) !== 0x0d) return at;
  return text.charCodeAt(at + 1) === 0x0a ? at + 2 : at + 1;
}

/** End of the `///` comment at `start`: directly following `///` lines belong to it. */
export function skipDocLines(text: string, start: number): number {
  let end = skipLineComment(text, start);
  for (;;) {
    const next = skipBlanks(text, skipLineEnd(text, end));
    if (next === end || !isDocLine(text, next)) return end;
    end = skipLineComment(text, next);
  }
}

/** What the doc comment `text[start, end)` says, markers and indentation stripped as solc does. */
export function docText(text: string, start: number, end: number): string {
  return text.charCodeAt(start + 1) === 0x2a ? blockDocText(text, start, end) : lineDocText(text, start, end);
}

/** The first line loses its leading blanks, later ones keep them; empty `///` lines vanish, as in solc. */
function lineDocText(text: string, start: number, end: number): string {
  let result = "";
  let i = start;
  while (i < end) {
    const lineEnd = Math.min(skipLineComment(text, i), end);
    if (i === start) result = text.slice(skipBlanks(text, i + 3), lineEnd);
    else if (lineEnd > i + 3) result += `\n${text.slice(i + 3, lineEnd)}`;
    i = skipBlanks(text, skipLineEnd(text, lineEnd));
    if (lineEnd >= end) break;
  }
  return result;
}

/** Each line after the first loses its indentation and one leading `*`; empty lines vanish, as in solc. */
function blockDocText(text: string, start: number, end: number): string {
  const bodyEnd = end - 2;
  let i = skipBlanks(text, start + 3);
  let result = "";
  let hasText = false;
  while (i < bodyEnd) {
    if (isLineEnd(text.charCodeAt(i))) {
      while (i < bodyEnd && isWhitespace(text.charCodeAt(i))) i++;
      if (i >= bodyEnd) break;
      const isStar = text.charCodeAt(i) === 0x2a;
      if (isStar && text.charCodeAt(i + 1) === 0x2a) {
        result += "*";
        i++;
      } else if (isStar) {
        i++;
        if (isLineEnd(text.charCodeAt(i))) continue;
        if (hasText) result += "\n";
      } else if (hasText) {
        result += "\n";
      }
      if (i >= bodyEnd) break;
    }
    let stop = i;
    while (stop < bodyEnd && !isLineEnd(text.charCodeAt(stop))) stop++;
    if (stop > i) hasText = true;
    result += text.slice(i, stop);
    i = stop;
  }
  return result;
}

function isLineEnd(c: number): boolean {
  return c === 0x0a || c === 0x0d;
}
