/**
 * The WebAssembly instructions that published contracts may use, as instrumentation needs them: how long each is and whether control can
 * arrive or leave there. Floating point is refused, since the bits of a NaN differ between machines; so is what changes tables or drops
 * segments, so that an instance can be put back into its first state.
 */
import { ModuleError, type Reader } from "./reader.js";

export const OP = {
  UNREACHABLE: 0x00,
  BLOCK: 0x02,
  LOOP: 0x03,
  IF: 0x04,
  ELSE: 0x05,
  END: 0x0b,
  BR: 0x0c,
  BR_IF: 0x0d,
  BR_TABLE: 0x0e,
  RETURN: 0x0f,
  LOCAL_GET: 0x20,
  LOCAL_SET: 0x21,
  LOCAL_TEE: 0x22,
  GLOBAL_GET: 0x23,
  GLOBAL_SET: 0x24,
  MEMORY_GROW: 0x40,
  I64_CONST: 0x42,
  I64_LT_S: 0x53,
  I64_SUB: 0x7d,
  I64_SHL: 0x86,
  I64_SHR_U: 0x88,
  I64_EXTEND_I32_U: 0xad,
  VOID: 0x40,
  I64: 0x7e,
  I32: 0x7f,
} as const;

/** What an instruction means to metering. */
export type Role =
  /** Runs in a row with its neighbours. */
  | "plain"
  /** Control may arrive behind it or leave at it: a new charge begins behind. */
  | "boundary"
  | "grow"
  /** memory.copy, memory.fill: the length is on top of the stack. */
  | "bulk";

const BLOCK_TYPES = new Set<number>([OP.BLOCK, OP.LOOP, OP.IF]);
const BOUNDARIES = new Set<number>([OP.UNREACHABLE, OP.LOOP, OP.IF, OP.ELSE, OP.END, OP.BR, OP.BR_IF, OP.BR_TABLE, OP.RETURN]);

const inRanges = (op: number, ranges: readonly (readonly [number, number])[]): boolean => ranges.some(([from, to]) => op >= from && op <= to);
/** unreachable, nop, else, end, return, drop, select; comparisons, arithmetic and conversions of integers; sign extension. */
const BARE: readonly (readonly [number, number])[] = [
  [0x00, 0x01],
  [0x05, 0x05],
  [0x0b, 0x0b],
  [0x0f, 0x0f],
  [0x1a, 0x1b],
  [0x45, 0x5a],
  [0x67, 0x8a],
  [0xa7, 0xa7],
  [0xac, 0xad],
  [0xc0, 0xc4],
  [0xd1, 0xd1],
];
/** br, br_if, call, local.*, global.*, table.get, ref.func: one index. */
const INDEXED: readonly (readonly [number, number])[] = [
  [0x0c, 0x0d],
  [0x10, 0x10],
  [0x20, 0x25],
  [0xd2, 0xd2],
];
/** Loads and stores of integers: alignment and offset. */
const MEMORY: readonly (readonly [number, number])[] = [
  [0x28, 0x29],
  [0x2c, 0x37],
  [0x3a, 0x3e],
];

/** Passes over one instruction. Throws ModuleError for one that contracts must not use. */
export function readInstruction(reader: Reader): { readonly op: number; readonly role: Role } {
  const op = reader.byte();
  if (op === 0xfc) return { op, role: readBulk(reader) };
  if (BLOCK_TYPES.has(op)) reader.skipNumber();
  else if (inRanges(op, INDEXED)) reader.skipNumber();
  else if (inRanges(op, MEMORY)) {
    reader.skipNumber();
    reader.skipNumber();
  } else if (op === OP.BR_TABLE) for (let left = reader.u32() + 1; left > 0; left--) reader.skipNumber();
  else if (op === 0x11) {
    reader.skipNumber();
    reader.skipNumber();
  } else if (op === 0x1c) for (let left = reader.u32(); left > 0; left--) reader.byte();
  else if (op === 0x3f || op === OP.MEMORY_GROW || op === 0xd0) reader.byte();
  else if (op === 0x41 || op === OP.I64_CONST) reader.skipNumber();
  else if (!inRanges(op, BARE)) throw new ModuleError(`the instruction 0x${op.toString(16)} is not available to contracts${isFloat(op) ? " (floating point)" : ""}`);
  return { op, role: op === OP.MEMORY_GROW ? "grow" : BOUNDARIES.has(op) ? "boundary" : "plain" };
}

function readBulk(reader: Reader): Role {
  const op = reader.u32();
  if (op === 10) {
    reader.byte();
    reader.byte();
    return "bulk";
  }
  if (op === 11) {
    reader.byte();
    return "bulk";
  }
  throw new ModuleError(`the instruction 0xfc ${op} is not available to contracts${op < 8 ? " (floating point)" : ""}`);
}

function isFloat(op: number): boolean {
  return inRanges(op, [
    [0x2a, 0x2b],
    [0x38, 0x39],
    [0x43, 0x44],
    [0x5b, 0x66],
    [0x8b, 0xbf],
  ]);
}
