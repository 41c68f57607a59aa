/** Blocks on real threads: whatever the number of workers and however they meet, the result is that of running one after another. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import fc from "fast-check";
import { SerialExecutor, sharedExecutorState, type BlockInput, type ExecutorState } from "../../../../runtime/executor/block-executor.js";
import { ParallelExecutor } from "../../../../runtime/executor/parallel/parallel-executor.js";
import type { Transaction } from "../../../../runtime/executor/transaction.js";
import { CodeRegistry } from "../../../../runtime/host/code.js";
import { addressHex, intOfLittleEndian, keyOf, slotKey, type AddressKey } from "../../../../runtime/store/keys.js";
import { MemoryStore } from "../../../../runtime/store/memory-store.js";
import { SharedState } from "../../../../runtime/store/shared/state.js";
import {
  accountsOf,
  anyTransaction,
  BLOCK,
  COINBASE,
  contentOf,
  FEES,
  FUNDS,
  modulesOf,
  outcome,
  paying,
  rootOf,
  sender,
  SENDERS,
  serially,
  storageOf,
  World,
  type Expected,
} from "./world.js";

const reference = new World();
const executors: ParallelExecutor[] = [];
after(() => Promise.all(executors.map((e) => e.close())));

async function executorOver(world: World, workers: number, options: { arenaBytes?: number; patience?: number; always?: boolean } = {}): Promise<ParallelExecutor> {
  const executor = new ParallelExecutor(world.executorState, { workers, smallest: 1, always: true, ...options });
  executors.push(executor);
  await executor.ready();
  return executor;
}

function assertEquals(world: World, outcomes: Iterable<Parameters<typeof outcome>[0]>, expected: Expected): void {
  assert.deepEqual([...outcomes].map(outcome), expected.outcomes);
  assert.deepEqual(contentOf(world.state), expected.content);
  assert.equal(rootOf(world.state), expected.root);
}

/** Copies all that a world holds. */
function copyInto(world: World, state: ExecutorState): void {
  state.commit({ accounts: new Map(accountsOf(world)), storage: storageOf(world) }, modulesOf(world));
}

/** Makes a world new; its executor's threads live on. */
function renew(world: World): void {
  world.state.open(new World().state.buffers);
}

for (const workers of [1, 2, 4, 8])
  test(`random blocks on ${workers} workers equal the serial run`, async () => {
    const world = new World();
    const executor = await executorOver(world, workers);
    fc.assert(
      fc.property(fc.array(anyTransaction(reference), { minLength: 1, maxLength: 48 }), fc.boolean(), (transactions, fees) => {
        renew(world);
        const input = fees ? { transactions: paying(transactions), fees: FEES } : { transactions };
        assertEquals(world, executor.run({ block: BLOCK, ...input }).outcomes, serially(input));
      }),
      { numRuns: 60 },
    );
    const { parallelBlocks, abandonedBlocks } = executor.statistics;
    assert.equal(parallelBlocks, workers === 1 ? 0 : 60);
    assert.equal(abandonedBlocks, 0);
  });

test("a state that is not shared is mirrored: blocks one after another, changes and resets from outside", async () => {
  const world = new World();
  const store = new MemoryStore();
  const registry = new CodeRegistry();
  const state = {
    head: store,
    registry,
    commit(changes: Parameters<MemoryStore["apply"]>[0], modules: Parameters<CodeRegistry["register"]>[0]) {
      registry.register(modules);
      store.apply(changes);
    },
    hasStorage: (address: AddressKey) => store.hasStorage(address),
  };
  copyInto(world, state);
  const executor = new ParallelExecutor(state, { workers: 3, smallest: 1, always: true });
  executors.push(executor);
  await executor.ready();
  const serial = new SerialExecutor(world.executorState);
  for (const [round, transactions] of fc.sample(fc.array(anyTransaction(reference), { minLength: 20, maxLength: 60 }), 30).entries()) {
    const input = { block: BLOCK, transactions: paying(transactions), fees: FEES };
    assert.deepEqual([...executor.run(input).outcomes].map(outcome), [...serial.run(input).outcomes].map(outcome));
    const gift = {
      accounts: new Map([[sender(round % SENDERS), { nonce: 100 * round, balance: FUNDS }]]),
      storage: new Map([[reference.coinA.address, new Map([[slotKey(1n), undefined]])]]),
    };
    state.commit(gift, []);
    executor.changed(gift, []);
    world.executorState.commit(gift, []);
    if (round % 7 === 6) executor.reset();
    for (const [address, account] of accountsOf(world)) assert.deepEqual(store.account(address)?.balance, account.balance);
  }
  assert.equal(executor.statistics.abandonedBlocks, 0);
  assert.equal(executor.statistics.parallelBlocks, 30);
});

