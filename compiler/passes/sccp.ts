/**
 * Sparse conditional constant propagation (Wegman and Zadeck 1991): finds values that are constant on every path that can execute,
 * assuming that branches on constants take one way.
 *
 *   b0: jump b1(%zero)
 *   b1(%p: i8):                              b1:
 *     %c: i1 = eq %p, %zero          ==>       jump b2
 *     branch %c, b2, b3
 *
 * Constant results become `const`; constant branches become jumps. An operation that traps for its constant operands stays, and what
 * follows it in the block counts as reachable: simplify cuts that off. Folding is fold.ts, which the interpreter runs too. Needs SSA.
 */
import { computeUsers } from "../analysis/uses.js";
import { foldOp, isFoldable } from "../ir/fold.js";
import { terminator, type Block, type BlockId, type Func, type Inst, type Target, type ValueId } from "../ir/module.js";
import type { FunctionPass } from "./pass.js";
import { becomeConst, constInst, dropParams, jumpsTo, removeUnreachable, Replacements } from "./rewrite.js";

/** undefined: no value seen yet; null: not constant. */
type Lattice = bigint | null | undefined;

class Solver {
  readonly values: Lattice[];
  readonly executable: Uint8Array;
  private readonly users: readonly (readonly Inst[])[];
  private readonly blocks: Block[] = [];
  private readonly home = new Map<Inst, Block>();
  private readonly blockWork: Block[] = [];
  private readonly valueWork: ValueId[] = [];

  constructor(private readonly func: Func) {
    this.values = new Array<Lattice>(func.valueTypes.length).fill(undefined);
    this.executable = new Uint8Array(func.blockIdLimit);
    this.users = computeUsers(func);
    for (const block of func.blocks) {
      this.blocks[block.id] = block;
      for (const inst of block.insts) this.home.set(inst, block);
    }
  }

  solve(): void {
    for (const param of this.func.params) this.values[param] = null;
    this.reach(this.func.entry.id);
    for (;;) {
      const value = this.valueWork.pop();
      if (value !== undefined) {
        for (const user of this.users[value]!) if (this.executable[this.home.get(user)!.id]) this.visit(user);
        continue;
      }
      const block = this.blockWork.pop();
      if (!block) return;
      for (const inst of block.insts) this.visit(inst);
    }
  }

  private reach(block: BlockId): void {
    if (this.executable[block]) return;
    this.executable[block] = 1;
    this.blockWork.push(this.blocks[block]!);
  }

  private lower(value: ValueId, to: Lattice): void {
    const old = this.values[value];
    if (old === null || to === undefined || old === to) return;
    this.values[value] = old === undefined ? to : null;
    this.valueWork.push(value);
  }

  private visit(inst: Inst): void {
    if (inst.targets.length > 0) return this.visitJump(inst);
    if (inst.results.length === 1) this.lower(inst.results[0]!, this.evaluate(inst));
    else for (const result of inst.results) this.lower(result, null);
  }

  private evaluate(inst: Inst): Lattice {
    if (inst.op === "const") return inst.imm.int!;
    if (!isFoldable(inst.op)) return null;
    const args = inst.args.map((arg) => this.values[arg]);
    if (inst.op === "select") return this.select(args);
    if (args.includes(undefined)) return undefined;
    if (args.includes(null)) return null;
    const types = [...inst.args, ...inst.results].map((v) => this.func.typeOf(v));
    const folded = foldOp(inst.op, types, args as bigint[]);
    return typeof folded === "bigint" ? folded : null;
  }

  private select([condition, then, otherwise]: Lattice[]): Lattice {
    if (condition === undefined) return undefined;
    if (condition !== null) return condition === 1n ? then : otherwise;
    if (then === undefined || otherwise === undefined) return undefined;
    return then === otherwise ? then : null;
  }

  private visitJump(inst: Inst): void {
    for (const target of this.taken(inst)) {
      const block = this.blocks[target.block]!;
      block.params.forEach((param, i) => this.lower(param, this.values[target.args[i]!]));
      this.reach(target.block);
    }
  }

  private taken(inst: Inst): readonly Target[] {
    if (inst.op === "jump") return inst.targets;
    const value = this.values[inst.args[0]!];
    if (value === undefined) return [];
    if (value === null) return inst.targets;
    return [constantTarget(inst, value)];
  }
}

function constantTarget(inst: Inst, value: bigint): Target {
  if (inst.op === "branch") return inst.targets[value === 1n ? 0 : 1]!;
  const found = inst.cases!.indexOf(value);
  return inst.targets[found < 0 ? inst.targets.length - 1 : found]!;
}

export function propagateConstants(func: Func): boolean {
  const removed = removeUnreachable(func);
  const solver = new Solver(func);
  solver.solve();
  let changed = foldBranches(func, solver);
  changed = removeUnreachable(func) || changed;
  changed = foldParams(func, solver) || changed;
  for (const block of func.blocks) for (const inst of block.insts) changed = foldInst(inst, solver) || changed;
  return changed || removed;
}

function foldInst(inst: Inst, { values }: Solver): boolean {
  if (inst.op === "const" || inst.results.length !== 1) return false;
  const value = values[inst.results[0]!];
  if (typeof value !== "bigint") return false;
  becomeConst(inst, value);
  return true;
}

function foldBranches(func: Func, { values, executable }: Solver): boolean {
  let changed = false;
  for (const block of func.blocks) {
    const last = terminator(block);
    if (!executable[block.id] || (last.op !== "branch" && last.op !== "switch")) continue;
    const value = values[last.args[0]!];
    if (typeof value !== "bigint") continue;
    last.targets = [constantTarget(last, value)];
    last.op = "jump";
    last.args = [];
    delete last.cases;
    changed = true;
  }
  return changed;
}

/** Constant parameters become constants at the start of their block. */
function foldParams(func: Func, { values }: Solver): boolean {
  const same = new Replacements(func);
  const jumps = jumpsTo(func);
  for (const block of func.blocks) {
    const drop = block.params.map((param) => typeof values[param] === "bigint");
    if (!drop.includes(true)) continue;
    const constants = block.params.flatMap((param) => {
      const value = values[param];
      if (typeof value !== "bigint") return [];
      const inst = constInst(func, func.typeOf(param), value, block.insts[0]?.span);
      same.set(param, inst.results[0]!);
      return [inst];
    });
    dropParams(block, drop, jumps[block.id]!);
    block.insts = [...constants, ...block.insts];
  }
  same.apply();
  return same.count > 0;
}

export const sccp: FunctionPass = {
  kind: "function",
  name: "sccp",
  doc: "Folds values that are constant on every path that can execute.",
  needs: ["ssa"],
  gives: [],
  run: propagateConstants,
};
