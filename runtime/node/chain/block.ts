/** A mined block, its receipts, and the roots that its header commits to. */
import { addressBytes, type AddressKey } from "../../store/keys.js";
import type { LogRecord } from "../../store/journal.js";
import { addToBloom, BLOOM_SIZE, joinBlooms } from "../encoding/bloom.js";
import { rlpBytes, rlpBytesSize, rlpInteger, rlpList, rlpListSize, rlpStrings } from "../encoding/rlp.js";
import type { StateView } from "../state/backend.js";
import { indexedRoot } from "../state/trie.js";
import type { NodeTransaction } from "../transactions/transaction.js";
import type { Header } from "./header.js";

export interface NodeReceipt {
  readonly transaction: NodeTransaction;
  /** Position in the block. */
  readonly index: number;
  readonly success: boolean;
  readonly gasUsed: number;
  /** Of this and all transactions before it in the block. */
  readonly cumulativeGas: number;
  /** In wei. */
  readonly gasPrice: bigint;
  readonly logs: readonly LogRecord[];
  /** Position in the block of the first log. */
  readonly firstLog: number;
  readonly bloom: Uint8Array;
  readonly created: AddressKey | undefined;
  /** Return or revert data. */
  readonly output: Uint8Array;
  /** Why it failed, where it was no revert. */
  readonly error: string | undefined;
}

export interface Block {
  readonly header: Header;
  readonly receipts: readonly NodeReceipt[];
  /** Bytes of the encoded block. */
  readonly size: number;
  /** The state at its end; undefined where it was too long ago to be kept. */
  state: StateView | undefined;
}

/** Where a transaction was mined. */
export interface Place {
  readonly block: Block;
  readonly receipt: NodeReceipt;
}

/** A log and where it was emitted. */
export interface LogPlace {
  readonly block: Header;
  readonly receipt: NodeReceipt;
  readonly log: LogRecord;
  /** Position in the block. */
  readonly logIndex: number;
}

export function logsBloom(logs: readonly LogRecord[]): Uint8Array {
  const bloom = new Uint8Array(BLOOM_SIZE);
  for (const log of logs) {
    addToBloom(bloom, addressBytes(log.address));
    for (const topic of log.topics) addToBloom(bloom, topic);
  }
  return bloom;
}

/** What a header says about the transactions of its block. */
export function commitments(receipts: readonly NodeReceipt[]): { transactionsRoot: Uint8Array; receiptsRoot: Uint8Array; logsBloom: Uint8Array } {
  return {
    transactionsRoot: indexedRoot(
      receipts.map((r) => r.transaction.raw),
      rlpInteger,
    ),
    receiptsRoot: indexedRoot(receipts.map(encodeReceipt), rlpInteger),
    logsBloom: joinBlooms(receipts.map((r) => r.bloom)),
  };
}

/** EIP-658 and EIP-2718. */
export function encodeReceipt(receipt: NodeReceipt): Uint8Array {
  const logs = receipt.logs.map((log) => rlpList([rlpBytes(addressBytes(log.address)), rlpStrings(log.topics), rlpBytes(log.data)]));
  const { type } = receipt.transaction;
  return rlpList([rlpInteger(receipt.success ? 1 : 0), rlpInteger(receipt.cumulativeGas), rlpBytes(receipt.bloom), rlpList(logs)], type === 0 ? undefined : type);
}

/** The encoded block: header, transactions, no ommers, no withdrawals. */
export function encodeBody({ header, receipts }: Block): Uint8Array {
  const transactions = receipts.map(({ transaction }) => (transaction.type === 0 ? transaction.raw : rlpBytes(transaction.raw)));
  return rlpList([header.encoded, rlpList(transactions), rlpList([]), rlpList([])]);
}

/** Bytes of the encoded block: header, transactions, no ommers, no withdrawals. */
export function blockSize(header: Header, receipts: readonly NodeReceipt[]): number {
  let transactions = 0;
  for (const { transaction } of receipts) transactions += transaction.type === 0 ? transaction.raw.length : rlpBytesSize(transaction.raw);
  const empty = rlpListSize(0);
  return rlpListSize(header.encoded.length + rlpListSize(transactions) + 2 * empty);
}

/** The logs of a block, in order. */
export function* logsOf(block: Block): Generator<LogPlace> {
  for (const receipt of block.receipts) for (const [i, log] of receipt.logs.entries()) yield { block: block.header, receipt, log, logIndex: receipt.firstLog + i };
}
