/** The transaction objects of eth_call, eth_estimateGas and eth_sendTransaction, and the state that callers assume (overrides). */
import { CodeError, type CodeRegistry } from "../../host/code.js";
import type { Code } from "../../host/code.js";
import { littleEndian, slotKey, type AddressKey, type SlotKey } from "../../store/keys.js";
import type { AccountRecord, StateReader } from "../../store/state.js";
import type { AccessListEntry } from "../transactions/transaction.js";
import { invalidParams } from "./errors.js";
import { readAddress, readArray, readData, readFixed, readNumber, readObject, readQuantity, type JsonObject } from "./params.js";

export interface CallRequest {
  readonly from?: AddressKey;
  readonly to?: AddressKey;
  readonly gas?: number;
  readonly gasPrice?: bigint;
  readonly maxFeePerGas?: bigint;
  readonly maxPriorityFeePerGas?: bigint;
  readonly value: bigint;
  readonly data: Uint8Array;
  readonly nonce?: number;
  readonly accessList?: readonly AccessListEntry[];
  readonly type?: number;
  readonly chainId?: bigint;
}

/** Reads a transaction object. */
export function readCall(object: JsonObject): CallRequest {
  const optional = <T>(name: string, read: (value: unknown, name: string) => T): T | undefined => {
    const value = object[name];
    return value === undefined || value === null ? undefined : read(value, name);
  };
  const data = optional("data", readData);
  const input = optional("input", readData);
  if (data && input && Buffer.compare(data, input) !== 0) throw invalidParams('both "data" and "input" are set and not equal. Please use "input" to pass transaction call data');
  const gasPrice = optional("gasPrice", readQuantity);
  const maxFeePerGas = optional("maxFeePerGas", readQuantity);
  const maxPriorityFeePerGas = optional("maxPriorityFeePerGas", readQuantity);
  if (gasPrice !== undefined && (maxFeePerGas !== undefined || maxPriorityFeePerGas !== undefined))
    throw invalidParams("both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified");
  // Clients write an absent gas limit as null or leave it out; more gas than a number can count is as much as possible.
  const gas = optional("gas", readQuantity) ?? optional("gasLimit", readQuantity);
  return {
    from: optional("from", readAddress),
    to: optional("to", readAddress),
    gas: gas === undefined ? undefined : Number(gas > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : gas),
    gasPrice,
    maxFeePerGas,
    maxPriorityFeePerGas,
    value: optional("value", readQuantity) ?? 0n,
    data: input ?? data ?? new Uint8Array(0),
    nonce: optional("nonce", readNumber),
    accessList: optional("accessList", readAccessList),
    type: optional("type", readNumber),
    chainId: optional("chainId", readQuantity),
  };
}

function readAccessList(value: unknown): readonly AccessListEntry[] {
  return readArray(value, "accessList").map((entry) => {
    const object = readObject(entry, "accessList");
    return {
      address: readFixed(object.address, 20, "accessList.address"),
      storageKeys: readArray(object.storageKeys ?? [], "accessList.storageKeys").map((key) => readFixed(key, 32, "accessList.storageKeys")),
    };
  });
}

/** State with some accounts as a caller wants to see them. */
class OverriddenState implements StateReader {
  readonly accounts = new Map<AddressKey, AccountRecord>();
  /** Words that are set, and whether all others of the account are zero. */
  readonly words = new Map<AddressKey, { readonly set: Map<SlotKey, Uint8Array>; readonly whole: boolean }>();

  constructor(private readonly base: StateReader) {}

  account(address: AddressKey): AccountRecord | undefined {
    return this.accounts.get(address) ?? this.base.account(address);
  }

  storage(address: AddressKey, slot: SlotKey): Uint8Array | undefined {
    const own = this.words.get(address);
    const word = own?.set.get(slot);
    if (word) return word.some((byte) => byte !== 0) ? word : undefined;
    return own?.whole === true ? undefined : this.base.storage(address, slot);
  }
}

/** The state with go-ethereum's override set: balance, nonce, code, state, stateDiff by address. */
export function overrideState(base: StateReader, registry: CodeRegistry, overrides: JsonObject): StateReader {
  const state = new OverriddenState(base);
  for (const [key, value] of Object.entries(overrides)) {
    const address = readAddress(key, "override");
    const fields = readObject(value, "override");
    const before = base.account(address) ?? { nonce: 0, balance: 0n };
    state.accounts.set(address, {
      nonce: fields.nonce === undefined ? before.nonce : readNumber(fields.nonce, "override.nonce"),
      balance: fields.balance === undefined ? before.balance : readQuantity(fields.balance, "override.balance"),
      code: fields.code === undefined ? before.code : readCode(readData(fields.code, "override.code"), registry),
    });
    if (fields.state !== undefined && fields.stateDiff !== undefined) throw invalidParams("an account has both state and stateDiff overridden");
    const words = fields.state ?? fields.stateDiff;
    if (words !== undefined) state.words.set(address, { set: readWords(words), whole: fields.state !== undefined });
  }
  return state;
}

function readWords(value: unknown): Map<SlotKey, Uint8Array> {
  const entries = Object.entries(readObject(value, "override.state"));
  return new Map(entries.map(([slot, word]) => [slotKey(readQuantity(slot, "override.state")), littleEndian(readQuantity(word, "override.state"), 32)]));
}

/** An account's code from its bytes: nothing, a reference to a module that the chain knows, or a minimal proxy. */
export function readCode(bytes: Uint8Array, registry: CodeRegistry): Code | undefined {
  if (bytes.length === 0) return undefined;
  try {
    return registry.readRuntime(bytes, new Map());
  } catch (error) {
    if (!(error instanceof CodeError)) throw error;
    throw invalidParams("code: this is not SuperVM code of an account (a reference to a deployed module, or an EIP-1167 proxy); EVM bytecode does not run here");
  }
}
