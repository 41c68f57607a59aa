/**
 * The state in shared memory, readable by every thread that opens it over the same buffers. It is the state itself, or, given a
 * source, a cache of it that asks the source once for each account, word and module.
 *
 *   const state = SharedState.create({ records: 100_000 });
 *   state.apply(changes);
 *   new Worker(file, { workerData: state.buffers });      // there: new SharedState(workerData)
 *
 * Only one thread at a time may apply changes, and no other may read meanwhile; the table behind it grows then.
 */
import type { ModuleEntry } from "../../host/code.js";
import type { AddressKey, SlotKey } from "../keys.js";
import { keyOf } from "../keys.js";
import type { AccountRecord, ChangeSet, StateReader, StateStore } from "../state.js";
import { CHANGED, TransactionChanges } from "../transaction-changes.js";
import { CodeLibrary, libraryBuffers, type LibraryBuffers } from "./code-library.js";
import { OWNER_NONE, RECORD, RECORD_WORDS, STATE, VERSION } from "./layout.js";
import { MAX_RECORDS, SharedTable, tableBuffers, type TableBuffers } from "./table.js";
import { bigintFromWords, bigintToWords, countFromWords, countToWords, slotFromWords } from "./words.js";

export interface SharedStateBuffers {
  readonly table: TableBuffers;
  readonly library: LibraryBuffers;
}

export interface SharedStateOptions {
  /** Accounts and words to begin with; the state grows beyond. */
  readonly records?: number;
  /** Bytes of code to begin with. */
  readonly codeBytes?: number;
}

/** Where a cached state's content comes from. */
export interface StateSource extends StateReader {
  /** The module with an identity (as a key), where it is known. */
  module(identity: string): ModuleEntry | undefined;
}

const WORD = 32;
/** Decoded accounts with code that a thread keeps, by index; a power of two. */
const CACHE = 1024;

export class SharedState implements StateStore {
  table: SharedTable;
  library: CodeLibrary;
  private readonly cachedStamps = new Int32Array(CACHE);
  private readonly cachedIndexes = new Int32Array(CACHE);
  private readonly cached: (AccountRecord | undefined)[] = new Array<AccountRecord | undefined>(CACHE).fill(undefined);

  constructor(
    buffers: SharedStateBuffers,
    /** On the thread that has it. */
    private readonly source?: StateSource,
  ) {
    this.table = new SharedTable(buffers.table);
    this.library = new CodeLibrary(buffers.library);
  }

  static create({ records = 2 ** 16, codeBytes = 16 * 2 ** 20 }: SharedStateOptions = {}, source?: StateSource): SharedState {
    return new SharedState({ table: tableBuffers(records), library: libraryBuffers(codeBytes, 2 ** 16) }, source);
  }

  get buffers(): SharedStateBuffers {
    return { table: this.table.buffers, library: this.library.buffers };
  }

  account(address: AddressKey): AccountRecord | undefined {
    const index = this.source ? this.table.account(address) : this.table.findAccount(address);
    return index === 0 ? undefined : this.accountAt(index);
  }

  /** The account of a record. */
  accountAt(index: number): AccountRecord | undefined {
    const { records } = this.table;
    const at = index * RECORD_WORDS;
    if (records[at + RECORD.STATE] === STATE.UNKNOWN) this.learn(index);
    if (records[at + RECORD.STATE] !== STATE.PRESENT) return undefined;
    const place = index & (CACHE - 1);
    const stamp = records[at + RECORD.STAMP]!;
    if (this.cachedIndexes[place] === index && this.cachedStamps[place] === stamp) return this.cached[place];
    const account = decode(this.library, records[at + RECORD.CODE]!, records, at + RECORD.NONCE);
    // Accounts without code change with nearly every use, and one of millions is rarely met twice.
    if (!account.code) return account;
    this.cachedIndexes[place] = index;
    this.cachedStamps[place] = stamp;
    this.cached[place] = account;
    return account;
  }

  storage(address: AddressKey, slot: SlotKey): Uint8Array | undefined {
    if (this.source) return this.wordAt(this.table.word(this.table.account(address), slot));
    const owner = this.table.findAccount(address);
    const index = owner === 0 ? 0 : this.table.findWord(owner, slot);
    return index === 0 ? undefined : this.wordAt(index);
  }

  readWord(address: AddressKey, slots: Int32Array, slotAt: number, value: Int32Array, valueAt: number): number {
    const { table } = this;
    let index = 0;
    if (this.source) index = table.wordOf(table.account(address), slots, slotAt);
    else {
      const owner = table.findAccount(address);
      if (owner !== 0) index = table.findWordOf(owner, slots, slotAt);
    }
    this.copyWordAt(index, value, valueAt);
    // The record may be another one by the time when changes are applied: the table grows.
    return 0;
  }

