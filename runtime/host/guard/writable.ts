/**
 * Where a contract may write (docs/host-abi.md, section 1), and which of these places every activation finds wiped whatever the one before did. The cells
 * that the host fills at entry are not among them: they are the host's, and an instance is used again.
 */
import { CELL, IMMUTABLES, MACHINE_BASE, SCRATCH, SCRATCH_SIZE } from "../abi.js";

interface Range {
  readonly start: number;
  readonly end: number;
}

/** Cells of exits, and operands and results of imports. Between them lie those of the guard. */
export const EXIT_CELLS: Range = { start: CELL.GAS, end: CELL.RESULT_LENGTH + 4 };
export const OPERAND_CELLS: Range = { start: CELL.KEY, end: CELL.ADDRESS };
/** A store at its last byte reaches this far beyond. */
export const WIDEST_STORE = 16;
export const SCRATCH_AREA: Range = { start: SCRATCH, end: SCRATCH + SCRATCH_SIZE };
/** Fixed places of the machine's memory up to here need no note at run time: they are wiped always. */
const FIXED_MACHINE: Range = { start: MACHINE_BASE, end: MACHINE_BASE + 0x400 };

/** True for a store of `size` bytes at a fixed address that needs no check when it runs. */
export function isFixedWrite(at: number, size: number, immutables: number): boolean {
  const within = ({ start, end }: Range): boolean => at >= start && at + size <= end;
  return within(EXIT_CELLS) || within(OPERAND_CELLS) || within(SCRATCH_AREA) || within({ start: IMMUTABLES, end: IMMUTABLES + 32 * immutables }) || within(FIXED_MACHINE);
}
