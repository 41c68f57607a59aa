/**
 * Logs. A log of the outermost frame is emitted at once (were it to revert, the whole transaction fails); logs of inner
 * frames wait in the heap until all inner frames have ended well, and are then emitted in order. A reverted frame drops its own.
 *
 * Emitted form: sol_log_data of one field, since every field costs 100 units: LOG_HEAD of format.ts, topics of 32 bytes, data.
 * Buffered form: 0 previous log, 8 next log (set while emitting), 16 bytes of the field, 24 the field.
 */
import { LirBuilder } from "../lir/builder.js";
import type { LirProgram, Operand, VReg } from "../lir/instruction.js";
import { FLAG_STATIC, FRAME, STATUS } from "../layout.js";
import { LOG_BLOCK, RUNTIME } from "./abi.js";
import { globals, loadQuad, RT, storeAddress20 } from "./cells.js";
import { LOG_HEAD } from "./format.js";
import { MEMORY } from "./memory.js";

const PREVIOUS = 0;
const NEXT = 8;
const SIZE = 16;
const FIELD = 24;
export const LOGS = {
  /** (): emits all buffered logs; the outermost frame runs. */
  flush: "rt.logs_flush",
} as const;

export function defineLogs(program: LirProgram): void {
  defineLog(program);
  defineFlush(program);
}

/** sol_log_data of one field. */
function emit(f: LirBuilder, field: Operand, size: Operand): void {
  const fields = { slot: f.slot(16) };
  f.store(8, fields, 0, field);
  f.store(8, fields, 8, size);
  f.syscall("sol_log_data", [f.slotAddr(fields.slot), 1n]);
}

/** Copies a log's data; most are a single word. */
function copyData(f: LirBuilder, to: VReg, data: VReg, length: VReg): void {
  const other = f.label();
  const done = f.label();
  f.branch("ne", length, 32n, other);
  for (let o = 0; o < 32; o += 8) f.store(8, to, o, f.load(8, data, o));
  f.jump(done);
  f.place(other);
  f.branch("eq", length, 0n, done);
  f.syscall("sol_memcpy_", [to, data, length]);
  f.place(done);
}

/** The caller's block has room for the head before the topics, and for short data behind them. */
function defineLog(program: LirProgram): void {
  const f = new LirBuilder(program, RUNTIME.log.name, 5);
  const [base, data, length, block, count] = f.params as [VReg, VReg, VReg, VReg, VReg];
  const halt = f.label();
  const buffered = f.label();
  f.branch("test", f.load(8, base, FRAME.FLAGS), FLAG_STATIC, halt);
  const [a0, a1, a2] = loadQuad(f, base, FRAME.ADDRESS);
  storeAddress20(f, block, 0, [a0, a1, a2]);
  f.store(1, block, LOG_HEAD.TOPICS, count);
  const head = f.add(f.shl(count, 5n), BigInt(LOG_HEAD.SIZE));
  const size = f.add(head, length);
  f.branch("ne", f.load(8, globals(f), RT.DEPTH), 0n, buffered);
  f.branch("gt.u", length, BigInt(LOG_BLOCK.DATA_SIZE), buffered);
  copyData(f, f.add(block, head), data, length);
  emit(f, block, size);
  f.ret([STATUS.CONTINUE]);
  f.place(buffered);
  const entry = f.call1(MEMORY.alloc, [f.add(size, BigInt(FIELD))]);
  const field = f.add(entry, BigInt(FIELD));
  f.syscall("sol_memcpy_", [field, block, head]);
  copyData(f, f.add(field, head), data, length);
  f.store(8, entry, SIZE, size);
  f.if("eq", f.load(8, globals(f), RT.DEPTH), 0n, () => {
    emit(f, field, size);
    f.ret([STATUS.CONTINUE]);
  });
  f.store(8, entry, PREVIOUS, f.load(8, globals(f), RT.LOGS));
  f.store(8, globals(f), RT.LOGS, entry);
  f.ret([STATUS.CONTINUE]);
  f.place(halt);
  f.ret([STATUS.HALT]);
  f.finish();
}

function defineFlush(program: LirProgram): void {
  const f = new LirBuilder(program, LOGS.flush, 0);
  const entry = f.copy(f.load(8, globals(f), RT.LOGS));
  const following = f.copy(0n);
  // The list is newest first: link it forwards on the way to the oldest.
  f.while(
    () => ["ne", entry, 0n],
    () => {
      f.store(8, entry, NEXT, following);
      f.set(following, entry);
      f.set(entry, f.load(8, entry, PREVIOUS));
    },
  );
  f.while(
    () => ["ne", following, 0n],
    () => {
      emit(f, f.add(following, BigInt(FIELD)), f.load(8, following, SIZE));
      f.set(following, f.load(8, following, NEXT));
    },
  );
  f.store(8, globals(f), RT.LOGS, 0n);
  f.ret([]);
  f.finish();
}
