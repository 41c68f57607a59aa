/** Vectors: FIPS 180-4 and Keccak of "hello world" (specification); RFC 8032, section 7.1, test 3; keys and addresses of the development mnemonic. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { DEV_ACCOUNTS } from "../../../../machine/dev-accounts.js";
import { fixture, Session } from "./run.js";

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "hex"));
const join = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts));

/** The function's result and what it stored under "out". */
function run(name: string, input: Uint8Array, args: readonly number[] = []): { value: number; out: string } {
  const session = new Session(fixture("crypto"));
  session.storage.set("in", input);
  const result = session.call(name, args);
  assert.equal(result.success, true, result.error);
  return { value: result.values[0] as number, out: Buffer.from(session.storage.get("out") ?? []).toString("hex") };
}

test("hashes of hello world", () => {
  const input = Uint8Array.from(Buffer.from("hello world"));
  assert.deepEqual(run("sha256", input), { value: 0, out: "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9" });
  assert.deepEqual(run("keccak256", input), { value: 0, out: "47173285a8d7341e5e972fc677286384f802f8ef42a5ec5f03bbfa254cb01fad" });
});

// The first development account's key, public to all.
const SECRET = hex("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");
const HASH = keccak_256(Buffer.from("message"));
const SIGNATURE = secp256k1.sign(HASH, SECRET, { prehash: false, format: "recovered" });
const RS = SIGNATURE.subarray(1);
const V = SIGNATURE[0]!;

test("ECDSA over secp256k1: valid, another hash, malformed", () => {
  for (const compressed of [true, false]) {
    const key = secp256k1.getPublicKey(SECRET, compressed);
    assert.equal(run("verify_secp256k1", join(HASH, RS, key), [key.length]).value, 1);
    assert.equal(run("verify_secp256k1", join(keccak_256(HASH), RS, key), [key.length]).value, 0);
    assert.equal(run("verify_secp256k1", join(HASH, new Uint8Array(64), key), [key.length]).value, -1);
    assert.equal(run("verify_secp256k1", join(HASH, new Uint8Array(64).fill(255), key), [key.length]).value, -1);
    assert.equal(run("verify_secp256k1", join(HASH, RS, key), [32]).value, -1);
    assert.equal(
      run(
        "verify_secp256k1",
        join(
          HASH,
          RS,
          key.map((b, i) => (i === 0 ? 9 : b)),
        ),
        [key.length],
      ).value,
      -1,
    );
  }
});

test("Ed25519: RFC 8032's third test, another message, malformed", () => {
  const signature = hex("6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a");
  const key = hex("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025");
  assert.equal(run("verify_ed25519", join(signature, key, hex("af82"))).value, 1);
  assert.equal(run("verify_ed25519", join(signature, key, hex("af83"))).value, 0);
  assert.equal(run("verify_ed25519", join(signature, key)).value, 0);
  assert.equal(run("verify_ed25519", join(new Uint8Array(64).fill(255), key, hex("af82"))).value, -1);
  assert.equal(run("verify_ed25519", join(signature, new Uint8Array(32).fill(255), hex("af82"))).value, -1);
});

test("recovery gives the key, and the key its address", () => {
  const key = secp256k1.getPublicKey(SECRET, false);
  const expected = Buffer.from(key.subarray(1)).toString("hex");
  for (const v of [V, V + 27]) assert.deepEqual(run("recover", join(HASH, RS, Uint8Array.of(v))), { value: 0, out: expected });
  assert.equal(run("recover", join(HASH, RS, Uint8Array.of(2))).value, -1);
  assert.equal(run("recover", join(HASH, RS, Uint8Array.of(29))).value, -1);
  assert.equal(run("recover", join(HASH, new Uint8Array(64), Uint8Array.of(0))).value, -1);
  const address = DEV_ACCOUNTS[0].slice(2).toLowerCase();
  assert.deepEqual(run("derive", key, [65]), { value: 0, out: address });
  assert.deepEqual(run("derive", secp256k1.getPublicKey(SECRET, true), [33]), { value: 0, out: address });
  assert.equal(run("derive", key, [64]).value, -1);
  assert.equal(run("derive", new Uint8Array(65), [65]).value, -1);
});
