/**
 * Liveness: which values each block needs on entry and leaves on exit. A block's parameters are not live on its entry (its
 * predecessors pass arguments, which are live there as uses of their terminators). Backward data flow to a fixed point.
 */
import type { Block, BlockId, ValueId } from "../ir/module.js";
import type { Cfg } from "./cfg.js";

export interface Liveness {
  /** Values live on entry by block id, in ascending order; without the block's own parameters. */
  readonly liveIn: readonly (readonly ValueId[])[];
  /** Values live behind the terminator, on any edge, by block id, in ascending order. Arguments of jumps are not among them. */
  readonly liveOut: readonly (readonly ValueId[])[];
}

export function computeLiveness(cfg: Cfg): Liveness {
  const sets: ReadonlySet<ValueId>[] = Array.from({ length: cfg.blocks.length }, () => new Set<ValueId>());
  const queued = new Uint8Array(cfg.blocks.length);
  // Last blocks first: most information flows in one sweep.
  const queue: Block[] = [...cfg.rpo];
  for (const block of queue) queued[block.id] = 1;
  while (queue.length > 0) {
    const block = queue.pop()!;
    queued[block.id] = 0;
    const live = liveInOf(block, cfg.succs[block.id]!, sets);
    if (live.size === sets[block.id]!.size) continue; // sets only grow
    sets[block.id] = live;
    for (const pred of cfg.preds[block.id]!) {
      if (queued[pred]) continue;
      queued[pred] = 1;
      queue.push(cfg.blocks[pred]!);
    }
  }
  const sorted = (values: Iterable<ValueId>): ValueId[] => [...values].sort((a, b) => a - b);
  const liveIn = sets.map(sorted);
  const liveOut = sets.map((_, id) => sorted(union(cfg.succs[id] ?? [], sets)));
  return { liveIn, liveOut };
}

function union(blocks: readonly BlockId[], sets: readonly ReadonlySet<ValueId>[]): Set<ValueId> {
  const values = new Set<ValueId>();
  for (const block of blocks) for (const value of sets[block]!) values.add(value);
  return values;
}

function liveInOf(block: Block, succs: readonly BlockId[], sets: readonly ReadonlySet<ValueId>[]): Set<ValueId> {
  const live = union(succs, sets);
  for (let i = block.insts.length - 1; i >= 0; i--) {
    const inst = block.insts[i]!;
    for (const result of inst.results) live.delete(result);
    for (const arg of inst.args) live.add(arg);
    for (const target of inst.targets) for (const arg of target.args) live.add(arg);
  }
  for (const param of block.params) live.delete(param);
  return live;
}
