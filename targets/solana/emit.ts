/**
 * Emits LIR functions as sBPF: cleans, legalizes, allocates registers and encodes.
 *
 * Frame of a function, below r10: slots first, then the allocator's cells. A frame is 4,096 bytes; cells that do not fit
 * live on the spill stack of the globals (layout.ts), which r9 then addresses.
 */
import { InternalError } from "../../compiler/diagnostics/diagnostic.js";
import type { Address, LirFunc, LirInst, LirProgram, Label, Operand, VReg } from "./lir/instruction.js";
import { GLOBAL, HEAP } from "./layout.js";
import { allocate, argumentRegister, resultRegister, type Allocation, type Location } from "./regalloc/allocate.js";
import { cleanup } from "./regalloc/cleanup.js";
import { coalesce } from "./regalloc/coalesce.js";
import { legalize } from "./regalloc/legalize.js";
import { emitMoves, type Move, type Source } from "./regalloc/moves.js";
import { Assembler, type Assembly } from "./sbpf/assembler.js";
import * as op from "./sbpf/opcodes.js";
import { FRAME_POINTER, FRAME_SIZE, fitsImmediate, type SbpfVersion } from "./sbpf/opcodes.js";
import { writeElf } from "./sbpf/elf.js";

/** Machine code of a whole program and the read-only data it refers to. */
export interface EmittedProgram {
  readonly assembly: Assembly;
  readonly data: Uint8Array;
}

/** Emits the functions of a program that its entry reaches; the entry comes first. */
export function emitProgram(program: LirProgram, entry: string, version: SbpfVersion): EmittedProgram {
  const offsets: number[] = [];
  let size = 0;
  for (const bytes of program.data) {
    offsets.push(size);
    size = (size + bytes.length + 7) & ~7;
  }
  const data = new Uint8Array(size);
  program.data.forEach((bytes, i) => data.set(bytes, offsets[i]));
  const asm = new Assembler(version);
  const first = program.funcs.get(entry);
  if (!first) throw new InternalError(`the entry '${entry}' is not defined`);
  for (const func of reachable(program, first)) new FunctionEmitter(asm, func, offsets).emit();
  return { assembly: asm.finish(), data };
}

/** The functions that are called from `first` on, in the order of their discovery. */
function reachable(program: LirProgram, first: LirFunc): LirFunc[] {
  const found = new Set<LirFunc>([first]);
  for (const func of found) {
    for (const inst of func.insts) {
      const callee = inst.kind === "call" ? program.funcs.get(inst.callee) : undefined;
      if (callee) found.add(callee);
    }
  }
  return [...found];
}

/** The ELF file of a program. */
export function emitElf(program: LirProgram, entry: string, version: SbpfVersion): Uint8Array {
  const { assembly, data } = emitProgram(program, entry, version);
  return writeElf(assembly, data, entry, version);
}

/** Addresses the spill stack in functions that use it; then it is not allocated. */
const SPILL_BASE = 9;
/** A label that no function has of its own. */
const SPILL_LABEL = -1 as Label;

class FunctionEmitter {
  private readonly allocation: Allocation;
  /** Offset from r10 of each slot, and of the first cell. */
  private readonly slotOffsets: number[] = [];
  private readonly cellsEnd: number;
  /** Cells from this one on are on the spill stack. */
  private readonly cellsInFrame: number;

  constructor(
    private readonly asm: Assembler,
    private readonly func: LirFunc,
    private readonly dataOffsets: readonly number[],
  ) {
    const legal = coalesce(legalize(cleanup(func)));
    let allocation = allocate(legal);
    let offset = 0;
    for (const bytes of func.slots) {
      offset -= bytes;
      this.slotOffsets.push(offset);
    }
    this.cellsEnd = offset;
    this.cellsInFrame = (FRAME_SIZE + offset) >> 3;
    if (this.cellsInFrame < 0) throw new InternalError(`the slots of '${func.name}' exceed its frame`);
    if (allocation.cells > this.cellsInFrame) allocation = allocate(legal, SPILL_BASE);
    this.allocation = allocation;
  }

