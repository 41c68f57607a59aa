/**
 * Version pragmas: reading ranges as solc reads them, and choosing the language line that a file selects.
 *
 *     ^0.8.20        0.8.20 <= v < 0.9.0          1.2 - 1.5      1.2 <= v <= 1.5
 *     ~0.8.20        0.8.20 <= v < 0.9.0 (solc's reading: only the leading parts count)
 *     >=0.6.0 <0.9.0 both                          ^0.6.0 || ^0.8.0   either
 *     0.8            any 0.8.x                     0.8.x, *       wildcards
 *
 * solc presents itself by its exact release. supervm knows lines: a line satisfies a range if one of its releases does, so
 * `=0.5.16` selects line 0.5, whose rules are those of its last release (see {@link lineReleases}).
 */
import type { SourceFile, Span } from "../../../base/span.js";
import { DiagnosticSink } from "../../../diagnostics/diagnostic.js";
import { languageLines, lineReleases, type LanguageLine } from "./language.js";
import { Lexer } from "./lexer.js";
import { Token } from "./tokens.js";

type Operator = "=" | "<" | "<=" | ">" | ">=" | "^" | "~";

/** One comparison; missing trailing parts and wildcards (undefined) match anything. */
interface Component {
  readonly operator: Operator;
  readonly parts: readonly (number | undefined)[];
}

/** A disjunction of conjunctions. */
export interface VersionRange {
  readonly alternatives: readonly (readonly Component[])[];
}

/** Either a range or what is wrong with its text. */
export type ParsedRange = { readonly range: VersionRange } | { readonly fault: string };

/** Internal to this file: carries the text of a fault from the reader to {@link parseVersionRange}. */
class RangeFault extends Error {}

/** Reads one range; blanks separate components but mean nothing else. */
class RangeReader {
  private at = 0;

  constructor(private readonly text: string) {}

  read(): VersionRange {
    this.skipBlanks();
    if (this.isAtEnd()) throw new RangeFault("Empty version pragma.");
    const alternatives = [this.readConjunction()];
    while (!this.isAtEnd()) {
      if (!this.take("||")) throw new RangeFault("You can only combine version ranges using the || operator.");
      alternatives.push(this.readConjunction());
    }
    return { alternatives };
  }

  private readConjunction(): Component[] {
    const first = this.readComponent();
    if (this.take("-")) {
      const last = this.readComponent();
      return [
        { ...first, operator: ">=" },
        { ...last, operator: "<=" },
      ];
    }
    const components = [first];
    while (!this.isAtEnd() && !this.text.startsWith("||", this.at)) components.push(this.readComponent());
    return components;
  }

  private readComponent(): Component {
    const operator = this.readOperator();
    const parts = [this.readPart()];
    while (parts.length < 3 && this.take(".")) parts.push(this.readPart());
    return { operator, parts };
  }

  private readOperator(): Operator {
    for (const operator of ["<=", ">=", "<", ">", "=", "^", "~"] as const) if (this.take(operator)) return operator;
    return "=";
  }

  private readPart(): number | undefined {
    const c = this.text[this.at];
    if (c === undefined) throw new RangeFault("Expected version number but reached end of pragma.");
    if (c === "x" || c === "X" || c === "*") {
      this.at++;
      this.skipBlanks();
      return undefined;
    }
    let end = this.at;
    while (end < this.text.length && this.text[end]! >= "0" && this.text[end]! <= "9") end++;
    if (end === this.at)
      throw new RangeFault(
        `Expected the start of a version number but instead found character '${c}'. ` + "Version number is invalid or the pragma is not terminated with a semicolon.",
      );
    const part = Number(this.text.slice(this.at, end));
    if (part > 0xffffffff) throw new RangeFault("Integer too large to be used in a version number.");
    this.at = end;
    this.skipBlanks();
    return part;
  }

  private take(expected: string): boolean {
    if (!this.text.startsWith(expected, this.at)) return false;
    this.at += expected.length;
    this.skipBlanks();
    return true;
  }

  private skipBlanks(): void {
    while (/\s/.test(this.text[this.at] ?? "")) this.at++;
  }

  private isAtEnd(): boolean {
    return this.at >= this.text.length;
  }
}

/**
 * Reads the text of a version pragma.
 *
 * @example parseVersionRange("^0.8.0 || >=0.6.0 <0.7.0")
 */
