/**
 * Blocks as records. What follows from the rest is left out (hashes, blooms, positions in the block); call data, which is part of the signed
 * transaction, is kept as its place there.
 */
import { bytesOfKey, keyOf } from "../../store/keys.js";
import type { LogRecord } from "../../store/log-record.js";
import { RecordReader, RecordWriter } from "../../store/durable/records.js";
import { dataHex, hexBytes } from "../encoding/hex.js";
import type { StateView } from "../state/backend.js";
import type { AccessListEntry, NodeTransaction, TransactionType } from "../transactions/transaction.js";
import { blockSize, logsBloom, type Block, type NodeReceipt } from "./block.js";
import { makeHeader, type Header, type HeaderFields } from "./header.js";

const FLAG = { SUCCESS: 1, CREATION: 2, CREATED: 4, ERROR: 8, CHAIN_ID: 16, IMPERSONATED: 32, ODD: 64 } as const;

const HASH = 32;
const ADDRESS = 20;
const BLOOM = 256;

export function encodeBlock({ header, receipts }: Block): Uint8Array {
  const writer = new RecordWriter();
  writeHeader(writer, header);
  writer.number(receipts.length);
  for (const receipt of receipts) writeReceipt(writer, receipt);
  return writer.finish();
}

/** @param state The state at the block's end, where it is kept. */
export function decodeBlock(bytes: Uint8Array, state: StateView | undefined): Block {
  // Parts of blocks live on for long; they must not hold on to memory that the store takes back.
  const reader = new RecordReader(Uint8Array.from(bytes));
  const header = readHeader(reader);
  const count = reader.number();
  const receipts: NodeReceipt[] = [];
  for (let i = 0; i < count; i++) receipts.push(readReceipt(reader, receipts[i - 1]));
  return { header, receipts, size: blockSize(header, receipts), state };
}

function writeHeader(writer: RecordWriter, header: HeaderFields): void {
  writer.fixed(hexBytes(header.parentHash)).fixed(bytesOfKey(header.coinbase)).fixed(header.stateRoot).fixed(header.transactionsRoot).fixed(header.receiptsRoot);
  writer.fixed(header.logsBloom).number(header.number).number(header.gasLimit).number(header.gasUsed).number(header.timestamp);
  writer.integer(header.prevrandao).integer(header.baseFee);
}

function readHeader(reader: RecordReader): Header {
  return makeHeader({
    parentHash: dataHex(reader.fixed(HASH)),
    coinbase: keyOf(reader.fixed(ADDRESS)),
    stateRoot: reader.fixed(HASH),
    transactionsRoot: reader.fixed(HASH),
    receiptsRoot: reader.fixed(HASH),
    logsBloom: reader.fixed(BLOOM),
    number: reader.number(),
    gasLimit: reader.number(),
    gasUsed: reader.number(),
    timestamp: reader.number(),
    prevrandao: reader.integer(),
    baseFee: reader.integer(),
  });
}

function writeReceipt(writer: RecordWriter, receipt: NodeReceipt): void {
  const { transaction, created, error } = receipt;
  let flags = 0;
  if (receipt.success) flags |= FLAG.SUCCESS;
  if (transaction.to === undefined) flags |= FLAG.CREATION;
  if (created !== undefined) flags |= FLAG.CREATED;
  if (error !== undefined) flags |= FLAG.ERROR;
  if (transaction.chainId !== undefined) flags |= FLAG.CHAIN_ID;
  if (transaction.isImpersonated) flags |= FLAG.IMPERSONATED;
  if (transaction.yParity === 1) flags |= FLAG.ODD;
  writer.byte(flags);
  writeTransaction(writer, transaction);
  writer.number(receipt.gasUsed).integer(receipt.gasPrice).number(receipt.logs.length);
  for (const log of receipt.logs) {
    writer.fixed(bytesOfKey(log.address)).number(log.topics.length);
    for (const topic of log.topics) writer.fixed(topic);
    writer.string(log.data);
  }
  writer.string(receipt.output);
  if (created !== undefined) writer.fixed(bytesOfKey(created));
  if (error !== undefined) writer.text(error);
}

