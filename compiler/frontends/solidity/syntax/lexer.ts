/**
 * The lexer: turns source text into tokens, one at a time, without a token object. The current token is in `kind`,
 * `start` and `end`; its text is cut out only when the parser wants it. Faults are reported where they stand and the
 * nearest sensible token is produced, so that one bad character costs one message.
 *
 * Inline assembly has a vocabulary of its own (dots belong to names, most Solidity keywords are names); the parser
 * switches with {@link Lexer.enterYul} while it stands on the opening brace.
 */
import type { SourceFile, Span } from "../../../base/span.js";
import type { DiagnosticSink } from "../../../diagnostics/diagnostic.js";
import { bidirectionalFault, isDigit, isIdentifierPart, isIdentifierStart, isLineBreak, isWhitespace } from "./characters.js";
import { skipBlockComment, skipDocLines, skipLineComment } from "./comments.js";
import { isBefore, type LanguageLine } from "./language.js";
import { scanNumber } from "./numbers.js";
import { scanString, type LexicalFault, type StringRules } from "./strings.js";
import { isFixedPointType, Token, vocabularyOf, type KeywordTable, type Vocabulary } from "./tokens.js";

/**
 * Recently seen words by hash. The same few names recur all over a program, so most are found here and need no new
 * string. A cache only: a collision merely cuts the word out again.
 */
const wordCache: string[] = new Array<string>(4096).fill("");

export class Lexer {
  kind: Token = Token.EndOfSource;
  start = 0;
  end = 0;
  /** Range of the doc comment before the current token; `docStart` is -1 if there is none. */
  docStart = -1;
  docEnd = -1;

  /** End of the last fault reported; what comes of it need not be reported again. */
  faultEnd = -1;

  private readonly text: string;
  private readonly vocabulary: Vocabulary;
  private keywords: KeywordTable;
  private inYul = false;
  /** Inside a pragma whatever cannot be read is an `Illegal` token, which the pragma's own rules judge. */
  private inPragma = false;
  private readonly hasBidirectional: boolean;
  private readonly stringRules: StringRules;
  private hash = 0;
  private position = 0;
  /** Faults before this offset have been reported already (tokens can be read twice by lookahead). */
  private reportedUpTo = 0;
  private muted = false;

  private peeked = false;
  private peekKind: Token = Token.EndOfSource;
  private peekStart = 0;
  private peekEnd = 0;
  private peekHash = 0;
  private peekDocStart = -1;
  private peekDocEnd = -1;

  constructor(
    private readonly file: SourceFile,
    private readonly sink: DiagnosticSink,
    line: LanguageLine,
  ) {
    this.text = file.content;
    this.vocabulary = vocabularyOf(line);
    this.keywords = this.vocabulary.solidity;
    this.hasBidirectional = /[\u202a-\u202e]/.test(file.content);
    this.stringRules = {
      allowsUnicode: isBefore(line, "0.7"),
      hasOldEscapes: isBefore(line, "0.8"),
      hasBidirectional: this.hasBidirectional,
    };
    this.next();
  }

  /** Moves on to the next token. */
  next(): void {
    if (this.peeked) {
      this.peeked = false;
      this.kind = this.peekKind;
      this.start = this.peekStart;
      this.end = this.peekEnd;
      this.hash = this.peekHash;
      this.docStart = this.peekDocStart;
      this.docEnd = this.peekDocEnd;
    } else {
      this.scan();
    }
  }

  /** Kind of the token after the current one. */
  peek(): Token {
    if (!this.peeked) {
      const { kind, start, end, hash, docStart, docEnd } = this;
      this.scan();
      this.peekKind = this.kind;
      this.peekStart = this.start;
      this.peekEnd = this.end;
      this.peekHash = this.hash;
      this.peekDocStart = this.docStart;
      this.peekDocEnd = this.docEnd;
      this.kind = kind;
      this.start = start;
      this.end = end;
      this.hash = hash;
      this.docStart = docStart;
      this.docEnd = docEnd;
      this.peeked = true;
    }
    return this.peekKind;
  }

