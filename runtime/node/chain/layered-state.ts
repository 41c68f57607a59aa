/** A state with changes on top of it that it does not get: transactions that are run again, overrides, blocks that are only simulated. */
import { CodeRegistry, type ModuleEntry } from "../../host/code.js";
import { keyOf, type AddressKey, type SlotKey } from "../../store/keys.js";
import type { AccountRecord, ChangeSet, StateReader } from "../../store/state.js";

export class LayeredState implements StateReader {
  private readonly accounts = new Map<AddressKey, AccountRecord | undefined>();
  private readonly words = new Map<AddressKey, Map<SlotKey, Uint8Array | undefined>>();
  /** Accounts of which the state below holds no word that still counts. */
  private readonly emptied = new Set<AddressKey>();

  constructor(private readonly base: StateReader) {}

  account(address: AddressKey): AccountRecord | undefined {
    return this.accounts.has(address) ? this.accounts.get(address) : this.base.account(address);
  }

  storage(address: AddressKey, slot: SlotKey): Uint8Array | undefined {
    const own = this.words.get(address);
    if (own?.has(slot) === true) return own.get(slot);
    return this.emptied.has(address) ? undefined : this.base.storage(address, slot);
  }

  apply(changes: ChangeSet): void {
    for (const [address, record] of changes.accounts) {
      this.accounts.set(address, record);
      if (record) continue;
      this.emptied.add(address);
      this.words.delete(address);
    }
    for (const [address, words] of changes.storage) {
      let own = this.words.get(address);
      if (!own) this.words.set(address, (own = new Map<SlotKey, Uint8Array | undefined>()));
      for (const [slot, word] of words) own.set(slot, word);
    }
  }
}

/** The modules of a chain and those that came on top. */
export class LayeredRegistry extends CodeRegistry {
  constructor(private readonly base: CodeRegistry) {
    super(base.guards);
  }

  override get(identity: Uint8Array): ModuleEntry | undefined {
    return super.get(identity) ?? this.base.get(identity);
  }
}

/** A chain's modules as they were known before some of them came: bringing those costs again what it cost then. */
export class EarlierRegistry extends CodeRegistry {
  private readonly later: ReadonlySet<string>;

  constructor(
    private readonly base: CodeRegistry,
    later: Iterable<Uint8Array>,
  ) {
    super(base.guards);
    this.later = new Set([...later].map(keyOf));
  }

  override get(identity: Uint8Array): ModuleEntry | undefined {
    return this.later.has(keyOf(identity)) ? undefined : this.base.get(identity);
  }
}
