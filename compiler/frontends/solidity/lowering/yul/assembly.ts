/**
 * Inline assembly: Yul's statements. Yul functions become IR functions of their own; they see no variables of the block around
 * them, so one IR function serves every copy of the block.
 */
import { InternalError } from "../../../../diagnostics/diagnostic.js";
import type { Func, LocalId, ValueId } from "../../../../ir/module.js";
import { I256 } from "../../../../ir/ops.js";
import type { InlineAssembly, YulBlock, YulForLoop, YulIdentifier, YulStatement, YulSwitch } from "../../syntax/ast.js";
import type { Body } from "../body.js";
import { literalValue, YulExpressions } from "./expressions.js";
import { writeSolidity } from "./solidity-variables.js";
import { YulScope, YulState, type YulFunction } from "./state.js";

const expressions = new YulExpressions(functionOf);

/** Lowers an assembly statement. */
export function inlineAssembly(f: Body, s: InlineAssembly): void {
  const y = new YulState(f, new YulScope(undefined, false));
  block(y, s.body);
}

/** The IR function of a Yul function, lowered on its first call. */
function functionOf(y: YulState, callee: YulFunction): Func {
  const { definition } = callee;
  const params = definition.parameters.map(() => I256);
  const results = definition.returnVariables.map(() => I256);
  return y.f.m.helper(`yul.${definition.name}#${definition.id}`, params, results, (b, args) => {
    const body = y.f.nested(b, y.f.scope);
    const inner = new YulState(body, new YulScope(callee.scope, true));
    definition.parameters.forEach((p, i) => b.localSet(declare(inner, p.name), args[i]!));
    const locals = definition.returnVariables.map((r) => declare(inner, r.name));
    const end = b.newBlock();
    inner.leave = () => b.jump(end);
    block(inner, definition.body);
    if (!b.ended) b.jump(end);
    b.at(end);
    b.ret(locals.map((local) => b.localGet(local)));
  });
}

function declare(y: YulState, name: string): LocalId {
  const local = y.b.func.newLocal(name, I256);
  y.scope.variables.set(name, local);
  return local;
}

function block(y: YulState, s: YulBlock): void {
  y.inScope(() => statements(y, s));
}

/** Functions are visible in their whole block, before their definitions too. */
function statements(y: YulState, s: YulBlock): void {
  for (const inner of s.statements) if (inner.kind === "YulFunctionDefinition") y.scope.functions.set(inner.name, { definition: inner, scope: y.scope });
  for (const inner of s.statements) y.f.spanned(inner.span, () => statement(y, inner));
}

function statement(y: YulState, s: YulStatement): void {
  const { b } = y;
  switch (s.kind) {
    case "YulBlock":
      block(y, s);
      return;
    case "YulFunctionDefinition":
      return;
    case "YulVariableDeclaration": {
      const values = s.value ? expressions.values(y, s.value) : s.variables.map(() => b.const(I256, 0));
      s.variables.forEach((v, i) => b.localSet(declare(y, v.name), valueAt(y, values, i)));
      return;
    }
    case "YulAssignment": {
      const values = expressions.values(y, s.value);
      s.targets.forEach((target, i) => assign(y, target, valueAt(y, values, i)));
      return;
    }
    case "YulExpressionStatement":
      expressions.values(y, s.expression);
      return;
    case "YulIf": {
      const then = b.newBlock();
      const join = b.newBlock();
      b.branch(expressions.condition(y, s.condition), then, join);
      b.at(then);
      block(y, s.body);
      if (!b.ended) b.jump(join);
      b.at(join);
      return;
    }
    case "YulSwitch":
      switchStatement(y, s);
      return;
    case "YulForLoop":
      forLoop(y, s);
      return;
    case "YulBreak":
    case "YulContinue":
      if (!y.loop) throw new InternalError("break or continue outside a loop", s.span);
      b.jump(s.kind === "YulBreak" ? y.loop.breakTo : y.loop.continueTo);
      return;
    case "YulLeave":
      y.leave();
      return;
  }
}

/** A value of several; behind an instruction that ends the execution there are none, and nothing is assigned any more. */
function valueAt(y: YulState, values: readonly ValueId[], index: number): ValueId {
  return values[index] ?? y.b.const(I256, 0);
}

function assign(y: YulState, target: YulIdentifier, value: ValueId): void {
  const local = target.suffix === undefined ? y.scope.variable(target.name) : undefined;
  if (local !== undefined) {
    y.b.localSet(local, value);
    return;
  }
  const reference = y.f.program.yulReference(target);
  if (!reference) throw new InternalError(`'${target.name}' in inline assembly is not resolved`, target.span);
  writeSolidity(y, target, reference, value);
}

function switchStatement(y: YulState, s: YulSwitch): void {
  const { b } = y;
  const value = expressions.word(y, s.expression);
  const join = b.newBlock();
  const blocks = s.cases.map((c) => ({ c, block: b.newBlock() }));
  const cases = blocks.flatMap(({ c, block: target }) => (c.value ? [[literalValue(c.value), target] as [bigint, typeof target]] : []));
  const otherwise = blocks.find(({ c }) => !c.value);
  b.switch(value, cases, otherwise ? otherwise.block : join);
  for (const { c, block: target } of blocks) {
    b.at(target);
    block(y, c.body);
    if (!b.ended) b.jump(join);
  }
  b.at(join);
}

/** Variables of the first block are in scope in the whole loop. */
function forLoop(y: YulState, s: YulForLoop): void {
  const { b } = y;
  y.inScope(() => {
    statements(y, s.pre);
    const head = b.newBlock();
    const run = b.newBlock();
    const next = b.newBlock();
    const done = b.newBlock();
    b.jump(head);
    b.at(head);
    b.branch(expressions.condition(y, s.condition), run, done);
    b.at(run);
    y.inLoop({ breakTo: done, continueTo: next }, () => block(y, s.body));
    if (!b.ended) b.jump(next);
    b.at(next);
    block(y, s.post);
    b.jump(head);
    b.at(done);
  });
}
