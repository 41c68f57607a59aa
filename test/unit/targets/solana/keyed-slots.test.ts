/** Entries of mappings that are keyed directly: as on an EVM, under the same slots from outside, and only where nothing can tell. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { AbiCoder, keccak256, toBeHex } from "ethers";
import { compile } from "../../../../index.js";
import { createChain, type TestContract } from "../../../../testing/index.js";

const SOURCE = `
pragma solidity ^0.8.26;
contract Book {
  struct Entry { uint128 a; uint128 b; uint256[3] c; uint256 d; uint256[] list; mapping(uint256 => uint256) inner; }
  uint256 first = 1;
  mapping(address => uint256) public balance;
  mapping(uint256 => uint256) public numbers;
  mapping(address => mapping(address => uint256)) public allowance;
  mapping(address => Entry) entries;
  mapping(bytes32 => int8) public small;
  mapping(string => uint256) public ages;
  uint256[] public list;

  function setBalance(address who, uint256 x) external { balance[who] = x; balance[address(5)] += 1; }
  function setNumber(uint256 k, uint256 x) external { numbers[k] = x; numbers[7] += 2; }
  function allow(address a, address b, uint256 x) external { allowance[a][b] = x; allowance[b][a] += 1; }
  function setEntry(address who, uint128 x) external {
    Entry storage e = entries[who];
    e.a = x; e.b = x + 1; e.c[1] = x + 2; e.d = x + 3;
    e.list.push(x + 4); e.list.push(x + 5);
    e.inner[x] = x + 6;
  }
  function getEntry(address who, uint256 k) external view returns (uint128, uint128, uint256, uint256, uint256[] memory, uint256) {
    return (entries[who].a, entries[who].b, entries[who].c[1], entries[who].d, entries[who].list, entries[who].inner[k]);
  }
  function drop(address who) external { delete entries[who].d; delete entries[who].list; }
  function setSmall(bytes32 k, int8 x) external { small[k] = x; }
  function setAge(string calldata who, uint256 x) external { ages[who] = x; }
  function push(uint256 x) external { list.push(x); }
}
`;
/** The same with one function more, which looks at a slot: nothing may be keyed there. */
const LOOKING = `${SOURCE.slice(0, SOURCE.lastIndexOf("}"))}
  function raw(address who) external view returns (uint256 x) {
    assembly { mstore(0, who) mstore(32, balance.slot) x := sload(keccak256(0, 64)) }
  }
}`;

const A = `0x${"a1".repeat(20)}`;
const B = `0x${"b2".repeat(20)}`;
const FIVE = toBeHex(5, 20);
const MAX = 2n ** 256n - 1n;
const BIG = 2n ** 160n;
const TAGGED = 0x6b657931n << 224n;

const STEPS: readonly (readonly [string, readonly unknown[]])[] = [
  ["setBalance", [A, 10n]],
  ["setBalance", [B, 20n]],
  ["setBalance", [FIVE, 30n]],
  ...[0n, 1n, 7n, 31n, 32n, 2n ** 32n, 2n ** 64n + 1n, BIG - 1n, BIG, BIG + 7n, MAX, TAGGED, TAGGED + 7n].map((k): [string, unknown[]] => ["setNumber", [k, k ^ 99n]]),
  ["allow", [A, B, 5n]],
  ["allow", [B, A, 6n]],
  ["setEntry", [A, 100n]],
  ["setEntry", [B, 200n]],
  ["drop", [A]],
  ["setSmall", [toBeHex(3n, 32), -4n]],
  ["setSmall", [toBeHex(MAX, 32), 4n]],
  ["setAge", ["carol", 33n]],
  ["push", [77n]],
];
const READS: readonly (readonly [string, readonly unknown[]])[] = [
  ...[A, B, FIVE].map((who): [string, unknown[]] => ["balance", [who]]),
  ...[0n, 1n, 7n, 31n, 32n, 2n ** 32n, BIG - 1n, BIG, BIG + 7n, MAX, TAGGED].map((k): [string, unknown[]] => ["numbers", [k]]),
  ["allowance", [A, B]],
  ["allowance", [B, A]],
  ["getEntry", [A, 100n]],
  ["getEntry", [B, 200n]],
  ["small", [toBeHex(3n, 32)]],
  ["small", [toBeHex(MAX, 32)]],
  ["ages", ["carol"]],
  ["list", [0n]],
];

/** The slot of a mapping's entry. */
const entry = (key: string | bigint, base: bigint): bigint => BigInt(keccak256(AbiCoder.defaultAbiCoder().encode(["uint256", "uint256"], [key, base])));
const SLOTS = [0n, 8n, entry(A, 1n), entry(FIVE, 1n), entry(7n, 2n), entry(MAX, 2n), entry(TAGGED, 2n), entry(B, entry(A, 3n)), entry(A, 4n), entry(A, 4n) + 2n, entry(B, 4n) + 4n]
  .concat([entry(B, 4n) + 5n, BigInt(keccak256(toBeHex(entry(B, 4n) + 5n, 32))) + 1n, entry(200n, entry(B, 4n) + 6n), entry(3n, 5n)])
  .concat([TAGGED + (2n << 192n) + (7n << 32n), 5n]);

async function story(source: string, target: "evm" | "solana"): Promise<{ results: unknown[]; slots: string[]; book: TestContract }> {
  const { artifacts } = await compile({ sources: { "Book.sol": { content: source } }, targets: [target], root: ".", cache: false });
  const chain = await createChain(target);
  const book = await chain.deploy(artifacts.Book!);
  for (const [fn, args] of STEPS) await book.send(fn, args);
  const results: unknown[] = [];
  for (const [fn, args] of READS) results.push([fn, args, await book.call(fn, args)]);
  const slots: string[] = [];
  for (const slot of SLOTS) slots.push(await chain.storageAt(book.address, slot));
  return { results, slots, book };
}

test("keyed entries: values and slots are the EVM's, and hashing is spared", async () => {
  const [evm, solana, hashed] = [await story(SOURCE, "evm"), await story(SOURCE, "solana"), await story(LOOKING, "solana")];
  assert.deepEqual(solana.results, evm.results);
  assert.deepEqual(solana.slots, evm.slots);
  assert.deepEqual(hashed.results, evm.results);
  assert.deepEqual(hashed.slots, evm.slots);
  assert.equal(await hashed.book.call("raw", [A]), 10n);
  const units = async (book: TestContract): Promise<bigint> => (await book.send("setBalance", [A, 11n])).gasUsed;
  assert.ok((await units(solana.book)) < (await units(hashed.book)));
});
