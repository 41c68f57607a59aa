/**
 * Room for small records that outlive the transaction which made them (its logs, its changes): parts of large typed arrays, because
 * a typed array of its own for each costs more than the rest of a transaction. A chunk is freed when nothing refers to it any more.
 */

/** Words of a chunk: 64 KiB. */
const CHUNK_WORDS = 2 ** 14;

export class Chunk {
  readonly words: Int32Array;
  /** The same memory. */
  readonly bytes: Uint8Array;
  private taken = 0;

  constructor(size: number) {
    this.words = new Int32Array(size);
    this.bytes = new Uint8Array(this.words.buffer);
  }

  fits(size: number): boolean {
    return this.taken + size <= this.words.length;
  }

  /** Where `size` words begin that nobody else has. They must fit. */
  take(size: number): number {
    const start = this.taken;
    this.taken = start + size;
    return start;
  }
}

let current = new Chunk(CHUNK_WORDS);

/** A chunk in which `size` words can be taken. */
export function chunkWith(size: number): Chunk {
  if (size > CHUNK_WORDS / 4) return new Chunk(size);
  if (!current.fits(size)) current = new Chunk(CHUNK_WORDS);
  return current;
}
