/**
 * Expressions, by precedence climbing over solc's table. From loosest to tightest: assignment and `?:` (right
 * associative), binary operators, prefix operators, postfix operators with calls and accesses, primaries. `**` is
 * right associative since 0.8 and was left associative before.
 */
import type {
  AssignmentOperator,
  BinaryOperator,
  Expression,
  FunctionCall,
  Identifier,
  Name,
  NumberLiteral,
  StringLiteral,
  SubDenomination,
  TypeName,
  UnaryOperator,
} from "../ast.js";
import { isBefore } from "../language.js";
import { invalidUtf8At, underscoreFault } from "../literals.js";
import { decodeString } from "../strings.js";
import { isAssignment, isElementaryType, lowestPrecedence, precedences, spellingOf, Token } from "../tokens.js";
import { TypeParser } from "./types.js";

/** Arguments of a call: positional, or one name each. */
interface Arguments {
  readonly arguments: readonly Expression[];
  readonly names?: readonly Name[];
}

type StringToken = Token.StringLiteral | Token.UnicodeStringLiteral | Token.HexStringLiteral;

function isPrefixOperator(kind: Token): boolean {
  return kind === Token.Not || kind === Token.Sub || kind === Token.BitNot || kind === Token.Inc || kind === Token.Dec || kind === Token.Delete;
}

export abstract class ExpressionParser extends TypeParser {
  /** An expression; `known` if its leftmost postfix expression has been read already. */
  protected override parseExpression(known?: Expression): Expression {
    this.enter(1);
    const left = this.parseBinary(lowestPrecedence, known);
    const result = this.parseAssignmentOrConditional(left);
    this.leave(1);
    return result;
  }

  private parseAssignmentOrConditional(left: Expression): Expression {
    const kind = this.kind;
    if (isAssignment(kind)) {
      const operator = spellingOf(kind) as AssignmentOperator;
      this.advance();
      const right = this.parseExpression();
      return { kind: "Assignment", id: this.nextId(), span: this.spanSince(left), operator, left, right };
    }
    if (kind !== Token.Conditional) return left;
    this.advance();
    const trueExpression = this.parseExpression();
    this.expect(Token.Colon);
    const falseExpression = this.parseExpression();
    const span = this.spanSince(left);
    return { kind: "Conditional", id: this.nextId(), span, condition: left, trueExpression, falseExpression };
  }

  private parseBinary(minimum: number, known?: Expression): Expression {
    this.enter(1);
    let left = this.parseUnary(known);
    for (;;) {
      const kind = this.kind;
      const precedence = precedences[kind]!;
      if (precedence < minimum || precedence === 0) break;
      this.advance();
      const isRightAssociative = kind === Token.Exp && !isBefore(this.line, "0.8");
      const right = this.parseBinary(isRightAssociative ? precedence : precedence + 1);
      const operator = spellingOf(kind) as BinaryOperator;
      left = { kind: "BinaryOperation", id: this.nextId(), span: this.spanSince(left), operator, left, right };
    }
    this.leave(1);
    return left;
  }

  private parseUnary(known?: Expression): Expression {
    const kind = this.kind;
    if (!known) {
      if (kind === Token.Add) this.fail("9636", "Use of unary + is disallowed.", this.tokenSpan(), "Remove the '+'.");
      if (isPrefixOperator(kind)) {
        this.enter(1);
        const start = this.lexer.start;
        this.advance();
        const operand = this.parseUnary();
        this.leave(1);
        const operator = spellingOf(kind) as UnaryOperator;
        return { kind: "UnaryOperation", id: this.nextId(), span: this.spanFrom(start), operator, isPrefix: true, operand };
      }
    }
    this.enter(3);
    const operand = this.parsePostfix(known);
    this.leave(3);
    if (!this.at(Token.Inc) && !this.at(Token.Dec)) return operand;
    const operator = spellingOf(this.kind) as UnaryOperator;
    this.advance();
    return { kind: "UnaryOperation", id: this.nextId(), span: this.spanSince(operand), operator, isPrefix: false, operand };
  }

  /** A primary with the calls, options, accesses and slices behind it. */
  private parsePostfix(known?: Expression): Expression {
    let expression = known ?? this.parsePrimary();
    for (;;) {
      switch (this.kind) {
        case Token.LParen:
          expression = this.parseCall(isBefore(this.line, "0.7") ? this.withFormerOptions(expression) : expression);
          break;
        case Token.Period:
          expression = this.parseMemberAccess(expression);
          break;
        case Token.LBrack:
          expression = this.parseIndex(expression);
          break;
        case Token.LBrace: {
          // `try f() {` opens a block; only `{name:` opens call options.
          if (this.lexer.peek() !== Token.Identifier || this.lexer.peekSecond() !== Token.Colon) return expression;
          this.advance();
          const { arguments: options, names } = this.parseNamedArguments();
          this.expect(Token.RBrace);
          const span = this.spanSince(expression);
          expression = { kind: "FunctionCallOptions", id: this.nextId(), span, expression, names, options };
          break;
        }
        default:
          return expression;
      }
    }
  }

