/** Creation, value, accounts and environment of the Solana runtime, in LiteSVM. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ripemd160 } from "@noble/hashes/legacy.js";
import { getCreate2Address, getCreateAddress, hexlify, keccak256, Wallet, SigningKey } from "ethers";
import { createChain, type TestContract } from "../../../../testing/index.js";
import { compiled, deployed } from "./contracts.js";

const GWEI = 1_000_000_000n;
const word = (data: string, i: number): string => `0x${data.slice(2 + 64 * i, 66 + 64 * i)}`;
const addressIn = (data: string, i = 0): string => `0x${word(data, i).slice(26)}`;

describe("creation", () => {
  it("derives addresses as Ethereum does", async () => {
    const { contract, chain } = await deployed("Parent");
    const from = chain.accounts[0]!.address;
    assert.equal(contract.address, getCreateAddress({ from, nonce: 0 }));
    for (const nonce of [1, 2]) {
      const child = addressIn((await contract.send("make", [nonce, false])).returnData);
      assert.equal(child.toLowerCase(), getCreateAddress({ from: contract.address, nonce }).toLowerCase());
      assert.equal(await chain.codeSize(child), 32);
    }
    const salt = `0x${"07".repeat(32)}`;
    const init = (await contract.call("initCode", [9])) as string;
    const child = addressIn((await contract.send("make2", [9, salt])).returnData);
    assert.equal(child.toLowerCase(), getCreate2Address(contract.address, salt, keccak256(init)).toLowerCase());
    await assert.rejects(contract.send("make2", [9, salt]), "the address is taken");
    await chain.close();
  });

  it("does not count what pays for a large state as the contract's money, nor lets it be sent", async () => {
    const { Filled } = await compiled(`// SPDX-License-Identifier: MIT
      pragma solidity ^0.8.28;
      contract Filled {
        mapping(uint256 => uint256) at;
        constructor(uint256 count) payable { for (uint256 i = 0; i < count; i++) at[i] = i + 1; }
        function own() external view returns (uint256) { return address(this).balance; }
        function fill(uint256 from, uint256 to) external { for (uint256 i = from; i < to; i++) at[i] = 1; }
        function pay(address payable to, uint256 value) external returns (bool ok) { (ok, ) = to.call{value: value}(""); }
      }`);
    const chain = await createChain("solana");
    // Accounts grow by 10,240 bytes an instruction: larger ones are made large before the constructor runs.
    for (const count of [10, 150, 250, 400, 700]) {
      const contract = await chain.deploy(Filled!, { args: [count], value: 7n * GWEI });
      assert.equal(await chain.balance(contract), 7n * GWEI, `${count} entries`);
      assert.equal(await contract.call("own"), 7n * GWEI);
      assert.equal(BigInt((await contract.send("pay", [chain.accounts[3]!.address, 8n * GWEI])).returnData), 0n);
      await contract.send("fill", [count, count + 300]);
      assert.equal(await contract.call("own"), 7n * GWEI);
    }
    await chain.close();
  });

  it("undoes a failed constructor: no code, no value moved, the nonce counts", async () => {
    const { contract, chain } = await deployed("Parent");
    const failed = await contract.send("make", [1, true], { value: 5n * GWEI });
    assert.equal(BigInt(failed.returnData), 0n);
    const first = getCreateAddress({ from: contract.address, nonce: 1 });
    assert.equal(await chain.codeSize(first), 0);
    assert.equal(await chain.balance(first), 0n);
    assert.equal(await chain.balance(contract), 5n * GWEI);
    const second = addressIn((await contract.send("make", [1, false], { value: 3n * GWEI })).returnData);
    assert.equal(second.toLowerCase(), getCreateAddress({ from: contract.address, nonce: 2 }).toLowerCase());
    assert.equal(await chain.balance(second), 3n * GWEI);
    await chain.close();
  });

  it("creates again where a creation of the same transaction was undone", async () => {
    const { contract, chain } = await deployed("Parent");
    const { returnData } = await contract.send("makeAgain", [4, `0x${"08".repeat(32)}`]);
    assert.equal(BigInt(word(returnData, 0)), 1n);
    assert.equal(BigInt(word(returnData, 2)), 4n);
    assert.equal(await chain.codeSize(addressIn(returnData, 1)), 32);
    await chain.close();
  });

  it("removes a contract that destroys itself in its first transaction (EIP-6780)", async () => {
    const { contract, chain } = await deployed("Parent");
    const child = addressIn((await contract.send("makeAndEnd", [1], { value: 7n * GWEI })).returnData);
    assert.equal(await chain.codeSize(child), 0);
    assert.equal(await chain.balance(child), 0n);
    assert.equal(await chain.balance(contract), 7n * GWEI);
    await chain.close();
  });
});

describe("value", () => {
  it("moves between contracts, keys and addresses without a key", async () => {
    const { contract, chain } = await deployed("Parent");
    const [alice, bob] = chain.accounts;
    const before = await chain.balance(bob!);
    const nobody = `0x${"ab".repeat(20)}`;
    await chain.send({ to: contract, from: alice!, value: 100n * GWEI });
    await contract.send("pay", [bob!.address, 30n * GWEI]);
    await contract.send("pay", [nobody, 20n * GWEI]);
    await contract.send("pay", [nobody, 1n * GWEI]);
    await chain.send({ to: nobody, from: alice!, value: 4n * GWEI });
    assert.equal(await chain.balance(contract), 49n * GWEI);
    assert.equal(await chain.balance(bob!), before + 30n * GWEI);
    assert.equal(await chain.balance(nobody), 25n * GWEI);
    assert.equal(await contract.call("balanceOf", [nobody]), 25n * GWEI);
    assert.equal(await contract.call("balanceOf", [contract.address]), 49n * GWEI);
    await chain.close();
  });

  it("lets a call fail that the balance does not cover, and refuses fractions of a lamport", async () => {
    const { contract, chain } = await deployed("Parent");
    await chain.send({ to: contract, value: 10n * GWEI });
    const nobody = `0x${"ac".repeat(20)}`;
    assert.equal(await contract.call("pay", [nobody, 11n * GWEI]), false);
    assert.equal(await contract.call("pay", [nobody, 10n * GWEI + 1n]), false);
    assert.equal(await contract.call("pay", [nobody, (1n << 255n) + 1n]), false);
    await assert.rejects(contract.call("pay", [nobody, 1n]), /no multiple of 10\^9 wei/);
    await assert.rejects(chain.send({ to: contract, value: 1n }), /no multiple of 10\^9 wei/);
    await chain.close();
  });

  it("charges the sender nothing but the value", async () => {
    const { contract, chain } = await deployed("Parent");
    const [alice] = chain.accounts;
    const before = await chain.balance(alice!);
    await contract.send("make", [1, false], { from: alice!, value: 2n * GWEI });
    assert.equal(await chain.balance(alice!), before - 2n * GWEI);
    await chain.close();
  });
});

describe("environment", () => {
  it("gives slot, time and hashes of slots", async () => {
    const { contract, chain } = await deployed("Parent");
    await chain.time(1_900_000_000n);
    const first = (await contract.send("block_", [])).returnData;
    const second = (await contract.send("block_", [])).returnData;
    assert.equal(BigInt(word(second, 0)), BigInt(word(first, 0)) + 1n);
    assert.equal(BigInt(word(first, 1)), 1_900_000_000n);
    assert.equal(BigInt(word(second, 1)), 1_900_000_001n);
    assert.notEqual(BigInt(word(first, 2)), 0n);
    assert.notEqual(word(first, 2), word(second, 2));
    assert.equal(BigInt(word(first, 3)), 0n, "a block does not know its own hash");
    assert.equal(word(first, 4), word(first, 2), "prevrandao is the newest slot's hash");
    await chain.close();
  });

  it("gives size and hash of code", async () => {
    const { contract, chain } = await deployed("Parent");
    const [size, own] = (await contract.call("code", [contract.address])) as [bigint, string];
    assert.equal(size, 32n);
    assert.notEqual(BigInt(own), 0n);
    const [none, ofKey] = (await contract.call("code", [chain.accounts[1]!.address])) as [bigint, string];
    assert.equal(none, 0n);
    assert.equal(ofKey, keccak256("0x"));
    const [, absent] = (await contract.call("code", [`0x${"ad".repeat(20)}`])) as [bigint, string];
    assert.equal(BigInt(absent), 0n);
    await chain.close();
  });

  it("refuses writes in a static call", async () => {
    const { contract, chain } = await deployed("Parent");
    const { contract: store } = await deployed("Store", chain);
    assert.equal(await contract.call("staticWrite", [store.address]), false);
    await chain.close();
  });

  it("counts compute units", async () => {
    const { contract, chain } = await deployed("Store");
    const receipt = await contract.send("write", [1, 1]);
    assert.ok(receipt.gasUsed > 500n && receipt.gasUsed < 5_000n, `${receipt.gasUsed} compute units`);
    await chain.close();
  });
});

const run = async (contract: TestContract, args: unknown[]): Promise<unknown[]> => Array.from((await contract.call("run", args)) as Iterable<unknown>);

describe("precompiled contracts", () => {
  it("recover signers and hash", async () => {
    const { contract, chain } = await deployed("Precompiles");
    const wallet = new Wallet(`0x${"42".repeat(32)}`);
    const digest = keccak256("0x1234");
    const { v, r, s } = new SigningKey(wallet.privateKey).sign(digest);
    assert.equal(await contract.call("recover", [digest, v, r, s]), wallet.address);
    assert.equal(BigInt((await contract.call("recover", [digest, 29, r, s])) as string), 0n);
    assert.equal(await contract.call("hash", ["0x616263"]), "0xba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert.deepEqual(await run(contract, [4, "0x0102"]), [true, "0x0102"]);
    await chain.close();
  });

  it("compute RIPEMD-160 of all lengths around a block's end", async () => {
    const { contract, chain } = await deployed("Precompiles");
    for (const length of [0, 3, 55, 56, 63, 64, 65, 119, 120, 200]) {
      const data = Uint8Array.from({ length }, (_, i) => (i * 7 + 1) & 255);
      assert.equal(await contract.call("ripe", [hexlify(data)]), hexlify(ripemd160(data)), `${length} bytes`);
    }
    await chain.close();
  });

  it("add, multiply and pair on alt_bn128", async () => {
    const { contract, chain } = await deployed("Precompiles");
    const point = `${"1".padStart(64, "0")}${"2".padStart(64, "0")}`;
    const doubled = "030644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd315ed738c0e0a7c92e7845f96b2ae9c0a68a6a449e3538fc7ff3ebf7a5a18a2c4";
    assert.deepEqual(await run(contract, [6, `0x${point}${point}`]), [true, `0x${doubled}`]);
    assert.deepEqual(await run(contract, [7, `0x${point}${"2".padStart(64, "0")}`]), [true, `0x${doubled}`]);
    assert.deepEqual(await run(contract, [8, "0x"]), [true, `0x${"1".padStart(64, "0")}`]);
    const [ok] = (await contract.call("run", [6, `0x${"1".padStart(64, "0")}${"1".padStart(64, "0")}`])) as [boolean];
    assert.equal(ok, false, "a point outside the curve");
    await chain.close();
  });

  it("are refused by number where Solana has none", async () => {
    const { contract, chain } = await deployed("Precompiles");
    await assert.rejects(contract.call("run", [10, "0x"]), /precompiled contract 10/);
    await chain.close();
  });
});
