/**
 * Range analysis: an interval of unsigned numbers for each value, and what the branches on the way to a block add to it.
 *
 *   %1: i256 = zext %0: i8          %1 in [0, 255]
 *   %2: i1 = lt.u %1, %n
 *   branch %2, b1, b2               in b1: %1 in [0, max(%n) - 1], and %1 < %n
 *
 * Intervals of definitions hold wherever the value does. A parameter's interval joins its arguments'; where an argument is not known yet
 * (an edge back of a loop) it is everything. Facts of branches hold in the blocks that the taken edge dominates. Linear in the function,
 * apart from the dominator tree.
 */
import { terminator, type Block, type BlockId, type Func, type Inst, type ValueId } from "../ir/module.js";
import type { Cfg } from "./cfg.js";
import type { Dominators } from "./dominators.js";
import type { Interval } from "./interval.js";
import { intervalOf } from "./range-transfer.js";

export function fullInterval(bits: number): Interval {
  return { low: 0n, high: (1n << BigInt(bits)) - 1n };
}

interface Refinement {
  readonly block: BlockId;
  readonly interval: Interval;
}

/** Facts kept for a value or a pair; more are rare, and each is looked at in turn. */
const MAX_FACTS = 16;

export class Ranges {
  private readonly intervals: (Interval | undefined)[];
  private readonly refinements = new Map<ValueId, Refinement[]>();
  /** Blocks in which the first value is at most (or less than) the second, by "a b". */
  private readonly ordered = new Map<string, { block: BlockId; strict: boolean }[]>();

  constructor(
    private readonly func: Func,
    private readonly defs: readonly (Inst | undefined)[],
    cfg: Cfg,
    private readonly dominators: Dominators,
  ) {
    this.intervals = new Array<Interval | undefined>(func.valueTypes.length).fill(undefined);
    const incoming = argumentsOf(func);
    for (const block of cfg.rpo) {
      const [pred] = cfg.preds[block.id]!;
      if (pred !== undefined && cfg.preds[block.id]!.length === 1) this.learn(cfg.blocks[pred]!, block);
      block.params.forEach((param, i) => (this.intervals[param] = this.join(param, incoming[block.id]!, i)));
      for (const inst of block.insts) this.define(inst, block.id);
    }
  }

  /** The interval of a value at a block: of its definition, narrowed by the branches that lead there. */
  at(value: ValueId, block: BlockId): Interval {
    let { low, high } = this.intervals[value] ?? fullInterval(this.func.typeOf(value));
    for (const fact of this.refinements.get(value) ?? []) {
      if (!this.dominators.dominates(fact.block, block)) continue;
      if (fact.interval.low > low) low = fact.interval.low;
      if (fact.interval.high < high) high = fact.interval.high;
    }
    // Contradicting facts: the block cannot be reached. Anything is right there, but keep to an interval.
    return low <= high ? { low, high } : { low, high: low };
  }

  /** True where a <= b (or a < b) is known in a block, as unsigned numbers. */
  isOrdered(a: ValueId, b: ValueId, block: BlockId, strict: boolean): boolean {
    if (a === b && !strict) return true;
    const [x, y] = [this.at(a, block), this.at(b, block)];
    if (strict ? x.high < y.low : x.high <= y.low) return true;
    const facts = this.ordered.get(`${a} ${b}`) ?? [];
    return facts.some((fact) => (fact.strict || !strict) && this.dominators.dominates(fact.block, block));
  }

  private define(inst: Inst, block: BlockId): void {
    if (inst.results.length !== 1) return;
    const [result] = inst.results as [ValueId];
    const types = inst.args.map((arg) => this.func.typeOf(arg));
    this.intervals[result] = intervalOf(inst, types, this.func.typeOf(result), (i) => this.at(inst.args[i]!, block));
  }

  private join(param: ValueId, jumps: readonly Edge[], index: number): Interval {
    const bits = this.func.typeOf(param);
    let joined: Interval | undefined;
    for (const { from, args } of jumps) {
      if (this.intervals[args[index]!] === undefined && !this.isParam(args[index]!)) return fullInterval(bits);
      const interval = this.at(args[index]!, from);
      joined = joined ? { low: joined.low < interval.low ? joined.low : interval.low, high: joined.high > interval.high ? joined.high : interval.high } : interval;
    }
    return joined ?? fullInterval(bits);
  }

  /** Function parameters have no interval of their own, and need none: they are everything. */
  private isParam(value: ValueId): boolean {
    return this.func.params.includes(value);
  }

