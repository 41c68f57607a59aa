/** Where the parts of a contract's module are: function indices, data segments, immutables, libraries, carried contracts. */
import { InternalError } from "../../compiler/diagnostics/diagnostic.js";
import type { Func, Module } from "../../compiler/ir/module.js";
import { IMMUTABLES, STATIC_DATA, STATIC_DATA_SIZE } from "../../runtime/host/abi.js";
import type { CallGraph } from "./call-graph.js";
import { KERNEL_FUNCTIONS, KERNEL_SECTIONS } from "./kernels.js";
import { Reader } from "./wasm/reader.js";

/** Bytes that a library's address takes in static data, padded. */
const LIBRARY_SIZE = 24;

export interface ModulePlan {
  readonly calls: CallGraph;
  /** Whether the code charges for its basic blocks. Only measurements of what that costs do without. */
  readonly metered: boolean;
  functionIndex(func: Func): number;
  /** Linear address of an immutable's cell. */
  immutable(name: string): number;
  /** Linear address of the 20 bytes of a library's address. */
  library(name: string): number;
  /** Position among the contracts that the module names. */
  object(name: string): number;
  segment(name: string): number;
  readonly segments: readonly Uint8Array[];
  readonly libraries: readonly string[];
  readonly objects: readonly string[];
}

/** Names in the order of their first occurrence in reachable code. */
function mentioned(calls: CallGraph, pick: (imm: Func["entry"]["insts"][number]["imm"]) => string | undefined): string[] {
  const names = new Set<string>();
  for (const func of calls.order) {
    for (const block of func.blocks) {
      for (const inst of block.insts) {
        const name = pick(inst.imm);
        if (name !== undefined) names.add(name);
      }
    }
  }
  return [...names];
}

export function planModule(module: Module, calls: CallGraph, metered: boolean): ModulePlan {
  const functions = new Map(calls.order.map((func, i) => [func, KERNEL_FUNCTIONS + i]));
  const immutables = new Map(module.immutables.map((immutable, i) => [immutable.name, i]));
  const libraries = mentioned(calls, (imm) => imm.library).sort();
  const objects = mentioned(calls, (imm) => imm.object).sort();
  const data = mentioned(calls, (imm) => imm.data);
  const segments = data.map((name) => {
    const bytes = module.data.get(name);
    if (!bytes) throw new InternalError(`${module.name} has no data segment '${name}'`);
    return bytes;
  });
  const librariesStart = kernelDataEnd();
  if (librariesStart + LIBRARY_SIZE * libraries.length > STATIC_DATA + STATIC_DATA_SIZE) {
    throw new InternalError(`${module.name} links more libraries than fit the static data`);
  }
  const position = (list: readonly string[], name: string): number => {
    const index = list.indexOf(name);
    if (index < 0) throw new InternalError(`${module.name} does not know '${name}'`);
    return index;
  };
  return {
    calls,
    metered,
    segments,
    libraries,
    objects,
    functionIndex: (func) => functions.get(func)!,
    immutable: (name) => {
      const index = immutables.get(name);
      if (index === undefined) throw new InternalError(`${module.name} has no immutable '${name}'`);
      return IMMUTABLES + 32 * index;
    },
    library: (name) => librariesStart + LIBRARY_SIZE * position(libraries, name),
    object: (name) => position(objects, name),
    // Kernels' segments come first, then the libraries' (one each), then the module's.
    segment: (name) => KERNEL_SECTIONS.data.count + libraries.length + position(data, name),
  };
}

/** The first free address behind the kernels' static data (active segments of memory 0 with constant offsets). */
export function kernelDataEnd(): number {
  const reader = new Reader(KERNEL_SECTIONS.data.elements);
  let end: number = STATIC_DATA;
  for (let i = 0; i < KERNEL_SECTIONS.data.count; i++) {
    if (reader.byte() !== 0 || reader.byte() !== 0x41) throw new InternalError("the kernels' data is not at constant addresses");
    const address = reader.u32();
    reader.byte();
    const length = reader.u32();
    reader.take(length);
    end = Math.max(end, address + length);
  }
  return (end + 7) & ~7;
}
