/**
 * Bodies of functions: parameters and results become locals, modifiers wrap the body in place of their `_`.
 *
 *   function f(uint x) m(x) returns (uint r) { r = x; }      modifier m(uint y) { require(y > 0); _; }
 *   ->   x := param; r := 0; y := x; require(y > 0); { x' := x; r' := 0; r' := x'; } r := r'; ret r
 *
 * Each run of `_` starts from the parameters and results as they were when its modifier was entered, as in solc's via-IR code.
 * A modifier with several `_` calls what it wraps as a function of its own, so that code does not grow exponentially.
 * Before 0.8 all runs of `_` share the function's parameters and results.
 */
import { InternalError } from "../../../diagnostics/diagnostic.js";
import { Builder } from "../../../ir/builder.js";
import type { Func, LocalId, ValueId } from "../../../ir/module.js";
import { forEachChild, type Block, type FunctionDefinition, type ModifierDefinition, type ModifierInvocation, type Node, type VariableDeclaration } from "../syntax/ast.js";
import type { SolType } from "../semantics/types.js";
import { Body, type LexicalScope, type Lowerers } from "./body.js";
import type { ModuleContext } from "./context.js";
import { flatTypes, type FunctionTable } from "./functions.js";

interface Slot {
  readonly variable: VariableDeclaration;
  readonly type: SolType;
  readonly locals: readonly LocalId[];
}

/** The locals of one run of a function's code. */
interface Frame {
  readonly params: readonly Slot[];
  readonly results: readonly Slot[];
}

interface Layers {
  readonly definition: FunctionDefinition;
  readonly modifiers: readonly ModifierInvocation[];
  readonly scope: LexicalScope;
  /** Name for functions that are split off. */
  readonly name: string;
}

/** Lowers a function into its IR function. */
export function lowerFunction(m: ModuleContext, functions: FunctionTable, lowerers: Lowerers, definition: FunctionDefinition, func: Func): void {
  const b = new Builder(func);
  b.at(b.newBlock());
  b.span = definition.span;
  const f = new Body(m, b, functions, lowerers, scopeOf(m, definition));
  const frame = newFrame(f, definition);
  fillSlots(f, frame.params, func.params);
  b.ret(runFunction(f, definition, frame, func.name));
}

/** Where a function or modifier is written. */
export function scopeOf(m: ModuleContext, definition: FunctionDefinition | ModifierDefinition | VariableDeclaration): LexicalScope {
  return { contract: m.program.contractOf(definition), line: m.program.lineOf(m.program.unitOf(definition)) };
}

/** A frame with fresh locals; parameters are to be set by the caller. */
export function newFrame(f: Body, definition: FunctionDefinition): Frame {
  f.m.assignedInAssembly.scan(definition);
  const slot = (variable: VariableDeclaration): Slot => ({ variable, type: f.program.variableType(variable), locals: f.newLocals(variable) });
  return { params: definition.parameters.map(slot), results: definition.returnParameters.map(slot) };
}

/** Runs a function's code in a frame, results starting from their zero values; gives the results. */
export function runFunction(f: Body, definition: FunctionDefinition, frame: Frame, name: string): ValueId[] {
  const modifiers = definition.modifiers.filter((i) => f.program.modifierTarget(i).kind === "ModifierDefinition");
  for (const r of frame.results) f.setLocals(r.locals, f.zero(r.type).ids);
  runLayer(f, { definition, modifiers, scope: f.scope, name }, 0, frame);
  return frame.results.flatMap((r) => f.getLocals(r.locals));
}

function bind(f: Body, frame: Frame): void {
  for (const slot of [...frame.params, ...frame.results]) f.locals.set(slot.variable, slot.locals);
}

/** The code from modifier `index` inwards. */
function runLayer(f: Body, layers: Layers, index: number, frame: Frame): void {
  const { b } = f;
  const invocation = layers.modifiers[index];
  const end = b.newBlock();
  bind(f, frame);
  const state = { leave: () => b.jump(end), results: frame.results, loop: undefined, unchecked: false, placeholder: undefined, scope: layers.scope };
  f.scoped(state, () => {
    if (invocation) runModifier(f, layers, index, invocation, frame);
    else if (layers.definition.body) f.statement(layers.definition.body);
    else throw new InternalError(`function '${layers.definition.name}' has no body`, layers.definition.span);
  });
  if (!b.ended) b.jump(end);
  b.at(end);
}

