/**
 * Statements that are a declaration or an expression, and how the two are told apart. A declaration may start with the
 * same tokens as an expression, without bound: `x.y[1][2] a;` and `x.y[1][2] = 3;`.
 */
import type { Expression, ExpressionStatement, IdentifierPath, Name, TypeName, VariableDeclaration, VariableDeclarationStatement } from "../ast.js";
import { isElementaryType, isLocation, isStateMutability, Token } from "../tokens.js";
import { YulParser } from "./yul.js";

export type SimpleStatement = VariableDeclarationStatement | ExpressionStatement;

export abstract class SimpleStatementParser extends YulParser {
  protected expressionStatement(expression: Expression): ExpressionStatement {
    return { kind: "ExpressionStatement", id: this.nextId(), span: expression.span, expression };
  }

  /**
   * A declaration or an expression. `x[7 * 20 + 3] a;` and `x[7 * 20 + 3] = 9;` differ only behind the brackets, so
   * an ambiguous start is read as an expression and turned into a type if a name or a location follows.
   */
  protected parseSimple(): SimpleStatement {
    this.enter(1);
    const statement = this.at(Token.LParen) ? this.parseParenthesized() : this.parseUnparenthesized();
    this.leave(1);
    return statement;
  }

  private parseUnparenthesized(): SimpleStatement {
    const start = this.parseDeclarationStart();
    if (start.isDeclaration) return this.parseDeclaration(start.type);
    return this.expressionStatement(this.parseExpression(start.expression));
  }

  private parseDeclaration(type: TypeName | undefined): VariableDeclarationStatement {
    const declaration = this.parseVariable("local", type);
    const initialValue = this.accept(Token.Assign) ? this.parseExpression() : undefined;
    const span = this.spanSince(declaration);
    return {
      kind: "VariableDeclarationStatement",
      id: this.nextId(),
      span,
      declarations: [declaration],
      isTuple: false,
      initialValue,
    };
  }

  /** Decides whether a declaration starts here; hands over what had to be read for that. */
  private parseDeclarationStart(): { isDeclaration: boolean; type?: TypeName; expression?: Expression } {
    const kind = this.kind;
    if (kind === Token.Mapping || kind === Token.Function) return { isDeclaration: true };
    if (!this.startsTypeOrExpression()) return { isDeclaration: false };
    const next = this.lexer.peek();
    if (isElementaryType(kind) && isStateMutability(next)) return { isDeclaration: true };
    if (next === Token.Identifier || isLocation(next)) return { isDeclaration: true };
    if (next !== Token.LBrack && next !== Token.Period) return { isDeclaration: false };

    const expression = this.parseIndexedPath();
    if (!this.at(Token.Identifier) && !isLocation(this.kind)) return { isDeclaration: false, expression };
    return { isDeclaration: true, type: this.typeFromExpression(expression) };
  }

  /** `a.b.c[1][2]` or `uint[1][2]`. */
  private parseIndexedPath(): Expression {
    let expression: Expression;
    if (this.at(Token.Identifier)) {
      expression = this.parseIdentifier();
      while (this.at(Token.Period)) expression = this.parseMemberAccess(expression);
    } else {
      const typeName = this.parseElementaryKeyword();
      expression = { kind: "ElementaryTypeNameExpression", id: this.nextId(), span: typeName.span, typeName };
    }
    while (this.at(Token.LBrack)) expression = this.parseIndex(expression);
    return expression;
  }

  /** Reads what {@link parseIndexedPath} returned as a type name. */
  private typeFromExpression(expression: Expression): TypeName {
    switch (expression.kind) {
      case "IndexAccess": {
        const baseType = this.typeFromExpression(expression.base);
        return { kind: "ArrayTypeName", id: this.nextId(), span: expression.span, baseType, length: expression.index };
      }
      case "IndexRangeAccess":
        this.error("5464", "Expected array length expression.", expression.span);
        return this.typeFromExpression(expression.base);
      case "ElementaryTypeNameExpression":
        return expression.typeName;
      default:
        return this.userDefinedTypeName(this.pathFromExpression(expression));
    }
  }

