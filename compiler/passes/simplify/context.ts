/** What simplification rules see of the function, and how they make new instructions. */
import type { Func, Inst, ValueId } from "../../ir/module.js";
import { opInfo, type Type } from "../../ir/ops.js";
import { constInst, type Replacements } from "../rewrite.js";

/** A value that the instruction's result may be replaced by, or undefined where the rule does not fire. */
export type Rule = (inst: Inst, cx: SimplifyContext) => ValueId | undefined;

export const mask = (bits: number): bigint => (1n << BigInt(bits)) - 1n;

/** The exponent where a number is a power of two, else undefined. */
export function log2(value: bigint): number | undefined {
  return value > 0n && (value & (value - 1n)) === 0n ? value.toString(2).length - 1 : undefined;
}

export class SimplifyContext {
  /** Instructions that go in front of the one in work. */
  emitted: Inst[] = [];
  private span: Inst["span"];

  constructor(
    readonly func: Func,
    /** Defining instructions by value; grows as rules emit. */
    private readonly defs: (Inst | undefined)[],
    private readonly uses: Uint32Array,
    private readonly same: Replacements,
  ) {}

  begin(inst: Inst): void {
    this.emitted = [];
    this.span = inst.span;
  }

  type(value: ValueId): Type {
    return this.func.typeOf(value);
  }

  /** The instruction that defines a value, if it is of this kind. */
  def(value: ValueId, op?: string): Inst | undefined {
    const inst = this.defs[value];
    return inst && (op === undefined || inst.op === op) ? inst : undefined;
  }

  /** Operand `index` of an instruction, behind replacements that are pending. */
  arg(inst: Inst, index: number): ValueId {
    return this.same.find(inst.args[index]!);
  }

  /** A value's constant, if it is one. */
  constOf(value: ValueId): bigint | undefined {
    const inst = this.defs[value];
    return inst?.op === "const" ? inst.imm.int : undefined;
  }

  /** True where the value had one use when the sweep began. */
  usedOnce(value: ValueId): boolean {
    return value < this.uses.length && this.uses[value] === 1;
  }

  const(type: Type, value: bigint): ValueId {
    return this.push(constInst(this.func, type, BigInt.asUintN(type, value), this.span));
  }

  emit(op: string, args: ValueId[], type: Type): ValueId {
    opInfo(op);
    return this.push({ op, args, results: [this.func.newValue(type)], imm: {}, targets: [], span: this.span });
  }

  /** zext or trunc, whichever leads to the type; nothing where the value has it. */
  resize(value: ValueId, type: Type): ValueId {
    const from = this.type(value);
    return from === type ? value : this.emit(from < type ? "zext" : "trunc", [value], type);
  }

  private push(inst: Inst): ValueId {
    this.emitted.push(inst);
    const [result] = inst.results as [ValueId];
    this.defs[result] = inst;
    return result;
  }
}
