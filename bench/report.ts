/** What a bench prints: rows of figures, each beside its peer's in the same run, with their ratio. */
import { table } from "../cli/terminal.js";

export interface Row {
  readonly name: string;
  readonly ours: number;
  readonly peer: number;
  readonly unit: string;
  /** True where more is better (a rate); otherwise less is better. */
  readonly higherIsBetter?: boolean;
  /** What else the row shows, such as how many were attempted and how many committed. */
  readonly note?: string;
}

export interface Bench {
  readonly name: string;
  /** What is compared with what, in one line. */
  readonly title: string;
  run(): Promise<readonly Row[]>;
}

function figure(value: number): string {
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString("en-US");
  return Number.isInteger(value) ? String(value) : value.toPrecision(3);
}

export function render(bench: Bench, rows: readonly Row[]): string {
  const lines = rows.map((r) => [
    r.name,
    figure(r.ours),
    figure(r.peer),
    (r.ours / r.peer).toFixed(2),
    r.unit + (r.higherIsBetter === true ? " (more is better)" : "") + (r.note === undefined ? "" : `; ${r.note}`),
  ]);
  return `${bench.name}: ${bench.title}\n${table([["what", "supervm", "peer", "ratio", "unit"], ...lines], [1, 2, 3])}\n`;
}

/** Geometric mean of ours/peer. */
export function geometricMean(rows: readonly Row[]): number {
  return Math.exp(rows.reduce((sum, r) => sum + Math.log(r.ours / r.peer), 0) / rows.length);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
