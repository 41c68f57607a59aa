/**
 * What the checker hands to the lowering: the checked program. Everything that name resolution and typing found out is
 * here, in side tables; the lowering looks nothing up by name again.
 *
 *   loadSources (imports/) --units--> check (check.ts) --CheckedProgram--> lower (../lowering/)
 */
import type {
  Assignment,
  BinaryOperation,
  ContractDefinition,
  Declaration,
  EventDefinition,
  Expression,
  ErrorDefinition,
  FunctionCall,
  FunctionDefinition,
  Identifier,
  IdentifierPath,
  InheritanceSpecifier,
  InlineAssembly,
  MemberAccess,
  ModifierDefinition,
  ModifierInvocation,
  SourceUnit,
  TypeName,
  UnaryOperation,
  VariableDeclaration,
  YulIdentifier,
} from "../syntax/ast.js";
import type { FunctionType, SolType } from "./types.js";

/** Names that the language itself declares. */
export type BuiltinName =
  | "this"
  | "super"
  | "now"
  | "msg"
  | "block"
  | "tx"
  | "abi"
  | "type"
  | "require"
  | "assert"
  | "revert"
  | "keccak256"
  | "sha3"
  | "sha256"
  | "ripemd160"
  | "ecrecover"
  | "addmod"
  | "mulmod"
  | "blockhash"
  | "blobhash"
  | "gasleft"
  | "selfdestruct"
  | "suicide"
  | "erc7201"
  | "log0"
  | "log1"
  | "log2"
  | "log3"
  | "log4";

/** What a name in an expression means. */
export type Reference =
  | { readonly kind: "declaration"; readonly declaration: Declaration }
  | { readonly kind: "module"; readonly unit: SourceUnit }
  | { readonly kind: "builtin"; readonly name: BuiltinName };

/** What a FunctionCall node is. */
export type CallKind = "call" | "typeConversion" | "structConstructor";

export interface CallInfo {
  readonly kind: CallKind;
  /** call: the callee's type (bound members: `bound` is set, arguments exclude the object). */
  readonly functionType?: FunctionType;
  /** Arguments in the order of the parameters (named arguments are put in order). */
  readonly arguments: readonly Expression[];
  /**
   * How the callee is found at run time, for internal calls with a declaration: "virtual" (the most derived override of
   * the contract being compiled), "super" (the next in its linearisation), "static" (exactly this: `Base.f()`, library and free functions,
   * private functions).
   */
  readonly lookup?: "virtual" | "super" | "static";
}

/** How a binary operation is computed. */
export interface BinaryInfo {
  /** The type in which both operands are converted before the operation (for shifts and ** the left operand's). */
  readonly commonType: SolType;
  /** A user-defined operator's function. */
  readonly operatorFunction?: FunctionDefinition;
}

/** One contract with what follows from its place in the inheritance graph. */
export interface ContractInfo {
  readonly definition: ContractDefinition;
  readonly unit: SourceUnit;
  /** Full name, `source.sol:Name`. */
  readonly fullName: string;
  /** C3 linearisation, the contract itself first, the most base-like last. */
  readonly linearizedBases: readonly ContractDefinition[];
  /** Abstract, interface, or with unimplemented functions: has no code. */
  readonly isDeployable: boolean;
  /** Constructor arguments for each base, wherever they were given (header or constructor modifier). */
  readonly baseArguments: ReadonlyMap<ContractDefinition, { readonly source: InheritanceSpecifier | ModifierInvocation; readonly arguments: readonly Expression[] }>;
  /** The external interface with 4-byte selectors (as numbers): functions and public state variables, own and inherited, most derived first. */
  readonly interfaceFunctions: readonly {
    readonly selector: number;
    readonly signature: string;
    readonly type: FunctionType;
    readonly declaration: FunctionDefinition | VariableDeclaration;
  }[];
  readonly constructor_: FunctionDefinition | undefined;
  readonly fallback: FunctionDefinition | undefined;
  readonly receive: FunctionDefinition | undefined;
  /** Events and errors used, for the ABI: declared, inherited, and emitted or reverted with from elsewhere. */
  readonly events: readonly EventDefinition[];
  readonly errors: readonly ErrorDefinition[];
  /** Contracts created or whose code is read (`new C`, `type(C).creationCode`), for ordering. */
  readonly dependencies: readonly ContractDefinition[];
}

