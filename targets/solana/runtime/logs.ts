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
import { RUNTIME } from "./abi.js";
import { globals, loadQuad, RT, storeAddress20, storeWord } from "./cells.js";
import { LOG_HEAD } from "./format.js";
import { MEMORY } from "./memory.js";

const PREVIOUS = 0;
const NEXT = 8;
const SIZE = 16;
const FIELD = 24;
const MAX_TOPICS = 4;
/** Logs of up to this many bytes of data are put together in the frame. */
const SHORT_DATA = 512;

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

/** Writes a log as it is emitted. */
function write(f: LirBuilder, to: VReg): void {
  const [base, data, length, topics, count] = f.params as [VReg, VReg, VReg, VReg, VReg];
  const [a0, a1, a2] = loadQuad(f, base, FRAME.ADDRESS);
  storeAddress20(f, to, 0, [a0, a1, a2]);
  f.store(1, to, LOG_HEAD.TOPICS, count);
  const from = f.copy(topics);
  const at = f.copy(to);
  const end = f.add(from, f.shl(count, 5n));
  f.while(
    () => ["ne", from, end],
    () => {
      storeWord(f, at, LOG_HEAD.SIZE, loadQuad(f, from));
      f.aluTo(from, "add", from, 32n);
      f.aluTo(at, "add", at, 32n);
    },
  );
  const copy = f.label();
  const done = f.label();
  // Most data are a single word.
  f.branch("ne", length, 32n, copy);
  for (let o = 0; o < 32; o += 8) f.store(8, at, LOG_HEAD.SIZE + o, f.load(8, data, o));
  f.jump(done);
  f.place(copy);
  f.branch("eq", length, 0n, done);
  f.syscall("sol_memcpy_", [f.add(at, BigInt(LOG_HEAD.SIZE)), data, length]);
  f.place(done);
}

function defineLog(program: LirProgram): void {
  const f = new LirBuilder(program, RUNTIME.log.name, 5);
  const [base, , length, , count] = f.params as [VReg, VReg, VReg, VReg, VReg];
  f.if("test", f.load(8, base, FRAME.FLAGS), FLAG_STATIC, () => f.ret([STATUS.HALT]));
  const size = f.add(f.add(length, f.shl(count, 5n)), BigInt(LOG_HEAD.SIZE));
  const buffered = f.label();
  f.branch("ne", f.load(8, globals(f), RT.DEPTH), 0n, buffered);
  f.branch("gt.u", length, BigInt(SHORT_DATA), buffered);
  const field = { slot: f.slot(LOG_HEAD.SIZE + 32 * MAX_TOPICS + SHORT_DATA) };
  write(f, f.slotAddr(field.slot));
  emit(f, f.slotAddr(field.slot), size);
  f.ret([STATUS.CONTINUE]);
  f.place(buffered);
  const entry = f.call1(MEMORY.alloc, [f.add(size, BigInt(FIELD))]);
  write(f, f.add(entry, BigInt(FIELD)));
  f.store(8, entry, SIZE, size);
  f.if("eq", f.load(8, globals(f), RT.DEPTH), 0n, () => {
    emit(f, f.add(entry, BigInt(FIELD)), size);
    f.ret([STATUS.CONTINUE]);
  });
  f.store(8, entry, PREVIOUS, f.load(8, globals(f), RT.LOGS));
  f.store(8, globals(f), RT.LOGS, entry);
  f.ret([STATUS.CONTINUE]);
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
