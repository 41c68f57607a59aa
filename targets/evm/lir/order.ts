/** Orders of a low-level function's blocks. */
import { edgesOf, type LFunc, type LTerm } from "./lir.js";

/** Successor blocks, each once. */
export function successors(term: LTerm): number[] {
  return [...new Set(edgesOf(term).map((edge) => edge.block))];
}

/** The blocks that the entry reaches, in reverse postorder. */
export function reversePostorder(func: LFunc): number[] {
  const seen = new Set<number>([0]);
  const out: number[] = [];
  const stack = [{ id: 0, next: 0, succ: successors(func.blocks[0]!.term) }];
  while (stack.length > 0) {
    const top = stack[stack.length - 1]!;
    if (top.next === top.succ.length) {
      out.push(top.id);
      stack.pop();
      continue;
    }
    const to = top.succ[top.next++]!;
    if (seen.has(to)) continue;
    seen.add(to);
    stack.push({ id: to, next: 0, succ: successors(func.blocks[to]!.term) });
  }
  return out.reverse();
}
