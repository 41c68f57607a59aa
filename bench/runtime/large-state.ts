/**
 * ERC-20 transfers among many accounts with the state on LMDB, beside the same among ten thousand with the state in memory. Every account has wei, a nonce
 * and units of the token; those of a block are drawn at random from all. A block's time has in it the execution, the state root and, on disk, the wait
 * until all is on the medium. One worker, no signatures; blocks of the two in turns.
 *
 *   SUPERVM_BENCH_ACCOUNTS=10000000    how many accounts; a million by default
 *   SUPERVM_BENCH_STATE=DIR            a folder that keeps the imported state for further runs, which begin with it as it was; none by default
 */
import fs from "node:fs";
import path from "node:path";
import { executeTransaction, type Transaction } from "../../runtime/executor/transaction.js";
import type { BlockCells } from "../../runtime/host/activation.js";
import { CodeRegistry, type ModuleEntry } from "../../runtime/host/code.js";
import { MemoryBackend, type NodeBackend } from "../../runtime/node/state/backend.js";
import { DurableBackend, type StatePosition } from "../../runtime/node/state/durable-backend.js";
import type { ImportedAccount } from "../../runtime/node/state/import.js";
import { numberKey, PREFIX } from "../../runtime/node/state/layout.js";
import { openLmdb } from "../../runtime/store/durable/lmdb-kv.js";
import { WriteQueue } from "../../runtime/store/durable/write-queue.js";
import type { AddressKey, SlotKey } from "../../runtime/store/keys.js";
import type { AccountRecord } from "../../runtime/store/state.js";
import { median, type Row } from "../report.js";
import { inFolder } from "./folder.js";
import { Holders, MAX_ACCOUNTS } from "./holders.js";
import { processSeconds } from "./timing.js";
import { compileToken, randomTransfers, TokenWorld } from "./token.js";

const ACCOUNTS = Number(process.env.SUPERVM_BENCH_ACCOUNTS ?? 1_000_000);
const KEPT = process.env.SUPERVM_BENCH_STATE;
const SMALL = 10_000;
const BLOCK = 1_000;
const BLOCKS = 60;
/** Blocks before the first that counts: caches fill. */
const WARM_UP = 20;
const MICRO = 1e6;
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

/** Where a backend goes on: written beside a state that is kept. */
interface Start {
  readonly accounts: number;
  readonly position: StatePosition;
  readonly nextVersion: number;
  readonly nextPage: number;
}

/** Imports the state, or finds in a kept folder the one that was imported before: what blocks of an earlier run have changed is undone. */
async function filled(folder: string, queue: WriteQueue, accounts: () => Iterable<ImportedAccount>, modules: readonly ModuleEntry[]): Promise<Start> {
  const note = path.join(folder, "bench.json");
  if (fs.existsSync(note)) return undone(readStart(note), queue);
  const start = performance.now();
  const backend = new DurableBackend(queue, { version: 0, root: undefined }, 1, 1);
  const { position } = await backend.import(accounts(), modules);
  queue.seal();
  await queue.durable();
  const seconds = (performance.now() - start) / 1000;
  process.stdout.write(
    `${ACCOUNTS.toLocaleString("en-US")} accounts imported in ${seconds.toFixed(0)} s: ${(queue.store.size() / 2 ** 20).toFixed(0)} MiB on disk, ${(process.memoryUsage.rss() / 2 ** 20).toFixed(0)} MiB of memory\n`,
  );
  const imported: Start = { accounts: ACCOUNTS, position, nextVersion: backend.nextVersion, nextPage: backend.nodes.nextPage };
  if (KEPT !== undefined)
    fs.writeFileSync(
      note,
      JSON.stringify(imported, (_, value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value)),
    );
  return imported;
}

function readStart(note: string): Start {
  const start = JSON.parse(fs.readFileSync(note, "utf8"), (key, value: unknown) => (key === "reference" ? Buffer.from(value as string, "hex") : value)) as Start;
  if (start.accounts !== ACCOUNTS) throw new RangeError(`the kept state has ${start.accounts} accounts, not ${ACCOUNTS}`);
  return start;
}

async function undone(start: Start, queue: WriteQueue): Promise<Start> {
  let version = start.position.version;
  while (queue.get(numberKey(PREFIX.CHANGE, version + 1))) version++;
  const changed = new DurableBackend(queue, { ...start.position, version }, version + 1, start.nextPage);
  changed.restore(changed.viewAt(start.position));
  queue.seal();
  await queue.durable();
  return start;
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
  const use = async (folder: string): Promise<Row[]> => {
    const kv = openLmdb(folder);
    const queue = new WriteQueue(kv);
    const start = await filled(folder, queue, () => new Holders(artifact, deployed, world.token, ACCOUNTS).inOrder(), modules.all);
    // A new process would begin with empty caches.
    const durable = new DurableBackend(queue, start.position, start.nextVersion, start.nextPage);
    const subjects: Subject[] = [
      { backend: durable, queue, accounts: ACCOUNTS, clock: [], processor: [] },
      { backend: memory, accounts: SMALL, clock: [], processor: [] },
    ];
    for (let block = 0; block < BLOCKS; block++)
      for (const subject of subjects) await runBlock(subject, world.block, world.transactions(randomTransfers(BLOCK, subject.accounts, 1 + block)));
    await kv.close();
    return rows(subjects);
  };
  return KEPT === undefined ? inFolder(use) : use(KEPT);
}

function rows(subjects: readonly Subject[]): Row[] {
  const time = (of: (subject: Subject) => number[]): { ours: number; peer: number } => {
    const [ours, peer] = subjects.map((subject) => median(of(subject).slice(WARM_UP)) * MICRO);
    return { ours: ours!, peer: peer! };
  };
  const name = `ERC-20 transfer among ${ACCOUNTS.toLocaleString("en-US")} accounts on disk; peer: among 10,000 in memory`;
  return [
    { name, ...time((s) => s.clock), unit: "µs, state root and durable commit of each block included" },
    { name, ...time((s) => s.processor), unit: "µs of processor time, all threads" },
  ];
}
