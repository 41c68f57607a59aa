/** Money moves and none appears or vanishes: while it moves, at every level, with retries and collection. */
import assert from "node:assert/strict";
import { setImmediate as nextTurn } from "node:timers/promises";
import { test } from "node:test";
import { ADAPTIVE, adapt, Collector, COLLECTOR_DEFAULTS, type Clock } from "../../../../runtime/store/mvcc/collector.js";
import { ConflictError } from "../../../../runtime/store/mvcc/errors.js";
import { delayOf, DEFAULT_RETRY, runTransaction } from "../../../../runtime/store/mvcc/retry.js";
import { MultiVersionStore } from "../../../../runtime/store/mvcc/store.js";
import type { Isolation } from "../../../../runtime/store/mvcc/transaction.js";

/** A small generator of numbers (mulberry32), so that runs can be repeated. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const account = (n: number): string => `account/${n}`;

function bank(accounts: number): MultiVersionStore<number> {
  const store = new MultiVersionStore<number>();
  const tx = store.begin();
  for (let n = 0; n < accounts; n++) tx.write(account(n), 1000);
  tx.commit();
  return store;
}

const total = (store: MultiVersionStore<number>): number =>
  store
    .beginReadOnly()
    .scan("account/")
    .reduce((sum, [, value]) => sum + value, 0);

async function transferAtRandom(store: MultiVersionStore<number>, accounts: number, transfers: number, isolation: Isolation): Promise<{ committed: number; attempts: number }> {
  const random = randomNumbers(7);
  const pick = (): number => Math.floor(random() * accounts);
  let committed = 0;
  let attempts = 0;
  const one = async (): Promise<void> => {
    const [from, to, amount] = [pick(), pick(), Math.floor(random() * 100)];
    const result = await runTransaction(
      store,
      async (tx) => {
        const available = tx.read(account(from))!;
        await nextTurn();
        if (from === to || available < amount) return;
        tx.write(account(from), available - amount);
        await nextTurn();
        tx.write(account(to), tx.read(account(to))! + amount);
      },
      { isolation, policy: { maxRetries: 1000 }, surroundings: { sleep: () => nextTurn(), random } },
    );
    committed++;
    attempts += result.attempts;
  };
  const queue = Array.from({ length: transfers }, () => one);
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      for (let next = queue.pop(); next; next = queue.pop()) {
        await next();
        assert.equal(total(store), accounts * 1000, "no reader ever sees half of a transfer");
      }
    }),
  );
  return { committed, attempts };
}

for (const isolation of ["serializable", "snapshot"] as const)
  test(`100 accounts and 1,000 random transfers keep exactly 100,000 (${isolation})`, async () => {
    const store = bank(100);
    const { committed, attempts } = await transferAtRandom(store, 100, 1000, isolation);
    assert.equal(committed, 1000);
    assert.equal(total(store), 100_000);
    assert.ok(attempts > 1000, "some lost a conflict");
    assert.equal(store.statistics().active, 1000 + 1, "each total opened one and did not close it");
  });

test("a hot key: 20 increments give 20", async () => {
  const store = new MultiVersionStore<number>();
  await Promise.all(
    Array.from({ length: 20 }, () =>
      runTransaction(
        store,
        async (tx) => {
          const before = tx.read("counter") ?? 0;
          await nextTurn();
          tx.write("counter", before + 1);
        },
        { policy: { maxRetries: 100, baseDelay: 0 } },
      ),
    ),
  );
  assert.equal(store.beginReadOnly().read("counter"), 20);
});

test("of two 100-unit spends of a 100-unit balance exactly the first succeeds", () => {
  const store = new MultiVersionStore<number>();
  const tx = store.begin();
  tx.write("balance", 100);
  tx.commit();
  const [first, second] = [store.begin(), store.begin()];
  for (const spend of [first, second]) spend.write("balance", spend.read("balance")! - 100);
  first.commit();
  assert.throws(() => second.commit(), ConflictError);
  assert.equal(store.beginReadOnly().read("balance"), 0);
});

test("retries: at most 4 attempts with 3, growing delays, only what the classifier allows", async () => {
  const store = new MultiVersionStore<number>();
  const delays: number[] = [];
  const surroundings = { sleep: async (ms: number) => void delays.push(ms), random: () => 0 };
  let attempts = 0;
  const losing = runTransaction(
    store,
    (tx) => {
      attempts++;
      tx.read("a");
      const rival = store.begin();
      rival.write("a", attempts);
      rival.commit();
    },
    { policy: { maxRetries: 3, baseDelay: 10, factor: 2 }, surroundings },
  );
  await assert.rejects(losing, ConflictError);
  assert.equal(attempts, 4);
  assert.deepEqual(delays, [10, 20, 40]);
  let calls = 0;
  await assert.rejects(
    runTransaction(store, () => {
      calls++;
      throw new TypeError("a bug");
    }),
    TypeError,
  );
  assert.equal(calls, 1);
  assert.equal(store.statistics().active, 0);
  assert.equal(delayOf({ ...DEFAULT_RETRY, baseDelay: 8, factor: 2, jitter: 0.5 }, 2, 1), 16);
  const applied = await runTransaction(store, (tx) => tx.write("b", 1), { surroundings });
  assert.deepEqual([applied.attempts, store.beginReadOnly().read("b")], [1, 1]);
});

/** A clock that a test moves. */
class TestClock implements Clock {
  private now = 0;
  private timers: { readonly at: number; readonly run: () => void }[] = [];

