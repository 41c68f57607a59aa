/**
 * ERC-20 transfers among many accounts with the state on LMDB, beside the same among ten thousand with the state in memory. Every account has wei, a nonce
 * and units of the token; those of a block are drawn at random from all. A block's time has in it the execution, the state root and, on disk, the wait
 * until all is on the medium. One worker, no signatures; blocks of the two in turns.
 *
 *   SUPERVM_BENCH_ACCOUNTS=10000000    how many accounts; a million by default
 */
import { keccak256 } from "../../machine/keccak.js";
import type { Artifact } from "../../index.js";
import { executeTransaction, type Transaction } from "../../runtime/executor/transaction.js";
import type { BlockCells } from "../../runtime/host/activation.js";
import { CodeRegistry, type ModuleEntry } from "../../runtime/host/code.js";
import { MemoryBackend, type NodeBackend } from "../../runtime/node/state/backend.js";
import { DurableBackend } from "../../runtime/node/state/durable-backend.js";
import type { ImportedAccount } from "../../runtime/node/state/import.js";
import { openLmdb } from "../../runtime/store/durable/lmdb-kv.js";
import { WriteQueue } from "../../runtime/store/durable/write-queue.js";
import { addressBytes, addressKey, keyOf, littleEndian, type AddressKey, type SlotKey } from "../../runtime/store/keys.js";
import type { AccountRecord } from "../../runtime/store/state.js";
import { median, type Row } from "../report.js";
import { inFolder } from "./folder.js";
import { processSeconds } from "./timing.js";
import { accountHex, balancesSlot, compileToken, randomTransfers, TokenWorld, UNITS_EACH } from "./token.js";

const ACCOUNTS = Number(process.env.SUPERVM_BENCH_ACCOUNTS ?? 1_000_000);
const SMALL = 10_000;
const BLOCK = 1_000;
const BLOCKS = 60;
/** Blocks before the first that counts: caches fill. */
const WARM_UP = 20;
const WEI = 10n ** 18n;
const MICRO = 1e6;
/** So that 29 bits of a hash and the number of what was hashed fit a double. */
const MAX_ACCOUNTS = 2 ** 24;

/** Numbers below `count` in the order of their hashes. */
function inHashOrder(count: number, hashOf: (n: number) => Uint8Array): Uint32Array {
  const keys = new Float64Array(count);
  for (let n = 0; n < count; n++) {
    const hash = hashOf(n);
    keys[n] = (((hash[0]! << 21) | (hash[1]! << 13) | (hash[2]! << 5) | (hash[3]! >> 3)) >>> 0) * MAX_ACCOUNTS + n;
  }
  keys.sort();
  const order = Uint32Array.from(keys, (key) => key % MAX_ACCOUNTS);
  const beginning = (at: number): number => Math.floor(keys[at]! / MAX_ACCOUNTS);
  for (let start = 0; start < count;) {
    let end = start + 1;
    while (end < count && beginning(end) === beginning(start)) end++;
    if (end > start + 1) order.subarray(start, end).sort((a, b) => Buffer.compare(hashOf(a), hashOf(b)));
    start = end;
  }
  return order;
}

/** Things in the order of their hashes, each made when its turn comes. */
function* ordered<T>(count: number, hashOf: (n: number) => Uint8Array, make: (n: number) => T): Generator<T> {
  for (const n of inHashOrder(count, hashOf)) yield make(n);
}

/** A chain's state with the token and many who hold it. */
class Holders {
  private readonly preimage = new Uint8Array(64);
  private readonly units = littleEndian(UNITS_EACH, 32);
  /** What the token's deployment left. */
  private readonly accounts: readonly (readonly [AddressKey, AccountRecord])[];
  private readonly words: readonly (readonly [SlotKey, Uint8Array])[];

  constructor(
    artifact: Artifact,
    deployed: MemoryBackend,
    private readonly token: AddressKey,
    private readonly count: number,
  ) {
    this.preimage.set(littleEndian(balancesSlot(artifact), 32).reverse(), 32);
    const { accounts, storage } = deployed.view().everything();
    this.accounts = [...accounts] as (readonly [AddressKey, AccountRecord])[];
    this.words = [...(storage.get(token) ?? [])] as (readonly [SlotKey, Uint8Array])[];
  }

  private address(n: number): Uint8Array {
    return n < this.count ? Buffer.from(accountHex(n).slice(2), "hex") : addressBytes(this.accounts[n - this.count]![0]);
  }

  private slot(n: number): Uint8Array {
    if (n >= this.count) return Buffer.from(this.words[n - this.count]![0], "latin1").reverse();
    this.preimage.set(this.address(n), 12);
    return keccak256(this.preimage);
  }

  *inOrder(): Generator<ImportedAccount> {
    const { count, accounts, token } = this;
    yield* ordered(
      count + accounts.length,
      (n) => keccak256(this.address(n)),
      (n): ImportedAccount => {
        if (n < count) return { address: addressKey(accountHex(n)), record: { nonce: 1, balance: WEI + BigInt(n) } };
        const [address, record] = accounts[n - count]!;
        return { address, record, ...(address === token && { storage: this.wordsInOrder() }) };
      },
    );
  }

