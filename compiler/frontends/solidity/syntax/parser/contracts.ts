/** Contracts and what they contain beside functions: structs, enums, events, errors, value types, `using`. */
import type {
  ContractDefinition,
  ContractKind,
  ContractMember,
  EnumDefinition,
  EnumValue,
  ErrorDefinition,
  EventDefinition,
  IdentifierPath,
  InheritanceSpecifier,
  StorageLayoutSpecifier,
  StructDefinition,
  UserDefinableOperator,
  UserDefinedValueTypeDefinition,
  UsingForDirective,
  UsingFunction,
  VariableDeclaration,
} from "../ast.js";
import { isBefore } from "../language.js";
import { isElementaryType, spellingOf, Token } from "../tokens.js";
import { parseAbort } from "./base.js";
import { FunctionParser } from "./functions.js";

/** In the order in which solc's message lists them. */
const definableOperators: readonly UserDefinableOperator[] = ["|", "&", "^", "~", "+", "-", "*", "/", "%", "==", "!=", "<", ">", "<=", ">="];

export abstract class ContractParser extends FunctionParser {
  protected parseContract(): ContractDefinition {
    const documentation = this.documentation();
    const start = this.lexer.start;
    const isAbstract = this.accept(Token.Abstract);
    const contractKind = this.parseContractKind();
    const { name, nameSpan } = this.expectName();
    const { bases, storageLayout } = this.parseContractHeader();
    this.expect(Token.LBrace);
    const braces = this.braces;
    const members: ContractMember[] = [];
    while (!this.at(Token.RBrace)) this.parseMemberInto(members, braces);
    this.advance();
    const span = this.spanFrom(start);
    return {
      kind: "ContractDefinition",
      id: this.nextId(),
      span,
      name,
      nameSpan,
      documentation,
      contractKind,
      isAbstract,
      bases,
      storageLayout,
      members,
    };
  }

  private parseContractKind(): ContractKind {
    const kind = this.kind;
    if (kind !== Token.Contract && kind !== Token.Interface && kind !== Token.Library) this.fail("3515", 'Expected keyword "contract", "interface" or "library".');
    this.advance();
    return kind === Token.Contract ? "contract" : kind === Token.Interface ? "interface" : "library";
  }

  /** Bases and storage layout, in either order. */
  private parseContractHeader(): Pick<ContractDefinition, "bases" | "storageLayout"> {
    const bases: InheritanceSpecifier[] = [];
    let storageLayout: StorageLayoutSpecifier | undefined;
    for (;;) {
      if (this.at(Token.Is)) {
        if (bases.length > 0) this.error("6668", "More than one inheritance list.");
        this.advance();
        do bases.push(this.parseInheritanceSpecifier());
        while (this.accept(Token.Comma));
      } else if (this.lexer.isWord("layout")) {
        if (storageLayout) this.error("8714", "More than one storage layout definition.");
        storageLayout = this.parseStorageLayout();
      } else {
        return { bases, storageLayout };
      }
    }
  }

  private parseInheritanceSpecifier(): InheritanceSpecifier {
    const baseName = this.parseIdentifierPath();
    const args = this.parseOptionalArguments();
    return { kind: "InheritanceSpecifier", id: this.nextId(), span: this.spanSince(baseName), baseName, arguments: args };
  }

  private parseStorageLayout(): StorageLayoutSpecifier {
    const start = this.lexer.start;
    this.advance();
    if (this.lexer.isWord("at")) this.advance();
    else this.error("1994", `Expected 'at' but got ${this.describeCurrent()}`, this.tokenSpan(), "Write 'layout at <slot>'.");
    const baseSlot = this.parseExpression();
    return { kind: "StorageLayoutSpecifier", id: this.nextId(), span: this.spanFrom(start), baseSlot };
  }

  /** One member into `members`; a broken one is skipped. */
  private parseMemberInto(members: ContractMember[], braces: number): void {
    const start = this.lexer.start;
    const depth = this.depth;
    const isInModifier = this.isInModifier;
    try {
      members.push(this.parseMember());
    } catch (thrown) {
      if (thrown !== parseAbort) throw thrown;
      this.depth = depth;
      this.isInModifier = isInModifier;
      if (this.skipElement(braces, () => this.startsMember())) return;
      if (this.at(Token.EndOfSource) || this.startsDefinition()) throw parseAbort;
      if (this.lexer.start === start) this.advance();
      // A member starts although braces are open: they are missing their closing ones, not this member its contract.
      this.braces = braces;
    }
  }

  private parseMember(): ContractMember {
    switch (this.kind) {
      case Token.Function:
        if (this.lexer.peek() !== Token.LParen) return this.parseFunction();
        return isBefore(this.line, "0.6") ? this.parseUnnamedFunctionOrVariable() : this.parseStateVariable();
      case Token.Constructor:
      case Token.Fallback:
      case Token.Receive:
        return this.parseFunction();
      case Token.Modifier:
        return this.parseModifier();
      case Token.Struct:
        return this.parseStruct();
      case Token.Enum:
        return this.parseEnum();
      case Token.Event:
        return this.parseEvent();
      case Token.Using:
        return this.parseUsing();
      case Token.Type:
        return this.parseValueType();
      default:
        if (this.startsError()) return this.parseErrorDefinition();
        if (this.startsVariable()) return this.parseStateVariable();
        return this.fail("9182", "Function, variable, struct or modifier declaration expected.", this.tokenSpan(), this.memberHint());
    }
  }

