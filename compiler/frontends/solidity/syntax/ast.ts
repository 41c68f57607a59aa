/**
 * The syntax tree of Solidity 0.5 to 0.8, inline assembly included. One discriminated union on `kind`; nodes are
 * plain read-only data. What the checker learns (types, resolved declarations) lives in side tables keyed by node
 * or by `id`, never in the tree, so one parsed file can be shared by several compilations' worth of analyses.
 *
 * Spans follow solc's source locations: a node covers its first to its last token, statements exclude their `;`
 * (as solc does), declarations with a body include the closing brace.
 */
import type { SourceFile, Span } from "../../../base/span.js";
import type { NodeBase } from "./ast-base.js";
import type { LanguageLine } from "./language.js";
import type { YulBlock, YulNode } from "./yul-ast.js";

export type * from "./yul-ast.js";

/** A name together with its position: named arguments, import aliases. Not a node. */
export interface Name {
  readonly name: string;
  readonly nameSpan: Span;
}

export type Visibility = "public" | "private" | "internal" | "external";
export type StateMutability = "pure" | "view" | "nonpayable" | "payable";
export type DataLocation = "storage" | "memory" | "calldata";
export type ContractKind = "contract" | "interface" | "library";
export type FunctionKind = "function" | "constructor" | "fallback" | "receive" | "freeFunction";
export type SubDenomination = "wei" | "gwei" | "szabo" | "finney" | "ether" | "seconds" | "minutes" | "hours" | "days" | "weeks" | "years";

/* ------------------------------------------------------------------------------------------------ source unit */

/** A whole source file. */
export interface SourceUnit extends NodeBase {
  readonly kind: "SourceUnit";
  readonly file: SourceFile;
  /** The version line by whose rules the file was read. */
  readonly language: LanguageLine;
  /** The text after `SPDX-License-Identifier:`; undefined when absent. */
  readonly license?: string;
  readonly nodes: readonly SourceUnitMember[];
}

/** `pragma solidity ^0.8.0;`: `name` is `solidity`, `value` the rest as written (`^0.8.0`, without outer spaces). */
export interface PragmaDirective extends NodeBase {
  readonly kind: "PragmaDirective";
  readonly name: string;
  readonly value: string;
}

/** One `a as b` of `import {a as b} from "f"`. */
export interface ImportSymbol extends Name {
  readonly alias?: Name;
}

/** `import "f";`, `import "f" as M;`, `import * as M from "f";`, `import {a, b as c} from "f";`. */
export interface ImportDirective extends NodeBase {
  readonly kind: "ImportDirective";
  readonly path: string;
  readonly pathSpan: Span;
  /** The name the whole unit is bound to. */
  readonly unitAlias?: Name;
  /** The imported symbols; undefined if the import brings in everything or binds `unitAlias`. */
  readonly symbols?: readonly ImportSymbol[];
}

/** One function of `using {f, L.g as +} for T`. */
export interface UsingFunction {
  readonly path: IdentifierPath;
  /** The operator token the function implements. */
  readonly operator?: UserDefinableOperator;
}

export type UserDefinableOperator = "|" | "&" | "^" | "~" | "+" | "-" | "*" | "/" | "%" | "==" | "!=" | "<" | "<=" | ">" | ">=";

/** `using L for T;`, `using {f, g as +} for T global;`. Exactly one of `library` and `functions` is present. */
export interface UsingForDirective extends NodeBase {
  readonly kind: "UsingForDirective";
  readonly library?: IdentifierPath;
  readonly functions?: readonly UsingFunction[];
  /** Undefined for `*`. */
  readonly typeName?: TypeName;
  readonly isGlobal: boolean;
}

/** A doc comment (`///` lines or a block), markers stripped as solc does; tags are read by the NatSpec stage. */
export interface StructuredDocumentation extends NodeBase {
  readonly kind: "StructuredDocumentation";
  readonly text: string;
}

