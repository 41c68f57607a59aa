/**
 * Builds LIR functions.
 *
 *   const f = new LirBuilder(program, "max", 2);
 *   const [a, b] = f.params;
 *   f.if("lt.u", a, b, () => f.ret([b]));
 *   f.ret([a]);
 *   f.finish();                                  // adds the function to the program
 *
 * Registers are mutable: `set` assigns one again, for loop counters and merges. Every operation that returns a
 * register returns a fresh one. Operands are registers or bigint constants.
 */
import { InternalError } from "../../../compiler/diagnostics/diagnostic.js";
import {
  MAX_ARGS,
  MAX_RESULTS,
  type Address,
  type AluOp,
  type Condition,
  type Label,
  type LirFunc,
  type LirInst,
  type LirProgram,
  type Operand,
  type Size,
  type Slot,
  type VReg,
} from "./instruction.js";

export class LirBuilder {
  readonly params: readonly VReg[];
  private readonly insts: LirInst[] = [];
  private regCount = 0;
  private labelCount = 0;
  private readonly slots: number[] = [];

  /** Begins a function with up to six parameters. */
  constructor(
    readonly program: LirProgram,
    readonly name: string,
    paramCount: number,
  ) {
    if (paramCount > MAX_ARGS) throw new InternalError(`LIR function '${name}' has more than ${MAX_ARGS} parameters`);
    this.params = Array.from({ length: paramCount }, () => this.reg());
  }

  /** The parameter at an index that exists. */
  param(index: number): VReg {
    const reg = this.params[index];
    if (reg === undefined) throw new InternalError(`LIR function '${this.name}' has no parameter ${index}`);
    return reg;
  }

  /** A fresh register without a value. */
  reg(): VReg {
    return this.regCount++ as VReg;
  }
  label(): Label {
    return this.labelCount++ as Label;
  }
  /** Reserves frame space; the content is undefined at entry. */
  slot(bytes: number): Slot {
    this.slots.push((bytes + 7) & ~7);
    return (this.slots.length - 1) as Slot;
  }

  append(inst: LirInst): void {
    this.insts.push(inst);
  }

  // ---- data movement -----------------------------------------------------------------------------------------
  set(dst: VReg, a: Operand): void {
    this.append({ kind: "mov", dst, a });
  }
  /** A fresh register with that value. */
  copy(a: Operand): VReg {
    const dst = this.reg();
    this.set(dst, a);
    return dst;
  }
  load(size: Size, base: VReg | SlotBase, offset = 0): VReg {
    const dst = this.reg();
    this.append({ kind: "load", size, dst, from: address(base, offset) });
    return dst;
  }
  loadTo(dst: VReg, size: Size, base: VReg | SlotBase, offset = 0): void {
    this.append({ kind: "load", size, dst, from: address(base, offset) });
  }
  store(size: Size, base: VReg | SlotBase, offset: number, a: Operand): void {
    this.append({ kind: "store", size, to: address(base, offset), a });
  }
  slotAddr(slot: Slot): VReg {
    const dst = this.reg();
    this.append({ kind: "slotaddr", dst, slot });
    return dst;
  }
  /** The address of constant bytes in the image. */
  rodata(bytes: Uint8Array, offset = 0): VReg {
    const dst = this.reg();
    this.append({ kind: "rodata", dst, data: this.program.addData(bytes), offset });
    return dst;
  }

