/** Inline assembly: scopes of Yul names, calls with their number of values, and Solidity names inside of assembly. */
import type {
  InlineAssembly,
  YulAssignment,
  YulBlock,
  YulExpression,
  YulForLoop,
  YulFunctionCall,
  YulFunctionDefinition,
  YulLiteral,
  YulStatement,
  YulSwitch,
  YulTypedName,
  YulVariableDeclaration,
} from "../syntax/ast.js";
import { isWithheldInYul, isYulBuiltin } from "../syntax/yul-builtins.js";
import type { Span } from "../../../base/span.js";
import type { CodeContext } from "./code-context.js";
import { isMarkedMemorySafe } from "./assembly-notes.js";
import { deprecationOfSelfdestruct, warnOfTransientStorage } from "./instruction-warnings.js";
import { yulBuiltins } from "./yul-builtins.js";
import { fullYulName, reportHiddenLocal, reportOldPlace, resolveYulReference, resolvesInSolidity } from "./yul-references.js";

interface YulVariable {
  readonly kind: "variable";
  isActive: boolean;
}
interface YulFunction {
  readonly kind: "function";
  readonly parameters: number;
  readonly returns: number;
}
type YulSymbol = YulVariable | YulFunction;

/** Names of a block; functions cannot see the variables around them. */
class YulScope {
  readonly symbols = new Map<string, YulSymbol>();

  constructor(
    readonly parent: YulScope | undefined,
    readonly isFunction = false,
  ) {}

  /** @param isAcross whether the border of a function lies between the name and this scope */
  lookup(name: string, isAcross = false): YulSymbol | undefined {
    const symbol = this.symbols.get(name);
    if (symbol && !(isAcross && symbol.kind === "variable")) return symbol;
    return this.parent?.lookup(name, isAcross || this.isFunction);
  }

  get isInsideFunction(): boolean {
    return this.isFunction || (this.parent?.isInsideFunction ?? false);
  }

  /** Whether a name is taken here or around: Yul forbids shadowing. */
  isTaken(name: string): boolean {
    return this.lookup(name) !== undefined;
  }
}

export function checkAssembly(cx: CodeContext, assembly: InlineAssembly): void {
  if (isMarkedMemorySafe(cx, assembly)) cx.m.memorySafe.add(assembly);
  new YulChecker(cx).block(assembly.body, new YulScope(undefined));
}

class YulChecker {
  constructor(private readonly cx: CodeContext) {}

  block(block: YulBlock, scope: YulScope): void {
    this.hoist(block, scope);
    for (const statement of block.statements) this.statement(statement, scope);
  }

  private inner(block: YulBlock, parent: YulScope): void {
    this.block(block, new YulScope(parent));
  }

  /** Functions are visible in their whole block. */
  private hoist(block: YulBlock, scope: YulScope): void {
    for (const s of block.statements) {
      if (s.kind !== "YulFunctionDefinition") continue;
      if (scope.isTaken(s.name)) this.declarationError("6052", `Function name ${s.name} already taken in this scope.`, s.span);
      scope.symbols.set(s.name, { kind: "function", parameters: s.parameters.length, returns: s.returnVariables.length });
    }
  }

  private declarationError(code: string, message: string, span: Span, hint?: string): void {
    this.cx.error(code, message, span, hint, undefined, "DeclarationError");
  }

  private statement(s: YulStatement, scope: YulScope): void {
    switch (s.kind) {
      case "YulBlock":
        return this.inner(s, scope);
      case "YulFunctionDefinition":
        return this.functionDefinition(s, scope);
      case "YulVariableDeclaration":
        return this.variableDeclaration(s, scope);
      case "YulAssignment":
        return this.assignment(s, scope);
      case "YulExpressionStatement": {
        const values = this.expression(s.expression, scope);
        if (values !== undefined && values > 0) {
          const message = `Top-level expressions are not supposed to return values (this expression returns ${values} value${values === 1 ? "" : "s"}). Use \`\`pop()\`\` or assign them.`;
          this.cx.error("3083", message, s.span, "Wrap it in pop(...).");
        }
        return;
      }
      case "YulIf":
        this.single(s.condition, scope);
        return this.inner(s.body, scope);
      case "YulSwitch":
        return this.switchStatement(s, scope);
      case "YulForLoop":
        return this.forLoop(s, scope);
      case "YulBreak":
      case "YulContinue":
      case "YulLeave":
        return;
    }
  }