/** A dotted name where only a declaration can stand: base contracts, modifiers, user-defined types, overrides. */
export interface IdentifierPath extends NodeBase {
  readonly kind: "IdentifierPath";
  /** The dotted text: `M.Token`. */
  readonly name: string;
  readonly parts: readonly Name[];
}

/* ----------------------------------------------------------------------------------------------- declarations */

/** What every named declaration has; `name` is `""` for what has none (constructors, unnamed parameters). */
interface DeclarationBase extends NodeBase {
  readonly name: string;
  /** The name's position; for an unnamed declaration the empty range where it would stand, or its keyword. */
  readonly nameSpan: Span;
  readonly documentation?: StructuredDocumentation;
}

/** `contract C is B(1), D layout at 7 { ... }`, interfaces and libraries too. */
export interface ContractDefinition extends DeclarationBase {
  readonly kind: "ContractDefinition";
  readonly contractKind: ContractKind;
  readonly isAbstract: boolean;
  readonly bases: readonly InheritanceSpecifier[];
  readonly storageLayout?: StorageLayoutSpecifier;
  readonly members: readonly ContractMember[];
}

/** One base of a contract: `B` or `B(1)`. */
export interface InheritanceSpecifier extends NodeBase {
  readonly kind: "InheritanceSpecifier";
  readonly baseName: IdentifierPath;
  /** Undefined without parentheses. */
  readonly arguments?: readonly Expression[];
}

/** `layout at <expression>`. */
export interface StorageLayoutSpecifier extends NodeBase {
  readonly kind: "StorageLayoutSpecifier";
  readonly baseSlot: Expression;
}

/** A function of any kind: of a contract, free, constructor, `fallback`, `receive`, or 0.5's `function () ...`. */
export interface FunctionDefinition extends DeclarationBase {
  readonly kind: "FunctionDefinition";
  readonly functionKind: FunctionKind;
  readonly parameters: readonly VariableDeclaration[];
  readonly returnParameters: readonly VariableDeclaration[];
  /** Undefined if not written. */
  readonly visibility?: Visibility;
  /** `nonpayable` if not written; 0.4's `constant` reads as `view`. */
  readonly stateMutability: StateMutability;
  readonly isVirtual: boolean;
  readonly overrides?: OverrideSpecifier;
  /** Modifiers and, in constructors, base constructor calls, in written order. */
  readonly modifiers: readonly ModifierInvocation[];
  /** Undefined for an unimplemented function (`;`). */
  readonly body?: Block;
}

/** `modifier m(uint x) virtual override { ... _; ... }`. */
export interface ModifierDefinition extends DeclarationBase {
  readonly kind: "ModifierDefinition";
  readonly parameters: readonly VariableDeclaration[];
  readonly isVirtual: boolean;
  readonly overrides?: OverrideSpecifier;
  readonly body?: Block;
}

/** `override` or `override(A, B)`. */
export interface OverrideSpecifier extends NodeBase {
  readonly kind: "OverrideSpecifier";
  readonly bases: readonly IdentifierPath[];
}

/** A modifier or base constructor in a function header: `onlyOwner`, `initializer()`, `ERC20("n", "s")`. */
export interface ModifierInvocation extends NodeBase {
  readonly kind: "ModifierInvocation";
  readonly path: IdentifierPath;
  /** Undefined without parentheses. */
  readonly arguments?: readonly Expression[];
}

/** Where a variable is declared. */
export type VariableRole =
  | "state"
  | "fileConstant"
  | "parameter"
  | "returnParameter"
  | "local"
  | "structMember"
  | "eventParameter"
  | "errorParameter"
  /** Parameters of a `catch` clause. */
  | "catchParameter"
  /** Parameters and results of a function type. */
  | "functionTypeParameter";

