/**
 * Memory that threads take from at once, each in pieces of its own. Nothing is given back one by one: the block's own memory is used again for the next
 * block, that of its receipts belongs to who asked for the block.
 */
import { Interruption } from "../../host/interruption.js";

/** Nothing lies below: 0 stands for nothing. */
const FIRST = 16;

/** The block needs more memory than there is. */
export const ARENA_FULL = new Interruption("the block's memory is used up");

export interface ArenaPlace {
  readonly memory: SharedArrayBuffer;
  /** Where the words that are taken are counted. */
  readonly header: Int32Array;
  readonly top: number;
  /** Words that a thread takes at a time. */
  readonly piece: number;
}

export class Arena {
  readonly words: Int32Array;
  readonly bytes: Uint8Array;
  private readonly header: Int32Array;
  private readonly top: number;
  private readonly piece: number;
  private next = 0;
  private end = 0;

  constructor({ memory, header, top, piece }: ArenaPlace) {
    this.words = new Int32Array(memory);
    this.bytes = new Uint8Array(memory);
    this.header = header;
    this.top = top;
    this.piece = piece;
  }

  /** Empties an arena, for all threads: each calls {@link begin} before it takes anything. */
  static clear(header: Int32Array, top: number): void {
    Atomics.store(header, top, FIRST);
  }

  /** A new block: what this thread had is not its any more. */
  begin(): void {
    this.next = 0;
    this.end = 0;
  }

  /** The offset of `count` fresh words; their content is arbitrary. Throws {@link ARENA_FULL}. */
  take(count: number): number {
    if (!this.has(count)) throw ARENA_FULL;
    const at = this.next;
    this.next = at + count;
    return at;
  }

  /** True where the next {@link take} of so many words will succeed. */
  has(count: number): boolean {
    return this.next + count <= this.end || this.more(count);
  }

  private more(count: number): boolean {
    const piece = Math.max(this.piece, count);
    const { header, words, top } = this;
    // Looked at first, so that the counter cannot run over however often this is tried.
    if (Atomics.load(header, top) + piece > words.length) return false;
    const first = Atomics.add(header, top, piece);
    if (first + piece > words.length) return false;
    this.next = first;
    this.end = first + piece;
    return true;
  }

  /** The offset of fresh words for some bytes. */
  takeBytes(count: number): number {
    return this.take((count + 3) >> 2);
  }
}
