/**
 * The side tables that the stages of the checker fill, one after another: declarations and scopes, then types of
 * declarations, then expressions. Later stages read what earlier ones wrote; CheckedProgram is a view of this at the end.
 */
import { InternalError, type DiagnosticSink } from "../../../diagnostics/diagnostic.js";
import type { LanguageLine } from "../syntax/language.js";
import type {
  Assignment,
  BinaryOperation,
  ContractDefinition,
  Declaration,
  ErrorDefinition,
  EventDefinition,
  Expression,
  FunctionCall,
  FunctionDefinition,
  Identifier,
  IdentifierPath,
  InlineAssembly,
  MemberAccess,
  ModifierDefinition,
  ModifierInvocation,
  SourceUnit,
  StructDefinition,
  TypeName,
  UnaryOperation,
  VariableDeclaration,
  YulIdentifier,
} from "../syntax/ast.js";
import type { BinaryInfo, CallInfo, Reference, YulReference } from "./program.js";
import type { Scope } from "./scope.js";
import { INVALID } from "./type-factory.js";
import type { SolType } from "./types.js";

/** Declarations with a name of their own. */
export type NamedDeclaration = Exclude<Declaration, { readonly kind: "ImportDirective" }>;

/** Members of a contract by kind, in written order. */
export interface ContractMembers {
  readonly functions: readonly FunctionDefinition[];
  readonly variables: readonly VariableDeclaration[];
  readonly modifiers: readonly ModifierDefinition[];
  readonly events: readonly EventDefinition[];
  readonly errors: readonly ErrorDefinition[];
  readonly constructor_: FunctionDefinition | undefined;
  readonly fallback: FunctionDefinition | undefined;
  readonly receive: FunctionDefinition | undefined;
}

/** What was found out about an expression beside its type. */
export interface ExpressionFacts {
  readonly isPure: boolean;
  readonly isLValue: boolean;
}

export class Model {
  /* declarations */
  readonly units: SourceUnit[] = [];
  readonly contracts: ContractDefinition[] = [];
  readonly unitOf = new Map<Declaration, SourceUnit>();
  readonly contractOf = new Map<Declaration, ContractDefinition>();
  readonly lines = new Map<SourceUnit, LanguageLine>();
  /** The line of the file whose code is being checked: conversions and operators depend on it. */
  line: LanguageLine = "0.8";
  /** Units with `pragma abicoder v1`, or of a line before 0.8 without v2. */
  readonly abiCoderV1 = new Set<SourceUnit>();
  readonly scopes = new Map<SourceUnit | ContractDefinition, Scope>();
  readonly importedUnits = new Map<Declaration, SourceUnit>();
  readonly members = new Map<ContractDefinition, ContractMembers>();
  /** Contracts that cannot be created although they lack the keyword `abstract`; known once the types of parameters are. */
  readonly implicitlyAbstract = new Set<ContractDefinition>();
  readonly linearized = new Map<ContractDefinition, readonly ContractDefinition[]>();
  readonly recursiveStructs = new Set<StructDefinition>();
  /** Cache of `containsMapping`; valid once the types of struct members are known. */
  readonly structsWithMappings = new Map<StructDefinition, boolean>();

  /** What a function, modifier or getter overrides directly. */
  readonly baseFunctions = new Map<Declaration, Set<FunctionDefinition | ModifierDefinition>>();

  /* types of declarations */
  readonly variableTypes = new Map<VariableDeclaration, SolType>();
  readonly typeNames = new Map<TypeName, SolType>();
  /** Variables whose data location was reported: what follows from it is not told on top. */
  readonly misplaced = new Set<VariableDeclaration>();

  /* code */
  readonly expressionTypes = new Map<Expression, SolType>();
  readonly facts = new Map<Expression, ExpressionFacts>();
  /** Expressions that are assigned to, incremented or deleted. */
  readonly written = new Set<Expression>();
  readonly references = new Map<Identifier | MemberAccess | IdentifierPath, Reference>();
  readonly calls = new Map<FunctionCall, CallInfo>();
  readonly binaries = new Map<BinaryOperation | Assignment, BinaryInfo>();
  readonly unaryOperators = new Map<UnaryOperation, FunctionDefinition>();
  readonly modifierTargets = new Map<ModifierInvocation, ModifierDefinition | ContractDefinition>();
  readonly yulReferences = new Map<YulIdentifier, YulReference>();
  readonly memorySafe = new Set<InlineAssembly>();
  readonly constants = new Map<Expression, bigint>();

  constructor(readonly sink: DiagnosticSink) {}

  /** The type of a variable; the invalid type while it is in error. */
  variableType(variable: VariableDeclaration): SolType {
    return this.variableTypes.get(variable) ?? INVALID;
  }

  membersOf(contract: ContractDefinition): ContractMembers {
    const members = this.members.get(contract);
    if (!members) throw new InternalError(`members of '${contract.name}' are not known`, contract.span);
    return members;
  }

  /** The contract first, then its bases. Only the contract itself while its bases are in error. */
  linearization(contract: ContractDefinition): readonly ContractDefinition[] {
    return this.linearized.get(contract) ?? [contract];
  }

  /** Whether a contract cannot be created: by its keyword, or by what older lines took for it. */
  isAbstract(contract: ContractDefinition): boolean {
    return contract.isAbstract || this.implicitlyAbstract.has(contract);
  }

  derivesFrom(contract: ContractDefinition, base: ContractDefinition): boolean {
    return this.linearization(contract).includes(base);
  }

  lineOf(unit: SourceUnit): LanguageLine {
    return this.lines.get(unit) ?? "0.8";
  }

  isLibraryMember(declaration: Declaration): boolean {
    return this.contractOf.get(declaration)?.contractKind === "library";
  }

  /** Whether the contract has a `receive` or a payable fallback function, own or inherited. */
  isPayableContract(contract: ContractDefinition): boolean {
    return this.linearization(contract).some((c) => {
      const { receive, fallback } = this.membersOf(c);
      return receive !== undefined || fallback?.stateMutability === "payable";
    });
  }

  /** `C.S` for what is declared in a contract, `S` at file level. */
  canonicalName(declaration: NamedDeclaration): string {
    const contract = this.contractOf.get(declaration);
    return contract && contract !== declaration ? `${contract.name}.${declaration.name}` : declaration.name;
  }
}
