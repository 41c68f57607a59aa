/**
 * Text of sBPF code, one instruction a line, with function names and jump labels:
 *
 *   transfer:
 *         0  ldxdw r3, [r1-24]
 *         1  jgt r3, 31, +2        -> 4
 */
import { ALU_CODE, INSTRUCTION_SIZE, JUMP_CODE, SIZE_CODE, type SbpfVersion } from "./opcodes.js";
import type { Assembly } from "./assembler.js";
import { SYSCALL_NAMES } from "./syscalls.js";

const inverse = (codes: Readonly<Record<string, number>>): Map<number, string> => new Map(Object.entries(codes).map(([name, code]) => [code, name]));
const ALU_NAMES = inverse({ ...ALU_CODE, lsh: ALU_CODE.shl, rsh: ALU_CODE.shr, arsh: ALU_CODE.sar, mov: 0xb0, neg: 0x80 });
const JUMP_NAMES = new Map([...inverse(JUMP_CODE)].map(([code, name]) => [code, jumpName(name)]));
const SIZE_NAMES = new Map([...inverse(SIZE_CODE)].map(([code, bytes]) => [code, { 1: "b", 2: "h", 4: "w", 8: "dw" }[Number(bytes)]!]));

/** `lt.u` is jlt, `lt.s` jslt, `test` jset. */
function jumpName(condition: string): string {
  if (condition === "test") return "jset";
  const [name, sign] = condition.split(".");
  return `j${sign === "s" ? "s" : ""}${name}`;
}

/** What the disassembler knows beyond the code: where functions begin and what calls mean. */
interface Names {
  readonly functions: ReadonlyMap<number, string>;
  readonly syscalls: ReadonlyMap<number, string>;
}

/** The whole code of an image. */
export function disassemble(assembly: Assembly, version: SbpfVersion): string {
  const functions = new Map([...assembly.functions].map(([name, index]) => [index, name]));
  const syscalls = new Map(assembly.syscallReferences.map(({ index, name }) => [index, name]));
  const view = new DataView(assembly.code.buffer, assembly.code.byteOffset, assembly.code.byteLength);
  const lines: string[] = [];
  for (let i = 0; i < assembly.code.length / INSTRUCTION_SIZE; i++) {
    const name = functions.get(i);
    if (name !== undefined) lines.push("", `${name}:`);
    lines.push(`${String(i).padStart(7)}  ${instruction(view, i, { functions, syscalls }, version)}`);
    if (view.getUint8(i * INSTRUCTION_SIZE) === 0x18) i++;
  }
  return lines.join("\n").trimStart() + "\n";
}

const offsetText = (offset: number): string => (offset < 0 ? `${offset}` : `+${offset}`);

function instruction(view: DataView, index: number, names: Names, version: SbpfVersion): string {
  const at = index * INSTRUCTION_SIZE;
  const opcode = view.getUint8(at);
  const dst = `r${view.getUint8(at + 1) & 15}`;
  const src = `r${view.getUint8(at + 1) >> 4}`;
  const offset = view.getInt16(at + 2, true);
  const imm = view.getInt32(at + 4, true);
  const second = (opcode & 8) !== 0 ? src : String(imm);
  switch (opcode & 7) {
    case 0: {
      const high = view.getUint32(at + INSTRUCTION_SIZE + 4, true);
      return `lddw ${dst}, 0x${((BigInt(high) << 32n) | BigInt(imm >>> 0)).toString(16)}`;
    }
    case 1:
      return `ldx${SIZE_NAMES.get(opcode & 0x18)} ${dst}, [${src}${offsetText(offset)}]`;
    case 2:
      return `st${SIZE_NAMES.get(opcode & 0x18)} [${dst}${offsetText(offset)}], ${imm}`;
    case 3:
      return `stx${SIZE_NAMES.get(opcode & 0x18)} [${dst}${offsetText(offset)}], ${src}`;
    case 5:
      return control(opcode, { dst, second, offset, imm, index }, names, version);
    default: {
      if ((opcode & 0xf0) === 0xd0) return `${opcode & 8 ? "be" : "le"}${imm} ${dst}`;
      const name = `${ALU_NAMES.get(opcode & 0xf0) ?? "unknown"}${(opcode & 7) === 7 ? "64" : "32"}`;
      return (opcode & 0xf0) === 0x80 ? `${name} ${dst}` : `${name} ${dst}, ${second}`;
    }
  }
}

interface Fields {
  dst: string;
  second: string;
  offset: number;
  imm: number;
  index: number;
}

function control(opcode: number, x: Fields, names: Names, version: SbpfVersion): string {
  if (opcode === 0x95) return "exit";
  if (opcode === 0x05) return `ja ${offsetText(x.offset)}  -> ${x.index + 1 + x.offset}`;
  if (opcode !== 0x85) return `${JUMP_NAMES.get(opcode & 0xf0) ?? "unknown"} ${x.dst}, ${x.second}, ${offsetText(x.offset)}  -> ${x.index + 1 + x.offset}`;
  const syscall = version === "v0" ? names.syscalls.get(x.index) : SYSCALL_NAMES.get(x.imm >>> 0);
  if (syscall !== undefined) return `syscall ${syscall}`;
  const target = x.index + 1 + x.imm;
  return `call ${names.functions.get(target) ?? target}`;
}
