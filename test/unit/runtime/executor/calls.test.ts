/** Kinds of calls, creations and gas rules (yellow paper, sections 7 and 8; EIP-150, -1014, -1167). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { AbiCoder, getCreate2Address, getCreateAddress, keccak256, zeroPadValue, toBeHex } from "ethers";
import { addressHex, addressKey, slotKey } from "../../../../runtime/store/keys.js";
import { ALICE, bytes, codeOf, deploy, newChain, type Contract } from "./setup.js";

const decode = (types: readonly string[], data: string): readonly unknown[] => [...AbiCoder.defaultAbiCoder().decode(types, data)];
const count = (contract: Contract): bigint => contract.results("count", [], {}, false)[0] as bigint;

test("a call runs the callee's code on the callee's state", () => {
  const chain = newChain();
  const [a, b] = [deploy(chain, "Caller"), deploy(chain, "Caller")];
  const [ok, result] = a.results("forward", [b.hex, b.encode("touch")], { value: 5n });
  assert.equal(ok, true);
  assert.deepEqual(
    (decode(["address", "address", "uint256"], result as string) as [string, string, bigint]).map((x) => (typeof x === "string" ? x.toLowerCase() : x)),
    [b.hex, a.hex, 5n],
  );
  assert.deepEqual([count(a), count(b)], [0n, 1n]);
  assert.deepEqual([chain.store.account(a.address)?.balance, chain.store.account(b.address)?.balance], [0n, 5n]);
});

test("a delegatecall runs the callee's code on the caller's state, for the caller's caller", () => {
  const chain = newChain();
  const [a, b] = [deploy(chain, "Caller"), deploy(chain, "Caller")];
  const [ok, result] = a.results("forwardDelegate", [b.hex, b.encode("touch")], { value: 5n });
  assert.equal(ok, true);
  assert.deepEqual(
    (decode(["address", "address", "uint256"], result as string) as [string, string, bigint]).map((x) => (typeof x === "string" ? x.toLowerCase() : x)),
    [a.hex, addressHex(ALICE), 5n],
  );
  assert.deepEqual([count(a), count(b)], [1n, 0n]);
});

test("a staticcall may read; writes, logs, value and creations below it fail and use their gas", () => {
  const chain = newChain();
  const [a, b] = [deploy(chain, "Caller"), deploy(chain, "Caller")];
  b.send("touch");
  assert.deepEqual([...a.results("forwardStatic", [b.hex, b.encode("look")])], [true, zeroPadValue("0x01", 32)]);
  for (const data of [b.encode("touch"), b.encode("make", [1]), b.encode("forward", [a.hex, a.encode("touch")]), b.encode("pay", [a.hex, 0])]) {
    const [ok, result] = a.results("forwardStatic", [b.hex, data]);
    // A call below that writes fails; what it returns to the forwarding contract is that contract's matter.
    if (data.startsWith(b.encode("forward", [a.hex, "0x"]).slice(0, 10))) assert.deepEqual(decode(["bool", "bytes"], result as string), [false, "0x"]);
    else if (!data.startsWith(b.encode("pay", [a.hex, 0]).slice(0, 10))) assert.deepEqual([ok, result], [false, "0x"]);
  }
  assert.deepEqual([count(a), count(b)], [0n, 1n]);
});

test("a revert undoes storage, balances and logs of its call only", () => {
  const chain = newChain();
  const [a, b] = [deploy(chain, "Caller"), deploy(chain, "Caller")];
  const receipt = a.send("forward", [b.hex, b.encode("touchAndRevert")], { value: 5n });
  assert.equal(receipt.success, true);
  assert.equal(receipt.logs.length, 0);
  const [ok, result] = a.abi.decodeFunctionResult("forward", receipt.data);
  assert.equal(ok, false);
  assert.match(Buffer.from((result as string).slice(2), "hex").toString(), /undone/);
  assert.equal(count(b), 0n);
  assert.deepEqual([chain.store.account(a.address)?.balance, chain.store.account(b.address)?.balance], [5n, 0n]);
  const whole = b.send("touchAndRevert", [], { value: 5n });
  assert.equal(whole.success, false);
  assert.ok(whole.gasUsed < 100_000, "a revert keeps the gas left");
  assert.equal(chain.store.account(b.address)?.balance, 0n);
});

test("addresses of creations: by nonce, and by salt and code; a second one at the same place fails", () => {
  const chain = newChain();
  const a = deploy(chain, "Caller");
  assert.equal(a.hex, getCreateAddress({ from: addressHex(ALICE), nonce: 0 }).toLowerCase());
  // A contract's nonce starts at 1 (EIP-161).
  assert.equal((a.results("make", [7])[0] as string).toLowerCase(), getCreateAddress({ from: a.hex, nonce: 1 }).toLowerCase());
  assert.equal((a.results("make", [8])[0] as string).toLowerCase(), getCreateAddress({ from: a.hex, nonce: 2 }).toLowerCase());
  const salt = zeroPadValue(toBeHex(77), 32);
  const code = a.results("madeCode", [9], {}, false)[0] as string;
  assert.equal(a.results("makeAt", [salt, 9])[0], getCreate2Address(a.hex, salt, keccak256(code)));
  assert.equal(a.send("makeAt", [salt, 9]).success, false);
  // A constructor that reverts leaves no account, and the creator's nonce stays increased within its transaction only.
  const nonce = chain.store.account(a.address)!.nonce;
  assert.equal(a.send("make", [13]).success, false);
  assert.equal(chain.store.account(a.address)!.nonce, nonce);
  assert.equal((a.results("make", [1])[0] as string).toLowerCase(), getCreateAddress({ from: a.hex, nonce }).toLowerCase());
});

test("all but a 64th of the gas can be given on", () => {
  const a = deploy(newChain(), "Caller");
  for (const gasLimit of [200_000, 5_000_000, 900_000_000]) {
    const [before, inside] = a.results("offered", [], { gasLimit }) as unknown as [bigint, bigint];
    assert.ok(inside <= before - before / 64n);
    assert.ok(inside > before - before / 64n - 3_000n, `${inside} of ${before}`);
  }
});

test("the stipend pays for a log and not for a storage write", () => {
  const chain = newChain();
  const a = deploy(chain, "Caller");
  chain.send({ from: ALICE, to: a.address, data: new Uint8Array(0), value: 1000n, gasLimit: 100_000, gasPrice: 0n });
  assert.equal(a.results("pay", [deploy(chain, "Logs").hex, 10])[0], true);
  assert.equal(a.results("pay", [deploy(chain, "Writes").hex, 10])[0], false);
  assert.equal(a.results("pay", [addressHex("\x44".repeat(20)), 10])[0], true);
  assert.equal(a.results("pay", [addressHex("\x44".repeat(20)), 10_000])[0], false, "more than the balance");
  assert.equal(chain.store.account("\x44".repeat(20))?.balance, 10n);
});

test("a minimal proxy runs its target's code on its own state (EIP-1167)", () => {
  const chain = newChain();
  const a = deploy(chain, "Caller");
  const clone = addressKey((a.results("cloneOf", [a.hex])[0] as string).toLowerCase());
  const receipt = chain.send({ from: ALICE, to: clone, data: bytes(a.encode("touch")), value: 3n, gasLimit: 1_000_000, gasPrice: 0n });
  assert.equal(receipt.success, true);
  assert.deepEqual(
    receipt.logs.map((l) => l.address),
    [clone],
  );
  assert.equal(count(a), 0n);
  assert.ok(chain.store.storage(clone, slotKey(0n)));
  const reverted = chain.send({ from: ALICE, to: clone, data: bytes(a.encode("touchAndRevert")), value: 0n, gasLimit: 1_000_000, gasPrice: 0n });
  assert.equal(reverted.success, false);
  assert.match(Buffer.from(reverted.data).toString(), /undone/);
});

test("precompiled contracts answer calls and charge for them", () => {
  const chain = newChain();
  const a = deploy(chain, "Caller");
  const precompile = (n: number): string => `0x${n.toString(16).padStart(40, "0")}`;
  assert.equal(a.results("forward", [precompile(4), "0x010203"])[1], "0x010203");
  assert.equal(a.results("forward", [precompile(2), "0x"])[1], "0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  assert.deepEqual([...a.results("forward", [precompile(6), `0x${"ff".repeat(128)}`])], [false, "0x"], "no points of the curve");
  const small = a.send("forward", [precompile(2), "0x"]).gasUsed;
  const large = a.send("forward", [precompile(3), "0x"]).gasUsed;
  assert.equal(large - small, 600 - 60);
});

test("gas is the same on every run, first or later, on new and reused instances", () => {
  const runs = [0, 1].map(() => {
    const chain = newChain();
    const a = deploy(chain, "Caller");
    return [1, 2, 3].map((n) => [a.send("touch").gasUsed, a.send("make", [n]).gasUsed, a.send("forward", [a.hex, a.encode("touch")]).gasUsed, a.send("touchAndRevert").gasUsed]);
  });
  assert.deepEqual(runs[0], runs[1]);
  assert.deepEqual(runs[0]![1], runs[0]![2]);
});

test("transactions that cannot start: gas below the intrinsic cost, value above the balance, code that is none", () => {
  const chain = newChain();
  const a = deploy(chain, "Caller");
  assert.equal(a.send("touch", [], { gasLimit: 21_000 }).error, "intrinsic gas exceeds the limit");
  assert.equal(a.send("touch", [], { value: 10n ** 30n }).error, "insufficient balance");
  const evm = chain.send({ from: ALICE, data: Uint8Array.of(0x60, 0x80), value: 0n, gasLimit: 1_000_000, gasPrice: 0n });
  assert.match(evm.error!, /not SuperVM code/);
  const cut = chain.send({ from: ALICE, data: codeOf("Caller").subarray(0, 100), value: 0n, gasLimit: 1_000_000, gasPrice: 0n });
  assert.match(cut.error!, /cut off/);
  assert.equal(chain.store.account(ALICE)?.nonce, 5);
});
