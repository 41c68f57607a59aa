/**
 * sBPF instruction encoding, versions 0 and 3, which share all opcodes used here (SIMD-0178, SIMD-0189 change the ELF
 * and the meaning of `call`). An instruction is 8 bytes: opcode, src << 4 | dst, 16-bit offset, 32-bit immediate,
 * little-endian; `lddw` takes two.
 */
import type { AluOp, Condition, Size } from "../lir/instruction.js";

export type SbpfVersion = "v0" | "v3";

export const INSTRUCTION_SIZE = 8;
/** r10, the frame pointer: points to the end of the function's 4,096-byte frame. */
export const FRAME_POINTER = 10;
export const FRAME_SIZE = 4096;

const X = 0x08; // the second operand is a register, not the immediate

export const ALU64 = 0x07;
export const ALU32 = 0x04;
const JMP = 0x05;

export const ALU_CODE: Readonly<Record<AluOp, number>> = {
  add: 0x00,
  sub: 0x10,
  mul: 0x20,
  div: 0x30,
  or: 0x40,
  and: 0x50,
  shl: 0x60,
  shr: 0x70,
  mod: 0x90,
  xor: 0xa0,
  sar: 0xc0,
};
export const JUMP_CODE: Readonly<Record<Condition, number>> = {
  eq: 0x10,
  "gt.u": 0x20,
  "ge.u": 0x30,
  test: 0x40,
  ne: 0x50,
  "gt.s": 0x60,
  "ge.s": 0x70,
  "lt.u": 0xa0,
  "le.u": 0xb0,
  "lt.s": 0xc0,
  "le.s": 0xd0,
};
export const SIZE_CODE: Readonly<Record<Size, number>> = { 1: 0x10, 2: 0x08, 4: 0x00, 8: 0x18 };

export const OPCODE = {
  lddw: 0x18,
  load: 0x61,
  storeImm: 0x62,
  store: 0x63,
  mov64: 0xb0 | ALU64,
  mov32: 0xb0 | ALU32,
  neg64: 0x80 | ALU64,
  be: 0xd0 | ALU32 | X,
  ja: JMP,
  call: 0x80 | JMP,
  exit: 0x90 | JMP,
} as const;

export const aluImm = (op: AluOp): number => ALU_CODE[op] | ALU64;
export const aluReg = (op: AluOp): number => ALU_CODE[op] | ALU64 | X;
export const jumpImm = (cond: Condition): number => JUMP_CODE[cond] | JMP;
export const jumpReg = (cond: Condition): number => JUMP_CODE[cond] | JMP | X;
export const movReg = OPCODE.mov64 | X;
export const movReg32 = OPCODE.mov32 | X;
export const load = (size: Size): number => OPCODE.load | SIZE_CODE[size];
export const storeImm = (size: Size): number => OPCODE.storeImm | SIZE_CODE[size];
export const storeReg = (size: Size): number => OPCODE.store | SIZE_CODE[size];

/** True where a 64-bit constant is the sign extension of a 32-bit immediate. */
export function fitsImmediate(value: bigint): boolean {
  const v = BigInt.asIntN(64, value);
  return v >= -0x80000000n && v <= 0x7fffffffn;
}

/** One instruction in 8 bytes. */
export function encode(opcode: number, dst: number, src: number, offset: number, imm: number): Uint8Array {
  const bytes = new Uint8Array(INSTRUCTION_SIZE);
  const view = new DataView(bytes.buffer);
  bytes[0] = opcode;
  bytes[1] = (src << 4) | dst;
  view.setInt16(2, offset, true);
  view.setInt32(4, imm | 0, true);
  return bytes;
}
