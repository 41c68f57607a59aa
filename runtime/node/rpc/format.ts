/** Blocks, transactions, receipts and logs in the shapes of Ethereum's JSON-RPC. */
import { addressHex } from "../../store/keys.js";
import type { Block, LogPlace, NodeReceipt, Place } from "../chain/block.js";
import { logsOf } from "../chain/block.js";
import { EMPTY_LIST_HASH, EMPTY_REQUESTS_HASH, HEADER_NONCE, ZERO_HASH, type Header } from "../chain/header.js";
import { dataHex, quantity, wordHex } from "../encoding/hex.js";
import { EMPTY_ROOT } from "../state/trie-nodes.js";
import { effectiveGasPrice, type NodeTransaction } from "../transactions/transaction.js";

export function formatHeader(header: Header): Record<string, unknown> {
  return {
    hash: header.hash,
    parentHash: header.parentHash,
    sha3Uncles: dataHex(EMPTY_LIST_HASH),
    miner: addressHex(header.coinbase),
    stateRoot: dataHex(header.stateRoot),
    transactionsRoot: dataHex(header.transactionsRoot),
    receiptsRoot: dataHex(header.receiptsRoot),
    logsBloom: dataHex(header.logsBloom),
    difficulty: "0x0",
    number: quantity(header.number),
    gasLimit: quantity(header.gasLimit),
    gasUsed: quantity(header.gasUsed),
    timestamp: quantity(header.timestamp),
    extraData: "0x",
    mixHash: wordHex(header.prevrandao),
    nonce: HEADER_NONCE,
    baseFeePerGas: quantity(header.baseFee),
    withdrawalsRoot: dataHex(EMPTY_ROOT),
    blobGasUsed: "0x0",
    excessBlobGas: "0x0",
    parentBeaconBlockRoot: ZERO_HASH,
    requestsHash: dataHex(EMPTY_REQUESTS_HASH),
  };
}

/** @param full Whole transactions, not just their hashes. */
export function formatBlock(block: Block, full: boolean): Record<string, unknown> {
  return {
    ...formatHeader(block.header),
    totalDifficulty: "0x0",
    size: quantity(block.size),
    uncles: [],
    withdrawals: [],
    transactions: block.receipts.map((receipt) => (full ? formatMined({ block, receipt }) : receipt.transaction.hash)),
  };
}

export function formatMined({ block, receipt }: Place): Record<string, unknown> {
  return {
    ...formatTransaction(receipt.transaction, block.header.baseFee),
    blockHash: block.header.hash,
    blockNumber: quantity(block.header.number),
    blockTimestamp: quantity(block.header.timestamp),
    transactionIndex: quantity(receipt.index),
  };
}

export function formatPending(transaction: NodeTransaction): Record<string, unknown> {
  return { ...formatTransaction(transaction, undefined), blockHash: null, blockNumber: null, transactionIndex: null };
}

/** @param baseFee Of its block; undefined while it waits. */
function formatTransaction(t: NodeTransaction, baseFee: bigint | undefined): Record<string, unknown> {
  const legacyV = t.chainId === undefined ? 27n + BigInt(t.yParity) : 35n + 2n * t.chainId + BigInt(t.yParity);
  return {
    hash: t.hash,
    type: quantity(t.type),
    ...(t.chainId !== undefined && { chainId: quantity(t.chainId) }),
    nonce: quantity(t.nonce),
    from: addressHex(t.from),
    to: t.to === undefined ? null : addressHex(t.to),
    value: quantity(t.value),
    input: dataHex(t.data),
    gas: quantity(t.gasLimit),
    gasPrice: quantity(baseFee === undefined ? t.maxFeePerGas : effectiveGasPrice(t, baseFee)),
    ...(t.type === 2 && { maxFeePerGas: quantity(t.maxFeePerGas), maxPriorityFeePerGas: quantity(t.maxPriorityFeePerGas) }),
    ...(t.type !== 0 && { accessList: t.accessList, yParity: quantity(t.yParity) }),
    v: quantity(t.type === 0 ? legacyV : t.yParity),
    r: quantity(t.r),
    s: quantity(t.s),
  };
}

export function formatReceipt({ block, receipt }: Place): Record<string, unknown> {
  const { transaction } = receipt;
  return {
    transactionHash: transaction.hash,
    transactionIndex: quantity(receipt.index),
    blockHash: block.header.hash,
    blockNumber: quantity(block.header.number),
    // A plain number, unlike all others: so anvil writes it, and foundry's tools read it.
    blockTimestamp: block.header.timestamp,
    from: addressHex(transaction.from),
    to: transaction.to === undefined ? null : addressHex(transaction.to),
    contractAddress: receipt.created === undefined ? null : addressHex(receipt.created),
    cumulativeGasUsed: quantity(receipt.cumulativeGas),
    gasUsed: quantity(receipt.gasUsed),
    effectiveGasPrice: quantity(receipt.gasPrice),
    logs: logsOfReceipt(block, receipt).map((place) => formatLog(place)),
    logsBloom: dataHex(receipt.bloom),
    type: quantity(transaction.type),
    status: receipt.success ? "0x1" : "0x0",
  };
}

function logsOfReceipt(block: Block, receipt: NodeReceipt): LogPlace[] {
  return receipt.logs.length === 0 ? [] : [...logsOf(block)].filter((place) => place.receipt === receipt);
}

/** @param removed Its block is no longer part of the chain. */
export function formatLog({ block, receipt, log, logIndex }: LogPlace, removed = false): Record<string, unknown> {
  return {
    address: addressHex(log.address),
    topics: log.topics.map(dataHex),
    data: dataHex(log.data),
    blockNumber: quantity(block.number),
    blockHash: block.hash,
    blockTimestamp: quantity(block.timestamp),
    transactionHash: receipt.transaction.hash,
    transactionIndex: quantity(receipt.index),
    logIndex: quantity(logIndex),
    removed,
  };
}
