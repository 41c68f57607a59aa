/** Writes what all threads have to know of a block into the memory that they share, before they enter it. */
import { bigintToWords } from "../../store/shared/words.js";
import type { BlockInput } from "../block-executor.js";
import { Arena } from "./arena.js";
import { HEADER, TX } from "./layout.js";
import type { MainWorker } from "./main-worker.js";
import { prefetch, prefetched } from "./prefetch.js";

export interface Layout {
  /** True where records of the state may have to be asked for. */
  readonly asking: boolean;
  readonly workers: number;
  /** Transactions that may run ahead of the frontier. */
  readonly window?: number;
}

/** The same for each worker: as many as it runs while another one pauses. */
const WINDOW = 1_024;

/** Room for new records that a transaction may make: beyond it the block is run again serially, on a larger table. */
const RECORDS_EACH = 8;
const RECORDS_AT_LEAST = 4096;

/** No other thread may be inside a block. Throws ARENA_FULL and TABLE_FULL. */
export function layOut(main: MainWorker, { block, transactions, fees }: BlockInput, { asking, workers, window = WINDOW * workers }: Layout): void {
  const { header, rows, arena, state } = main;
  const size = transactions.length;
  state.reserve(RECORDS_EACH * size + RECORDS_AT_LEAST + (asking ? prefetched(transactions) : 0));
  if (asking) prefetch(state, transactions);
  for (let at: number = HEADER.NEXT; at < header.length; at++) if (at !== HEADER.ACTIVE) header[at] = 0;
  rows.fill(0, 0, size * TX.WORDS);
  Arena.clear(header, HEADER.TOP);
  Arena.clear(header, HEADER.RECEIPTS_TOP);
  arena.begin();
  header[HEADER.SIZE] = size;
  header[HEADER.ASKING] = asking ? 1 : 0;
  header[HEADER.COINBASE] = fees ? state.table.account(fees.coinbase) : 0;
  header[HEADER.WINDOW] = window;
  header[HEADER.WORKERS] = workers;
  header[HEADER.CELLS] = arena.takeBytes(block.bytes.length);
  header[HEADER.CELLS_SIZE] = block.bytes.length;
  arena.bytes.set(block.bytes, 4 * header[HEADER.CELLS]!);
  header[HEADER.BASE_FEE] = arena.take(8);
  bigintToWords(fees?.baseFee ?? 0n, arena.words, header[HEADER.BASE_FEE]!);
  main.begin(block, transactions);
}
