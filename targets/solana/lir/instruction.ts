/**
 * LIR: the machine-level IR of the Solana target. A function is a list of instructions over 64-bit virtual
 * registers (mutable: not SSA), with labels and compare-and-branch, close to sBPF but with three-address arithmetic,
 * any 64-bit immediate, an unlimited number of registers and calls by name. Instruction selection and the hand-written
 * runtime both produce it; one register allocator and one emitter consume it.
 *
 * Calling convention (LIR functions among themselves; sBPF saves and restores r6-r9 and r10 by itself):
 *   arguments 0..4 in r1..r5, argument 5 in r0; results 0..5 in r0..r5; r0-r5 do not survive a call.
 * Syscalls take r1..r5 and give r0.
 */

/** A virtual register. */
export type VReg = number & { readonly __brand: "VReg" };
/** A position in a function's instruction list. */
export type Label = number & { readonly __brand: "Label" };
/** A byte range of the function's own frame, 8-byte aligned. */
export type Slot = number & { readonly __brand: "Slot" };

/** A register or a 64-bit constant (any integer; taken modulo 2^64). */
export type Operand = VReg | bigint;

export const isImmediate = (operand: Operand): operand is bigint => typeof operand === "bigint";

/** 64-bit arithmetic. Divisions are unsigned and must not meet a zero divisor; shift amounts count modulo 64. */
export type AluOp = "add" | "sub" | "mul" | "div" | "mod" | "and" | "or" | "xor" | "shl" | "shr" | "sar";
export type Condition = "eq" | "ne" | "lt.u" | "le.u" | "gt.u" | "ge.u" | "lt.s" | "le.s" | "gt.s" | "ge.s" | "test";
/** Bytes of a memory access. */
export type Size = 1 | 2 | 4 | 8;

/** A memory operand: a register or the address of a frame slot, plus a byte offset. */
export interface Address {
  readonly base: VReg | { readonly slot: Slot };
  readonly offset: number;
}

export type LirInst =
  | { readonly kind: "alu"; readonly op: AluOp; readonly dst: VReg; readonly a: Operand; readonly b: Operand }
  | { readonly kind: "mov"; readonly dst: VReg; readonly a: Operand }
  | { readonly kind: "neg"; readonly dst: VReg; readonly a: VReg }
  /** The low 32 bits. */
  | { readonly kind: "zext32"; readonly dst: VReg; readonly a: VReg }
  /** Reverses the low `bits / 8` bytes (sBPF `be`) and clears the others. */
  | { readonly kind: "swap"; readonly bits: 16 | 32 | 64; readonly dst: VReg; readonly a: VReg }
  | { readonly kind: "load"; readonly size: Size; readonly dst: VReg; readonly from: Address }
  | { readonly kind: "store"; readonly size: Size; readonly to: Address; readonly a: Operand }
  /** The address of a frame slot. It stays valid in callees until this function returns. */
  | { readonly kind: "slotaddr"; readonly dst: VReg; readonly slot: Slot }
  /** The address of read-only data of the image. */
  | { readonly kind: "rodata"; readonly dst: VReg; readonly data: number; readonly offset: number }
  | { readonly kind: "label"; readonly label: Label }
  | { readonly kind: "jump"; readonly to: Label }
  /** Jumps where the condition holds, else falls through. */
  | { readonly kind: "branch"; readonly cond: Condition; readonly a: Operand; readonly b: Operand; readonly to: Label }
  | { readonly kind: "call"; readonly callee: string; readonly args: readonly Operand[]; readonly results: readonly VReg[] }
  | { readonly kind: "syscall"; readonly name: string; readonly args: readonly Operand[]; readonly result: VReg | undefined }
  | { readonly kind: "ret"; readonly values: readonly Operand[] };

export const MAX_ARGS = 6;
export const MAX_RESULTS = 6;

/** A finished function. */
export interface LirFunc {
  readonly name: string;
  readonly params: readonly VReg[];
  readonly insts: readonly LirInst[];
  readonly regCount: number;
  readonly labelCount: number;
  /** Size in bytes of each slot, a multiple of 8. */
  readonly slots: readonly number[];
}

/** Functions and read-only data that refer to each other by name and index: what the linker turns into an ELF. */
export class LirProgram {
  readonly funcs = new Map<string, LirFunc>();
  readonly data: Uint8Array[] = [];
  private readonly dataIndex = new Map<string, number>();

  /** Adds a function; throws where the name is taken. */
  add(func: LirFunc): void {
    if (this.funcs.has(func.name)) throw new Error(`the LIR function '${func.name}' exists already`);
    this.funcs.set(func.name, func);
  }

  /** The index of read-only data; equal bytes are stored once. */
  addData(bytes: Uint8Array): number {
    const key = Buffer.from(bytes).toString("latin1");
    let index = this.dataIndex.get(key);
    if (index === undefined) {
      index = this.data.length;
      this.data.push(bytes);
      this.dataIndex.set(key, index);
    }
    return index;
  }
}

/** The registers that an instruction reads. */
export function usesOf(inst: LirInst): VReg[] {
  const uses: VReg[] = [];
  const operand = (o: Operand): void => {
    if (!isImmediate(o)) uses.push(o);
  };
  const address = (a: Address): void => {
    if (typeof a.base === "number") uses.push(a.base);
  };
  switch (inst.kind) {
    case "alu":
    case "branch":
      operand(inst.a);
      operand(inst.b);
      break;
    case "mov":
    case "neg":
    case "zext32":
    case "swap":
      operand(inst.a);
      break;
    case "load":
      address(inst.from);
      break;
    case "store":
      address(inst.to);
      operand(inst.a);
      break;
    case "call":
    case "syscall":
      inst.args.forEach(operand);
      break;
    case "ret":
      inst.values.forEach(operand);
      break;
  }
  return uses;
}

/** The registers that an instruction writes. */
export function defsOf(inst: LirInst): readonly VReg[] {
  switch (inst.kind) {
    case "alu":
    case "mov":
    case "neg":
    case "zext32":
    case "swap":
    case "load":
    case "slotaddr":
    case "rodata":
      return [inst.dst];
    case "call":
      return inst.results;
    case "syscall":
      return inst.result === undefined ? [] : [inst.result];
    default:
      return [];
  }
}