  /** Bytes of this function on the spill stack. */
  private get spillBytes(): bigint {
    return BigInt(8 * Math.max(0, this.allocation.cells - this.cellsInFrame));
  }

  /** Reserves the part on the spill stack: r9 becomes its address. r6 to r9 are free at a function's begin. */
  private openSpillStack(): void {
    const { asm } = this;
    const fits = SPILL_LABEL;
    asm.lddw(7, HEAP);
    asm.emit(op.load(8), 6, 7, GLOBAL.SPILL_USED);
    asm.emit(op.movReg, SPILL_BASE, 7);
    asm.emit(op.aluReg("add"), SPILL_BASE, 6);
    asm.emit(op.aluImm("add"), SPILL_BASE, 0, 0, GLOBAL.SPILL_STACK);
    asm.emit(op.aluImm("add"), 6, 0, 0, Number(this.spillBytes));
    asm.branchImm("le.u", 6, GLOBAL.SPILL_STACK_SIZE, fits);
    asm.syscall("abort");
    asm.place(fits);
    asm.emit(op.storeReg(8), 7, 6, GLOBAL.SPILL_USED);
  }

  /** Gives it back; r6 and r7 are free before a return. */
  private closeSpillStack(): void {
    const { asm } = this;
    asm.lddw(7, HEAP);
    asm.emit(op.load(8), 6, 7, GLOBAL.SPILL_USED);
    asm.emit(op.aluImm("sub"), 6, 0, 0, Number(this.spillBytes));
    asm.emit(op.storeReg(8), 7, 6, GLOBAL.SPILL_USED);
  }

  emit(): void {
    this.asm.beginFunction(this.func.name);
    if (this.spillBytes > 0n) this.openSpillStack();
    const entry: Move[] = [];
    this.allocation.func.params.forEach((param, i) => {
      const to = this.allocation.locations.get(param);
      if (to) entry.push({ to, from: { reg: argumentRegister(i) } });
    });
    this.moves(entry);
    for (const inst of this.allocation.func.insts) this.instruction(inst);
    this.asm.endFunction();
  }

  /** Base register and offset of a cell. */
  private cell(cell: number): [number, number] {
    if (cell < this.cellsInFrame) return [FRAME_POINTER, this.cellsEnd - 8 * (cell + 1)];
    return [SPILL_BASE, 8 * (cell - this.cellsInFrame)];
  }
  private location(reg: VReg): Location {
    const location = this.allocation.locations.get(reg);
    if (!location) throw new InternalError(`register v${reg} of '${this.func.name}' has no place`);
    return location;
  }
  private reg(reg: VReg): number {
    const location = this.location(reg);
    if (!("reg" in location)) throw new InternalError(`v${reg} of '${this.func.name}' is in the frame where a register is needed`);
    return location.reg;
  }
  private source(a: Operand): Source {
    return typeof a === "bigint" ? { constant: a } : this.location(a);
  }
  private address(a: Address): [number, number] {
    return typeof a.base === "number" ? [this.reg(a.base), a.offset] : [FRAME_POINTER, this.slotOffsets[a.base.slot]! + a.offset];
  }

  private moves(moves: readonly Move[]): void {
    const { asm } = this;
    emitMoves(moves, {
      copy: (to, from) => asm.emit(op.movReg, to, from),
      exchange: (a, b) => {
        asm.emit(op.aluReg("xor"), a, b);
        asm.emit(op.aluReg("xor"), b, a);
        asm.emit(op.aluReg("xor"), a, b);
      },
      load: (to, cell) => {
        const [base, offset] = this.cell(cell);
        asm.emit(op.load(8), to, base, offset);
      },
      store: (cell, from) => {
        const [base, offset] = this.cell(cell);
        asm.emit(op.storeReg(8), base, from, offset);
      },
      constant: (to, value) => this.constant(to, value),
    });
  }

