/** `if`, `for`, `while`, `do`. */
import type { DoWhileStatement, ForStatement, IfStatement, WhileStatement } from "../../syntax/ast.js";
import type { Block } from "../../../../ir/module.js";
import type { Body } from "../body.js";
import { branchOn } from "../expressions/condition.js";

export function ifElse(f: Body, s: IfStatement): void {
  const { b } = f;
  const yes = b.newBlock();
  const join = b.newBlock();
  const no = s.falseBody ? b.newBlock() : join;
  branchOn(f, s.condition, yes, no);
  b.at(yes);
  f.statement(s.trueBody);
  if (!b.ended) b.jump(join);
  if (s.falseBody) {
    b.at(no);
    f.statement(s.falseBody);
    if (!b.ended) b.jump(join);
  }
  b.at(join);
}

/** Lowers a loop's body and closes it with a jump. */
function loopBody(f: Body, body: () => void, breakTo: Block, continueTo: Block): void {
  f.scoped({ loop: { breakTo, continueTo } }, body);
  if (!f.b.ended) f.b.jump(continueTo);
}

export function forLoop(f: Body, s: ForStatement): void {
  const { b } = f;
  if (s.initialization) f.statement(s.initialization);
  const head = b.newBlock();
  const run = b.newBlock();
  const next = b.newBlock();
  const done = b.newBlock();
  b.jump(head);
  b.at(head);
  if (s.condition) branchOn(f, s.condition, run, done);
  else b.jump(run);
  b.at(run);
  loopBody(f, () => f.statement(s.body), done, next);
  b.at(next);
  if (s.update) f.statement(s.update);
  b.jump(head);
  b.at(done);
}

export function whileLoop(f: Body, s: WhileStatement): void {
  const { b } = f;
  const head = b.newBlock();
  const run = b.newBlock();
  const done = b.newBlock();
  b.jump(head);
  b.at(head);
  branchOn(f, s.condition, run, done);
  b.at(run);
  loopBody(f, () => f.statement(s.body), done, head);
  b.at(done);
}

export function doWhileLoop(f: Body, s: DoWhileStatement): void {
  const { b } = f;
  const run = b.newBlock();
  const test = b.newBlock();
  const done = b.newBlock();
  b.jump(run);
  b.at(run);
  loopBody(f, () => f.statement(s.body), done, test);
  b.at(test);
  branchOn(f, s.condition, run, done);
  b.at(done);
}
