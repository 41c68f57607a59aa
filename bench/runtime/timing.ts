/** Timing of two ways to do one thing, in turns, so that what else the machine does meets both alike. */
import { median } from "../report.js";

export interface Pair {
  readonly ours: number;
  readonly peer: number;
}

/** Median seconds of `rounds` runs of each. Both are run once before. */
export function inTurns(rounds: number, ours: () => void, peer: () => void): Pair {
  ours();
  peer();
  const times = { ours: [] as number[], peer: [] as number[] };
  for (let i = 0; i < rounds; i++) {
    times.ours.push(seconds(ours));
    times.peer.push(seconds(peer));
  }
  return { ours: median(times.ours), peer: median(times.peer) };
}

/** The same where the peer is another process. */
export async function inTurnsWith(rounds: number, ours: () => void, peer: () => Promise<void>): Promise<Pair> {
  ours();
  await peer();
  const times = { ours: [] as number[], peer: [] as number[] };
  for (let i = 0; i < rounds; i++) {
    times.ours.push(seconds(ours));
    const start = performance.now();
    await peer();
    times.peer.push((performance.now() - start) / 1000);
  }
  return { ours: median(times.ours), peer: median(times.peer) };
}

function seconds(run: () => void): number {
  const start = performance.now();
  run();
  return (performance.now() - start) / 1000;
}
