/** Meaning of the instructions on memory and on the byte strings that are copied into it: call data, return data, code, constants. */
import { keccak_256 } from "@noble/hashes/sha3.js";
import { InternalError } from "../../diagnostics/diagnostic.js";
import type { Module } from "../module.js";
import { creationBytes, runtimeBytes } from "./code.js";
import { effect, type Frame, type Handler, type Step } from "./frame.js";
import { FrameEnd, halt, panicData } from "./outcome.js";
import { bytesToInt, concatBytes, intToBytes, sliceZeroPadded } from "../../../machine/bytes.js";

const PANIC_ALLOCATION = 0x41;

/** True where operand `index` is a trusted address. */
export function isTrusted({ func, inst }: Step, index: number): boolean {
  return func.typeOf(inst.args[index]!) === 64;
}

/** The bytes of the range that the operands `index` and `index + 1` give. */
export function readRange(step: Step, index: number): Uint8Array {
  const [address, length] = [step.args[index]!, step.args[index + 1]!];
  const at = step.frame.memory.access(address, length, isTrusted(step, index));
  return step.frame.memory.read(at, Number(length));
}

/** Copies of `length` bytes from `source` at an offset, zeros beyond the end, to the address in operand `to`. */
function copyTo(step: Step, to: number, source: Uint8Array): void {
  const [address, offset, length] = [step.args[to]!, step.args[to + 1]!, step.args[to + 2]!];
  const at = step.frame.memory.access(address, length, isTrusted(step, to));
  if (length > 0n) step.frame.memory.write(at, sliceZeroPadded(source, offset, Number(length)));
}

function resultType({ func, inst }: Step): number {
  return func.typeOf(inst.results[0]!);
}

function storeWord(step: Step, value: bigint): void {
  const at = step.frame.memory.access(step.args[0]!, 32n, isTrusted(step, 0));
  step.frame.memory.write(at, intToBytes(value, 32));
}

function object(step: Step): Module {
  const module = step.frame.session.codes.module(step.inst.imm.object!);
  if (!module) throw new InternalError(`no contract of this world is called ${step.inst.imm.object}`);
  return module;
}

function writeTrusted(frame: Frame, address: bigint, bytes: Uint8Array): void {
  const at = frame.memory.access(address, BigInt(bytes.length), true);
  frame.memory.write(at, bytes);
}

/** slot.map.bytes: keccak256(bytes . base). */
function bytesSlot(step: Step): bigint {
  return bytesToInt(keccak_256(concatBytes(readRange(step, 0), intToBytes(step.args[2]!, 32))));
}

function returndataCopy(step: Step): void {
  const { returnData } = step.frame;
  if (step.args[1]! + step.args[2]! > BigInt(returnData.length)) throw halt("read beyond the return data");
  copyTo(step, 0, returnData);
}

export const MEMORY_HANDLERS: Readonly<Record<string, Handler>> = {
  "mem.load": (step) => {
    const at = step.frame.memory.access(step.args[0]!, 32n, isTrusted(step, 0));
    return BigInt.asUintN(resultType(step), step.frame.memory.readInt(at, 32));
  },
  "mem.store": effect((step) => storeWord(step, step.args[1]!)),
  "mem.store.s": effect((step) => storeWord(step, BigInt.asIntN(step.func.typeOf(step.inst.args[1]!), step.args[1]!))),
  "mem.load.byte": (step) => step.frame.memory.readInt(step.frame.memory.access(step.args[0]!, 1n, isTrusted(step, 0)), 1),
  "mem.store.byte": effect((step) => step.frame.memory.write(step.frame.memory.access(step.args[0]!, 1n, isTrusted(step, 0)), Uint8Array.of(Number(step.args[1])))),
  "mem.copy": effect((step) => {
    const { frame, args } = step;
    const from = frame.memory.access(args[1]!, args[2]!, isTrusted(step, 1));
    const to = frame.memory.access(args[0]!, args[2]!, isTrusted(step, 0));
    frame.memory.write(to, frame.memory.read(from, Number(args[2])));
  }),
  "mem.zero": effect((step) => {
    const to = step.frame.memory.access(step.args[0]!, step.args[1]!, isTrusted(step, 0));
    step.frame.memory.write(to, new Uint8Array(Number(step.args[1])));
  }),
  "mem.keccak": (step) => bytesToInt(keccak_256(readRange(step, 0))),
  "mem.alloc": ({ frame, args }) => {
    const pointer = frame.memory.allocate(args[0]!);
    if (pointer === undefined) throw new FrameEnd("revert", panicData(PANIC_ALLOCATION));
    return pointer;
  },
  "mem.free": ({ frame }) => frame.memory.freePointer(),
  "mem.ensure": effect(({ frame, args }) => {
    if (args[1]! > 0n) frame.memory.grow(args[0]! + args[1]!);
  }),
  "mem.size": ({ frame }) => frame.memory.size,

  "calldata.size": ({ frame }) => BigInt(frame.message.data.length),
  "calldata.load": (step) => BigInt.asUintN(resultType(step), bytesToInt(sliceZeroPadded(step.frame.message.data, step.args[0]!, 32))),
  "calldata.copy": effect((step) => copyTo(step, 0, step.frame.message.data)),
  "returndata.size": ({ frame }) => BigInt(frame.returnData.length),
  "returndata.copy": effect(returndataCopy),
  "data.copy": effect((step) => copyTo(step, 0, step.frame.message.module.data.get(step.inst.imm.data!)!)),
  "code.size": ({ frame }) => BigInt(frame.message.codeBytes.length),
  "code.copy": effect((step) => copyTo(step, 0, step.frame.message.codeBytes)),
  "extcode.copy": effect((step) => copyTo(step, 1, step.frame.session.state.code(step.args[0]!)?.bytes ?? new Uint8Array())),
  "object.size": (step) => BigInt(creationBytes(object(step)).length),
  "object.copy": effect((step) => writeTrusted(step.frame, step.args[0]!, creationBytes(object(step)))),
  "object.runtime.size": (step) => BigInt(runtimeBytes(object(step), new Map()).length),
  "object.runtime.copy": effect((step) => writeTrusted(step.frame, step.args[0]!, runtimeBytes(object(step), new Map()))),
  "slot.map.bytes": bytesSlot,
};
