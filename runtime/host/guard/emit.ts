/** Instructions as bytes, for the code that the guard adds. */
import { signed, unsigned } from "../wasm/encode.js";
import { OP, TYPE } from "../wasm/instructions.js";

export type Emitted = readonly number[];

export const localGet = (index: number): Emitted => [OP.LOCAL_GET, ...unsigned(index)];
export const localSet = (index: number): Emitted => [OP.LOCAL_SET, ...unsigned(index)];
export const localTee = (index: number): Emitted => [OP.LOCAL_TEE, ...unsigned(index)];
export const globalGet = (index: number): Emitted => [OP.GLOBAL_GET, ...unsigned(index)];
export const globalSet = (index: number): Emitted => [OP.GLOBAL_SET, ...unsigned(index)];
export const i32 = (value: number): Emitted => [OP.I32_CONST, ...signed(value | 0)];
/** Below 2^53 in either direction. */
export const i64 = (value: number): Emitted => [OP.I64_CONST, ...signed(value)];
export const call = (index: number): Emitted => [OP.CALL, ...unsigned(index)];
/** Runs `then` where the i32 on the stack is not 0. */
export const when = (...then: readonly Emitted[]): Emitted => [OP.IF, TYPE.VOID, ...then.flat(), OP.END];
/** The i32 on the stack as an i64. */
export const widened: Emitted = [OP.I64_EXTEND_I32_U];
/** A store of the value on the stack to the address below it, or a load; alignment 0 is right for every address. */
export const store = (op: number): Emitted => [...(op > 0xff ? [op >> 8, op & 0xff] : [op]), 0, 0];
export const load = (op: number): Emitted => [op, 0, 0];
/** A vector of zeros. */
export const ZERO_VECTOR: Emitted = [0xfd, 0x0c, ...new Array<number>(16).fill(0)];
/** memory.fill of [at, at + length) with zeros, for constants. */
export const zero = (at: number, length: number): Emitted => [...i32(at), ...i32(0), ...i32(length), ...MEMORY_FILL];
export const MEMORY_FILL: Emitted = [0xfc, 0x0b, 0x00];
export const MEMORY_COPY: Emitted = [0xfc, 0x0a, 0x00, 0x00];
export const MEMORY_SIZE: Emitted = [OP.MEMORY_SIZE, 0x00];
export const MEMORY_GROW: Emitted = [OP.MEMORY_GROW, 0x00];
export const memoryInit = (segment: number): Emitted => [0xfc, 0x08, ...unsigned(segment), 0x00];