  private functionDefinition(s: YulFunctionDefinition, scope: YulScope): void {
    this.checkName(s.name, s.nameSpan);
    const inner = new YulScope(scope, true);
    for (const variable of [...s.parameters, ...s.returnVariables]) this.declare(variable, inner, true);
    this.block(s.body, inner);
  }

  private declare(variable: YulTypedName, scope: YulScope, isActive: boolean): YulVariable {
    const { name, span } = variable;
    this.checkName(name, span);
    if (scope.isTaken(name)) this.declarationError("1395", `Variable name ${name} already taken in this scope.`, span);
    const symbol: YulVariable = { kind: "variable", isActive };
    scope.symbols.set(name, symbol);
    return symbol;
  }

  private checkName(name: string, span: Span): void {
    if (name.includes(".")) this.declarationError("3927", "User-defined identifiers in inline assembly cannot contain '.'.", span);
    if (isWithheldInYul(name, this.cx.line)) this.declarationError("5017", `The identifier "${name}" is reserved and can not be used.`, span);
    if (name === "this" || name === "super" || name === "_") this.declarationError("4113", `The identifier name "${name}" is reserved.`, span);
  }

  private variableDeclaration(s: YulVariableDeclaration, scope: YulScope): void {
    for (const { name, span } of s.variables) {
      const hidden = this.cx.scope.lookup(name);
      if (hidden.length === 0) continue;
      const related = hidden.flatMap((d) => (d.kind === "Builtin" ? [] : [{ span: d.span, message: "The shadowed declaration is here:" }]));
      if (related.length === 0) continue;
      const message = "This declaration shadows a declaration outside the inline assembly block.";
      this.cx.error("3859", message, span, "Rename the assembly variable.", related, "DeclarationError");
    }
    const values = s.value && this.expression(s.value, scope);
    if (values !== undefined && values !== s.variables.length) {
      const names = s.variables.map((v) => v.name).join(", ");
      this.declarationError("3812", `Variable count mismatch for declaration of "${names}": ${s.variables.length} variables and ${values} values.`, s.span);
    }
    for (const variable of s.variables) this.declare(variable, scope, true);
  }

  private assignment(s: YulAssignment, scope: YulScope): void {
    const seen = new Set<string>();
    for (const target of s.targets) {
      const name = fullYulName(target);
      if (seen.has(name)) this.declarationError("9005", `Variable ${name} occurs multiple times on the left-hand side of the assignment.`, s.span);
      seen.add(name);
    }
    const values = this.expression(s.value, scope);
    if (values !== undefined && values !== s.targets.length) {
      const message = `Variable count for assignment to "${[...seen].join(", ")}" does not match number of values (${s.targets.length} vs. ${values})`;
      this.declarationError("8678", message, s.span);
    }
    for (const target of s.targets) {
      const name = fullYulName(target);
      const symbol = scope.lookup(name);
      if (symbol?.kind === "variable" && scope.isInsideFunction) reportHiddenLocal(this.cx, target);
      if (symbol?.kind === "function") this.cx.error("2657", "Assignment requires variable.", target.span);
      else if (!symbol && !resolveYulReference(this.cx, target, "write", scope.isInsideFunction)) {
        if (!resolvesInSolidity(this.cx, target)) this.declarationError("4634", "Variable not found or variable not lvalue.", target.span);
      }
    }
  }

