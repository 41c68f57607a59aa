/** Terminators that end the activation, and `ret`. */
import type { Inst } from "../../../compiler/ir/module.js";
import { CELL, STATUS } from "../../../runtime/host/abi.js";
import type { Emitter } from "../emitter.js";
import { hostImport } from "../kernels.js";
import type { OpHandler, OpTable } from "./handler.js";
import { pushRange, range } from "./places.js";
import { storeValue } from "./words.js";

function exitWith(status: number): OpHandler {
  return (e, inst) => {
    pushRange(e, range(e, inst.args[0]!, inst.args[1]!));
    e.leave(status);
  };
}

function exitEmpty(status: number): OpHandler {
  return (e) => leaveEmpty(e, status);
}

/** Ends the activation without data. */
export function leaveEmpty(e: Emitter, status: number): void {
  e.code.i32(0).i32(0);
  e.leave(status);
}

function selfdestruct(e: Emitter, inst: Inst): void {
  storeValue(e, CELL.KEY, inst.args[0]!);
  e.code.call(hostImport("selfdestruct"));
  leaveEmpty(e, STATUS.RETURN);
}

export const EXIT_OPS: OpTable = {
  "exit.return": exitWith(STATUS.RETURN),
  "exit.revert": exitWith(STATUS.REVERT),
  "exit.stop": exitEmpty(STATUS.RETURN),
  "exit.deploy": exitEmpty(STATUS.DEPLOY),
  "exit.invalid": exitEmpty(STATUS.INVALID),
  "exit.selfdestruct": selfdestruct,
  panic: (e, inst) => e.panic(inst.imm.code!),
  unreachable: (e) => void e.code.op("unreachable"),
};
