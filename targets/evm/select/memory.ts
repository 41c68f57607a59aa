/**
 * Memory, call data, return data, code and constant data.
 *
 * Addresses are sorted into the regions of solc's layout where they are known, so that the scheduler may move a load of
 * the free pointer or a hash of the scratch words across stores to the heap.
 */
import type { ValueId } from "../../../compiler/ir/module.js";
import { hasOpcode } from "../hardfork.js";
import { MEMORY, Region, type Word } from "../lir/lir.js";
import type { Handler, Selection } from "./context.js";
import { makeMemoryCopy } from "./memory-copy.js";

/** Regions that `length` bytes at an address may touch. */
export function regionOf(s: Selection, address: ValueId, length: bigint | undefined): number {
  const start = s.constantOf(address);
  if (start !== undefined) return constantRegion(start, length);
  if (s.typeOf(address) !== 64) return MEMORY;
  return isHeapPointer(s, address) ? Region.heap : Region.scratch | Region.heap;
}

function constantRegion(start: bigint, length: bigint | undefined): number {
  const end = length === undefined ? 1n << 256n : start + length;
  if (end <= start) return 0;
  return (start < 0x40n ? Region.scratch : 0) | (start < 0x60n && end > 0x40n ? Region.free : 0) | (end > 0x60n ? Region.heap : 0);
}

/** True for an allocation and an offset into it. */
function isHeapPointer(s: Selection, value: ValueId, depth = 8): boolean {
  const def = s.definitions[value];
  if (!def || depth === 0) return false;
  if (def.op === "mem.alloc" || def.op === "mem.free") return true;
  if (def.op !== "add" && def.op !== "add.nuw") return false;
  return def.args.some((arg) => isHeapPointer(s, arg, depth - 1));
}

const load: Handler = (s, inst) => {
  const address = inst.args[0]!;
  s.loaded(inst, s.b.effect("MLOAD", [s.address(address)], { reads: regionOf(s, address, 32n) }));
};

const store: Handler = (s, inst) => {
  const [address, value] = inst.args as [ValueId, ValueId];
  let word = s.clean(value);
  if (s.constantOf(address) === 0x40n && s.constantOf(value) === 0x80n && s.func.name === entryName(s)) {
    // The first address behind the reserved words takes the place of 0x80 (see docs/internals/evm.md, reserved words).
    word = s.b.func.push({ kind: "heap" }, 32);
    s.unit.heapInitialized = true;
  }
  s.b.effect("MSTORE", [s.address(address), word], { writes: regionOf(s, address, 32n) });
};

function entryName(s: Selection): string {
  return s.unit.creation ? s.unit.module.creation : s.unit.module.runtime;
}

const storeSigned: Handler = (s, inst) => {
  const address = inst.args[0]!;
  s.b.effect("MSTORE", [s.address(address), s.signed(inst.args[1]!)], { writes: regionOf(s, address, 32n) });
};

const loadByte: Handler = (s, inst) => {
  const address = inst.args[0]!;
  const word = s.b.effect("MLOAD", [s.address(address)], { reads: regionOf(s, address, 32n) });
  s.set(inst, s.b.op("BYTE", s.b.const(0), word));
};

const storeByte: Handler = (s, inst) => {
  const address = inst.args[0]!;
  s.b.effect("MSTORE8", [s.address(address), s.raw(inst.args[1]!)], { writes: regionOf(s, address, 1n) });
};

const copy: Handler = (s, inst) => {
  const [to, from, length] = inst.args as [ValueId, ValueId, ValueId];
  const words = [s.address(to), s.address(from), s.address(length)];
  const size = s.constantOf(length);
  const effects = { reads: regionOf(s, from, size), writes: regionOf(s, to, size) };
  if (size === 0n) return;
  if (size === 32n) s.b.effect("MSTORE", [words[0]!, s.b.effect("MLOAD", [words[1]!], { reads: effects.reads })], { writes: effects.writes });
  else if (hasOpcode(s.unit.fork, "MCOPY")) s.b.effect("MCOPY", words, effects);
  else s.b.call(s.unit.helper("memory_copy", makeMemoryCopy), words, [], { reads: MEMORY, writes: MEMORY });
};

