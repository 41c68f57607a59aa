/**
 * Blocks as records. What follows from the rest is left out (hashes, blooms, positions in the block); call data, which is part of the signed
 * transaction, is kept as its place there. A checksum ends a record: damage that leaves its form whole would be told as if it had happened. Records
 * of versions that wrote none are read, too.
 */
import { sameBytes } from "../../../machine/bytes.js";
import { bytesOfKey, keyOf } from "../../store/keys.js";
import type { LogRecord } from "../../store/log-record.js";
import { StateError } from "../../store/durable/kv.js";
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
const CHECKSUM = 4;
/** Stands before the checksum, and says that there is one. */
const SEAL = Buffer.from("seal", "latin1");

export function encodeBlock({ header, receipts }: Block): Uint8Array {
  const writer = new RecordWriter();
  writeHeader(writer, header);
  writer.number(receipts.length);
  for (const receipt of receipts) writeReceipt(writer, receipt);
  const content = writer.finish();
  return writer.fixed(content).fixed(SEAL).fixed(checksum(content)).finish();
}

/**
 * Throws StateError ("corrupt") where the record is damaged.
 * @param state The state at the block's end, where it is kept.
 */
export function decodeBlock(bytes: Uint8Array, state: StateView | undefined): Block {
  // Parts of blocks live on for long; they must not hold on to memory that the store takes back.
  const record = Uint8Array.from(bytes);
  try {
    const reader = new RecordReader(unsealed(record));
    const header = readHeader(reader);
    const count = reader.number();
    const receipts: NodeReceipt[] = [];
    for (let i = 0; i < count; i++) receipts.push(readReceipt(reader, receipts[i - 1]));
    if (!reader.isAtEnd) throw damaged("it is too long");
    return { header, receipts, size: blockSize(header, receipts), state };
  } catch (error) {
    // Readers of parts take it that those have their form: lengths within limits, and so on.
    throw error instanceof StateError ? error : damaged(error instanceof Error ? error.message : String(error));
  }
}

/** The content of a record, whose checksum fits where it has one. What looks whole without the seal could else have swallowed a checksum. */
function unsealed(record: Uint8Array): Uint8Array {
  const end = record.length - CHECKSUM;
  const start = end - SEAL.length;
  if (start < 0 || !sameBytes(record.subarray(start, end), SEAL)) return record;
  const content = record.subarray(0, start);
  if (!sameBytes(record.subarray(end), checksum(content))) throw damaged("its checksum does not fit");
  return content;
}

function damaged(why: string): StateError {
  return new StateError("corrupt", `the record of a block is damaged: ${why}`, "restore a checkpoint");
}

/**
 * Four bytes in which other content shows: each step can be undone, so that a change within one word always does, and changes of several words do but for
 * one in four billion. A sum of bytes would take several times as long.
 */
function checksum(content: Uint8Array): Uint8Array {
  const view = new DataView(content.buffer, content.byteOffset, content.length);
  let sum = content.length | 0;
  const step = (word: number): void => {
    const mixed = Math.imul(sum ^ word, 0x85ebca6b);
    sum = Math.imul((mixed << 15) | (mixed >>> 17), 0xc2b2ae35);
  };
  let at = 0;
  for (; at + 4 <= content.length; at += 4) step(view.getInt32(at, true));
  for (; at < content.length; at++) step(content[at]!);
  const bytes = new Uint8Array(CHECKSUM);
  new DataView(bytes.buffer).setInt32(0, sum, true);
  return bytes;
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
