/**
 * The state of lowering one function body: builder, local variables, the enclosing loop, what `return` and `_` mean here.
 * Expressions and statements are lowered by functions in files of their own; they reach each other through `Lowerers`, so
 * that none of those files imports another in a circle.
 */
import { InternalError } from "../../../diagnostics/diagnostic.js";
import type { Span } from "../../../base/span.js";
import type { Builder } from "../../../ir/builder.js";
import type { Block, LocalId, ValueId } from "../../../ir/module.js";
import { I256, type Type } from "../../../ir/ops.js";
import type { ContractDefinition, Expression, FunctionCall, Statement, VariableDeclaration } from "../syntax/ast.js";
import type { LanguageLine } from "../semantics/program.js";
import type { SolType } from "../semantics/types.js";
import type { ModuleContext } from "./context.js";
import { convert } from "./data/convert.js";
import { panicIf } from "./data/control.js";
import { trustObject, zeroValue } from "./data/memory.js";
import { isReference } from "./data/shapes.js";
import { fromWord, toWord } from "./data/words.js";
import type { FunctionTable } from "./functions.js";
import type { Place } from "./place.js";
import { irTypes, isValueType, underlying, type Value } from "./values.js";

/** Result of an external call or creation inside `try`: whether it succeeded. Values are defined only where it did. */
export interface TryCall {
  readonly success: ValueId;
  /** Decodes the results; to be called where `success` is known to hold. */
  readonly decode: () => Value;
}

/** Entry points of the lowering's parts. */
export interface Lowerers {
  expression(f: Body, e: Expression): Value;
  place(f: Body, e: Expression): Place;
  statement(f: Body, s: Statement): void;
  /** An external call or `new` whose failure is not forwarded. */
  tryCall(f: Body, call: FunctionCall): TryCall;
}

/** A construct that is refused; its diagnostic has been reported. */
export class UnsupportedConstruct extends Error {}

export interface Loop {
  readonly breakTo: Block;
  readonly continueTo: Block;
}

interface WideLocal {
  readonly width: Type;
  /** The variable's type, where it has one IR value. */
  readonly type: SolType | undefined;
}

/** Where the code in work is written: what name lookups and arithmetic depend on. */
export interface LexicalScope {
  readonly contract: ContractDefinition | undefined;
  readonly line: LanguageLine;
}

export class Body {
  /** Local variables in scope, by declaration. */
  locals = new Map<VariableDeclaration, readonly LocalId[]>();
  /** Locals that hold a word instead of a value of their own width. */
  private readonly wide = new Map<LocalId, WideLocal>();
  unchecked = false;
  loop: Loop | undefined;
  /** Emits what `return` does; its values are in the return variables' locals already. */
  leave: () => void = () => {
    throw new InternalError("return outside a function");
  };
  /** The locals that `return` assigns, with the types of the results. */
  results: readonly { readonly type: SolType; readonly locals: readonly LocalId[] }[] = [];
  /** Emits what `_` does, in modifiers. */
  placeholder: (() => void) | undefined;

  constructor(
    readonly m: ModuleContext,
    readonly b: Builder,
    readonly functions: FunctionTable,
    readonly lowerers: Lowerers,
    public scope: LexicalScope,
  ) {}

  get program(): ModuleContext["program"] {
    return this.m.program;
  }

  typeOf(e: Expression): SolType {
    return this.program.typeOf(e);
  }

  /**
   * Whether the code in work is of a line before 0.8: solc had only its older code generator there, whose order of evaluation and whose
   * modifiers and constructors differ.
   */
  get isOldCode(): boolean {
    return this.scope.line !== "0.8";
  }

  /** Evaluates an expression; instructions carry its span. */
  expr(e: Expression): Value {
    return this.spanned(e.span, () => this.lowerers.expression(this, e));
  }

  /** Evaluates an expression and converts it. */
  exprAs(e: Expression, type: SolType): Value {
    const value = this.expr(e);
    return this.spanned(e.span, () => this.convert(value, type));
  }