const spend = (world: World, from: number, to: number, amount: number): Transaction => world.coinA.transaction(sender(from), "transfer", [addressHex(sender(to)), amount]);

test("of two spends of a whole balance exactly the first succeeds, every time", async () => {
  const world = new World();
  const executor = await executorOver(world, 2);
  for (let i = 0; i < 50; i++) {
    renew(world);
    const { outcomes } = executor.run({ block: BLOCK, transactions: [spend(world, 1, 2, 1000), spend(world, 1, 3, 1000)] });
    assert.deepEqual(
      [...outcomes].map((o) => o.success),
      [true, false],
    );
  }
});

test("a hot key: 20 increments give 20; a full chain of 2,000 loses nothing and runs no transaction more than twice", async () => {
  for (const workers of [2, 4, 8]) {
    const world = new World();
    const executor = await executorOver(world, workers);
    for (const count of [20, 2000]) {
      renew(world);
      const { outcomes, executions } = executor.run({
        block: BLOCK,
        transactions: Array.from({ length: count }, (_, i) => world.caller.transaction(sender(i % SENDERS), "touch")),
      });
      assert.ok([...outcomes].every((o) => o.success));
      assert.equal(intOfLittleEndian(world.state.storage(world.caller.address, slotKey(0n))!), BigInt(count));
      assert.ok(executions <= 2 * count, `${executions} executions`);
    }
  }
});

const account = (n: number): AddressKey => keyOf(Uint8Array.from({ length: 20 }, (_, i) => (i === 0 ? n : 7)));

function transfers(count: number, accounts: number): Transaction[] {
  let state = 1;
  const random = (bound: number): number => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) % bound;
  return Array.from({ length: count }, () => ({
    from: account(random(accounts)),
    to: account(random(accounts)),
    data: new Uint8Array(0),
    value: BigInt(random(300)),
    gasLimit: 21_000,
    gasPrice: 0n,
  }));
}

function bank(accounts: number): SharedState {
  const state = SharedState.create({ records: 2048 });
  state.apply({ accounts: new Map(Array.from({ length: accounts }, (_, n) => [account(n), { nonce: 0, balance: 1000n }])), storage: new Map() });
  return state;
}

for (const [accounts, count] of [
  [100, 1_000],
  [50, 10_000],
  [5, 10_000],
] as const)
  test(`${count} transfers among ${accounts} accounts conserve the total and match the serial run's root`, async () => {
    const input: BlockInput = { block: BLOCK, transactions: transfers(count, accounts) };
    const serial = bank(accounts);
    const expected = [...new SerialExecutor(sharedExecutorState(serial)).run(input).outcomes].map(outcome);
    for (const workers of [2, 4]) {
      const state = bank(accounts);
      const executor = new ParallelExecutor(sharedExecutorState(state), { workers });
      executors.push(executor);
      await executor.ready();
      assert.deepEqual([...executor.run(input).outcomes].map(outcome), expected);
      assert.equal(rootOf(state), rootOf(serial));
      let total = 0n;
      for (let n = 0; n < accounts; n++) total += state.account(account(n))!.balance;
      assert.equal(total, 1000n * BigInt(accounts));
    }
  });

