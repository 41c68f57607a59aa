/**
 * Finds anomalies in histories of transactions (Adya, "Weak Consistency", 1999; names as Berenson et al., 1995, have them).
 *
 * A history says of each transaction which versions it read and which keys it wrote. Committed transactions are the nodes of a graph:
 *
 *   T -ww-> U  U wrote the next version of a key after T's        T -wr-> U  U read a version of T's
 *   T -rw-> U  T read a version (or scanned and saw no version) that U's is the next after
 *
 * The history is serialisable if and only if the graph has no cycle and nobody read what was never committed. What a cycle is called depends on
 * its edges: one key's rw and ww are a lost update; an rw edge of a scan makes a phantom; other cycles with rw edges are write skew.
 */
export interface Operation {
  readonly kind: "read" | "write" | "scan";
  /** Of a scan: the prefix. */
  readonly key: string;
  /** read: whose version was seen; undefined for the initial state. */
  readonly from?: number;
  /** scan: each key that was found, and whose version. */
  readonly found?: ReadonlyMap<string, number | undefined>;
}

export interface Recorded {
  readonly id: number;
  readonly operations: readonly Operation[];
  /** Undefined: aborted, or never ended. */
  readonly committedAt?: number;
}

export type Anomaly = "dirty read" | "lost update" | "write skew" | "phantom" | "cycle";

type EdgeKind = "ww" | "wr" | "rw" | "predicate";

interface Edge {
  readonly from: number;
  readonly to: number;
  readonly kind: EdgeKind;
  readonly key: string;
}

/** All kinds of anomaly that a history has. */
export function anomalies(history: readonly Recorded[]): Set<Anomaly> {
  const found = new Set<Anomaly>();
  const committed = new Map(history.filter((t) => t.committedAt !== undefined).map((t) => [t.id, t]));
  for (const t of committed.values()) for (const op of t.operations) for (const writer of writersSeen(op)) if (writer !== t.id && !committed.has(writer)) found.add("dirty read");
  const edges = graph([...committed.values()]);
  for (const edge of edges) {
    if (edge.kind !== "rw" && edge.kind !== "predicate") continue;
    if (edges.some((e) => e.kind === "ww" && e.from === edge.to && e.to === edge.from && e.key === edge.key)) {
      found.add("lost update");
      continue;
    }
    // The shortest story first: without scans, if there is one.
    const path = (kinds: readonly EdgeKind[]): boolean =>
      reaches(
        edge.to,
        edge.from,
        edges.filter((e) => kinds.includes(e.kind)),
      );
    if (edge.kind === "rw" && path(["ww", "wr", "rw"])) found.add("write skew");
    else if (path(["ww", "wr", "rw", "predicate"])) found.add("phantom");
  }
  const plain = edges.filter((e) => e.kind === "ww" || e.kind === "wr");
  if (plain.some((e) => reaches(e.to, e.from, plain))) found.add("cycle");
  return found;
}

function writersSeen(op: Operation): number[] {
  const seen = op.kind === "scan" ? [...op.found!.values()] : op.kind === "read" ? [op.from] : [];
  return seen.filter((w) => w !== undefined);
}

/** Writers of each key, in the order of their versions. */
function versionOrder(committed: readonly Recorded[]): Map<string, number[]> {
  const order = new Map<string, number[]>();
  for (const t of [...committed].sort((a, b) => a.committedAt! - b.committedAt!))
    for (const key of new Set(t.operations.filter((o) => o.kind === "write").map((o) => o.key))) order.set(key, [...(order.get(key) ?? []), t.id]);
  return order;
}

function graph(committed: readonly Recorded[]): Edge[] {
  const edges: Edge[] = [];
  const order = versionOrder(committed);
  const add = (from: number, to: number | undefined, kind: EdgeKind, key: string): void => {
    if (to !== undefined && from !== to) edges.push({ from, to, kind, key });
  };
  for (const [key, writers] of order) for (let i = 1; i < writers.length; i++) add(writers[i - 1]!, writers[i], "ww", key);
  const observe = (reader: number, key: string, from: number | undefined, kind: EdgeKind): void => {
    const writers = order.get(key) ?? [];
    if (from === reader) return;
    if (from !== undefined) add(from, reader, "wr", key);
    // The version after the one seen; a reader's own later version is not one that it missed.
    const next = writers[from === undefined ? 0 : writers.indexOf(from) + 1];
    add(reader, next, kind, key);
  };
  for (const t of committed)
    for (const op of t.operations) {
      if (op.kind === "read") observe(t.id, op.key, op.from, "rw");
      if (op.kind === "scan") for (const key of order.keys()) if (key.startsWith(op.key)) observe(t.id, key, op.found!.get(key), "predicate");
    }
  return edges;
}

function reaches(from: number, to: number, edges: readonly Edge[]): boolean {
  const seen = new Set<number>([from]);
  const open = [from];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node === to) return true;
    for (const edge of edges)
      if (edge.from === node && !seen.has(edge.to)) {
        seen.add(edge.to);
        open.push(edge.to);
      }
  }
  return false;
}
