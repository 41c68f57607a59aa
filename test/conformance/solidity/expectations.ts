/**
 * The expectations of a semantic test: calls with arguments and results, libraries, effects. The grammar works on tokens; all lines are
 * one text in which `//` is the line end.
 */
import { TestFormatError } from "./sections.js";

export interface Call {
  readonly kind: "call";
  /** `f(uint256)`; "" for a low-level call; a builtin's name without parentheses. */
  readonly signature: string;
  readonly isBuiltin: boolean;
  /** In wei. */
  readonly value: bigint;
  readonly args: Uint8Array;
  readonly fails: boolean;
  readonly results: Uint8Array;
  /** Texts of expected effects (events), in order. */
  readonly effects: readonly string[];
}

export interface Library {
  readonly kind: "library";
  /** Source unit; "" for the unnamed one. */
  readonly source: string;
  readonly name: string;
}

export type Item = Call | Library;

export const BUILTINS = new Set(["balance", "storageEmpty", "account", "isoltest_builtin_test", "isoltest_side_effects_test"]);

type Token =
  | { readonly kind: "newline" | "comma" | "colon" | "arrow" | "open" | "close" | "bracketOpen" | "bracketClose" | "minus" | "end" }
  | { readonly kind: "identifier" | "number" | "hexNumber" | "comment"; readonly text: string }
  | { readonly kind: "string"; readonly bytes: Uint8Array }
  | { readonly kind: "effect"; readonly text: string };

const PUNCTUATION: Readonly<Record<string, Token>> = {
  ",": { kind: "comma" },
  ":": { kind: "colon" },
  "(": { kind: "open" },
  ")": { kind: "close" },
  "[": { kind: "bracketOpen" },
  "]": { kind: "bracketClose" },
};

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match) at = pattern.lastIndex;
    return match?.[0];
  };
  while (at < text.length) {
    if (take(/\s+/y) !== undefined) continue;
    if (take(/\/\//y) !== undefined) {
      tokens.push({ kind: "newline" });
      continue;
    }
    if (take(/->/y) !== undefined) {
      tokens.push({ kind: "arrow" });
      continue;
    }
    const char = text[at]!;
    const mark = PUNCTUATION[char];
    if (mark) {
      tokens.push(mark);
      at++;
      continue;
    }
    if (char === "-") {
      tokens.push({ kind: "minus" });
      at++;
      continue;
    }
    if (char === "#") {
      const end = text.indexOf("#", at + 1);
      if (end < 0) throw new TestFormatError("a comment is not closed");
      tokens.push({ kind: "comment", text: text.slice(at + 1, end) });
      at = end + 1;
      continue;
    }
    if (char === "~") {
      const end = text.indexOf("/", at);
      tokens.push({ kind: "effect", text: text.slice(at + 1, end < 0 ? undefined : end).trim() });
      at = end < 0 ? text.length : end;
      continue;
    }
    if (char === '"') {
      const [bytes, next] = stringLiteral(text, at);
      tokens.push({ kind: "string", bytes });
      at = next;
      continue;
    }
    const hex = take(/0x[0-9a-fA-F]+/y);
    const number = hex === undefined ? take(/\d[\d.]*/y) : undefined;
    const word = hex === undefined && number === undefined ? take(/[A-Za-z_$][\w$]*/y) : undefined;
    if (hex !== undefined) tokens.push({ kind: "hexNumber", text: hex });
    else if (number !== undefined) tokens.push({ kind: "number", text: number });
    else if (word !== undefined) tokens.push({ kind: "identifier", text: word });
    else throw new TestFormatError(`unexpected '${char}'`);
  }
  tokens.push({ kind: "end" });
  return tokens;
}

