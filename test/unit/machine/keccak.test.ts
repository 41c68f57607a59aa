/** Keccak-256 in WebAssembly beside @noble/hashes, around every block boundary and across the size from which JavaScript takes over. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { keccak_256 } from "@noble/hashes/sha3.js";
import fc from "fast-check";
import { keccak256 } from "../../../machine/keccak.js";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

test("keccak256 knows the published digests", () => {
  assert.equal(hex(keccak256(new Uint8Array(0))), "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
  assert.equal(hex(keccak256(new TextEncoder().encode("hello world"))), "47173285a8d7341e5e972fc677286384f802f8ef42a5ec5f03bbfa254cb01fad");
});

test("keccak256 agrees with another implementation for lengths around the rate and the limit", () => {
  for (const length of [1, 7, 8, 9, 31, 32, 33, 64, 134, 135, 136, 137, 271, 272, 273, 65_503, 65_504, 65_505, 100_000]) {
    const data = Uint8Array.from({ length }, (_, i) => (i * 131 + length) & 0xff);
    assert.equal(hex(keccak256(data)), hex(keccak_256(data)), `${length} bytes`);
  }
});

test("keccak256 agrees with another implementation for any bytes, whatever was hashed before", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), (data) => hex(keccak256(data)) === hex(keccak_256(data))));
});