  place(e: Expression): Place {
    return this.spanned(e.span, () => this.lowerers.place(this, e));
  }

  statement(s: Statement): void {
    this.spanned(s.span, () => this.lowerers.statement(this, s));
  }

  convert(value: Value, type: SolType): Value {
    return convert(this.m, this.b, value, type);
  }

  spanned<T>(span: Span, body: () => T): T {
    const outer = this.b.span;
    this.b.span = span;
    const result = body();
    this.b.span = outer;
    return result;
  }

  /** Runs `body` with other values of some fields and restores them. */
  scoped<T>(change: Partial<Pick<Body, "unchecked" | "loop" | "leave" | "results" | "placeholder" | "scope">>, body: () => T): T {
    const { unchecked, loop, leave, results, placeholder, scope } = this;
    Object.assign(this, change);
    const result = body();
    Object.assign(this, { unchecked, loop, leave, results, placeholder, scope });
    return result;
  }

  /** Fresh IR locals for a variable; words where assembly assigns it. */
  newLocals(variable: VariableDeclaration): LocalId[] {
    const type = this.program.variableType(variable);
    const types = irTypes(type);
    const isWide = this.m.assignedInAssembly.has(variable);
    return types.map((t, i) => {
      const name = (variable.name || "_") + (types.length === 1 ? "" : `.${i}`);
      const local = this.b.func.newLocal(name, isWide ? I256 : t);
      if (isWide && t !== I256) this.wide.set(local, { width: t, type: types.length === 1 ? type : undefined });
      return local;
    });
  }

  /** Brings a variable into scope. */
  declare(variable: VariableDeclaration): readonly LocalId[] {
    const locals = this.newLocals(variable);
    this.locals.set(variable, locals);
    return locals;
  }

  setLocals(locals: readonly LocalId[], ids: readonly ValueId[]): void {
    if (locals.length !== ids.length) throw new InternalError(`${ids.length} values for ${locals.length} locals`, this.b.span);
    locals.forEach((local, i) => {
      const wide = this.wide.get(local);
      const id = ids[i]!;
      if (!wide) this.b.localSet(local, id);
      else this.b.localSet(local, wide.type && isValueType(wide.type) ? toWord(this.b, { type: wide.type, ids: [id] }) : this.b.zext(id, I256));
    });
  }

  getLocals(locals: readonly LocalId[]): ValueId[] {
    return locals.map((local) => {
      const id = this.b.localGet(local);
      const wide = this.wide.get(local);
      return wide ? this.narrowed(wide, id) : id;
    });
  }

  /** The value in a word that assembly may have written. */
  private narrowed({ width, type }: WideLocal, word: ValueId): ValueId {
    if (!type) return this.b.trunc(word, width);
    const t = underlying(type);
    if (isReference(t)) {
      const pointer = this.b.trunc(word, width);
      // Only now, where Solidity code uses it: assembly may have let it point anywhere in between.
      if (t.location === "memory") trustObject(this.b, t, pointer);
      return pointer;
    }
    if (t.kind === "enum") panicIf(this.b, this.b.emit("ge.u", [word, this.b.const(I256, t.definition.members.length)]), 0x21);
    return fromWord(this.b, type, word).ids[0]!;
  }

  localsOf(variable: VariableDeclaration): readonly LocalId[] {
    const locals = this.locals.get(variable);
    if (!locals) throw new InternalError(`variable '${variable.name}' is not in scope`, variable.span);
    return locals;
  }

  zero(type: SolType): Value {
    return zeroValue(this.m, this.b, type);
  }

  /** The state for a function of its own that this code calls: nothing of this body's locals is in scope there. */
  nested(b: Builder, scope: LexicalScope): Body {
    b.span = this.b.span;
    return new Body(this.m, b, this.functions, this.lowerers, scope);
  }

  /** Refuses a construct: reports it and gives up the function in work. */
  unsupported(construct: string, span: Span | undefined = this.b.span): never {
    this.m.unsupported(construct, span);
    throw new UnsupportedConstruct(construct);
  }
}
