/**
 * Common subexpressions: an instruction whose operands and meaning equal those of one that dominates it is replaced by that.
 *
 *   %3: i256 = add %1, %2               %3: i256 = add %1, %2
 *   branch %c, b1, b2            ==>    branch %c, b1, b2
 *   b1: %4: i256 = add %2, %1           b1: (uses %3)
 *
 * Operations without effects are shared along the dominator tree, trapping ones too (where the first did not trap, nor does the second).
 * Reads of memory, storage and so on are shared only within a block, up to the next instruction that writes what they read. Needs SSA.
 */
import { computeCfg, type Cfg } from "../analysis/cfg.js";
import { computeDominators, type Dominators } from "../analysis/dominators.js";
import { clobbers } from "../analysis/effects.js";
import { FunctionEffects } from "../analysis/function-effects.js";
import type { Block, Func, Inst, ValueId } from "../ir/module.js";
import { opInfo, type OpInfo, type Region } from "../ir/ops.js";
import type { ModulePass } from "./pass.js";
import { Replacements } from "./rewrite.js";

/** Each value of these is new, or they are cheaper than keeping a value. */
const NEVER: ReadonlySet<string> = new Set(["local.get", "call", "env.gas", "mem.size"]);

/** Instructions with one result that equal operands determine, apart from what they read. */
function isShareable(info: OpInfo): boolean {
  return info.results.length === 1 && info.writes.length === 0 && !info.terminator && !NEVER.has(info.name);
}

class Sharing {
  private readonly same: Replacements;
  /** Available values by key, with an undo log for leaving a subtree of the dominator tree. */
  private readonly available = new Map<string, ValueId>();
  private readonly added: string[] = [];

  constructor(
    private readonly func: Func,
    private readonly cfg: Cfg,
    private readonly dominators: Dominators,
    private readonly effects: FunctionEffects,
  ) {
    this.same = new Replacements(func);
  }

  run(): boolean {
    const stack: { block: Block; next: number; mark: number }[] = [];
    const enter = (block: Block): void => {
      stack.push({ block, next: 0, mark: this.added.length });
      this.block(block);
    };
    enter(this.func.entry);
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      const child = this.dominators.children[top.block.id]![top.next++];
      if (child !== undefined) {
        enter(this.cfg.blocks[child]!);
        continue;
      }
      stack.pop();
      while (this.added.length > top.mark) this.available.delete(this.added.pop()!);
    }
    this.same.apply();
    return this.same.count > 0;
  }

  private block(block: Block): void {
    /** Reads in this block, by key, with the regions they read. */
    const reads = new Map<string, { value: ValueId; regions: readonly Region[] }>();
    block.insts = block.insts.filter((inst) => {
      this.same.rewrite(inst);
      const info = opInfo(inst.op);
      if (isShareable(info)) {
        const key = this.key(inst, info);
        const known = this.available.get(key) ?? reads.get(key)?.value;
        if (known !== undefined) {
          this.same.set(inst.results[0]!, known);
          return false;
        }
        this.remember(key, inst, info, reads);
      }
      const effects = this.effects.of(inst);
      if (effects.writes.length > 0) for (const [key, { regions }] of reads) if (clobbers(effects, regions)) reads.delete(key);
      return true;
    });
  }

  private remember(key: string, inst: Inst, info: OpInfo, reads: Map<string, { value: ValueId; regions: readonly Region[] }>): void {
    const [value] = inst.results as [ValueId];
    if (info.reads.length > 0) {
      reads.set(key, { value, regions: info.reads });
    } else {
      this.available.set(key, value);
      this.added.push(key);
    }
  }

  private key(inst: Inst, info: OpInfo): string {
    let args: readonly number[] = inst.args;
    if (info.commutative && args[0]! > args[1]!) args = [args[1]!, args[0]!];
    const { int, object, immutable, library } = inst.imm;
    return `${inst.op} ${this.func.typeOf(inst.results[0]!)} ${args.join(" ")} ${int ?? object ?? immutable ?? library ?? ""}`;
  }
}

export function shareCommonSubexpressions(func: Func, effects: FunctionEffects): boolean {
  const cfg = computeCfg(func);
  return new Sharing(func, cfg, computeDominators(cfg), effects).run();
}

export const cse: ModulePass = {
  kind: "module",
  name: "cse",
  doc: "Replaces computations by equal ones that dominate them.",
  needs: ["ssa"],
  gives: [],
  run(module) {
    const effects = new FunctionEffects(module);
    let changed = false;
    for (const func of module.funcs.values()) changed = shareCommonSubexpressions(func, effects) || changed;
    return changed;
  },
};
