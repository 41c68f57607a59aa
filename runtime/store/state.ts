/**
 * State as the executor sees it: accounts and storage behind one small reading interface, and the set of changes that a
 * transaction makes. Any store that can answer reads and apply a change set can stand behind the executor.
 *
 * Keys are strings made once from bytes (one character a byte), which JavaScript's maps handle without copying; bigints
 * and hex appear at the borders only.
 */
import type { Code } from "../host/code.js";
import type { AddressKey, SlotKey } from "./keys.js";

/** What an account holds besides storage. Values are never changed in place: a change is a new record. */
export interface AccountRecord {
  readonly nonce: number;
  /** In wei. */
  readonly balance: bigint;
  /** Absent for accounts without code. */
  readonly code?: Code;
}

export interface StateReader {
  account(address: AddressKey): AccountRecord | undefined;
  /** A storage word, 32 bytes, least significant first; undefined for zero. The caller does not change it. */
  storage(address: AddressKey, slot: SlotKey): Uint8Array | undefined;
  /**
   * The same without any object, for readers that can: the slot is the eight 32-bit words (least significant first) at `slotAt` of
   * `slots`, the storage word is written to `value` at `valueAt`, zeros where there is none. The two arrays may be one. What it gives back comes with the
   * word where the transaction changes it (CHANGED.HINT): a number by which a reader that takes the changes finds its place again, 0 for none.
   */
  readWord?(address: AddressKey, slots: Int32Array, slotAt: number, value: Int32Array, valueAt: number): number;
}

/** Everything that a transaction changed. */
export interface ChangeSet {
  /** Undefined: the account no longer exists (and its storage is gone). */
  readonly accounts: ReadonlyMap<AddressKey, AccountRecord | undefined>;
  /** Undefined: the word is zero. */
  readonly storage: ReadonlyMap<AddressKey, ReadonlyMap<SlotKey, Uint8Array | undefined>>;
}

export interface StateStore extends StateReader {
  /** Makes a change set part of the state, all at once. */
  apply(changes: ChangeSet): void;
  /** True where an account has a non-zero storage word. */
  hasStorage(address: AddressKey): boolean;
}
