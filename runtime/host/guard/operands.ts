/**
 * The operand stack of a function as far as the guard follows it: how high it is, and which of its values are constants (so that a store to a
 * fixed cell is known to be one). The module is valid, so that types need no second look.
 */
import { OP, type Instruction } from "../wasm/instructions.js";
import { ModuleError } from "../wasm/reader.js";
import { LIMITS } from "./limits.js";

/** By how much ordinary instructions change the height, in ranges; those not listed leave it as it is. */
const CHANGES: readonly (readonly [from: number, to: number, change: number])[] = [
  [OP.BR_IF, OP.BR_IF, -1],
  [OP.IF, OP.IF, -1],
  [OP.DROP, OP.DROP, -1],
  [OP.SELECT, OP.SELECT_TYPED, -2],
  [OP.LOCAL_GET, OP.LOCAL_GET, 1],
  [OP.LOCAL_SET, OP.LOCAL_SET, -1],
  [OP.GLOBAL_GET, OP.GLOBAL_GET, 1],
  [OP.GLOBAL_SET, OP.GLOBAL_SET, -1],
  [OP.I32_STORE, 0x3e, -2],
  [OP.MEMORY_SIZE, OP.MEMORY_SIZE, 1],
  [OP.I32_CONST, OP.I64_CONST, 1],
  // Comparisons and arithmetic of two operands, 32 and 64 bits.
  [0x46, 0x4f, -1],
  [0x51, 0x5a, -1],
  [0x6a, 0x78, -1],
  [0x7c, 0x8a, -1],
  [OP.MEMORY_INIT, OP.MEMORY_FILL, -3],
  [OP.V128_STORE, OP.V128_STORE, -2],
  [0xfd0c, 0xfd0c, 1],
  // Shuffles and swizzles.
  [0xfd0d, 0xfd0e, -1],
];
/** Vectors: replace_lane, bitwise operations, shifts, sums and differences. */
const BINARY_VECTORS = new Set([23, 26, 28, 30, 78, 79, 80, 81, 107, 108, 109, 110, 113, 139, 140, 141, 142, 145, 171, 172, 173, 174, 177, 203, 204, 205, 206, 209]);
const BITSELECT = 82;

const BY_OP = new Int8Array(0x100);
const PREFIXED = new Map<number, number>();
for (const [from, to, change] of CHANGES)
  for (let op = from; op <= to; op++)
    if (op > 0xff) PREFIXED.set(op, change);
    else BY_OP[op] = change;
for (const op of BINARY_VECTORS) PREFIXED.set(0xfd00 | op, -1);
PREFIXED.set(0xfd00 | BITSELECT, -2);

/** Instructions after which the top is a result of theirs, not the value that was there. */
const KEEPS_TOP = new Set<number>([OP.NOP, OP.BLOCK, OP.LOOP, OP.LOCAL_TEE, OP.DROP, OP.BR_IF, OP.IF, OP.LOCAL_SET, OP.GLOBAL_SET, OP.END]);
const isStore = (op: number): boolean => (op >= OP.I32_STORE && op <= 0x3e) || op === OP.V128_STORE;

export class Operands {
  /** Constants of 32 bits, or undefined. */
  private readonly values: (number | undefined)[] = [];
  /** The most values that there were. */
  highest = 0;

  get height(): number {
    return this.values.length;
  }

  /** The constant `depth` values below the top, where it is one. */
  constantAt(depth: number): number | undefined {
    return this.values[this.values.length - 1 - depth];
  }

  pop(count: number): void {
    this.values.length -= count;
  }

  push(count: number, value?: number): void {
    for (let i = 0; i < count; i++) this.values.push(value);
    if (this.values.length <= this.highest) return;
    this.highest = this.values.length;
    if (this.highest > LIMITS.OPERANDS) throw new ModuleError(`a function of the module has more than ${LIMITS.OPERANDS} operands at once`);
  }

  resetTo(height: number): void {
    this.values.length = height;
  }

  /** Follows an instruction other than calls and the ends of blocks. */
  follow({ op, immediate }: Instruction): void {
    if (op === OP.I32_CONST) return this.push(1, immediate);
    const change = op > 0xff ? (PREFIXED.get(op) ?? 0) : BY_OP[op]!;
    if (change > 0) return this.push(change);
    this.pop(-change);
    if (this.values.length > 0 && !KEEPS_TOP.has(op) && !isStore(op)) this.values[this.values.length - 1] = undefined;
  }
}
