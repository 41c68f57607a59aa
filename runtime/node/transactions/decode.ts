/**
 * Reads signed transactions: legacy (with or without EIP-155), EIP-2930 and EIP-1559. Anything that is not exactly what an encoder
 * writes is refused, as are signatures with a high s (EIP-2). Reading and the recovery of the sender, which is most of the work, are two steps, so
 * that the second can be another thread's.
 */
import { bytesToInt } from "../../../machine/bytes.js";
import { keccak256 } from "../../../machine/keccak.js";
import { recoverAddress } from "../../../machine/recover.js";
import { addressKeyOfBytes, type AddressKey } from "../../store/keys.js";
import { dataHex, type Hex } from "../encoding/hex.js";
import { rlpInteger, rlpList } from "../encoding/rlp.js";
import { RlpError, RlpReader } from "../encoding/rlp-reader.js";
import { TransactionError, type AccessListEntry, type NodeTransaction, type UnsignedTransaction } from "./transaction.js";

/** Bytes of one transaction: a module of the largest size and some arguments. */
const MAX_SIZE = 4 * 1024 * 1024 + 128 * 1024;

/** Half the order of secp256k1's group, rounded down. */
const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;

/** What an account's key made of a hash. */
export interface TransactionSignature {
  /** The hash that was signed, 32 bytes. */
  readonly digest: Uint8Array;
  /** r and s, 32 bytes each. */
  readonly bytes: Uint8Array;
  readonly yParity: 0 | 1;
}

/** What stands in a transaction's text. */
interface Parsed {
  readonly unsigned: UnsignedTransaction;
  /** Bytes of an integer each, at most 32. */
  readonly r: Uint8Array;
  readonly s: Uint8Array;
  readonly yParity: 0 | 1;
  /** What was signed. */
  readonly payload: Uint8Array;
}

/** A transaction whose sender is not known yet. */
export interface ReadTransaction {
  readonly transaction: Omit<NodeTransaction, "from">;
  readonly signature: TransactionSignature;
}

/** Reads a transaction. Throws TransactionError. */
export function readTransaction(raw: Uint8Array, chainId: bigint): ReadTransaction {
  if (raw.length === 0) throw new TransactionError("the transaction is empty");
  if (raw.length > MAX_SIZE) throw new TransactionError(`oversized data: transaction of ${raw.length} bytes, the limit is ${MAX_SIZE}`);
  const { unsigned, payload, r, s, yParity } = parse(raw);
  const named = unsigned.chainId;
  if (named !== undefined && named !== chainId) throw new TransactionError(`invalid chain id for signer: have ${named} want ${chainId}`);
  const bytes = new Uint8Array(64);
  bytes.set(r, 32 - r.length);
  bytes.set(s, 64 - s.length);
  const transaction = { ...unsigned, hash: dataHex(keccak256(raw)), raw, r: bytesToInt(r), s: bytesToInt(s), yParity, isImpersonated: false };
  if (transaction.s > HALF_ORDER) throw new TransactionError("invalid signature: s is too large");
  return { transaction, signature: { digest: keccak256(payload), bytes, yParity } };
}

/**
 * The transaction of a sender.
 * @param sender What recovery gave: 20 bytes, or undefined where no key made the signature. Then it throws TransactionError.
 */
export function withSender({ transaction }: ReadTransaction, sender: Uint8Array | undefined): NodeTransaction {
  if (!sender) throw new TransactionError("invalid signature");
  return { ...transaction, from: addressKeyOfBytes(sender) };
}

/** Reads a transaction and recovers its sender. Throws TransactionError. */
export function decodeTransaction(raw: Uint8Array, chainId: bigint): NodeTransaction {
  const read = readTransaction(raw, chainId);
  const { digest, bytes, yParity } = read.signature;
  return withSender(read, recoverAddress(digest, bytes, yParity));
}

function parse(raw: Uint8Array): Parsed {
  const first = raw[0]!;
  try {
    if (first >= 0xc0) return parseLegacy(raw);
    if (first === 1 || first === 2) return parseTyped(raw, first);
  } catch (error) {
    if (error instanceof RlpError) throw new TransactionError(`the transaction cannot be decoded: ${error.message}`);
    throw error;
  }
  throw new TransactionError(`transaction type not supported: ${first}`);
}

