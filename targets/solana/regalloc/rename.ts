/** Replaces registers of LIR instructions. */
import type { Address, LirFunc, LirInst, Operand, VReg } from "../lir/instruction.js";

/** The instruction with every register replaced; results of calls and values of returns too. */
export function renameInst(inst: LirInst, reg: (r: VReg) => VReg): LirInst {
  const operand = (o: Operand): Operand => (typeof o === "bigint" ? o : reg(o));
  const address = (a: Address): Address => (typeof a.base === "number" ? { base: reg(a.base), offset: a.offset } : a);
  switch (inst.kind) {
    case "alu":
      return { ...inst, dst: reg(inst.dst), a: operand(inst.a), b: operand(inst.b) };
    case "mov":
      return { ...inst, dst: reg(inst.dst), a: operand(inst.a) };
    case "neg":
    case "zext32":
    case "swap":
      return { ...inst, dst: reg(inst.dst), a: reg(inst.a) };
    case "load":
      return { ...inst, dst: reg(inst.dst), from: address(inst.from) };
    case "store":
      return { ...inst, to: address(inst.to), a: operand(inst.a) };
    case "slotaddr":
    case "rodata":
      return { ...inst, dst: reg(inst.dst) };
    case "branch":
      return { ...inst, a: operand(inst.a), b: operand(inst.b) };
    case "call":
      return { ...inst, args: inst.args.map(operand), results: inst.results.map(reg) };
    case "syscall":
      return { ...inst, args: inst.args.map(operand), result: inst.result === undefined ? undefined : reg(inst.result) };
    case "ret":
      return { ...inst, values: inst.values.map(operand) };
    default:
      return inst;
  }
}

/** A whole function. */
export function renameAll(func: LirFunc, reg: (r: VReg) => VReg): LirFunc {
  return { ...func, params: func.params.map(reg), insts: func.insts.map((inst) => renameInst(inst, reg)) };
}