function stringLiteral(text: string, start: number): [Uint8Array, number] {
  const bytes: number[] = [];
  let at = start + 1;
  while (text[at] !== '"') {
    const char = text[at];
    if (char === undefined) throw new TestFormatError("a string is not closed");
    if (char !== "\\") {
      bytes.push(...Buffer.from(char, "utf8"));
      at++;
      continue;
    }
    const escape = text[at + 1];
    const simple = { n: 10, r: 13, t: 9, "0": 0, "\\": 92 }[escape ?? ""];
    if (simple !== undefined) {
      bytes.push(simple);
      at += 2;
      continue;
    }
    const hex = /^\\x([0-9a-fA-F]{1,2})/.exec(text.slice(at, at + 4));
    if (!hex) throw new TestFormatError(`no escape is written \\${escape ?? ""}`);
    bytes.push(parseInt(hex[1]!, 16));
    at += hex[0].length;
  }
  return [Uint8Array.from(bytes), at + 1];
}

/** Parses the lines behind `// ----`. */
export function parseExpectations(lines: readonly string[]): Item[] {
  return new Parser(tokenize(lines.join(""))).items();
}

class Parser {
  private at = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  items(): Item[] {
    const items: Item[] = [];
    while (this.peek().kind !== "end") {
      if (this.accept("newline") ?? this.accept("comment")) continue;
      if (this.skipGas()) continue;
      if (this.isWord("library")) items.push(this.library());
      else if (this.isWord("storage") && this.peek(1).kind === "colon") items.push(this.storage());
      else items.push(this.call());
    }
    return items;
  }

  private peek(ahead = 0): Token {
    return this.tokens[Math.min(this.at + ahead, this.tokens.length - 1)]!;
  }

  private accept(kind: Token["kind"]): Token | undefined {
    const token = this.peek();
    if (token.kind !== kind) return undefined;
    this.at++;
    return token;
  }

  private expect(kind: Token["kind"]): Token {
    const token = this.accept(kind);
    if (!token) throw new TestFormatError(`expected ${kind}, found ${this.peek().kind}`);
    return token;
  }

  private isWord(text: string): boolean {
    const token = this.peek();
    return token.kind === "identifier" && token.text === text;
  }

  private word(): string {
    const token = this.expect("identifier");
    return "text" in token ? token.text : "";
  }

  /** Gas figures belong to the reference compiler. */
  private skipGas(): boolean {
    if (!this.isWord("gas")) return false;
    while (this.peek().kind !== "newline" && this.peek().kind !== "end") this.at++;
    return true;
  }

  private library(): Library {
    this.at++;
    this.expect("colon");
    const source = this.accept("string");
    if (source || this.peek().kind === "colon") this.expect("colon");
    const name = this.word();
    return { kind: "library", source: source && "bytes" in source ? Buffer.from(source.bytes).toString() : "", name };
  }

  /** `storage: empty`, as releases before 0.8 wrote `storageEmpty -> 1`. */
  private storage(): Call {
    this.at += 2;
    const isEmpty = this.word() === "empty";
    const results = Uint8Array.from({ length: 32 }, (_, i) => (i === 31 && isEmpty ? 1 : 0));
    return { kind: "call", signature: "storageEmpty", isBuiltin: true, value: 0n, args: new Uint8Array(), fails: false, results, effects: [] };
  }

  private call(): Call {
    const { signature, isBuiltin } = this.head();
    let value = 0n;
    if (this.accept("comma")) {
      const amount = BigInt(this.numberText());
      const unit = this.word();
      value = unit === "ether" ? amount * 10n ** 18n : amount;
    }
    const args = this.accept("colon") ? this.parameters().bytes : new Uint8Array();
    this.accept("newline");
    this.accept("comment");
    this.accept("newline");
    let fails = false;
    let results: Uint8Array = new Uint8Array();
    if (this.accept("arrow")) ({ fails, bytes: results } = this.parameters());
    this.accept("comment");
    const effects: string[] = [];
    while (this.peek().kind === "effect" || (this.peek().kind === "newline" && this.peek(1).kind === "effect")) {
      this.accept("newline");
      const effect = this.expect("effect");
      effects.push("text" in effect ? effect.text : "");
    }
    return { kind: "call", signature, isBuiltin, value, args, fails, results, effects };
  }

