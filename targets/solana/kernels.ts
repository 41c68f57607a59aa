/**
 * Which of the precompiled contracts that are code of the program (not syscalls) an image must carry: those that one of its calls
 * may reach. A call to a constant address reaches that one only, a call to a computed address any.
 */
import type { Func, Inst, Module, ValueId } from "../../compiler/ir/module.js";

/** RIPEMD-160, modular exponentiation, BLAKE2 F. */
export const KERNELS = [3n, 5n, 9n] as const;

const CALLS: ReadonlySet<string> = new Set(["ext.call", "ext.delegatecall", "ext.staticcall"]);

/** Numbers of the precompiled contracts that the modules may call, of KERNELS. */
export function kernelsOf(modules: readonly Module[]): ReadonlySet<bigint> {
  const found = new Set<bigint>();
  for (const module of modules)
    for (const func of module.funcs.values()) {
      const constants = constantsOf(func);
      for (const block of func.blocks)
        for (const inst of block.insts) {
          if (!CALLS.has(inst.op)) continue;
          const target = constants.get(inst.args[1]!);
          if (target === undefined) return new Set(KERNELS);
          found.add(target);
        }
    }
  return new Set(KERNELS.filter((number) => found.has(number)));
}

function constantsOf(func: Func): Map<ValueId, bigint> {
  const constants = new Map<ValueId, bigint>();
  const note = (inst: Inst): void => {
    if (inst.op === "const" && inst.imm.int !== undefined) constants.set(inst.results[0]!, inst.imm.int);
  };
  for (const block of func.blocks) block.insts.forEach(note);
  return constants;
}
