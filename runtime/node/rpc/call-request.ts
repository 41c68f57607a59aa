/** The transaction objects of eth_call, eth_estimateGas and eth_sendTransaction. */
import type { AddressKey } from "../../store/keys.js";
import type { AccessListEntry } from "../transactions/transaction.js";
import { invalidParams, serverError } from "./errors.js";
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

/** Fields of transactions that this node does not have, and their types. Left out of account, they would make another transaction than was asked for. */
const OTHER_TYPES = { blobs: 3, blobVersionedHashes: 3, maxFeePerBlobGas: 3, authorizationList: 4 } as const;

function refuseOtherTypes(object: JsonObject): void {
  for (const [name, type] of Object.entries(OTHER_TYPES)) {
    const value = object[name];
    const isGiven = value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
    if (isGiven) throw serverError(`transaction type not supported: ${type} (${name})`);
  }
}

/** Reads a transaction object. */
export function readCall(object: JsonObject): CallRequest {
  refuseOtherTypes(object);
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