  private *wordsInOrder(): Generator<readonly [SlotKey, Uint8Array]> {
    const { count, words, units } = this;
    yield* ordered(
      count + words.length,
      (n) => keccak256(this.slot(n)),
      (n) => (n < count ? ([keyOf(this.slot(n).reverse()), units] as const) : words[n - count]!),
    );
  }
}

/** Keeps what is registered. */
class ModuleList extends CodeRegistry {
  readonly all: ModuleEntry[] = [];

  override register(modules: readonly ModuleEntry[]): void {
    super.register(modules);
    this.all.push(...modules);
  }
}

/** A state to run blocks on. */
interface Subject {
  readonly backend: NodeBackend;
  readonly queue?: WriteQueue;
  readonly accounts: number;
  readonly clock: number[];
  readonly processor: number[];
}

async function runBlock({ backend, queue, clock, processor }: Subject, cells: BlockCells, transactions: readonly Transaction[]): Promise<void> {
  const [start, used] = [performance.now() / 1000, processSeconds()];
  for (const transaction of transactions) {
    const receipt = executeTransaction(backend.head, cells, backend.registry, transaction);
    if (!receipt.success) throw new Error("a transfer failed");
    backend.commit(receipt.changes, receipt.modules);
  }
  if (backend.view().root.length !== 32) throw new Error("the state has no root");
  queue?.seal();
  await queue?.durable();
  clock.push((performance.now() / 1000 - start) / transactions.length);
  processor.push((processSeconds() - used) / transactions.length);
}

export async function largeState(): Promise<Row[]> {
  if (ACCOUNTS > MAX_ACCOUNTS - SMALL) throw new RangeError(`at most ${MAX_ACCOUNTS - SMALL} accounts`);
  const artifact = await compileToken();
  const deployed = new MemoryBackend();
  const modules = new ModuleList();
  const store = {
    account: (address: AddressKey) => deployed.head.account(address),
    storage: (address: AddressKey, slot: SlotKey) => deployed.head.storage(address, slot),
    hasStorage: (address: AddressKey) => deployed.hasStorage(address),
    apply: (changes: Parameters<MemoryBackend["commit"]>[0]) => deployed.commit(changes, []),
  };
  const world = new TokenWorld(artifact, store, modules);
  const memory = new MemoryBackend();
  const [accounts, storage] = [new Map<AddressKey, AccountRecord>(), new Map<SlotKey, Uint8Array>()];
  for (const account of new Holders(artifact, deployed, world.token, SMALL).inOrder()) {
    accounts.set(account.address, account.record);
    for (const [slot, word] of account.storage ?? []) storage.set(slot, word);
  }
  memory.commit({ accounts, storage: new Map([[world.token, storage]]) }, modules.all);
  return inFolder(async (folder) => {
    const kv = openLmdb(folder);
    const queue = new WriteQueue(kv);
    const start = performance.now();
    const filled = new DurableBackend(queue, { version: 0, root: undefined }, 1, 1);
    const { position } = await filled.import(new Holders(artifact, deployed, world.token, ACCOUNTS).inOrder(), modules.all);
    queue.seal();
    await queue.durable();
    const seconds = (performance.now() - start) / 1000;
    process.stdout.write(
      `${ACCOUNTS.toLocaleString("en-US")} accounts imported in ${seconds.toFixed(0)} s: ${(kv.size() / 2 ** 20).toFixed(0)} MiB on disk, ${(process.memoryUsage.rss() / 2 ** 20).toFixed(0)} MiB of memory\n`,
    );
    // A new process would begin with empty caches.
    const durable = new DurableBackend(queue, position, filled.nextVersion, filled.nodes.nextId);
    const subjects: Subject[] = [
      { backend: durable, queue, accounts: ACCOUNTS, clock: [], processor: [] },
      { backend: memory, accounts: SMALL, clock: [], processor: [] },
    ];
    for (let block = 0; block < BLOCKS; block++)
      for (const subject of subjects) await runBlock(subject, world.block, world.transactions(randomTransfers(BLOCK, subject.accounts, 1 + block)));
    await kv.close();
    const time = (of: (subject: Subject) => number[]): { ours: number; peer: number } => {
      const [ours, peer] = subjects.map((subject) => median(of(subject).slice(WARM_UP)) * MICRO);
      return { ours: ours!, peer: peer! };
    };
    const name = `ERC-20 transfer among ${ACCOUNTS.toLocaleString("en-US")} accounts on disk; peer: among 10,000 in memory`;
    return [
      { name, ...time((s) => s.clock), unit: "µs, state root and durable commit of each block included" },
      { name, ...time((s) => s.processor), unit: "µs of processor time, all threads" },
    ];
  });
}
