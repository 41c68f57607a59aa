/**
 * Timing of two ways to do one thing, in turns, so that what else the machine does meets both alike. What both do in this process is timed by the
 * processor's time that the process uses, which other processes hardly change.
 */
import { median } from "../report.js";

export interface Pair {
  readonly ours: number;
  readonly peer: number;
}

/** Median seconds of processor time of `rounds` runs of each. Both are run once before. */
export function inTurns(rounds: number, ours: () => void, peer: () => void): Pair {
  ours();
  peer();
  const times = { ours: [] as number[], peer: [] as number[] };
  for (let i = 0; i < rounds; i++) {
    times.ours.push(processorSeconds(ours));
    times.peer.push(processorSeconds(peer));
  }
  return { ours: median(times.ours), peer: median(times.peer) };
}

/** The same by the clock, where the peer is another process. */
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

/** The time by the clock, in seconds since some moment. */
export function clockSeconds(): number {
  return performance.now() / 1000;
}

/** The processor time that this process has used, in seconds: its threads' in sum, the garbage collector's included. */
export function processSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** The processor time of a run, in seconds. */
export function processorSeconds(run: () => void): number {
  const start = processSeconds();
  run();
  return processSeconds() - start;
}

function seconds(run: () => void): number {
  const start = clockSeconds();
  run();
  return clockSeconds() - start;
}
