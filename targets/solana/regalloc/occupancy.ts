/** Which positions of one machine register or one frame cell are taken: disjoint segments, kept in order. */
import type { Segment } from "./intervals.js";

export class Occupancy {
  private readonly taken: Segment[] = [];

  /** Index of the first taken segment that ends after a position. */
  private firstEndingAfter(position: number): number {
    let low = 0;
    let high = this.taken.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.taken[middle]!.to > position) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** True where no segment overlaps a taken one. */
  isFree(segments: readonly Segment[]): boolean {
    for (const s of segments) {
      const next = this.taken[this.firstEndingAfter(s.from)];
      if (next !== undefined && next.from < s.to) return false;
    }
    return true;
  }

  /** Takes segments that are free. */
  take(segments: readonly Segment[]): void {
    for (const s of segments) this.taken.splice(this.firstEndingAfter(s.from), 0, s);
  }
}