  /** Copies the storage word of a record; 0 stands for one that has none. */
  copyWordAt(index: number, value: Int32Array, valueAt: number): void {
    const { records } = this.table;
    const at = index * RECORD_WORDS;
    if (index !== 0 && records[at + RECORD.STATE] === STATE.UNKNOWN) this.learn(index);
    if (index === 0 || records[at + RECORD.STATE] !== STATE.PRESENT) {
      for (let i = 0; i < 8; i++) value[valueAt + i] = 0;
      return;
    }
    for (let i = 0; i < 8; i++) value[valueAt + i] = records[at + RECORD.VALUE + i]!;
  }

  /** The storage word of a record; undefined for zero. */
  wordAt(index: number): Uint8Array | undefined {
    const at = index * RECORD_WORDS;
    const { records, bytes } = this.table;
    if (records[at + RECORD.STATE] === STATE.UNKNOWN) this.learn(index);
    return records[at + RECORD.STATE] === STATE.PRESENT ? copyWord(bytes, 4 * (at + RECORD.VALUE)) : undefined;
  }

  /** The module of a record; undefined where it is not known. */
  moduleAt(index: number): ModuleEntry | undefined {
    const at = index * RECORD_WORDS;
    const { records } = this.table;
    if (records[at + RECORD.STATE] === STATE.UNKNOWN) this.learn(index);
    return records[at + RECORD.STATE] === STATE.PRESENT ? this.library.module(records[at + RECORD.VALUE]!) : undefined;
  }

  /** True where a record waits to be read from the source. */
  isUnknown(index: number): boolean {
    return Atomics.load(this.table.records, index * RECORD_WORDS + RECORD.STATE) === STATE.UNKNOWN;
  }

  /** Reads a record's value from the source; without one there is none. Other threads may read the record meanwhile. */
  learn(index: number): void {
    const { records } = this.table;
    const at = index * RECORD_WORDS;
    if (!this.source) {
      Atomics.store(records, at + RECORD.STATE, STATE.ABSENT);
      return;
    }
    const owner = records[at + RECORD.OWNER]!;
    let state: number;
    if (owner === OWNER_NONE) state = this.writeAccount(at, this.source.account(this.table.addressOf(index)));
    else if (owner > 0) state = this.writeWord(at, this.source.storage(this.table.addressOf(owner), slotFromWords(records, at + RECORD.KEY)));
    else state = this.writeModule(at, this.source.module(slotFromWords(records, at + RECORD.KEY)));
    Atomics.store(records, at + RECORD.STATE, state);
  }

  /** True where a word of an account is not zero, as far as this state knows. */
  hasStorage(address: AddressKey): boolean {
    const owner = this.table.findAccount(address);
    if (owner === 0) return false;
    for (const index of this.wordsOf(owner)) if (this.table.records[index * RECORD_WORDS + RECORD.STATE] === STATE.PRESENT) return true;
    return false;
  }

  private *wordsOf(owner: number): Generator<number> {
    for (const index of this.table.indexes()) if (this.table.records[index * RECORD_WORDS + RECORD.OWNER] === owner) yield index;
  }

  apply(changes: ChangeSet): void {
    const flat = changes instanceof TransactionChanges;
    let words = 0;
    if (flat) words = changes.owners.length + (changes.end - changes.start) / CHANGED.SIZE;
    else for (const slots of changes.storage.values()) words += 1 + slots.size;
    this.reserve(changes.accounts.size + words);
    for (const [address, record] of changes.accounts) {
      const index = this.table.account(address);
      this.set(index, this.writeAccount(index * RECORD_WORDS, record));
      if (!record) this.clear(index);
    }
    if (flat) this.applyWords(changes);
    else this.applyMaps(changes.storage);
  }

  private applyWords({ words, start, end, owners }: TransactionChanges): void {
    const { table } = this;
    let index = -1;
    let owner = 0;
    for (let at = start; at < end; at += CHANGED.SIZE) {
      if (words[at + CHANGED.OWNER] !== index) {
        index = words[at + CHANGED.OWNER]!;
        owner = table.account(owners[index]!);
      }
      this.settle(table.wordOf(owner, words, at + CHANGED.SLOT), words, at + CHANGED.VALUE);
    }
  }

  private applyMaps(storage: ChangeSet["storage"]): void {
    for (const [address, slots] of storage) {
      const owner = this.table.account(address);
      for (const [slot, word] of slots) {
        const index = this.table.word(owner, slot);
        this.set(index, this.writeWord(index * RECORD_WORDS, word));
      }
    }
  }

  /** Makes modules known. */
  register(modules: readonly ModuleEntry[]): void {
    this.reserve(modules.length);
    for (const module of modules) {
      const index = this.table.module(keyOf(module.identity));
      this.set(index, this.writeModule(index * RECORD_WORDS, module));
    }
  }

