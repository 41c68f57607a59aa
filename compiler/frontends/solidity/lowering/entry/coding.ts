/** Decoding an external function's arguments from call data and returning its results. */
import type { Builder } from "../../../../ir/builder.js";
import type { ValueId } from "../../../../ir/module.js";
import { PTR } from "../../../../ir/ops.js";
import type { SolType } from "../../semantics/types.js";
import type { ModuleContext } from "../context.js";
import { abiDecode } from "../data/abi-decode.js";
import { abiEncode } from "../data/abi-encode.js";
import { checkMember } from "../data/convert.js";
import { refuseIf } from "../data/reasons.js";
import { isSlotReference } from "../data/shapes.js";
import type { Value } from "../values.js";

/** Solidity's set-up of memory: the heap starts at 0x80. The first instruction of every entry. */
export function initializeMemory(b: Builder): void {
  b.emit("mem.store", [b.const(PTR, 0x40), b.const(PTR, 0x80)]);
}

/** Reverts where ether is sent. */
export function refuseValue(m: ModuleContext, b: Builder): void {
  refuseIf(m, b, b.emit("ne", [b.emit("env.value", []), b.const(256, 0)]), "Ether sent to non-payable function");
}

/** Decodes arguments that begin at byte `start` of the call data. */
export function decodeArguments(m: ModuleContext, b: Builder, types: readonly SolType[], start: number): Value[] {
  if (types.length === 0) return [];
  const size = b.emit("calldata.size", []);
  return abiDecode(m, b, types, "calldata", b.const(PTR, start), size);
}

/** Returns values as the call's result. */
export function returnValues(m: ModuleContext, b: Builder, values: readonly Value[]): void {
  if (values.length === 0) {
    b.exit("exit.stop");
    return;
  }
  for (const value of values) checkMember(m, b, value);
  const start = b.emit("mem.free", []);
  const end = abiEncode(m, b, values, start, m.module.kind === "library" ? { slots: values.map((v) => isSlotReference(v.type)) } : {});
  b.exit("exit.return", [start, b.emit("sub.nuw", [end, start])]);
}

/** Values of several types from one list of IR values. */
export function splitValues(types: readonly SolType[], counts: readonly number[], ids: readonly ValueId[]): Value[] {
  let next = 0;
  return types.map((type, i) => ({ type, ids: ids.slice(next, (next += counts[i]!)) }));
}
