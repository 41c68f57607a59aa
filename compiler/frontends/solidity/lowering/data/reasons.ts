/**
 * Reverts of checks that the compiler adds. They carry no data, but with `revertStrings: "debug"` an Error(string) that names the
 * check in solc's words.
 */
import type { Builder } from "../../../../ir/builder.js";
import type { ValueId } from "../../../../ir/module.js";
import { I256, PTR } from "../../../../ir/ops.js";
import type { ModuleContext } from "../context.js";
import { emitIf } from "./control.js";
import { storeLiteral } from "./memory.js";
import { offsetPtr } from "./words.js";

const ERROR_SELECTOR = 0x08c379a0n;

/** Reverts for a reason that only debug builds tell. */
export function refuse(m: ModuleContext, b: Builder, reason: string): void {
  if (m.options.revertStrings !== "debug") {
    b.exit("exit.revert", [b.const(PTR, 0), b.const(PTR, 0)]);
    return;
  }
  const text = new TextEncoder().encode(reason);
  const start = b.emit("mem.free", []);
  b.emit("mem.store", [start, b.const(I256, ERROR_SELECTOR << 224n)]);
  b.emit("mem.store", [offsetPtr(b, start, 4), b.const(PTR, 32)]);
  b.emit("mem.store", [offsetPtr(b, start, 36), b.const(PTR, text.length)]);
  storeLiteral(m, b, offsetPtr(b, start, 68), text);
  b.exit("exit.revert", [start, b.const(PTR, 68 + 32 * Math.ceil(text.length / 32))]);
}

/** Reverts for a reason where the condition holds. */
export function refuseIf(m: ModuleContext, b: Builder, condition: ValueId, reason: string): void {
  emitIf(b, condition, () => refuse(m, b, reason));
}
