/**
 * Dominator tree by Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm" (2001), and dominance frontiers.
 * Tables are indexed by block id; unreachable blocks dominate nothing and have no dominator. Valid as long as the Cfg is.
 */
import type { Block, BlockId } from "../ir/module.js";
import type { Cfg } from "./cfg.js";

export interface Dominators {
  /** Immediate dominator by block id; -1 for the entry and for unreachable blocks. */
  readonly idom: Int32Array;
  /** Blocks that each block dominates immediately, by block id. */
  readonly children: readonly (readonly BlockId[])[];
  /** True where every path to `b` passes `a` (a block dominates itself). False where either is unreachable. */
  dominates(a: BlockId, b: BlockId): boolean;
  /** Reachable blocks so that a block follows its dominators (dominator tree in preorder). */
  readonly preorder: readonly Block[];
}

export function computeDominators(cfg: Cfg): Dominators {
  const idom = immediateDominators(cfg);
  const children: BlockId[][] = Array.from({ length: cfg.blocks.length }, () => []);
  for (const block of cfg.rpo) if (idom[block.id]! >= 0) children[idom[block.id]!]!.push(block.id);
  const first = new Int32Array(cfg.blocks.length).fill(-1);
  const last = new Int32Array(cfg.blocks.length).fill(-1);
  const preorder = number(cfg, children, first, last);
  const dominates = (a: BlockId, b: BlockId): boolean => first[a]! >= 0 && first[b]! >= first[a]! && last[b]! <= last[a]!;
  return { idom, children, dominates, preorder };
}

function immediateDominators(cfg: Cfg): Int32Array {
  const { rpo, order, preds } = cfg;
  // By position in reverse postorder, so that intersection is walking towards smaller numbers.
  const idom = new Int32Array(rpo.length).fill(-1);
  idom[0] = 0;
  for (let changed = true; changed;) {
    changed = false;
    for (let i = 1; i < rpo.length; i++) {
      let common = -1;
      for (const pred of preds[rpo[i]!.id]!) {
        const p = order[pred]!;
        if (idom[p] === -1) continue;
        common = common === -1 ? p : intersect(idom, common, p);
      }
      if (idom[i] !== common) {
        idom[i] = common;
        changed = true;
      }
    }
  }
  const byId = new Int32Array(cfg.blocks.length).fill(-1);
  for (let i = 1; i < rpo.length; i++) byId[rpo[i]!.id] = rpo[idom[i]!]!.id;
  return byId;
}

function intersect(idom: Int32Array, a: number, b: number): number {
  while (a !== b) {
    while (a > b) a = idom[a]!;
    while (b > a) b = idom[b]!;
  }
  return a;
}

/** Numbers the tree so that a block's subtree is an interval. */
function number(cfg: Cfg, children: readonly BlockId[][], first: Int32Array, last: Int32Array): Block[] {
  const preorder: Block[] = [];
  const stack: { id: BlockId; next: number }[] = [];
  const enter = (id: BlockId): void => {
    first[id] = preorder.length;
    preorder.push(cfg.blocks[id]!);
    stack.push({ id, next: 0 });
  };
  enter(cfg.rpo[0]!.id);
  while (stack.length > 0) {
    const top = stack[stack.length - 1]!;
    const child = children[top.id]![top.next++];
    if (child !== undefined) {
      enter(child);
    } else {
      last[top.id] = preorder.length - 1;
      stack.pop();
    }
  }
  return preorder;
}

/**
 * Dominance frontiers by block id: the blocks where a definition in the block meets others (Cytron et al. 1991).
 * mem2reg puts block parameters there.
 */
export function dominanceFrontiers(cfg: Cfg, dominators: Dominators): BlockId[][] {
  const frontiers: BlockId[][] = Array.from({ length: cfg.blocks.length }, () => []);
  for (const block of cfg.rpo) {
    const preds = cfg.preds[block.id]!;
    if (preds.length < 2) continue;
    for (const pred of preds) {
      for (let runner: number = pred; runner !== dominators.idom[block.id] && runner >= 0; runner = dominators.idom[runner]!) {
        const frontier = frontiers[runner]!;
        if (frontier[frontier.length - 1] !== block.id) frontier.push(block.id);
      }
    }
  }
  return frontiers;
}
