/** Inline assembly: the whole of Yul as it stands in Solidity, between the braces of an `assembly` statement. */
import type { Span } from "../../../../base/span.js";
import type {
  YulAssignment,
  YulBlock,
  YulCase,
  YulExpression,
  YulForLoop,
  YulFunctionCall,
  YulFunctionDefinition,
  YulIdentifier,
  YulLiteral,
  YulStatement,
  YulSwitch,
  YulTypedName,
  YulVariableDeclaration,
} from "../ast.js";
import { isBefore } from "../language.js";
import { isYulNumber } from "../literals.js";
import { Token } from "../tokens.js";
import { isYulBuiltin, isYulValue } from "../yul-builtins.js";
import { parseAbort } from "./base.js";
import { ExpressionParser } from "./expressions.js";

/** The part of a for loop that directly surrounds a statement; it decides about `break` and `continue`. */
type LoopPart = "none" | "init" | "post" | "body";

const noBytes = new Uint8Array(0);

export abstract class YulParser extends ExpressionParser {
  private loopPart: LoopPart = "none";
  private isInFunction = false;
  /** Builtins that a declaration took for a name of its own, which has been reported. */
  private readonly misnamed = new Set<string>();

  /** The block of an assembly statement; the current token should be its opening brace. */
  protected parseAssemblyBlock(): YulBlock {
    if (!this.at(Token.LBrace)) this.failExpected(Token.LBrace);
    this.lexer.enterYul();
    this.loopPart = "none";
    this.isInFunction = false;
    try {
      return this.parseYulBlock(true);
    } finally {
      this.lexer.leaveYul();
    }
  }

  /**
   * @param isWhole whether the block is the whole of the assembly: what follows its brace is Solidity again
   */
  private parseYulBlock(isWhole = false): YulBlock {
    this.enter(1);
    const start = this.lexer.start;
    this.expect(Token.LBrace);
    const braces = this.braces;
    const statements: YulStatement[] = [];
    while (!this.at(Token.RBrace)) this.parseYulElement(statements, braces);
    if (isWhole) this.lexer.leaveYul();
    this.advance();
    this.leave(1);
    return { kind: "YulBlock", id: this.nextId(), span: this.spanFrom(start), statements };
  }

  /** One statement into `statements`; a broken one is skipped up to where a statement surely starts. */
  private parseYulElement(statements: YulStatement[], braces: number): void {
    const { depth, loopPart, isInFunction } = this;
    try {
      statements.push(this.parseYulStatement());
    } catch (thrown) {
      if (thrown !== parseAbort) throw thrown;
      this.depth = depth;
      this.loopPart = loopPart;
      this.isInFunction = isInFunction;
      if (!this.skipYulStatement(braces)) throw parseAbort;
    }
  }

  /** Yul has no `;`: goes on at the next statement keyword of this block, or behind a nested block. */
  private skipYulStatement(braces: number): boolean {
    for (;;) {
      switch (this.kind) {
        case Token.EndOfSource:
          return false;
        case Token.RBrace:
          if (this.braces <= braces) return true;
          this.advance();
          if (this.braces === braces) return true;
          continue;
        case Token.Let:
        case Token.If:
        case Token.For:
        case Token.Switch:
        case Token.Function:
          if (this.braces === braces) return true;
          break;
        case Token.Identifier:
          if (this.isSolidityDefinition()) return false;
      }
      this.advance();
    }
  }

  /** Solidity keywords are names here, but `contract C {` after a fault means that braces are missing. */
  private isSolidityDefinition(): boolean {
    return this.lexer.isWord("contract") && this.lexer.peek() === Token.Identifier;
  }

  private parseYulStatement(): YulStatement {
    const start = this.lexer.start;
    switch (this.kind) {
      case Token.Let:
        return this.parseYulVariables();
      case Token.Function:
        return this.parseYulFunction();
      case Token.LBrace:
        return this.parseYulBlock();
      case Token.If: {
        this.advance();
        const condition = this.parseYulExpression();
        const body = this.parseYulBlock();
        return { kind: "YulIf", id: this.nextId(), span: this.spanFrom(start), condition, body };
      }
      case Token.Switch:
        return this.parseYulSwitch();
      case Token.For:
        return this.parseYulFor();
      case Token.Break:
        this.checkLoopExit("break");
        this.advance();
        return { kind: "YulBreak", id: this.nextId(), span: this.spanFrom(start) };
      case Token.Continue:
        this.checkLoopExit("continue");
        this.advance();
        return { kind: "YulContinue", id: this.nextId(), span: this.spanFrom(start) };
      case Token.Leave:
        if (!this.isInFunction) this.errorOf("SyntaxError", "8149", 'Keyword "leave" can only be used inside a function.', this.tokenSpan());
        this.advance();
        return { kind: "YulLeave", id: this.nextId(), span: this.spanFrom(start) };
      default:
        return this.parseYulCallOrAssignment();
    }
  }