  private pathFromExpression(expression: Expression): IdentifierPath {
    const parts: Name[] = [];
    let rest = expression;
    for (; rest.kind === "MemberAccess"; rest = rest.expression) parts.push({ name: rest.memberName, nameSpan: rest.memberSpan });
    if (rest.kind === "Identifier") parts.push({ name: rest.name, nameSpan: rest.span });
    parts.reverse();
    const name = parts.map((part) => part.name).join(".");
    return { kind: "IdentifierPath", id: this.nextId(), span: expression.span, name, parts };
  }

  /** A statement that starts with `(`: `(uint a, , bool b) = f();` or an expression. */
  private parseParenthesized(): SimpleStatement {
    const start = this.lexer.start;
    this.advance();
    let holes = 0;
    while (this.accept(Token.Comma)) holes++;
    const first = this.parseDeclarationStart();
    if (first.isDeclaration) return this.parseTupleDeclaration(start, holes, first.type);

    const components: (Expression | undefined)[] = new Array<undefined>(holes).fill(undefined);
    components.push(this.parseExpression(first.expression));
    while (!this.at(Token.RParen)) {
      this.expect(Token.Comma);
      const isHole = this.at(Token.Comma) || this.at(Token.RParen);
      components.push(isHole ? undefined : this.parseExpression());
    }
    this.advance();
    const span = this.spanFrom(start);
    const tuple = { kind: "TupleExpression", id: this.nextId(), span, components, isInlineArray: false } as const;
    return this.expressionStatement(this.parseExpression(tuple));
  }

  private parseTupleDeclaration(start: number, holes: number, type: TypeName | undefined): VariableDeclarationStatement {
    const declarations: (VariableDeclaration | undefined)[] = new Array<undefined>(holes).fill(undefined);
    declarations.push(this.parseVariable("local", type));
    while (!this.at(Token.RParen)) {
      this.expect(Token.Comma);
      const isHole = this.at(Token.Comma) || this.at(Token.RParen);
      declarations.push(isHole ? undefined : this.parseVariable("local"));
    }
    this.advance();
    this.expect(Token.Assign);
    const initialValue = this.parseExpression();
    const span = this.spanFrom(start);
    return { kind: "VariableDeclarationStatement", id: this.nextId(), span, declarations, isTuple: true, initialValue };
  }

  /** 0.4's `var x = 1;` and `var (a, b) = f();`: rejected, but understood, so that what follows is still checked. */
  protected parseVar(): VariableDeclarationStatement {
    const start = this.lexer.start;
    const hint = "'var' was removed in 0.5: write the type of the variable.";
    const next = this.lexer.peek();
    if (next !== Token.Identifier && next !== Token.LParen) this.fail("6933", "Expected primary expression.", this.tokenSpan(), hint);
    this.error("6933", "Expected primary expression.", this.tokenSpan(), hint);
    this.advance();
    const isTuple = this.accept(Token.LParen);
    const declarations: (VariableDeclaration | undefined)[] = [];
    do {
      const isHole = isTuple && (this.at(Token.Comma) || this.at(Token.RParen));
      declarations.push(isHole ? undefined : this.parseUntyped());
    } while (isTuple && this.accept(Token.Comma));
    if (isTuple) this.expect(Token.RParen);
    const initialValue = this.accept(Token.Assign) ? this.parseExpression() : undefined;
    const span = this.spanFrom(start);
    return { kind: "VariableDeclarationStatement", id: this.nextId(), span, declarations, isTuple, initialValue };
  }

  private parseUntyped(): VariableDeclaration {
    const { name, nameSpan } = this.expectName();
    return {
      kind: "VariableDeclaration",
      id: this.nextId(),
      span: nameSpan,
      name,
      nameSpan,
      documentation: undefined,
      role: "local",
      typeName: undefined,
      location: undefined,
      mutability: "mutable",
      isTransient: false,
      isIndexed: false,
      visibility: undefined,
      overrides: undefined,
      value: undefined,
    };
  }
}
