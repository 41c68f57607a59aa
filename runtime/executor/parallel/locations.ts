/** Names of the parts of the state that transactions can conflict on: an account's record, a storage word, a module. */
import type { AddressKey, SlotKey } from "../../store/keys.js";
import type { AccountRecord, ChangeSet } from "../../store/state.js";
import type { ModuleEntry } from "../../host/code.js";
import { keyOf } from "../../store/keys.js";
import type { Location } from "./multi-version-memory.js";

const ADDRESS = 20;

export function accountLocation(address: AddressKey): Location {
  return `a${address}`;
}

export function wordLocation(address: AddressKey, slot: SlotKey): Location {
  return `s${address}${slot}`;
}

/** `identity` as a key. A module that is known costs its creators less gas than one that is not. */
export function moduleLocation(identity: string): Location {
  return `m${identity}`;
}

/** All that a receipt changes, by location. */
export function writesOf(changes: ChangeSet, modules: readonly ModuleEntry[]): Map<Location, unknown> {
  const writes = new Map<Location, unknown>();
  for (const [address, record] of changes.accounts) writes.set(accountLocation(address), record);
  for (const [address, words] of changes.storage) for (const [slot, word] of words) writes.set(wordLocation(address, slot), word);
  for (const module of modules) writes.set(moduleLocation(keyOf(module.identity)), module);
  return writes;
}

/** The reverse, for what is left when a block is done. */
export function changesOf(writes: Iterable<readonly [Location, unknown]>): { readonly changes: ChangeSet; readonly modules: readonly ModuleEntry[] } {
  const accounts = new Map<AddressKey, AccountRecord | undefined>();
  const storage = new Map<AddressKey, Map<SlotKey, Uint8Array | undefined>>();
  const modules: ModuleEntry[] = [];
  for (const [location, value] of writes) {
    const rest = location.slice(1);
    if (location.startsWith("a")) accounts.set(rest, value as AccountRecord | undefined);
    else if (location.startsWith("m")) modules.push(value as ModuleEntry);
    else {
      const address = rest.slice(0, ADDRESS);
      let words = storage.get(address);
      if (!words) storage.set(address, (words = new Map<SlotKey, Uint8Array | undefined>()));
      words.set(rest.slice(ADDRESS), value as Uint8Array | undefined);
    }
  }
  return { changes: { accounts, storage }, modules };
}
