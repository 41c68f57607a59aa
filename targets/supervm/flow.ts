/**
 * The shape of a function's control flow, for structured code: blocks in reverse postorder, immediate dominators (Cooper, Harvey, Kennedy: A
 * simple, fast dominance algorithm), loop headers, and blocks that need a label of their own because they are reached from several places.
 */
import { terminator, type Block, type BlockId, type Func } from "../../compiler/ir/module.js";

export interface Flow {
  /** Reachable blocks in reverse postorder. */
  readonly order: readonly Block[];
  /** Position in `order`, by block id; -1 where unreachable. */
  readonly position: Int32Array;
  /** Positions of predecessors, one entry an edge, by position. */
  readonly predecessors: readonly (readonly number[])[];
  /** Immediate dominator, by position; the entry's is itself. */
  readonly dominator: Int32Array;
  /** Dominator tree children that are merge points, in ascending order, by position. */
  readonly mergeChildren: readonly (readonly number[])[];
  readonly isLoopHeader: readonly boolean[];
  readonly isMerge: readonly boolean[];
  readonly hasLoops: boolean;
  /** False where a retreating edge enters a loop beside its header: such a function is emitted as a dispatch loop. */
  readonly reducible: boolean;
}

/** Blocks in reverse postorder. */
export function reachableBlocks(func: Func): Block[] {
  const byId: (Block | undefined)[] = [];
  for (const block of func.blocks) byId[block.id] = block;
  const seen = new Uint8Array(func.blockIdLimit);
  const postorder: Block[] = [];
  const work: { block: Block; targets: BlockId[]; next: number }[] = [];
  const visit = (block: Block): void => {
    seen[block.id] = 1;
    // The last target first: in reverse postorder the first one then follows its branch.
    work.push({
      block,
      targets: terminator(block)
        .targets.map((t) => t.block)
        .reverse(),
      next: 0,
    });
  };
  visit(func.entry);
  while (work.length > 0) {
    const top = work[work.length - 1]!;
    const target = top.targets[top.next++];
    if (target !== undefined) {
      if (!seen[target]) visit(byId[target]!);
      continue;
    }
    postorder.push(top.block);
    work.pop();
  }
  return postorder.reverse();
}

function dominators(predecessors: readonly (readonly number[])[]): Int32Array {
  const idom = new Int32Array(predecessors.length).fill(-1);
  idom[0] = 0;
  const intersect = (a: number, b: number): number => {
    while (a !== b) {
      while (a > b) a = idom[a]!;
      while (b > a) b = idom[b]!;
    }
    return a;
  };
  for (let changed = true; changed;) {
    changed = false;
    for (let i = 1; i < predecessors.length; i++) {
      let next = -1;
      for (const p of predecessors[i]!) if (idom[p] !== -1) next = next === -1 ? p : intersect(p, next);
      if (next !== idom[i]) {
        idom[i] = next;
        changed = true;
      }
    }
  }
  return idom;
}

export function analyseFlow(func: Func): Flow {
  const order = reachableBlocks(func);
  const position = new Int32Array(func.blockIdLimit).fill(-1);
  order.forEach((block, i) => (position[block.id] = i));
  const predecessors: number[][] = order.map(() => []);
  const isMerge = order.map(() => false);
  const forward = new Int32Array(order.length);
  const isLoopHeader = order.map(() => false);
  order.forEach((block, i) => {
    const inst = terminator(block);
    for (const target of inst.targets) {
      const t = position[target.block]!;
      predecessors[t]!.push(i);
      if (t <= i) isLoopHeader[t] = true;
      else forward[t]!++;
      // A switch branches to a target from several places.
      if (inst.op === "switch" && t > i) isMerge[t] = true;
    }
  });
  forward.forEach((count, i) => count > 1 && (isMerge[i] = true));
  const dominator = dominators(predecessors);
  const mergeChildren: number[][] = order.map(() => []);
  for (let i = 1; i < order.length; i++) if (isMerge[i]) mergeChildren[dominator[i]!]!.push(i);
  const dominates = (a: number, b: number): boolean => {
    while (b > a) b = dominator[b]!;
    return a === b;
  };
  const reducible = predecessors.every((list, i) => list.every((p) => p < i || dominates(i, p)));
  return { order, position, predecessors, dominator, mergeChildren, isLoopHeader, isMerge, reducible, hasLoops: isLoopHeader.includes(true) };
}
