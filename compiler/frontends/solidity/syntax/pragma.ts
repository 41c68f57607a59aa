/**
 * Version pragmas: reading ranges as solc reads them, and finding the releases that a file allows.
 *
 *     ^0.8.20        0.8.20 <= v < 0.9.0          1.2 - 1.5      1.2 <= v <= 1.5
 *     ~0.8.20        0.8.20 <= v < 0.9.0 (solc's reading: only the leading parts count)
 *     >=0.6.0 <0.9.0 both                          ^0.6.0 || ^0.8.0   either
 *     0.8            any 0.8.x                     0.8.x, *       wildcards
 *
 * solc presents itself by its exact release. supervm stands for all releases of the lines that it knows: `=0.5.16` is satisfied, and the
 * rules are those of the line's last release (see {@link lineReleases}).
 */
import type { SourceFile, Span } from "../../../base/span.js";
import { DiagnosticSink } from "../../../diagnostics/diagnostic.js";
import { languageLines, lineReleases, releases } from "./language.js";
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

/** The releases that lie in all of `ranges`, newest first. */
export function allowedReleases(ranges: readonly VersionRange[]): string[] {
  return releases.filter((release) => ranges.every((range) => satisfies(range, release)));
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
    // One without an end is a fault of syntax, whatever its version.
    if (isVersion && !isSourceEnd(lexer.kind)) pragmas.push({ text: text.trim(), span: { file, start, end: lexer.end } });
  }
  return pragmas;
}

function isPragmaEnd(kind: Token): boolean {
  return kind === Token.Semicolon || isSourceEnd(kind);
}

function isSourceEnd(kind: Token): boolean {
  return kind === Token.EndOfSource;
}

/** What the version pragmas of a file allow. */
export interface VersionDemand {
  /** Supported releases that satisfy them all, newest first; all supported ones where there is no pragma. */
  readonly releases: readonly string[];
  /** The pragmas as they are written; empty without one. */
  readonly text: string;
  /** Where the first stands. */
  readonly span: Span;
  /** Whether releases to come are allowed too: the ranges have no upper end. */
  readonly isOpen: boolean;
}

/** Later than any release there will be. */
const FUTURE = "4294967295.0.0";

/**
 * The releases by whose rules a file may be read.
 *
 * @returns no releases if a pragma cannot be read or no supported one satisfies them; `sink` has the reason
 */
export function demandOfFile(file: SourceFile, sink: DiagnosticSink): VersionDemand {
  const pragmas = versionPragmas(file);
  const text = pragmas.map((pragma) => pragma.text).join(" ");
  const span = pragmas[0]?.span ?? { file, start: 0, end: 0 };
  const ranges: VersionRange[] = [];
  for (const pragma of pragmas) {
    const parsed = parseVersionRange(pragma.text);
    if ("fault" in parsed) {
      sink.error("ParserError", "1684", `Invalid version pragma. ${parsed.fault}`, pragma.span);
      return { releases: [], text, span, isOpen: false };
    }
    ranges.push(parsed.range);
  }
  const found = allowedReleases(ranges);
  const isOpen = pragmas.length > 0 && ranges.every((range) => satisfies(range, FUTURE));
  if (found.length === 0) reportUnsupported(pragmas, ranges, sink);
  return { releases: found, text, span, isOpen };
}

function reportUnsupported(pragmas: readonly VersionPragma[], ranges: readonly VersionRange[], sink: DiagnosticSink): void {
  const supported = languageLines.map((line) => `${line}.0 to ${lineReleases[line]}`).join(", ");
  const alone = pragmas.findIndex((_, index) => allowedReleases([ranges[index]!]).length === 0);
  const culprit = pragmas[Math.max(alone, 0)]!;
  const isOlder = alone >= 0 && beforeAll.some((version) => satisfies(ranges[alone]!, version));
  const newest = lineReleases[languageLines[0]!];
  const hint = isOlder
    ? `'${culprit.text}' is for compilers before 0.5, another language by now: port the source to 0.5 or later (docs.soliditylang.org, "Solidity v0.5.0 Breaking Changes") and write a pragma such as ^${lineReleases["0.5"]}.`
    : `'${culprit.text}' allows none of them: widen the pragma, for example to ^${newest}.`;
  sink.error("ParserError", "5333", `Source file requires different compiler version (supported are ${supported})`, culprit.span, hint);
}

/** Releases before the first supported one: each minor version's, from 0.1 on. */
const beforeAll: readonly string[] = [1, 2, 3, 4].flatMap((minor) => Array.from({ length: 27 }, (_, patch) => `0.${minor}.${patch}`));
