/**
 * Which of several inherited functions of one signature leave it open what a contract inherits.
 *
 * The functions and what they override form a graph between the contract and a common top. A function that lies on
 * every way to the top (a cut vertex) decides for all below it, so what it overrides need not be overridden again.
 * Cut vertices are found as in Hopcroft and Tarjan, "Efficient algorithms for graph manipulation" (1973).
 */

interface Implementable {
  readonly kind: string;
  readonly body?: unknown;
}

/** The functions left after what cut vertices decide has been taken out; more than one must be overridden. */
export function undecidedBases<T extends Implementable>(bases: readonly T[], overriddenBy: (item: T) => readonly T[]): T[] {
  const left = new Set(bases);
  for (const item of cutVertices(bases, overriddenBy)) {
    const pending = [...overriddenBy(item)];
    for (let next = pending.pop(); next; next = pending.pop()) {
      left.delete(next);
      pending.push(...overriddenBy(next));
    }
    if (item.kind !== "VariableDeclaration" && item.body === undefined) left.delete(item);
  }
  return [...left];
}

/** Node 0 is the contract, node 1 the common top. */
function cutVertices<T>(bases: readonly T[], overriddenBy: (item: T) => readonly T[]): Set<T> {
  const ids = new Map<T, number>();
  const items: (T | undefined)[] = [undefined, undefined];
  const edges: Set<number>[] = [new Set(), new Set()];
  const connect = (a: number, b: number): void => {
    edges[a]!.add(b);
    edges[b]!.add(a);
  };
  const visit = (item: T): number => {
    const known = ids.get(item);
    if (known !== undefined) return known;
    const id = items.push(item) - 1;
    ids.set(item, id);
    edges.push(new Set());
    const below = overriddenBy(item);
    if (below.length === 0) connect(id, 1);
    for (const next of below) connect(id, visit(next));
    return id;
  };
  for (const base of bases) connect(0, visit(base));
  const result = new Set<T>();
  const depth: number[] = [];
  const low: number[] = [];
  const search = (node: number, parent: number, level: number): void => {
    depth[node] = low[node] = level;
    for (const next of edges[node]!) {
      if (depth[next] === undefined) {
        search(next, node, level + 1);
        if (low[next]! >= level && parent >= 0) result.add(items[node]!);
        low[node] = Math.min(low[node], low[next]!);
      } else if (next !== parent) low[node] = Math.min(low[node], depth[next]);
    }
  };
  search(0, -1, 0);
  return result;
}