  // ---- arithmetic --------------------------------------------------------------------------------------------
  alu(op: AluOp, a: Operand, b: Operand): VReg {
    const dst = this.reg();
    this.aluTo(dst, op, a, b);
    return dst;
  }
  aluTo(dst: VReg, op: AluOp, a: Operand, b: Operand): void {
    this.append({ kind: "alu", op, dst, a, b });
  }
  add(a: Operand, b: Operand): VReg {
    return this.alu("add", a, b);
  }
  sub(a: Operand, b: Operand): VReg {
    return this.alu("sub", a, b);
  }
  mul(a: Operand, b: Operand): VReg {
    return this.alu("mul", a, b);
  }
  /** Unsigned quotient; the divisor must not be zero (the program would abort). */
  div(a: Operand, b: Operand): VReg {
    return this.alu("div", a, b);
  }
  mod(a: Operand, b: Operand): VReg {
    return this.alu("mod", a, b);
  }
  and(a: Operand, b: Operand): VReg {
    return this.alu("and", a, b);
  }
  or(a: Operand, b: Operand): VReg {
    return this.alu("or", a, b);
  }
  xor(a: Operand, b: Operand): VReg {
    return this.alu("xor", a, b);
  }
  shl(a: Operand, b: Operand): VReg {
    return this.alu("shl", a, b);
  }
  shr(a: Operand, b: Operand): VReg {
    return this.alu("shr", a, b);
  }
  sar(a: Operand, b: Operand): VReg {
    return this.alu("sar", a, b);
  }
  /** The low 32 bits. */
  zext32(a: VReg): VReg {
    const dst = this.reg();
    this.append({ kind: "zext32", dst, a });
    return dst;
  }
  neg(a: VReg): VReg {
    const dst = this.reg();
    this.append({ kind: "neg", dst, a });
    return dst;
  }
  /** Byte swap of the low 16, 32 or 64 bits; the bits above them become zero. */
  swap(bits: 16 | 32 | 64, a: VReg): VReg {
    const dst = this.reg();
    this.append({ kind: "swap", bits, dst, a });
    return dst;
  }

  // ---- control -----------------------------------------------------------------------------------------------
  place(label: Label): void {
    this.append({ kind: "label", label });
  }
  jump(to: Label): void {
    this.append({ kind: "jump", to });
  }
  branch(cond: Condition, a: Operand, b: Operand, to: Label): void {
    this.append({ kind: "branch", cond, a, b, to });
  }
  /** Runs `then` where the condition holds, else `otherwise`. */
  if(cond: Condition, a: Operand, b: Operand, then: () => void, otherwise?: () => void): void {
    const yes = this.label();
    const end = this.label();
    this.branch(cond, a, b, yes);
    otherwise?.();
    this.jump(end);
    this.place(yes);
    then();
    this.place(end);
  }
  /** Repeats `body` while the condition, evaluated before each round by `test`, holds. */
  while(test: () => readonly [Condition, Operand, Operand], body: () => void): void {
    const head = this.label();
    const again = this.label();
    this.jump(head);
    this.place(again);
    body();
    this.place(head);
    const [cond, a, b] = test();
    this.branch(cond, a, b, again);
  }

  /** Calls a LIR function by name; it may be defined later. */
  call(callee: string, args: readonly Operand[], resultCount = 0): VReg[] {
    if (args.length > MAX_ARGS || resultCount > MAX_RESULTS) throw new InternalError(`call of '${callee}' passes too many values`);
    const results = Array.from({ length: resultCount }, () => this.reg());
    this.append({ kind: "call", callee, args, results });
    return results;
  }
  /** Calls a function that gives one result. */
  call1(callee: string, args: readonly Operand[]): VReg {
    const dst = this.reg();
    this.append({ kind: "call", callee, args, results: [dst] });
    return dst;
  }
  /** Calls a Solana syscall by its name (`sol_keccak256`); at most five arguments. */
  syscall(name: string, args: readonly Operand[]): VReg {
    if (args.length > 5) throw new InternalError(`syscall '${name}' passes too many values`);
    const result = this.reg();
    this.append({ kind: "syscall", name, args, result });
    return result;
  }
  /** Returns up to six values. */
  ret(values: readonly Operand[] = []): void {
    if (values.length > MAX_RESULTS) throw new InternalError(`'${this.name}' returns too many values`);
    this.append({ kind: "ret", values });
  }

  /** Completes the function and adds it to the program. */
  finish(): LirFunc {
    const func: LirFunc = {
      name: this.name,
      params: this.params,
      insts: this.insts,
      regCount: this.regCount,
      labelCount: this.labelCount,
      slots: this.slots,
    };
    this.program.add(func);
    return func;
  }
}

/** A frame slot as the base of an access: `{ slot }`. */
export type SlotBase = { readonly slot: Slot };

function address(base: VReg | SlotBase, offset: number): Address {
  return { base, offset };
}
