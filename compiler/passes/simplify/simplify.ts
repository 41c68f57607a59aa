/**
 * Instruction simplification: algebraic identities, strength reduction, comparisons and arithmetic on the narrowest type.
 *
 *   %3: i256 = zext %1            %6: i1 = lt.u %1, %2
 *   %4: i256 = zext %2     ==>
 *   %5: i1 = lt.u %3, %4
 *
 *   mul %x, 8 ==> shl %x, 3       checked division by a constant ==> plain        not (lt) ==> ge
 *
 * Each rule (arithmetic.ts, bits.ts, compare.ts, convert.ts) maps one instruction to a value that equals its result and never traps where the
 * instruction did not; an instruction that may trap is replaced only where it cannot. Operations of constants are folded; one that always
 * panics ends its block. Sweeps in dominator order until nothing changes, at most SWEEPS times. Needs SSA.
 */
import { computeCfg } from "../../analysis/cfg.js";
import { computeDefs, countUses } from "../../analysis/uses.js";
import { evaluate, isFoldable, PANIC_DIVISION } from "../../ir/fold.js";
import type { Block, Func, Inst, ValueId } from "../../ir/module.js";
import { opInfo } from "../../ir/ops.js";
import type { FunctionPass } from "../pass.js";
import { removeUnreachable, Replacements } from "../rewrite.js";
import { eliminateDeadCode } from "../dce.js";
import { ARITHMETIC_RULES } from "./arithmetic.js";
import { BIT_RULES } from "./bits.js";
import { COMPARE_RULES } from "./compare.js";
import { SimplifyContext, type Rule } from "./context.js";
import { CONVERT_RULES } from "./convert.js";

/** Chains longer than this are rare; what remains, the next run finds. */
const SWEEPS = 4;

const RULES: ReadonlyMap<string, Rule> = new Map([...ARITHMETIC_RULES, ...BIT_RULES, ...COMPARE_RULES, ...CONVERT_RULES]);

const DIVISIONS: ReadonlySet<string> = new Set(["div.checked.u", "div.checked.s", "rem.checked.u", "rem.checked.s"]);

export function simplifyInstructions(func: Func): boolean {
  let changed = false;
  for (let i = 0; i < SWEEPS && new Sweep(func).run(); i++) {
    changed = true;
    // Dead operands would keep values from counting as used once.
    eliminateDeadCode(func);
  }
  return changed;
}

class Sweep {
  private readonly same: Replacements;
  private readonly defs: (Inst | undefined)[];
  private readonly cx: SimplifyContext;
  private cut = false;

  constructor(private readonly func: Func) {
    this.same = new Replacements(func);
    this.defs = computeDefs(func);
    this.cx = new SimplifyContext(func, this.defs, countUses(func), this.same);
  }

  run(): boolean {
    // Reverse postorder: operands are simplified before their uses, apart from block parameters.
    for (const block of computeCfg(this.func).rpo) this.block(block);
    this.same.apply();
    if (this.cut) removeUnreachable(this.func);
    return this.same.count > 0 || this.cut;
  }

  private block(block: Block): void {
    const out: Inst[] = [];
    for (const inst of block.insts) {
      this.same.rewrite(inst);
      this.cx.begin(inst);
      const panic = this.panics(inst);
      if (panic !== undefined) {
        out.push({ op: "panic", args: [], results: [], imm: { code: panic }, targets: [], span: inst.span });
        this.cut = true;
        break;
      }
      const value = this.simplified(inst);
      for (const made of this.cx.emitted) out.push(made);
      if (value === undefined) out.push(inst);
      else this.same.set(inst.results[0]!, value);
    }
    block.insts = out;
  }

  /** The panic code of an operation that always traps. */
  private panics(inst: Inst): number | undefined {
    if (!opInfo(inst.op).traps || !isFoldable(inst.op)) return undefined;
    if (DIVISIONS.has(inst.op) && this.cx.constOf(inst.args[1]!) === 0n) return PANIC_DIVISION;
    const folded = this.fold(inst);
    return typeof folded === "object" ? folded.trap : undefined;
  }

  private fold(inst: Inst): ReturnType<typeof evaluate> {
    const constants = inst.args.map((arg) => this.cx.constOf(arg));
    if (constants.includes(undefined)) return undefined;
    return evaluate(
      inst.op,
      [...inst.args, ...inst.results].map((v) => this.func.typeOf(v)),
      constants as bigint[],
    );
  }

  private simplified(inst: Inst): ValueId | undefined {
    if (!isFoldable(inst.op)) return undefined;
    this.constantsToTheRight(inst);
    const folded = this.fold(inst);
    if (typeof folded === "bigint") return this.cx.const(this.func.typeOf(inst.results[0]!), folded);
    return RULES.get(inst.op)?.(inst, this.cx);
  }

  private constantsToTheRight(inst: Inst): void {
    const [x, y] = inst.args as [ValueId, ValueId];
    if (opInfo(inst.op).commutative && this.cx.constOf(x) !== undefined && this.cx.constOf(y) === undefined) inst.args = [y, x];
  }
}

export const simplify: FunctionPass = {
  kind: "function",
  name: "simplify",
  doc: "Algebraic identities, strength reduction, comparisons and arithmetic on the narrowest type.",
  needs: ["ssa"],
  gives: [],
  run: simplifyInstructions,
};
