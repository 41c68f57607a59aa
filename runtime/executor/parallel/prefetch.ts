/**
 * Reads what a block will probably need into a mirrored state, in one go, before threads run: senders, receivers, and what access lists name (EIP-2930).
 * Otherwise each record that a thread meets first costs a question to the calling thread and a wait.
 *
 * Why it changes no result: a record that was read ahead holds what the source answers, as one that is asked for later does, and the source does not change
 * while a block runs. A list that names too much, or the wrong things, costs reads; what it leaves out is asked for when it is met.
 */
import type { AddressKey } from "../../store/keys.js";
import type { SharedState } from "../../store/shared/state.js";
import type { Transaction } from "../transaction.js";

/** Accounts and words of access lists that are read ahead in a block; a sender pays for more than this only in the longest blocks. */
const MAX_LISTED = 2 ** 15;

/** Accounts that every transaction names. */
const NAMED_EACH = 2;

/** How many records {@link prefetch} may make. */
export function prefetched(transactions: readonly Transaction[]): number {
  let listed = 0;
  for (const { accessList } of transactions) for (const { slots } of accessList ?? []) listed += 1 + slots.length;
  return NAMED_EACH * transactions.length + Math.min(listed, MAX_LISTED);
}

/** Reads what transactions name from the state's source. The state has room for {@link prefetched} records. */
export function prefetch(state: SharedState, transactions: readonly Transaction[]): void {
  try {
    readNamed(state, transactions);
  } catch {
    // The library of code is full, or the source cannot be read: the records that are left are asked for where they are met, and who meets them handles it.
  }
}

function readNamed(state: SharedState, transactions: readonly Transaction[]): void {
  const { table } = state;
  const learn = (record: number): void => {
    if (state.isUnknown(record)) state.learn(record);
  };
  const account = (address: AddressKey): number => {
    const record = table.account(address);
    learn(record);
    return record;
  };
  let left = MAX_LISTED;
  for (const { from, to, accessList } of transactions) {
    account(from);
    if (to !== undefined) account(to);
    for (const { address, slots } of accessList ?? []) {
      if (left-- <= 0) break;
      const owner = account(address);
      for (const slot of slots) {
        if (left-- <= 0) break;
        learn(table.word(owner, slot));
      }
    }
  }
}
