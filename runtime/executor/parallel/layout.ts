/**
 * What the threads that run a block share: counters, a row a transaction, and an arena of words for everything of variable size
 * (docs/internals/parallel.md). All of it is plain words; what is said to be atomic is read and written with Atomics only.
 */

/** Indexes of the header's words. Those that threads fight for lie on cache lines of their own. */
export const HEADER = {
  /** The running block's number; raised to start one. */
  GO: 0,
  /** The block that workers may enter; 0 for none. */
  OPEN: 8,
  /** Transactions of the block. */
  SIZE: 1,
  /** 1: records of the state may have to be asked for. */
  ASKING: 2,
  /** The index of the coinbase's record where fees are paid, else 0. */
  COINBASE: 3,
  /** Words of the arena where the block's cells and the base fee are. */
  CELLS: 4,
  CELLS_SIZE: 5,
  BASE_FEE: 6,
  /** How far ahead of the frontier transactions are run. */
  WINDOW: 7,
  WORKERS: 9,
  /** The next transaction to run. */
  NEXT: 16,
  /** Transactions below this are final: they have read what the serial run would have given them. */
  FRONTIER: 32,
  /** 0, or 1 + the number of the worker that moves the frontier. */
  TOKEN: 48,
  /** Transactions whose inputs are in the arena. */
  AVAILABLE: 64,
  /** 1: leave the block, it is run serially. */
  STOP: 80,
  /** While the frontier is below this, only the main thread runs transactions. */
  SERIAL_UNTIL: 96,
  /** Words of the arena that are taken. */
  TOP: 112,
  /** The same of the memory for receipts. */
  RECEIPTS_TOP: 120,
  /** 1: the changes of all transactions are to be made part of the state. */
  SETTLE: 113,
  /** The next transaction whose changes are to be made part of the state, and how many are. */
  SETTLE_NEXT: 128,
  SETTLED: 144,
  /** Workers besides the main thread that are inside the block. */
  ACTIVE: 160,
  /** Raised with each question to the main thread. */
  QUESTIONS: 176,
  /** Under the token: how often transactions had to run again lately (fixed point, CONFLICT_ONE is always), and how long serial phases are. */
  CONFLICT_RATE: 192,
  BACKOFF: 193,
  /** How many validations failed, and how many transactions were run in serial phases. */
  CONFLICTS: 194,
  UNTRIED: 195,
  /** Executions that were begun. */
  EXECUTIONS: 208,
  /** Changes when there may be work again for those who wait. */
  WAKE: 224,
  SLEEPERS: 225,
  /** A record index that a worker asks for, one word a worker. */
  ASKED: 240,
} as const;

export const MAX_WORKERS = 64;
export const HEADER_WORDS = HEADER.ASKED + MAX_WORKERS;

/** A row's words. */
export const TX = {
  /** One of STATUS. Atomic. */
  STATUS: 0,
  /** Where in the arena, and how many: pairs (record, version) that the execution read. */
  READS: 1,
  READ_COUNT: 2,
  /** Entries of version chains that the transaction has made, over all its executions. */
  ENTRIES: 3,
  ENTRY_COUNT: 4,
  /** Where the encoded receipt is: in the memory for receipts, or (negative) in the arena. */
  RECEIPT: 5,
  /** The encoded transaction. */
  INPUT: 6,
  /** 1: an account was destroyed. */
  DESTROYED: 7,
  /** What the coinbase gets, in wei. */
  FEE: 8,
  WORDS: 16,
} as const;

export const STATUS = {
  READY: 0,
  EXECUTING: 1,
  /** Its writes can be seen; its reads have not been checked. */
  EXECUTED: 2,
  FINAL: 3,
  /** Given up: it is run when the frontier has reached it. */
  PENDING: 4,
  /** As PENDING, by the main thread: it needs what only that one knows. */
  MAIN_ONLY: 5,
} as const;

export const CONFLICT_ONE = 1 << 16;

/** An entry of a version chain: whose, the next older entry, the version (0: withdrawn), the record that it is of. */
export const ENTRY = { TX: 0, NEXT: 1, VERSION: 2, RECORD: 3, WORDS: 4 } as const;

/** Set in an entry's version: its transaction will run again and probably write there again. */
export const ESTIMATE = 1 << 31;

/** Transactions that are run as one; longer blocks are run in parts. */
export const MAX_PART = 32_768;

export interface BlockBuffers {
  readonly header: SharedArrayBuffer;
  readonly rows: SharedArrayBuffer;
  readonly arena: SharedArrayBuffer;
}

const ARENA_BYTES = 512 * 2 ** 20;

/** Words of a block's memory for receipts: what simple transactions need twice over. Receipts that find no room there take it from the arena. */
const RECEIPT_WORDS = 128;
const RECEIPTS_AT_LEAST = 2 ** 14;

export function receiptMemory(transactions: number): SharedArrayBuffer {
  return new SharedArrayBuffer(4 * (RECEIPTS_AT_LEAST + RECEIPT_WORDS * transactions));
}

/** Words that a thread takes of them at a time. */
export const PIECE = { ARENA: 16_384, RECEIPTS: 2_048 } as const;

/** Pages that are not used take no memory. */
export function blockBuffers(arenaBytes = ARENA_BYTES): BlockBuffers {
  return {
    header: new SharedArrayBuffer(4 * HEADER_WORDS),
    rows: new SharedArrayBuffer(4 * TX.WORDS * MAX_PART),
    arena: new SharedArrayBuffer(arenaBytes),
  };
}
