/**
 * Contract frames: a frame's memory lies above its caller's; its header (FRAME of ../layout.ts) directly below its own.
 *
 *   base = rt.frame_begin(parent)     marks journal and logs, goes a level down
 *   ... the caller fills the header, image.run runs the code, the output is copied ...
 *   rt.frame_end(base, status)        undoes a failed frame's changes, clears its memory, goes a level up
 */
import { LirBuilder } from "../lir/builder.js";
import type { LirProgram, VReg } from "../lir/instruction.js";
import { FRAME, FRAME_HEADER_SIZE, GLOBAL, GLOBALS_SIZE, HEAP, STATUS } from "../layout.js";
import { globals, OWN, RT } from "./cells.js";
import { FAILURE } from "./format.js";
import { JOURNAL } from "./journal.js";
import { LOGS } from "./logs.js";
import { fail, MEMORY } from "./memory.js";

export const FRAMES = {
  /** (parent base or 0) -> base of a frame with a zero header but PARENT. */
  begin: "rt.frame_begin",
  /** (base, status) */
  end: "rt.frame_end",
  /** (base, address, length): what the frame's last external call returned. */
  returned: "rt.frame_returned",
} as const;

export function defineFrames(program: LirProgram): void {
  defineBegin(program);
  defineEnd(program);
  defineReturned(program);
}

function defineBegin(program: LirProgram): void {
  const f = new LirBuilder(program, FRAMES.begin, 1);
  const parent = f.param(0);
  const g = globals(f);
  const start = f.copy(HEAP + BigInt(GLOBALS_SIZE));
  f.if("ne", parent, 0n, () => {
    f.set(start, f.add(parent, f.load(8, parent, FRAME.TOUCHED)));
    f.store(8, g, RT.DEPTH, f.add(f.load(8, g, RT.DEPTH), 1n));
  });
  const base = f.add(start, BigInt(FRAME_HEADER_SIZE));
  f.if("gt.u", base, f.load(8, g, GLOBAL.HEAP_LIMIT), () => fail(f, FAILURE.OUT_OF_MEMORY));
  f.store(8, base, FRAME.PARENT, parent);
  f.store(8, base, OWN.JOURNAL_MARK, f.load(8, g, RT.JOURNAL));
  f.store(8, base, OWN.LOG_MARK, f.load(8, g, RT.LOGS));
  f.store(8, g, GLOBAL.CURRENT_BASE, base);
  f.ret([base]);
  f.finish();
}

function defineEnd(program: LirProgram): void {
  const f = new LirBuilder(program, FRAMES.end, 2);
  const base = f.param(0);
  const ended = f.label();
  f.branch("eq", f.param(1), STATUS.RETURN, ended);
  f.call(JOURNAL.undo, [f.load(8, base, OWN.JOURNAL_MARK)]);
  f.store(8, globals(f), RT.LOGS, f.load(8, base, OWN.LOG_MARK));
  f.place(ended);
  f.call(MEMORY.give, [f.load(8, base, OWN.BUFFER), f.load(8, base, OWN.BUFFER_CLASS)]);
  const parent = f.load(8, base, FRAME.PARENT);
  const size = f.add(f.load(8, base, FRAME.TOUCHED), BigInt(FRAME_HEADER_SIZE));
  f.syscall("sol_memset_", [f.sub(base, BigInt(FRAME_HEADER_SIZE)), 0n, size]);
  const g = globals(f);
  f.store(8, g, GLOBAL.CURRENT_BASE, parent);
  const depth = f.load(8, g, RT.DEPTH);
  f.if("eq", parent, 0n, () => f.ret([]));
  f.store(8, g, RT.DEPTH, f.sub(depth, 1n));
  f.if("eq", depth, 1n, () => {
    f.call(JOURNAL.commit, []);
    f.call(LOGS.flush, []);
  });
  f.ret([]);
  f.finish();
}

/** Copies the data to a buffer of the frame: the ended frame's memory is cleared, and the caller's may grow over it. */
function defineReturned(program: LirProgram): void {
  const f = new LirBuilder(program, FRAMES.returned, 3);
  const [base, from, length] = f.params as [VReg, VReg, VReg];
  f.store(8, base, FRAME.RETURNDATA_SIZE, length);
  f.if("eq", length, 0n, () => f.ret([]));
  const buffer = f.copy(f.load(8, base, OWN.BUFFER));
  const type = f.load(8, base, OWN.BUFFER_CLASS);
  const fits = f.label();
  const change = f.label();
  f.branch("eq", type, 0n, change);
  f.branch("le.u", length, f.shl(32n, type), fits);
  f.place(change);
  f.call(MEMORY.give, [buffer, type]);
  const [next, nextType] = f.call(MEMORY.take, [length], 2) as [VReg, VReg];
  f.set(buffer, next);
  f.store(8, base, OWN.BUFFER, next);
  f.store(8, base, OWN.BUFFER_CLASS, nextType);
  f.place(fits);
  f.store(8, base, FRAME.RETURNDATA, buffer);
  f.syscall("sol_memcpy_", [buffer, from, length]);
  f.ret([]);
  f.finish();
}
