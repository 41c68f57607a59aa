/**
 * Control flow graph: predecessors and the reverse postorder of the blocks that the entry reaches. All tables are arrays
 * indexed by block id. Valid until a terminator or the list of blocks changes.
 */
import { terminator, type Block, type BlockId, type Func } from "../ir/module.js";

export interface Cfg {
  /** Blocks by id; undefined for ids that are not in use. */
  readonly blocks: readonly (Block | undefined)[];
  /** Predecessors by block id, reachable ones only, each once although it may jump there along several edges. */
  readonly preds: readonly (readonly BlockId[])[];
  /** Successors by block id, each once. */
  readonly succs: readonly (readonly BlockId[])[];
  /** Reachable blocks in reverse postorder; the entry is the first. */
  readonly rpo: readonly Block[];
  /** Position in `rpo` by block id; -1 where a block is unreachable. */
  readonly order: Int32Array;
}

export function computeCfg(func: Func): Cfg {
  const limit = func.blockIdLimit;
  const blocks: (Block | undefined)[] = new Array<Block | undefined>(limit).fill(undefined);
  for (const block of func.blocks) blocks[block.id] = block;
  const succs: BlockId[][] = Array.from({ length: limit }, () => []);
  for (const block of func.blocks) succs[block.id] = successors(block);
  const rpo = reversePostorder(func, blocks, succs);
  const order = new Int32Array(limit).fill(-1);
  rpo.forEach((block, i) => (order[block.id] = i));
  const preds: BlockId[][] = Array.from({ length: limit }, () => []);
  for (const block of rpo) for (const to of succs[block.id]!) preds[to]!.push(block.id);
  return { blocks, preds, succs, rpo, order };
}

/** Successor blocks without repetition, in the order of the targets. */
export function successors(block: Block): BlockId[] {
  const last = terminator(block);
  if (last.targets.length === 0) return [];
  if (last.targets.length === 1) return [last.targets[0]!.block];
  return [...new Set(last.targets.map((t) => t.block))];
}

/** Depth first without recursion: functions of machine-made code nest deeply. */
function reversePostorder(func: Func, blocks: readonly (Block | undefined)[], succs: readonly BlockId[][]): Block[] {
  const seen = new Uint8Array(blocks.length);
  const postorder: Block[] = [];
  const stack: { block: Block; next: number }[] = [{ block: func.entry, next: 0 }];
  seen[func.entry.id] = 1;
  while (stack.length > 0) {
    const top = stack[stack.length - 1]!;
    const to = succs[top.block.id]![top.next++];
    if (to === undefined) {
      postorder.push(top.block);
      stack.pop();
    } else if (!seen[to]) {
      seen[to] = 1;
      const block = blocks[to];
      if (block) stack.push({ block, next: 0 });
    }
  }
  return postorder.reverse();
}
