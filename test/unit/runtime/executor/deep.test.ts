/** Nesting to the limit of 1,024 on any stack: the same result, whatever the thread that asked for it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { DEV_ACCOUNTS } from "../../../../machine/dev-accounts.js";
import { slotKey, intOfLittleEndian } from "../../../../runtime/store/keys.js";
import { deploy, newChain } from "./setup.js";

/** So much that 1,024 calls, each given 63/64 of the gas, all have enough. */
const PLENTY = 2 ** 50;

test("calls nest to depth 1,024, and the next one fails alone", () => {
  const chain = newChain();
  const a = deploy(chain, "Caller");
  const first = a.send("dive", [0], { gasLimit: PLENTY });
  assert.equal(a.abi.decodeFunctionResult("dive", first.data)[0], 1024n);
  const again = a.send("dive", [0], { gasLimit: PLENTY });
  assert.equal(again.gasUsed, first.gasUsed);
  assert.equal(intOfLittleEndian(chain.store.storage(a.address, slotKey(1n))!), 1024n);
  // The chain goes on: instances that were left by an interruption are not used again.
  assert.equal(a.send("touch").success, true);
  assert.equal(a.results("count", [], {}, false)[0], 1n);
});

test("the same result from a thread with little stack as from one with much", () => {
  const shallow = deploy(newChain(), "Caller");
  // Frames of unoptimised code are larger: run from deep inside JavaScript, so that the stack ends at another place each time.
  const gas = new Set<number>();
  const inside = (levels: number): number => (levels === 0 ? shallow.send("dive", [0], { gasLimit: 100_000_000_000 }).gasUsed : inside(levels - 1));
  for (const levels of [0, 500, 2000, 4000]) gas.add(inside(levels));
  assert.equal(gas.size, 1);
});

test("precompiled contracts give the same answer at the deepest call", () => {
  const a = deploy(newChain(), "Caller");
  const secret = Buffer.from("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80", "hex");
  const hash = new Uint8Array(32).fill(7);
  const signature = secp256k1.sign(hash, secret, { prehash: false, format: "recovered" });
  const word = (from: number): string => `0x${Buffer.from(signature.subarray(from, from + 32)).toString("hex")}`;
  const args = [0, hash, signature[0]! + 27, word(1), word(33)];
  for (const gasLimit of [50_000_000, 1_000_000_000, 1_000_000_000_000, PLENTY]) {
    const [depth, signer] = a.results("diveAndRecover", args, { gasLimit }) as unknown as [bigint, string];
    // The precompiled contract is a call of its own, so that the deepest caller cannot be the deepest call.
    if (gasLimit === PLENTY) assert.equal(depth, 1023n);
    assert.equal(signer, DEV_ACCOUNTS[0]);
  }
});
