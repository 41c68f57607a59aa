/**
 * Uses ranges (analysis/ranges.ts) to drop checks and to decide comparisons:
 *
 *   %c = lt.u %i, %n; branch %c, b1, b2        b1: %j = add.nuw %i, 1      (was add.checked.u)
 *   %c = le.u %a, %b; branch %c, b1, b2        b1: %d = sub.nuw %b, %a     (was sub.checked.u)
 *   branch %c, b1, b2                          b1: branch %c, b3, b4  ==>  jump b3 (once simplify-cfg has run)
 *   %1 in [0, 255]:   lt.u %1, 256       ==>   true
 *   %1 in [0, 255]:   and %1, 0xffff     ==>   %1             (masks, remainders, truncations that lose nothing)
 *   %1, %2 < 2^(N-1): div.s, lt.s, sext, shr.s ==>  div.u, lt.u, zext, shr.u; add.checked.s ==> add.checked.u where the sum stays small
 *
 * A checked operation becomes the claimed one (`.nuw`) only where its range proves that it cannot trap, a plain sum the claimed one where
 * it cannot wrap; backends then need neither check nor mask. Needs SSA.
 */
import { computeCfg } from "../analysis/cfg.js";
import { computeDominators } from "../analysis/dominators.js";
import type { Interval } from "../analysis/interval.js";
import { Ranges } from "../analysis/ranges.js";
import { computeDefs } from "../analysis/uses.js";
import { terminator, type Block, type BlockId, type Func, type Inst, type ValueId } from "../ir/module.js";
import type { FunctionPass } from "./pass.js";
import { becomeConst, constInst, Replacements } from "./rewrite.js";

class Checks {
  private changed = false;
  private readonly same: Replacements;

  constructor(
    private readonly func: Func,
    private readonly defs: readonly (Inst | undefined)[],
    private readonly ranges: Ranges,
  ) {
    this.same = new Replacements(func);
  }

  run(): boolean {
    for (const block of this.func.blocks) {
      for (const inst of block.insts) {
        this.inst(inst, block.id);
        this.unchanged(inst, block.id);
      }
      this.condition(block);
    }
    this.same.apply();
    return this.changed || this.same.count > 0;
  }

  /** Masks, remainders and conversions there and back that leave a value as it is. */
  private unchanged(inst: Inst, block: BlockId): void {
    const [x, y] = inst.args as [ValueId, ValueId];
    switch (inst.op) {
      case "and": {
        const mask = this.interval(inst, 1, block);
        const isMask = mask.low === mask.high && (mask.low & (mask.low + 1n)) === 0n;
        if (isMask && this.ranges.at(x, block).high <= mask.low) this.same.set(inst.results[0]!, x);
        return;
      }
      case "rem.u":
        if (this.ranges.isOrdered(x, y, block, true)) this.same.set(inst.results[0]!, x);
        return;
      case "div.u":
        if (!this.ranges.isOrdered(x, y, block, true)) return;
        becomeConst(inst, 0n);
        this.changed = true;
        return;
      case "zext": {
        const inner = this.defs[x];
        if (inner?.op !== "trunc" || this.func.typeOf(inner.args[0]!) !== this.func.typeOf(inst.results[0]!)) return;
        if (this.ranges.at(inner.args[0]!, block).high < 1n << BigInt(this.func.typeOf(x))) this.same.set(inst.results[0]!, inner.args[0]!);
      }
    }
  }

  /** A branch on a condition that an earlier branch decided takes that way: simplify-cfg makes it a jump. */
  private condition(block: Block): void {
    const last = terminator(block);
    if (last.op !== "branch") return;
    const { low, high } = this.interval(last, 0, block.id);
    if (low !== high || this.defs[last.args[0]!]?.op === "const") return;
    const decided = constInst(this.func, 1, low, last.span);
    block.insts.splice(-1, 0, decided);
    last.args = [decided.results[0]!];
    this.changed = true;
  }

  private become(inst: Inst, op: string): void {
    inst.op = op;
    this.changed = true;
  }

  private interval(inst: Inst, index: number, block: BlockId): Interval {
    return this.ranges.at(inst.args[index]!, block);
  }

