/**
 * Flow facts of a low-level function that the scheduler needs: order of processing, predecessors, loop depth, liveness,
 * which blocks only fail, and from which blocks control may return or go round a loop.
 */
import { edgesOf, operandsOf, type LFunc, type LTerm, type Word } from "../lir/lir.js";
import { reversePostorder, successors } from "../lir/order.js";

export interface Flow {
  /** Reachable blocks in reverse postorder. */
  readonly rpo: readonly number[];
  /** Number of edges into each block. */
  readonly predecessorCount: readonly number[];
  readonly loopDepth: readonly number[];
  /** Blocks from which every path reverts. */
  readonly cold: readonly boolean[];
  /** Blocks whose stack must hold nothing superfluous in the end: control may return to a caller or go round a loop. */
  readonly tidy: readonly boolean[];
  readonly liveIn: readonly ReadonlySet<Word>[];
  readonly liveOut: readonly ReadonlySet<Word>[];
}

/** Nesting depth by natural loops: for each edge to a block not later in the order, what reaches its source without that block. */
function loopDepths(func: LFunc, rpo: readonly number[], preds: readonly (readonly number[])[]): number[] {
  const order = new Map(rpo.map((id, i) => [id, i]));
  const depth = func.blocks.map(() => 0);
  const loops = new Map<number, Set<number>>();
  for (const id of rpo)
    for (const to of successors(func.blocks[id]!.term)) {
      if (order.get(to)! > order.get(id)!) continue;
      const body = loops.get(to) ?? new Set([to]);
      loops.set(to, body);
      const work = [id];
      while (work.length > 0) {
        const at = work.pop()!;
        if (body.has(at)) continue;
        body.add(at);
        work.push(...preds[at]!);
      }
    }
  for (const body of loops.values()) for (const id of body) depth[id]!++;
  return depth;
}

/** Least fixpoint of a property that a terminator gives or successors pass up. */
function backward(func: LFunc, rpo: readonly number[], own: (term: LTerm) => boolean, join: "some" | "every"): boolean[] {
  const holds = func.blocks.map(() => false);
  for (let changed = true; changed;) {
    changed = false;
    for (let i = rpo.length - 1; i >= 0; i--) {
      const id = rpo[i]!;
      if (holds[id]) continue;
      const { term } = func.blocks[id]!;
      const next = successors(term);
      if (!own(term) && !(next.length > 0 && next[join]((to) => holds[to]!))) continue;
      holds[id] = true;
      changed = true;
    }
  }
  return holds;
}

function liveness(func: LFunc, rpo: readonly number[]): { liveIn: Set<Word>[]; liveOut: Set<Word>[] } {
  const liveIn = func.blocks.map(() => new Set<Word>());
  const liveOut = func.blocks.map(() => new Set<Word>());
  for (let changed = true; changed;) {
    changed = false;
    for (let i = rpo.length - 1; i >= 0; i--) {
      const block = func.blocks[rpo[i]!]!;
      const out = liveOut[block.id]!;
      for (const to of successors(block.term)) for (const word of liveIn[to]!) out.add(word);
      const live = new Set(out);
      const use = (word: Word): void => {
        if (!func.isPush(word)) live.add(word);
      };
      operandsOf(block.term).forEach(use);
      if (block.term.kind === "ret") use(func.returnAddress!);
      for (const edge of edgesOf(block.term)) edge.args.forEach(use);
      for (let j = block.insts.length - 1; j >= 0; j--) {
        const inst = block.insts[j]!;
        for (const result of inst.results) live.delete(result);
        inst.args.forEach(use);
      }
      for (const param of block.params) live.delete(param);
      if (live.size === liveIn[block.id]!.size) continue;
      liveIn[block.id] = live;
      changed = true;
    }
  }
  return { liveIn, liveOut };
}

const FAILS: ReadonlySet<string> = new Set(["REVERT", "INVALID"]);

export function computeFlow(func: LFunc): Flow {
  const rpo = reversePostorder(func);
  const predecessorCount = func.blocks.map(() => 0);
  const preds = func.blocks.map((): number[] => []);
  for (const id of rpo) {
    for (const edge of edgesOf(func.blocks[id]!.term)) predecessorCount[edge.block]!++;
    for (const to of successors(func.blocks[id]!.term)) preds[to]!.push(id);
  }
  // A switch may name one edge block several times; only a switch block can precede it.
  for (const id of rpo) if (preds[id]!.length === 1 && func.blocks[preds[id]![0]!]!.term.kind === "switch") predecessorCount[id] = 1;
  const loopDepth = loopDepths(func, rpo, preds);
  const returns = backward(func, rpo, (term) => term.kind === "ret" || (term.kind === "tailcall" && func.returnAddress !== undefined), "some");
  return {
    rpo,
    predecessorCount,
    loopDepth,
    cold: backward(func, rpo, (term) => term.kind === "trap" || (term.kind === "exit" && FAILS.has(term.op)), "every"),
    tidy: func.blocks.map((_, id) => returns[id]! || loopDepth[id]! > 0),
    ...liveness(func, rpo),
  };
}

/** The order of blocks in the code: traces that fall through along likely edges, failing blocks last. */
export function layoutBlocks(func: LFunc, flow: Flow): number[] {
  const placed = new Set<number>();
  const order: number[] = [];
  const follow = (start: number): void => {
    for (let at: number | undefined = start; at !== undefined;) {
      placed.add(at);
      order.push(at);
      const here: number = at;
      const candidates: number[] = successors(func.blocks[here]!.term).filter((to) => !placed.has(to) && (!flow.cold[to] || flow.cold[here]!));
      // Deeper loops first; among equals the later one, which is the branch's `else` and the switch's default.
      at = candidates.reduce<number | undefined>((best, to) => (best === undefined || flow.loopDepth[to]! >= flow.loopDepth[best]! ? to : best), undefined);
    }
  };
  for (const cold of [false, true]) for (const id of flow.rpo) if (!placed.has(id) && flow.cold[id] === cold) follow(id);
  return order;
}
