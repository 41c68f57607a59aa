/**
 * What the lowering of one contract shares: the IR module in work, the checked program, and a cache of helper functions
 * (ABI coders, storage copies, revert tails), each made once per module on first use.
 */
import { InternalError, type DiagnosticSink } from "../../../diagnostics/diagnostic.js";
import type { Span } from "../../../base/span.js";
import { Builder } from "../../../ir/builder.js";
import { Func, Module, type ValueId } from "../../../ir/module.js";
import type { Type } from "../../../ir/ops.js";
import type { CheckedProgram, ContractInfo } from "../semantics/program.js";
import type { VariableDeclaration } from "../syntax/ast.js";
import { StorageLayouts } from "./data/layout.js";
import { AssignedVariables } from "./yul/assigned-variables.js";

export type RevertStrings = "default" | "strip" | "debug";

export interface LoweringOptions {
  readonly revertStrings: RevertStrings;
}

export class ModuleContext {
  readonly module: Module;
  readonly layouts: StorageLayouts;
  readonly assignedInAssembly: AssignedVariables;
  /** Data segments by content (hex), so that equal literals share one. */
  /** Whether the contract is of a line before 0.8. */
  readonly isOld: boolean;
  /** Whether bits outside of values are ignored in what is decoded: by the old coder of lines before 0.8. */
  readonly ignoresDirt: boolean;
  private readonly segments = new Map<string, string>();
  private readonly immutables = new Set<string>();

  constructor(
    readonly program: CheckedProgram,
    readonly contract: ContractInfo,
    readonly options: LoweringOptions,
    readonly sink: DiagnosticSink,
  ) {
    this.module = new Module(contract.fullName);
    this.isOld = program.lineOf(contract.unit) !== "0.8";
    this.ignoresDirt = this.isOld && program.usesOldCoder(contract.unit);
    this.layouts = new StorageLayouts(program);
    this.assignedInAssembly = new AssignedVariables(program);
  }

  /**
   * The helper function `name`, made by `body` on its first use. `body` gets a builder at the entry block and the
   * parameters; it must end every path. The name must determine the function within the module.
   */
  helper(name: string, params: readonly Type[], results: readonly Type[], body: (b: Builder, args: ValueId[]) => void): Func {
    const known = this.module.funcs.get(name);
    if (known) return known;
    const func = this.module.addFunc(new Func(name, params, results));
    const b = new Builder(func);
    b.at(func.addBlock());
    body(b, [...func.params]);
    if (!b.ended) throw new InternalError(`helper '${name}' does not end`);
    return func;
  }

  /** Declares an immutable of the module; the same name is declared once. */
  immutable(name: string, variable?: VariableDeclaration): void {
    if (this.immutables.has(name)) return;
    this.immutables.add(name);
    this.module.immutables.push({ name, astId: variable?.id });
  }

  /** A data segment of the module with this content. */
  segment(content: Uint8Array): string {
    const key = Buffer.from(content).toString("hex");
    let name = this.segments.get(key);
    if (name === undefined) {
      name = `d${this.segments.size}`;
      this.segments.set(key, name);
      this.module.data.set(name, content);
    }
    return name;
  }

  /** Reports a construct that this compiler does not lower. */
  unsupported(construct: string, span: Span | undefined, hint?: string): void {
    this.sink.error("UnimplementedFeatureError", "SVM-1001", `${construct} is not supported yet`, span, hint);
  }
}
