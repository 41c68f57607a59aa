/** Natural loops: a header that dominates the source of an edge back to it, and the blocks between. */
import type { BlockId } from "../ir/module.js";
import type { Cfg } from "./cfg.js";
import type { Dominators } from "./dominators.js";

export interface Loop {
  readonly header: BlockId;
  /** Sources of the edges back. */
  readonly latches: readonly BlockId[];
  /** All blocks, the header too. Loops that share a header are one. */
  readonly blocks: ReadonlySet<BlockId>;
}

export interface Loops {
  /** Inner loops before the loops around them. */
  readonly loops: readonly Loop[];
  /** How many loops each block lies in, by block id. */
  readonly depth: Uint32Array;
}

export function computeLoops(cfg: Cfg, dominators: Dominators): Loops {
  const loops: Loop[] = [];
  const depth = new Uint32Array(cfg.blocks.length);
  // Headers of inner loops come later in reverse postorder than those around them.
  for (const header of [...cfg.rpo].reverse()) {
    const latches = cfg.preds[header.id]!.filter((pred) => dominators.dominates(header.id, pred));
    if (latches.length === 0) continue;
    const blocks = bodyOf(cfg, header.id, latches);
    for (const block of blocks) depth[block]!++;
    loops.push({ header: header.id, latches, blocks });
  }
  return { loops, depth };
}

function bodyOf(cfg: Cfg, header: BlockId, latches: readonly BlockId[]): Set<BlockId> {
  const blocks = new Set<BlockId>([header]);
  const work = latches.filter((latch) => latch !== header);
  for (const latch of work) blocks.add(latch);
  while (work.length > 0) {
    for (const pred of cfg.preds[work.pop()!]!) {
      if (blocks.has(pred)) continue;
      blocks.add(pred);
      work.push(pred);
    }
  }
  return blocks;
}