function runModifier(f: Body, layers: Layers, index: number, invocation: ModifierInvocation, frame: Frame): void {
  const modifier = resolvedModifier(f, invocation);
  if (!modifier.body) throw new InternalError(`modifier '${modifier.name}' has no body`, modifier.span);
  f.m.assignedInAssembly.scan(modifier);
  modifier.parameters.forEach((parameter, i) => {
    const value = f.exprAs(invocation.arguments![i]!, f.program.variableType(parameter));
    f.setLocals(f.declare(parameter), value.ids);
  });
  // Arguments may assign the function's variables: what they leave there is where each run of `_` starts.
  const initial = frame.results.flatMap((r) => f.getLocals(r.locals));
  if (f.isOldCode) {
    runSharing(f, layers, index, modifier, modifier.body, frame);
    return;
  }
  const separate = countPlaceholders(modifier.body) > 1;
  const placeholder = (): void => {
    const params = frame.params.flatMap((p) => f.getLocals(p.locals));
    const results = separate ? callLayer(f, layers, index + 1, initial, params) : inlineLayer(f, layers, index + 1, initial, params);
    fillSlots(f, frame.results, results);
  };
  const body = modifier.body;
  f.scoped({ scope: scopeOf(f.m, modifier), placeholder }, () => f.statement(body));
}

/** Runs a modifier's body, with the inner code in place of each `_` and on the same variables. */
function runSharing(f: Body, layers: Layers, index: number, modifier: ModifierDefinition, body: Block, frame: Frame): void {
  const placeholder = (): void => {
    const saved = new Map(f.locals);
    runLayer(f, layers, index + 1, frame);
    f.locals = saved;
  };
  f.scoped({ scope: scopeOf(f.m, modifier), placeholder }, () => f.statement(body));
}

/** `Base.m` and a library's modifier are just that; a plain name is looked up from the contract being compiled. */
function resolvedModifier(f: Body, invocation: ModifierInvocation): ModifierDefinition {
  const target = f.program.modifierTarget(invocation);
  if (target.kind !== "ModifierDefinition") throw new InternalError("a base constructor is no modifier", invocation.span);
  const isExact = invocation.path.parts.length > 1 || f.program.contractOf(target)?.contractKind === "library";
  return isExact ? target : f.program.resolveModifier(f.m.contract, target);
}

function countPlaceholders(node: Node): number {
  let count = node.kind === "PlaceholderStatement" ? 1 : 0;
  forEachChild(node, (child) => {
    count += countPlaceholders(child);
  });
  return count;
}

/** The inner code in place, with locals of its own. */
function inlineLayer(f: Body, layers: Layers, index: number, initial: readonly ValueId[], params: readonly ValueId[]): ValueId[] {
  const saved = new Map(f.locals);
  const inner = newFrame(f, layers.definition);
  fillSlots(f, inner.results, initial);
  fillSlots(f, inner.params, params);
  runLayer(f, layers, index, inner);
  f.locals = saved;
  return inner.results.flatMap((r) => f.getLocals(r.locals));
}

/** The inner code as a function: its parameters are the initial results and the parameters. */
function callLayer(f: Body, layers: Layers, index: number, initial: readonly ValueId[], params: readonly ValueId[]): ValueId[] {
  const resultTypes = flatTypes(layers.definition.returnParameters.map((p) => f.program.variableType(p)));
  const paramTypes = flatTypes(layers.definition.parameters.map((p) => f.program.variableType(p)));
  const func = f.m.helper(`${layers.name}$${index}`, [...resultTypes, ...paramTypes], resultTypes, (b, args) => {
    const body = f.nested(b, layers.scope);
    const inner = newFrame(body, layers.definition);
    fillSlots(body, inner.results, args.slice(0, resultTypes.length));
    fillSlots(body, inner.params, args.slice(resultTypes.length));
    runLayer(body, layers, index, inner);
    b.ret(inner.results.flatMap((r) => body.getLocals(r.locals)));
  });
  return f.b.call(func, [...initial, ...params]);
}

/** Assigns values to variables, one after another. */
export function fillSlots(f: Body, slots: readonly Slot[], ids: readonly ValueId[]): void {
  let next = 0;
  for (const { locals } of slots) f.setLocals(locals, ids.slice(next, (next += locals.length)));
}