export function parseVersionRange(text: string): ParsedRange {
  try {
    // solc takes its version from string literals too: pragma solidity "^0.8.0";
    return { range: new RangeReader(text.replace(/["']/g, "")).read() };
  } catch (thrown) {
    if (thrown instanceof RangeFault) return { fault: thrown.message };
    throw thrown;
  }
}

type Version = readonly [number, number, number];

/** Compares the parts that the component names; wildcards are equal to all. */
function compare(version: Version, parts: readonly (number | undefined)[]): number {
  for (const [index, part] of parts.entries()) if (part !== undefined && version[index] !== part) return version[index]! - part;
  return 0;
}

function matches(version: Version, { operator, parts }: Component): boolean {
  const order = compare(version, parts);
  switch (operator) {
    case "=":
      return order === 0;
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
    case "~":
      return order >= 0 && compare(version, parts.slice(0, Math.min(parts.length, 2))) <= 0;
    // `^0.8.3` fixes the minor version, `^0` and `^1.2` only the major one.
    case "^":
      return order >= 0 && compare(version, parts.slice(0, parts[0] === 0 && parts.length !== 1 ? 2 : 1)) <= 0;
  }
}

/** Whether `version` (`0.8.37`) lies in `range`. */
export function satisfies(range: VersionRange, version: string): boolean {
  const [major, minor, patch] = version.split(".").map(Number) as [number, number, number];
  return range.alternatives.some((components) => components.every((component) => matches([major, minor, patch], component)));
}

/** All releases of a line, newest first. */
function releasesOf(line: LanguageLine): string[] {
  const last = Number(lineReleases[line].split(".")[2]);
  return Array.from({ length: last + 1 }, (_, i) => `${line}.${last - i}`);
}

/** The lines that have a release in all of `ranges`, newest first. */
export function allowedLines(ranges: readonly VersionRange[]): LanguageLine[] {
  return languageLines.filter((line) => releasesOf(line).some((release) => ranges.every((range) => satisfies(range, release))));
}

/** A version pragma as it stands in a file. */
interface VersionPragma {
  readonly text: string;
  readonly span: Span;
}

/** The `pragma solidity` directives of a file, found without parsing it. */
function versionPragmas(file: SourceFile): VersionPragma[] {
  const last = file.content.lastIndexOf("pragma");
  if (last < 0) return [];
  const pragmas: VersionPragma[] = [];
  const lexer = new Lexer(file, new DiagnosticSink(), "0.8");
  while (lexer.kind !== Token.EndOfSource && lexer.start <= last) {
    if (lexer.kind !== Token.Pragma) {
      lexer.next();
      continue;
    }
    const start = lexer.start;
    lexer.setPragma(true);
    lexer.next();
    const isVersion = lexer.isWord("solidity");
    let text = "";
    let lastEnd = lexer.end;
    while (!isPragmaEnd(lexer.kind)) {
      lexer.next();
      if (isPragmaEnd(lexer.kind)) break;
      text += (lexer.start > lastEnd ? " " : "") + lexer.tokenText();
      lastEnd = lexer.end;
    }
    lexer.setPragma(false);
    if (isVersion) pragmas.push({ text: text.trim(), span: { file, start, end: lexer.end } });
  }
  return pragmas;
}

function isPragmaEnd(kind: Token): boolean {
  return kind === Token.Semicolon || kind === Token.EndOfSource;
}

/**
 * The language lines by which a file may be read, newest first: those that all of its version pragmas allow, all lines if
 * it has none.
 *
 * @returns none if a pragma cannot be read or no supported line satisfies them; `sink` has the reason
 */
export function linesOfFile(file: SourceFile, sink: DiagnosticSink): readonly LanguageLine[] {
  const ranges: VersionRange[] = [];
  const pragmas = versionPragmas(file);
  for (const { text, span } of pragmas) {
    const parsed = parseVersionRange(text);
    if ("fault" in parsed) {
      sink.error("ParserError", "1684", `Invalid version pragma. ${parsed.fault}`, span);
      return [];
    }
    ranges.push(parsed.range);
  }
  const lines = allowedLines(ranges);
  if (lines.length > 0) return lines;
  const supported = languageLines.map((line) => `${line}.0 to ${lineReleases[line]}`).join(", ");
  const culprit = pragmas.find((_, index) => allowedLines([ranges[index]!]).length === 0) ?? pragmas[0]!;
  sink.error(
    "ParserError",
    "5333",
    `Source file requires different compiler version (supported are ${supported})`,
    culprit.span,
    `'${culprit.text}' allows none of them: widen the pragma, for example to ^${lineReleases[languageLines[0]!]}.`,
  );
  return [];
}
