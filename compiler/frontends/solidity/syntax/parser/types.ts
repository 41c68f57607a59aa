/** Type names and variable declarations. */
import type {
  DataLocation,
  ElementaryTypeName,
  Expression,
  FunctionTypeName,
  IdentifierPath,
  MappingTypeName,
  Name,
  OverrideSpecifier,
  StateMutability,
  TypeName,
  VariableDeclaration,
  VariableRole,
  Visibility,
} from "../ast.js";
import { isElementaryType, isLocation, isStateMutability, Token } from "../tokens.js";
import { ParserBase } from "./base.js";

const visibilities: Readonly<Partial<Record<Token, Visibility>>> = {
  [Token.Public]: "public",
  [Token.Private]: "private",
  [Token.Internal]: "internal",
  [Token.External]: "external",
};

const mutabilities: Readonly<Partial<Record<Token, StateMutability>>> = {
  [Token.Pure]: "pure",
  [Token.View]: "view",
  [Token.Payable]: "payable",
};

const locations: Readonly<Partial<Record<Token, DataLocation>>> = {
  [Token.Memory]: "memory",
  [Token.Storage]: "storage",
  [Token.CallData]: "calldata",
};

/** Which parts a variable declaration may have, by where it stands. */
interface VariableRules {
  readonly allowsLocation: boolean;
  readonly allowsIndexed: boolean;
  readonly allowsNoName: boolean;
  readonly allowsValue: boolean;
}

const parameterRules: VariableRules = { allowsLocation: true, allowsIndexed: false, allowsNoName: true, allowsValue: false };

const rules: Readonly<Record<VariableRole, VariableRules>> = {
  state: { allowsLocation: false, allowsIndexed: false, allowsNoName: false, allowsValue: true },
  fileConstant: { allowsLocation: false, allowsIndexed: false, allowsNoName: false, allowsValue: true },
  parameter: parameterRules,
  returnParameter: parameterRules,
  catchParameter: parameterRules,
  functionTypeParameter: parameterRules,
  local: { allowsLocation: true, allowsIndexed: false, allowsNoName: false, allowsValue: false },
  structMember: { allowsLocation: false, allowsIndexed: false, allowsNoName: false, allowsValue: false },
  eventParameter: { allowsLocation: false, allowsIndexed: true, allowsNoName: true, allowsValue: false },
  errorParameter: { allowsLocation: false, allowsIndexed: false, allowsNoName: true, allowsValue: false },
};

/** The parts of a function's header that functions and function types share. */
export interface SharedHeader {
  readonly parameters: readonly VariableDeclaration[];
  visibility?: Visibility;
  stateMutability: StateMutability;
}

/** Name of the type that an elementary type's keyword stands for. */
export function canonicalTypeName(keyword: string): string {
  switch (keyword) {
    case "uint":
      return "uint256";
    case "int":
      return "int256";
    case "byte":
      return "bytes1";
    case "fixed":
      return "fixed128x18";
    case "ufixed":
      return "ufixed128x18";
    default:
      return keyword;
  }
}

export abstract class TypeParser extends ParserBase {
  protected abstract parseExpression(): Expression;

  protected parseTypeName(): TypeName {
    this.enter(1);
    const start = this.lexer.start;
    let type: TypeName;
    switch (this.kind) {
      case Token.Identifier:
        type = this.userDefinedTypeName(this.parseIdentifierPath());
        break;
      case Token.Address:
      case Token.ElementaryType:
        type = this.parseElementaryTypeName();
        break;
      case Token.Mapping:
        type = this.parseMapping();
        break;
      case Token.Function:
        type = this.parseFunctionTypeName();
        break;
      default:
        this.fail("3546", "Expected type name");
    }
    type = this.parseArraySuffixes(type, start);
    this.leave(1);
    return type;
  }

  protected parseArraySuffixes(element: TypeName, start: number): TypeName {
    let type = element;
    while (this.accept(Token.LBrack)) {
      const length = this.at(Token.RBrack) ? undefined : this.parseExpression();
      this.expect(Token.RBrack);
      type = { kind: "ArrayTypeName", id: this.nextId(), span: this.spanFrom(start), baseType: type, length };
    }
    return type;
  }