  private constant(dst: number, value: bigint): void {
    const v = BigInt.asUintN(64, value);
    if (fitsImmediate(v)) this.asm.emit(op.OPCODE.mov64, dst, 0, 0, Number(BigInt.asIntN(32, v)));
    else if (v <= 0xffffffffn) this.asm.emit(op.OPCODE.mov32, dst, 0, 0, Number(BigInt.asIntN(32, v)));
    else this.asm.lddw(dst, v);
  }

  private instruction(inst: LirInst): void {
    const { asm } = this;
    switch (inst.kind) {
      case "label":
        return asm.place(inst.label);
      case "jump":
        return asm.jump(inst.to);
      case "branch":
        if (typeof inst.a === "bigint") throw new InternalError("a branch compares a constant first");
        if (typeof inst.b === "bigint") return asm.branchImm(inst.cond, this.reg(inst.a), imm32(inst.b), inst.to);
        return asm.branchReg(inst.cond, this.reg(inst.a), this.reg(inst.b), inst.to);
      case "mov":
        return this.mov(inst.dst, inst.a);
      case "alu":
        if (typeof inst.b === "bigint") return asm.emit(op.aluImm(inst.op), this.reg(inst.dst), 0, 0, imm32(inst.b));
        return asm.emit(op.aluReg(inst.op), this.reg(inst.dst), this.reg(inst.b));
      case "neg":
        return asm.emit(op.OPCODE.neg64, this.reg(inst.dst));
      case "zext32":
        return asm.emit(op.movReg32, this.reg(inst.dst), this.reg(inst.a));
      case "swap":
        return asm.emit(op.OPCODE.be, this.reg(inst.dst), 0, 0, inst.bits);
      case "load": {
        const [base, offset] = this.address(inst.from);
        return asm.emit(op.load(inst.size), this.reg(inst.dst), base, offset);
      }
      case "store": {
        const [base, offset] = this.address(inst.to);
        if (typeof inst.a === "bigint") return asm.emit(op.storeImm(inst.size), base, 0, offset, imm32(inst.a));
        return asm.emit(op.storeReg(inst.size), base, this.reg(inst.a), offset);
      }
      case "slotaddr": {
        const dst = this.reg(inst.dst);
        asm.emit(op.movReg, dst, FRAME_POINTER);
        return asm.emit(op.aluImm("add"), dst, 0, 0, this.slotOffsets[inst.slot]);
      }
      case "rodata":
        return asm.dataAddress(this.reg(inst.dst), this.dataOffsets[inst.data]! + inst.offset);
      case "call":
      case "syscall":
        return this.call(inst);
      case "ret":
        this.moves(inst.values.map((v, i) => ({ to: { reg: resultRegister(i) }, from: this.source(v) })));
        if (this.spillBytes > 0n) this.closeSpillStack();
        return asm.emit(op.OPCODE.exit);
    }
  }

  private mov(dst: VReg, a: Operand): void {
    const to = this.location(dst);
    if ("reg" in to) return this.moves([{ to, from: this.source(a) }]);
    const [base, offset] = this.cell(to.cell);
    if (typeof a === "bigint") return this.asm.emit(op.storeImm(8), base, 0, offset, imm32(a));
    this.asm.emit(op.storeReg(8), base, this.reg(a), offset);
  }

  private call(inst: LirInst & { kind: "call" | "syscall" }): void {
    this.moves(inst.args.map((a, i) => ({ to: { reg: argumentRegister(i) }, from: this.source(a) })));
    if (inst.kind === "call") this.asm.call(inst.callee);
    else this.asm.syscall(inst.name);
    const results = inst.kind === "call" ? inst.results : inst.result === undefined ? [] : [inst.result];
    this.moves(results.map((r, i) => ({ to: this.location(r), from: { reg: resultRegister(i) } })));
  }
}

const imm32 = (value: bigint): number => Number(BigInt.asIntN(32, value));
