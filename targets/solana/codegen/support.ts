/**
 * Routines that generated code calls for the abstract machine's memory: checks, allocation, partial words, panics.
 * `base` is the running frame; a status result is STATUS of ../layout.ts.
 *
 * Invariant: every byte of the heap from a frame's BASE + TOUCHED up to HEAP_LIMIT is zero, so that memory reads as
 * zeros when it is touched first. It holds when the program starts, and the runtime clears a frame's memory when the
 * frame ends.
 */
import { LirBuilder } from "../lir/builder.js";
import type { Label, LirProgram, Operand, VReg } from "../lir/instruction.js";
import { FLAG_CREATION, CREATION_TAG, FRAME, GLOBAL, HEAP, REFERENCE_SIZE, RUNTIME_TAG, STATUS } from "../layout.js";

export const SUPPORT = {
  /** (base, address, length) -> status: makes [address, address + length) usable; a length of 0 needs nothing. */
  touch: "mem.touch",
  /** (base, size) -> status, address */
  alloc: "mem.alloc",
  /** (base) -> status, address: the free pointer, with the 1,024 bytes behind it usable. */
  free: "mem.free",
  /** (base, code) -> status REVERT, with Panic(code) as output. */
  panic: "panic",
  /** (sourceAbs, sourceLength, offset, toAbs, length): copies; zeros where the source ends. */
  copyPadded: "mem.copy_padded",
  /** (base, offset, toAbs, length): copies the running code, which its reference stands for; zeros beyond the end. */
  codeCopy: "code.copy",
  /** (a, b) -> signed quotient / remainder of 64-bit values; b is not 0. */
  divS64: "math.div_s64",
  remS64: "math.rem_s64",
} as const;

/** Solidity's `Panic(uint256)`: the first four bytes of its keccak. */
const PANIC_SELECTOR = 0x4e487b71n;

/** Adds all of them to a program. */
export function defineSupport(program: LirProgram): void {
  defineTouch(program);
  defineAlloc(program);
  defineFree(program);
  definePanic(program);
  defineCopyPadded(program);
  defineCodeCopy(program);
  defineSigned64(program, SUPPORT.divS64, "div");
  defineSigned64(program, SUPPORT.remS64, "mod");
}

/** Jumps to `halt` unless [base, base + end) lies below the heap limit, and moves TOUCHED up to `end`. */
function ensure(f: LirBuilder, base: VReg, end: VReg, halt: Label): void {
  const done = f.label();
  f.branch("le.u", end, f.load(8, base, FRAME.TOUCHED), done);
  const rounded = f.and(f.add(end, 31n), -32n);
  const limit = f.sub(f.load(8, f.copy(HEAP), GLOBAL.HEAP_LIMIT), base);
  f.branch("lt.u", rounded, end, halt);
  f.branch("gt.u", rounded, limit, halt);
  f.store(8, base, FRAME.TOUCHED, rounded);
  f.place(done);
}

function defineTouch(program: LirProgram): void {
  const f = new LirBuilder(program, SUPPORT.touch, 3);
  const [base, address, length] = [f.param(0), f.param(1), f.param(2)];
  const halt = f.label();
  f.if("eq", length, 0n, () => f.ret([STATUS.CONTINUE]));
  const end = f.add(address, length);
  f.branch("lt.u", end, address, halt);
  ensure(f, base, end, halt);
  f.ret([STATUS.CONTINUE]);
  f.place(halt);
  f.ret([STATUS.HALT]);
  f.finish();
}

/** The free pointer; jumps where its word is 2^64 or more. */
function loadFreePointer(f: LirBuilder, base: VReg, tooLarge: Label): VReg {
  const high = [0x40, 0x48, 0x50].map((o) => f.load(8, base, o)).reduce((x, y) => f.or(x, y));
  f.branch("ne", high, 0n, tooLarge);
  return f.swap(64, f.load(8, base, 0x58));
}

function defineAlloc(program: LirProgram): void {
  const f = new LirBuilder(program, SUPPORT.alloc, 2);
  const [base, size] = [f.param(0), f.param(1)];
  const halt = f.label();
  const panic = f.label();
  const pointer = loadFreePointer(f, base, panic);
  const rounded = f.and(f.add(size, 31n), -32n);
  f.branch("lt.u", rounded, size, panic);
  const next = f.add(pointer, rounded);
  f.branch("lt.u", next, pointer, panic);
  ensure(f, base, next, halt);
  f.store(8, base, 0x58, f.swap(64, next));
  f.ret([STATUS.CONTINUE, pointer]);
  f.place(halt);
  f.ret([STATUS.HALT, 0n]);
  f.place(panic);
  f.ret([f.call1(SUPPORT.panic, [base, 0x41n]), 0n]);
  f.finish();
}