  /**
   * Call options as they were written before 0.7, recognised by the call behind them: `f.value(v).gas(g)(x)` is `f{value: v}{gas: g}(x)`.
   * A user's function of these names that returns a function is called in two steps, or it is taken for an option and refused.
   */
  private withFormerOptions(callee: Expression): Expression {
    if (callee.kind === "TupleExpression") {
      const [only] = callee.components;
      return callee.components.length === 1 && only && !callee.isInlineArray ? { ...callee, components: [this.withFormerOptions(only)] } : callee;
    }
    if (callee.kind !== "FunctionCall" || callee.names || callee.arguments.length !== 1 || callee.expression.kind !== "MemberAccess") return callee;
    const { memberName: name, memberSpan: nameSpan, expression: inner } = callee.expression;
    if (name !== "value" && name !== "gas") return callee;
    const expression = this.withFormerOptions(inner);
    return { kind: "FunctionCallOptions", id: callee.id, span: callee.span, expression, names: [{ name, nameSpan }], options: callee.arguments };
  }

  /** The call of `callee`; the current token is the opening parenthesis. */
  protected parseCall(callee: Expression): FunctionCall {
    this.expect(Token.LParen);
    const { arguments: args, names } = this.parseArguments();
    this.expect(Token.RParen);
    return { kind: "FunctionCall", id: this.nextId(), span: this.spanSince(callee), expression: callee, arguments: args, names };
  }

  protected parseMemberAccess(expression: Expression): Expression {
    this.expect(Token.Period);
    const memberSpan = this.tokenSpan();
    const memberName = this.expectIdentifierOrAddress();
    return { kind: "MemberAccess", id: this.nextId(), span: this.spanSince(expression), expression, memberName, memberSpan };
  }

  /** `[i]`, `[]`, `[a:b]` behind `base`. */
  protected parseIndex(base: Expression): Expression {
    this.expect(Token.LBrack);
    const atColon = this.at(Token.Colon);
    const index = atColon || this.at(Token.RBrack) ? undefined : this.parseExpression();
    if (!this.accept(Token.Colon)) {
      this.expect(Token.RBrack);
      return { kind: "IndexAccess", id: this.nextId(), span: this.spanSince(base), base, index };
    }
    const end = this.at(Token.RBrack) ? undefined : this.parseExpression();
    this.expect(Token.RBrack);
    return { kind: "IndexRangeAccess", id: this.nextId(), span: this.spanSince(base), base, start: index, end };
  }

  private parseArguments(): Arguments {
    if (!this.at(Token.LBrace)) return { arguments: this.parsePositionalArguments() };
    this.advance();
    const named = this.parseNamedArguments();
    this.expect(Token.RBrace);
    return named;
  }

  /** `a, b` up to the closing parenthesis, which is not taken. */
  protected parsePositionalArguments(): Expression[] {
    const list: Expression[] = [];
    if (this.at(Token.RParen)) return list;
    this.enter(2);
    list.push(this.parseExpression());
    while (!this.at(Token.RParen)) {
      this.expect(Token.Comma);
      list.push(this.parseExpression());
    }
    this.leave(2);
    return list;
  }

  /** `a: 1, b: 2` up to the closing brace, which is not taken. */
  private parseNamedArguments(): { arguments: Expression[]; names: Name[] } {
    const names: Name[] = [];
    const values: Expression[] = [];
    this.enter(1);
    while (!this.at(Token.RBrace)) {
      if (names.length > 0) this.expect(Token.Comma);
      names.push(this.expectName());
      this.expect(Token.Colon);
      values.push(this.parseExpression());
      if (this.at(Token.Comma) && this.lexer.peek() === Token.RBrace) {
        this.error("2074", "Unexpected trailing comma.");
        this.advance();
      }
    }
    this.leave(1);
    return { arguments: values, names };
  }

  /* ------------------------------------------------------------------------------------------------- primaries */

  protected parseIdentifier(): Identifier {
    const span = this.tokenSpan();
    return { kind: "Identifier", name: this.expectIdentifier(), id: this.nextId(), span };
  }

