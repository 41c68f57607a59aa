/**
 * What all layers of the parser share: the token stream, node ids and spans, errors and recovery.
 *
 * The parser is one class, built up in layers so that each file holds one part of the grammar; a layer uses those
 * below it, and the few upward references are abstract methods:
 *
 *     ParserBase < TypeParser < ExpressionParser < YulParser < SimpleStatementParser < StatementParser
 *                < FunctionParser < ContractParser < SourceUnitParser
 *
 * A fault that the grammar cannot step over reports one diagnostic and throws {@link parseAbort}, which is caught
 * where a list of statements, members or definitions is read. There the parser skips to the next likely start, led by
 * the brace depth at which the list began, and goes on. `parseAbort` never leaves the parser.
 */
import type { SourceFile, Span } from "../../../../base/span.js";
import { MAX_ERRORS, type DiagnosticSink } from "../../../../diagnostics/diagnostic.js";
import type { IdentifierPath, Name, Node, StructuredDocumentation } from "../ast.js";
import { docText } from "../comments.js";
import type { LanguageLine } from "../language.js";
import { Lexer } from "../lexer.js";
import { spellingOf, Token } from "../tokens.js";

/** Thrown to the nearest recovery point, always after a report. One object: it carries nothing. */
export const parseAbort: unique symbol = Symbol("parse abort");

/** As deep as solc lets constructs nest, counted in calls of its parser. */
const maximumDepth = 1200;

/** Gives out node ids; share one among all files of a compilation. */
export interface NodeIds {
  next: number;
}

export abstract class ParserBase {
  protected readonly lexer: Lexer;
  /** Start of the last token taken. */
  private lastStart = 0;
  /** End of the last token taken; where a node ends that was just read. */
  protected lastEnd = 0;
  /** Nesting of calls, counted about as solc does. */
  protected depth = 0;
  /** Braces that are open at the current token. */
  protected braces = 0;
  private lastFault = -1;
  private errors = 0;

  constructor(
    protected readonly file: SourceFile,
    private readonly sink: DiagnosticSink,
    protected readonly line: LanguageLine,
    private readonly ids: NodeIds,
  ) {
    this.lexer = new Lexer(file, sink, line);
  }

  /* ------------------------------------------------------------------------------------------ tokens and nodes */

  protected get kind(): Token {
    return this.lexer.kind;
  }

  /** Whether the current token is of `kind`. */
  protected at(kind: Token): boolean {
    return this.lexer.kind === kind;
  }

  /** Takes the current token. */
  protected advance(): void {
    const lexer = this.lexer;
    this.lastStart = lexer.start;
    this.lastEnd = lexer.end;
    if (lexer.kind === Token.LBrace) this.braces++;
    else if (lexer.kind === Token.RBrace) this.braces--;
    lexer.next();
  }

  /** Takes the current token if it is of `kind`. */
  protected accept(kind: Token): boolean {
    if (this.lexer.kind !== kind) return false;
    this.advance();
    return true;
  }

  /** Takes the current token, which must be of `kind`. */
  protected expect(kind: Token): void {
    if (this.lexer.kind !== kind) this.failExpected(kind);
    this.advance();
  }

  /** Takes an identifier and returns its text. */
  protected expectIdentifier(): string {
    if (this.lexer.kind !== Token.Identifier) this.failExpected(Token.Identifier);
    const word = this.lexer.word();
    this.advance();
    return word;
  }

  protected expectName(): Name {
    const nameSpan = this.tokenSpan();
    return { name: this.expectIdentifier(), nameSpan };
  }

  /** As {@link expectIdentifier}, but `address` will do too: members can have that name. */
  protected expectIdentifierOrAddress(): string {
    if (this.lexer.kind !== Token.Address) return this.expectIdentifier();
    this.advance();
    return "address";
  }

  protected nextId(): number {
    return this.ids.next++;
  }