  private memberHint(): string | undefined {
    if (this.at(Token.EndOfSource)) return "A '}' is missing.";
    if (this.startsDefinition()) return "Close the contract before with '}': contracts do not nest.";
    return undefined;
  }

  /** `error` is no keyword: only `error E(` starts a definition. */
  protected startsError(): boolean {
    return this.lexer.isWord("error") && this.lexer.peek() === Token.Identifier && this.lexer.peekSecond() === Token.LParen;
  }

  protected startsVariable(): boolean {
    const kind = this.kind;
    return kind === Token.Identifier || kind === Token.Mapping || isElementaryType(kind) || (kind === Token.Function && this.lexer.peek() === Token.LParen);
  }

  private parseStateVariable(): VariableDeclaration {
    const variable = this.parseVariable("state");
    this.expect(Token.Semicolon);
    return variable;
  }

  /* -------------------------------------------------------------------------------------- types, events, errors */

  protected parseStruct(): StructDefinition {
    const documentation = this.documentation();
    const start = this.lexer.start;
    this.advance();
    const { name, nameSpan } = this.expectName();
    this.expect(Token.LBrace);
    const members: VariableDeclaration[] = [];
    while (!this.at(Token.RBrace)) {
      members.push(this.parseVariable("structMember"));
      this.expect(Token.Semicolon);
    }
    this.advance();
    return { kind: "StructDefinition", id: this.nextId(), span: this.spanFrom(start), name, nameSpan, documentation, members };
  }

  protected parseEnum(): EnumDefinition {
    const documentation = this.documentation();
    const start = this.lexer.start;
    this.advance();
    const { name, nameSpan } = this.expectName();
    this.expect(Token.LBrace);
    const members: EnumValue[] = [];
    while (!this.at(Token.RBrace)) {
      members.push(this.parseEnumValue());
      if (this.at(Token.RBrace)) break;
      this.expect(Token.Comma);
      if (!this.at(Token.Identifier)) this.fail("1612", "Expected identifier after ','", this.tokenSpan(), "Remove the trailing ','.");
    }
    if (members.length === 0) this.error("3147", "Enum with no members is not allowed.");
    this.advance();
    return { kind: "EnumDefinition", id: this.nextId(), span: this.spanFrom(start), name, nameSpan, documentation, members };
  }

  private parseEnumValue(): EnumValue {
    const { name, nameSpan } = this.expectName();
    return { kind: "EnumValue", id: this.nextId(), span: nameSpan, name, nameSpan, documentation: undefined };
  }

  protected parseEvent(): EventDefinition {
    const documentation = this.documentation();
    const start = this.lexer.start;
    this.advance();
    const { name, nameSpan } = this.expectName();
    const parameters = this.parseParameters("eventParameter");
    const isAnonymous = this.accept(Token.Anonymous);
    this.expect(Token.Semicolon);
    const span = this.spanFrom(start);
    return { kind: "EventDefinition", id: this.nextId(), span, name, nameSpan, documentation, parameters, isAnonymous };
  }

  protected parseErrorDefinition(): ErrorDefinition {
    const documentation = this.documentation();
    const start = this.lexer.start;
    this.advance();
    const { name, nameSpan } = this.expectName();
    const parameters = this.parseParameters("errorParameter");
    this.expect(Token.Semicolon);
    return { kind: "ErrorDefinition", id: this.nextId(), span: this.spanFrom(start), name, nameSpan, documentation, parameters };
  }

  protected parseValueType(): UserDefinedValueTypeDefinition {
    const documentation = this.documentation();
    const start = this.lexer.start;
    this.advance();
    const { name, nameSpan } = this.expectName();
    this.expect(Token.Is);
    const underlyingType = this.parseTypeName();
    this.expect(Token.Semicolon);
    const span = this.spanFrom(start);
    return { kind: "UserDefinedValueTypeDefinition", id: this.nextId(), span, name, nameSpan, documentation, underlyingType };
  }

  /* --------------------------------------------------------------------------------------------------- using */

  protected parseUsing(): UsingForDirective {
    const start = this.lexer.start;
    this.advance();
    let library: IdentifierPath | undefined;
    let functions: UsingFunction[] | undefined;
    if (this.accept(Token.LBrace)) {
      functions = [];
      do functions.push(this.parseUsingFunction());
      while (this.accept(Token.Comma));
      this.expect(Token.RBrace);
    } else library = this.parseIdentifierPath();
    this.expect(Token.For);
    const typeName = this.accept(Token.Mul) ? undefined : this.parseTypeName();
    const isGlobal = this.lexer.isWord("global");
    if (isGlobal) this.advance();
    this.expect(Token.Semicolon);
    return { kind: "UsingForDirective", id: this.nextId(), span: this.spanFrom(start), library, functions, typeName, isGlobal };
  }

  private parseUsingFunction(): UsingFunction {
    const path = this.parseIdentifierPath();
    if (!this.accept(Token.As)) return { path };
    const spelling = spellingOf(this.kind) ?? this.lexer.tokenText();
    const operator = definableOperators.find((known) => known === spelling);
    if (!operator) this.error("4403", `Not a user-definable operator: ${spelling}. Only the following operators can be user-defined: ${definableOperators.join(", ")}`);
    this.advance();
    return { path, operator };
  }
}
