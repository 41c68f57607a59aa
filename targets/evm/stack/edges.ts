/**
 * Stack layouts at block boundaries. A block with one predecessor takes the stack as that leaves it. Any other block's layout
 * is decided by the first edge that is scheduled, as what costs that edge least; later edges rearrange their stack.
 *
 *   [ret x i], jump loop(i')  ->  loop's layout [ret x %i], with i' in the place of the i that is not needed any more
 */
import type { Edge, LBlock, LFunc, Word } from "../lir/lir.js";
import type { Operands } from "./operands.js";
import { shuffleTo } from "./shuffle.js";
import { JUNK, TooDeep } from "./stack.js";

export class Edges {
  /** Stack at each block's start. */
  readonly layouts = new Map<number, readonly Word[]>();

  constructor(
    private readonly func: LFunc,
    private readonly operands: Operands,
    private readonly liveIn: readonly ReadonlySet<Word>[],
    private readonly tidy: readonly boolean[],
  ) {}

  /** The successor's only predecessor is here: it takes the stack as it is. */
  passOn(block: number): void {
    this.layouts.set(block, [...this.operands.stack.slots]);
  }

  /** Arranges the stack for a jump along an edge. Where that fails, the target's parameters are candidates for memory as well. */
  take(edge: Edge): void {
    const target = this.func.blocks[edge.block]!;
    try {
      this.arrange(target, edge);
    } catch (error) {
      if (error instanceof TooDeep) throw new TooDeep(error.wanted, [...error.above, ...target.params]);
      throw error;
    }
  }

  private arrange(target: LBlock, edge: Edge): void {
    const { operands } = this;
    const args = this.loadOverwritten(target, edge.args);
    for (const [i, param] of target.params.entries()) if (!operands.spilled.has(param)) operands.materialize(args[i]!);
    this.storeParams(target, args);
    let layout = this.layouts.get(target.id);
    if (!layout) {
      layout = this.choose(target, args);
      this.layouts.set(target.id, layout);
    }
    const argOf = new Map(target.params.map((param, i) => [param, args[i]!]));
    shuffleTo(
      operands.stack,
      layout.map((word) => argOf.get(word) ?? word),
      operands.provide,
    );
    operands.stack.slots = [...layout];
  }

  /**
   * Parameters in memory are overwritten on the edge. Where an argument of another parameter is such a word's old value, it is put on
   * the stack before, as a word of its own.
   */
  private loadOverwritten(target: LBlock, args: readonly Word[]): Word[] {
    const { operands, func } = this;
    return args.map((arg, i) => {
      const param = target.params[i]!;
      const isOverwritten = arg !== param && operands.spilled.has(arg) && target.params.includes(arg);
      if (!isOverwritten || operands.spilled.has(param)) return arg;
      operands.provide(arg);
      const copy = func.param(256);
      operands.stack.slots[operands.stack.height - 1] = copy;
      operands.remaining.set(copy, 1);
      return copy;
    });
  }

  /** All new values of parameters in memory are on the stack before the first one is stored, as some may be computed from old ones. */
  private storeParams(target: LBlock, args: readonly Word[]): void {
    const { operands } = this;
    const { stack } = operands;
    const changed = target.params.map((param, i) => ({ param, arg: args[i]! })).filter(({ param, arg }) => operands.spilled.has(param) && arg !== param);
    const independent = !changed.some(({ arg }) => this.readsParam(target, arg));
    const store = (param: Word): void => {
      operands.slotItem(operands.spilled.get(param)!);
      stack.op("MSTORE");
      stack.consumed(1);
      operands.pinned--;
    };
    for (const { param, arg } of changed) {
      operands.evaluate([arg]);
      if (independent) store(param);
    }
    if (!independent) for (const { param } of changed.reverse()) store(param);
  }

  /** True where the evaluation of a word reads a parameter of the block that lies in memory. */
  private readsParam(target: LBlock, word: Word): boolean {
    const { operands } = this;
    if (target.params.includes(word) && operands.spilled.has(word)) return true;
    return operands.deferred.get(word)?.args.some((arg) => this.readsParam(target, arg)) ?? false;
  }

  private choose(target: LBlock, args: readonly Word[]): Word[] {
    const { operands } = this;
    const wanted = new Set([...this.liveIn[target.id]!].filter((word) => !operands.isFree(word)));
    const params = target.params.map((param, i) => ({ param, arg: args[i]! })).filter(({ param }) => !operands.spilled.has(param));
    const open = new Set(params);
    const layout = operands.stack.slots.map((word) => {
      if (wanted.delete(word)) return word;
      for (const candidate of open) {
        if (candidate.arg !== word || operands.isFree(word)) continue;
        open.delete(candidate);
        return candidate.param;
      }
      return JUNK;
    });
    if (this.tidy[target.id] || layout.filter((word) => word === JUNK).length > 6) fillHoles(layout);
    while (layout[layout.length - 1] === JUNK) layout.pop();
    for (const { param } of open) layout.push(param);
    return layout;
  }
}

/** Moves the topmost entries into the holes below. */
function fillHoles(layout: Word[]): void {
  for (let hole = layout.indexOf(JUNK); hole >= 0; hole = layout.indexOf(JUNK)) {
    const last = layout.pop()!;
    if (hole < layout.length) layout[hole] = last;
  }
}
