/**
 * Durable keys and values: the little that a chain asks of a database, so that one chain runs on a map, on LMDB and on any database that speaks
 * PostgreSQL's protocol. Keys and values are bytes; keys are ordered as unsigned bytes (a prefix before what it begins).
 *
 * Reads are synchronous: contracts cannot wait. Writes are asynchronous: a batch is all there or not at all, and is on the medium when its promise
 * resolves. Nobody else writes while a store is open; opening sees to that.
 */

/** The longest key that every store takes, in bytes. */
export const MAX_KEY = 255;

/** One change of a batch. */
export interface Write {
  readonly key: Uint8Array;
  /** Undefined: the key goes. */
  readonly value: Uint8Array | undefined;
}

export interface KeyRange {
  /** The first key that counts. */
  readonly start: Uint8Array;
  /** The first key that no longer counts. */
  readonly end: Uint8Array;
}

export type Entry = readonly [key: Uint8Array, value: Uint8Array];

export interface KeyValueReader {
  get(key: Uint8Array): Uint8Array | undefined;
  /** Entries in the order of their keys. The store must not be written to before the last is read. */
  entries(range: KeyRange): Iterable<Entry>;
}

/** The store as it was at one moment. Writes may have to wait until it is closed. */
export interface KeyValueSnapshot extends KeyValueReader {
  close(): void;
}

/** A consistent copy of a store at one moment. */
export interface CheckpointInfo {
  readonly name: string;
  /** When it was complete, in milliseconds since 1970. */
  readonly time: number;
}

export interface KeyValueStore extends KeyValueReader {
  /** For messages: a folder, or an address without its password. */
  readonly location: string;
  /** Writes a value to the beginning of some memory where it fits, so that nothing is allocated for it; the value's length, -1 where there is none. */
  getInto(key: Uint8Array, into: Uint8Array): number;
  /** Makes all changes at once; of two to one key the later counts. Rejects with {@link StateError}, and then none is made. */
  write(batch: readonly Write[]): Promise<void>;
  snapshot(): KeyValueSnapshot;
  /** Bytes that the store takes, as last counted. */
  size(): number;
  /** Copies the store as it is now beside itself; what is written meanwhile is not part of the copy. */
  saveCheckpoint(name: string): Promise<void>;
  /** Complete checkpoints, oldest first. */
  checkpoints(): readonly CheckpointInfo[];
  dropCheckpoint(name: string): Promise<void>;
  close(): Promise<void>;
}

/** Why a state cannot be used. The message is complete and for the user. */
export type StateErrorKind = "unusable" | "foreign" | "newer" | "locked" | "corrupt" | "unreachable" | "lost";

export class StateError extends Error {
  constructor(
    readonly kind: StateErrorKind,
    message: string,
    readonly hint?: string,
  ) {
    super(message);
    this.name = "StateError";
  }
}

/** All keys that begin with a prefix. Throws RangeError for a prefix that has no end (only 0xff bytes). */
export function prefixRange(prefix: Uint8Array): KeyRange {
  let length = prefix.length;
  while (length > 0 && prefix[length - 1] === 0xff) length--;
  if (length === 0) throw new RangeError("a prefix of 0xff bytes only has no end");
  const end = Uint8Array.from(prefix.subarray(0, length));
  end[length - 1]!++;
  return { start: prefix, end };
}

/** {@link KeyValueStore.getInto} for a value that is there already. */
export function copyValue(value: Uint8Array | undefined, into: Uint8Array): number {
  if (!value) return -1;
  if (value.length <= into.length) into.set(value);
  return value.length;
}

/** Names of checkpoints become parts of paths. */
export function requireCheckpointName(name: string): void {
  if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(name)) throw new StateError("unusable", `'${name}' is no name of a checkpoint: small letters, digits and dashes are`);
}

/** Refuses keys that some store could not hold. */
export function requireKey(key: Uint8Array): void {
  if (key.length === 0 || key.length > MAX_KEY) throw new RangeError(`a key has 1 to ${MAX_KEY} bytes, not ${key.length}`);
}