  protected userDefinedTypeName(path: IdentifierPath): TypeName {
    return { kind: "UserDefinedTypeName", id: this.nextId(), span: path.span, path };
  }

  /** An elementary type without what may follow it; the current token is its keyword. */
  protected parseElementaryKeyword(): ElementaryTypeName {
    const start = this.lexer.start;
    const keyword = this.lexer.tokenText();
    this.advance();
    const name = canonicalTypeName(keyword);
    return { kind: "ElementaryTypeName", id: this.nextId(), span: this.spanFrom(start), name, keyword, isPayable: false };
  }

  private parseElementaryTypeName(): ElementaryTypeName {
    const isAddress = this.at(Token.Address);
    const type = this.parseElementaryKeyword();
    if (!isStateMutability(this.kind)) return type;
    if (!isAddress) {
      this.error("9106", "State mutability can only be specified for address types.");
      this.advance();
      return type;
    }
    const isPayable = this.at(Token.Payable);
    if (!isPayable) this.errorOf("TypeError", "2311", "Address types can only be payable or non-payable.", this.tokenSpan());
    this.advance();
    return { ...type, span: this.spanSince(type), isPayable };
  }

  private parseMapping(): MappingTypeName {
    const start = this.lexer.start;
    this.advance();
    this.expect(Token.LParen);
    let keyType: TypeName;
    if (this.at(Token.Identifier)) keyType = this.userDefinedTypeName(this.parseIdentifierPath());
    else if (isElementaryType(this.kind)) keyType = this.parseElementaryKeyword();
    else this.fail("1005", "Expected elementary type name or identifier for mapping key type");
    const keyName = this.parseOptionalName();
    this.expect(Token.DoubleArrow);
    const valueType = this.parseTypeName();
    const valueName = this.parseOptionalName();
    this.expect(Token.RParen);
    const span = this.spanFrom(start);
    return { kind: "MappingTypeName", id: this.nextId(), span, keyType, keyName, valueType, valueName };
  }

  private parseOptionalName(): Name | undefined {
    return this.at(Token.Identifier) ? this.expectName() : undefined;
  }

  private parseFunctionTypeName(): FunctionTypeName {
    const start = this.lexer.start;
    this.advance();
    const header: SharedHeader = {
      parameters: this.parseParameters("functionTypeParameter"),
      stateMutability: "nonpayable",
    };
    while (!this.startsVariableVisibility(header) && this.parseVisibilityOrMutability(header));
    const returnParameters = this.accept(Token.Returns) ? this.parseParameters("functionTypeParameter", false) : [];
    const { parameters, visibility, stateMutability } = header;
    const span = this.spanFrom(start);
    return { kind: "FunctionTypeName", id: this.nextId(), span, parameters, returnParameters, visibility, stateMutability };
  }

  /** In `function () external public f` the second visibility is that of the state variable. */
  protected startsVariableVisibility(header: SharedHeader): boolean {
    const isComplete = header.visibility === "external" || header.visibility === "internal";
    return isComplete && visibilities[this.kind] !== undefined;
  }

  /** Takes one visibility or mutability into `header`. @returns false if the current token is neither */
  protected parseVisibilityOrMutability(header: SharedHeader): boolean {
    const visibility = visibilities[this.kind];
    if (visibility) {
      if (header.visibility) this.error("9439", `Visibility already specified as "${header.visibility}".`);
      else header.visibility = visibility;
      this.advance();
      return true;
    }
    const mutability = mutabilities[this.kind];
    if (!mutability) return false;
    if (header.stateMutability !== "nonpayable") this.error("9680", `State mutability already specified as "${header.stateMutability}".`);
    else header.stateMutability = mutability;
    this.advance();
    return true;
  }

  /** `(uint a, bool)`. */
  protected parseParameters(role: VariableRole, allowsNone = true): VariableDeclaration[] {
    this.enter(1);
    this.expect(Token.LParen);
    const parameters: VariableDeclaration[] = [];
    if (!allowsNone || !this.at(Token.RParen)) {
      parameters.push(this.parseVariable(role));
      while (!this.at(Token.RParen)) {
        if (this.at(Token.Comma) && this.lexer.peek() === Token.RParen) {
          this.error("7591", "Unexpected trailing comma in parameter list.", this.tokenSpan(), "Remove the ','.");
          this.advance();
          break;
        }
        this.expect(Token.Comma);
        parameters.push(this.parseVariable(role));
      }
    }
    this.advance();
    this.leave(1);
    return parameters;
  }

