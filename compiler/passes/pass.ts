/** What a pass is. The registry lists them, pipelines.ts orders them, manager.ts runs them. */
import type { Func, Module } from "../ir/module.js";

/** Optimisation levels of the command line: -O0 to -O3 and -Os. */
export type Level = "0" | "1" | "2" | "3" | "s";

export interface PassContext {
  readonly level: Level;
  /** Width of the target's registers in bits; 256 where it has no smaller ones. */
  readonly registerBits: number;
}

/** What a pass may rely on: "ssa": no local variables (mem2reg ran). */
export type Property = "ssa";

interface PassBase {
  /** The name on the command line (`--emit ir --after NAME`) and of the fixture folder. */
  readonly name: string;
  /** One sentence for `--help` and docs. */
  readonly doc: string;
  readonly needs: readonly Property[];
  readonly gives: readonly Property[];
}

export interface FunctionPass extends PassBase {
  readonly kind: "function";
  /** Returns whether it changed anything. The module is for looking up callees only. */
  run(func: Func, context: PassContext, module: Module): boolean;
}

export interface ModulePass extends PassBase {
  readonly kind: "module";
  run(module: Module, context: PassContext): boolean;
}

export type Pass = FunctionPass | ModulePass;
