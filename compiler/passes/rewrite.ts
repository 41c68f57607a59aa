/** Changes that several passes make: replacing values, constants, dropping unreachable blocks. */
import { computeCfg } from "../analysis/cfg.js";
import type { Block, Func, Inst, ValueId } from "../ir/module.js";
import { terminator } from "../ir/module.js";

/** Pending replacements of values by values; chains are followed. */
export class Replacements {
  private readonly to: Int32Array;
  count = 0;

  constructor(private readonly func: Func) {
    this.to = new Int32Array(func.valueTypes.length).fill(-1);
  }

  /** `from` is `to` from now on. */
  set(from: ValueId, to: ValueId): void {
    this.to[from] = to;
    this.count++;
  }

  has(value: ValueId): boolean {
    return value < this.to.length && this.to[value]! >= 0;
  }

  /** What a value is in the end. */
  find(value: ValueId): ValueId {
    let root = value;
    while (root < this.to.length && this.to[root]! >= 0) root = this.to[root]! as ValueId;
    for (let at = value; at !== root;) {
      const next = this.to[at]! as ValueId;
      this.to[at] = root;
      at = next;
    }
    return root;
  }

  /** Rewrites one instruction's operands and jump arguments. */
  rewrite(inst: Inst): void {
    if (this.count === 0) return;
    for (let i = 0; i < inst.args.length; i++) inst.args[i] = this.find(inst.args[i]!);
    for (const target of inst.targets) for (let i = 0; i < target.args.length; i++) target.args[i] = this.find(target.args[i]!);
  }

  apply(): void {
    if (this.count > 0) for (const block of this.func.blocks) for (const inst of block.insts) this.rewrite(inst);
  }
}

/** Turns an instruction into a constant, in place. */
export function becomeConst(inst: Inst, value: bigint): void {
  inst.op = "const";
  inst.args = [];
  inst.imm = { int: value };
}

/** A new constant instruction. */
export function constInst(func: Func, type: number, value: bigint, span: Inst["span"]): Inst {
  return { op: "const", args: [], results: [func.newValue(type)], imm: { int: value }, targets: [], span };
}

/** Removes blocks that the entry does not reach. */
export function removeUnreachable(func: Func): boolean {
  const { rpo, order } = computeCfg(func);
  if (rpo.length === func.blocks.length) return false;
  func.blocks = func.blocks.filter((block) => order[block.id]! >= 0);
  return true;
}

/** Drops the parameters of a block at these positions, with the arguments that jumps pass for them. `jumps` lead to the block. */
export function dropParams(block: Block, drop: readonly boolean[], jumps: readonly Inst[]): void {
  block.params = block.params.filter((_, i) => !drop[i]);
  for (const jump of jumps) for (const target of jump.targets) if (target.block === block.id) target.args = target.args.filter((_, i) => !drop[i]);
}

/** The terminators that lead to each block, by block id, each once. */
export function jumpsTo(func: Func): Inst[][] {
  const jumps: Inst[][] = Array.from({ length: func.blockIdLimit }, () => []);
  for (const block of func.blocks) {
    const last = terminator(block);
    for (const target of last.targets) {
      const list = jumps[target.block]!;
      if (list[list.length - 1] !== last) list.push(last);
    }
  }
  return jumps;
}