  after(milliseconds: number, run: () => void): () => void {
    const timer = { at: this.now + milliseconds, run };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((t) => t !== timer);
    };
  }

  advance(milliseconds: number): void {
    this.now += milliseconds;
    const due = this.timers.filter((t) => t.at <= this.now);
    this.timers = this.timers.filter((t) => t.at > this.now);
    for (const timer of due) timer.run();
  }
}

async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await nextTurn();
}

function rewriteAll(store: MultiVersionStore<number>, keys: number, round: number): void {
  for (let k = 0; k < keys; k++) {
    const tx = store.begin();
    tx.write(`key/${k}`, round);
    tx.commit();
  }
}

test("automatic collection: 50 keys, 20 rounds, at most 10 versions: at most 750 left after at least 2 runs", async () => {
  const store = new MultiVersionStore<number>();
  const clock = new TestClock();
  const collector = new Collector(store, { clock });
  collector.start();
  for (let round = 0; round < 20; round++) {
    rewriteAll(store, 50, round);
    if (round % 10 === 9) clock.advance(COLLECTOR_DEFAULTS.interval);
    await settle();
  }
  assert.ok(collector.runs >= 2);
  assert.ok(store.statistics().versions <= 750, String(store.statistics().versions));
  for (let k = 0; k < 50; k++) assert.equal(store.beginReadOnly().read(`key/${k}`), 19);
  // By the threshold, without time passing.
  const runs = collector.runs;
  for (let round = 20; round < 45; round++) rewriteAll(store, 50, round);
  await settle();
  assert.ok(collector.runs > runs);
  await collector.stop();
  const stopped = collector.runs;
  clock.advance(10 * COLLECTOR_DEFAULTS.interval);
  rewriteAll(store, 50, 99);
  await settle();
  assert.equal(collector.runs, stopped);
});

test("stopping does not wait for a long run", async () => {
  const store = new MultiVersionStore<number>();
  const tx = store.begin();
  for (let k = 0; k < 200_000; k++) tx.write(`key/${k}`, 1);
  tx.commit();
  const clock = new TestClock();
  const collector = new Collector(store, { clock });
  collector.start();
  clock.advance(COLLECTOR_DEFAULTS.interval);
  await nextTurn();
  await collector.stop();
  assert.equal(collector.runs, 0);
});

test("a collector that could not run is not made", () => {
  const store = new MultiVersionStore<number>();
  for (const options of [{ maxVersions: 0 }, { maxVersions: 1.5 }, { interval: 0 }, { interval: NaN }, { threshold: -1 }])
    assert.throws(() => new Collector(store, options), RangeError);
});

test("the adaptive pace: tighter under load, wider when idle, else as configured", () => {
  const base = { interval: 60_000, threshold: 1_000 };
  assert.deepEqual(adapt(base, base, { transactions: 1_001, versions: 0 }), { interval: 30_000, threshold: 500 });
  assert.deepEqual(adapt(base, base, { transactions: 0, versions: 5_001 }), { interval: 30_000, threshold: 500 });
  assert.deepEqual(adapt(base, base, { transactions: 0, versions: 0 }), { interval: 120_000, threshold: 2_000 });
  assert.deepEqual(adapt({ interval: 10_000, threshold: 500 }, base, { transactions: 10, versions: 10 }), base);
  let pace = base;
  for (let i = 0; i < 10; i++) pace = adapt(pace, base, { transactions: 5_000, versions: 0 });
  assert.deepEqual(pace, { interval: ADAPTIVE.MIN_INTERVAL, threshold: ADAPTIVE.MIN_THRESHOLD });
  for (let i = 0; i < 10; i++) pace = adapt(pace, base, { transactions: 0, versions: 0 });
  assert.deepEqual(pace, { interval: ADAPTIVE.MAX_INTERVAL, threshold: ADAPTIVE.MAX_THRESHOLD });
});

test("adaptive collection keeps current values readable under load", async () => {
  const store = new MultiVersionStore<number>();
  const collector = new Collector(store, { mode: "adaptive", clock: new TestClock(), maxVersions: 2 });
  collector.start();
  for (let round = 0; round < 60; round++) {
    rewriteAll(store, 50, round);
    await settle();
    assert.equal(store.beginReadOnly().read("key/7"), round);
  }
  assert.ok(collector.runs >= 2);
  assert.equal(collector.pace.threshold, ADAPTIVE.MIN_THRESHOLD);
  await collector.stop();
});