/** Any variable: state, file-level constant, parameter, local, struct member, event or error parameter. */
export interface VariableDeclaration extends DeclarationBase {
  readonly kind: "VariableDeclaration";
  readonly role: VariableRole;
  /** Undefined only for 0.4's `var` and for the components of `var (a, b)`. */
  readonly typeName?: TypeName;
  readonly location?: DataLocation;
  readonly mutability: "mutable" | "constant" | "immutable";
  readonly isTransient: boolean;
  readonly isIndexed: boolean;
  /** State variables only; undefined if not written (internal). */
  readonly visibility?: Visibility;
  readonly overrides?: OverrideSpecifier;
  /** The initial value of a state variable or constant; locals have theirs in VariableDeclarationStatement. */
  readonly value?: Expression;
}

/** `struct S { uint a; }`. */
export interface StructDefinition extends DeclarationBase {
  readonly kind: "StructDefinition";
  readonly members: readonly VariableDeclaration[];
}

/** `enum E { A, B }`. */
export interface EnumDefinition extends DeclarationBase {
  readonly kind: "EnumDefinition";
  readonly members: readonly EnumValue[];
}

/** One member of an enum. */
export interface EnumValue extends DeclarationBase {
  readonly kind: "EnumValue";
}

/** `event E(uint indexed a) anonymous;`. */
export interface EventDefinition extends DeclarationBase {
  readonly kind: "EventDefinition";
  readonly parameters: readonly VariableDeclaration[];
  readonly isAnonymous: boolean;
}

/** `error E(uint a);`. */
export interface ErrorDefinition extends DeclarationBase {
  readonly kind: "ErrorDefinition";
  readonly parameters: readonly VariableDeclaration[];
}

/** `type T is uint256;`. */
export interface UserDefinedValueTypeDefinition extends DeclarationBase {
  readonly kind: "UserDefinedValueTypeDefinition";
  readonly underlyingType: TypeName;
}

/* ------------------------------------------------------------------------------------------------- type names */

/** `uint8`, `address payable`, `string`; aliases are normalised: `uint` reads `uint256`, `byte` reads `bytes1`. */
export interface ElementaryTypeName extends NodeBase {
  readonly kind: "ElementaryTypeName";
  readonly name: string;
  /** The keyword as written: `uint`. */
  readonly keyword: string;
  /** For `address` only: whether `payable` follows (or the type is the `payable` of `payable(x)`). */
  readonly isPayable: boolean;
}

/** `Token`, `M.Token.Kind`. */
export interface UserDefinedTypeName extends NodeBase {
  readonly kind: "UserDefinedTypeName";
  readonly path: IdentifierPath;
}

/** `mapping(address owner => uint256 balance)`. */
export interface MappingTypeName extends NodeBase {
  readonly kind: "MappingTypeName";
  readonly keyType: TypeName;
  readonly keyName?: Name;
  readonly valueType: TypeName;
  readonly valueName?: Name;
}

/** `T[]`, `T[4]`. */
export interface ArrayTypeName extends NodeBase {
  readonly kind: "ArrayTypeName";
  readonly baseType: TypeName;
  /** Undefined for a dynamic array. */
  readonly length?: Expression;
}

/** `function (uint) external view returns (bool)`. */
export interface FunctionTypeName extends NodeBase {
  readonly kind: "FunctionTypeName";
  readonly parameters: readonly VariableDeclaration[];
  readonly returnParameters: readonly VariableDeclaration[];
  /** Undefined if not written (internal). */
  readonly visibility?: Visibility;
  readonly stateMutability: StateMutability;
}

/* ------------------------------------------------------------------------------------------------- statements */

/** `{ ... }` or `unchecked { ... }`. */
export interface Block extends NodeBase {
  readonly kind: "Block";
  readonly isUnchecked: boolean;
  readonly statements: readonly Statement[];
}

/** `_;` in a modifier. */
export interface PlaceholderStatement extends NodeBase {
  readonly kind: "PlaceholderStatement";
}

/** `if (c) a else b`. */
export interface IfStatement extends NodeBase {
  readonly kind: "IfStatement";
  readonly condition: Expression;
  readonly trueBody: Statement;
  readonly falseBody?: Statement;
}