  /** Kind of the second token after the current one. Rarely needed, so it is read anew each time. */
  peekSecond(): Token {
    this.peek();
    const { kind, start, end, hash, docStart, docEnd, position } = this;
    this.muted = true;
    this.scan();
    this.muted = false;
    const second = this.kind;
    this.kind = kind;
    this.start = start;
    this.end = end;
    this.hash = hash;
    this.docStart = docStart;
    this.docEnd = docEnd;
    this.position = position;
    return second;
  }

  /** Text of the token after the current one, which {@link peek} must have reached. */
  peekText(): string {
    return this.text.slice(this.peekStart, this.peekEnd);
  }

  /** Range of the token after the current one, which {@link peek} must have reached. */
  peekSpan(): Span {
    return { file: this.file, start: this.peekStart, end: this.peekEnd };
  }

  /** Text of the current token. */
  tokenText(): string {
    return this.text.slice(this.start, this.end);
  }

  /** Text of the current token, which is a word. */
  word(): string {
    const index = (this.hash ^ (this.hash >>> 12)) & 4095;
    const cached = wordCache[index]!;
    if (cached.length === this.end - this.start && this.text.startsWith(cached, this.start)) return cached;
    return (wordCache[index] = this.text.slice(this.start, this.end));
  }

  /** Whether the current token is the identifier `word`. */
  isWord(word: string): boolean {
    return this.kind === Token.Identifier && this.end - this.start === word.length && this.text.startsWith(word, this.start);
  }

  /** Reads what follows the current token by Yul's rules. */
  enterYul(): void {
    this.setYul(true);
  }

  /** Reads what follows the current token by Solidity's rules. */
  leaveYul(): void {
    this.setYul(false);
  }

  /** Reads what follows the current token as part of a pragma, or no longer. */
  setPragma(inPragma: boolean): void {
    this.inPragma = inPragma;
    this.dropPeeked();
  }

  /** Gives up on the rest of the file: the current token becomes the end of source. */
  skipToEnd(): void {
    this.peeked = false;
    this.kind = Token.EndOfSource;
    this.position = this.start = this.end = this.text.length;
  }

  private setYul(inYul: boolean): void {
    this.inYul = inYul;
    this.keywords = inYul ? this.vocabulary.yul : this.vocabulary.solidity;
    this.dropPeeked();
  }

  private dropPeeked(): void {
    if (this.peeked) this.position = this.end;
    this.peeked = false;
  }

  private report(message: string, start: number, end: number, hint?: string): void {
    if (this.muted || this.inPragma || start < this.reportedUpTo) return;
    this.reportedUpTo = start + 1;
    this.faultEnd = end;
    const span = { file: this.file, start, end };
    if (this.inYul) this.sink.error("ParserError", "1465", `Illegal token: ${message}`, span, hint);
    else this.sink.error("ParserError", "8936", message, span, hint);
  }

  /* ---------------------------------------------------------------------------------------------- scanning */

  private scan(): void {
    const text = this.text;
    this.docStart = -1;
    for (;;) {
      const start = this.position;
      const c = text.charCodeAt(start);
      if (isWhitespace(c)) {
        this.position++;
        continue;
      }
      if (c === 0x2f /* / */) {
        const after = text.charCodeAt(start + 1);
        if (after === 0x2f || after === 0x2a) {
          this.skipComment(start, after === 0x2a);
          continue;
        }
      }
      this.start = start;
      if (isIdentifierStart(c)) this.scanWord(c);
      else if (isDigit(c)) this.scanNumber();
      else if (start >= text.length) this.finish(Token.EndOfSource, 0);
      else if (!this.scanSymbol(c) && !this.scanIllegal()) continue;
      this.end = this.position;
      return;
    }
  }

  private finish(kind: Token, length: number): true {
    this.kind = kind;
    this.position += length;
    return true;
  }

