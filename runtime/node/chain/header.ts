/**
 * Block headers with the fields of Ethereum's Prague fork (yellow paper, section 4.3; EIP-1559, -3675, -4895, -4844, -4788, -7685). Those
 * of features that this chain lacks (withdrawals, blobs, beacon roots, requests) hold what an empty block of such a chain holds.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { keccak256 } from "../../../machine/keccak.js";
import { addressBytes, type AddressKey } from "../../store/keys.js";
import { dataHex, hexBytes, type Hex } from "../encoding/hex.js";
import { rlpBytes, rlpInteger, rlpList } from "../encoding/rlp.js";
import { EMPTY_ROOT } from "../state/trie-nodes.js";
import { intToBytes } from "../../../machine/bytes.js";

export interface HeaderFields {
  readonly parentHash: Hex;
  readonly coinbase: AddressKey;
  readonly stateRoot: Uint8Array;
  readonly transactionsRoot: Uint8Array;
  readonly receiptsRoot: Uint8Array;
  readonly logsBloom: Uint8Array;
  readonly number: number;
  readonly gasLimit: number;
  readonly gasUsed: number;
  /** Seconds. */
  readonly timestamp: number;
  readonly prevrandao: bigint;
  /** In wei. */
  readonly baseFee: bigint;
}

export interface Header extends HeaderFields {
  readonly hash: Hex;
  readonly encoded: Uint8Array;
}

/** keccak256(rlp([])): there are no ommers. */
export const EMPTY_LIST_HASH: Uint8Array = keccak256(Uint8Array.of(0xc0));
/** sha256 of nothing: there are no requests (EIP-7685). */
export const EMPTY_REQUESTS_HASH: Uint8Array = sha256(new Uint8Array(0));
export const ZERO_HASH: Hex = `0x${"0".repeat(64)}`;
export const HEADER_NONCE: Hex = "0x0000000000000000";

/** Fields that are the same in every header, encoded. */
const NO_OMMERS = rlpBytes(EMPTY_LIST_HASH);
const NONCE = rlpBytes(hexBytes(HEADER_NONCE));
/** Zero, and no bytes. */
const ZERO = rlpInteger(0);
const LATER_FORKS = Buffer.concat([
  rlpBytes(EMPTY_ROOT), // withdrawals
  ZERO, // blob gas used
  ZERO, // excess blob gas
  rlpBytes(hexBytes(ZERO_HASH)), // parent beacon block root
  rlpBytes(EMPTY_REQUESTS_HASH),
]);

/** Encodes and hashes a header. */
export function makeHeader(fields: HeaderFields): Header {
  const encoded = rlpList([
    rlpBytes(hexBytes(fields.parentHash)),
    NO_OMMERS,
    rlpBytes(addressBytes(fields.coinbase)),
    rlpBytes(fields.stateRoot),
    rlpBytes(fields.transactionsRoot),
    rlpBytes(fields.receiptsRoot),
    rlpBytes(fields.logsBloom),
    ZERO, // difficulty
    rlpInteger(fields.number),
    rlpInteger(fields.gasLimit),
    rlpInteger(fields.gasUsed),
    rlpInteger(fields.timestamp),
    ZERO, // extra data: none
    rlpBytes(intToBytes(fields.prevrandao, 32)),
    NONCE,
    rlpInteger(fields.baseFee),
    LATER_FORKS,
  ]);
  return { ...fields, encoded, hash: dataHex(keccak256(encoded)) };
}

const BASE_FEE_CHANGE_DENOMINATOR = 8n;
const ELASTICITY = 2n;

/** The base fee of a block's child (EIP-1559). */
export function nextBaseFee(parent: HeaderFields): bigint {
  const target = BigInt(parent.gasLimit) / ELASTICITY;
  const used = BigInt(parent.gasUsed);
  if (target === 0n || used === target) return parent.baseFee;
  if (used > target) {
    const delta = (parent.baseFee * (used - target)) / target / BASE_FEE_CHANGE_DENOMINATOR;
    return parent.baseFee + (delta > 0n ? delta : 1n);
  }
  return parent.baseFee - (parent.baseFee * (target - used)) / target / BASE_FEE_CHANGE_DENOMINATOR;
}
