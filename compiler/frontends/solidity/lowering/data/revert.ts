/**
 * The ways to revert: without data, with Error(string), with a custom error, or with the data of a failed call. Small payloads
 * are built at address 0, since nothing of memory is needed any more.
 */
import type { Builder } from "../../../../ir/builder.js";
import type { ValueId } from "../../../../ir/module.js";
import { I256, PTR } from "../../../../ir/ops.js";
import type { ModuleContext } from "../context.js";
import { isValueType, type Value } from "../values.js";
import { abiEncode } from "./abi-encode.js";
import { offsetPtr } from "./words.js";

/** Selector of Error(string). */
export const ERROR_SELECTOR = 0x08c379a0;
/** Selector of Panic(uint256). */
export const PANIC_SELECTOR = 0x4e487b71;
/** Payloads up to this size may overwrite scratch space, free pointer and zero slot. */
const LOW_MEMORY = 0x80;

export function revertEmpty(b: Builder): void {
  b.exit("exit.revert", [b.const(PTR, 0), b.const(PTR, 0)]);
}

/** A selector at the high end of a word. */
export function selectorWord(b: Builder, selector: number): ValueId {
  return b.const(I256, BigInt(selector) << 224n);
}

/** Reverts with a selector and ABI-encoded arguments: a custom error, or Error(string). */
export function revertWithSelector(m: ModuleContext, b: Builder, selector: number, values: readonly Value[]): void {
  const small = values.every((v) => isValueType(v.type)) && 4 + 32 * values.length <= LOW_MEMORY;
  const literal = values.length === 1 && values[0]!.type.kind === "stringLiteral" && values[0]!.type.value.length <= 32;
  const start = small || literal ? b.const(PTR, 0) : b.emit("mem.free", []);
  b.emit("mem.store", [start, selectorWord(b, selector)]);
  const end = abiEncode(m, b, values, offsetPtr(b, start, 4));
  b.exit("exit.revert", [start, b.emit("sub.nuw", [end, start])]);
}

/** `revert("text")`: Error(string); without data where reason strings are stripped. */
export function revertWithString(m: ModuleContext, b: Builder, text: Uint8Array): void {
  if (m.options.revertStrings === "strip") {
    revertEmpty(b);
    return;
  }
  revertWithSelector(m, b, ERROR_SELECTOR, [{ type: { kind: "stringLiteral", value: text, isValidUtf8: true }, ids: [] }]);
}

/** Reverts with the return data of the last call. */
export function revertForward(b: Builder): void {
  const start = b.emit("mem.free", []);
  const length = b.emit("returndata.size", []);
  b.emit("mem.ensure", [start, length]);
  b.emit("returndata.copy", [start, b.const(PTR, 0), length]);
  b.exit("exit.revert", [start, length]);
}