const zero: Handler = (s, inst) => {
  const [to, length] = inst.args as [ValueId, ValueId];
  const size = s.constantOf(length);
  const writes = regionOf(s, to, size);
  if (size === 0n) return;
  if (size === 32n) s.b.effect("MSTORE", [s.address(to), s.b.const(0)], { writes });
  // Reading call data beyond its end gives zeros.
  else s.b.effect("CALLDATACOPY", [s.address(to), s.b.func.push({ kind: "op", name: "CALLDATASIZE" }, 64), s.address(length)], { writes });
};

const keccak: Handler = (s, inst) => {
  const [address, length] = inst.args as [ValueId, ValueId];
  s.set(inst, s.b.effect("KECCAK256", [s.address(address), s.address(length)], { reads: regionOf(s, address, s.constantOf(length)) }));
};

/** p = mload(0x40); mstore(0x40, p + size rounded up), with Panic(0x41) where that exceeds 64 bits. */
const alloc: Handler = (s, inst) => {
  const { b } = s;
  const size = s.clean(inst.args[0]!);
  const rounded = b.op("AND", b.const((1n << 256n) - 32n), b.op("ADD", size, b.const(31)));
  const pointer = b.effect("MLOAD", [b.const(0x40)], { reads: Region.free }, 64);
  s.set(inst, pointer);
  const constant = b.func.constantOf(rounded);
  if (constant === 0n) return;
  const next = b.op("ADD", pointer, rounded);
  // Memory that a small allocation reaches has been paid for nearly, so its sum cannot exceed 64 bits.
  if (b.bits(size) > 32) b.trapIf(b.op("SHR", b.const(64), next), "panic:65");
  b.effect("MSTORE", [b.const(0x40), next], { writes: Region.free });
};

/** The constructor arguments lie behind the creation code; an offset that wraps reads zeros. */
function argumentsOffset(s: Selection, offset: ValueId): Word {
  const { b } = s;
  const end = b.func.push({ kind: "end" }, 32);
  const word = s.clean(offset);
  const sum = b.op("ADD", end, word);
  return b.bits(word) <= 64 ? sum : b.op("OR", b.op("SUB", b.const(0), b.op("LT", sum, word)), sum);
}

const callDataSize: Handler = (s, inst) => {
  const { b } = s;
  const size = (name: string): Word => b.func.push({ kind: "op", name }, 64);
  s.set(inst, s.unit.creation ? b.op("SUB", size("CODESIZE"), b.func.push({ kind: "end" }, 32)) : size("CALLDATASIZE"));
  const word = s.raw(inst.results[0]!);
  if (b.func.defInst(word)) b.func.bits[word] = 64;
};

const callDataLoad: Handler = (s, inst) => {
  const { b } = s;
  if (!s.unit.creation) return s.wrapped(inst, b.effect("CALLDATALOAD", [s.clean(inst.args[0]!)], {}));
  const { first, region } = s.scratchWords(inst);
  b.effect("CODECOPY", [first, argumentsOffset(s, inst.args[0]!), b.const(32)], { writes: region });
  s.wrapped(inst, b.effect("MLOAD", [first], { reads: region }));
};

const copyFrom =
  (name: string, reads: number): Handler =>
  (s, inst) => {
    const [to, offset, length] = inst.args as [ValueId, ValueId, ValueId];
    const writes = regionOf(s, to, s.constantOf(length));
    s.b.effect(name, [s.address(to), s.clean(offset), s.address(length)], { reads, writes });
  };

const callDataCopy: Handler = (s, inst) => {
  if (!s.unit.creation) return copyFrom("CALLDATACOPY", 0)(s, inst);
  const [to, offset, length] = inst.args as [ValueId, ValueId, ValueId];
  s.b.effect("CODECOPY", [s.address(to), argumentsOffset(s, offset), s.address(length)], { writes: regionOf(s, to, s.constantOf(length)) });
};

