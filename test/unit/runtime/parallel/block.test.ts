/** Random blocks of real contract calls: every order of execution gives what running one after another gives. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { AbiCoder } from "ethers";
import fc from "fast-check";
import { executeOptimistically, executeSerially, type BlockInput, type BlockResult } from "../../../../runtime/executor/parallel/block-executor.js";
import { writesOf } from "../../../../runtime/executor/parallel/locations.js";
import { blockCells } from "../../../../runtime/executor/block.js";
import { executeTransaction, type Receipt, type Transaction } from "../../../../runtime/executor/transaction.js";
import type { CodeRegistry } from "../../../../runtime/host/code.js";
import { CodeRegistry as Registry } from "../../../../runtime/host/code.js";
import { MemoryStore } from "../../../../runtime/store/memory-store.js";
import { addressHex, keyOf, slotKey, intOfLittleEndian, type AddressKey } from "../../../../runtime/store/keys.js";
import { bytes, codeOf, Contract, deploy, newChain } from "../executor/setup.js";

const SENDERS = 8;
const sender = (n: number): AddressKey => String.fromCharCode(0x31 + n).repeat(20);
const FUNDS = 1_000_000n;

const chain = newChain();
const [coinA, coinB, calls] = [deploy(chain, "Coin"), deploy(chain, "Coin"), deploy(chain, "Caller")];
const poolArgs = bytes(AbiCoder.defaultAbiCoder().encode(["address", "address"], [coinA.hex, coinB.hex]));
const poolReceipt = chain.send({ from: sender(0), data: Uint8Array.from(Buffer.concat([codeOf("Pool"), poolArgs])), value: 0n, gasLimit: 50_000_000, gasPrice: 0n });
const pool = new Contract(chain, poolReceipt.created!, "Pool");
for (let n = 0; n < SENDERS; n++) {
  chain.fund(sender(n), FUNDS, n === 0 ? 1 : 0);
  for (const coin of [coinA, coinB]) coin.send("mint", [addressHex(sender(n)), 1000]);
}
for (const coin of [coinA, coinB]) coin.send("mint", [pool.hex, 100_000]);

const block = blockCells({
  number: 5n,
  timestamp: 1_700_000_000n,
  coinbase: "\0".repeat(20),
  gasLimit: 10n ** 9n,
  baseFee: 0n,
  blobBaseFee: 1n,
  prevrandao: 1n,
  chainId: 1n,
  blockHash: () => undefined,
});

function transaction(from: number, contract: Contract, name: string, args: readonly unknown[], value = 0n): Transaction {
  return { from: sender(from), to: contract.address, data: bytes(contract.encode(name, args)), value, gasLimit: 3_000_000, gasPrice: 0n };
}

const who = fc.nat(SENDERS - 1);
const coin = fc.constantFrom(coinA, coinB);
const anyTransaction: fc.Arbitrary<Transaction> = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(who, who, coin, fc.nat(1500)).map(([from, to, c, amount]) => transaction(from, c, "transfer", [addressHex(sender(to)), amount])) },
  { weight: 2, arbitrary: fc.tuple(who, who, coin).map(([from, to, c]) => transaction(from, c, "mint", [addressHex(sender(to)), 5])) },
  { weight: 3, arbitrary: fc.tuple(who, fc.boolean(), fc.nat(900)).map(([from, forth, amount]) => transaction(from, pool, "swap", [forth, amount])) },
  { weight: 1, arbitrary: fc.tuple(who, fc.integer({ min: 12, max: 14 })).map(([from, n]) => transaction(from, calls, "make", [n], 1n)) },
  // CREATE2 with few salts: the second one at a place fails.
  { weight: 1, arbitrary: fc.tuple(who, fc.nat(2)).map(([from, salt]) => transaction(from, calls, "makeAt", [`0x${salt.toString(16).padStart(64, "0")}`, 1])) },
  { weight: 1, arbitrary: who.map((from) => transaction(from, calls, "forward", [coinA.hex, coinA.encode("mint", [calls.hex, 1])])) },
  { weight: 1, arbitrary: who.map((from) => transaction(from, calls, "touchAndRevert", [])) },
  { weight: 1, arbitrary: who.map((from) => transaction(from, calls, "touch", [], 7n)) },
  // Plain transfers of wei, some above the balance.
  {
    weight: 1,
    arbitrary: fc
      .tuple(who, who, fc.bigInt(0n, 2n * FUNDS))
      .map(([from, to, value]) => ({ from: sender(from), to: sender(to), data: new Uint8Array(0), value, gasLimit: 21_000, gasPrice: 0n })),
  },
  // A module that the chain does not know: the first creation pays for it, later ones do not.
  { weight: 1, arbitrary: who.map((from) => ({ from: sender(from), data: codeOf("Logs"), value: 0n, gasLimit: 5_000_000, gasPrice: 0n })) },
);

/** The meaning: each transaction on the state that the one before it left. */
function oneByOne(transactions: readonly Transaction[]): { receipts: Receipt[]; final: Map<string, unknown> } {
  const written = new Map<string, unknown>();
  const store = new MemoryStore();
  const overlay = {
    account: (address: AddressKey) => (written.has(`a${address}`) ? store.account(address) : chain.store.account(address)),
    storage: (address: AddressKey, slot: string) => (written.has(`s${address}${slot}`) ? store.storage(address, slot) : chain.store.storage(address, slot)),
  };
  const registry = new (class extends Registry {
    override get(identity: Uint8Array): ReturnType<CodeRegistry["get"]> {
      return super.get(identity) ?? chain.registry.get(identity);
    }
  })();
  const receipts = transactions.map((tx) => {
    const receipt = executeTransaction(overlay, block, registry, tx);
    registry.register(receipt.modules);
    store.apply(receipt.changes);
    for (const [location, value] of writesOf(receipt.changes, receipt.modules)) written.set(location, value);
    return receipt;
  });
  return { receipts, final: written };
}

