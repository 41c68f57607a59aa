/** The state in this process's memory. */
import type { AccountRecord, ChangeSet, StateStore } from "./state.js";
import type { AddressKey, SlotKey } from "./keys.js";

export class MemoryStore implements StateStore {
  private readonly accounts = new Map<AddressKey, AccountRecord>();
  private readonly slots = new Map<AddressKey, Map<SlotKey, Uint8Array>>();

  account(address: AddressKey): AccountRecord | undefined {
    return this.accounts.get(address);
  }

  storage(address: AddressKey, slot: SlotKey): Uint8Array | undefined {
    return this.slots.get(address)?.get(slot);
  }

  hasStorage(address: AddressKey): boolean {
    return (this.slots.get(address)?.size ?? 0) > 0;
  }

  apply(changes: ChangeSet): void {
    for (const [address, record] of changes.accounts) {
      if (record) {
        this.accounts.set(address, record);
      } else {
        this.accounts.delete(address);
        this.slots.delete(address);
      }
    }
    for (const [address, words] of changes.storage) {
      let slots = this.slots.get(address);
      if (!slots) {
        slots = new Map<SlotKey, Uint8Array>();
        this.slots.set(address, slots);
      }
      for (const [slot, word] of words) {
        if (word) slots.set(slot, word);
        else slots.delete(slot);
      }
    }
  }
}
