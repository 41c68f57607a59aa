/** Functions of all kinds and modifiers. */
import type {
  Block,
  Expression,
  FunctionDefinition,
  FunctionKind,
  ModifierDefinition,
  ModifierInvocation,
  Name,
  OverrideSpecifier,
  StructuredDocumentation,
  VariableDeclaration,
} from "../ast.js";
import { Token } from "../tokens.js";
import { StatementParser } from "./statements.js";
import type { SharedHeader } from "./types.js";

/** All that a function's header says. */
interface FunctionHeader extends SharedHeader {
  isVirtual: boolean;
  overrides?: OverrideSpecifier;
  readonly modifiers: ModifierInvocation[];
  returnParameters: readonly VariableDeclaration[];
}

export abstract class FunctionParser extends StatementParser {
  /** A function with a name, a constructor, `fallback` or `receive`. */
  protected parseFunction(isFree = false): FunctionDefinition {
    this.enter(1);
    const documentation = this.documentation();
    const start = this.lexer.start;
    let functionKind: FunctionKind = isFree ? "freeFunction" : "function";
    let name: Name = { name: "", nameSpan: this.tokenSpan() };
    if (this.at(Token.Function)) {
      this.advance();
      name = this.parseFunctionName();
    } else {
      functionKind = this.at(Token.Constructor) ? "constructor" : this.at(Token.Fallback) ? "fallback" : "receive";
      this.advance();
    }
    const header = this.parseFunctionHeader();
    const definition = this.finishFunction(start, functionKind, name, documentation, header);
    this.leave(1);
    return definition;
  }

  private finishFunction(
    start: number,
    functionKind: FunctionKind,
    { name, nameSpan }: Name,
    documentation: StructuredDocumentation | undefined,
    header: FunctionHeader,
  ): FunctionDefinition {
    const body = this.parseOptionalBody();
    const { parameters, returnParameters, visibility, stateMutability, isVirtual, overrides, modifiers } = header;
    return {
      kind: "FunctionDefinition",
      id: this.nextId(),
      span: this.spanFrom(start),
      name,
      nameSpan,
      documentation,
      functionKind,
      parameters,
      returnParameters,
      visibility,
      stateMutability,
      isVirtual,
      overrides,
      modifiers,
      body,
    };
  }

  /** A body, or nothing if a `;` stands in its place. */
  private parseOptionalBody(): Block | undefined {
    return this.accept(Token.Semicolon) ? undefined : this.parseBlock();
  }

  /** The name behind `function`; special names are almost always meant as the special function. */
  private parseFunctionName(): Name {
    const kind = this.kind;
    if (kind !== Token.Constructor && kind !== Token.Fallback && kind !== Token.Receive) return this.expectName();
    const nameSpan = this.tokenSpan();
    const name = this.lexer.tokenText();
    const role = kind === Token.Constructor ? "constructor" : `${name} function`;
    const message =
      `This function is named "${name}" but is not the ${role} of the contract. If you intend this to be a ${role}, ` +
      `use "${name}(...) { ... }" without the "function" keyword to define it.`;
    if (kind === Token.Constructor) this.error("3323", message, nameSpan, "Remove the 'function' keyword.");
    else this.warning("3445", message, nameSpan, "Remove the 'function' keyword.");
    this.advance();
    return { name, nameSpan };
  }

  private parseFunctionHeader(isUnnamed = false): FunctionHeader {
    this.enter(1);
    const header: FunctionHeader = {
      parameters: this.parseParameters("parameter"),
      stateMutability: "nonpayable",
      isVirtual: false,
      modifiers: [],
      returnParameters: [],
    };
    while (this.parseHeaderPart(header, isUnnamed));
    if (this.accept(Token.Returns)) header.returnParameters = this.parseParameters("returnParameter", false);
    this.leave(1);
    return header;
  }

  private parseHeaderPart(header: FunctionHeader, isUnnamed: boolean): boolean {
    if (isUnnamed && this.startsVariableVisibility(header)) return false;
    if (this.parseVisibilityOrMutability(header)) return true;
    switch (this.kind) {
      case Token.Identifier: {
        // In 0.5's `function () external f;` the name of a variable stands where a modifier could.
        const next = isUnnamed ? this.lexer.peek() : undefined;
        if (next === Token.Semicolon || next === Token.Assign) return false;
        header.modifiers.push(this.parseModifierInvocation());
        return true;
      }
      case Token.Override:
        if (header.overrides) this.error("1827", "Override already specified.");
        header.overrides = this.parseOverrideSpecifier();
        return true;
      case Token.Virtual:
        if (header.isVirtual) this.error("6879", "Virtual already specified.");
        header.isVirtual = true;
        this.advance();
        return true;
      default:
        return false;
    }
  }

  private parseModifierInvocation(): ModifierInvocation {
    const path = this.parseIdentifierPath();
    const args = this.parseOptionalArguments();
    return { kind: "ModifierInvocation", id: this.nextId(), span: this.spanSince(path), path, arguments: args };
  }

  /** 0.5: `function () payable { ... }` is the fallback function, `function () external f;` a state variable. */
  protected parseUnnamedFunctionOrVariable(): FunctionDefinition | VariableDeclaration {
    const documentation = this.documentation();
    const start = this.lexer.start;
    const nameSpan = this.tokenSpan();
    this.advance();
    const header = this.parseFunctionHeader(true);
    const isFunction = header.modifiers.length > 0 || this.at(Token.Semicolon) || this.at(Token.LBrace);
    if (isFunction) return this.finishFunction(start, "fallback", { name: "", nameSpan }, documentation, header);

    const { parameters, returnParameters, visibility, stateMutability } = header;
    const span = this.spanFrom(start);
    const type = {
      kind: "FunctionTypeName",
      id: this.nextId(),
      span,
      parameters,
      returnParameters,
      visibility,
      stateMutability,
    } as const;
    const variable = this.parseVariable("state", this.parseArraySuffixes(type, start));
    this.expect(Token.Semicolon);
    return variable;
  }

  protected parseModifier(): ModifierDefinition {
    this.isInModifier = true;
    const documentation = this.documentation();
    const start = this.lexer.start;
    this.advance();
    const { name, nameSpan } = this.expectName();
    const parameters = this.at(Token.LParen) ? this.parseParameters("parameter") : [];
    let overrides: OverrideSpecifier | undefined;
    let isVirtual = false;
    for (;;) {
      if (this.at(Token.Override)) {
        if (overrides) this.error("9102", "Override already specified.");
        overrides = this.parseOverrideSpecifier();
      } else if (this.at(Token.Virtual)) {
        if (isVirtual) this.error("2662", "Virtual already specified.");
        isVirtual = true;
        this.advance();
      } else break;
    }
    const body = this.parseOptionalBody();
    this.isInModifier = false;
    const span = this.spanFrom(start);
    return {
      kind: "ModifierDefinition",
      id: this.nextId(),
      span,
      name,
      nameSpan,
      documentation,
      parameters,
      isVirtual,
      overrides,
      body,
    };
  }

  protected parseOptionalArguments(): Expression[] | undefined {
    if (!this.accept(Token.LParen)) return undefined;
    const args = this.parsePositionalArguments();
    this.expect(Token.RParen);
    return args;
  }
}
