/**
 * How generated functions pass limbs: the first six in registers (BASE is the first argument, a trapping function's
 * status the first result), the others through the ARGUMENTS cells of the globals. Those are written directly before the call
 * (or return) and read directly behind it, so that no other call can come between.
 */
import { InternalError } from "../../../compiler/diagnostics/diagnostic.js";
import type { LirBuilder } from "../lir/builder.js";
import { MAX_ARGS, MAX_RESULTS, type Operand, type VReg } from "../lir/instruction.js";
import { GLOBAL, HEAP } from "../layout.js";

const CELLS = GLOBAL.ARGUMENTS_SIZE / 8;

function argumentCells(f: LirBuilder, count: number): VReg {
  if (count > CELLS) throw new InternalError(`'${f.name}' passes ${count} cells; the target has room for ${CELLS}`);
  return f.copy(HEAP + BigInt(GLOBAL.ARGUMENTS));
}

/** Writes the values beyond the first `inRegisters` to the cells; gives the others. */
export function passCells(f: LirBuilder, values: readonly Operand[], inRegisters: number): readonly Operand[] {
  const rest = values.slice(inRegisters);
  if (rest.length > 0) {
    const cells = argumentCells(f, rest.length);
    rest.forEach((value, i) => f.store(8, cells, 8 * i, value));
  }
  return values.slice(0, inRegisters);
}

/** Reads `count` values from the cells. */
export function takeCells(f: LirBuilder, count: number): VReg[] {
  if (count <= 0) return [];
  const cells = argumentCells(f, count);
  return Array.from({ length: count }, (_, i) => f.load(8, cells, 8 * i));
}

/** Registers available to arguments behind BASE. */
export const ARGUMENT_REGISTERS = MAX_ARGS - 1;
/** Registers available to results; a status takes one of them. */
export const resultRegisters = (traps: boolean): number => MAX_RESULTS - (traps ? 1 : 0);
