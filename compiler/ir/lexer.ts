/**
 * Tokens of the IR's text form (printer.ts describes it). Positions are one-based lines and columns, for messages.
 */

export type TokenKind = "word" | "value" | "func" | "dollar" | "int" | "string" | "hex" | "span" | "punct" | "end";

export interface Token {
  readonly kind: TokenKind;
  /** Without sigil and quotes; strings unescaped. */
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

/** A text that is no module: the place and what is wrong there. */
export class IrParseError extends Error {
  constructor(
    message: string,
    readonly line: number,
    readonly column: number,
  ) {
    super(`${line}:${column}: ${message}`);
    this.name = "IrParseError";
  }
}

const STRING = '"(?:[^"\\\\\\n]|\\\\.)*"';
const RULES: readonly (readonly [TokenKind | "space", RegExp])[] = [
  ["space", /(?:\s+|;[^\n]*)+/y],
  ["value", /%\d+/y],
  ["func", new RegExp(`@(?:[A-Za-z_][\\w.]*|${STRING})`, "y")],
  ["dollar", new RegExp(`\\$(?:\\d+|[A-Za-z_][\\w.]*|${STRING})`, "y")],
  ["span", /!\d+:\d+:\d+/y],
  ["hex", /hex"[0-9a-fA-F]*"/y],
  ["string", new RegExp(STRING, "y")],
  ["int", /0x[0-9a-fA-F]+|\d+/y],
  ["word", /[A-Za-z_][\w.]*/y],
  ["punct", /->|[(){}[\]:,=]/y],
];

/** All tokens of a text, an "end" token last. Throws {@link IrParseError} on a character that starts none. */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let lineStart = 0;
  let at = 0;
  while (at < source.length) {
    const [kind, text] = match(source, at, line, at - lineStart + 1);
    if (kind !== "space") tokens.push({ kind, text: strip(kind, text, line, at - lineStart + 1), line, column: at - lineStart + 1 });
    for (let i = text.indexOf("\n"); i >= 0; i = text.indexOf("\n", i + 1)) {
      line++;
      lineStart = at + i + 1;
    }
    at += text.length;
  }
  tokens.push({ kind: "end", text: "the end", line, column: at - lineStart + 1 });
  return tokens;
}

function match(source: string, at: number, line: number, column: number): [TokenKind | "space", string] {
  for (const [kind, rule] of RULES) {
    rule.lastIndex = at;
    const found = rule.exec(source);
    if (found && found[0].length > 0) return [kind, found[0]];
  }
  throw new IrParseError(`unexpected character ${JSON.stringify(source[at])}`, line, column);
}

function strip(kind: TokenKind, text: string, line: number, column: number): string {
  switch (kind) {
    case "value":
    case "span":
      return text.slice(1);
    case "func":
    case "dollar":
      return text[1] === '"' ? unquote(text.slice(1), line, column) : text.slice(1);
    case "hex":
      return text.slice(4, -1);
    case "string":
      return unquote(text, line, column);
    default:
      return text;
  }
}

function unquote(text: string, line: number, column: number): string {
  try {
    return JSON.parse(text) as string;
  } catch {
    throw new IrParseError(`malformed string ${text}`, line, column);
  }
}