  /** An account is gone, and all its words with it. */
  private clear(owner: number): void {
    for (const index of this.wordsOf(owner)) this.set(index, STATE.ABSENT);
  }

  private set(index: number, state: number): void {
    const { records } = this.table;
    const at = index * RECORD_WORDS;
    records[at + RECORD.STATE] = state;
    records[at + RECORD.STAMP]!++;
  }

  private writeAccount(at: number, record: AccountRecord | undefined): number {
    if (!record) return STATE.ABSENT;
    const { records } = this.table;
    records[at + RECORD.CODE] = record.code ? this.library.numberOfCode(record.code) : 0;
    countToWords(record.nonce, records, at + RECORD.NONCE);
    bigintToWords(record.balance, records, at + RECORD.VALUE);
    return STATE.PRESENT;
  }

  private writeWord(at: number, word: Uint8Array | undefined): number {
    if (!word) return STATE.ABSENT;
    this.table.bytes.set(word, 4 * (at + RECORD.VALUE));
    return STATE.PRESENT;
  }

  private writeModule(at: number, module: ModuleEntry | undefined): number {
    if (!module) return STATE.ABSENT;
    this.table.records[at + RECORD.VALUE] = this.library.numberOfModule(module);
    return STATE.PRESENT;
  }

  /** Writes an account's value in the form of versions (VERSION in layout.ts). Throws LIBRARY_FULL. */
  encode(record: AccountRecord | undefined, words: Int32Array, at: number): void {
    words[at + VERSION.STATE] = record ? STATE.PRESENT : STATE.ABSENT;
    if (!record) return;
    words[at + VERSION.CODE] = record.code ? this.library.numberOfCode(record.code) : 0;
    countToWords(record.nonce, words, at + VERSION.NONCE);
    bigintToWords(record.balance, words, at + VERSION.BALANCE);
  }

  /** Reads what {@link encode} wrote. */
  decode(words: Int32Array, at: number): AccountRecord | undefined {
    if (words[at + VERSION.STATE] !== STATE.PRESENT) return undefined;
    return decode(this.library, words[at + VERSION.CODE]!, words, at + VERSION.NONCE);
  }

  /** Makes a version's value a record's own. Threads may do so at once for different records. */
  settle(index: number, words: Int32Array, at: number): void {
    const { records } = this.table;
    const to = index * RECORD_WORDS;
    const owner = records[to + RECORD.OWNER]!;
    if (owner === OWNER_NONE) {
      records[to + RECORD.CODE] = words[at + VERSION.CODE]!;
      for (let i = 0; i < 10; i++) records[to + RECORD.NONCE + i] = words[at + VERSION.NONCE + i]!;
      this.set(index, words[at + VERSION.STATE]!);
      return;
    }
    let any = 0;
    for (let i = 0; i < 8; i++) {
      const word = words[at + i]!;
      any |= word;
      records[to + RECORD.VALUE + i] = word;
    }
    this.set(index, any === 0 ? STATE.ABSENT : STATE.PRESENT);
  }

  /** Makes room for more records, and for code. Other threads must open the state anew where {@link buffers} changed. */
  reserve(records: number): void {
    const { allocated, capacity } = this.table;
    if (allocated + records + 1024 > capacity * 0.75) this.rebuild(Math.min(MAX_RECORDS, 2 * (allocated + records)));
    const { bytes, entries } = this.library.used;
    const { bytes: room, directory } = this.library.buffers;
    if (bytes > room.byteLength / 2 || 16 * entries > directory.byteLength)
      this.library = this.library.enlarged(4 * Math.max(bytes, room.byteLength), 4 * Math.max(entries, directory.byteLength / 8));
  }

  /** Moves everything to fresh buffers: whoever still writes to the old ones harms nobody. No chain of versions is taken along. */
  rebuild(records: number): void {
    this.table = this.table.rebuilt(records);
    this.cachedIndexes.fill(0);
  }

  /** Opens other buffers over the same state, as {@link reserve} made them. */
  open(buffers: SharedStateBuffers): void {
    if (buffers.table.records !== this.table.buffers.records) {
      this.table = new SharedTable(buffers.table);
      this.cachedIndexes.fill(0);
    }
    const library = new CodeLibrary(buffers.library);
    this.library.carryOver(library);
    this.library = library;
  }
}

function decode(library: CodeLibrary, code: number, words: Int32Array, nonceAt: number): AccountRecord {
  const nonce = countFromWords(words, nonceAt);
  const balance = bigintFromWords(words, nonceAt + 2);
  return code === 0 ? { nonce, balance } : { nonce, balance, code: library.code(code) };
}

/** A word's bytes, not shared. */
export function copyWord(bytes: Uint8Array, at: number): Uint8Array {
  const word = new Uint8Array(WORD);
  for (let i = 0; i < WORD; i++) word[i] = bytes[at + i]!;
  return word;
}
