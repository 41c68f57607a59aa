/**
 * Addresses and ranges of the machine's memory as linear addresses. Trusted (i64) ones only move by the machine's base; untrusted (i256) ones are checked
 * and grow the memory, unless they are constants within the initial extent.
 */
import type { Inst, ValueId } from "../../../compiler/ir/module.js";
import { INITIAL_EXTENT, MACHINE_BASE } from "../../../runtime/host/abi.js";
import { type Emitter, type Limb, ZERO } from "../emitter.js";
import { I32 } from "../wasm/opcodes.js";
import type { Place } from "./words.js";

const isTrusted = (e: Emitter, value: ValueId): boolean => e.type(value) === 64;

/** The place of `length` bytes at an address. */
export function place(e: Emitter, address: ValueId, length: number): Place {
  const constant = e.constant(address);
  if (constant !== undefined && constant + BigInt(length) <= BigInt(INITIAL_EXTENT)) {
    return { local: undefined, offset: MACHINE_BASE + Number(constant) };
  }
  if (isTrusted(e, address)) {
    e.push(address);
    const local = e.newI32();
    e.code.op("i32_wrap_i64").set(local);
    return { local, offset: MACHINE_BASE };
  }
  const limbs = e.limbs(address);
  const local = e.newI32();
  const pushArgs = (): void => {
    e.pushLimb(limbs[0]!);
    e.pushOr(limbs.slice(1));
    e.code.i32(length);
  };
  e.callMachine("touch", pushArgs, () => e.code.set(local));
  return { local, offset: 0 };
}

/** A length as an i32 that `touch` refuses where it exceeds any memory. */
export function lengthLocal(e: Emitter, length: ValueId): Limb {
  return e.save(() => {
    if (isTrusted(e, length)) {
      e.push(length);
      e.code.op("i32_wrap_i64");
      return;
    }
    const limbs = e.limbs(length);
    e.pushLimb(limbs[0]!);
    e.pushOr(limbs.slice(1));
    e.callKernel("length32");
  }, I32);
}

/** The linear address of a range whose length is in a local. Of a trusted empty range it may be any number. */
export function rangeAddress(e: Emitter, address: ValueId, length: Limb): Limb {
  if (isTrusted(e, address)) {
    return e.save(() => {
      e.push(address);
      e.code.op("i32_wrap_i64").i32(MACHINE_BASE).op("i32_add");
    }, I32);
  }
  const limbs = e.limbs(address);
  const local = e.newI32();
  const pushArgs = (): void => {
    e.pushLimb(limbs[0]!);
    e.pushOr(limbs.slice(1));
    e.pushLimb(length, I32);
  };
  e.callMachine("touch", pushArgs, () => e.code.set(local));
  return { kind: "local", local };
}

/** An offset into a byte string: its low limb and the or of the others. */
export function pushOffset(e: Emitter, offset: ValueId): void {
  const limbs = e.limbs(offset);
  e.pushLimb(limbs[0]!);
  e.pushOr(limbs.length > 1 ? limbs.slice(1) : [ZERO]);
}

export interface Range {
  readonly address: Limb;
  readonly length: Limb;
}

export function range(e: Emitter, address: ValueId, length: ValueId): Range {
  const size = lengthLocal(e, length);
  return { address: rangeAddress(e, address, size), length: size };
}

export function pushRange(e: Emitter, { address, length }: Range): void {
  e.pushLimb(address, I32);
  e.pushLimb(length, I32);
}

/** A kernel that copies: `to, offset, length` are the arguments from `first` on. */
export function copyFrom(kernel: string, first: number): (e: Emitter, inst: Inst) => void {
  return (e, inst) => {
    const [to, offset, size] = [inst.args[first]!, inst.args[first + 1]!, inst.args[first + 2]!];
    const length = lengthLocal(e, size);
    const address = rangeAddress(e, to, length);
    e.callMachine(kernel, () => {
      e.pushLimb(address, I32);
      pushOffset(e, offset);
      e.pushLimb(length, I32);
    });
  };
}
