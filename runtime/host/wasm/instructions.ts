/**
 * WebAssembly instructions as rewriting needs them: where each ends, and its immediates. Only what contracts may use is known: floating point is
 * refused, since the bits of a NaN differ between machines, and so is everything of later proposals (threads, exceptions, garbage collection, tail
 * calls, relaxed SIMD), which an engine may or may not have. Encodings: WebAssembly 2.0, section 5.4.
 */
import { ModuleError, type Reader } from "./reader.js";

/** Instructions by name. Those behind a prefix byte are `prefix << 8 | number`. */
export const OP = {
  UNREACHABLE: 0x00,
  NOP: 0x01,
  BLOCK: 0x02,
  LOOP: 0x03,
  IF: 0x04,
  ELSE: 0x05,
  END: 0x0b,
  BR: 0x0c,
  BR_IF: 0x0d,
  BR_TABLE: 0x0e,
  RETURN: 0x0f,
  CALL: 0x10,
  CALL_INDIRECT: 0x11,
  DROP: 0x1a,
  SELECT: 0x1b,
  SELECT_TYPED: 0x1c,
  LOCAL_GET: 0x20,
  LOCAL_SET: 0x21,
  LOCAL_TEE: 0x22,
  GLOBAL_GET: 0x23,
  GLOBAL_SET: 0x24,
  TABLE_GET: 0x25,
  I32_LOAD: 0x28,
  I64_LOAD: 0x29,
  I32_STORE: 0x36,
  I64_STORE: 0x37,
  MEMORY_SIZE: 0x3f,
  MEMORY_GROW: 0x40,
  I32_CONST: 0x41,
  I64_CONST: 0x42,
  I32_EQZ: 0x45,
  I32_LT_S: 0x48,
  I32_LT_U: 0x49,
  I32_GT_S: 0x4a,
  I32_GT_U: 0x4b,
  I32_LE_U: 0x4d,
  I32_GE_U: 0x4f,
  I64_LT_S: 0x53,
  I64_GT_U: 0x56,
  I32_ADD: 0x6a,
  I32_SUB: 0x6b,
  I32_AND: 0x71,
  I32_SHL: 0x74,
  I32_SHR_U: 0x76,
  I64_ADD: 0x7c,
  I64_SUB: 0x7d,
  I64_MUL: 0x7e,
  I64_DIV_U: 0x80,
  I64_SHL: 0x86,
  I64_SHR_U: 0x88,
  I64_EXTEND_I32_U: 0xad,
  REF_NULL: 0xd0,
  REF_IS_NULL: 0xd1,
  REF_FUNC: 0xd2,
  MEMORY_INIT: 0xfc08,
  MEMORY_COPY: 0xfc0a,
  MEMORY_FILL: 0xfc0b,
  V128_STORE: 0xfd0b,
} as const;

/** Value types and the empty block type, as bytes. */
export const TYPE = { VOID: 0x40, I32: 0x7f, I64: 0x7e, V128: 0x7b } as const;

/** One instruction. */
export interface Instruction {
  readonly op: number;
  /** The first immediate: an index, a label, a constant of 32 bits, a block type; of a load or store the alignment. 0 where there is none. */
  readonly immediate: number;
  /** The offset of a load or store. */
  readonly offset: number;
  /** Labels of br_table, the default last. */
  readonly labels?: readonly number[];
}

type Ranges = readonly (readonly [number, number])[];
const within = (op: number, ranges: Ranges): boolean => ranges.some(([from, to]) => op >= from && op <= to);

