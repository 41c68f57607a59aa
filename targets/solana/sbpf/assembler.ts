/**
 * Collects the encoded instructions of an image and resolves what refers to positions: jumps within a function, calls of
 * functions by name, syscalls by name, addresses of read-only data. It optimises nothing.
 */
import { InternalError } from "../../../compiler/diagnostics/diagnostic.js";
import { encode, INSTRUCTION_SIZE, jumpImm, jumpReg, OPCODE, type SbpfVersion } from "./opcodes.js";
import type { Condition, Label } from "../lir/instruction.js";
import { syscallKey } from "./murmur3.js";

/** A finished code section with what the ELF writer still must place. */
export interface Assembly {
  readonly code: Uint8Array;
  /** Instruction index of each function. */
  readonly functions: ReadonlyMap<string, number>;
  /** `lddw` instructions whose constant is the address of read-only data plus an offset. */
  readonly dataReferences: readonly { readonly index: number; readonly offset: number }[];
  /** v0 only: calls that the loader resolves by symbol. */
  readonly syscallReferences: readonly { readonly index: number; readonly name: string }[];
}

/** Jumps reach 32,767 instructions; a longer function is refused by its caller. */
export class JumpTooFarError extends Error {
  constructor(readonly functionName: string) {
    super(`a jump in '${functionName}' is farther than sBPF can encode (32,767 instructions)`);
    this.name = "JumpTooFarError";
  }
}

export class Assembler {
  private readonly words: Uint8Array[] = [];
  private readonly functions = new Map<string, number>();
  private readonly calls: { index: number; callee: string }[] = [];
  private readonly dataReferences: { index: number; offset: number }[] = [];
  private readonly syscallReferences: { index: number; name: string }[] = [];
  private labels = new Map<Label, number>();
  private jumps: { index: number; to: Label }[] = [];
  private current = "";

  constructor(readonly version: SbpfVersion) {}

  get position(): number {
    return this.words.length;
  }

  emit(opcode: number, dst = 0, src = 0, offset = 0, imm = 0): void {
    this.words.push(encode(opcode, dst, src, offset, imm));
  }

  beginFunction(name: string): void {
    this.current = name;
    this.functions.set(name, this.position);
    this.labels = new Map();
    this.jumps = [];
  }

  place(label: Label): void {
    this.labels.set(label, this.position);
  }
  jump(to: Label): void {
    this.jumps.push({ index: this.position, to });
    this.emit(OPCODE.ja);
  }
  branchImm(cond: Condition, a: number, imm: number, to: Label): void {
    this.jumps.push({ index: this.position, to });
    this.emit(jumpImm(cond), a, 0, 0, imm);
  }
  branchReg(cond: Condition, a: number, b: number, to: Label): void {
    this.jumps.push({ index: this.position, to });
    this.emit(jumpReg(cond), a, b);
  }

  /** Resolves the jumps of the function in work. */
  endFunction(): void {
    for (const { index, to } of this.jumps) {
      const target = this.labels.get(to);
      if (target === undefined) throw new InternalError(`label ${to} of '${this.current}' was never placed`);
      const offset = target - index - 1;
      if (offset < -0x8000 || offset > 0x7fff) throw new JumpTooFarError(this.current);
      new DataView(this.words[index]!.buffer).setInt16(2, offset, true);
    }
  }

  lddw(dst: number, value: bigint): void {
    this.emit(OPCODE.lddw, dst, 0, 0, Number(BigInt.asIntN(32, value)));
    this.emit(0, 0, 0, 0, Number(BigInt.asIntN(32, value >> 32n)));
  }
  /** Loads the address of byte `offset` of the read-only data. */
  dataAddress(dst: number, offset: number): void {
    this.dataReferences.push({ index: this.position, offset });
    this.lddw(dst, 0n);
  }
  /**
   * The v0 loader names a callee by the hash of its position. That hash is a bijection on 32-bit positions, and no position below
   * four million instructions has the key of a syscall, so that no two names collide.
   */
  call(callee: string): void {
    this.calls.push({ index: this.position, callee });
    this.emit(OPCODE.call, 0, 1);
  }
  syscall(name: string): void {
    if (this.version === "v0") {
      this.syscallReferences.push({ index: this.position, name });
      this.emit(OPCODE.call, 0, 1, 0, -1);
    } else this.emit(OPCODE.call, 0, 0, 0, syscallKey(name));
  }

  finish(): Assembly {
    for (const { index, callee } of this.calls) {
      const target = this.functions.get(callee);
      if (target === undefined) throw new InternalError(`the LIR function '${callee}' is called and not defined`);
      new DataView(this.words[index]!.buffer).setInt32(4, target - index - 1, true);
    }
    const code = new Uint8Array(this.words.length * INSTRUCTION_SIZE);
    this.words.forEach((word, i) => code.set(word, i * INSTRUCTION_SIZE));
    return { code, functions: this.functions, dataReferences: this.dataReferences, syscallReferences: this.syscallReferences };
  }
}