  private scanWord(first: number): void {
    const text = this.text;
    let hash = first;
    let i = this.start + 1;
    for (;;) {
      const c = text.charCodeAt(i);
      if (!isIdentifierPart(c) && !(c === 0x2e /* . */ && this.inYul)) break;
      hash = (Math.imul(hash, 31) + c) | 0;
      i++;
    }
    this.hash = hash;
    this.position = i;
    this.kind = this.keywords.find(text, this.start, i, hash);
    if (this.kind === Token.Identifier) {
      const isFixed = !this.inYul && text.startsWith("fixed", first === 0x75 /* u */ ? this.start + 1 : this.start);
      if (isFixed && isFixedPointType(text.slice(this.start, i))) this.kind = Token.ElementaryType;
    } else if (this.kind === Token.Hex || this.kind === Token.Unicode) {
      this.scanPrefixedString();
    }
  }

  /** `hex"..."` and `unicode"..."`, from the end of the prefix. */
  private scanPrefixedString(): void {
    const prefix = this.kind;
    const c = this.text.charCodeAt(this.position);
    if (c === 0x22 || c === 0x27) {
      this.scanQuoted(prefix === Token.Hex ? Token.HexStringLiteral : Token.UnicodeStringLiteral);
      return;
    }
    const word = prefix === Token.Hex ? "hex" : "unicode";
    this.fault(`Expected a string literal right after '${word}'.`, this.start, this.position);
    this.kind = this.inPragma ? Token.Illegal : Token.Identifier;
  }

  private scanQuoted(kind: Token.StringLiteral | Token.UnicodeStringLiteral | Token.HexStringLiteral): void {
    this.kind = kind;
    const rules = this.inYul ? { ...this.stringRules, isYul: true } : this.stringRules;
    this.position = scanString(this.text, this.position, kind, rules, this.fault);
  }

  /** Takes the faults of literals. */
  private readonly fault: LexicalFault = (message, start, end, hint) => {
    if (this.inPragma) this.kind = Token.Illegal;
    this.report(message, start, end, hint);
  };

  /** Numbers, from their first digit or their leading dot. */
  private scanNumber(): void {
    this.kind = Token.Number;
    this.position = scanNumber(this.text, this.position, this.fault);
  }

  private skipComment(start: number, isBlock: boolean): void {
    const text = this.text;
    const third = text.charCodeAt(start + 2);
    const fourth = text.charCodeAt(start + 3);
    let isDoc = false;
    if (isBlock) {
      this.position = skipBlockComment(text, start);
      if (this.position < 0) {
        this.position = text.length;
        this.report("Expected multi-line comment-terminator.", start, text.length, "Close the comment with '*/'.");
      } else isDoc = third === 0x2a && fourth !== 0x2f && fourth !== 0x2a;
    } else {
      isDoc = third === 0x2f && fourth !== 0x2f;
      this.position = isDoc ? skipDocLines(text, start) : skipLineComment(text, start);
    }
    if (isDoc) {
      this.docStart = start;
      this.docEnd = this.position;
    }
    if (this.hasBidirectional) {
      const fault = bidirectionalFault(text, start, this.position);
      if (fault) this.report(fault, start, this.position, "Remove the invisible direction-changing characters.");
    }
  }