function readReceipt(reader: RecordReader, before: NodeReceipt | undefined): NodeReceipt {
  const flags = reader.byte();
  const transaction = readTransaction(reader, flags);
  const [gasUsed, gasPrice, logCount] = [reader.number(), reader.integer(), reader.number()];
  const logs: LogRecord[] = [];
  for (let i = 0; i < logCount; i++) {
    const address = keyOf(reader.fixed(ADDRESS));
    const topicCount = reader.number();
    const topics = Array.from({ length: topicCount }, () => reader.fixed(HASH));
    logs.push({ address, topics, data: reader.string() });
  }
  const output = reader.string();
  return {
    transaction,
    index: before ? before.index + 1 : 0,
    success: (flags & FLAG.SUCCESS) !== 0,
    gasUsed,
    cumulativeGas: (before?.cumulativeGas ?? 0) + gasUsed,
    gasPrice,
    logs,
    firstLog: before ? before.firstLog + before.logs.length : 0,
    bloom: logsBloom(logs),
    created: (flags & FLAG.CREATED) !== 0 ? keyOf(reader.fixed(ADDRESS)) : undefined,
    output,
    error: (flags & FLAG.ERROR) !== 0 ? reader.text() : undefined,
  };
}

function writeTransaction(writer: RecordWriter, t: NodeTransaction): void {
  writer.byte(t.type).fixed(hexBytes(t.hash)).fixed(bytesOfKey(t.from)).string(t.raw);
  if (t.to !== undefined) writer.fixed(bytesOfKey(t.to));
  if (t.chainId !== undefined) writer.integer(t.chainId);
  writer.number(t.nonce).integer(t.value).number(t.gasLimit).integer(t.maxFeePerGas).integer(t.maxPriorityFeePerGas).integer(t.r).integer(t.s);
  const at = Buffer.from(t.raw.buffer, t.raw.byteOffset, t.raw.length).indexOf(t.data);
  // Call data is part of every signed transaction; its place is kept as one more than the offset, so that 0 can say otherwise.
  if (at >= 0) writer.number(at + 1).number(t.data.length);
  else writer.number(0).string(t.data);
  writer.number(t.accessList.length);
  for (const { address, storageKeys } of t.accessList) {
    writer.fixed(hexBytes(address)).number(storageKeys.length);
    for (const key of storageKeys) writer.fixed(hexBytes(key));
  }
}

function readTransaction(reader: RecordReader, flags: number): NodeTransaction {
  const type = reader.byte() as TransactionType;
  const [hash, from, raw] = [dataHex(reader.fixed(HASH)), keyOf(reader.fixed(ADDRESS)), reader.string()];
  const to = (flags & FLAG.CREATION) === 0 ? keyOf(reader.fixed(ADDRESS)) : undefined;
  const chainId = (flags & FLAG.CHAIN_ID) !== 0 ? reader.integer() : undefined;
  const [nonce, value, gasLimit] = [reader.number(), reader.integer(), reader.number()];
  const [maxFeePerGas, maxPriorityFeePerGas, r, s] = [reader.integer(), reader.integer(), reader.integer(), reader.integer()];
  const place = reader.number();
  const length = reader.number();
  const data = place > 0 ? raw.subarray(place - 1, place - 1 + length) : reader.fixed(length);
  const accessCount = reader.number();
  const accessList: AccessListEntry[] = [];
  for (let i = 0; i < accessCount; i++) {
    const address = dataHex(reader.fixed(ADDRESS));
    const keyCount = reader.number();
    accessList.push({ address, storageKeys: Array.from({ length: keyCount }, () => dataHex(reader.fixed(HASH))) });
  }
  const yParity = (flags & FLAG.ODD) !== 0 ? 1 : 0;
  return {
    type,
    chainId,
    nonce,
    to,
    value,
    data,
    gasLimit,
    maxFeePerGas,
    maxPriorityFeePerGas,
    accessList,
    hash,
    from,
    raw,
    r,
    s,
    yParity,
    isImpersonated: (flags & FLAG.IMPERSONATED) !== 0,
  };
}
