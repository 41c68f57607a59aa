/**
 * What the checks of code share: where the code stands (file, contract, function, scope), the tables of names and types,
 * and the way from one kind of expression to another.
 */
import type { Span } from "../../../base/span.js";
import type { DiagnosticKind, RelatedNote } from "../../../diagnostics/diagnostic.js";
import type { ContractDefinition, Expression, FunctionDefinition, ModifierDefinition, Name, SourceUnit } from "../syntax/ast.js";
import type { LanguageLine } from "../syntax/language.js";
import type { MemberTable } from "./members.js";
import type { Model } from "./model.js";
import type { BuiltinName, Reference } from "./program.js";
import { Scope } from "./scope.js";
import { INVALID } from "./type-factory.js";
import { readable } from "./type-strings.js";
import type { TypeResolver } from "./type-resolver.js";
import type { SolType } from "./types.js";
import type { LookupSite, UsingTable } from "./using-for.js";

/** The arguments of the call whose callee is being checked: they choose among overloads. */
export interface CallArguments {
  readonly types: readonly SolType[];
  readonly names: readonly Name[] | undefined;
}

/** How an expression is used. */
export interface Use {
  readonly call?: CallArguments;
  /** Written to: by `=`, or modified in another way. */
  readonly write?: "assign" | "modify";
}

/** What checking an expression finds out. */
export interface Result {
  readonly type: SolType;
  readonly isPure?: boolean;
  readonly isLValue?: boolean;
}

export const FAILED: Result = { type: INVALID, isPure: true, isLValue: true };

export type ExpressionVisitor = (cx: CodeContext, e: Expression, use: Use) => Result;

/** Tables that all code of a compilation shares. */
export interface CodeTables {
  readonly m: Model;
  readonly resolver: TypeResolver;
  readonly using: UsingTable;
  readonly members: MemberTable;
  readonly visitor: ExpressionVisitor;
}

export class CodeContext {
  readonly m: Model;
  readonly line: LanguageLine;
  readonly site: LookupSite;
  /** The innermost scope at this point of the walk. */
  scope: Scope;
  /** The function or modifier whose body or header is checked. */
  callable: FunctionDefinition | ModifierDefinition | undefined;

  constructor(
    readonly tables: CodeTables,
    readonly unit: SourceUnit,
    readonly contract: ContractDefinition | undefined,
  ) {
    this.m = tables.m;
    this.line = tables.m.lineOf(unit);
    this.site = contract ?? unit;
    this.scope = tables.m.scopes.get(this.site) ?? new Scope();
  }

  /** Checks an expression once and notes its type; the invalid type after a report. */
  visit(e: Expression, use: Use = {}): SolType {
    if (use.write) this.m.written.add(e);
    const result = this.tables.visitor(this, e, use);
    this.m.expressionTypes.set(e, result.type);
    this.m.facts.set(e, { isPure: result.isPure ?? false, isLValue: result.isLValue ?? false });
    return result.type;
  }

  typeOf(e: Expression): SolType {
    return this.m.expressionTypes.get(e) ?? INVALID;
  }

  isPure(e: Expression | undefined): boolean {
    return e === undefined || (this.m.facts.get(e)?.isPure ?? true);
  }

  isLValue(e: Expression): boolean {
    return this.m.facts.get(e)?.isLValue ?? true;
  }

  /** Runs `body` in a new innermost scope. */
  inScope(body: () => void): void {
    const outer = this.scope;
    this.scope = new Scope(outer);
    body();
    this.scope = outer;
  }

  builtin(e: Expression): BuiltinName | undefined {
    const reference: Reference | undefined = e.kind === "Identifier" ? this.m.references.get(e) : undefined;
    return reference?.kind === "builtin" ? reference.name : undefined;
  }

  /** A type in the words of messages. */
  show(type: SolType): string {
    return readable(this.m, type);
  }

  error(code: string, message: string, span: Span, hint?: string, related?: readonly RelatedNote[], kind: DiagnosticKind = "TypeError"): void {
    this.m.sink.error(kind, code, message, span, hint, related);
  }

  /** Reports and returns the result of an expression in error. */
  fail(code: string, message: string, span: Span, hint?: string, related?: readonly RelatedNote[]): Result {
    this.error(code, message, span, hint, related);
    return FAILED;
  }

  warn(code: string, message: string, span: Span, hint?: string, related?: readonly RelatedNote[]): void {
    this.m.sink.warning(code, message, span, hint, related);
  }
}
