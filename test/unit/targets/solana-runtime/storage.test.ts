/** Storage, journal, transient storage and logs of the Solana runtime, in LiteSVM. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { RevertError } from "../../../../testing/index.js";
import { deployed } from "./contracts.js";

/** A small deterministic generator (SplitMix64). */
function randomizer(seed: bigint): (bits: bigint) => bigint {
  let state = seed;
  const next = (): bigint => {
    state = BigInt.asUintN(64, state + 0x9e3779b97f4a7c15n);
    let z = state;
    z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
    z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
    return z ^ (z >> 31n);
  };
  return (bits) => {
    let value = 0n;
    for (let i = 0n; i < bits; i += 64n) value = (value << 64n) | next();
    return BigInt.asUintN(Number(bits), value);
  };
}

describe("storage", () => {
  it("keeps arbitrary slots apart, also those that agree in many nibbles", async () => {
    const { contract, chain } = await deployed("Store");
    const random = randomizer(1n);
    const model = new Map<bigint, bigint>();
    const base = random(256n);
    const slots = [0n, 1n, 31n, 32n, 33n, 1n << 255n, base, base ^ (1n << 64n), base ^ (1n << 128n), base ^ (1n << 252n), base ^ 1n, (1n << 256n) - 1n];
    for (let i = 0; i < 60; i++) {
      const slot = slots[Number(random(8n)) % slots.length]!;
      const value = random(2n) === 0n ? 0n : random(256n);
      await contract.send("raw", [slot, value]);
      model.set(slot, value);
    }
    for (const slot of slots) {
      const want = model.get(slot) ?? 0n;
      assert.equal(await contract.call("rawAt", [slot]), want);
      assert.equal(BigInt(await chain.storageAt(contract, slot)), want);
    }
    await chain.close();
  });

  it("grows beyond what one instruction may, by itself", async () => {
    const { contract, chain } = await deployed("Store");
    await contract.send("fill", [0, 600]);
    assert.equal(await contract.call("sum", [600]), 180_300n);
    assert.equal(await contract.call("sum", [601]), 180_300n);
    await chain.close();
  });

  it("writes slots of the direct area and beyond it", async () => {
    const { contract, chain } = await deployed("Store");
    for (const i of [0, 29, 30, 31, 39]) await contract.send("setDirect", [i, i + 100]);
    for (const i of [0, 29, 30, 31, 39]) assert.equal(await contract.call("direct", [i]), BigInt(i + 100));
    await chain.close();
  });
});

describe("journal", () => {
  it("undoes what a reverted inner call wrote, and drops its logs", async () => {
    const { contract, chain } = await deployed("Store");
    await contract.send("write", [5, 50]);
    const receipt = await contract.send("nested", [5, 99, true]);
    assert.deepEqual(
      receipt.logs.map((log) => BigInt(log.topics[1]!)),
      [1n, 2n],
    );
    assert.equal(BigInt(receipt.returnData.slice(0, 66)), 0n);
    assert.equal(BigInt(`0x${receipt.returnData.slice(66)}`), 7n, "transient storage is restored");
    assert.equal(await contract.call("at", [5]), 50n);
    assert.equal(await contract.call("direct", [0]), 0n);
    await chain.close();
  });

  it("keeps what an inner call wrote, with logs in order", async () => {
    const { contract, chain } = await deployed("Store");
    const receipt = await contract.send("nested", [6, 99, false]);
    assert.deepEqual(
      receipt.logs.map((log) => BigInt(log.topics[1]!)),
      [1n, 6n, 2n],
    );
    assert.equal(BigInt(`0x${receipt.returnData.slice(66)}`), 99n);
    assert.equal(await contract.call("at", [6]), 99n);
    assert.equal(await contract.call("direct", [0]), 99n);
    await chain.close();
  });

  it("drops everything where the outermost frame reverts", async () => {
    const { contract, chain } = await deployed("Store");
    await assert.rejects(contract.send("inner", [5, 1, true]), (e: unknown) => e instanceof RevertError && e.reason === "inner failed");
    assert.equal(await contract.call("at", [5]), 0n);
    await chain.close();
  });
});

describe("call and return data", () => {
  it("stages call data that no transaction could carry", async () => {
    const { contract, chain } = await deployed("Store");
    for (const size of [900, 1100, 5000, 20_000]) {
      const [length] = (await contract.call("length", [`0x${"5a".repeat(size)}`])) as [bigint];
      assert.equal(length, BigInt(size));
      assert.equal(BigInt((await contract.send("length", [`0x${"5a".repeat(size)}`])).returnData.slice(0, 66)), BigInt(size));
    }
    await chain.close();
  });

  it("refuses return data beyond 1,024 bytes by name", async () => {
    const { contract, chain } = await deployed("Store");
    assert.equal(((await contract.call("bytesOf", [960])) as string).length, 2 + 2 * 960);
    await assert.rejects(contract.call("bytesOf", [961]), /longer than 1,024 bytes/);
    await chain.close();
  });

  it("fails where the compute units are used up", async () => {
    const { contract, chain } = await deployed("Store");
    await assert.rejects(contract.call("spin", []), RevertError);
    await chain.close();
  });
});