/** `try f() returns (uint a) { ... } catch Error(string memory r) { ... } catch { ... }`. */
export interface TryStatement extends NodeBase {
  readonly kind: "TryStatement";
  readonly externalCall: Expression;
  /** The success clause (`returns (...) {...}`) first, then the `catch` clauses in written order. */
  readonly clauses: readonly TryCatchClause[];
}

/** One clause of a try statement. */
export interface TryCatchClause extends NodeBase {
  readonly kind: "TryCatchClause";
  /** `""` for the success clause and for `catch {` and `catch (bytes memory)`; else `Error`, `Panic`, .... */
  readonly errorName: string;
  /** Undefined if the clause has no parameter list. */
  readonly parameters?: readonly VariableDeclaration[];
  readonly block: Block;
}

/** `while (c) s`. */
export interface WhileStatement extends NodeBase {
  readonly kind: "WhileStatement";
  readonly condition: Expression;
  readonly body: Statement;
}

/** `do s while (c);`. */
export interface DoWhileStatement extends NodeBase {
  readonly kind: "DoWhileStatement";
  readonly condition: Expression;
  readonly body: Statement;
}

/** `for (init; condition; update) body`. */
export interface ForStatement extends NodeBase {
  readonly kind: "ForStatement";
  readonly initialization?: VariableDeclarationStatement | ExpressionStatement;
  readonly condition?: Expression;
  readonly update?: ExpressionStatement;
  readonly body: Statement;
}

/** `continue;`. */
export interface ContinueStatement extends NodeBase {
  readonly kind: "ContinueStatement";
}

/** `break;`. */
export interface BreakStatement extends NodeBase {
  readonly kind: "BreakStatement";
}

/** `return;`, `return x;`. */
export interface ReturnStatement extends NodeBase {
  readonly kind: "ReturnStatement";
  readonly expression?: Expression;
}

/** 0.4's `throw;` (kept so that the checker can say what to write instead). */
export interface ThrowStatement extends NodeBase {
  readonly kind: "ThrowStatement";
}

/** `emit E(1);`. */
export interface EmitStatement extends NodeBase {
  readonly kind: "EmitStatement";
  readonly eventCall: FunctionCall;
}

/** `revert E(1);` (`revert("...")` is an expression statement that calls the builtin). */
export interface RevertStatement extends NodeBase {
  readonly kind: "RevertStatement";
  readonly errorCall: FunctionCall;
}

/** `uint a = 1;`, `(uint a, , bool b) = f();`, 0.4's `var (a, b) = f();`. */
export interface VariableDeclarationStatement extends NodeBase {
  readonly kind: "VariableDeclarationStatement";
  /** Undefined entries are holes. */
  readonly declarations: readonly (VariableDeclaration | undefined)[];
  /** Whether the declarations stand in parentheses. */
  readonly isTuple: boolean;
  readonly initialValue?: Expression;
}

/** `expression;`. */
export interface ExpressionStatement extends NodeBase {
  readonly kind: "ExpressionStatement";
  readonly expression: Expression;
}

/** `assembly "evmasm" ("memory-safe") { ... }`. */
export interface InlineAssembly extends NodeBase {
  readonly kind: "InlineAssembly";
  /** The flags in parentheses; undefined without parentheses. */
  readonly flags?: readonly string[];
  /** A doc comment before the statement (it can carry `@solidity memory-safe-assembly`). */
  readonly documentation?: StructuredDocumentation;
  readonly body: YulBlock;
}

/* ------------------------------------------------------------------------------------------------ expressions */

/** `c ? a : b`. */
export interface Conditional extends NodeBase {
  readonly kind: "Conditional";
  readonly condition: Expression;
  readonly trueExpression: Expression;
  readonly falseExpression: Expression;
}

export type AssignmentOperator = "=" | "|=" | "^=" | "&=" | "<<=" | ">>=" | ">>>=" | "+=" | "-=" | "*=" | "/=" | "%=";

