/** A transaction as the node keeps it: decoded, with its sender known. */
import type { AddressKey } from "../../store/keys.js";
import type { Hex } from "../encoding/hex.js";

/** Legacy, EIP-2930, EIP-1559. */
export type TransactionType = 0 | 1 | 2;

export interface AccessListEntry {
  readonly address: Hex;
  readonly storageKeys: readonly Hex[];
}

/** What a sender asks for, before it is signed. Amounts in wei. */
export interface UnsignedTransaction {
  readonly type: TransactionType;
  /** Undefined: a legacy transaction without replay protection (before EIP-155). */
  readonly chainId: bigint | undefined;
  readonly nonce: number;
  /** Undefined: a creation. */
  readonly to: AddressKey | undefined;
  readonly value: bigint;
  readonly data: Uint8Array;
  readonly gasLimit: number;
  /** The most that a unit of gas may cost. Types 0 and 1: the gas price. */
  readonly maxFeePerGas: bigint;
  /** The most of it that goes to the block's producer. Types 0 and 1: the gas price. */
  readonly maxPriorityFeePerGas: bigint;
  readonly accessList: readonly AccessListEntry[];
}

export interface NodeTransaction extends UnsignedTransaction {
  readonly hash: Hex;
  readonly from: AddressKey;
  /** As it came over the wire; the transactions root commits to it. */
  readonly raw: Uint8Array;
  readonly r: bigint;
  readonly s: bigint;
  readonly yParity: 0 | 1;
  /** Sent for an impersonated account: the signature is none (transactions/sign.ts). */
  readonly isImpersonated: boolean;
}

/** A transaction that the node does not take; the message is for its sender. */
export class TransactionError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "TransactionError";
  }
}

/** Throws TransactionError where the producer's part of a unit's price is higher than the whole of it. */
export function requireTipWithinFee({ maxFeePerGas, maxPriorityFeePerGas }: UnsignedTransaction): void {
  if (maxPriorityFeePerGas > maxFeePerGas)
    throw new TransactionError(`max priority fee per gas higher than max fee per gas: maxPriorityFeePerGas: ${maxPriorityFeePerGas}, maxFeePerGas: ${maxFeePerGas}`);
}

/** What a unit of gas costs its sender in a block with a base fee (EIP-1559). */
export function effectiveGasPrice(transaction: UnsignedTransaction, baseFee: bigint): bigint {
  const tip = transaction.maxFeePerGas - baseFee;
  return baseFee + (tip < transaction.maxPriorityFeePerGas ? tip : transaction.maxPriorityFeePerGas);
}

/** The most that a transaction can cost: value and all its gas at its highest price. */
export function highestCost(transaction: UnsignedTransaction): bigint {
  return transaction.value + BigInt(transaction.gasLimit) * transaction.maxFeePerGas;
}
