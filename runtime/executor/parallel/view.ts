/** The state as one transaction of a block sees it, with a record of what it read. */
import { CodeRegistry, type ModuleEntry } from "../../host/code.js";
import { Interruption } from "../../host/interruption.js";
import { keyOf, type AddressKey, type SlotKey } from "../../store/keys.js";
import type { AccountRecord, StateReader } from "../../store/state.js";
import { accountLocation, moduleLocation, wordLocation } from "./locations.js";
import { BASE, type Location, type MultiVersionMemory, type Origin } from "./multi-version-memory.js";

/** The transaction needs what an earlier one will write again. */
export class Blocked extends Interruption {
  constructor(readonly by: number) {
    super(`transaction ${by} has to run first`);
  }
}

/** The transaction has read one location from two origins: it sees a state that never was, and its result would be dropped anyway. */
export const INCONSISTENT = new Interruption("reads of one location differ");

export class View implements StateReader {
  readonly reads = new Map<Location, Origin>();

  constructor(
    private readonly memory: MultiVersionMemory,
    private readonly base: StateReader,
    private readonly tx: number,
  ) {}

  account(address: AddressKey): AccountRecord | undefined {
    return this.read(accountLocation(address), () => this.base.account(address)) as AccountRecord | undefined;
  }

  storage(address: AddressKey, slot: SlotKey): Uint8Array | undefined {
    return this.read(wordLocation(address, slot), () => this.base.storage(address, slot)) as Uint8Array | undefined;
  }

  /** Throws Interruption where the transaction cannot go on. */
  read(location: Location, fromBase: () => unknown): unknown {
    const read = this.memory.read(location, this.tx);
    if (read.kind === "estimate") throw new Blocked(read.tx);
    const origin = read.kind === "base" ? BASE : read.origin;
    const earlier = this.reads.get(location);
    if (!earlier) this.reads.set(location, origin);
    else if (earlier.tx !== origin.tx || earlier.incarnation !== origin.incarnation) throw INCONSISTENT;
    return read.kind === "base" ? fromBase() : read.value;
  }
}

/** The modules that one transaction of a block sees. */
export class ViewRegistry extends CodeRegistry {
  constructor(
    private readonly view: View,
    private readonly base: CodeRegistry,
  ) {
    super();
  }

  override get(identity: Uint8Array): ModuleEntry | undefined {
    return this.view.read(moduleLocation(keyOf(identity)), () => this.base.get(identity)) as ModuleEntry | undefined;
  }
}
