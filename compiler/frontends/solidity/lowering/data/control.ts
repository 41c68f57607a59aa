/** Small control-flow shapes that the data layer builds again and again: one-armed ifs, counted loops. */
import type { Builder } from "../../../../ir/builder.js";
import type { ValueId } from "../../../../ir/module.js";
import { I256, PTR } from "../../../../ir/ops.js";

/** Runs `then` where the condition holds; control joins behind it. */
export function emitIf(b: Builder, condition: ValueId, then: () => void): void {
  const yes = b.newBlock();
  const join = b.newBlock();
  b.branch(condition, yes, join);
  b.at(yes);
  then();
  if (!b.ended) b.jump(join);
  b.at(join);
}

/** Both arms give values of the given types, which the join receives. */
export function emitIfElse(b: Builder, condition: ValueId, types: readonly number[], then: () => ValueId[], otherwise: () => ValueId[]): ValueId[] {
  const yes = b.newBlock();
  const no = b.newBlock();
  const join = b.newBlock(types);
  b.branch(condition, yes, no);
  b.at(yes);
  const a = then();
  if (!b.ended) b.jump(join, a);
  b.at(no);
  const c = otherwise();
  if (!b.ended) b.jump(join, c);
  b.at(join);
  return [...join.params];
}

/** for (i = 0; i < count; i++) body(i), with i of the count's width. */
export function emitLoop(b: Builder, count: ValueId, body: (index: ValueId) => void): void {
  emitFold(b, count, [], [], (index) => {
    body(index);
    return [];
  });
}

/** A counted loop that carries values from one run to the next; gives the last ones. */
export function emitFold(b: Builder, count: ValueId, types: readonly number[], initial: readonly ValueId[], body: (index: ValueId, carried: ValueId[]) => ValueId[]): ValueId[] {
  const type = b.typeOf(count);
  const head = b.newBlock([type, ...types]);
  const run = b.newBlock();
  const done = b.newBlock();
  b.jump(head, [b.const(type, 0), ...initial]);
  b.at(head);
  const [index, ...carried] = head.params as [ValueId, ...ValueId[]];
  b.branch(b.emit("lt.u", [index, count]), run, done);
  b.at(run);
  const next = body(index, carried);
  b.jump(head, [b.emit("add.nuw", [index, b.const(type, 1)]), ...next]);
  b.at(done);
  return carried;
}

/** Ends with Panic(code) where the condition holds. */
export function panicIf(b: Builder, condition: ValueId, code: number): void {
  emitIf(b, condition, () => b.panic(code));
}

/** Reverts without data where the condition holds. */
export function revertIf(b: Builder, condition: ValueId): void {
  emitIf(b, condition, () => b.exit("exit.revert", [b.const(PTR, 0), b.const(PTR, 0)]));
}

/** True where an i256 exceeds 2^64-1. */
export function exceedsPtr(b: Builder, word: ValueId): ValueId {
  return b.emit("gt.u", [word, b.const(I256, (1n << 64n) - 1n)]);
}
