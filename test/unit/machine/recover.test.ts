/** Recovery by libsecp256k1 beside @noble/curves. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import fc from "fast-check";
import { recoverAddress } from "../../../machine/recover.js";

const ORDER = secp256k1.Point.Fn.ORDER;
const word = (value: bigint): Uint8Array => Buffer.from(value.toString(16).padStart(64, "0"), "hex");
const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });

/** The same from @noble/curves. */
function oracle(digest: Uint8Array, r: bigint, s: bigint, parity: 0 | 1): string | undefined {
  if (r === 0n || s === 0n || r >= ORDER || s >= ORDER) return undefined;
  try {
    const key = new secp256k1.Signature(r, s, parity).recoverPublicKey(digest).toBytes(false);
    return Buffer.from(keccak_256(key.subarray(1)).subarray(12)).toString("hex");
  } catch {
    return undefined;
  }
}

function ours(digest: Uint8Array, r: bigint, s: bigint, parity: 0 | 1): string | undefined {
  const address = recoverAddress(digest, Buffer.concat([word(r), word(s)]), parity);
  return address && Buffer.from(address).toString("hex");
}

test("recoverAddress finds signers, for either half of s", () => {
  fc.assert(
    fc.property(hash, fc.bigInt({ min: 1n, max: ORDER - 1n }), (digest, key) => {
      const signature = secp256k1.Signature.fromBytes(secp256k1.sign(digest, word(key), { prehash: false, format: "recovered" }), "recovered");
      const address = Buffer.from(keccak_256(secp256k1.getPublicKey(word(key), false).subarray(1)).subarray(12)).toString("hex");
      const { r, s } = signature;
      const parity = signature.recovery as 0 | 1;
      assert.equal(ours(digest, r, s, parity), address);
      assert.equal(ours(digest, r, ORDER - s, (1 - parity) as 0 | 1), address);
    }),
    { numRuns: 20 },
  );
});

test("recoverAddress agrees with another implementation on numbers that no signature has, and at the edges", () => {
  const edge = fc.constantFrom(0n, 1n, 2n, ORDER - 1n, ORDER, ORDER + 1n, 2n ** 256n - 1n, secp256k1.Point.CURVE().p);
  const number = fc.oneof(edge, fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }));
  fc.assert(
    fc.property(fc.oneof(hash, fc.constant(new Uint8Array(32))), number, number, fc.constantFrom<0 | 1>(0, 1), (digest, r, s, parity) => {
      assert.equal(ours(digest, r, s, parity), oracle(digest, r, s, parity));
    }),
    { numRuns: 60 },
  );
});