/** Values with modules by identity: two executions may have compiled one each. */
function plain(value: unknown): unknown {
  if (value === undefined) return null;
  return JSON.parse(
    JSON.stringify(value, (key, v: unknown) => {
      if (key === "compiled") return undefined;
      if (typeof v === "bigint") return v.toString();
      if (v instanceof Uint8Array) return Buffer.from(v).toString("hex");
      if (v instanceof Map) return [...v].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
      return v;
    }),
  );
}

const outcome = ({ success, data, gasUsed, logs, error, created }: Receipt): unknown => plain({ success, data, gasUsed, logs, error, created });

function assertEqualsSerial(result: BlockResult, expected: { receipts: readonly Receipt[]; final: ReadonlyMap<string, unknown> }): void {
  assert.deepEqual(result.receipts.map(outcome), expected.receipts.map(outcome));
  assert.deepEqual(plain(writesOf(result.changes, result.modules)), plain(expected.final));
}

const input = (transactions: readonly Transaction[]): BlockInput => ({ state: chain.store, registry: chain.registry, block, transactions });

test("random blocks, 1, 2, 4 and 8 workers, any interleaving: equal to one after another", () => {
  let again = 0;
  fc.assert(
    fc.property(fc.array(anyTransaction, { maxLength: 24 }), fc.constantFrom(1, 2, 4, 8), fc.infiniteStream(fc.nat()), (transactions, workers, turns) => {
      const expected = oneByOne(transactions);
      assertEqualsSerial(executeSerially(input(transactions)), expected);
      const result = executeOptimistically(input(transactions), { workers, pick: (n) => (turns.next().value as number) % n });
      assertEqualsSerial(result, expected);
      if (workers === 1) assert.equal(result.executions, transactions.length);
      again += result.executions - transactions.length;
    }),
    { numRuns: 120 },
  );
  assert.ok(again > 0, "some executions were stale");
});

test("of two 100-unit spends of a 100-unit balance exactly the first succeeds, in every order of execution", () => {
  const all = 1000;
  const spends = [transaction(1, coinA, "transfer", [addressHex(sender(2)), all]), transaction(1, coinA, "transfer", [addressHex(sender(3)), all])];
  for (let seed = 0; seed < 64; seed++) {
    let bits = seed;
    const pick = (n: number): number => ((bits = (bits * 5 + 3) & 63), bits % n);
    const { receipts } = executeOptimistically(input(spends), { workers: 2, pick });
    assert.deepEqual(
      receipts.map((r) => r.success),
      [true, false],
    );
  }
});

test("a hot key: 20 increments give 20", () => {
  const increments = Array.from({ length: 20 }, (_, i) => transaction(i % SENDERS, calls, "touch", []));
  for (const workers of [1, 2, 4, 8]) {
    const { receipts, changes } = executeOptimistically(input(increments), { workers });
    assert.ok(receipts.every((r) => r.success));
    assert.equal(intOfLittleEndian(changes.storage.get(calls.address)!.get(slotKey(0n))!), 20n);
  }
});

test("disjoint transactions run once each, whatever the number of workers", () => {
  const disjoint = Array.from({ length: SENDERS }, (_, i) => transaction(i, coinA, "transfer", [addressHex(String.fromCharCode(0x61 + i).repeat(20)), 1]));
  for (const workers of [1, 2, 4, 8]) assert.equal(executeOptimistically(input(disjoint), { workers }).executions, disjoint.length);
});

for (const accounts of [50, 5])
  test(`10,000 transfers among ${accounts} accounts conserve the total and match the serial run`, () => {
    const store = new MemoryStore();
    const address = (n: number): AddressKey => keyOf(Uint8Array.from({ length: 20 }, (_, i) => (i === 0 ? n : 7)));
    store.apply({ accounts: new Map(Array.from({ length: accounts }, (_, n) => [address(n), { nonce: 0, balance: 1000n }])), storage: new Map() });
    let state = 1;
    const random = (bound: number): number => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) % bound;
    const transactions = Array.from({ length: 10_000 }, (): Transaction => ({
      from: address(random(accounts)),
      to: address(random(accounts)),
      data: new Uint8Array(0),
      value: BigInt(random(300)),
      gasLimit: 21_000,
      gasPrice: 0n,
    }));
    const work = { state: store, registry: new Registry(), block, transactions };
    const serial = executeSerially(work);
    const parallel = executeOptimistically(work, { workers: 4 });
    assert.deepEqual(plain(parallel.changes.accounts), plain(serial.changes.accounts));
    assert.deepEqual(parallel.receipts.map(outcome), serial.receipts.map(outcome));
    let total = 0n;
    for (let n = 0; n < accounts; n++) total += (parallel.changes.accounts.get(address(n)) ?? store.account(address(n)))!.balance;
    assert.equal(total, 1000n * BigInt(accounts));
  });
