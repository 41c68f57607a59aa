/**
 * Parallel moves: values go from registers, cells and constants to registers and cells "at once", as at a call. Stores to
 * cells come first (they destroy no register), then moves among registers, cycles by exchanging, then loads and constants.
 */
export type Source = { readonly reg: number } | { readonly cell: number } | { readonly constant: bigint };
export type Destination = { readonly reg: number } | { readonly cell: number };

export interface Move {
  readonly to: Destination;
  readonly from: Source;
}

/** What a move sequence is made of. */
export interface MoveSink {
  copy(to: number, from: number): void;
  exchange(a: number, b: number): void;
  load(to: number, cell: number): void;
  store(cell: number, from: number): void;
  constant(to: number, value: bigint): void;
}

/** Emits the moves. A cell may only be filled from a register. */
export function emitMoves(moves: readonly Move[], sink: MoveSink): void {
  const pending = new Map<number, number>(); // destination register -> source register
  for (const { to, from } of moves) {
    if ("cell" in to && "reg" in from) sink.store(to.cell, from.reg);
    else if ("reg" in to && "reg" in from && to.reg !== from.reg) pending.set(to.reg, from.reg);
  }
  emitRegisterMoves(pending, sink);
  for (const { to, from } of moves) {
    if (!("reg" in to)) continue;
    if ("cell" in from) sink.load(to.reg, from.cell);
    else if ("constant" in from) sink.constant(to.reg, from.constant);
  }
}

function emitRegisterMoves(pending: Map<number, number>, sink: MoveSink): void {
  while (pending.size > 0) {
    const sources = new Set(pending.values());
    const ready = [...pending.keys()].find((to) => !sources.has(to));
    if (ready !== undefined) {
      sink.copy(ready, pending.get(ready)!);
      pending.delete(ready);
      continue;
    }
    // Only cycles are left. After the exchange `to` holds its value, and what wanted `to`'s old value finds it in `from`.
    const [to, from] = pending.entries().next().value as [number, number];
    sink.exchange(to, from);
    pending.delete(to);
    for (const [other, source] of pending) {
      if (source !== to) continue;
      if (other === from) pending.delete(other);
      else pending.set(other, from);
    }
  }
}