  private switchStatement(s: YulSwitch, scope: YulScope): void {
    this.single(s.expression, scope);
    if (s.cases.length === 1 && !s.cases[0]!.value) this.cx.warn("9592", '"switch" statement with only a default case.', s.span);
    const seen = new Set<string>();
    for (const { value, body, span } of s.cases) {
      if (value) {
        this.literal(value);
        const key = literalKey(value);
        if (seen.has(key)) this.declarationError("6792", `Duplicate case "${value.value}" defined.`, span);
        seen.add(key);
      }
      this.inner(body, scope);
    }
  }

  private forLoop(s: YulForLoop, scope: YulScope): void {
    const loop = new YulScope(scope);
    this.block(s.pre, loop);
    this.single(s.condition, loop);
    this.inner(s.body, loop);
    this.inner(s.post, loop);
  }

  private single(e: YulExpression, scope: YulScope): void {
    const values = this.expression(e, scope);
    if (values === undefined || values === 1) return;
    this.cx.error("3950", `Expected expression to evaluate to one value, but got ${values} values instead.`, e.span);
  }

  /** The number of values an expression gives; undefined after a report. */
  private expression(e: YulExpression, scope: YulScope): number | undefined {
    switch (e.kind) {
      case "YulLiteral":
        this.literal(e);
        return 1;
      case "YulFunctionCall":
        return this.call(e, scope);
      case "YulIdentifier": {
        const name = fullYulName(e);
        const symbol = scope.lookup(name);
        if (symbol?.kind === "variable" && scope.isInsideFunction) reportHiddenLocal(this.cx, e);
        if (symbol?.kind === "function") this.cx.error("6041", `Function ${name} used without being called.`, e.span);
        else if (!symbol && !resolveYulReference(this.cx, e, "read", scope.isInsideFunction) && !resolvesInSolidity(this.cx, e)) {
          if (!reportOldPlace(this.cx, e)) this.declarationError("8198", `Identifier "${name}" not found.`, e.span);
        }
        return 1;
      }
    }
  }

  private call(e: YulFunctionCall, scope: YulScope): number | undefined {
    const name = fullYulName(e.functionName);
    const builtin = isYulBuiltin(name, this.cx.line) ? yulBuiltins.get(name) : undefined;
    const symbol = builtin ?? scope.lookup(name);
    for (const argument of e.arguments) this.single(argument, scope);
    if (!symbol) {
      this.declarationError("4619", `Function "${name}" not found.`, e.functionName.span);
      return undefined;
    }
    if ("kind" in symbol && symbol.kind === "variable") {
      this.cx.error("4202", "Attempt to call variable instead of function.", e.functionName.span);
      return undefined;
    }
    if (name === "pc" && builtin) {
      const message = "PC instruction is a low-level EVM feature. Because of that PC is disallowed in strict assembly.";
      this.cx.error("2450", message, e.functionName.span, undefined, undefined, "SyntaxError");
    }
    if (builtin) this.warnOfInstruction(name, e.functionName.span);
    if (e.arguments.length !== symbol.parameters) {
      const message = `Function "${name}" expects ${symbol.parameters} arguments but got ${e.arguments.length}.`;
      this.cx.error("7000", message, e.functionName.span);
    }
    return symbol.returns;
  }

  private warnOfInstruction(name: string, span: Span): void {
    if (name === "selfdestruct") this.cx.warn("1699", deprecationOfSelfdestruct, span);
    if (name === "tstore") warnOfTransientStorage(this.cx.m, span);
  }

  private literal(e: YulLiteral): void {
    const isText = e.literalKind === "string" || e.literalKind === "hex";
    if (isText && e.bytes.length > 32) this.cx.error("3069", `String literal too long (${e.bytes.length} > 32)`, e.span);
    if (e.literalKind === "number" && BigInt(e.value) >= 1n << 256n) this.cx.error("6708", "Number literal too large (> 256 bits)", e.span);
  }
}

function literalKey(e: YulLiteral): string {
  if (e.literalKind === "boolean") return e.value === "true" ? "1" : "0";
  if (e.literalKind === "number") return BigInt(e.value).toString();
  return BigInt(`0x${Buffer.from(e.bytes).toString("hex").padEnd(64, "0")}`).toString();
}
