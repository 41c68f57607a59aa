/**
 * Finds the cheapest way to bring an instruction's operands to the top of the stack.
 *
 *   [a y b], operands a b, both for the last time  ->  SWAP1 SWAP2: [y b a]
 *
 * Operands that are used again later are copied; those that are used for the last time are moved, so that they do not
 * stay behind. The search is over symbolic stacks (only the operands themselves are told apart), cheapest first,
 * and its results are kept: the same few patterns come again and again.
 */

/** One move: exchange the top with the entry so far below, or put a copy of operand class `take` on top. */
export type Move = { readonly swap: number } | { readonly take: number };

export interface Problem {
  /** Entries from some depth to the top: the class of an operand used for the last time, or -1. */
  readonly stack: readonly number[];
  /** Classes that the top must hold in the end, bottom first. */
  readonly goal: readonly number[];
  /** By class: it is on the stack for its last use (else a copy comes from elsewhere). */
  readonly dying: readonly boolean[];
  /** Price of a superfluous copy that stays behind. */
  readonly leftover: number;
}

export interface Solution {
  readonly moves: readonly Move[];
  readonly cost: number;
}

const MOVE_COST = 3;
const SEARCH_LIMIT = 3000;

interface Node {
  readonly stack: readonly number[];
  readonly cost: number;
  readonly from: Node | undefined;
  readonly move: Move | undefined;
}

const known = new Map<string, Solution | undefined>();

/** The cheapest moves; undefined where the search is too large. */
export function arrange(problem: Problem): Solution | undefined {
  const key = `${problem.stack.join(",")}|${problem.goal.join(",")}|${problem.dying.map(Number).join("")}|${problem.leftover}`;
  if (known.has(key)) return known.get(key);
  const solution = search(problem);
  known.set(key, solution);
  return solution;
}

function search(problem: Problem): Solution | undefined {
  // Buckets by cost make the queue: costs are small integers.
  const buckets: Node[][] = [[{ stack: problem.stack, cost: 0, from: undefined, move: undefined }]];
  const settled = new Set<string>();
  let visited = 0;
  for (let cost = 0; cost < buckets.length; cost++) {
    for (let node = buckets[cost]?.pop(); node; node = buckets[cost]?.pop()) {
      if (node.move && "swap" in node.move && node.move.swap === 0) return solutionOf(node.from!, cost);
      const key = node.stack.join(",");
      if (settled.has(key)) continue;
      settled.add(key);
      if (++visited > SEARCH_LIMIT) return undefined;
      for (const next of expand(problem, node)) (buckets[next.cost] ??= []).push(next);
    }
    buckets[cost] ??= [];
  }
  return undefined;
}

function solutionOf(node: Node, cost: number): Solution {
  const moves: Move[] = [];
  for (let at: Node | undefined = node; at?.move; at = at.from) moves.push(at.move);
  return { moves: moves.reverse(), cost };
}

function count(list: readonly number[], item: number): number {
  let n = 0;
  for (const entry of list) if (entry === item) n++;
  return n;
}

/** True where the top is as wanted. */
function reached(problem: Problem, stack: readonly number[]): boolean {
  const base = stack.length - problem.goal.length;
  return base >= 0 && problem.goal.every((wanted, i) => stack[base + i] === wanted);
}

function expand(problem: Problem, node: Node): Node[] {
  const { goal, dying } = problem;
  const { stack } = node;
  const out: Node[] = [];
  if (reached(problem, stack)) {
    // The end costs what superfluous copies will cost to remove: a node of its own, so that the cheapest end wins.
    const superfluous = stack.slice(0, stack.length - goal.length).filter((entry) => entry >= 0).length;
    out.push({ stack, cost: node.cost + superfluous * problem.leftover, from: node, move: { swap: 0 } });
  }
  let missing = 0;
  dying.forEach((isDying, item) => {
    const wanted = count(goal, item);
    const have = count(stack, item);
    missing += Math.max(0, wanted - have);
    const limit = isDying && wanted > 0 ? wanted + 1 : wanted;
    if (have < limit) out.push({ stack: [...stack, item], cost: node.cost + MOVE_COST, from: node, move: { take: item } });
  });
  const top = stack.length - 1;
  const zone = stack.length + missing - goal.length;
  for (let distance = 1; distance <= Math.min(16, top); distance++) {
    const below = top - distance;
    if (stack[below] === stack[top] || (stack[below]! < 0 && below < zone)) continue;
    const next = [...stack];
    [next[top], next[below]] = [next[below]!, next[top]!];
    out.push({ stack: next, cost: node.cost + MOVE_COST, from: node, move: { swap: distance } });
  }
  return out;
}
