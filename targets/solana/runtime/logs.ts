/**
 * Logs. A log of the outermost frame is emitted at once (were it to revert, the whole transaction fails); logs of inner
 * frames wait in the heap until all inner frames have ended well, and are then emitted in order. A reverted frame drops its own.
 *
 * Emitted form: sol_log_data with the fields [address (20 bytes), topics (32 bytes each, joined), data].
 * Buffered form: 0 previous log, 8 next log (set while emitting), 16 data length, 24 topic bytes, 32 address and topics, data.
 */
import { LirBuilder } from "../lir/builder.js";
import type { LirProgram, Operand, VReg } from "../lir/instruction.js";
import { FLAG_STATIC, FRAME, STATUS } from "../layout.js";
import { RUNTIME } from "./abi.js";
import { globals, loadQuad, RT, storeAddress20, storeWord } from "./cells.js";
import { MEMORY } from "./memory.js";

const PREVIOUS = 0;
const NEXT = 8;
const DATA_LENGTH = 16;
const TOPIC_BYTES = 24;
const ADDRESS = 32;
const TOPICS = 56;
const MAX_TOPICS = 4;

export const LOGS = {
  /** (): emits all buffered logs; the outermost frame runs. */
  flush: "rt.logs_flush",
} as const;

export function defineLogs(program: LirProgram): void {
  defineLog(program);
  defineFlush(program);
}

/** sol_log_data of address and topics at `head` and a range of data. */
function emit(f: LirBuilder, address: Operand, topics: Operand, topicBytes: Operand, data: Operand, length: Operand): void {
  const fields = { slot: f.slot(48) };
  f.store(8, fields, 0, address);
  f.store(8, fields, 8, 20n);
  f.store(8, fields, 16, topics);
  f.store(8, fields, 24, topicBytes);
  // An empty range may have any address; the syscall wants a valid one.
  f.store(8, fields, 32, address);
  f.if("ne", length, 0n, () => f.store(8, fields, 32, data));
  f.store(8, fields, 40, length);
  f.syscall("sol_log_data", [f.slotAddr(fields.slot), 3n]);
}

/** Writes the frame's address and the topics as they are emitted. */
function writeHead(f: LirBuilder, base: VReg, to: VReg, topics: VReg, count: VReg): void {
  const [a0, a1, a2] = loadQuad(f, base, FRAME.ADDRESS);
  storeAddress20(f, to, ADDRESS, [a0, a1, a2]);
  const from = f.copy(topics);
  const at = f.copy(to);
  const left = f.copy(count);
  f.while(
    () => ["ne", left, 0n],
    () => {
      storeWord(f, at, TOPICS, loadQuad(f, from));
      f.aluTo(from, "add", from, 32n);
      f.aluTo(at, "add", at, 32n);
      f.aluTo(left, "sub", left, 1n);
    },
  );
}

function defineLog(program: LirProgram): void {
  const f = new LirBuilder(program, RUNTIME.log.name, 5);
  const [base, data, length, topics, count] = f.params as [VReg, VReg, VReg, VReg, VReg];
  f.if("test", f.load(8, base, FRAME.FLAGS), FLAG_STATIC, () => f.ret([STATUS.HALT]));
  const topicBytes = f.shl(count, 5n);
  f.if("eq", f.load(8, globals(f), RT.DEPTH), 0n, () => {
    const head = { slot: f.slot(TOPICS + 32 * MAX_TOPICS) };
    const at = f.slotAddr(head.slot);
    writeHead(f, base, at, topics, count);
    emit(f, f.add(at, BigInt(ADDRESS)), f.add(at, BigInt(TOPICS)), topicBytes, data, length);
    f.ret([STATUS.CONTINUE]);
  });
  const entry = f.call1(MEMORY.alloc, [f.add(f.add(length, topicBytes), BigInt(TOPICS))]);
  const g = globals(f);
  f.store(8, entry, PREVIOUS, f.load(8, g, RT.LOGS));
  f.store(8, entry, DATA_LENGTH, length);
  f.store(8, entry, TOPIC_BYTES, topicBytes);
  writeHead(f, base, entry, topics, count);
  f.if("ne", length, 0n, () => f.syscall("sol_memcpy_", [f.add(f.add(entry, BigInt(TOPICS)), topicBytes), data, length]));
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
      const topics = f.add(following, BigInt(TOPICS));
      const topicBytes = f.load(8, following, TOPIC_BYTES);
      emit(f, f.add(following, BigInt(ADDRESS)), topics, topicBytes, f.add(topics, topicBytes), f.load(8, following, DATA_LENGTH));
      f.set(following, f.load(8, following, NEXT));
    },
  );
  f.store(8, globals(f), RT.LOGS, 0n);
  f.ret([]);
  f.finish();
}