/** `a = b`, `a += b`. */
export interface Assignment extends NodeBase {
  readonly kind: "Assignment";
  readonly operator: AssignmentOperator;
  readonly left: Expression;
  readonly right: Expression;
}

/** `(a, , b)`, `(a)`, or `[a, b]` if `isInlineArray`. */
export interface TupleExpression extends NodeBase {
  readonly kind: "TupleExpression";
  /** Undefined entries are holes. */
  readonly components: readonly (Expression | undefined)[];
  readonly isInlineArray: boolean;
}

export type UnaryOperator = "!" | "~" | "-" | "+" | "++" | "--" | "delete";

/** `!a`, `a++`, `delete a`. */
export interface UnaryOperation extends NodeBase {
  readonly kind: "UnaryOperation";
  readonly operator: UnaryOperator;
  readonly isPrefix: boolean;
  readonly operand: Expression;
}

export type BinaryOperator = "||" | "&&" | "==" | "!=" | "<" | ">" | "<=" | ">=" | "|" | "^" | "&" | "<<" | ">>" | ">>>" | "+" | "-" | "*" | "/" | "%" | "**";

/** `a + b`. */
export interface BinaryOperation extends NodeBase {
  readonly kind: "BinaryOperation";
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
}

/** Calls of all sorts, conversions, struct constructors, `type(C)`: `f(1, 2)`, `f({a: 1})`. */
export interface FunctionCall extends NodeBase {
  readonly kind: "FunctionCall";
  readonly expression: Expression;
  readonly arguments: readonly Expression[];
  /** One name per argument for `f({a: 1})`; undefined for positional arguments. */
  readonly names?: readonly Name[];
}

/** `f{value: 1, gas: 2}`: the callee of a FunctionCall. */
export interface FunctionCallOptions extends NodeBase {
  readonly kind: "FunctionCallOptions";
  readonly expression: Expression;
  readonly names: readonly Name[];
  readonly options: readonly Expression[];
}

/** `new T`: the callee of a FunctionCall. */
export interface NewExpression extends NodeBase {
  readonly kind: "NewExpression";
  readonly typeName: TypeName;
}

/** `a.b`. */
export interface MemberAccess extends NodeBase {
  readonly kind: "MemberAccess";
  readonly expression: Expression;
  readonly memberName: string;
  readonly memberSpan: Span;
}

/** `a[i]`; without index the array type `T[]` in an expression. */
export interface IndexAccess extends NodeBase {
  readonly kind: "IndexAccess";
  readonly base: Expression;
  readonly index?: Expression;
}

/** `a[start:end]`, either of which may be absent. */
export interface IndexRangeAccess extends NodeBase {
  readonly kind: "IndexRangeAccess";
  readonly base: Expression;
  readonly start?: Expression;
  readonly end?: Expression;
}

/** A name used as an expression; `this`, `super`, `now`, `type`, `msg` are identifiers too. */
export interface Identifier extends NodeBase {
  readonly kind: "Identifier";
  readonly name: string;
}

/** A type used as an expression: the callee of `uint8(x)`, the argument of `type(uint)`, `payable` in `payable(x)`. */
export interface ElementaryTypeNameExpression extends NodeBase {
  readonly kind: "ElementaryTypeNameExpression";
  readonly typeName: ElementaryTypeName;
}

/** `true`, `false`. */
export interface BooleanLiteral extends NodeBase {
  readonly kind: "BooleanLiteral";
  readonly value: boolean;
}

/** `1_000`, `0xff`, `1.5e3 ether`; the value is worked out by the checker, exactly. */
export interface NumberLiteral extends NodeBase {
  readonly kind: "NumberLiteral";
  /** As written, underscores removed. Hex digits keep their case (address checksums). */
  readonly value: string;
  readonly isHex: boolean;
  readonly subDenomination?: SubDenomination;
}

