/** The published interface at its edges: lengths of nothing, ranges that end where memory ends, negative numbers, keys of wrong lengths. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { CONTEXT, fixture, Session } from "./run.js";

const PAGE = 65_536;
const traps = (session: Session, name: string, args: readonly number[], message = /outside memory/): void => {
  const result = session.call(name, args);
  assert.deepEqual([result.success, result.gasUsed, result.logs.length, result.changes.size], [false, CONTEXT.gasLimit, 0, 0], `${name} ${args.join()}`);
  assert.match(result.error!, message, `${name} ${args.join()}`);
};

test("keys and values of no length are keys and values", () => {
  const session = new Session(fixture("edges"));
  assert.equal(session.value("get", [0, 0]), -1n);
  assert.equal(session.value("set", [0, 0, 0, 0]), 0);
  assert.equal(session.value("get", [PAGE, 0]), 0n, "present, and nothing in it");
  assert.equal(session.value("set", [PAGE, 0, 8, 8]), 0);
  assert.equal(session.value("get", [0, 0]), 8n);
  assert.deepEqual(session.storage.get(""), Uint8Array.of(8, 9, 10, 11, 12, 13, 14, 15));
  assert.equal(session.value("delete", [0, 0]), 0);
  assert.equal(session.value("delete", [0, 0]), 0, "what is not there can be deleted");
  assert.equal(session.value("get", [0, 0]), -1n);
});

test("a value read stays what it was, and is copied as far as there is room", () => {
  const session = new Session(fixture("edges"));
  assert.deepEqual(session.call("read_after", [5]).values, [8n, 5, 8, -1n]);
  assert.deepEqual(session.call("read_after", [0]).values, [8n, 0, 8, -1n]);
  assert.equal(session.value("read", [0, 100]), 0, "nothing was read");
  traps(session, "read_after", [PAGE]);
  traps(session, "read_after", [-1]);
});

test("events are read in parts, and none that there is not", () => {
  const session = new Session(fixture("edges"));
  const first = 0x0706050403020100n;
  assert.deepEqual(session.call("reread", [0, 100, 8]).values, [8, first, 2]);
  assert.deepEqual(session.call("reread", [0, 100, 3]).values, [3, first & 0xffffffn, 2]);
  assert.deepEqual(session.call("reread", [0, 100, PAGE - 100]).values, [8, first, 2]);
  assert.deepEqual(session.call("reread", [0, 100, 0]).values, [0, 0n, 2]);
  assert.deepEqual(session.call("reread", [1, 100, 8]).values, [0, 0n, 2]);
  for (const index of [2, -1, 2 ** 31 - 1, -(2 ** 31)]) assert.deepEqual(session.call("reread", [index, 100, 8]).values, [-1, 0n, 2]);
  traps(session, "reread", [0, PAGE - 7, 8]);
  traps(session, "reread", [0, -8, 8]);
});

test("ranges end where memory ends, whatever function takes them", () => {
  const session = new Session(fixture("edges"));
  const ends: readonly (readonly [name: string, args: (pointer: number, length: number) => readonly number[]])[] = [
    ["get", (p, n) => [p, n]],
    ["delete", (p, n) => [p, n]],
    ["emit", (p, n) => [p, n]],
    ["set", (p, n) => [p, n, 0, 1]],
    ["set", (p, n) => [0, 1, p, n]],
    ["sha256", (p, n) => [p, n, 0]],
    ["keccak256", (p, n) => [p, n, 0]],
    ["secp256k1", (p, n) => [0, 32, p, n]],
    ["ed25519", (p, n) => [p, n, 0, 64]],
    ["derive", (p, n) => [p, n, 0]],
  ];
  for (const [name, args] of ends) {
    assert.equal(session.call(name, args(PAGE - 33, 33)).success, true, name);
    for (const [pointer, length] of [
      [PAGE - 32, 33],
      [PAGE, 1],
      [-1, 1],
      [-33, 33],
      [0, -1],
      [-1, -1],
      [1, -(2 ** 31)],
      [0, PAGE + 1],
    ] as const)
      traps(session, name, args(pointer, length));
  }
  const outputs: readonly (readonly [name: string, size: number, args: (out: number) => readonly number[]])[] = [
    ["sha256", 32, (out) => [0, 0, out]],
    ["keccak256", 32, (out) => [0, 0, out]],
    ["recover", 64, (out) => [0, 32, out]],
    ["derive", 20, (out) => [0, 33, out]],
    ["secp256k1", 32, (hash) => [hash, 0, 0, 33]],
    ["secp256k1", 64, (signature) => [0, signature, 0, 33]],
    ["ed25519", 64, (signature) => [0, 0, signature, 0]],
    ["ed25519", 32, (key) => [0, 0, 0, key]],
  ];
  for (const [name, size, args] of outputs) {
    assert.equal(session.call(name, args(PAGE - size)).success, true, name);
    for (const out of [PAGE - size + 1, PAGE, -1, -(2 ** 31)]) traps(session, name, args(out));
  }
});

test("keys and values are bounded", () => {
  const session = new Session(fixture("edges"));
  assert.equal(session.value("set", [0, 1024, 0, PAGE]), 0);
  traps(session, "set", [0, 1025, 0, 1], /a key of 1025 bytes is longer than 1024/);
  traps(session, "get", [0, 1025], /longer/);
  traps(session, "delete", [0, 1025], /longer/);
});

test("public keys have 33 or 65 bytes", () => {
  const session = new Session(fixture("edges"));
  for (const length of [0, 1, 20, 32, 33, 34, 64, 65, 66, 1000]) {
    assert.equal(session.value("derive", [16, length, 1024]), -1, `${length} bytes of zero are no key`);
    assert.equal(session.value("secp256k1", [0, 0, 16, length]), -1);
  }
});
