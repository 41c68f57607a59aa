/** Statements: blocks, control flow, `try`, `emit`, `revert` and inline assembly. */
import type {
  Block,
  EmitStatement,
  Expression,
  ForStatement,
  FunctionCall,
  InlineAssembly,
  RevertStatement,
  Statement,
  TryCatchClause,
  TryStatement,
  VariableDeclaration,
} from "../ast.js";
import { Token } from "../tokens.js";
import { parseAbort } from "./base.js";
import { SimpleStatementParser } from "./simple-statements.js";

export abstract class StatementParser extends SimpleStatementParser {
  /** Whether `_` is the modifier's placeholder here. */
  protected isInModifier = false;

  /** `{ ... }` or, where `allowsUnchecked`, `unchecked { ... }`. */
  protected parseBlock(allowsUnchecked = false): Block {
    this.enter(1);
    const start = this.lexer.start;
    const isUnchecked = this.at(Token.Unchecked);
    if (isUnchecked) {
      if (!allowsUnchecked) this.error("5296", '"unchecked" blocks can only be used inside regular blocks.');
      this.advance();
    }
    this.expect(Token.LBrace);
    const braces = this.braces;
    const statements: Statement[] = [];
    while (!this.at(Token.RBrace)) this.parseElement(statements, braces);
    this.advance();
    this.leave(1);
    return { kind: "Block", id: this.nextId(), span: this.spanFrom(start), isUnchecked, statements };
  }

  /** One statement into `statements`; a broken one is skipped. */
  private parseElement(statements: Statement[], braces: number): void {
    const depth = this.depth;
    try {
      statements.push(this.parseStatement(true));
    } catch (thrown) {
      if (thrown !== parseAbort) throw thrown;
      this.depth = depth;
      if (!this.skipElement(braces, () => this.startsMember(), true)) throw parseAbort;
    }
  }

  protected parseStatement(allowsUnchecked = false): Statement {
    this.enter(1);
    const statement = this.parseStatementOfKind(allowsUnchecked);
    this.leave(1);
    return statement;
  }

  private parseStatementOfKind(allowsUnchecked: boolean): Statement {
    switch (this.kind) {
      case Token.If:
        return this.parseIf();
      case Token.For:
        return this.parseFor();
      case Token.While:
        return this.parseWhile();
      case Token.Do:
        return this.parseDoWhile();
      case Token.Unchecked:
      case Token.LBrace:
        return this.parseBlock(allowsUnchecked);
      case Token.Try:
        return this.parseTry();
      case Token.Assembly:
        return this.parseAssembly();
      default: {
        const statement = this.parseTerminated();
        this.expect(Token.Semicolon);
        return statement;
      }
    }
  }

  /** The statements that end in `;`, without it. */
  private parseTerminated(): Statement {
    const start = this.lexer.start;
    switch (this.kind) {
      case Token.Return: {
        this.advance();
        const expression = this.at(Token.Semicolon) ? undefined : this.parseExpression();
        // A bare return is the one simple statement that, in solc, covers its `;`.
        const span = this.spanOf(start, expression ? this.lastEnd : this.lexer.end);
        return { kind: "ReturnStatement", id: this.nextId(), span, expression };
      }
      case Token.Continue:
        this.advance();
        return { kind: "ContinueStatement", id: this.nextId(), span: this.spanFrom(start) };
      case Token.Break:
        this.advance();
        return { kind: "BreakStatement", id: this.nextId(), span: this.spanFrom(start) };
      case Token.Throw:
        this.advance();
        return { kind: "ThrowStatement", id: this.nextId(), span: this.spanFrom(start) };
      case Token.Emit:
        return this.parseEmit();
      case Token.Var:
        return this.parseVar();
      case Token.Function:
        if (this.startsMember()) this.failNestedFunction();
        return this.parseSimple();
      case Token.Identifier:
        if (this.isInModifier && this.lexer.isWord("_")) {
          this.advance();
          return { kind: "PlaceholderStatement", id: this.nextId(), span: this.spanFrom(start) };
        }
        if (this.lexer.isWord("revert") && this.lexer.peek() === Token.Identifier) return this.parseRevert();
        return this.parseSimple();
      default:
        return this.parseSimple();
    }
  }

  private failNestedFunction(): never {
    const hint = "Close the body of the function before with '}'.";
    this.fail("2314", `Expected '(' but got '${this.lexer.peekText()}'`, this.lexer.peekSpan(), hint);
  }

  /* ---------------------------------------------------------------------------------------------- control flow */

  /** `(condition)`; after a fault in it the statement goes on behind the closing parenthesis. */
  private parseCondition(): Expression {
    this.expect(Token.LParen);
    const { start } = this.lexer;
    return this.recoverInParens(
      () => {
        const condition = this.parseExpression();
        this.expect(Token.RParen);
        return condition;
      },
      () => ({ kind: "TupleExpression", id: this.nextId(), span: this.spanFrom(start), components: [], isInlineArray: false }),
    );
  }

  private recoverInParens<T>(parse: () => T, substitute: () => T): T {
    const depth = this.depth;
    try {
      return parse();
    } catch (thrown) {
      if (thrown !== parseAbort || !this.skipToClosingParen()) throw thrown;
      this.depth = depth;
      return substitute();
    }
  }

  private parseIf(): Statement {
    this.enter(1);
    const start = this.lexer.start;
    this.advance();
    const condition = this.parseCondition();
    const trueBody = this.parseStatement();
    const falseBody = this.accept(Token.Else) ? this.parseStatement() : undefined;
    this.leave(1);
    const span = this.spanOf(start, (falseBody ?? trueBody).span.end);
    return { kind: "IfStatement", id: this.nextId(), span, condition, trueBody, falseBody };
  }

