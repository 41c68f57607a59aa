/** Code for one instruction that is no terminator. */
import type { Inst } from "../../../compiler/ir/module.js";
import type { Emitter } from "../emitter.js";

export type OpHandler = (e: Emitter, inst: Inst) => void;
export type OpTable = Readonly<Record<string, OpHandler>>;