  /** From `start` to the last token taken. */
  protected spanFrom(start: number): Span {
    return { file: this.file, start, end: this.lastEnd };
  }

  protected spanOf(start: number, end: number): Span {
    return { file: this.file, start, end };
  }

  protected tokenSpan(): Span {
    return { file: this.file, start: this.lexer.start, end: this.lexer.end };
  }

  /** From the start of the node `first` to the last token taken. */
  protected spanSince(first: Node): Span {
    return { file: this.file, start: first.span.start, end: this.lastEnd };
  }

  /** The doc comment before the current token. */
  protected documentation(): StructuredDocumentation | undefined {
    const { docStart, docEnd } = this.lexer;
    if (docStart < 0) return undefined;
    const text = docText(this.file.content, docStart, docEnd);
    if (text === "") return undefined;
    return { kind: "StructuredDocumentation", id: this.nextId(), span: this.spanOf(docStart, docEnd), text };
  }

  /** `a.b.c` where only a declaration can stand. */
  protected parseIdentifierPath(): IdentifierPath {
    const start = this.lexer.start;
    const first = this.expectName();
    const parts = [first];
    let name = first.name;
    while (this.accept(Token.Period)) {
      const part = this.expectName();
      parts.push(part);
      name += `.${part.name}`;
    }
    return { kind: "IdentifierPath", id: this.nextId(), span: this.spanFrom(start), name, parts };
  }

  /* --------------------------------------------------------------------------------------------------- errors */

  /** Reports a fault that parsing can step over. */
  protected error(code: string, message: string, span: Span = this.tokenSpan(), hint?: string): void {
    this.sink.error("ParserError", code, message, span, hint);
    this.countError();
  }

  /** Reports a fault that solc finds in a later stage than its parser. */
  protected errorOf(kind: "SyntaxError" | "TypeError", code: string, message: string, span: Span, hint?: string): void {
    this.sink.error(kind, code, message, span, hint);
    this.countError();
  }

  protected warning(code: string, message: string, span: Span, hint?: string): void {
    this.sink.warning(code, message, span, hint);
  }

  /**
   * Reports a fault that ends the current construct. A second one at the same token is an echo and stays silent, as
   * does one at or right behind what the lexer could not read.
   */
  protected fail(code: string, message: string, span: Span = this.tokenSpan(), hint?: string): never {
    if (span.start > this.lastFault && this.lexer.faultEnd <= this.lastStart) {
      this.lastFault = span.start;
      this.error(code, message, span, hint);
    }
    throw parseAbort;
  }

  protected failExpected(kind: Token, hint?: string): never {
    this.fail("2314", `Expected ${this.describe(kind)} but got ${this.describeCurrent()}`, this.tokenSpan(), hint ?? this.hintFor() ?? this.semicolonHint(kind));
  }

  private countError(): void {
    if (++this.errors > MAX_ERRORS) this.giveUp();
  }

  /** Ignores the rest of the file. */
  private giveUp(): void {
    this.lexer.skipToEnd();
    this.lastFault = this.file.content.length;
  }

  /** Counts `levels` of nesting; the caller takes them back with {@link leave}, recovery points restore the count. */
  protected enter(levels: number): void {
    this.depth += levels;
    if (this.depth >= maximumDepth) {
      const span = this.tokenSpan();
      this.error("7319", "Maximum recursion depth reached during parsing.", span, "Split the construct into smaller ones.");
      this.giveUp();
      throw parseAbort;
    }
  }

  protected leave(levels: number): void {
    this.depth -= levels;
  }

  private describe(kind: Token): string {
    if (kind === Token.Identifier) return "identifier";
    if (kind === Token.StringLiteral) return "string literal";
    return `'${spellingOf(kind) ?? Token[kind]}'`;
  }

