/** Precompiled contracts against the vectors of their standards. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { precompile } from "../../../machine/precompiles.js";

function run(address: number, input: string): string | undefined {
  const output = precompile(BigInt(address))!(Uint8Array.from(Buffer.from(input.replace(/\s/g, ""), "hex")));
  return output && Buffer.from(output).toString("hex");
}

const pad = (hex: string): string => hex.padStart(64, "0");

test("ecrecover", () => {
  const hash = "456e9aea5e197a1f1af7a3e85a3212fa4049a3ba34c2289b4c860fc0b0c64ef3";
  const r = "9242685bf161793cc25603c231bc2f568eb630ea16aa137d2664ac8038825608";
  const s = "4f8ae3bd7535248d0bd448298cc2e2071e56992d0774dc340c368ae950852ada";
  assert.equal(run(1, hash + pad("1c") + r + s), pad("7156526fbd7a3c72969b54f64e42c10fbb768c8a"));
  assert.equal(run(1, hash + pad("1d") + r + s), "");
  assert.equal(run(1, hash + pad("1c") + pad("0") + s), "");
});

test("sha256, ripemd160, identity", () => {
  assert.equal(run(2, "616263"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  assert.equal(run(3, "616263"), pad("8eb208f7e05d987a9b044a8e98c6b087f15a0bfc"));
  assert.equal(run(4, "616263"), "616263");
});

test("modexp (EIP-198)", () => {
  const p = "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f";
  const pMinus1 = "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2e";
  assert.equal(run(5, pad("1") + pad("20") + pad("20") + "03" + pMinus1 + p), pad("1"));
  assert.equal(run(5, pad("0") + pad("20") + pad("20") + pMinus1 + p), pad("0"));
  assert.equal(run(5, pad("1") + pad("1") + pad("1") + "020300"), "00");
  assert.equal(run(5, ""), "");
});

test("bn254 addition and multiplication (EIP-196)", () => {
  const g = pad("1") + pad("2");
  const twice = "030644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd315ed738c0e0a7c92e7845f96b2ae9c0a68a6a449e3538fc7ff3ebf7a5a18a2c4";
  assert.equal(run(6, g + g), twice);
  assert.equal(run(7, g + pad("2")), twice);
  assert.equal(run(6, ""), "0".repeat(128));
  assert.equal(run(6, g), g);
  assert.equal(run(7, g + "30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001"), "0".repeat(128));
  assert.equal(run(6, pad("1") + pad("1")), undefined);
});

test("bn254 pairing (EIP-197)", () => {
  const g2 =
    "198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2" +
    "1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed" +
    "090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b" +
    "12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa";
  const g1 = pad("1") + pad("2");
  const minus = pad("1") + "30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd45";
  assert.equal(run(8, ""), pad("1"));
  assert.equal(run(8, g1 + g2 + minus + g2), pad("1"));
  assert.equal(run(8, g1 + g2), pad("0"));
  assert.equal(run(8, "00".repeat(191)), undefined);
});

test("blake2f (EIP-152)", () => {
  const h = "48c9bdf267e6096a3ba7ca8485ae67bb2bf894fe72f36e3cf1361d5f3af54fa5d182e6ad7f520e511f6c3e2b8c68059b6bbd41fbabd9831f79217e1319cde05b";
  const m = "616263" + "00".repeat(125);
  const rest = "03000000000000000000000000000000";
  assert.equal(
    run(9, "0000000c" + h + m + rest + "01"),
    "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923",
  );
  assert.equal(
    run(9, "00000000" + h + m + rest + "01"),
    "08c9bcf367e6096a3ba7ca8485ae67bb2bf894fe72f36e3cf1361d5f3af54fa5d282e6ad7f520e511f6c3e2b8c68059b9442be0454267ce079217e1319cde05b",
  );
  assert.equal(run(9, "0000000c" + h + m + rest + "02"), undefined);
});

test("p256verify (EIP-7951) and addresses without a precompile", () => {
  assert.equal(run(0x100, "00".repeat(160)), "");
  assert.equal(precompile(0n), undefined);
  assert.equal(precompile(0x101n), undefined);
});
