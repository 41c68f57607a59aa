/** Seeds of programs from a run's seed and a program's number: the same pair names the same program however many are run. */
export function programSeed(seed: number, index: number): number {
  let h = Math.imul(seed | 0, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  return (h ^ (h >>> 13)) >>> 0;
}

/** A program of a run. */
export interface Numbered {
  /** Its place in the run, which decides what it runs on. */
  readonly index: number;
  readonly seed: number;
}