function defineFree(program: LirProgram): void {
  const f = new LirBuilder(program, SUPPORT.free, 1);
  const base = f.param(0);
  const halt = f.label();
  const pointer = loadFreePointer(f, base, halt);
  const end = f.add(pointer, 1024n);
  f.branch("lt.u", end, pointer, halt);
  ensure(f, base, end, halt);
  f.ret([STATUS.CONTINUE, pointer]);
  f.place(halt);
  f.ret([STATUS.HALT, 0n]);
  f.finish();
}

function definePanic(program: LirProgram): void {
  const f = new LirBuilder(program, SUPPORT.panic, 2);
  const [base, code] = [f.param(0), f.param(1)];
  const scratch = f.copy(HEAP + BigInt(GLOBAL.SCRATCH));
  f.store(4, scratch, 0, swap32(PANIC_SELECTOR));
  for (const o of [4, 12, 20]) f.store(8, scratch, o, 0n);
  f.store(8, scratch, 28, f.swap(64, code));
  f.store(8, base, FRAME.OUTPUT, scratch);
  f.store(8, base, FRAME.OUTPUT_SIZE, 36n);
  f.ret([STATUS.REVERT]);
  f.finish();
}

const swap32 = (x: bigint): bigint => ((x & 0xffn) << 24n) | ((x & 0xff00n) << 8n) | ((x >> 8n) & 0xff00n) | (x >> 24n);

function defineCopyPadded(program: LirProgram): void {
  const f = new LirBuilder(program, SUPPORT.copyPadded, 5);
  const [source, size, offset, to, length] = [f.param(0), f.param(1), f.param(2), f.param(3), f.param(4)];
  const available = f.copy(0n);
  f.if("lt.u", offset, size, () => f.set(available, f.sub(size, offset)));
  f.if("gt.u", available, length, () => f.set(available, length));
  f.if("ne", available, 0n, () => f.syscall("sol_memmove_", [to, f.add(source, offset), available]));
  const rest = f.sub(length, available);
  f.if("ne", rest, 0n, () => f.syscall("sol_memset_", [f.add(to, available), 0n, rest]));
  f.ret();
  f.finish();
}

function defineCodeCopy(program: LirProgram): void {
  const f = new LirBuilder(program, SUPPORT.codeCopy, 4);
  const [base, offset, to, length] = [f.param(0), f.param(1), f.param(2), f.param(3)];
  const tag = f.reg();
  const write = (text: string) => (): void => f.set(tag, f.rodata(new TextEncoder().encode(text)));
  const creation = f.and(f.load(8, base, FRAME.FLAGS), FLAG_CREATION);
  f.if("ne", creation, 0n, write(CREATION_TAG), write(RUNTIME_TAG));
  const reference = f.slot(REFERENCE_SIZE);
  for (const o of [0, 8, 16]) f.store(8, { slot: reference }, o, f.load(8, tag, o));
  f.store(8, { slot: reference }, REFERENCE_SIZE - 8, f.swap(64, f.load(8, base, FRAME.CODE_ID)));
  f.call(SUPPORT.copyPadded, [f.slotAddr(reference), BigInt(REFERENCE_SIZE), offset, to, length]);
  // In creation code the constructor arguments follow: byte REFERENCE_SIZE of the code is argument byte 0.
  f.if("eq", creation, 0n, () => f.ret());
  const end = f.add(offset, length);
  f.if("lt.u", end, offset, () => f.set(end, -1n));
  f.if("le.u", end, BigInt(REFERENCE_SIZE), () => f.ret());
  const skipped = f.copy(0n); // bytes of the range that the reference covers
  f.if("lt.u", offset, BigInt(REFERENCE_SIZE), () => f.set(skipped, f.sub(BigInt(REFERENCE_SIZE), offset)));
  const from = f.sub(f.add(offset, skipped), BigInt(REFERENCE_SIZE));
  f.call(SUPPORT.copyPadded, [f.load(8, base, FRAME.CALLDATA), f.load(8, base, FRAME.CALLDATA_SIZE), from, f.add(to, skipped), f.sub(length, skipped)]);
  f.ret();
  f.finish();
}

function defineSigned64(program: LirProgram, name: string, op: "div" | "mod"): void {
  const f = new LirBuilder(program, name, 2);
  const magnitude = (x: VReg): VReg => {
    const out = f.copy(x);
    f.if("lt.s", x, 0n, () => f.set(out, f.neg(x)));
    return out;
  };
  const result: VReg = f.alu(op, magnitude(f.param(0)), magnitude(f.param(1)));
  // The quotient is negative where the signs differ, the remainder where the dividend is.
  const sign: Operand = op === "div" ? f.xor(f.param(0), f.param(1)) : f.param(0);
  f.if("lt.s", sign, 0n, () => f.set(result, f.neg(result)));
  f.ret([result]);
  f.finish();
}
