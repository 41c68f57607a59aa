/**
 * Computes in registers what is known to fit them. On a target with 64-bit registers, where a word takes four:
 *
 *   %1, %2: i256 in [0, 1000]            %4: i64 = trunc %1
 *   %3: i256 = add.nuw %1, %2     ==>    %5: i64 = trunc %2
 *                                        %6: i64 = add.nuw %4, %5
 *                                        %3: i256 = zext %6
 *
 * Where operands and result are known to fit the register (analysis/ranges.ts), the operation gives the same number at either width; of a
 * bitwise "and" one operand has to. The conversions take the low part of a word and add zeros, and vanish between two narrowed operations
 * when simplify runs next. Does nothing where registers hold a whole word (the EVM), where a conversion would be a mask. Needs SSA.
 */
import { computeCfg } from "../analysis/cfg.js";
import { computeDominators } from "../analysis/dominators.js";
import { Ranges } from "../analysis/ranges.js";
import { computeDefs } from "../analysis/uses.js";
import type { BlockId, Func, Inst, ValueId } from "../ir/module.js";
import type { FunctionPass } from "./pass.js";

/** Operations that give the same number at any width that operands and result fit. */
const ARITHMETIC: ReadonlySet<string> = new Set(["add.nuw", "sub.nuw", "mul.nuw", "div.u", "rem.u", "and", "or", "xor", "shr.u", "select"]);
const COMPARISONS: ReadonlySet<string> = new Set(["eq", "ne", "lt.u", "gt.u", "le.u", "ge.u"]);

class Narrowing {
  private readonly largest: bigint;
  private out: Inst[] = [];
  private changed = false;

  constructor(
    private readonly func: Func,
    private readonly ranges: Ranges,
    private readonly bits: number,
  ) {
    this.largest = (1n << BigInt(bits)) - 1n;
  }

  run(): boolean {
    for (const block of this.func.blocks) {
      this.out = [];
      for (const inst of block.insts) {
        if (COMPARISONS.has(inst.op)) this.comparison(inst, block.id);
        else if (ARITHMETIC.has(inst.op)) this.arithmetic(inst, block.id);
        this.out.push(inst);
      }
      block.insts = this.out;
    }
    return this.changed;
  }

  private fits(value: ValueId, block: BlockId): boolean {
    return this.ranges.at(value, block).high <= this.largest;
  }

  private comparison(inst: Inst, block: BlockId): void {
    if (this.func.typeOf(inst.args[0]!) <= this.bits || !inst.args.every((arg) => this.fits(arg, block))) return;
    inst.args = inst.args.map((arg) => this.convert("trunc", arg, this.bits, inst));
    this.changed = true;
  }

  private arithmetic(inst: Inst, block: BlockId): void {
    const [result] = inst.results as [ValueId];
    if (this.func.typeOf(result) <= this.bits || !this.fits(result, block)) return;
    // The amount of a shift and the condition of a select have types of their own.
    const isOperand = (i: number): boolean => !(inst.op === "shr.u" && i === 1) && !(inst.op === "select" && i === 0);
    const operandsFit = inst.args.every((arg, i) => !isOperand(i) || this.fits(arg, block));
    if (inst.op !== "and" && !operandsFit) return;
    const args = inst.args.map((arg, i) => (isOperand(i) ? this.convert("trunc", arg, this.bits, inst) : arg));
    const narrow = this.func.newValue(this.bits);
    this.out.push({ op: inst.op, args, results: [narrow], imm: {}, targets: [], span: inst.span });
    inst.op = "zext";
    inst.args = [narrow];
    this.changed = true;
  }

  private convert(op: string, value: ValueId, type: number, { span }: Inst): ValueId {
    const result = this.func.newValue(type);
    this.out.push({ op, args: [value], results: [result], imm: {}, targets: [], span });
    return result;
  }
}

/** @param bits width of a register */
export function narrowToRegisters(func: Func, bits: number): boolean {
  if (bits >= 256) return false;
  const cfg = computeCfg(func);
  return new Narrowing(func, new Ranges(func, computeDefs(func), cfg, computeDominators(cfg)), bits).run();
}

export const narrow: FunctionPass = {
  kind: "function",
  name: "narrow",
  doc: "Computes in registers what is known to fit them, on targets whose registers are narrower than a word.",
  needs: ["ssa"],
  gives: [],
  run: (func, context) => narrowToRegisters(func, context.registerBits),
};
