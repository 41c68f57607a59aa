/**
 * What instructions do to the machine's state, beyond their table rows: regions overlap (the free pointer is a word of memory), and
 * addresses and slots can be told apart.
 */
import type { Module } from "../ir/module.js";
import type { Region } from "../ir/ops.js";

/** True where something that writes these regions may change what a read of those gives. */
export function clobbers(writer: { readonly writes: readonly Region[] }, reads: readonly Region[]): boolean {
  return reads.some(
    (region) =>
      writer.writes.includes(region) ||
      // Inline assembly may store to the word of the free pointer, and an allocation stores there too.
      (region === "free" && writer.writes.includes("memory")) ||
      (region === "memory" && writer.writes.includes("free")),
  );
}

/** Operand indices of each instruction's memory addresses. */
const MEMORY_ADDRESSES: ReadonlyMap<string, readonly number[]> = new Map<string, readonly number[]>([
  ...["mem.load", "mem.store", "mem.store.s", "mem.load.byte", "mem.store.byte", "mem.zero", "mem.keccak"].map((op) => [op, [0]] as const),
  ["mem.copy", [0, 1]],
  ["calldata.copy", [0]],
  ["returndata.copy", [0]],
  ["code.copy", [0]],
  ["extcode.copy", [1]],
  ["log", [0]],
  ["ext.call", [3, 5]],
  ["ext.callcode", [3, 5]],
  ["ext.delegatecall", [2, 4]],
  ["ext.staticcall", [2, 4]],
  ["ext.create", [1]],
  ["ext.create2", [1]],
  ["exit.return", [0]],
  ["exit.revert", [0]],
]);

/**
 * True where all memory accesses of a module are trusted, so that the program has no inline assembly that could break the layout:
 * allocations do not overlap, and only the first 0x80 bytes lie outside of them.
 */
export function hasOrderlyMemory(module: Module): boolean {
  for (const func of module.funcs.values())
    for (const block of func.blocks)
      for (const inst of block.insts) {
        const addresses = MEMORY_ADDRESSES.get(inst.op);
        if (addresses?.some((i) => func.typeOf(inst.args[i]!) !== 64)) return false;
      }
  return true;
}