  private checkLoopExit(word: "break" | "continue"): void {
    const span = this.tokenSpan();
    if (this.loopPart === "none") this.errorOf("SyntaxError", "2592", `Keyword "${word}" needs to be inside a for-loop body.`, span);
    else if (this.loopPart === "init") this.errorOf("SyntaxError", "9615", `Keyword "${word}" in for-loop init block is not allowed.`, span);
    else if (this.loopPart === "post") this.errorOf("SyntaxError", "2461", `Keyword "${word}" in for-loop post block is not allowed.`, span);
  }

  private parseYulCallOrAssignment(): YulStatement {
    const first = this.parseYulElementary();
    if (this.at(Token.LParen)) {
      const expression = this.parseYulCall(first);
      return { kind: "YulExpressionStatement", id: this.nextId(), span: expression.span, expression };
    }
    if (this.at(Token.Comma) || this.at(Token.AssemblyAssign)) return this.parseYulAssignment(first);
    const hint = this.at(Token.Assign) ? "Assign with ':=' in assembly." : undefined;
    return this.fail("6913", "Call or assignment expected.", this.tokenSpan(), hint);
  }

  private parseYulAssignment(first: YulIdentifier | YulLiteral): YulAssignment {
    const targets: YulIdentifier[] = [];
    for (let target = first; ; target = this.parseYulElementary()) {
      const isMultiple = this.at(Token.Comma);
      if (target.kind !== "YulIdentifier") this.fail("2856", `Variable name must precede "${isMultiple ? "," : ":="}" in ${isMultiple ? "multiple " : ""}assignment.`);
      const name = yulNameOf(target);
      if (isYulBuiltin(name, this.line)) this.fail("6272", `Cannot assign to builtin function "${name}".`);
      targets.push(target);
      if (!this.accept(Token.Comma)) break;
    }
    this.expect(Token.AssemblyAssign);
    const value = this.parseYulExpression();
    return { kind: "YulAssignment", id: this.nextId(), span: this.spanSince(first), targets, value };
  }

  private parseYulSwitch(): YulSwitch {
    const start = this.lexer.start;
    this.advance();
    const expression = this.parseYulExpression();
    const cases: YulCase[] = [];
    while (this.at(Token.Case)) cases.push(this.parseYulCase());
    if (this.at(Token.Default)) cases.push(this.parseYulCase());
    if (this.at(Token.Default)) this.fail("6931", "Only one default case allowed.");
    if (this.at(Token.Case)) this.fail("4904", "Case not allowed after default case.");
    if (cases.length === 0) this.fail("2418", "Switch statement without any cases.");
    return { kind: "YulSwitch", id: this.nextId(), span: this.spanFrom(start), expression, cases };
  }

  private parseYulCase(): YulCase {
    const start = this.lexer.start;
    const isDefault = this.at(Token.Default);
    this.advance();
    let value: YulLiteral | undefined;
    if (!isDefault) {
      const literal = this.parseYulElementary();
      if (literal.kind !== "YulLiteral") this.fail("4805", "Literal expected.");
      value = literal;
    }
    const body = this.parseYulBlock();
    return { kind: "YulCase", id: this.nextId(), span: this.spanFrom(start), value, body };
  }

  private parseYulFor(): YulForLoop {
    const start = this.lexer.start;
    const outer = this.loopPart;
    this.advance();
    this.loopPart = "init";
    const pre = this.parseYulBlock();
    this.loopPart = "none";
    const condition = this.parseYulExpression();
    this.loopPart = "post";
    const post = this.parseYulBlock();
    this.loopPart = "body";
    const body = this.parseYulBlock();
    this.loopPart = outer;
    return { kind: "YulForLoop", id: this.nextId(), span: this.spanFrom(start), pre, condition, post, body };
  }

  private parseYulVariables(): YulVariableDeclaration {
    const start = this.lexer.start;
    this.advance();
    const variables: YulTypedName[] = [];
    do variables.push(this.parseYulTypedName());
    while (this.accept(Token.Comma));
    if (this.at(Token.Assign)) this.fail("1856", "Literal or identifier expected.", this.tokenSpan(), "Assign with ':=' in assembly.");
    const value = this.accept(Token.AssemblyAssign) ? this.parseYulExpression() : undefined;
    return { kind: "YulVariableDeclaration", id: this.nextId(), span: this.spanFrom(start), variables, value };
  }

  private parseYulFunction(): YulFunctionDefinition {
    const start = this.lexer.start;
    const { loopPart, isInFunction } = this;
    if (loopPart === "init") this.errorOf("SyntaxError", "3441", "Functions cannot be defined inside a for-loop init block.", this.tokenSpan());
    this.loopPart = "none";
    this.advance();
    const nameSpan = this.tokenSpan();
    const name = this.expectYulName();
    this.expect(Token.LParen);
    const parameters: YulTypedName[] = [];
    while (!this.at(Token.RParen)) {
      parameters.push(this.parseYulTypedName());
      if (!this.at(Token.RParen)) this.expect(Token.Comma);
    }
    this.advance();
    const returnVariables: YulTypedName[] = [];
    if (this.acceptArrow()) {
      do returnVariables.push(this.parseYulTypedName());
      while (this.accept(Token.Comma));
    }
    this.isInFunction = true;
    const body = this.parseYulBlock();
    this.isInFunction = isInFunction;
    this.loopPart = loopPart;
    const span = this.spanFrom(start);
    return { kind: "YulFunctionDefinition", id: this.nextId(), span, name, nameSpan, parameters, returnVariables, body };
  }

