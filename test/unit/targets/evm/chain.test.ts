/** The in-process chain: accounts, blocks, time, value, gas, failures. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { evmTarget } from "../../../../targets/evm/target.js";
import { contract, input, output } from "./build.js";
import { deploy, hex, words } from "./run.js";

test("ten funded accounts; plain transfers; each transaction is a block", async () => {
  const chain = await evmTarget.createChain();
  assert.equal(chain.accounts.length, 10);
  assert.equal(chain.accounts[0], "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
  const [alice, bob] = chain.accounts as [string, string];
  const start = await chain.time();
  const outcome = await chain.send({ from: alice, to: bob, data: "0x", value: 5n });
  assert.equal(outcome.success, true);
  assert.equal(outcome.gasUsed, 21_000n);
  assert.equal(await chain.balance(bob), 10_000n * 10n ** 18n + 5n);
  assert.equal(await chain.time(), start + 1n);
  const broke = await chain.send({ from: alice, to: bob, data: "0x", value: 10n ** 30n });
  assert.equal(broke.success, false);
  await chain.mine(3);
  await chain.setTime(2_000_000_000n);
  assert.equal(await chain.time(), start + 5n);
  await chain.mine(1);
  assert.equal(await chain.time(), 2_000_000_000n);
  await assert.rejects(chain.setTime(5n), RangeError);
});

test("calls leave no trace; storage, gas and refunds", async () => {
  const module = contract("Store", (b) => {
    b.emit("storage.store", [input(b, 0), input(b, 1)]);
    b.exit("exit.stop");
  });
  const { chain, address } = await deploy([module], { evmVersion: "cancun" });
  const message = (slot: number, value: number) => ({ from: chain.accounts[1]!, to: address, data: hex(words(slot, value)), value: 0n });
  await chain.call(message(3, 9));
  assert.equal(BigInt(await chain.storageAt(address, 3n)), 0n);
  const set = await chain.send(message(3, 9));
  assert.equal(BigInt(await chain.storageAt(address, 3n)), 9n);
  const again = await chain.send(message(3, 9));
  // A cold slot set from zero: 22,100; the same value again: 2,100 for the cold access and 100.
  assert.equal(set.executionGas! - again.executionGas!, 22_100n - 2_200n);
  const cleared = await chain.send(message(3, 0));
  // Call data: one byte that is not zero; clearing refunds 4,800, less than a fifth of the whole.
  const intrinsic = 21_000n + 63n * 4n + 16n;
  assert.equal(cleared.gasUsed, intrinsic + cleared.executionGas! - 4_800n);
  assert.ok((await chain.codeSize(address)) > 0);
  assert.equal(await chain.codeSize(chain.accounts[0]!), 0);
});

test("reverts, exceptional halts and gas limits", async () => {
  const module = contract("Fail", (b) => {
    const revert = b.newBlock();
    const next = b.newBlock();
    b.branch(b.emit("eq", [input(b, 0), b.const(256, 1)]), revert, next);
    b.at(revert);
    b.emit("mem.store", [b.const(64, 0), b.const(256, 42)]);
    b.exit("exit.revert", [b.const(64, 0), b.const(64, 32)]);
    b.at(next);
    const invalid = b.newBlock();
    const fine = b.newBlock();
    b.branch(b.emit("eq", [input(b, 0), b.const(256, 2)]), invalid, fine);
    b.at(invalid).exit("exit.invalid");
    output(b.at(fine), b.emit("env.chainid", []), b.zext(b.emit("env.number", []), 256));
  });
  const { chain, address } = await deploy([module]);
  const send = (value: number, gas?: bigint) => chain.send({ from: chain.accounts[0]!, to: address, data: hex(words(value)), value: 0n, gas });
  const reverted = await send(1);
  assert.deepEqual([reverted.success, BigInt(reverted.returnData), reverted.error], [false, 42n, undefined]);
  const halted = await send(2, 100_000n);
  assert.deepEqual([halted.success, halted.returnData, halted.gasUsed], [false, "0x", 100_000n]);
  assert.ok(halted.error);
  const starved = await send(0, 21_200n);
  assert.equal(starved.success, false);
  const { returnData } = await send(0);
  assert.equal(BigInt(returnData.slice(0, 66)), 31_337n);
  assert.equal(BigInt(`0x${returnData.slice(66)}`), 5n);
});