/** A Solidity name used in inline assembly. */
export interface YulReference {
  /** A library stands for its address. */
  readonly declaration: VariableDeclaration | ContractDefinition;
  /** "slot", "offset", "length", "address", "selector", or none. */
  readonly suffix: string | undefined;
  /** A constant's value (aliases followed), where the reference is to a constant. */
  readonly constantValue?: Expression;
}

/** The language line that a file's pragma selects: rules differ between them. */
export type LanguageLine = "0.5" | "0.6" | "0.7" | "0.8";

export interface CheckedProgram {
  readonly units: readonly SourceUnit[];
  /** In dependency order of `new`: created contracts before their creators, where possible; otherwise source order. */
  readonly contracts: readonly ContractInfo[];
  contractInfo(definition: ContractDefinition): ContractInfo;
  lineOf(unit: SourceUnit): LanguageLine;
  /** Whether a file's code uses the old ABI coder, which does not check the bits outside of values. */
  usesOldCoder(unit: SourceUnit): boolean;
  unitOf(declaration: Declaration): SourceUnit;
  /** The contract that a declaration is a member of, if any. */
  contractOf(declaration: Declaration): ContractDefinition | undefined;

  /** The type of an expression, before any implicit conversion to what its context wants. */
  typeOf(expression: Expression): SolType;
  /** The type of a declared variable, with its location: state variables `storage` non-pointer, locals pointer. */
  variableType(variable: VariableDeclaration): SolType;
  /** The type that a type name stands for (reference types: storage non-pointer unless a declaration says otherwise). */
  typeOfTypeName(typeName: TypeName): SolType;
  /** The type of a function as called internally, or of an event or error. */
  functionType(declaration: FunctionDefinition | EventDefinition | ErrorDefinition): FunctionType;
  /** The external (ABI) type of a function or of a public state variable's getter. */
  externalType(declaration: FunctionDefinition | VariableDeclaration): FunctionType;

  /** What an identifier or member access names; undefined where it is no name of a declaration or builtin (struct members: the member's VariableDeclaration; `x.length`: undefined). */
  reference(node: Identifier | MemberAccess | IdentifierPath): Reference | undefined;
  callInfo(call: FunctionCall): CallInfo;
  binaryInfo(operation: BinaryOperation | Assignment): BinaryInfo;
  /** A user-defined operator's function on a unary operation. */
  unaryOperator(operation: UnaryOperation): FunctionDefinition | undefined;
  /** A base constructor call or a modifier (virtual: resolved against the contract in work by `resolveModifier`). */
  modifierTarget(invocation: ModifierInvocation): ModifierDefinition | ContractDefinition;

  /** The function that a virtual lookup of `f` finds in a contract: the first in `info.linearizedBases` that overrides or is `f`. */
  resolveVirtual(info: ContractInfo, f: FunctionDefinition): FunctionDefinition;
  /** The function that `super.f` finds, written in contract `from`, while compiling `info`. */
  resolveSuper(info: ContractInfo, from: ContractDefinition, f: FunctionDefinition): FunctionDefinition;
  resolveModifier(info: ContractInfo, m: ModifierDefinition): ModifierDefinition;

  yulReference(identifier: YulIdentifier): YulReference | undefined;
  /** True where the assembly block is marked memory-safe. */
  isMemorySafe(assembly: InlineAssembly): boolean;

  /** The exact value of a constant expression of integer, or of a compile-time constant used as an array length. */
  constantValue(expression: Expression): bigint | undefined;
}
