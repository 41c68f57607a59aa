/** The state as one execution of a transaction of a block sees it, with a list of what it has read. */
import { CodeRegistry, type ModuleEntry } from "../../host/code.js";
import { Interruption } from "../../host/interruption.js";
import { keyOf, type AddressKey, type SlotKey } from "../../store/keys.js";
import type { AccountRecord, StateReader } from "../../store/state.js";
import { copyWord, type SharedState } from "../../store/shared/state.js";
import type { Arena } from "./arena.js";
import { BASE, type VersionMemory } from "./versions.js";

/** Somebody else must do something first that is not waited for: the transaction is run when all before it are final. */
export const GIVEN_UP = new Interruption("an earlier transaction has to run first");
/** Only the main thread can run the transaction. */
export const FOR_MAIN = new Interruption("the transaction is the main thread's");
/** The whole block is given up. */
export const STOPPED = new Interruption("the block is run in another way");

/** What a view asks of the worker that it is of. */
export interface ViewHost {
  /** Returns when an estimate may be none any more; throws Interruption where that is not worth waiting for. */
  awaitWriter(tx: number): void;
  /** Returns when a record of the state is known. */
  awaitRecord(record: number): void;
  /** The coinbase's account with the fees of all transactions before one; throws {@link FOR_MAIN} on other threads. */
  coinbase(tx: number, version: number): AccountRecord | undefined;
}

export class View implements StateReader {
  /** Pairs of a record and the version that was read of it. */
  reads = new Int32Array(256);
  readCount = 0;
  /** Of the execution: its transaction, and whether all before it are final, so that nothing that it reads can change. */
  private tx = 0;
  private isFinal = false;
  private coinbaseIndex = 0;
  private asking = false;
  /** The accounts that the transaction names, and their records. */
  private from: AddressKey = "";
  private fromRecord = 0;
  private to: AddressKey | undefined;
  private toRecord = 0;

  constructor(
    private readonly state: SharedState,
    private readonly memory: VersionMemory,
    private readonly arena: Arena,
    private readonly host: ViewHost,
  ) {}

  /** A new block. */
  open(coinbaseIndex: number, asking: boolean): void {
    this.coinbaseIndex = coinbaseIndex;
    this.asking = asking;
  }

  /** A new execution. */
  begin(tx: number, isFinal: boolean): void {
    this.tx = tx;
    this.isFinal = isFinal;
    this.readCount = 0;
  }

  /** Tells the records of the accounts that the transaction names: most accounts that it looks up are one of them. */
  name(from: AddressKey, fromRecord: number, to: AddressKey | undefined, toRecord: number): void {
    this.from = from;
    this.fromRecord = fromRecord;
    this.to = to;
    this.toRecord = toRecord;
  }

  /** The index of an account's record. */
  recordOf(address: AddressKey): number {
    if (address === this.to) return this.toRecord;
    return address === this.from ? this.fromRecord : this.state.table.account(address);
  }

  account(address: AddressKey): AccountRecord | undefined {
    const { state } = this;
    const record = this.recordOf(address);
    const version = this.version(record);
    if (record === this.coinbaseIndex) return this.host.coinbase(this.tx, version);
    if (version !== BASE) return state.decode(this.arena.words, version);
    this.require(record);
    return state.accountAt(record);
  }

  storage(address: AddressKey, slot: SlotKey): Uint8Array | undefined {
    const { table } = this.state;
    const record = table.word(this.recordOf(address), slot);
    const version = this.version(record);
    if (version === BASE) {
      this.require(record);
      return this.state.wordAt(record);
    }
    const { words, bytes } = this.arena;
    for (let i = 0; i < 8; i++) if (words[version + i] !== 0) return copyWord(bytes, 4 * version);
    return undefined;
  }

  readWord(address: AddressKey, slots: Int32Array, slotAt: number, value: Int32Array, valueAt: number): number {
    const { state } = this;
    const record = state.table.wordOf(this.recordOf(address), slots, slotAt);
    const version = this.version(record);
    if (version === BASE) {
      this.require(record);
      state.copyWordAt(record, value, valueAt);
      return record;
    }
    const { words } = this.arena;
    for (let i = 0; i < 8; i++) value[valueAt + i] = words[version + i]!;
    return record;
  }

  module(identity: Uint8Array): ModuleEntry | undefined {
    const record = this.state.table.module(keyOf(identity));
    const version = this.version(record);
    if (version === BASE) {
      this.require(record);
      return this.state.moduleAt(record);
    }
    const number = this.arena.words[version]!;
    return number === 0 ? undefined : this.state.library.module(number);
  }

  private require(record: number): void {
    if (this.asking && this.state.isUnknown(record)) this.host.awaitRecord(record);
  }

  /** Finds out what is read of a record, and notes it. */
  private version(record: number): number {
    let version = this.memory.read(record, this.tx);
    while (version < 0) {
      this.host.awaitWriter(this.memory.writer(version));
      version = this.memory.read(record, this.tx);
    }
    if (!this.isFinal) this.note(record, version);
    return version;
  }

  private note(record: number, version: number): void {
    const { reads, readCount } = this;
    // The same things are read several times in a row; a repeated pair costs time only.
    for (let i = Math.max(0, readCount - 8); i < readCount; i += 2) if (reads[i] === record && reads[i + 1] === version) return;
    if (readCount === reads.length) {
      this.reads = new Int32Array(2 * reads.length);
      this.reads.set(reads);
    }
    this.reads[readCount] = record;
    this.reads[readCount + 1] = version;
    this.readCount = readCount + 2;
  }
}

/** The modules that an execution sees. */
export class ViewRegistry extends CodeRegistry {
  constructor(private readonly view: View) {
    super();
  }

  override get(identity: Uint8Array): ModuleEntry | undefined {
    return this.view.module(identity);
  }
}
