/**
 * Turns local variables into SSA values: after this pass a function has no locals.
 *
 *   local $0 i256 "x"
 *   b0:                                      b0:
 *     local.set $0 %1                          branch %2, b1, b2(%1)
 *     branch %2, b1, b2                      b1:
 *   b1:                            ==>         jump b2(%3)
 *     local.set $0 %3                        b2(%5: i256):
 *     jump b2                                  ret %5
 *   b2:
 *     %4: i256 = local.get $0
 *     ret %4
 *
 * Parameters are placed in the iterated dominance frontier of each local's writes (Cytron et al. 1991), but only where the local is live
 * (pruned SSA). A read before any write gives zero, as locals are initialised. Locals cannot be addressed, so nothing else sees them.
 * Drops unreachable blocks first.
 */
import { computeCfg, type Cfg } from "../analysis/cfg.js";
import { computeDominators, dominanceFrontiers, type Dominators } from "../analysis/dominators.js";
import { terminator, type Block, type BlockId, type Func, type Inst, type LocalId, type ValueId } from "../ir/module.js";
import { pruneBlockParams } from "./block-params.js";
import type { FunctionPass } from "./pass.js";
import { constInst, removeUnreachable, Replacements } from "./rewrite.js";

export function promoteLocals(func: Func): boolean {
  const removed = removeUnreachable(func);
  if (func.locals.length === 0) return removed;
  const cfg = computeCfg(func);
  const dominators = computeDominators(cfg);
  const placed = placeParams(func, cfg, dominators);
  new Renamer(func, cfg, dominators, placed).run();
  func.locals = [];
  pruneBlockParams(func);
  return true;
}

/** Locals that each block gets a parameter for, by block id. */
function placeParams(func: Func, cfg: Cfg, dominators: Dominators): LocalId[][] {
  const frontiers = dominanceFrontiers(cfg, dominators);
  const { writers, readers } = accesses(func);
  const placed: LocalId[][] = Array.from({ length: cfg.blocks.length }, () => []);
  const isLive = new Int32Array(cfg.blocks.length).fill(-1);
  const hasParam = new Int32Array(cfg.blocks.length).fill(-1);
  for (let local = 0; local < func.locals.length; local++) {
    if (readers[local]!.length === 0) continue;
    markLive(cfg, readers[local]!, new Set(writers[local]), isLive, local);
    const work = [...writers[local]!];
    while (work.length > 0)
      for (const block of frontiers[work.pop()!]!) {
        if (hasParam[block] === local || isLive[block] !== local) continue;
        hasParam[block] = local;
        placed[block]!.push(local as LocalId);
        work.push(block);
      }
  }
  return placed;
}

/** Blocks that write each local, and blocks that read it before any write of their own. */
function accesses(func: Func): { writers: BlockId[][]; readers: BlockId[][] } {
  const writers: BlockId[][] = func.locals.map(() => []);
  const readers: BlockId[][] = func.locals.map(() => []);
  const add = (list: BlockId[], block: BlockId): void => {
    if (list[list.length - 1] !== block) list.push(block);
  };
  for (const block of func.blocks)
    for (const { op, imm } of block.insts) {
      if (imm.local === undefined) continue;
      const written = writers[imm.local]!;
      if (op === "local.set") add(written, block.id);
      else if (written[written.length - 1] !== block.id) add(readers[imm.local]!, block.id);
    }
  return { writers, readers };
}

/** Sets `isLive[block] = local` where the local is live on entry. */
function markLive(cfg: Cfg, readers: readonly BlockId[], writers: ReadonlySet<BlockId>, isLive: Int32Array, local: number): void {
  const work = [...readers];
  for (const block of readers) isLive[block] = local;
  while (work.length > 0)
    for (const pred of cfg.preds[work.pop()!]!) {
      if (isLive[pred] === local || writers.has(pred)) continue;
      isLive[pred] = local;
      work.push(pred);
    }
}

/** Walks the dominator tree with the current value of each local; leaving a block takes back its changes. */
class Renamer {
  private readonly current: Int32Array;
  private readonly same: Replacements;
  private readonly zeros: Inst[] = [];
  private readonly zeroOf: Map<number, ValueId> = new Map();
  private readonly changes: { local: number; old: number }[] = [];

  constructor(
    private readonly func: Func,
    private readonly cfg: Cfg,
    private readonly dominators: Dominators,
    private readonly placed: readonly (readonly LocalId[])[],
  ) {
    this.current = new Int32Array(func.locals.length).fill(-1);
    this.same = new Replacements(func);
  }

  run(): void {
    const stack: { block: BlockId; next: number; mark: number }[] = [];
    const enter = (block: Block): void => {
      stack.push({ block: block.id, next: 0, mark: this.changes.length });
      this.block(block);
    };
    enter(this.func.entry);
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      const child = this.dominators.children[top.block]![top.next++];
      if (child !== undefined) {
        enter(this.cfg.blocks[child]!);
        continue;
      }
      stack.pop();
      while (this.changes.length > top.mark) {
        const { local, old } = this.changes.pop()!;
        this.current[local] = old;
      }
    }
    this.func.entry.insts.unshift(...this.zeros);
    this.same.apply();
  }

  private block(block: Block): void {
    for (const local of this.placed[block.id]!) {
      const param = this.func.newValue(this.func.locals[local]!.type);
      block.params.push(param);
      this.set(local, param);
    }
    block.insts = block.insts.filter(({ op, args, results, imm }) => {
      if (op === "local.set") this.set(imm.local!, args[0]!);
      else if (op === "local.get") this.same.set(results[0]!, this.get(imm.local!));
      else return true;
      return false;
    });
    for (const target of terminator(block).targets) for (const local of this.placed[target.block]!) target.args.push(this.get(local));
  }

  private set(local: LocalId, value: ValueId): void {
    this.changes.push({ local, old: this.current[local]! });
    this.current[local] = value;
  }

  private get(local: LocalId): ValueId {
    const value = this.current[local]!;
    return value >= 0 ? (value as ValueId) : this.zero(this.func.locals[local]!.type);
  }

  private zero(type: number): ValueId {
    let value = this.zeroOf.get(type);
    if (value === undefined) {
      const inst = constInst(this.func, type, 0n, undefined);
      this.zeros.push(inst);
      value = inst.results[0]!;
      this.zeroOf.set(type, value);
    }
    return value;
  }
}

export const mem2reg: FunctionPass = {
  kind: "function",
  name: "mem2reg",
  doc: "Turns local variables into SSA values; backends need it.",
  needs: [],
  gives: ["ssa"],
  run: promoteLocals,
};
