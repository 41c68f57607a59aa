/** The checker itself, on histories that have each anomaly and on some that have none. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { anomalies, type Operation, type Recorded } from "./history.js";

const read = (key: string, from?: number): Operation => ({ kind: "read", key, from });
const write = (key: string): Operation => ({ kind: "write", key });
const scan = (key: string, found: Record<string, number | undefined> = {}): Operation => ({ kind: "scan", key, found: new Map(Object.entries(found)) });
const t = (id: number, committedAt: number | undefined, ...operations: Operation[]): Recorded => ({ id, operations, committedAt });
const found = (...history: Recorded[]): string[] => [...anomalies(history)].sort();

test("serial and harmlessly concurrent histories have no anomaly", () => {
  assert.deepEqual(found(), []);
  assert.deepEqual(found(t(1, 1, read("a"), write("a")), t(2, 2, read("a", 1), write("a")), t(3, 3, read("a", 2))), []);
  // Concurrent readers of the old version, blind writes, an aborted writer whom nobody read.
  assert.deepEqual(found(t(1, 1, write("a")), t(2, 2, read("a"), write("b")), t(3, undefined, write("a"), read("b"))), []);
  assert.deepEqual(found(t(1, 1, write("a")), t(2, 2, write("a")), t(3, 3, scan("", { a: 2 }))), []);
  assert.deepEqual(found(t(1, 1, write("a"), read("a", 1))), []);
});

test("lost update: both read the same version and wrote the next", () => {
  assert.deepEqual(found(t(1, 1, read("a"), write("a")), t(2, 2, read("a"), write("a"))), ["lost update"]);
});

test("dirty read: of a writer that aborted", () => {
  assert.deepEqual(found(t(1, undefined, write("a")), t(2, 2, read("a", 1))), ["dirty read"]);
});

test("write skew: each read what the other wrote", () => {
  assert.deepEqual(found(t(1, 1, read("a"), read("b"), write("a")), t(2, 2, read("a"), read("b"), write("b"))), ["write skew"]);
});

test("phantom: each scanned the range that the other added to", () => {
  assert.deepEqual(found(t(1, 1, scan("k"), write("k1")), t(2, 2, scan("k"), write("k2"))), ["phantom"]);
});

test("torn snapshot: one write of a transaction seen, the other not", () => {
  assert.deepEqual(found(t(1, 1, write("a"), write("b")), t(2, 2, read("a", 1), read("b"))), ["write skew"]);
});

test("information flows in a circle", () => {
  assert.deepEqual(found(t(1, 1, write("a"), read("b", 2)), t(2, 2, write("b"), read("a", 1))), ["cycle"]);
});
