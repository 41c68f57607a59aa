/** Reading ahead for a block: what is asked for, and that no access list changes a result. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import fc from "fast-check";
import { SerialExecutor, type ExecutorState } from "../../../../runtime/executor/block-executor.js";
import { ParallelExecutor } from "../../../../runtime/executor/parallel/parallel-executor.js";
import { prefetch, prefetched } from "../../../../runtime/executor/parallel/prefetch.js";
import type { Transaction } from "../../../../runtime/executor/transaction.js";
import { DurableBackend } from "../../../../runtime/node/state/durable-backend.js";
import { MemoryKeyValueStore } from "../../../../runtime/store/durable/memory-kv.js";
import { WriteQueue } from "../../../../runtime/store/durable/write-queue.js";
import { addressKeyOfInt, littleEndian, slotKey, type AddressKey, type SlotKey } from "../../../../runtime/store/keys.js";
import { SharedState } from "../../../../runtime/store/shared/state.js";
import { accountsOf, anyTransaction, BLOCK, FEES, modulesOf, outcome, paying, sender, SENDERS, storageOf, World } from "./world.js";

const executors: ParallelExecutor[] = [];
after(() => Promise.all(executors.map((e) => e.close())));

const reference = new World();

/** Lists that are right by chance at most: accounts that are there or not, slots of any of them. */
const anyList = fc.array(
  fc.record({
    address: fc.oneof(
      fc.constantFrom(reference.coinA.address, reference.coinB.address, reference.pool.address, reference.odd.address),
      fc.nat(SENDERS - 1).map(sender),
      fc.nat(50).map((n) => addressKeyOfInt(BigInt(n))),
    ),
    slots: fc.array(
      fc.oneof(
        fc.nat(8).map((n) => slotKey(BigInt(n))),
        fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }).map(slotKey),
      ),
      { maxLength: 6 },
    ),
  }),
  { maxLength: 4 },
);

test("whatever access lists say, blocks on a durable state that is mirrored equal the serial run", async () => {
  const world = new World();
  const backend = new DurableBackend(new WriteQueue(new MemoryKeyValueStore()), { version: 0, root: undefined }, 1, 1);
  backend.commit({ accounts: new Map(accountsOf(world)), storage: storageOf(world) }, modulesOf(world));
  backend.view();
  const state: ExecutorState = backend;
  const executor = new ParallelExecutor(state, { workers: 2, smallest: 1, always: true });
  executors.push(executor);
  await executor.ready();
  const serial = new SerialExecutor(world.executorState);
  const blocks = fc.sample(fc.array(fc.tuple(anyTransaction(reference), anyList), { minLength: 20, maxLength: 40 }), 12);
  for (const [round, block] of blocks.entries()) {
    const plain = paying(block.map(([transaction]) => transaction));
    const listed = plain.map((transaction, i): Transaction => ({ ...transaction, accessList: block[i]![1] }));
    const results = [executor.run({ block: BLOCK, transactions: listed, fees: FEES }), serial.run({ block: BLOCK, transactions: plain, fees: FEES })];
    const [ours, expected] = results.map(({ outcomes }) => [...outcomes].map(outcome));
    assert.deepEqual(ours, expected);
    // A view in between, and mirrors that begin anew: what is read ahead comes from changes, from caches and from the trie.
    if (round % 2 === 1) backend.view();
    if (round % 3 === 2) executor.reset();
  }
  for (const [address, account] of accountsOf(world)) assert.equal(backend.head.account(address)?.balance ?? 0n, account.balance);
  for (const [address, words] of storageOf(world)) for (const [slot, word] of words) assert.deepEqual(backend.head.storage(address, slot), word);
  assert.equal(executor.statistics.abandonedBlocks, 0);
});

/** A state that counts what it is asked for. */
function counting(): { readonly state: SharedState; readonly asked: string[] } {
  const asked: string[] = [];
  const state = SharedState.create(
    { records: 200_000 },
    {
      account(address: AddressKey) {
        asked.push(address);
        return { nonce: 1, balance: 5n };
      },
      storage(address: AddressKey, slot: SlotKey) {
        asked.push(address + slot);
        return littleEndian(9n, 32);
      },
      module: () => undefined,
    },
  );
  return { state, asked };
}

const transaction = (from: number, to: number | undefined, accessList?: Transaction["accessList"]): Transaction => ({
  ...{ from: sender(from), data: new Uint8Array(0), value: 0n, gasLimit: 21_000, gasPrice: 0n },
  ...(to !== undefined && { to: sender(to) }),
  ...(accessList && { accessList }),
});

test("everything that transactions name is asked for once, and known afterwards", () => {
  const { state, asked } = counting();
  const transactions = [transaction(0, 1), transaction(1, undefined), transaction(0, 1, [{ address: sender(2), slots: [slotKey(1n), slotKey(2n), slotKey(1n)] }])];
  state.reserve(prefetched(transactions));
  prefetch(state, transactions);
  const expected = [sender(0), sender(1), sender(2), sender(2) + slotKey(1n), sender(2) + slotKey(2n)];
  assert.deepEqual([...asked].sort(), expected.sort());
  assert.deepEqual(state.account(sender(2)), { nonce: 1, balance: 5n });
  assert.deepEqual(state.storage(sender(2), slotKey(2n)), littleEndian(9n, 32));
  assert.equal(asked.length, expected.length, "nothing is asked for again");
});

test("lists beyond a limit are left alone", () => {
  const { state, asked } = counting();
  const slots = Array.from({ length: 40_000 }, (_, i) => slotKey(BigInt(i)));
  const transactions = [transaction(0, 1, [{ address: sender(2), slots }]), transaction(3, 4, [{ address: sender(5), slots: slots.slice(0, 10) }])];
  state.reserve(prefetched(transactions));
  prefetch(state, transactions);
  assert.ok(asked.length <= prefetched(transactions) && asked.length < slots.length, `${asked.length} records`);
  assert.ok(asked.includes(sender(3)) && asked.includes(sender(4)), "senders and receivers are always read");
  assert.deepEqual(state.storage(sender(5), slotKey(3n)), littleEndian(9n, 32), "what was left out is asked for when it is met");
});

test("a source that cannot be read is left to those who meet the record", () => {
  const state = SharedState.create(
    {},
    {
      account() {
        throw new Error("the disk is gone");
      },
      storage: () => undefined,
      module: () => undefined,
    },
  );
  prefetch(state, [transaction(0, 1)]);
  assert.throws(() => state.account(sender(0)), /the disk is gone/);
});
