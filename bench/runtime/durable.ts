/**
 * The durable state: blocks on LMDB beside blocks in memory, commits of many writers beside LMDB's own synchronous puts, and token transfers on a large
 * state on disk beside a small one in memory (large-state.ts).
 */
import { open } from "lmdb";
import { openChain } from "../../runtime/node/chain/chain-store.js";
import { DevChain } from "../../runtime/node/chain/dev-chain.js";
import type { NodeTransaction } from "../../runtime/node/transactions/transaction.js";
import { openLmdb } from "../../runtime/store/durable/lmdb-kv.js";
import { WriteQueue } from "../../runtime/store/durable/write-queue.js";
import { addressKeyOfInt } from "../../runtime/store/keys.js";
import { median, type Bench, type Row } from "../report.js";
import { inFolder } from "./folder.js";
import { largeState } from "./large-state.js";

/** Blocks of signed transfers through the whole chain; transactions a second. */
async function chainRate(chain: DevChain): Promise<number> {
  chain.setAutomine(false);
  const blocks = Array.from({ length: 8 }, (_, b) => Array.from({ length: 200 }, (_, i) => transfer(chain, b * 200 + i)));
  const rates: number[] = [];
  for (const transactions of blocks) {
    const start = performance.now();
    for (const transaction of transactions) chain.pool.add(transaction);
    const { receipts } = chain.mine();
    await chain.chain.archive.durable();
    if (receipts.length !== transactions.length) throw new Error("a transfer was left out");
    rates.push((1000 * transactions.length) / (performance.now() - start));
  }
  return median(rates.slice(2));
}

function transfer(chain: DevChain, nonce: number): NodeTransaction {
  const from = chain.wallet.addresses[0]!;
  const fees = { maxFeePerGas: 10n ** 12n, maxPriorityFeePerGas: 1n };
  const to = addressKeyOfInt(BigInt(0x1_0000 + nonce));
  return chain.sign({ type: 2, chainId: 31_337n, nonce, to, value: 1n, data: new Uint8Array(0), gasLimit: 21_000, accessList: [], ...fees }, from);
}

async function blockCommits(): Promise<Row> {
  const peer = await chainRate(new DevChain({ accounts: 1 }));
  const ours = await inFolder(async (folder) => {
    const store = openLmdb(folder);
    const rate = await chainRate(new DevChain({ accounts: 1, place: openChain(store, { history: 1_024, chainId: 31_337n }) }));
    await store.close();
    return rate;
  });
  return { name: "blocks of 200 transfers, durable; peer: in memory", ours, peer, unit: "transactions a second", higherIsBetter: true };
}

const WRITERS = 64;
const MILLISECONDS = 2_000;

async function groupCommits(): Promise<Row> {
  const ours = await inFolder(async (folder) => {
    const store = openLmdb(folder);
    const queue = new WriteQueue(store);
    let count = 0;
    const end = performance.now() + MILLISECONDS;
    const writer = async (): Promise<void> => {
      for (; performance.now() < end; count++) {
        const key = Buffer.alloc(9);
        key.writeDoubleBE(count, 1);
        queue.put(key, Buffer.alloc(32, count));
        queue.seal();
        await queue.durable();
      }
    };
    await Promise.all(Array.from({ length: WRITERS }, writer));
    await store.close();
    return (1000 * count) / MILLISECONDS;
  });
  const peer = await inFolder(async (folder) => {
    const database = open<Buffer, Buffer>({ path: folder, noSubdir: false, encoding: "binary", keyEncoding: "binary" });
    const start = performance.now();
    let count = 0;
    for (; performance.now() - start < MILLISECONDS; count++) {
      const key = Buffer.alloc(9);
      key.writeDoubleBE(count, 1);
      database.putSync(key, Buffer.alloc(32, count));
    }
    const rate = (1000 * count) / (performance.now() - start);
    await database.close();
    return rate;
  });
  return { name: `commits of ${WRITERS} writers; peer: lmdb, a synchronous put each`, ours, peer, unit: "commits a second", higherIsBetter: true };
}

export const durable: Bench = {
  name: "runtime-durable",
  title: "the state on disk beside the state in memory",
  async run() {
    return [await blockCommits(), await groupCommits(), ...(await largeState())];
  },
};