  /** Punctuation, operators and strings without a prefix. @returns false if no token starts with `c` */
  private scanSymbol(c: number): boolean {
    const text = this.text;
    const second = text.charCodeAt(this.position + 1);
    switch (c) {
      case 0x28:
        return this.finish(Token.LParen, 1);
      case 0x29:
        return this.finish(Token.RParen, 1);
      case 0x5b:
        return this.finish(Token.LBrack, 1);
      case 0x5d:
        return this.finish(Token.RBrack, 1);
      case 0x7b:
        return this.finish(Token.LBrace, 1);
      case 0x7d:
        return this.finish(Token.RBrace, 1);
      case 0x3b:
        return this.finish(Token.Semicolon, 1);
      case 0x2c:
        return this.finish(Token.Comma, 1);
      case 0x3f:
        return this.finish(Token.Conditional, 1);
      case 0x7e:
        return this.finish(Token.BitNot, 1);
      case 0x3a:
        return second === 0x3d ? this.finish(Token.AssemblyAssign, 2) : this.finish(Token.Colon, 1);
      case 0x22:
      case 0x27:
        this.scanQuoted(Token.StringLiteral);
        return true;
      case 0x2e: {
        if (!isDigit(second)) return this.finish(Token.Period, 1);
        this.scanNumber();
        return true;
      }
      case 0x3d:
        if (second === 0x3d) return this.finish(Token.Equal, 2);
        return second === 0x3e ? this.finish(Token.DoubleArrow, 2) : this.finish(Token.Assign, 1);
      case 0x21:
        return second === 0x3d ? this.finish(Token.NotEqual, 2) : this.finish(Token.Not, 1);
      case 0x2b:
        return this.doubled(c, second, Token.Inc, Token.AssignAdd, Token.Add);
      case 0x2d:
        return second === 0x3e ? this.finish(Token.RightArrow, 2) : this.doubled(c, second, Token.Dec, Token.AssignSub, Token.Sub);
      case 0x2a:
        return this.doubled(c, second, Token.Exp, Token.AssignMul, Token.Mul);
      case 0x26:
        return this.doubled(c, second, Token.And, Token.AssignBitAnd, Token.BitAnd);
      case 0x7c:
        return this.doubled(c, second, Token.Or, Token.AssignBitOr, Token.BitOr);
      case 0x2f:
        return second === 0x3d ? this.finish(Token.AssignDiv, 2) : this.finish(Token.Div, 1);
      case 0x25:
        return second === 0x3d ? this.finish(Token.AssignMod, 2) : this.finish(Token.Mod, 1);
      case 0x5e:
        return second === 0x3d ? this.finish(Token.AssignBitXor, 2) : this.finish(Token.BitXor, 1);
      case 0x3c: {
        if (second !== 0x3c) return this.doubled(c, second, Token.Shl, Token.LessThanOrEqual, Token.LessThan);
        return text.charCodeAt(this.position + 2) === 0x3d ? this.finish(Token.AssignShl, 3) : this.finish(Token.Shl, 2);
      }
      case 0x3e:
        return this.scanGreater(second);
      default:
        return false;
    }
  }

  /** `c` followed by itself, by `=`, or alone. */
  private doubled(c: number, second: number, twice: Token, withAssign: Token, alone: Token): true {
    if (second === c) return this.finish(twice, 2);
    return second === 0x3d ? this.finish(withAssign, 2) : this.finish(alone, 1);
  }

  /** `>`, `>=`, `>>`, `>>=`, `>>>`, `>>>=` */
  private scanGreater(second: number): true {
    if (second === 0x3d) return this.finish(Token.GreaterThanOrEqual, 2);
    if (second !== 0x3e) return this.finish(Token.GreaterThan, 1);
    const third = this.text.charCodeAt(this.position + 2);
    if (third === 0x3d) return this.finish(Token.AssignSar, 3);
    if (third !== 0x3e) return this.finish(Token.Sar, 2);
    return this.text.charCodeAt(this.position + 3) === 0x3d ? this.finish(Token.AssignShr, 4) : this.finish(Token.Shr, 3);
  }

  /**
   * A character that starts no token. A word with letters beyond ASCII is reported once and read as a name, so that
   * its uses make no further noise of their own.
   *
   * @returns whether a token was produced; if not, scanning goes on behind the fault
   */
  private scanIllegal(): boolean {
    const text = this.text;
    const start = this.position;
    if (this.inPragma) return this.finish(Token.Illegal, 1);
    const isWordLike = /^[\p{L}\p{N}]/u.test(String.fromCodePoint(text.codePointAt(start)!));
    let i = start + 1;
    if (isWordLike) while (isIdentifierPart(text.charCodeAt(i)) || text.charCodeAt(i) > 0x7f) i++;
    else while (text.charCodeAt(i) > 0x7f && !isLineBreak(text.charCodeAt(i))) i++;
    const hint =
      start === 0 && text.charCodeAt(0) === 0xfeff
        ? "Save the file without a byte order mark."
        : isWordLike
          ? "Names consist of the letters a-z and A-Z, digits, '_' and '$'."
          : undefined;
    this.report(`Invalid token '${text.slice(start, i)}'.`, start, i, hint);
    const continuesWord = start > 0 && isIdentifierPart(text.charCodeAt(start - 1));
    this.hash = 0;
    this.position = i;
    this.kind = Token.Identifier;
    return isWordLike && !continuesWord;
  }
}
