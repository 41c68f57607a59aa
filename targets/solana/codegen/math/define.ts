/** Adds all arithmetic routines to a program; the linker drops those that nothing calls. */
import type { LirProgram } from "../../lir/instruction.js";
import { defineDivide } from "./divide.js";
import { defineModular } from "./modular.js";
import { defineMultiply } from "./multiply.js";
import { defineShift } from "./shift.js";

export function defineMath(program: LirProgram): void {
  defineMultiply(program);
  defineDivide(program);
  defineModular(program);
  defineShift(program);
}
