/** A block's environment and its form in cells. */
import { CELL } from "../host/abi.js";
import type { BlockCells, TransactionCells } from "../host/activation.js";
import { writeNumberWords } from "../host/cells.js";
import { bytesOfKey, littleEndian, writeKeyWords } from "../store/keys.js";
import type { AddressKey } from "../store/keys.js";

export interface BlockEnvironment {
  readonly number: bigint;
  /** Seconds. */
  readonly timestamp: bigint;
  readonly coinbase: AddressKey;
  readonly gasLimit: bigint;
  /** In wei. */
  readonly baseFee: bigint;
  readonly blobBaseFee: bigint;
  readonly prevrandao: bigint;
  readonly chainId: bigint;
  /** Hash of an earlier block as a number; undefined where it is none of the last 256. */
  blockHash(number: bigint): bigint | undefined;
}

let nextId = 0;

/** The block's cells, from COINBASE on. */
export function blockCells(block: BlockEnvironment): BlockCells {
  const bytes = new Uint8Array(CELL.BLOCK_GAS_LIMIT + 8 - CELL.COINBASE);
  const put = (cell: number, content: Uint8Array): void => {
    bytes.set(content, cell - CELL.COINBASE);
  };
  put(CELL.COINBASE, bytesOfKey(block.coinbase));
  put(CELL.CHAIN_ID, littleEndian(block.chainId, 32));
  put(CELL.BASE_FEE, littleEndian(block.baseFee, 32));
  put(CELL.BLOB_BASE_FEE, littleEndian(block.blobBaseFee, 32));
  put(CELL.PREVRANDAO, littleEndian(block.prevrandao, 32));
  put(CELL.TIMESTAMP, littleEndian(block.timestamp, 8));
  put(CELL.NUMBER, littleEndian(block.number, 8));
  put(CELL.BLOCK_GAS_LIMIT, littleEndian(block.gasLimit, 8));
  return {
    bytes,
    id: nextId++,
    blockHash(number) {
      const hash = block.blockHash(number);
      return hash === undefined ? undefined : littleEndian(hash, 32);
    },
  };
}

const NO_HASHES: readonly Uint8Array[] = [];
const PRICE = (CELL.GAS_PRICE - CELL.ORIGIN) >> 2;
/** A thread runs one transaction at a time: all have their cells here in turn. */
const words = new Int32Array(16);

/** A transaction's cells: ORIGIN and GAS_PRICE (in wei). They hold until the thread begins another transaction. */
export function transactionCells(origin: AddressKey, gasPrice: bigint, blobHashes: readonly Uint8Array[] = NO_HASHES): TransactionCells {
  writeKeyWords(origin, words, 0);
  if (gasPrice > 0n) writeNumberWords(gasPrice, words, PRICE);
  else words.fill(0, PRICE);
  return { words, blobHashes };
}