/** Without immediates: control, drop, select; comparisons, arithmetic and conversions of integers; sign extension; ref.is_null. */
const BARE: Ranges = [
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
const INDEXED: Ranges = [
  [0x0c, 0x0d],
  [0x10, 0x10],
  [0x20, 0x25],
  [0xd2, 0xd2],
];
/** Loads and stores of integers: alignment and offset. */
const MEMORY: Ranges = [
  [0x28, 0x29],
  [0x2c, 0x37],
  [0x3a, 0x3e],
];
/** Behind 0xfd, all on integers. Loads and the store; splats, lanes; bitwise; shifts, sums and differences. */
const SIMD_MEMORY: Ranges = [
  [0, 11],
  [92, 93],
];
const SIMD_SIXTEEN: Ranges = [[12, 13]];
const SIMD_LANE: Ranges = [[21, 30]];
const SIMD_BARE: Ranges = [
  [14, 18],
  [77, 83],
  [107, 110],
  [113, 113],
  [139, 142],
  [145, 145],
  [171, 174],
  [177, 177],
  [203, 206],
  [209, 209],
];

const FLOAT: Ranges = [
  [0x2a, 0x2b],
  [0x38, 0x39],
  [0x43, 0x44],
  [0x5b, 0x66],
  [0x8b, 0xbf],
];
const SIMD_FLOAT: Ranges = [
  [19, 20],
  [31, 34],
  [65, 76],
  [94, 95],
  [103, 106],
  [116, 117],
  [122, 122],
  [148, 148],
  [224, 255],
];

/** True for loads and stores, vectors' included. */
export const accessesMemory = (op: number): boolean => (op >> 8 === 0xfd ? within(op & 0xff, SIMD_MEMORY) : within(op, MEMORY));

/** Reads one instruction. Throws ModuleError for one that contracts must not use. */
export function readInstruction(reader: Reader): Instruction {
  const op = reader.byte();
  if (op === 0xfc) return readBulk(reader);
  if (op === 0xfd) return readVector(reader);
  if (op === OP.BLOCK || op === OP.LOOP || op === OP.IF) return { op, immediate: reader.s33(), offset: 0 };
  if (within(op, INDEXED)) return { op, immediate: reader.u32(), offset: 0 };
  if (within(op, MEMORY)) return readAccess(op, reader);
  if (within(op, BARE)) return { op, immediate: 0, offset: 0 };
  switch (op) {
    case OP.BR_TABLE:
      return { op, immediate: 0, offset: 0, labels: Array.from({ length: boundedCount(reader) + 1 }, () => reader.u32()) };
    case OP.CALL_INDIRECT: {
      const type = reader.u32();
      reader.u32();
      return { op, immediate: type, offset: 0 };
    }
    case OP.SELECT_TYPED:
      reader.take(reader.u32());
      return { op, immediate: 0, offset: 0 };
    case OP.MEMORY_SIZE:
    case OP.MEMORY_GROW:
    case OP.REF_NULL:
      reader.byte();
      return { op, immediate: 0, offset: 0 };
    case OP.I32_CONST:
      return { op, immediate: reader.s33() | 0, offset: 0 };
    case OP.I64_CONST:
      reader.skipNumber();
      return { op, immediate: 0, offset: 0 };
    default:
      throw new ModuleError(`the instruction 0x${op.toString(16)} is not available to contracts${within(op, FLOAT) ? " (floating point)" : ""}`);
  }
}

/** A count of things that take a byte each at least: more than there are bytes is damage, found before anything is made for them. */
function boundedCount(reader: Reader): number {
  const count = reader.u32();
  if (count > reader.end - reader.at) throw new ModuleError("the module is cut off");
  return count;
}

function readAccess(op: number, reader: Reader): Instruction {
  const immediate = reader.u32();
  return { op, immediate, offset: reader.u32() };
}

function readBulk(reader: Reader): Instruction {
  const number = reader.u32();
  const op = 0xfc00 | number;
  switch (op) {
    case OP.MEMORY_INIT: {
      const immediate = reader.u32();
      reader.byte();
      return { op, immediate, offset: 0 };
    }
    case OP.MEMORY_COPY:
      reader.byte();
      reader.byte();
      return { op, immediate: 0, offset: 0 };
    case OP.MEMORY_FILL:
      reader.byte();
      return { op, immediate: 0, offset: 0 };
    default:
      throw new ModuleError(`the instruction 0xfc ${number} is not available to contracts${number < 8 ? " (floating point)" : ""}`);
  }
}

function readVector(reader: Reader): Instruction {
  const number = reader.u32();
  const op = 0xfd00 | number;
  if (number > 0xff) throw new ModuleError(`the instruction 0xfd ${number} is not available to contracts`);
  if (within(number, SIMD_MEMORY)) return readAccess(op, reader);
  if (within(number, SIMD_SIXTEEN)) reader.take(16);
  else if (within(number, SIMD_LANE)) reader.byte();
  else if (!within(number, SIMD_BARE))
    throw new ModuleError(`the instruction 0xfd ${number} is not available to contracts${within(number, SIMD_FLOAT) ? " (floating point)" : ""}`);
  return { op, immediate: 0, offset: 0 };
}