  protected parseOverrideSpecifier(): OverrideSpecifier {
    const start = this.lexer.start;
    this.advance();
    const bases: IdentifierPath[] = [];
    if (this.accept(Token.LParen)) {
      do bases.push(this.parseIdentifierPath());
      while (this.accept(Token.Comma));
      this.expect(Token.RParen);
    }
    return { kind: "OverrideSpecifier", id: this.nextId(), span: this.spanFrom(start), bases };
  }

  /** A variable of any role; `knownType` if its type has been read already. */
  protected parseVariable(role: VariableRole, knownType?: TypeName): VariableDeclaration {
    this.enter(1);
    const documentation = this.documentation();
    const typeName = knownType ?? this.parseTypeName();
    const isState = role === "state";
    if (isState && typeName.kind === "FunctionTypeName" && this.at(Token.LBrace))
      this.fail(
        "2915",
        "Expected a state variable declaration. If you intended this as a fallback function or a function to handle " +
          'plain ether transactions, use the "fallback" keyword or the "receive" keyword instead.',
      );
    const parts = this.parseVariableParts(role);
    const isUnnamed = rules[role].allowsNoName && !this.at(Token.Identifier);
    const { name, nameSpan } = isUnnamed ? { name: "", nameSpan: this.spanOf(this.lastEnd, this.lastEnd) } : this.expectName();
    const value = rules[role].allowsValue && this.accept(Token.Assign) ? this.parseExpression() : undefined;
    this.leave(1);
    const span = this.spanSince(typeName);
    return { kind: "VariableDeclaration", id: this.nextId(), span, name, nameSpan, documentation, role, typeName, ...parts, value };
  }

  /** What stands between the type and the name, in any order. */
  private parseVariableParts(role: VariableRole): VariableParts {
    const { allowsLocation, allowsIndexed } = rules[role];
    const isState = role === "state";
    const parts: Mutable<VariableParts> = {
      location: undefined,
      mutability: "mutable",
      isTransient: false,
      isIndexed: false,
      visibility: undefined,
      overrides: undefined,
    };
    for (;;) {
      const kind = this.kind;
      if (isState && kind !== Token.External && visibilities[kind]) {
        if (parts.visibility) this.error("4110", `Visibility already specified as "${parts.visibility}".`);
        else parts.visibility = visibilities[kind];
        this.advance();
      } else if (isState && kind === Token.Override) {
        if (parts.overrides) this.error("9125", "Override already specified.");
        parts.overrides = this.parseOverrideSpecifier();
      } else if (allowsIndexed && kind === Token.Indexed) {
        if (parts.isIndexed) this.error("5399", "Indexed already specified.");
        parts.isIndexed = true;
        this.advance();
      } else if (kind === Token.Constant || kind === Token.Immutable) {
        if (parts.mutability !== "mutable") this.error("3109", `Mutability already set to "${parts.mutability}"`);
        else parts.mutability = kind === Token.Constant ? "constant" : "immutable";
        this.advance();
      } else if (allowsLocation && isLocation(kind)) {
        if (parts.location) this.error("3548", "Location already specified.");
        else parts.location = locations[kind];
        this.advance();
      } else if (isState && this.isTransientKeyword()) {
        if (parts.isTransient) this.error("3548", "Location already specified.");
        parts.isTransient = true;
        this.advance();
      } else {
        return parts;
      }
    }
  }

  /** `transient` is a name wherever a name would do: `uint transient;`, `uint transient = 1;`. */
  private isTransientKeyword(): boolean {
    if (!this.lexer.isWord("transient")) return false;
    const next = this.lexer.peek();
    return next !== Token.Assign && next !== Token.Semicolon;
  }
}

type VariableParts = Pick<VariableDeclaration, "location" | "mutability" | "isTransient" | "isIndexed" | "visibility" | "overrides">;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