/** rlp([nonce, gasPrice, gas, to, value, data, v, r, s]); v is 27 or 28, or 35 + 2 * chain id + parity (EIP-155). */
function parseLegacy(raw: Uint8Array): Parsed {
  const items = RlpReader.list(raw);
  const start = items.offset;
  const nonce = nonceNumber(items.integer(64));
  const gasPrice = items.integer(256);
  const rest = { gasLimit: gasNumber(items.integer(64)), to: recipient(items.data()), value: items.integer(256), data: items.data() };
  const fields = raw.subarray(start, items.offset);
  if (items.isAtEnd) throw new TransactionError("the transaction is not signed");
  const v = items.integer(256);
  const [r, s] = [items.integerBytes(256), items.integerBytes(256)];
  items.finish();
  if (r.length === 0 && s.length === 0) throw new TransactionError("the transaction is not signed");
  const chainId = v >= 35n ? (v - 35n) >> 1n : undefined;
  if (chainId === undefined && v !== 27n && v !== 28n) throw new TransactionError("invalid signature: v is none of 27, 28 and those of EIP-155");
  const unsigned: UnsignedTransaction = { type: 0, chainId, nonce, ...rest, maxFeePerGas: gasPrice, maxPriorityFeePerGas: gasPrice, accessList: [] };
  const yParity = Number((v + 1n) & 1n) as 0 | 1;
  const payload = rlpList(chainId === undefined ? [fields] : [fields, rlpInteger(chainId), rlpInteger(0), rlpInteger(0)]);
  return { unsigned, r, s, yParity, payload };
}

/** type . rlp([chainId, nonce, (gasPrice | tip, feeCap), gas, to, value, data, accessList, yParity, r, s]). */
function parseTyped(raw: Uint8Array, type: 1 | 2): Parsed {
  const items = RlpReader.list(raw, 1);
  const start = items.offset;
  const chainId = items.integer(256);
  const nonce = nonceNumber(items.integer(64));
  const maxPriorityFeePerGas = items.integer(256);
  const maxFeePerGas = type === 2 ? items.integer(256) : maxPriorityFeePerGas;
  const rest = { gasLimit: gasNumber(items.integer(64)), to: recipient(items.data()), value: items.integer(256), data: items.data() };
  const accessList = readAccessList(items.list());
  const fields = raw.subarray(start, items.offset);
  if (items.isAtEnd) throw new TransactionError("the transaction is not signed");
  const parity = items.integer(8);
  if (parity > 1n) throw new TransactionError("invalid signature: the parity is neither 0 nor 1");
  const [r, s] = [items.integerBytes(256), items.integerBytes(256)];
  items.finish();
  const payload = rlpList([fields], type);
  return { unsigned: { type, chainId, nonce, ...rest, maxFeePerGas, maxPriorityFeePerGas, accessList }, r, s, yParity: Number(parity) as 0 | 1, payload };
}

function readAccessList(items: RlpReader): AccessListEntry[] {
  const entries: AccessListEntry[] = [];
  while (!items.isAtEnd) {
    const entry = items.list();
    const address = dataHex(entry.fixed(20));
    const keys = entry.list();
    const storageKeys: Hex[] = [];
    while (!keys.isAtEnd) storageKeys.push(dataHex(keys.fixed(32)));
    entry.finish();
    entries.push({ address, storageKeys });
  }
  return entries;
}

/** No bytes: a creation. */
function recipient(data: Uint8Array): AddressKey | undefined {
  if (data.length === 0) return undefined;
  if (data.length !== 20) throw new RlpError(`an address has ${data.length} bytes`);
  return addressKeyOfBytes(data);
}

/** Gas beyond 2^53 is beyond every block. */
function gasNumber(gas: bigint): number {
  return Number(gas > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : gas);
}

function nonceNumber(nonce: bigint): number {
  if (nonce > BigInt(Number.MAX_SAFE_INTEGER)) throw new TransactionError(`nonce too high: ${nonce}`);
  return Number(nonce);
}