test("fees: the coinbase gets every tip though no transaction waits for another's", async () => {
  const world = new World();
  const executor = await executorOver(world, 4);
  renew(world);
  const transactions = paying(Array.from({ length: SENDERS }, (_, i) => world.coinA.transaction(sender(i), "transfer", [addressHex(account(i)), 1])));
  const { outcomes, executions } = executor.run({ block: BLOCK, transactions, fees: FEES });
  assert.equal(executions, SENDERS);
  const used = [...outcomes].reduce((sum, o) => sum + o.gasUsed, 0);
  assert.equal(world.state.account(COINBASE)!.balance, 2n * BigInt(used));
});

test("memory that does not suffice: the block is run serially, and nothing is lost", async () => {
  const world = new World();
  const executor = await executorOver(world, 2, { arenaBytes: 140_000 });
  const transactions = Array.from({ length: 400 }, (_, i) => spend(world, i % SENDERS, (i + 1) % SENDERS, 1));
  const expected = serially({ transactions });
  for (let i = 0; i < 3; i++) {
    renew(world);
    assertEquals(world, executor.run({ block: BLOCK, transactions }).outcomes, expected);
  }
  assert.equal(executor.statistics.abandonedBlocks, 3);
});

test("a thread that does not answer: the block is run serially, threads are replaced, and what the old ones still do changes nothing", async () => {
  const world = new World();
  const executor = await executorOver(world, 2, { patience: 1 });
  const slow = (i: number): Transaction => ({ ...world.odd.transaction(sender(i % SENDERS), "spin", [60_000]), gasLimit: 10 ** 9 });
  const transactions = Array.from({ length: 40 }, (_, i) => (i % 10 === 5 ? slow(i) : spend(world, i % SENDERS, (i + 1) % SENDERS, 1)));
  const expected = serially({ transactions });
  for (let i = 0; i < 12; i++) {
    renew(world);
    assertEquals(world, executor.run({ block: BLOCK, transactions }).outcomes, expected);
  }
  assert.ok(executor.statistics.abandonedBlocks > 0);
});

test("blocks longer than a part, and blocks too small for threads", async () => {
  const state = bank(50);
  const serial = bank(50);
  const executor = new ParallelExecutor(sharedExecutorState(state), { workers: 2, always: true });
  executors.push(executor);
  await executor.ready();
  const input: BlockInput = { block: BLOCK, transactions: transfers(40_000, 50) };
  const { outcomes } = executor.run(input);
  const expected = new SerialExecutor(sharedExecutorState(serial)).run(input).outcomes;
  assert.equal(outcomes.length, 40_000);
  for (const i of [0, 32_767, 32_768, 39_999]) assert.deepEqual(outcome(outcomes.at(i)!), outcome(expected.at(i)!));
  assert.equal(outcomes.at(40_000), undefined);
  assert.deepEqual(contentOf(state), contentOf(serial));
  executor.run({ block: BLOCK, transactions: transfers(3, 50) });
  assert.deepEqual([executor.statistics.parallelBlocks, executor.statistics.serialBlocks], [2, 1]);
});

test("a closed executor, and one whose threads have ended, run blocks serially", async () => {
  const world = new World();
  const executor = await executorOver(world, 2);
  await executor.close();
  const transactions = Array.from({ length: 50 }, (_, i) => spend(world, i % SENDERS, (i + 1) % SENDERS, 1));
  renew(world);
  assertEquals(world, executor.run({ block: BLOCK, transactions }).outcomes, serially({ transactions }));
  assert.equal(executor.statistics.serialBlocks, 1);
});

test("blocks in which each transaction depends on the one before: most are run serially, with the same results", async () => {
  const world = new World();
  const executor = await executorOver(world, 2, { always: false });
  const transactions = Array.from({ length: 200 }, (_, i) => spend(world, i % SENDERS, (i + 1) % SENDERS, 1));
  const expected = serially({ transactions });
  for (let i = 0; i < 8; i++) {
    renew(world);
    assertEquals(world, executor.run({ block: BLOCK, transactions }).outcomes, expected);
  }
  const { parallelBlocks, serialBlocks } = executor.statistics;
  assert.equal(parallelBlocks + serialBlocks, 8);
});