  /** `->`; before 0.7 its two characters were tokens of their own. */
  private acceptArrow(): boolean {
    if (this.accept(Token.RightArrow)) return true;
    if (!isBefore(this.line, "0.7") || !this.at(Token.Sub) || this.lexer.peek() !== Token.GreaterThan) return false;
    this.advance();
    this.advance();
    return true;
  }

  private parseYulTypedName(): YulTypedName {
    const span = this.tokenSpan();
    const name = this.expectYulName();
    this.rejectYulType(span);
    return { kind: "YulTypedName", id: this.nextId(), span, name };
  }

  private expectYulName(): string {
    if (this.at(Token.Identifier)) {
      const name = this.lexer.word();
      if (isYulBuiltin(name, this.line)) {
        this.error("5568", `Cannot use builtin function name "${name}" as identifier name.`);
        this.misnamed.add(name);
        this.advance();
        return name;
      }
    }
    return this.expectIdentifier();
  }

  /** `: u256` behind a name or literal belonged to a dialect that is no more. */
  private rejectYulType(named: Span): void {
    if (!this.accept(Token.Colon)) return;
    const type = this.tokenSpan();
    this.expectIdentifier();
    this.error("5473", "Types are not supported in untyped Yul.", this.spanOf(named.start, type.end), "Remove the type.");
  }

  /* ----------------------------------------------------------------------------------------------- expressions */

  private parseYulExpression(): YulExpression {
    this.enter(2);
    const operand = this.parseYulElementary();
    const isCall = operand.kind === "YulIdentifier" && this.at(Token.LParen);
    const result = isCall ? this.parseYulCall(operand) : operand;
    if (result.kind === "YulIdentifier") {
      const name = yulNameOf(result);
      if (this.line === "0.5" && isYulValue(name)) {
        this.leave(2);
        return { kind: "YulFunctionCall", id: this.nextId(), span: result.span, functionName: result, arguments: [] };
      }
      if (isYulBuiltin(name, this.line) && !this.misnamed.has(name)) {
        const hint = `Write ${name}(...).`;
        this.fail("7104", `Builtin function "${name}" must be called.`, result.span, hint);
      }
    }
    this.leave(2);
    return result;
  }

  private parseYulCall(callee: YulIdentifier | YulLiteral): YulFunctionCall {
    if (callee.kind !== "YulIdentifier") this.fail("9980", "Function name expected.");
    this.advance();
    const args: YulExpression[] = [];
    if (!this.at(Token.RParen)) {
      args.push(this.parseYulExpression());
      while (!this.at(Token.RParen)) {
        this.expect(Token.Comma);
        args.push(this.parseYulExpression());
      }
    }
    this.advance();
    return { kind: "YulFunctionCall", id: this.nextId(), span: this.spanSince(callee), functionName: callee, arguments: args };
  }

  private parseYulElementary(): YulIdentifier | YulLiteral {
    const span = this.tokenSpan();
    const kind = this.kind;
    let literalKind: YulLiteral["literalKind"];
    let value = "";
    let bytes: Uint8Array = noBytes;
    switch (kind) {
      case Token.Identifier: {
        const word = this.lexer.word();
        this.advance();
        return this.yulIdentifier(word, span);
      }
      case Token.StringLiteral:
      case Token.HexStringLiteral:
        literalKind = kind === Token.StringLiteral ? "string" : "hex";
        bytes = this.decodeToken(kind);
        break;
      case Token.Number:
        literalKind = "number";
        value = this.lexer.tokenText();
        if (!isYulNumber(value)) this.fail("4828", "Invalid number literal.", span, "Assembly takes decimal or 0x numbers, without '_', '.' and exponent.");
        break;
      case Token.True:
      case Token.False:
        literalKind = "boolean";
        value = kind === Token.True ? "true" : "false";
        break;
      default:
        this.fail("1856", "Literal or identifier expected.");
    }
    this.advance();
    this.rejectYulType(span);
    return { kind: "YulLiteral", id: this.nextId(), span, literalKind, value, bytes };
  }

  private yulIdentifier(word: string, span: Span): YulIdentifier {
    const dot = word.lastIndexOf(".");
    if (dot < 0) return { kind: "YulIdentifier", id: this.nextId(), span, name: word, suffix: undefined };
    return { kind: "YulIdentifier", id: this.nextId(), span, name: word.slice(0, dot), suffix: word.slice(dot + 1) };
  }
}

/** The name as written, suffix included. */
function yulNameOf(identifier: YulIdentifier): string {
  return identifier.suffix === undefined ? identifier.name : `${identifier.name}.${identifier.suffix}`;
}
