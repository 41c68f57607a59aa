/**
 * Receipts as words in shared memory, written by the thread that ran a transaction and read when somebody asks for them.
 *
 *   words in all, flags, gas used (2), execution gas (2), bytes of data, of the error, number of logs, [address (5)],
 *   logs: number of topics, bytes of data, address (5), topics and data as a log keeps them; then data, then error, from whole words on
 */
import { EventLog, type LogRecord } from "../../store/log-record.js";
import { addressFromWords, countFromWords, countToWords, keyToWords } from "../../store/shared/words.js";
import type { Outcome } from "../block-executor.js";
import type { Arena } from "./arena.js";

const FLAG = { SUCCESS: 1, ERROR: 2, CREATED: 4 } as const;
const HEAD = { SIZE: 0, FLAGS: 1, GAS_USED: 2, EXECUTION_GAS: 4, DATA: 6, ERROR: 7, LOGS: 8, WORDS: 9 } as const;
const LOG = { TOPICS: 0, SIZE: 1, ADDRESS: 2, CONTENT: 7 } as const;
const ADDRESS_WORDS = 5;
const TOPIC = 32;
/** Shorter byte strings are copied by a loop: the engine's copy costs more. */
const SHORT = 64;

function wordsFor(bytes: number): number {
  return (bytes + 3) >> 2;
}

function logWords(log: LogRecord): number {
  return LOG.CONTENT + (log instanceof EventLog ? log.length : log.topics.length * (TOPIC / 4) + wordsFor(log.data.length));
}

function putBytes(part: Uint8Array, bytes: Uint8Array, at: number): void {
  if (part.length > SHORT) bytes.set(part, at);
  else for (let i = 0; i < part.length; i++) bytes[at + i] = part[i]!;
}

/** Writes a receipt to the memory for receipts; its offset in words. Where there is no room, to the arena, and its offset is negative. Throws ARENA_FULL. */
export function writeReceipt(receipts: Arena, arena: Arena, receipt: Outcome): number {
  const { data, error, logs, created } = receipt;
  const text = error === undefined ? undefined : Buffer.from(error);
  let size = HEAD.WORDS + wordsFor(data.length) + wordsFor(text?.length ?? 0) + (created === undefined ? 0 : ADDRESS_WORDS);
  for (const log of logs) size += logWords(log);
  const place = receipts.has(size) ? receipts : arena;
  const start = place.take(size);
  const { words, bytes } = place;
  words[start + HEAD.SIZE] = size;
  words[start + HEAD.FLAGS] = (receipt.success ? FLAG.SUCCESS : 0) | (text ? FLAG.ERROR : 0) | (created === undefined ? 0 : FLAG.CREATED);
  countToWords(receipt.gasUsed, words, start + HEAD.GAS_USED);
  countToWords(receipt.executionGas, words, start + HEAD.EXECUTION_GAS);
  words[start + HEAD.DATA] = data.length;
  words[start + HEAD.ERROR] = text?.length ?? 0;
  words[start + HEAD.LOGS] = logs.length;
  let at = start + HEAD.WORDS;
  if (created !== undefined) {
    keyToWords(created, words, at);
    at += ADDRESS_WORDS;
  }
  for (const log of logs) at = writeLog(log, words, bytes, at);
  putBytes(data, bytes, 4 * at);
  if (text) putBytes(text, bytes, 4 * (at + wordsFor(data.length)));
  return place === receipts ? start : -start;
}

function writeLog(log: LogRecord, words: Int32Array, bytes: Uint8Array, at: number): number {
  const isEvent = log instanceof EventLog;
  words[at + LOG.TOPICS] = isEvent ? log.topicCount : log.topics.length;
  words[at + LOG.SIZE] = isEvent ? log.size : log.data.length;
  keyToWords(log.address, words, at + LOG.ADDRESS);
  if (isEvent) log.copyTo(words, at + LOG.CONTENT);
  else {
    let to = 4 * (at + LOG.CONTENT);
    for (const topic of log.topics) {
      for (let i = 0; i < TOPIC; i++) bytes[to + i] = topic[TOPIC - 1 - i]!;
      to += TOPIC;
    }
    putBytes(log.data, bytes, to);
  }
  return at + logWords(log);
}

/** Reads a receipt at an offset in words; its logs are decoded when somebody looks at them. */
export function readReceipt(words: Int32Array, start: number): Outcome {
  const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  const flags = words[start + HEAD.FLAGS]!;
  let at = start + HEAD.WORDS;
  let created: string | undefined;
  if ((flags & FLAG.CREATED) !== 0) {
    created = addressFromWords(words, at);
    at += ADDRESS_WORDS;
  }
  const logs: EventLog[] = [];
  for (let i = 0; i < words[start + HEAD.LOGS]!; i++) {
    const log = EventLog.over(addressFromWords(words, at + LOG.ADDRESS), { words, bytes }, at + LOG.CONTENT, words[at + LOG.TOPICS]!, words[at + LOG.SIZE]!);
    logs.push(log);
    at += LOG.CONTENT + log.length;
  }
  const [dataSize, errorSize] = [words[start + HEAD.DATA]!, words[start + HEAD.ERROR]!];
  const data = bytes.slice(4 * at, 4 * at + dataSize);
  at += wordsFor(dataSize);
  return {
    success: (flags & FLAG.SUCCESS) !== 0,
    data,
    gasUsed: countFromWords(words, start + HEAD.GAS_USED),
    executionGas: countFromWords(words, start + HEAD.EXECUTION_GAS),
    logs,
    error: (flags & FLAG.ERROR) === 0 ? undefined : Buffer.from(bytes.subarray(4 * at, 4 * at + errorSize)).toString(),
    created,
  };
}

/** The receipts of a block, decoded when they are asked for. */
export class Receipts implements Iterable<Outcome> {
  private decoded: (Outcome | undefined)[] | undefined;

  /** `offsets` are those that {@link writeReceipt} gave. What lies in the arena is copied: the next block takes its place. */
  constructor(
    private readonly words: Int32Array,
    private readonly offsets: Int32Array,
    arena: Int32Array,
  ) {
    for (let i = 0; i < offsets.length; i++) {
      if (offsets[i]! >= 0) continue;
      const start = -offsets[i]!;
      const copy = arena.slice(start, start + arena[start + HEAD.SIZE]!);
      this.decoded ??= new Array<Outcome | undefined>(this.length).fill(undefined);
      this.decoded[i] = readReceipt(copy, 0);
    }
  }

  get length(): number {
    return this.offsets.length;
  }

  at(index: number): Outcome | undefined {
    if (index < 0 || index >= this.length) return undefined;
    this.decoded ??= new Array<Outcome | undefined>(this.length).fill(undefined);
    return (this.decoded[index] ??= readReceipt(this.words, this.offsets[index]!));
  }

  *[Symbol.iterator](): Iterator<Outcome> {
    for (let i = 0; i < this.length; i++) yield this.at(i)!;
  }
}
