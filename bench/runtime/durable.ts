/**
 * The durable state: blocks on LMDB beside blocks in memory, commits of many writers beside LMDB's own synchronous puts, and transactions on a state of
 * a million accounts (SUPERVM_BENCH_ACCOUNTS: any number) on disk beside one of ten thousand in memory.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { open } from "lmdb";
import { keccak256 } from "../../machine/keccak.js";
import { blockCells } from "../../runtime/executor/block.js";
import { executeTransaction } from "../../runtime/executor/transaction.js";
import { openChain } from "../../runtime/node/chain/chain-store.js";
import { DevChain } from "../../runtime/node/chain/dev-chain.js";
import { MemoryBackend, type NodeBackend } from "../../runtime/node/state/backend.js";
import { DurableBackend } from "../../runtime/node/state/durable-backend.js";
import type { NodeTransaction } from "../../runtime/node/transactions/transaction.js";
import { openLmdb } from "../../runtime/store/durable/lmdb-kv.js";
import { WriteQueue } from "../../runtime/store/durable/write-queue.js";
import { addressBytes, addressKey, addressKeyOfInt, type AddressKey } from "../../runtime/store/keys.js";
import type { AccountRecord } from "../../runtime/store/state.js";
import { median, type Bench, type Row } from "../report.js";
import { accountHex, random } from "./token.js";

const ACCOUNTS = Number(process.env.SUPERVM_BENCH_ACCOUNTS ?? 1_000_000);
const SMALL = 10_000;
const BLOCK = 1_000;
const BLOCKS = 12;
const GENERATED_AT_ONCE = 25_000;
const BALANCE = 10n ** 20n;

async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "supervm-bench-"));
  try {
    return await use(folder);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

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

/** Accounts in the order of their paths in the trie, so that a batch fills a part of it for good. */
function orderedAccounts(count: number): Uint32Array {
  const prefixes = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const hash = keccak256(addressBytes(addressKey(accountHex(i))));
    // 29 bits of the path before 24 bits of the number: both fit a double's 53.
    prefixes[i] = (new DataView(hash.buffer, hash.byteOffset).getUint32(0) >>> 3) * 2 ** 24 + i;
  }
  return Uint32Array.from(prefixes.sort(), (value) => value % 2 ** 24);
}

async function generate(backend: NodeBackend, queue: WriteQueue | undefined, count: number): Promise<void> {
  const order = orderedAccounts(count);
  for (let at = 0; at < count; at += GENERATED_AT_ONCE) {
    const accounts = new Map<AddressKey, AccountRecord>();
    for (const i of order.subarray(at, at + GENERATED_AT_ONCE)) accounts.set(addressKey(accountHex(i)), { nonce: 0, balance: BALANCE });
    backend.commit({ accounts, storage: new Map() }, []);
    backend.view();
    queue?.seal();
    await queue?.durable();
  }
}

/** Microseconds a transfer between random accounts, in blocks with a state root each. */
async function transferTime(backend: NodeBackend, queue: WriteQueue | undefined, accounts: number): Promise<number> {
  const next = random(7);
  const cells = blockCells({
    number: 1n,
    timestamp: 1n,
    coinbase: addressKeyOfInt(0n),
    gasLimit: 10n ** 9n,
    baseFee: 0n,
    blobBaseFee: 1n,
    prevrandao: 0n,
    chainId: 1n,
    blockHash: () => undefined,
  });
  const times: number[] = [];
  for (let block = 0; block < BLOCKS; block++) {
    const pairs = Array.from({ length: BLOCK }, () => [addressKey(accountHex(next(accounts))), addressKey(accountHex(next(accounts)))] as const);
    const start = performance.now();
    for (const [from, to] of pairs) {
      const receipt = executeTransaction(backend.head, cells, backend.registry, { from, to, data: new Uint8Array(0), value: 1n, gasLimit: 21_000, gasPrice: 0n });
      if (!receipt.success) throw new Error("a transfer failed");
      backend.commit(receipt.changes, receipt.modules);
    }
    if (backend.view().root.length !== 32) throw new Error("the state has no root");
    queue?.seal();
    await queue?.durable();
    times.push((1000 * (performance.now() - start)) / BLOCK);
  }
  return median(times.slice(2));
}

async function largeState(): Promise<Row> {
  const memory = new MemoryBackend();
  await generate(memory, undefined, SMALL);
  const peer = await transferTime(memory, undefined, SMALL);
  const ours = await inFolder(async (folder) => {
    const store = openLmdb(folder);
    const queue = new WriteQueue(store);
    const start = performance.now();
    const filled = new DurableBackend(queue, { version: 0, root: undefined }, 1, 1);
    await generate(filled, queue, ACCOUNTS);
    const seconds = (performance.now() - start) / 1000;
    process.stdout.write(`${ACCOUNTS} accounts made in ${seconds.toFixed(0)} s, ${(store.size() / 2 ** 20).toFixed(0)} MiB\n`);
    // A new process would begin with empty caches.
    const reopened = new DurableBackend(queue, filled.view().position, filled.nextVersion, filled.nodes.nextId);
    const time = await transferTime(reopened, queue, ACCOUNTS);
    await store.close();
    return time;
  });
  return { name: `transfer on ${ACCOUNTS.toLocaleString("en-US")} accounts on disk; peer: on 10,000 in memory`, ours, peer, unit: "µs, state roots included" };
}

export const durable: Bench = {
  name: "runtime-durable",
  title: "the state on disk beside the state in memory",
  async run() {
    return [await blockCommits(), await groupCommits(), await largeState()];
  },
};
