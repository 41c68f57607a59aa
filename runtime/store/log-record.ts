/** Logs of contracts: kept as the words that the contract left in its memory, decoded when somebody asks for topics or data. */
import { chunkWith } from "./chunk.js";
import type { AddressKey } from "./keys.js";
import { WORD_SIZE } from "./word-table.js";

/** A log as contracts emit it; topics are 32-byte big-endian words. */
export interface LogRecord {
  readonly address: AddressKey;
  readonly topics: readonly Uint8Array[];
  readonly data: Uint8Array;
  /** It tells of wei that moved, and no contract emitted it (observing-journal.ts). */
  readonly isTransfer?: true;
}

const TOPIC_BYTES = 32;
/** Shorter data is copied by a loop: a view for a copy by the engine costs more. */
const SHORT = 64;

/** Where a log's content lies in a contract's memory. */
export interface LogSource {
  readonly words: Int32Array;
  readonly bytes: Uint8Array;
}

export class EventLog implements LogRecord {
  private decodedTopics: Uint8Array[] | undefined;
  private decodedData: Uint8Array | undefined;

  private constructor(
    readonly address: AddressKey,
    private readonly chunk: LogSource,
    private readonly start: number,
    readonly topicCount: number,
    /** Bytes of data. */
    readonly size: number,
  ) {}

  /** The log whose topics and data lie at the word `start` of words that nobody changes any more. */
  static over(address: AddressKey, source: LogSource, start: number, topics: number, size: number): EventLog {
    return new EventLog(address, source, start, topics, size);
  }

  /** Words that topics and data take. */
  get length(): number {
    return this.topicCount * WORD_SIZE + ((this.size + 3) >> 2);
  }

  /** Copies topics and data, {@link length} words. */
  copyTo(words: Int32Array, at: number): void {
    const { words: from } = this.chunk;
    for (let i = 0, length = this.length; i < length; i++) words[at + i] = from[this.start + i]!;
  }

  /** Copies a log out of memory: `topics` numbers from the word `topicsAt` on, and `size` bytes from `dataAt` on. */
  static of(address: AddressKey, { words, bytes }: LogSource, topics: number, topicsAt: number, dataAt: number, size: number): EventLog {
    const topicWords = topics * WORD_SIZE;
    const length = topicWords + ((size + 3) >> 2);
    const chunk = chunkWith(length);
    const start = chunk.take(length);
    for (let i = 0; i < topicWords; i++) chunk.words[start + i] = words[topicsAt + i]!;
    const to = 4 * (start + topicWords);
    if (size > SHORT) chunk.bytes.set(bytes.subarray(dataAt, dataAt + size), to);
    else for (let i = 0; i < size; i++) chunk.bytes[to + i] = bytes[dataAt + i]!;
    return new EventLog(address, chunk, start, topics, size);
  }

  get topics(): readonly Uint8Array[] {
    return (this.decodedTopics ??= Array.from({ length: this.topicCount }, (_, n) => {
      const at = 4 * (this.start + n * WORD_SIZE);
      return this.chunk.bytes.slice(at, at + TOPIC_BYTES).reverse();
    }));
  }

  get data(): Uint8Array {
    const at = 4 * (this.start + this.topicCount * WORD_SIZE);
    return (this.decodedData ??= this.chunk.bytes.slice(at, at + this.size));
  }

  /** The log as an object of its own: what is sent to another thread, or written as JSON. */
  toJSON(): LogRecord {
    return { address: this.address, topics: this.topics, data: this.data };
  }
}