  /** The current token as messages name it. */
  protected describeCurrent(): string {
    const kind = this.lexer.kind;
    if (kind === Token.EndOfSource) return "end of source";
    const text = this.lexer.tokenText();
    const shown = text.length > 40 ? `${text.slice(0, 37)}...` : text;
    return kind === Token.Reserved ? `reserved keyword '${shown}'` : `'${shown}'`;
  }

  /** A `;` forgotten at the end of a line shows at the next line's first word. */
  private semicolonHint(kind: Token): string | undefined {
    const isNextLine = this.file.content.slice(this.lastEnd, this.lexer.start).includes("\n");
    return kind === Token.Semicolon && isNextLine ? "A ';' seems to be missing at the end of the line before." : undefined;
  }

  private hintFor(): string | undefined {
    const text = this.lexer.tokenText();
    if (this.lexer.kind === Token.Reserved) return `'${text}' is reserved for future use: choose another name.`;
    if (text === "finney" || text === "szabo") return `'${text}' was removed in 0.7: write a number of wei, gwei or ether.`;
    return undefined;
  }

  /* -------------------------------------------------------------------------------------------------- recovery */

  /** Whether the current token can only start a definition in a contract or file. */
  protected startsMember(): boolean {
    switch (this.lexer.kind) {
      case Token.Contract:
      case Token.Library:
      case Token.Interface:
      case Token.Abstract:
      case Token.Import:
      case Token.Pragma:
      case Token.Modifier:
      case Token.Event:
      case Token.Struct:
      case Token.Enum:
      case Token.Constructor:
      case Token.Using:
        return true;
      case Token.Function:
        return this.lexer.peek() === Token.Identifier;
      default:
        return false;
    }
  }

  /** Whether the current token can only start a definition of a file. */
  protected startsDefinition(): boolean {
    switch (this.lexer.kind) {
      case Token.Contract:
      case Token.Library:
      case Token.Interface:
        return this.lexer.peek() === Token.Identifier;
      case Token.Abstract:
        return this.lexer.peek() === Token.Contract;
      case Token.Import:
      case Token.Pragma:
        return true;
      default:
        return false;
    }
  }

  /**
   * Skips behind the `;` or the block that ends the broken element of a list, or to the brace that ends the list.
   *
   * @param braces how many braces are open around the elements of the list
   * @param isRestart whether the current token starts something outside of the list or surely a new element
   * @param inStatements whether the elements are statements
   * @returns false if the list cannot go on: the source is at its end, or something outside starts here
   */
  protected skipElement(braces: number, isRestart: () => boolean, inStatements = false): boolean {
    for (;;) {
      switch (this.lexer.kind) {
        case Token.EndOfSource:
          return false;
        case Token.RBrace:
          if (this.braces <= braces) return true;
          this.advance();
          if (this.braces === braces && !this.continuesElement(inStatements)) return true;
          continue;
        case Token.Semicolon:
          this.advance();
          if (this.braces === braces) return true;
          continue;
        default:
          if (isRestart()) return false;
          this.advance();
      }
    }
  }

  /** Whether the element goes on behind the brace that was just closed. */
  private continuesElement(inStatements: boolean): boolean {
    switch (this.lexer.kind) {
      case Token.Catch:
      case Token.Else:
      case Token.RParen:
      case Token.Comma:
      case Token.Period:
      case Token.Semicolon:
        return true;
      case Token.For:
        return !inStatements;
      default:
        return !inStatements && this.lexer.isWord("from");
    }
  }

  /**
   * After a fault inside parentheses: skips to behind the parenthesis that closes them, if it comes before the
   * statement ends.
   */
  protected skipToClosingParen(): boolean {
    let open = 0;
    for (;;) {
      switch (this.lexer.kind) {
        case Token.EndOfSource:
        case Token.LBrace:
        case Token.RBrace:
          return false;
        case Token.LParen:
          open++;
          break;
        case Token.RParen:
          if (open === 0) {
            this.advance();
            return true;
          }
          open--;
      }
      this.advance();
    }
  }
}