  /** What the edge from a block to its successor says. */
  private learn(from: Block, to: Block): void {
    const last = terminator(from);
    if (last.op === "branch" && last.targets[0]!.block !== last.targets[1]!.block) {
      this.assume(last.args[0]!, last.targets[0]!.block === to.id, to.id, 0);
    } else if (last.op === "switch") {
      const cases = last.cases!.filter((_, i) => last.targets[i]!.block === to.id);
      const isDefault = last.targets[last.targets.length - 1]!.block === to.id;
      if (!isDefault && cases.length > 0) this.refine(last.args[0]!, to.id, spanning(cases));
    }
  }

  /** A condition has a value in a block: narrows the operands of the comparison behind it. */
  private assume(condition: ValueId, holds: boolean, block: BlockId, depth: number): void {
    this.refine(condition, block, holds ? { low: 1n, high: 1n } : { low: 0n, high: 0n });
    const inst = this.defs[condition];
    if (!inst || depth > 4) return;
    if (inst.op === "not") return this.assume(inst.args[0]!, !holds, block, depth + 1);
    // Both parts of a conjunction hold where it does; both parts of a disjunction fail where it does.
    if (this.func.typeOf(condition) === 1 && ((inst.op === "and" && holds) || (inst.op === "or" && !holds)))
      return inst.args.forEach((arg) => this.assume(arg, holds, block, depth + 1));
    const [a, b] = inst.args as [ValueId, ValueId];
    switch (inst.op) {
      case "lt.u":
        return holds ? this.order(a, b, true, block) : this.order(b, a, false, block);
      case "gt.u":
        return holds ? this.order(b, a, true, block) : this.order(a, b, false, block);
      case "le.u":
        return holds ? this.order(a, b, false, block) : this.order(b, a, true, block);
      case "ge.u":
        return holds ? this.order(b, a, false, block) : this.order(a, b, true, block);
      case "eq":
      case "ne":
        return (inst.op === "eq") === holds ? this.equal(a, b, block) : this.differ(a, b, block);
    }
  }

  private order(a: ValueId, b: ValueId, strict: boolean, block: BlockId): void {
    const key = `${a} ${b}`;
    const facts = this.ordered.get(key) ?? [];
    if (facts.length < MAX_FACTS) this.ordered.set(key, [...facts, { block, strict }]);
    const less = strict ? 1n : 0n;
    const [x, y] = [this.at(a, block), this.at(b, block)];
    if (y.high >= less) this.refine(a, block, { low: 0n, high: y.high - less });
    this.refine(b, block, { low: x.low + less, high: fullInterval(this.func.typeOf(b)).high });
  }

  private equal(a: ValueId, b: ValueId, block: BlockId): void {
    this.refine(a, block, this.at(b, block));
    this.refine(b, block, this.at(a, block));
    this.order(a, b, false, block);
    this.order(b, a, false, block);
  }

  /** Differing from an end of the interval moves that end. */
  private differ(a: ValueId, b: ValueId, block: BlockId): void {
    for (const [x, y] of [
      [a, b],
      [b, a],
    ] as const) {
      const [mine, other] = [this.at(x, block), this.at(y, block)];
      if (other.low !== other.high) continue;
      if (mine.low === other.low && mine.low < mine.high) this.refine(x, block, { low: mine.low + 1n, high: mine.high });
      else if (mine.high === other.low && mine.low < mine.high) this.refine(x, block, { low: mine.low, high: mine.high - 1n });
    }
  }

  private refine(value: ValueId, block: BlockId, interval: Interval): void {
    const facts = this.refinements.get(value);
    if (!facts) this.refinements.set(value, [{ block, interval }]);
    else if (facts.length < MAX_FACTS) facts.push({ block, interval });
  }
}

function spanning(values: readonly bigint[]): Interval {
  return values.reduce<Interval>(({ low, high }, v) => ({ low: v < low ? v : low, high: v > high ? v : high }), { low: values[0]!, high: values[0]! });
}

interface Edge {
  readonly from: BlockId;
  readonly args: readonly ValueId[];
}

/** The jumps to each block, with their arguments, by block id. */
function argumentsOf(func: Func): Edge[][] {
  const edges: Edge[][] = Array.from({ length: func.blockIdLimit }, () => []);
  for (const block of func.blocks) for (const target of terminator(block).targets) edges[target.block]!.push({ from: block.id, args: target.args });
  return edges;
}
