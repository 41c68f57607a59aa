/**
 * Runs a level's pipeline over a module: checks the order of passes, verifies in between where that is asked for, prints, and measures.
 */
import { InternalError } from "../diagnostics/diagnostic.js";
import type { Module } from "../ir/module.js";
import { printModule } from "../ir/printer.js";
import { assertValid } from "../ir/verifier.js";
import type { Level, Pass, PassContext, Property } from "./pass.js";
import { PIPELINES } from "./pipelines.js";
import { findPass } from "./registry.js";

export interface PipelineOptions {
  /** Verifies the module before the first pass and after each one. */
  readonly verify?: boolean;
  /** Gives the module's text after each run of the pass of this name; "all" after every pass. */
  readonly printAfter?: { readonly pass: string; readonly print: (text: string, pass: string) => void };
  /** Is told each pass's time in milliseconds. */
  readonly onTiming?: (pass: string, milliseconds: number) => void;
  /** Width of the target's registers in bits; 256 by default. */
  readonly registerBits?: number;
  /** Passes to run instead of the level's, by name. */
  readonly passes?: readonly string[];
}

/**
 * Optimises a module in place.
 *
 * @throws InternalError where a pass is unknown, its needs are not met, or (with `verify`) the IR is invalid
 */
export function runPipeline(module: Module, level: Level, options: PipelineOptions = {}): void {
  const passes = (options.passes ?? PIPELINES[level]).map(passOf);
  checkOrder(passes, holding(module));
  const context: PassContext = { level, registerBits: options.registerBits ?? 256 };
  if (options.verify) assertValid(module, "before the first pass");
  let ssa = false;
  for (const pass of passes) {
    const start = performance.now();
    runPass(pass, module, context);
    options.onTiming?.(pass.name, performance.now() - start);
    ssa ||= pass.gives.includes("ssa");
    if (options.verify) assertValid(module, `after ${pass.name}`, { noLocals: ssa });
    const { printAfter } = options;
    if (printAfter && (printAfter.pass === pass.name || printAfter.pass === "all")) printAfter.print(printModule(module), pass.name);
  }
}

/** Runs one pass over a whole module; returns whether it changed anything. */
export function runPass(pass: Pass, module: Module, context: PassContext): boolean {
  if (pass.kind === "module") return pass.run(module, context);
  let changed = false;
  for (const func of module.funcs.values()) changed = pass.run(func, context, module) || changed;
  return changed;
}

function passOf(name: string): Pass {
  const pass = findPass(name);
  if (!pass) throw new InternalError(`no pass is called '${name}'`);
  return pass;
}

/** What holds of a module as a frontend gives it. */
function holding(module: Module): Property[] {
  return [...module.funcs.values()].every((func) => func.locals.length === 0) ? ["ssa"] : [];
}

/** Throws where a pass stands before the one that gives what it needs. */
export function checkOrder(passes: readonly Pass[], initially: readonly Property[] = []): void {
  const given = new Set<Property>(initially);
  for (const pass of passes) {
    for (const need of pass.needs) if (!given.has(need)) throw new InternalError(`the pass ${pass.name} needs '${need}', which no pass before it gives`);
    for (const property of pass.gives) given.add(property);
  }
}