/** `"a" "b"`, `unicode"é"`, `hex"00ff"`: adjacent parts are joined. */
export interface StringLiteral extends NodeBase {
  readonly kind: "StringLiteral";
  readonly literalKind: "string" | "unicode" | "hex";
  /** The value: UTF-8 of the text with escapes resolved; not necessarily valid UTF-8. */
  readonly bytes: Uint8Array;
}

/* ------------------------------------------------------------------------------------------------------ unions */

/** What can stand at the top of a file. */
export type SourceUnitMember =
  | PragmaDirective
  | ImportDirective
  | UsingForDirective
  | ContractDefinition
  | FunctionDefinition
  | StructDefinition
  | EnumDefinition
  | EventDefinition
  | ErrorDefinition
  | UserDefinedValueTypeDefinition
  /** A file-level constant. */
  | VariableDeclaration;

/** What can stand in a contract. */
export type ContractMember =
  | UsingForDirective
  | FunctionDefinition
  | ModifierDefinition
  | VariableDeclaration
  | StructDefinition
  | EnumDefinition
  | EventDefinition
  | ErrorDefinition
  | UserDefinedValueTypeDefinition;

/** Whatever a name can refer to (ImportDirective: a unit alias, `import "f" as M`). */
export type Declaration =
  | ContractDefinition
  | FunctionDefinition
  | ModifierDefinition
  | VariableDeclaration
  | StructDefinition
  | EnumDefinition
  | EnumValue
  | EventDefinition
  | ErrorDefinition
  | UserDefinedValueTypeDefinition
  | ImportDirective;

export type TypeName = ElementaryTypeName | UserDefinedTypeName | MappingTypeName | ArrayTypeName | FunctionTypeName;

export type Statement =
  | Block
  | PlaceholderStatement
  | IfStatement
  | TryStatement
  | WhileStatement
  | DoWhileStatement
  | ForStatement
  | ContinueStatement
  | BreakStatement
  | ReturnStatement
  | ThrowStatement
  | EmitStatement
  | RevertStatement
  | VariableDeclarationStatement
  | ExpressionStatement
  | InlineAssembly;

export type Literal = BooleanLiteral | NumberLiteral | StringLiteral;

export type Expression =
  | Conditional
  | Assignment
  | TupleExpression
  | UnaryOperation
  | BinaryOperation
  | FunctionCall
  | FunctionCallOptions
  | NewExpression
  | MemberAccess
  | IndexAccess
  | IndexRangeAccess
  | Identifier
  | ElementaryTypeNameExpression
  | Literal;

/** Any node of the tree. */
export type Node =
  | SourceUnit
  | SourceUnitMember
  | ContractMember
  | StructuredDocumentation
  | IdentifierPath
  | InheritanceSpecifier
  | StorageLayoutSpecifier
  | OverrideSpecifier
  | ModifierInvocation
  | EnumValue
  | TypeName
  | Statement
  | TryCatchClause
  | Expression
  | YulNode;

/** The node of a given kind: `NodeOf<"Block">` is {@link Block}. */
export type NodeOf<K extends Node["kind"]> = Extract<Node, { readonly kind: K }>;

/** Names of the properties of each node kind that hold children, in source order; a property may hold a list. */
type ChildKeys = { readonly [K in Node["kind"]]: readonly (keyof NodeOf<K> & string)[] };

