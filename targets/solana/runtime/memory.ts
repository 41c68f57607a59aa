/**
 * The runtime's own memory: a bump allocator that grows down from the heap's top, byte buffers for return data, and the
 * routine that ends a transaction with a reason.
 *
 * Invariant: everything between the running frame's memory and HEAP_LIMIT is zero (fresh heap is; the limit never rises).
 */
import { LirBuilder } from "../lir/builder.js";
import type { LirProgram } from "../lir/instruction.js";
import { FRAME, GLOBAL, GLOBALS_SIZE } from "../layout.js";
import { globals, loadGlobal, RT } from "./cells.js";
import { FAILURE, FAILURE_TAG } from "./format.js";

export const MEMORY = {
  /** (bytes) -> address of zeroed memory, 8-aligned; for the transaction. */
  alloc: "rt.alloc",
  /** (bytes) -> address, class + 1: a buffer of at least that many bytes; contents undefined. */
  take: "rt.buffer_take",
  /** (address, class + 1): gives a buffer back; class + 1 of 0 is none. */
  give: "rt.buffer_give",
  /** (code, payload address, payload length): logs the failure and aborts the transaction. */
  fail: "rt.fail",
} as const;

export function defineMemory(program: LirProgram): void {
  defineAlloc(program);
  defineTake(program);
  defineGive(program);
  defineFail(program);
}

/** Fails the transaction without a payload. */
export function fail(f: LirBuilder, code: number): void {
  f.call(MEMORY.fail, [BigInt(code), 0n, 0n]);
}

function defineAlloc(program: LirProgram): void {
  const f = new LirBuilder(program, MEMORY.alloc, 1);
  const g = globals(f);
  const base = f.load(8, g, GLOBAL.CURRENT_BASE);
  const size = f.and(f.add(f.param(0), 7n), -8n);
  const limit = f.load(8, g, GLOBAL.HEAP_LIMIT);
  const floor = f.copy(f.add(g, BigInt(GLOBALS_SIZE)));
  f.if("ne", base, 0n, () => f.set(floor, f.add(base, f.load(8, base, FRAME.TOUCHED))));
  f.if("gt.u", size, f.sub(limit, floor), () => fail(f, FAILURE.OUT_OF_MEMORY));
  const next = f.sub(limit, size);
  f.store(8, g, GLOBAL.HEAP_LIMIT, next);
  f.ret([next]);
  f.finish();
}

function defineTake(program: LirProgram): void {
  const f = new LirBuilder(program, MEMORY.take, 1);
  const index = f.copy(0n);
  const size = f.copy(64n);
  f.while(
    () => ["lt.u", size, f.param(0)],
    () => {
      f.aluTo(size, "shl", size, 1n);
      f.aluTo(index, "add", index, 1n);
    },
  );
  f.if("ge.u", index, BigInt(RT.BUFFER_CLASSES), () => fail(f, FAILURE.OUT_OF_MEMORY));
  const head = f.add(globals(f), f.shl(index, 3n));
  const buffer = f.load(8, head, RT.BUFFERS);
  const type = f.add(index, 1n);
  f.if("ne", buffer, 0n, () => {
    f.store(8, head, RT.BUFFERS, f.load(8, buffer, 0));
    f.ret([buffer, type]);
  });
  f.ret([f.call1(MEMORY.alloc, [size]), type]);
  f.finish();
}

function defineGive(program: LirProgram): void {
  const f = new LirBuilder(program, MEMORY.give, 2);
  const [buffer, type] = [f.param(0), f.param(1)];
  f.if("eq", type, 0n, () => f.ret([]));
  const head = f.add(globals(f), f.shl(f.sub(type, 1n), 3n));
  f.store(8, buffer, 0, f.load(8, head, RT.BUFFERS));
  f.store(8, head, RT.BUFFERS, buffer);
  f.ret([]);
  f.finish();
}

function defineFail(program: LirProgram): void {
  const f = new LirBuilder(program, MEMORY.fail, 3);
  const tag = { slot: f.slot(8) };
  const fields = { slot: f.slot(32) };
  f.store(1, tag, 0, BigInt(FAILURE_TAG));
  f.store(1, tag, 1, f.param(0));
  f.store(8, fields, 0, f.slotAddr(tag.slot));
  f.store(8, fields, 8, 2n);
  // An empty payload still needs a valid address.
  f.store(8, fields, 16, f.slotAddr(tag.slot));
  f.store(8, fields, 24, f.param(2));
  f.if("ne", f.param(2), 0n, () => f.store(8, fields, 16, f.param(1)));
  f.syscall("sol_log_data", [f.slotAddr(fields.slot), 2n]);
  f.syscall("abort", []);
  f.ret([]);
  f.finish();
}

/** The running frame's BASE. */
export const currentBase = (f: LirBuilder): ReturnType<LirBuilder["reg"]> => loadGlobal(f, GLOBAL.CURRENT_BASE);
