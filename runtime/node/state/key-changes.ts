/** The keys of a change of a trie, hashed and in order, so that all changes below a node lie side by side. */
import { nibbleAt } from "./node-bytes.js";

export const HASHED_SIZE = 32;
/** So that 32 bits of a hash and the number of what was hashed fit a double. */
const MAX_NUMBER = 2 ** 21;

export class KeyChanges {
  /** Hashes in order. */
  readonly hashes: Uint8Array;
  /** By place in that order, which of the keys it is. */
  readonly order: Uint32Array;
  /** How many before a place may leave nothing where they are. */
  private readonly vanishing: Uint32Array;

  /**
   * @param hash Writes the hash of a key to a place of some bytes.
   * @param mayVanish Whether there may be nothing at a key afterwards.
   */
  constructor(
    readonly count: number,
    hash: (index: number, into: Uint8Array, to: number) => void,
    mayVanish: (index: number) => boolean,
  ) {
    const unordered = new Uint8Array(HASHED_SIZE * count);
    for (let i = 0; i < count; i++) hash(i, unordered, HASHED_SIZE * i);
    this.order = inOrder(unordered, count);
    this.hashes = new Uint8Array(HASHED_SIZE * count);
    this.vanishing = new Uint32Array(count + 1);
    for (let place = 0; place < count; place++) {
      const index = this.order[place]!;
      const from = HASHED_SIZE * index;
      for (let i = 0, to = HASHED_SIZE * place; i < HASHED_SIZE; i++) this.hashes[to + i] = unordered[from + i]!;
      this.vanishing[place + 1] = this.vanishing[place]! + (mayVanish(index) ? 1 : 0);
    }
  }

  nibble(place: number, depth: number): number {
    return nibbleAt(this.hashes, HASHED_SIZE * place, depth);
  }

  /** The first place behind `place` and before `end` whose half byte at a depth is another. */
  groupEnd(place: number, end: number, depth: number): number {
    const nibble = this.nibble(place, depth);
    let next = place + 1;
    while (next < end && this.nibble(next, depth) === nibble) next++;
    return next;
  }

  /** True where at least one of the keys from a place to another has something afterwards. */
  remain(from: number, to: number): boolean {
    return this.vanishing[to]! - this.vanishing[from]! < to - from;
  }
}

/** Numbers of hashes in their order. */
function inOrder(hashes: Uint8Array, count: number): Uint32Array {
  const compare = (a: number, b: number): number => {
    for (let i = 0; i < HASHED_SIZE; i++) {
      const difference = hashes[HASHED_SIZE * a + i]! - hashes[HASHED_SIZE * b + i]!;
      if (difference !== 0) return difference;
    }
    return 0;
  };
  if (count > MAX_NUMBER) return Uint32Array.from({ length: count }, (_, i) => i).sort(compare);
  const beginnings = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const at = HASHED_SIZE * i;
    beginnings[i] = (((hashes[at]! << 24) | (hashes[at + 1]! << 16) | (hashes[at + 2]! << 8) | hashes[at + 3]!) >>> 0) * MAX_NUMBER + i;
  }
  beginnings.sort();
  const order = new Uint32Array(count);
  for (let place = 0; place < count; place++) order[place] = beginnings[place]! % MAX_NUMBER;
  const beginning = (place: number): number => Math.floor(beginnings[place]! / MAX_NUMBER);
  for (let from = 0; from < count;) {
    let to = from + 1;
    while (to < count && beginning(to) === beginning(from)) to++;
    if (to > from + 1) order.subarray(from, to).sort(compare);
    from = to;
  }
  return order;
}
