/**
 * What each function of a module may read, write and do, its callees included: so that a call of a function that touches no storage
 * does not count as one that may. Functions that call themselves are taken to do everything.
 */
import type { Func, Inst, Module } from "../ir/module.js";
import { opInfo, type Region } from "../ir/ops.js";
import { computeCallGraph } from "./call-graph.js";
import { computeCfg } from "./cfg.js";

export interface Effects {
  readonly reads: readonly Region[];
  readonly writes: readonly Region[];
  /** May end the execution of the contract, or not end at all. */
  readonly traps: boolean;
}

export class FunctionEffects {
  private readonly byName = new Map<string, Effects>();

  constructor(module: Module) {
    const graph = computeCallGraph(module);
    // Callees first; a function without a summary yet is recursive, and its call has the table's effects: everything.
    for (const func of graph.bottomUp) if (!graph.recursive.has(func.name)) this.byName.set(func.name, this.summary(func));
  }

  /** The effects of an instruction: its row's, for calls the callee's. */
  of(inst: Inst): Effects {
    return (inst.op === "call" ? this.byName.get(inst.imm.func!) : undefined) ?? opInfo(inst.op);
  }

  private summary(func: Func): Effects {
    const reads = new Set<Region>();
    const writes = new Set<Region>();
    let traps = hasCycle(func);
    for (const block of func.blocks)
      for (const inst of block.insts) {
        const effects = this.of(inst);
        for (const region of effects.reads) if (region !== "locals") reads.add(region);
        for (const region of effects.writes) if (region !== "locals") writes.add(region);
        traps ||= effects.traps;
      }
    return { reads: [...reads], writes: [...writes], traps };
  }
}

/** A loop may not end. */
function hasCycle(func: Func): boolean {
  const { rpo, order, succs } = computeCfg(func);
  return rpo.some((block) => succs[block.id]!.some((to) => order[to]! <= order[block.id]!));
}
