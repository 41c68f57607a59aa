/**
 * Places in memory and storage as base and constant offset, and when two of them cannot be the same.
 *
 *   %p = mem.alloc %n;  %q = add.nuw %p, 32     =>   %q is (%p, 32)
 *   %s = slot.map %k, %b; %t = add %s, 1        =>   %t is (%s, 1)
 */
import type { Func, Inst, ValueId } from "../ir/module.js";

/** base + offset; a constant has no base. */
export interface Location {
  readonly base: ValueId | undefined;
  readonly offset: bigint;
}

const SUMS: ReadonlySet<string> = new Set(["add", "add.nuw"]);
const HASHES: ReadonlySet<string> = new Set(["slot.map", "slot.map.bytes", "slot.array"]);
/** Offsets from a hash, and plain slots, below this are far from every other hash: a collision would break storage layouts at large. */
const NEAR = 1n << 64n;

/** A word of memory. */
export const WORD_BYTES = 32n;

/** Where the free memory pointer's first value lies: allocations are not below. */
const HEAP = 0x80n;

export class Locations {
  constructor(
    private readonly func: Func,
    /** Defining instructions by value. */
    private readonly defs: readonly (Inst | undefined)[],
    /** The module has no untrusted memory access (effects.ts), so allocations are disjoint. */
    private readonly orderlyMemory: boolean,
  ) {}

  /** Takes constant summands off a value. Wrapping sums are right too: offsets count modulo 2^N. */
  of(value: ValueId): Location {
    let base = value;
    let offset = 0n;
    for (;;) {
      const def = this.defs[base];
      if (def?.op === "const") return { base: undefined, offset: this.wrap(value, offset + def.imm.int!) };
      if (!def || !SUMS.has(def.op)) return { base, offset: this.wrap(value, offset) };
      const [x, y] = def.args as [ValueId, ValueId];
      const [cx, cy] = [this.defs[x], this.defs[y]];
      if (cy?.op === "const") {
        offset += cy.imm.int!;
        base = x;
      } else if (cx?.op === "const") {
        offset += cx.imm.int!;
        base = y;
      } else {
        return { base, offset: this.wrap(value, offset) };
      }
    }
  }

  private wrap(value: ValueId, offset: bigint): bigint {
    return BigInt.asUintN(this.func.typeOf(value), offset);
  }

  /** True where two storage slots are certainly different. */
  slotsDiffer(a: Location, b: Location): boolean {
    if (a.base === b.base) return a.offset !== b.offset;
    if (!this.isNearHash(a) || !this.isNearHash(b)) return false;
    return a.base === undefined || b.base === undefined || this.hashesDiffer(this.defs[a.base]!, this.defs[b.base]!);
  }

  /** A hash with a small offset, or a small constant. */
  private isNearHash({ base, offset }: Location): boolean {
    return offset < NEAR && (base === undefined || HASHES.has(this.defs[base]?.op ?? ""));
  }

  /** Hashes of different inputs differ: of other operations (their inputs have other lengths), or of constants that differ. */
  private hashesDiffer(a: Inst, b: Inst): boolean {
    if (a.op !== b.op) return a.op !== "slot.map.bytes" && b.op !== "slot.map.bytes";
    if (a.op === "slot.map.bytes") return false;
    return a.args.some((arg, i) => {
      const [x, y] = [this.defs[arg], this.defs[b.args[i]!]];
      return x?.op === "const" && y?.op === "const" && x.imm.int !== y.imm.int;
    });
  }

  /** True where the ranges [a, a+aLength) and [b, b+bLength) of memory certainly have no byte in common. */
  rangesDiffer(a: Location, aLength: bigint, b: Location, bLength: bigint): boolean {
    if (a.base === b.base) {
      // Offsets count modulo 2^N: an offset of 2^N - 1 lies just in front of the base.
      const bits = a.base === undefined ? 256 : this.func.typeOf(a.base);
      return BigInt.asUintN(bits, b.offset - a.offset) >= aLength && BigInt.asUintN(bits, a.offset - b.offset) >= bLength;
    }
    if (!this.orderlyMemory) return false;
    return this.separate(a, aLength, b) || this.separate(b, bLength, a) || (this.isAllocation(a) && this.isAllocation(b));
  }

  /** A constant range below the heap, and something in the heap. */
  private separate(low: Location, length: bigint, high: Location): boolean {
    return low.base === undefined && low.offset + length <= HEAP && this.isHeap(high);
  }

  private isAllocation({ base }: Location): boolean {
    return base !== undefined && this.defs[base]?.op === "mem.alloc";
  }

  private isHeap(location: Location): boolean {
    return this.isAllocation(location) || (location.base !== undefined && this.defs[location.base]?.op === "mem.free");
  }
}