const returnDataCopy: Handler = (s, inst) => {
  if (!hasOpcode(s.unit.fork, "RETURNDATACOPY")) s.unit.refuse("RETURNDATACOPY", inst);
  copyFrom("RETURNDATACOPY", Region.returndata)(s, inst);
};

const returnDataSize: Handler = (s, inst) => {
  if (!hasOpcode(s.unit.fork, "RETURNDATASIZE")) s.unit.refuse("RETURNDATASIZE", inst);
  s.set(inst, s.b.effect("RETURNDATASIZE", [], { reads: Region.returndata }, 64));
};

/** Whole words of a short segment are pushed and stored; else it is copied from behind the code. */
const dataCopy: Handler = (s, inst) => {
  const { b } = s;
  const [to, offset, length] = inst.args as [ValueId, ValueId, ValueId];
  const [start, size] = [s.constantOf(offset), s.constantOf(length)];
  const writes = regionOf(s, to, size);
  const bytes = s.unit.module.data.get(inst.imm.data!)!;
  if (size === 0n) return;
  if (start !== undefined && (size === 32n || size === 64n) && start + size <= BigInt(bytes.length)) {
    for (let at = 0n; at < size; at += 32n) {
      const word = Buffer.from(bytes.subarray(Number(start + at), Number(start + at) + 32)).toString("hex");
      b.effect("MSTORE", [b.op("ADD", s.address(to), b.const(at)), b.const(BigInt(`0x${word}`))], { writes });
    }
    return;
  }
  const from = b.func.push({ kind: "offset", object: `data:${inst.imm.data!}` }, 32);
  b.effect("CODECOPY", [s.address(to), b.op("ADD", from, s.clean(offset)), s.address(length)], { writes });
};

const objectSize =
  (kind: "creation" | "runtime"): Handler =>
  (s, inst) =>
    s.set(inst, s.b.func.push({ kind: "size", object: `${kind}:${inst.imm.object!}` }, 32));

const objectCopy =
  (kind: "creation" | "runtime"): Handler =>
  (s, inst) => {
    const object = `${kind}:${inst.imm.object!}`;
    const { func } = s.b;
    const words = [s.address(inst.args[0]!), func.push({ kind: "offset", object }, 32), func.push({ kind: "size", object }, 32)];
    s.b.effect("CODECOPY", words, { writes: regionOf(s, inst.args[0]!, undefined) });
  };

export const MEMORY_OPS: Readonly<Record<string, Handler>> = {
  "mem.load": load,
  "mem.store": store,
  "mem.store.s": storeSigned,
  "mem.load.byte": loadByte,
  "mem.store.byte": storeByte,
  "mem.copy": copy,
  "mem.zero": zero,
  "mem.keccak": keccak,
  "mem.alloc": alloc,
  "mem.free": (s, inst) => s.set(inst, s.b.effect("MLOAD", [s.b.const(0x40)], { reads: Region.free }, 64)),
  "mem.ensure": () => {},
  "mem.size": (s, inst) => s.set(inst, s.b.effect("MSIZE", [], { reads: MEMORY, writes: MEMORY }, 64)),
  "calldata.size": callDataSize,
  "calldata.load": callDataLoad,
  "calldata.copy": callDataCopy,
  "returndata.size": returnDataSize,
  "returndata.copy": returnDataCopy,
  "data.copy": dataCopy,
  "code.size": (s, inst) => s.set(inst, s.b.func.push({ kind: "op", name: "CODESIZE" }, 32)),
  "code.copy": copyFrom("CODECOPY", 0),
  "object.size": objectSize("creation"),
  "object.copy": objectCopy("creation"),
  "object.runtime.size": objectSize("runtime"),
  "object.runtime.copy": objectCopy("runtime"),
};
