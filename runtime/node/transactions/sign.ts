/**
 * Turns what a local account sends (eth_sendTransaction) into a transaction: signed with its key, or, for an impersonated account,
 * with a mark in the signature's place. The mark is r = the sender's address, s = 1: no key makes it, and it keeps the hashes of
 * equal transactions of different senders apart.
 */
import { SigningKey, Transaction } from "ethers";
import { keccak256 } from "../../../machine/keccak.js";
import { addressHex, intOfKey, type AddressKey } from "../../store/keys.js";
import { dataHex, hexBytes, wordHex } from "../encoding/hex.js";
import { TransactionError, type NodeTransaction, type UnsignedTransaction } from "./transaction.js";

/** Signs with a key. */
export function signTransaction(unsigned: UnsignedTransaction, from: AddressKey, key: SigningKey): NodeTransaction {
  const draft = asEthers(unsigned);
  const signature = key.sign(draft.unsignedHash);
  return finish(unsigned, from, draft, BigInt(signature.r), BigInt(signature.s), signature.yParity, false);
}

/** Marks a transaction as an impersonated account's. */
export function impersonateTransaction(unsigned: UnsignedTransaction, from: AddressKey): NodeTransaction {
  return finish(unsigned, from, asEthers(unsigned), intOfKey(from), 1n, 0, true);
}

function finish(unsigned: UnsignedTransaction, from: AddressKey, draft: Transaction, r: bigint, s: bigint, yParity: 0 | 1, isImpersonated: boolean): NodeTransaction {
  draft.signature = { r: wordHex(r), s: wordHex(s), yParity };
  const raw = hexBytes(draft.serialized);
  return { ...unsigned, hash: dataHex(keccak256(raw)), from, raw, r, s, yParity, isImpersonated };
}

/** Throws TransactionError for numbers that no transaction can hold. */
function asEthers(t: UnsignedTransaction): Transaction {
  if ([t.value, t.maxFeePerGas, t.maxPriorityFeePerGas].some((wei) => wei >= 2n ** 256n)) throw new TransactionError("a number has more than 256 bits");
  return Transaction.from({
    type: t.type,
    ...(t.chainId !== undefined && { chainId: t.chainId }),
    nonce: t.nonce,
    to: t.to === undefined ? null : addressHex(t.to),
    value: t.value,
    data: dataHex(t.data),
    gasLimit: t.gasLimit,
    ...(t.type === 2 ? { maxFeePerGas: t.maxFeePerGas, maxPriorityFeePerGas: t.maxPriorityFeePerGas } : { gasPrice: t.maxFeePerGas }),
    ...(t.type !== 0 && { accessList: t.accessList.map((entry) => ({ address: entry.address, storageKeys: [...entry.storageKeys] })) }),
  });
}
