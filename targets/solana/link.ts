/**
 * Links the modules of a compilation into one LIR program: their functions, the arithmetic and memory routines, and the
 * dispatch from contract ids to code that the in-program runtime calls (IMAGE of runtime/abi.ts).
 */
import { keccak_256 } from "@noble/hashes/sha3.js";
import { InternalError } from "../../compiler/diagnostics/diagnostic.js";
import type { Module } from "../../compiler/ir/module.js";
import { lowerFunction } from "./codegen/lower-function.js";
import { defineMath } from "./codegen/math/define.js";
import type { CalleeInfo, ModuleInfo } from "./codegen/context.js";
import { defineSupport, SUPPORT } from "./codegen/support.js";
import { trappingFunctions } from "./codegen/traps.js";
import { LirBuilder } from "./lir/builder.js";
import { LirProgram, type VReg } from "./lir/instruction.js";
import { FRAME, STATUS } from "./layout.js";
import { IMAGE } from "./runtime/abi.js";

/** Bytes of machine memory that every frame may use without a check. */
const INITIAL_MEMORY = 1024n;

/** What tools and the runtime must know about a linked contract. */
export interface LinkedContract {
  readonly name: string;
  readonly id: bigint;
  /** Number of immutables (quads in the instance's account). */
  readonly immutables: number;
  /** Libraries whose addresses the instance carries, in this order. */
  readonly libraries: readonly string[];
}

/** The first 8 bytes of the keccak-256 of the full name, as a big-endian number. */
export function contractId(name: string): bigint {
  const hash = keccak_256(new TextEncoder().encode(name));
  return new DataView(hash.buffer, hash.byteOffset).getBigUint64(0);
}

/** External libraries that a module or the contracts it creates name, sorted: what it creates inherits their addresses. */
export function librariesOf(module: Module, modules: readonly Module[]): string[] {
  const byName = new Map(modules.map((m) => [m.name, m]));
  const names = new Set<string>();
  const involved = new Set([module]);
  for (const current of involved)
    for (const func of current.funcs.values())
      for (const block of func.blocks)
        for (const { op, imm } of block.insts) {
          if (imm.library !== undefined) names.add(imm.library);
          const created = op === "object.copy" ? byName.get(imm.object ?? "") : undefined;
          if (created) involved.add(created);
        }
  return [...names].sort();
}

/**
 * Lowers all modules into a program; the runtime's routines are added by the caller.
 *
 * @param keyedSlots whether entries of mappings are keyed directly (slots.ts)
 */
export function linkImage(modules: readonly Module[], keyedSlots = false): { program: LirProgram; contracts: LinkedContract[] } {
  const program = new LirProgram();
  defineMath(program);
  defineSupport(program);
  const contracts = modules.map((module) => linkModule(program, module, librariesOf(module, modules), keyedSlots));
  const ids = new Set(contracts.map((c) => c.id));
  if (ids.size !== contracts.length) throw new InternalError("two contracts of the compilation have the same contract id");
  defineRun(program, contracts, modules);
  defineDescribe(program, contracts);
  return { program, contracts };
}

const linkName = (module: Module, func: string): string => `${module.name}#${func}`;

function linkModule(program: LirProgram, module: Module, libraries: readonly string[], keyedSlots: boolean): LinkedContract {
  const trapping = trappingFunctions(module);
  const info: ModuleInfo = {
    module,
    contractId,
    keyedSlots,
    libraryIndex: (name) => libraries.indexOf(name),
    callee: (name): CalleeInfo => {
      const func = module.funcs.get(name);
      if (!func) throw new InternalError(`'${module.name}' has no function '${name}'`);
      return { name: linkName(module, name), traps: trapping.has(name), resultTypes: func.resultTypes };
    },
  };
  for (const func of module.funcs.values()) lowerFunction(program, func, info);
  return { name: module.name, id: contractId(module.name), immutables: module.immutables.length, libraries };
}

/** image.run: prepares the frame's memory and runs the contract's entry. */
function defineRun(program: LirProgram, contracts: readonly LinkedContract[], modules: readonly Module[]): void {
  const f = new LirBuilder(program, IMAGE.run.name, 3);
  const [base, id, kind] = [f.param(0), f.param(1), f.param(2)];
  f.store(8, base, FRAME.TOUCHED, 0n);
  f.store(8, base, FRAME.OUTPUT_SIZE, 0n);
  const touched = f.call1(SUPPORT.touch, [base, 0n, INITIAL_MEMORY]);
  f.if("ne", touched, STATUS.CONTINUE, () => f.ret([touched]));
  selectContract(f, id, contracts, (contract) => {
    const module = modules[contracts.indexOf(contract)]!;
    const enter = (entry: string) => (): void => {
      if (!module.funcs.has(entry)) return f.ret([STATUS.HALT]);
      f.ret([f.call1(linkName(module, entry), [base])]);
    };
    f.if("eq", kind, 0n, enter(module.creation), enter(module.runtime));
  });
  f.ret([STATUS.HALT]);
  f.finish();
}

/** Runs `body` for the contract of an id, found by binary search; goes on behind it where there is none. */
function selectContract(f: LirBuilder, id: VReg, contracts: readonly LinkedContract[], body: (contract: LinkedContract) => void): void {
  const sorted = [...contracts].sort((a, b) => (a.id < b.id ? -1 : 1));
  const none = f.label();
  const search = (from: number, to: number): void => {
    const middle = (from + to) >> 1;
    if (to - from > 1) {
      const upper = f.label();
      f.branch("ge.u", id, sorted[middle]!.id, upper);
      search(from, middle);
      f.place(upper);
      search(middle, to);
    } else if (to > from) {
      f.branch("ne", id, sorted[from]!.id, none);
      body(sorted[from]!);
    }
  };
  search(0, sorted.length);
  f.place(none);
}

function defineDescribe(program: LirProgram, contracts: readonly LinkedContract[]): void {
  const f = new LirBuilder(program, IMAGE.describe.name, 1);
  const numbers = [...new Set(contracts.flatMap((contract) => contract.libraries))].sort();
  selectContract(f, f.param(0), contracts, ({ immutables, libraries }) => {
    const list = libraries.flatMap((name) => [numbers.indexOf(name) & 0xff, numbers.indexOf(name) >> 8]);
    f.ret([1n, BigInt(immutables), BigInt(libraries.length), list.length === 0 ? 0n : f.rodata(Uint8Array.from(list))]);
  });
  f.ret([0n, 0n, 0n, 0n]);
  f.finish();
}
