/** What instructions mean to the metering of hand-written contracts, and which of them those must not use. */
import { OP, readInstruction, type Instruction } from "../wasm/instructions.js";
import { ModuleError, type Reader } from "../wasm/reader.js";

export type Role =
  /** Runs in a row with its neighbours. */
  | "plain"
  /** Control may arrive behind it or leave at it: a new charge begins behind. */
  | "boundary"
  | "grow"
  /** memory.copy, memory.fill: the length is on top of the stack. */
  | "bulk";

const BOUNDARIES = new Set<number>([OP.UNREACHABLE, OP.LOOP, OP.IF, OP.ELSE, OP.END, OP.BR, OP.BR_IF, OP.BR_TABLE, OP.RETURN]);

/**
 * Reads one instruction. Throws ModuleError for what contracts must not use: what drops segments, so that an instance can be put back into its
 * first state, and vectors.
 */
export function readPublished(reader: Reader): { readonly instruction: Instruction; readonly role: Role } {
  const instruction = readInstruction(reader);
  const { op } = instruction;
  if (op === OP.MEMORY_COPY || op === OP.MEMORY_FILL) return { instruction, role: "bulk" };
  if (op > 0xff) throw new ModuleError(`the instruction 0x${(op >> 8).toString(16)} ${op & 0xff} is not available to contracts`);
  return { instruction, role: op === OP.MEMORY_GROW ? "grow" : BOUNDARIES.has(op) ? "boundary" : "plain" };
}