  private parseWhile(): Statement {
    this.enter(1);
    const start = this.lexer.start;
    this.advance();
    const condition = this.parseCondition();
    const body = this.parseStatement();
    this.leave(1);
    const span = this.spanOf(start, body.span.end);
    return { kind: "WhileStatement", id: this.nextId(), span, condition, body };
  }

  private parseDoWhile(): Statement {
    this.enter(1);
    const start = this.lexer.start;
    this.advance();
    const body = this.parseStatement();
    this.expect(Token.While);
    const condition = this.parseCondition();
    this.expect(Token.Semicolon);
    this.leave(1);
    return { kind: "DoWhileStatement", id: this.nextId(), span: this.spanFrom(start), condition, body };
  }

  private parseFor(): ForStatement {
    this.enter(1);
    const start = this.lexer.start;
    this.advance();
    this.expect(Token.LParen);
    const header = this.recoverInParens(
      () => this.parseForHeader(),
      () => ({}),
    );
    const body = this.parseStatement();
    this.leave(1);
    const span = this.spanOf(start, body.span.end);
    return { kind: "ForStatement", id: this.nextId(), span, ...header, body };
  }

  private parseForHeader(): Pick<ForStatement, "initialization" | "condition" | "update"> {
    const initialization = this.at(Token.Semicolon) ? undefined : this.parseSimple();
    this.expect(Token.Semicolon);
    const condition = this.at(Token.Semicolon) ? undefined : this.parseExpression();
    this.expect(Token.Semicolon);
    const update = this.at(Token.RParen) ? undefined : this.expressionStatement(this.parseExpression());
    this.expect(Token.RParen);
    return { initialization, condition, update };
  }

  private parseTry(): TryStatement {
    this.enter(1);
    const start = this.lexer.start;
    this.advance();
    const externalCall = this.parseExpression();
    const clauses = [this.parseSuccessClause()];
    if (!this.at(Token.Catch)) this.failExpected(Token.Catch, "A try statement needs at least one catch clause.");
    while (this.at(Token.Catch)) clauses.push(this.parseCatchClause());
    this.leave(1);
    return { kind: "TryStatement", id: this.nextId(), span: this.spanFrom(start), externalCall, clauses };
  }

  private parseSuccessClause(): TryCatchClause {
    const start = this.lexer.start;
    const parameters = this.accept(Token.Returns) ? this.parseParameters("returnParameter", false) : undefined;
    const block = this.parseBlock();
    return { kind: "TryCatchClause", id: this.nextId(), span: this.spanFrom(start), errorName: "", parameters, block };
  }

  private parseCatchClause(): TryCatchClause {
    const start = this.lexer.start;
    this.advance();
    let errorName = "";
    let parameters: VariableDeclaration[] | undefined;
    if (!this.at(Token.LBrace)) {
      if (this.at(Token.Identifier)) errorName = this.expectIdentifier();
      parameters = this.parseParameters("catchParameter", errorName !== "");
    }
    const block = this.parseBlock();
    return { kind: "TryCatchClause", id: this.nextId(), span: this.spanFrom(start), errorName, parameters, block };
  }

  /* -------------------------------------------------------------------------------------------- emit and revert */

  private parseEmit(): EmitStatement {
    const start = this.lexer.start;
    this.advance();
    if (!this.at(Token.Identifier)) this.fail("5620", "Expected event name or path.");
    const eventCall = this.parseNamedCall();
    return { kind: "EmitStatement", id: this.nextId(), span: this.spanFrom(start), eventCall };
  }

  private parseRevert(): RevertStatement {
    const start = this.lexer.start;
    this.advance();
    const errorCall = this.parseNamedCall();
    return { kind: "RevertStatement", id: this.nextId(), span: this.spanFrom(start), errorCall };
  }

  /** `M.E(1, 2)`: the call of a dotted name, and nothing behind it. */
  private parseNamedCall(): FunctionCall {
    let callee: Expression = this.parseIdentifier();
    while (this.accept(Token.Period)) {
      const memberSpan = this.tokenSpan();
      const memberName = this.expectIdentifier();
      callee = { kind: "MemberAccess", id: this.nextId(), span: this.spanSince(callee), expression: callee, memberName, memberSpan };
    }
    return this.parseCall(callee);
  }

  /* -------------------------------------------------------------------------------------------------- assembly */

  private parseAssembly(): InlineAssembly {
    this.enter(1);
    const documentation = this.documentation();
    const start = this.lexer.start;
    this.advance();
    if (this.at(Token.StringLiteral)) {
      if (this.tokenString() !== "evmasm") this.fail("4531", 'Only "evmasm" supported.');
      this.advance();
    }
    let flags: string[] | undefined;
    if (this.accept(Token.LParen)) {
      flags = [];
      do {
        if (!this.at(Token.StringLiteral)) this.failExpected(Token.StringLiteral);
        flags.push(this.tokenString());
        this.advance();
      } while (this.accept(Token.Comma));
      this.expect(Token.RParen);
    }
    const body = this.parseAssemblyBlock();
    this.leave(1);
    return { kind: "InlineAssembly", id: this.nextId(), span: this.spanFrom(start), flags, documentation, body };
  }

  /** Value of the current string token as text. */
  protected tokenString(): string {
    return new TextDecoder().decode(this.decodeToken(Token.StringLiteral));
  }
}