const childKeys: ChildKeys = {
  SourceUnit: ["nodes"],
  PragmaDirective: [],
  ImportDirective: [],
  UsingForDirective: ["library", "functions", "typeName"],
  StructuredDocumentation: [],
  IdentifierPath: [],
  ContractDefinition: ["documentation", "bases", "storageLayout", "members"],
  InheritanceSpecifier: ["baseName", "arguments"],
  StorageLayoutSpecifier: ["baseSlot"],
  FunctionDefinition: ["documentation", "parameters", "overrides", "modifiers", "returnParameters", "body"],
  ModifierDefinition: ["documentation", "parameters", "overrides", "body"],
  OverrideSpecifier: ["bases"],
  ModifierInvocation: ["path", "arguments"],
  VariableDeclaration: ["documentation", "typeName", "overrides", "value"],
  StructDefinition: ["documentation", "members"],
  EnumDefinition: ["documentation", "members"],
  EnumValue: ["documentation"],
  EventDefinition: ["documentation", "parameters"],
  ErrorDefinition: ["documentation", "parameters"],
  UserDefinedValueTypeDefinition: ["documentation", "underlyingType"],
  ElementaryTypeName: [],
  UserDefinedTypeName: ["path"],
  MappingTypeName: ["keyType", "valueType"],
  ArrayTypeName: ["baseType", "length"],
  FunctionTypeName: ["parameters", "returnParameters"],
  Block: ["statements"],
  PlaceholderStatement: [],
  IfStatement: ["condition", "trueBody", "falseBody"],
  TryStatement: ["externalCall", "clauses"],
  TryCatchClause: ["parameters", "block"],
  WhileStatement: ["condition", "body"],
  DoWhileStatement: ["body", "condition"],
  ForStatement: ["initialization", "condition", "update", "body"],
  ContinueStatement: [],
  BreakStatement: [],
  ReturnStatement: ["expression"],
  ThrowStatement: [],
  EmitStatement: ["eventCall"],
  RevertStatement: ["errorCall"],
  VariableDeclarationStatement: ["declarations", "initialValue"],
  ExpressionStatement: ["expression"],
  InlineAssembly: ["documentation", "body"],
  Conditional: ["condition", "trueExpression", "falseExpression"],
  Assignment: ["left", "right"],
  TupleExpression: ["components"],
  UnaryOperation: ["operand"],
  BinaryOperation: ["left", "right"],
  FunctionCall: ["expression", "arguments"],
  FunctionCallOptions: ["expression", "options"],
  NewExpression: ["typeName"],
  MemberAccess: ["expression"],
  IndexAccess: ["base", "index"],
  IndexRangeAccess: ["base", "start", "end"],
  Identifier: [],
  ElementaryTypeNameExpression: ["typeName"],
  BooleanLiteral: [],
  NumberLiteral: [],
  StringLiteral: [],
  YulBlock: ["statements"],
  YulFunctionDefinition: ["parameters", "returnVariables", "body"],
  YulTypedName: [],
  YulVariableDeclaration: ["variables", "value"],
  YulAssignment: ["targets", "value"],
  YulExpressionStatement: ["expression"],
  YulIf: ["condition", "body"],
  YulSwitch: ["expression", "cases"],
  YulCase: ["value", "body"],
  YulForLoop: ["pre", "condition", "post", "body"],
  YulBreak: [],
  YulContinue: [],
  YulLeave: [],
  YulFunctionCall: ["functionName", "arguments"],
  YulIdentifier: [],
  YulLiteral: [],
};

/** Children of one property: a node, a list of nodes and holes, or the functions of a using directive. */
type ChildSlot = Node | UsingFunction | undefined;

/**
 * Calls `visit` with each direct child of `node`, in source order. Holes are skipped.
 *
 * @example forEachChild(contract, (child) => { if (child.kind === "FunctionDefinition") functions.push(child); });
 */
export function forEachChild(node: Node, visit: (child: Node) => void): void {
  const slots = node as unknown as Readonly<Record<string, ChildSlot | readonly ChildSlot[]>>;
  for (const key of childKeys[node.kind]) {
    const slot = slots[key];
    if (slot === undefined) continue;
    if (isList(slot)) for (const entry of slot) visitSlot(entry, visit);
    else visitSlot(slot, visit);
  }
}

function isList(slot: ChildSlot | readonly ChildSlot[]): slot is readonly ChildSlot[] {
  return Array.isArray(slot);
}

function visitSlot(slot: ChildSlot, visit: (child: Node) => void): void {
  if (slot === undefined) return;
  visit("kind" in slot ? slot : slot.path);
}
