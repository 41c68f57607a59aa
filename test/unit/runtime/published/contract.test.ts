import assert from "node:assert/strict";
import { test } from "node:test";
import { keyOf } from "../../../../runtime/store/keys.js";
import { CONTEXT, fixture, Session } from "./run.js";

test("add(7, 8) is 15, without memory or imports", () => {
  const result = new Session(fixture("add")).call("add", [7, 8]);
  assert.deepEqual([result.success, result.values, Buffer.from(result.returnData).toString("hex")], [true, [15], "0f000000"]);
  assert.ok(result.gasUsed > 0 && result.gasUsed < 10);
});

test("block number, time and events", () => {
  const session = new Session(fixture("activity"));
  const result = session.call("process");
  assert.deepEqual(result.values, [1_704_079_545n]);
  assert.deepEqual(
    result.logs.map((l) => [l.contract, Buffer.from(l.data).toString()]),
    [
      [CONTEXT.contract, "UserAction"],
      [CONTEXT.contract, "BlockProcessed"],
    ],
  );
  // Events are the call's own: those of the call before are not seen.
  assert.deepEqual(session.call("reread", [0]).values, [5, 1, "U".charCodeAt(0)]);
  assert.deepEqual(session.call("reread", [1]).values, [-1, 1, 0]);
  assert.deepEqual(session.call("reread", [-1]).values, [-1, 1, 0]);
});

test("storage: absent, present, overwritten, deleted; a trap undoes writes", () => {
  const session = new Session(fixture("storage"));
  assert.equal(session.value("length", [1n]), -1n);
  assert.equal(session.value("put", [1n, 99n]), 0);
  assert.equal(session.value("length", [1n]), 8n);
  assert.equal(session.value("fetch", [1n]), 99n);
  assert.equal(session.value("put", [1n, 100n]), 0);
  assert.equal(session.value("fetch", [1n]), 100n);
  assert.equal(session.value("fetch", [2n]), 0n);
  const failed = session.call("put_and_trap", [2n]);
  assert.equal(failed.success, false);
  assert.equal(failed.changes.size, 0);
  assert.equal(failed.gasUsed, CONTEXT.gasLimit);
  assert.match(failed.error!, /unreachable/);
  assert.equal(session.value("length", [2n]), -1n);
  assert.equal(session.value("remove", [1n]), 0);
  assert.equal(session.value("length", [1n]), -1n);
});

test("the host's cached value belongs to its call", () => {
  const session = new Session(fixture("storage"));
  session.value("put", [1n, 7n]);
  assert.equal(session.value("fetch", [1n]), 7n);
  assert.equal(session.value("stale"), 0);
});

test("pointers out of bounds trap the call and only the call", () => {
  const session = new Session(fixture("storage"));
  session.value("put", [1n, 7n]);
  for (const [pointer, length] of [
    [65_536, 1],
    [65_535, 2],
    [0, 65_537],
    [-1, 1],
    [-1, -1],
    [16, -1],
  ] as const) {
    const result = session.call("get_at", [pointer, length]);
    assert.equal(result.success, false, `${pointer} ${length}`);
    assert.match(result.error!, /outside memory/);
    assert.equal(session.value("fetch", [1n]), 7n);
  }
  assert.equal(session.value("get_at", [65_536, 0]), -1n);
  assert.equal(session.call("get_at", [0, 2000]).error, "a key of 2000 bytes is longer than 1024");
});

test("pooled instances show nothing of earlier calls", () => {
  const session = new Session(fixture("leaks"));
  const fresh = [0n, 0n, BigInt(Buffer.from("kept").readUInt32LE()), 42n];
  assert.deepEqual(session.call("find").values, fresh);
  for (let round = 0; round < 40; round++) {
    assert.equal(session.call("leave", [-1n]).success, true);
    assert.deepEqual(session.call("find").values, fresh);
    assert.equal(session.call("leave_and_trap", [-1n]).success, false);
    assert.deepEqual(session.call("find").values, fresh);
    // A call that runs out of gas leaves no negative gas behind.
    assert.equal(session.call("spin", [], { gasLimit: 100 }).error, "out of gas");
    assert.deepEqual(session.call("find").values, fresh);
    assert.equal(session.value("grow", [2]), 1);
    assert.equal(session.value("size"), 1);
  }
});

test("every call is bounded: loops and growth by gas, recursion by the engine's stack", () => {
  const session = new Session(fixture("leaks"));
  assert.deepEqual([session.call("spin").error, session.call("spin").gasUsed], ["out of gas", CONTEXT.gasLimit]);
  assert.equal(session.call("recurse", [1], { gasLimit: 2 ** 40 }).success, false);
  assert.equal(session.call("fill", [60_000], { gasLimit: 60_000 / 32 }).error, "out of gas");
  assert.equal(session.call("grow", [100]).values[0], 1);
  assert.equal(session.call("grow", [100], { gasLimit: 100_000 }).error, "out of gas");
  assert.equal(session.call("grow", [1000], { gasLimit: 2 ** 40 }).values[0], -1, "beyond the limit memory does not grow");
  assert.equal(session.call("size").values[0], 1);
});

test("metering disturbs no result, charges what runs, and is the same on every call", () => {
  const session = new Session(fixture("leaks"));
  assert.equal(session.value("sum", [100]), 5050);
  assert.equal(session.value("collatz", [27n]), 111);
  assert.deepEqual(
    [0, 1, 2, 9].map((n) => session.value("pick", [n])),
    [10, 20, 30, 30],
  );
  assert.equal(session.value("fill", [1000]), 0x05050505);
  const gas = (n: number): number => session.call("sum", [n]).gasUsed;
  assert.equal(gas(100) - gas(99), gas(11) - gas(10));
  assert.equal(gas(100), gas(100));
  assert.ok(gas(1) > gas(0));
  // Exactly enough, and one less.
  const needed = gas(50);
  assert.equal(session.call("sum", [50], { gasLimit: needed }).success, true);
  assert.equal(session.call("sum", [50], { gasLimit: needed - 1 }).error, "out of gas");
});

test("calls of what is not there fail alone", () => {
  const session = new Session(fixture("add"));
  assert.equal(session.call("subtract").error, "the contract exports no function subtract");
  assert.equal(session.call("memory").success, false);
  assert.equal(session.call("supervm:gas").success, false);
  for (const args of [[1n, 2n], [1], [1, 2, 3], [], [1.5, 2], [1, NaN], [2 ** 32, 0], [-(2 ** 31) - 1, 0]])
    assert.equal(session.call("add", args).error, "the arguments do not fit the function's parameters (i32, i32)", String(args));
  const storage = new Session(fixture("storage"));
  for (const args of [
    [1, 2],
    [1n, 2 ** 64],
    [1n, 2n ** 64n],
    [1n, -(2n ** 63n) - 1n],
  ])
    assert.match(storage.call("put", args).error!, /do not fit .*\(i64, i64\)/, String(args));
  assert.equal(storage.value("put", [2n ** 64n - 1n, -(2n ** 63n)]), 0);
  assert.equal(storage.value("fetch", [-1n]), -(2n ** 63n));
  assert.equal(session.call("add", [1, 2], { gasLimit: 1.5 }).success, false);
  assert.equal(session.value("add", [1, 2]), 3);
});

test("changes name keys by their bytes", () => {
  const session = new Session(fixture("storage"));
  const result = session.call("put", [1n, 2n]);
  assert.deepEqual([...result.changes.keys()], [keyOf(Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0))]);
});