  private inst(inst: Inst, block: BlockId): void {
    if (inst.results.length !== 1 || inst.args.length === 0 || inst.op === "const") return;
    this.signs(inst, block);
    const comparison = COMPARISONS.get(inst.op);
    if (comparison) return this.compare(inst, block, comparison);
    const limit = (1n << BigInt(this.func.typeOf(inst.args[0]!))) - 1n;
    const high = (i: number): bigint => this.interval(inst, i, block).high;
    switch (inst.op) {
      case "add.checked.u":
      case "add":
        if (high(0) + high(1) <= limit) this.become(inst, "add.nuw");
        return;
      case "mul.checked.u":
      case "mul":
        if (high(0) * high(1) <= limit) this.become(inst, "mul.nuw");
        return;
      case "sub.checked.u":
      case "sub":
        if (this.ranges.isOrdered(inst.args[1]!, inst.args[0]!, block, false)) this.become(inst, "sub.nuw");
        return;
      case "div.checked.u":
      case "rem.checked.u":
        if (this.interval(inst, 1, block).low > 0n) this.become(inst, inst.op.replace(".checked", ""));
        return;
    }
  }

  /** Signed operations of numbers that are not negative are unsigned ones. */
  private signs(inst: Inst, block: BlockId): void {
    const half = 1n << BigInt(this.func.typeOf(inst.args[0]!) - 1);
    const unsigned = UNSIGNED.get(inst.op);
    if (unsigned !== undefined) {
      const both = inst.args.every((_, i) => (inst.op === "shr.s" && i === 1) || this.interval(inst, i, block).high < half);
      if (both) this.become(inst, unsigned);
      return;
    }
    if (!inst.op.endsWith(".checked.s")) return;
    // A signed sum or product of such numbers overflows where it reaches the sign: it cannot where it stays below.
    const [x, y] = inst.args.map((_, i) => this.interval(inst, i, block).high) as [bigint, bigint];
    if (inst.op === "add.checked.s" && x + y < half) this.become(inst, "add.nuw");
    else if (inst.op === "mul.checked.s" && x < half && y < half && x * y < half) this.become(inst, "mul.nuw");
    // The difference of two numbers that are not negative never overflows.
    else if (inst.op === "sub.checked.s" && x < half && y < half) this.become(inst, "sub");
  }

  private compare(inst: Inst, block: BlockId, decide: Decide): void {
    const [a, b] = inst.args as [ValueId, ValueId];
    const ordered = (x: ValueId, y: ValueId, strict: boolean): boolean => this.ranges.isOrdered(x, y, block, strict);
    const result = decide(a, b, ordered);
    if (result === undefined) return;
    becomeConst(inst, result ? 1n : 0n);
    this.changed = true;
  }
}

/** Signed operation to its unsigned counterpart for operands below the sign. MIN / -1 is not among those, so no check remains for it. */
const UNSIGNED: ReadonlyMap<string, string> = new Map([
  ["div.s", "div.u"],
  ["rem.s", "rem.u"],
  ["div.checked.s", "div.checked.u"],
  ["rem.checked.s", "rem.checked.u"],
  ["lt.s", "lt.u"],
  ["gt.s", "gt.u"],
  ["le.s", "le.u"],
  ["ge.s", "ge.u"],
  ["sext", "zext"],
  ["shr.s", "shr.u"],
]);

type Decide = (a: ValueId, b: ValueId, ordered: (x: ValueId, y: ValueId, strict: boolean) => boolean) => boolean | undefined;

const decide =
  (strict: boolean): Decide =>
  (a, b, ordered) =>
    ordered(a, b, strict) ? true : ordered(b, a, !strict) ? false : undefined;
const swapped =
  (inner: Decide): Decide =>
  (a, b, ordered) =>
    inner(b, a, ordered);
const equality =
  (whenDifferent: boolean): Decide =>
  (a, b, ordered) =>
    ordered(a, b, true) || ordered(b, a, true) ? whenDifferent : undefined;

const COMPARISONS: ReadonlyMap<string, Decide> = new Map([
  ["lt.u", decide(true)],
  ["le.u", decide(false)],
  ["gt.u", swapped(decide(true))],
  ["ge.u", swapped(decide(false))],
  ["eq", equality(false)],
  ["ne", equality(true)],
]);

export function dropChecks(func: Func): boolean {
  const cfg = computeCfg(func);
  const defs = computeDefs(func);
  return new Checks(func, defs, new Ranges(func, defs, cfg, computeDominators(cfg))).run();
}

export const rangeChecks: FunctionPass = {
  kind: "function",
  name: "range-checks",
  doc: "Drops checks and decides comparisons that ranges and dominating branches prove.",
  needs: ["ssa"],
  gives: [],
  run: dropChecks,
};
