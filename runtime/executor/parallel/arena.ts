/** Memory for one block that threads take from at once, each in pieces of its own. Nothing is given back before the block is over. */
import { Interruption } from "../../host/interruption.js";
import { HEADER, type BlockBuffers } from "./layout.js";

/** Words that a thread takes at a time. */
const PIECE = 16_384;
/** Nothing lies below: 0 stands for nothing. */
const FIRST = 16;

/** The block needs more memory than there is. */
export const ARENA_FULL = new Interruption("the block's memory is used up");

export class Arena {
  readonly words: Int32Array;
  readonly bytes: Uint8Array;
  readonly buffer: Buffer;
  private readonly header: Int32Array;
  private next = 0;
  private end = 0;

  constructor(buffers: BlockBuffers) {
    this.header = new Int32Array(buffers.header);
    this.words = new Int32Array(buffers.arena);
    this.bytes = new Uint8Array(buffers.arena);
    this.buffer = Buffer.from(buffers.arena);
  }

  /** Empties the arena, for all threads: each calls {@link begin} before it takes anything. */
  static clear(header: Int32Array): void {
    Atomics.store(header, HEADER.TOP, FIRST);
  }

  /** A new block: what this thread had is not its any more. */
  begin(): void {
    this.next = 0;
    this.end = 0;
  }

  /** The offset of `count` fresh words; their content is arbitrary. Throws {@link ARENA_FULL}. */
  take(count: number): number {
    if (this.next + count > this.end) this.more(count);
    const at = this.next;
    this.next = at + count;
    return at;
  }

  private more(count: number): void {
    const piece = Math.max(PIECE, count);
    const { header, words } = this;
    // Looked at first, so that the counter cannot run over however often this is tried.
    if (Atomics.load(header, HEADER.TOP) + piece > words.length) throw ARENA_FULL;
    const first = Atomics.add(header, HEADER.TOP, piece);
    if (first + piece > words.length) throw ARENA_FULL;
    this.next = first;
    this.end = first + piece;
  }

  /** The offset of fresh words for some bytes. */
  takeBytes(count: number): number {
    return this.take((count + 3) >> 2);
  }
}