  private head(): { signature: string; isBuiltin: boolean } {
    if (this.peek().kind === "open") {
      this.at++;
      this.expect("close");
      return { signature: "", isBuiltin: false };
    }
    const name = this.word();
    if (this.peek().kind !== "open") {
      if (!BUILTINS.has(name)) throw new TestFormatError(`'${name}' is neither a call nor a builtin`);
      return { signature: name, isBuiltin: true };
    }
    return { signature: `${name}${this.tuple()}`, isBuiltin: false };
  }

  /** A parenthesised list of types, as its canonical text. */
  private tuple(): string {
    this.expect("open");
    const types: string[] = [];
    while (!this.accept("close")) {
      types.push(this.type());
      this.accept("comma");
    }
    return `(${types.join(",")})`;
  }

  private type(): string {
    let text = this.peek().kind === "open" ? this.tuple() : this.word();
    while (this.accept("bracketOpen")) {
      const size = this.accept("number");
      this.expect("bracketClose");
      text += `[${size && "text" in size ? size.text : ""}]`;
    }
    return text;
  }

  private numberText(): string {
    const token = this.accept("number") ?? this.expect("hexNumber");
    return "text" in token ? token.text : "0";
  }

  private parameters(): { fails: boolean; bytes: Uint8Array } {
    const parts: Uint8Array[] = [];
    let fails = false;
    for (;;) {
      if (this.peek().kind === "newline" && this.startsParameter(1)) this.at++;
      if (!this.startsParameter(0)) break;
      if (this.isWord("FAILURE")) {
        this.at++;
        fails = true;
      } else parts.push(this.parameter());
      if (!this.accept("comma")) break;
    }
    return { fails, bytes: Uint8Array.from(Buffer.concat(parts)) };
  }

  private startsParameter(ahead: number): boolean {
    const token = this.peek(ahead);
    if (token.kind === "minus" || token.kind === "number" || token.kind === "hexNumber" || token.kind === "string") return true;
    if (token.kind !== "identifier") return false;
    if (token.text === "hex") return this.peek(ahead + 1).kind === "string";
    if (token.text === "left" || token.text === "right") return this.peek(ahead + 1).kind === "open";
    return token.text === "FAILURE" || token.text === "true" || token.text === "false";
  }

  private parameter(): Uint8Array {
    let side: "left" | "right" = "right";
    let wrapped = false;
    if (this.isWord("left") || this.isWord("right")) {
      side = this.word() as "left" | "right";
      this.expect("open");
      wrapped = true;
    }
    const bytes = this.literal(side);
    if (wrapped) this.expect("close");
    return bytes;
  }

  private literal(side: "left" | "right"): Uint8Array {
    if (this.isWord("hex")) {
      this.at++;
      const token = this.expect("string");
      const digits = "bytes" in token ? Buffer.from(token.bytes).toString() : "";
      return Uint8Array.from(Buffer.from(digits.length % 2 === 1 ? `0${digits}` : digits, "hex"));
    }
    const text = this.accept("string");
    if (text && "bytes" in text) {
      if (text.bytes.length > 32) throw new TestFormatError("a string is longer than 32 bytes");
      const word = new Uint8Array(32);
      word.set(text.bytes);
      return word;
    }
    if (this.isWord("true") || this.isWord("false")) return wordOf(this.word() === "true" ? 1n : 0n);
    const negative = this.accept("minus") !== undefined;
    const digits = this.numberText();
    if (digits.startsWith("0x") && side === "left") {
      const hex = digits.slice(2);
      const word = new Uint8Array(32);
      word.set(Buffer.from(hex.length % 2 === 1 ? `0${hex}` : hex, "hex"));
      return word;
    }
    const number = BigInt(digits.replace(".", ""));
    if (side === "left") {
      const hex = number.toString(16);
      const word = new Uint8Array(32);
      word.set(Buffer.from(hex.length % 2 === 1 ? `0${hex}` : hex, "hex"));
      return word;
    }
    return wordOf(negative ? -number : number);
  }
}

function wordOf(value: bigint): Uint8Array {
  return Uint8Array.from(Buffer.from(BigInt.asUintN(256, value).toString(16).padStart(64, "0"), "hex"));
}
