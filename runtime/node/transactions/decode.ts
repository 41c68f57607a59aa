/**
 * Reads signed transactions: legacy (with or without EIP-155), EIP-2930 and EIP-1559. Anything that is not exactly what an encoder
 * writes is refused, as are signatures with a high s (EIP-2).
 */
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { keccak256 } from "../../../machine/keccak.js";
import { Transaction } from "ethers";
import { addressKey, addressKeyOfBytes, type AddressKey } from "../../store/keys.js";
import { dataHex, hexBytes, type Hex } from "../encoding/hex.js";
import { TransactionError, type NodeTransaction, type TransactionType } from "./transaction.js";

/** Bytes of one transaction: a module of the largest size and some arguments. */
const MAX_SIZE = 4 * 1024 * 1024 + 128 * 1024;

/** Decodes a transaction and recovers its sender. Throws TransactionError. */
export function decodeTransaction(raw: Uint8Array, chainId: bigint): NodeTransaction {
  if (raw.length === 0) throw new TransactionError("the transaction is empty");
  if (raw.length > MAX_SIZE) throw new TransactionError(`oversized data: transaction of ${raw.length} bytes, the limit is ${MAX_SIZE}`);
  if (raw[0]! < 0xc0 && raw[0] !== 1 && raw[0] !== 2) throw new TransactionError(`transaction type not supported: ${raw[0]}`);
  const parsed = parse(raw);
  const { signature } = parsed;
  if (!signature) throw new TransactionError("the transaction is not signed");
  // Legacy transactions without replay protection name no chain.
  const named = parsed.type === 0 && signature.legacyChainId === null ? undefined : parsed.chainId;
  if (named !== undefined && named !== chainId) throw new TransactionError(`invalid chain id for signer: have ${named} want ${chainId}`);
  const maxFeePerGas = (parsed.type === 2 ? parsed.maxFeePerGas : parsed.gasPrice) ?? 0n;
  const { yParity } = signature;
  const [r, s] = [BigInt(signature.r), BigInt(signature.s)];
  return {
    type: parsed.type as TransactionType,
    chainId: named,
    nonce: parsed.nonce,
    to: parsed.to === null ? undefined : addressKey(parsed.to),
    value: parsed.value,
    data: hexBytes(parsed.data),
    gasLimit: gasNumber(parsed.gasLimit),
    maxFeePerGas,
    maxPriorityFeePerGas: parsed.type === 2 ? (parsed.maxPriorityFeePerGas ?? 0n) : maxFeePerGas,
    accessList: (parsed.accessList ?? []).map((entry) => ({ address: entry.address.toLowerCase() as Hex, storageKeys: entry.storageKeys as Hex[] })),
    hash: dataHex(keccak256(raw)),
    from: recoverSender(hexBytes(parsed.unsignedHash), r, s, yParity),
    raw,
    r,
    s,
    yParity,
    isImpersonated: false,
  };
}

function parse(raw: Uint8Array): Transaction {
  let parsed: Transaction;
  try {
    parsed = Transaction.from(dataHex(raw));
    if (!parsed.isSigned() || parsed.serialized === dataHex(raw)) return parsed;
  } catch (error) {
    throw new TransactionError(`the transaction cannot be decoded: ${shortMessage(error)}`);
  }
  throw new TransactionError("the transaction cannot be decoded: it is not encoded canonically");
}

function shortMessage(error: unknown): string {
  const short = (error as { readonly shortMessage?: unknown }).shortMessage;
  return typeof short === "string" ? short : "malformed";
}

/** Gas beyond 2^53 is beyond every block. */
function gasNumber(gas: bigint): number {
  return Number(gas > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : gas);
}

/** The account whose key made a signature of a 32-byte hash. Throws TransactionError where it is none. */
export function recoverSender(hash: Uint8Array, r: bigint, s: bigint, yParity: 0 | 1): AddressKey {
  try {
    const signature = new secp256k1.Signature(r, s, yParity);
    if (signature.hasHighS()) throw new TransactionError("invalid signature: s is too large");
    const key = signature.recoverPublicKey(hash).toBytes(false);
    return addressKeyOfBytes(keccak256(key.subarray(1)).subarray(12));
  } catch (error) {
    if (error instanceof TransactionError) throw error;
    throw new TransactionError("invalid signature");
  }
}