  private parsePrimary(): Expression {
    const start = this.lexer.start;
    const kind = this.kind;
    switch (kind) {
      case Token.Identifier:
        return this.parseIdentifier();
      case Token.Number:
        return this.parseNumber();
      case Token.True:
      case Token.False:
        this.advance();
        return { kind: "BooleanLiteral", id: this.nextId(), span: this.spanFrom(start), value: kind === Token.True };
      case Token.StringLiteral:
      case Token.UnicodeStringLiteral:
      case Token.HexStringLiteral:
        return this.parseString(kind);
      case Token.Type:
        this.advance();
        return { kind: "Identifier", id: this.nextId(), span: this.spanFrom(start), name: "type" };
      case Token.LParen:
        return this.parseTuple(Token.RParen);
      case Token.LBrack:
        return this.parseTuple(Token.RBrack);
      case Token.New: {
        this.advance();
        const typeName: TypeName = this.parseTypeName();
        return { kind: "NewExpression", id: this.nextId(), span: this.spanFrom(start), typeName };
      }
      case Token.Payable:
        return this.parsePayable();
      case Token.Address:
      case Token.ElementaryType: {
        const typeName = this.parseElementaryKeyword();
        return { kind: "ElementaryTypeNameExpression", id: this.nextId(), span: typeName.span, typeName };
      }
      default:
        return this.fail("6933", "Expected primary expression.", this.tokenSpan(), this.primaryHint());
    }
  }

  /** What the user may have meant where an expression should start and none does. */
  private primaryHint(): string | undefined {
    const text = this.lexer.tokenText();
    switch (this.kind) {
      case Token.Reserved:
        return `'${text}' is reserved for future use: choose another name.`;
      case Token.Let:
      case Token.Var:
        return "Declare the variable with its type, for example 'uint256 x = 1;'.";
      case Token.Assign:
        return "Compare with '=='.";
      case Token.EndOfSource:
      case Token.Semicolon:
      case Token.RParen:
      case Token.RBrace:
        return undefined;
      default:
        return `An expression cannot start with '${text}'.`;
    }
  }

  /** `payable` of `payable(x)`: the type `address payable`. */
  private parsePayable(): Expression {
    const span = this.tokenSpan();
    this.advance();
    if (!this.at(Token.LParen)) this.failExpected(Token.LParen);
    const typeName = {
      kind: "ElementaryTypeName",
      id: this.nextId(),
      span,
      name: "address",
      keyword: "payable",
      isPayable: true,
    } as const;
    return { kind: "ElementaryTypeNameExpression", id: this.nextId(), span, typeName };
  }

  /** `(a, , b)` or `[a, b]`. */
  private parseTuple(close: Token.RParen | Token.RBrack): Expression {
    const start = this.lexer.start;
    this.advance();
    const components: (Expression | undefined)[] = [];
    if (!this.at(close))
      for (;;) {
        const isHole = this.at(Token.Comma) || this.at(close);
        if (isHole && close === Token.RBrack) this.error("4799", "Expected expression (inline array elements cannot be omitted).");
        components.push(isHole ? undefined : this.parseExpression());
        if (this.at(close)) break;
        this.expect(Token.Comma);
      }
    this.expect(close);
    const isInlineArray = close === Token.RBrack;
    return { kind: "TupleExpression", id: this.nextId(), span: this.spanFrom(start), components, isInlineArray };
  }

  private parseNumber(): NumberLiteral {
    const start = this.lexer.start;
    const text = this.lexer.tokenText();
    this.advance();
    let subDenomination: SubDenomination | undefined;
    if (this.at(Token.SubDenomination) || (this.line === "0.6" && this.lexer.isWord("gwei"))) {
      subDenomination = this.lexer.tokenText() as SubDenomination;
      this.advance();
    }
    const span = this.spanFrom(start);
    const fault = underscoreFault(text);
    if (fault) this.errorOf("SyntaxError", fault.code, fault.message, span);
    const value = text.includes("_") ? text.replaceAll("_", "") : text;
    return { kind: "NumberLiteral", id: this.nextId(), span, value, isHex: value.startsWith("0x"), subDenomination };
  }

  /** One string literal or several adjacent ones of the same kind. */
  private parseString(kind: StringToken): StringLiteral {
    const start = this.lexer.start;
    let bytes = this.decodeToken(kind);
    this.advance();
    if (this.at(kind)) {
      const parts = [bytes];
      while (this.at(kind)) {
        parts.push(this.decodeToken(kind));
        this.advance();
      }
      bytes = new Uint8Array(Buffer.concat(parts));
    }
    const span = this.spanFrom(start);
    if (kind === Token.UnicodeStringLiteral) {
      const at = invalidUtf8At(bytes);
      if (at >= 0) this.errorOf("SyntaxError", "8452", `Contains invalid UTF-8 sequence at position ${at}.`, span);
    }
    const literalKind = kind === Token.StringLiteral ? "string" : kind === Token.HexStringLiteral ? "hex" : "unicode";
    return { kind: "StringLiteral", id: this.nextId(), span, literalKind, bytes };
  }

  protected decodeToken(kind: StringToken): Uint8Array {
    return decodeString(this.file.content, this.lexer.start, this.lexer.end, kind);
  }

  /** Whether the current token can be the first of a type name and of an expression alike. */
  protected startsTypeOrExpression(): boolean {
    return this.at(Token.Identifier) || isElementaryType(this.kind);
  }
}
