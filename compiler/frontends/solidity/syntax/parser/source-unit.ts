/** Whole files: pragmas, imports and the definitions at the top. */
import type { ImportDirective, ImportSymbol, Name, PragmaDirective, SourceUnit, SourceUnitMember, VariableDeclaration } from "../ast.js";
import { licenseOf } from "../license.js";
import { Token } from "../tokens.js";
import { parseAbort } from "./base.js";
import { ContractParser } from "./contracts.js";

export class SourceUnitParser extends ContractParser {
  /** Reads the whole file. */
  parseSourceUnit(): SourceUnit {
    const nodes: SourceUnitMember[] = [];
    while (!this.at(Token.EndOfSource)) this.parseDefinitionInto(nodes);
    const file = this.file;
    const span = this.spanOf(0, file.content.length);
    const verdict = licenseOf(file.content, nodes);
    const license = "license" in verdict ? verdict.license : undefined;
    return { kind: "SourceUnit", id: this.nextId(), span, file, language: this.line, license, nodes };
  }

  /** One definition into `nodes`; a broken one is skipped, and a stray token too. */
  private parseDefinitionInto(nodes: SourceUnitMember[]): void {
    const start = this.lexer.start;
    try {
      nodes.push(this.parseDefinition());
    } catch (thrown) {
      if (thrown !== parseAbort) throw thrown;
      this.depth = 0;
      this.isInModifier = false;
      if (this.lexer.start === start) this.advance();
      const isRestart = (): boolean => this.startsDefinition() || (this.braces === 0 && this.startsMember());
      // At the top the only closing brace that can end a skip is a stray one.
      while (this.skipElement(0, isRestart) && this.at(Token.RBrace)) this.advance();
      this.braces = 0;
    }
  }

  private parseDefinition(): SourceUnitMember {
    switch (this.kind) {
      case Token.Pragma:
        return this.parsePragma();
      case Token.Import:
        return this.parseImport();
      case Token.Abstract:
      case Token.Interface:
      case Token.Contract:
      case Token.Library:
        return this.parseContract();
      case Token.Struct:
        return this.parseStruct();
      case Token.Enum:
        return this.parseEnum();
      case Token.Type:
        return this.parseValueType();
      case Token.Using:
        return this.parseUsing();
      case Token.Function:
        return this.parseFunction(true);
      case Token.Event:
        return this.parseEvent();
      default:
        if (this.startsError()) return this.parseErrorDefinition();
        if (this.startsVariable() && this.lexer.peek() !== Token.EndOfSource) return this.parseFileConstant();
        return this.fail(
          "7858",
          "Expected pragma, import directive or contract/interface/library/user-defined type/constant/function/error/event definition.",
          this.tokenSpan(),
          this.at(Token.RBrace) ? "This '}' closes nothing." : undefined,
        );
    }
  }

  private parseFileConstant(): VariableDeclaration {
    const variable = this.parseVariable("fileConstant");
    this.expect(Token.Semicolon);
    return variable;
  }

  /** A pragma is any tokens up to `;`; what they mean is for others to say. */
  private parsePragma(): PragmaDirective {
    const start = this.lexer.start;
    const text = this.file.content;
    this.lexer.setPragma(true);
    this.advance();
    let name = "";
    let value = "";
    do {
      if (this.at(Token.Illegal)) this.error("6281", "Token incompatible with Solidity parser as part of pragma directive.");
      const { start: tokenStart, end: tokenEnd } = this.lexer;
      const word = text.slice(tokenStart, tokenEnd);
      if (name === "") name = word;
      else value += (value !== "" && tokenStart > this.lastEnd ? " " : "") + word;
      if (this.at(Token.EndOfSource)) break;
      this.advance();
    } while (!this.at(Token.Semicolon));
    this.lexer.setPragma(false);
    this.expect(Token.Semicolon);
    return { kind: "PragmaDirective", id: this.nextId(), span: this.spanFrom(start), name, value };
  }

  private parseImport(): ImportDirective {
    const start = this.lexer.start;
    this.advance();
    let symbols: ImportSymbol[] | undefined;
    let unitAlias: Name | undefined;
    const isPlain = this.at(Token.StringLiteral);
    if (!isPlain) {
      if (this.at(Token.LBrace)) symbols = this.parseImportSymbols();
      else if (this.accept(Token.Mul)) {
        this.expect(Token.As);
        unitAlias = this.expectName();
      } else this.fail("9478", 'Expected string literal (path), "*" or alias list.');
      if (!this.lexer.isWord("from")) this.fail("8208", 'Expected "from".');
      this.advance();
    }
    const { path, pathSpan } = this.parseImportPath();
    if (isPlain && this.accept(Token.As)) unitAlias = this.expectName();
    this.expect(Token.Semicolon);
    return { kind: "ImportDirective", id: this.nextId(), span: this.spanFrom(start), path, pathSpan, unitAlias, symbols };
  }

  private parseImportPath(): { path: string; pathSpan: ImportDirective["pathSpan"] } {
    if (!this.at(Token.StringLiteral)) this.fail("6845", "Expected import path.");
    const pathSpan = this.tokenSpan();
    const path = this.tokenString();
    this.advance();
    if (path === "") this.error("6326", "Import path cannot be empty.", pathSpan);
    return { path, pathSpan };
  }

  private parseImportSymbols(): ImportSymbol[] {
    const symbols: ImportSymbol[] = [];
    this.advance();
    do {
      const name = this.expectName();
      const alias = this.accept(Token.As) ? this.expectName() : undefined;
      symbols.push({ ...name, alias });
    } while (this.accept(Token.Comma));
    this.expect(Token.RBrace);
    return symbols;
  }
}
