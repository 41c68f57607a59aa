/**
 * What a transaction read and changed: it is run again on the state before it, through a reader that notes every account and slot. The shapes
 * are those of go-ethereum's prestateTracer, with and without diffMode.
 */
import { executeWithFees } from "../../executor/fees.js";
import type { Transaction } from "../../executor/transaction.js";
import type { AddressKey, SlotKey } from "../../store/keys.js";
import { sameBytes } from "../../../machine/bytes.js";
import type { AccountRecord, ChangeSet, StateReader } from "../../store/state.js";
import type { Blockchain } from "./blockchain.js";
import type { Scene } from "./trace.js";

/** An account at one moment, as far as it concerns a transaction. Undefined: it is not worth showing. */
export interface AccountState {
  readonly balance?: bigint;
  readonly nonce?: number;
  readonly code?: Uint8Array;
  /** Undefined: zero. */
  readonly storage: ReadonlyMap<SlotKey, Uint8Array | undefined>;
}

export type Accounts = ReadonlyMap<AddressKey, AccountState>;

/** Answers from a state and remembers what was asked. */
class Recording implements StateReader {
  readonly asked = new Map<AddressKey, Set<SlotKey>>();

  constructor(private readonly base: StateReader) {}

  private slotsOf(address: AddressKey): Set<SlotKey> {
    let slots = this.asked.get(address);
    if (!slots) this.asked.set(address, (slots = new Set()));
    return slots;
  }

  account(address: AddressKey): AccountRecord | undefined {
    this.slotsOf(address);
    return this.base.account(address);
  }

  storage(address: AddressKey, slot: SlotKey): Uint8Array | undefined {
    this.slotsOf(address).add(slot);
    return this.base.storage(address, slot);
  }
}

function run(chain: Blockchain, scene: Scene, transaction: Transaction): { asked: ReadonlyMap<AddressKey, ReadonlySet<SlotKey>>; changes: ChangeSet } {
  const recording = new Recording(scene.state);
  const { coinbase, baseFee } = scene.block;
  const { gasPrice } = transaction;
  // A call may pay less than the base fee, or nothing: then nobody gets a tip.
  const fees = { coinbase, baseFee: gasPrice < baseFee ? gasPrice : baseFee };
  const { changes } = executeWithFees(recording, chain.cells(scene.block), scene.registry, transaction, fees);
  return { asked: recording.asked, changes };
}

/** Every account that a transaction touched as it was before, with the slots that it touched. Accounts that did not exist are left out. */
export function stateRead(chain: Blockchain, scene: Scene, transaction: Transaction): Accounts {
  const accounts = new Map<AddressKey, AccountState>();
  const { state } = scene;
  for (const [address, slots] of run(chain, scene, transaction).asked) {
    const record = state.account(address);
    if (record) accounts.set(address, { ...fieldsOf(record), storage: new Map([...slots].map((slot) => [slot, state.storage(address, slot)])) });
  }
  return accounts;
}

/** What a transaction changed, before and after: `pre` holds changed accounts whole, `post` only the fields that differ. */
export function stateChanged(chain: Blockchain, scene: Scene, transaction: Transaction): { pre: Accounts; post: Accounts } {
  const { changes } = run(chain, scene, transaction);
  const { state } = scene;
  const pre = new Map<AddressKey, AccountState>();
  const post = new Map<AddressKey, AccountState>();
  for (const address of new Set([...changes.accounts.keys(), ...changes.storage.keys()])) {
    const before = state.account(address);
    const isGone = changes.accounts.has(address) && changes.accounts.get(address) === undefined;
    const after = isGone ? undefined : (changes.accounts.get(address) ?? before);
    const words = [...(changes.storage.get(address) ?? [])].filter(([slot, word]) => !sameWord(word, state.storage(address, slot)));
    const fields = after ? changedFields(before, after) : {};
    if (words.length === 0 && Object.keys(fields).length === 0 && after !== undefined) continue;
    if (before) pre.set(address, { ...fieldsOf(before), storage: new Map(words.map(([slot]) => [slot, state.storage(address, slot)])) });
    if (after) post.set(address, { ...fields, storage: new Map(words) });
  }
  return { pre, post };
}

function fieldsOf({ balance, nonce, code }: AccountRecord): Omit<AccountState, "storage"> {
  return { balance, ...(nonce > 0 && { nonce }), ...(code && { code: code.bytes }) };
}

function changedFields(before: AccountRecord | undefined, after: AccountRecord): Omit<AccountState, "storage"> {
  const { balance, nonce, code } = after;
  return {
    ...(balance !== (before?.balance ?? 0n) && { balance }),
    ...(nonce !== (before?.nonce ?? 0) && { nonce }),
    ...(code && code !== before?.code && { code: code.bytes }),
  };
}

function sameWord(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === undefined || b === undefined ? a === b : sameBytes(a, b);
}
