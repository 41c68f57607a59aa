/**
 * The state's records in shared memory: 20 words of 32 bits each, for accounts, storage words and modules alike.
 *
 *   word     0     1      2      3      4 .. 8    9     10, 11   12 .. 19
 *   account  head  0      state  stamp  address   code  nonce    balance
 *   storage  head  owner  state  stamp  slot (4 .. 11)           value
 *   module   head  -1     state  stamp  identity (4 .. 11)       number of its blob, 0
 *
 * Numbers and keys lie in the machine's order, least significant word first. A record, once it has a key, keeps its index and
 * its key until the table is rebuilt; the other words change only between blocks, except `head` and, once, `state`.
 */
export const RECORD_WORDS = 20;

export const RECORD = {
  /** The newest entry of the running block's chain of versions; 0 where there is none (runtime/executor/parallel/versions.ts). */
  HEAD: 0,
  /** Whose word this is: the index of its account's record. */
  OWNER: 1,
  STATE: 2,
  /** Raised with every change, so that threads know whether what they decoded still holds. */
  STAMP: 3,
  KEY: 4,
  /** Of an account: the number of its code's blob, or 0. */
  CODE: 9,
  NONCE: 10,
  VALUE: 12,
} as const;

/** `OWNER` of what is no storage word. */
export const OWNER_NONE = 0;
export const OWNER_MODULE = -1;

export const STATE = {
  /** Nobody has asked the store behind this one yet. */
  UNKNOWN: 0,
  /** No such account, zero, no such module. */
  ABSENT: 1,
  PRESENT: 2,
} as const;

/** Words of a value in a version: see {@link VERSION}. */
export const VERSION_WORDS = { ACCOUNT: 12, WORD: 8 } as const;

/** An account's value on its own: state, code, nonce (two words), balance (eight words). */
export const VERSION = { STATE: 0, CODE: 1, NONCE: 2, BALANCE: 4 } as const;
