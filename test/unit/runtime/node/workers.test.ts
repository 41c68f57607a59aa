/** Blocks of many transactions: the same block whether they run one by one, in rounds or on several threads. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { sharedExecutorState, SerialExecutor, executeOne, type BlockExecutor } from "../../../../runtime/executor/block-executor.js";
import { ParallelExecutor } from "../../../../runtime/executor/parallel/parallel-executor.js";
import { BlockBuilder, executorTransaction } from "../../../../runtime/node/chain/block-builder.js";
import { DevChain } from "../../../../runtime/node/chain/dev-chain.js";
import { effectiveGasPrice, highestCost, type NodeTransaction, type UnsignedTransaction } from "../../../../runtime/node/transactions/transaction.js";
import { addressHex, type AddressKey } from "../../../../runtime/store/keys.js";
import { SharedState } from "../../../../runtime/store/shared/state.js";
import { artifact, bytes, codeOf } from "../executor/setup.js";
import { BLOCK } from "../parallel/world.js";
import { Interface } from "ethers";

const GWEI = 10n ** 9n;
const coin = new Interface(artifact("Coin").abi);
const odd = new Interface(artifact("Odd").abi);

function unsigned(nonce: number, to: AddressKey | undefined, data: Uint8Array, change: Partial<UnsignedTransaction> = {}): UnsignedTransaction {
  return { type: 2, chainId: 31337n, nonce, to, value: 0n, data, gasLimit: 200_000, maxFeePerGas: 20n * GWEI, maxPriorityFeePerGas: GWEI, accessList: [], ...change };
}

/** Sends transactions of all kinds from all accounts and mines them; the hashes of the blocks. */
async function chainOf(workers: number): Promise<{ readonly hashes: string[]; readonly chain: DevChain }> {
  const chain = new DevChain({ workers, alwaysParallel: true, timestamp: 1_700_000_000, gasLimit: 15_000_000 });
  const { addresses } = chain.wallet;
  let time = 1_700_000_000;
  const { executor } = chain.chain;
  if (executor instanceof ParallelExecutor) await executor.ready();
  chain.chain.coinbase = addresses[9]!;
  const submit = (from: AddressKey, to: AddressKey | undefined, data: Uint8Array, change: Partial<UnsignedTransaction> = {}): void =>
    void chain.submit(chain.sign(unsigned(chain.pool.pendingNonce(from), to, data, change), from));
  const deploy = (name: string): AddressKey => {
    chain.clock.setNext(++time);
    submit(addresses[0]!, undefined, codeOf(name), { gasLimit: 5_000_000 });
    return chain.chain.head.receipts[0]!.created!;
  };
  const [coinAt, oddAt] = [deploy("Coin"), deploy("Odd")];
  chain.setAutomine(false);
  const hashes: string[] = [];
  const snapshot = chain.snapshot();
  for (let round = 0; round < 4; round++) {
    for (let i = 0; i < 90; i++) {
      const from = addresses[i % 10]!;
      const to = addressHex(addresses[(i * 7 + round) % 10]!);
      if (i % 15 === 14) submit(from, oddAt, bytes(odd.encodeFunctionData(i % 2 === 0 ? "tip" : "look")), { value: i % 2 === 0 ? 5n : 0n });
      else if (i % 11 === 10) submit(from, addresses[(i + 3) % 10], new Uint8Array(0), { value: GWEI, gasLimit: 21_000 });
      else submit(from, coinAt, bytes(coin.encodeFunctionData(round === 0 ? "mint" : "transfer", [to, 3 + i])));
    }
    if (round === 1) chain.setAccount(addresses[4]!, { balance: 10n ** 17n });
    chain.mine(++time);
    hashes.push(chain.chain.head.header.hash);
    while (chain.pool.size > 0 && chain.mine(++time).receipts.length > 0) hashes.push(chain.chain.head.header.hash);
    if (round === 2) {
      assert.ok(chain.revert(snapshot));
      hashes.push(chain.chain.head.header.hash);
    }
  }
  chain.close();
  return { hashes, chain };
}

test("a chain mines the same blocks with 1, 2 and 4 workers", async () => {
  const serial = await chainOf(1);
  assert.ok(serial.chain.chain.executor instanceof SerialExecutor);
  assert.ok(serial.hashes.length >= 5);
  for (const workers of [2, 4]) {
    const { hashes, chain } = await chainOf(workers);
    assert.deepEqual(hashes, serial.hashes);
    const { executor } = chain.chain;
    assert.ok(executor instanceof ParallelExecutor);
    assert.ok(executor.statistics.parallelBlocks > 2);
    assert.equal(executor.statistics.abandonedBlocks, 0);
  }
});

const account = (n: number): AddressKey => String.fromCharCode(0x41 + n).repeat(20);

/** Three accounts with little money that send each other some, with nonces (0: the next one) and gas limits that do not always fit. */
const anyTransaction = fc.record({
  from: fc.nat(2),
  to: fc.nat(3),
  nonce: fc.constantFrom(0, 0, 0, 0, 1),
  value: fc.nat(400_000),
  gasLimit: fc.constantFrom(21_000, 30_000, 60_000),
});

function transactionOf({ from, to, nonce, value, gasLimit }: { from: number; to: number; nonce: number; value: number; gasLimit: number }): NodeTransaction {
  const base = unsigned(nonce, account(to), new Uint8Array(0), { value: BigInt(value), gasLimit, maxFeePerGas: 8n, maxPriorityFeePerGas: 1n });
  return { ...base, hash: "0x", from: account(from), raw: new Uint8Array(0), r: 1n, s: 1n, yParity: 0, isImpersonated: false };
}

test("rounds take and run what looking at each transaction by itself does", () => {
  const settings = { gasLimit: 150_000, baseFee: 7n, coinbase: account(3) };
  const start = { accounts: new Map([0, 1, 2].map((n) => [account(n), { nonce: 0, balance: 500_000n + 100_000n * BigInt(n) }])), storage: new Map() };
  let taken = 0;
  let rounds = 0;
  fc.assert(
    fc.property(fc.array(anyTransaction, { maxLength: 14 }), (list) => {
      const next = [0, 0, 0];
      const offered = list.map((t) => transactionOf({ ...t, nonce: t.nonce + next[t.from]!++ }));
      const [one, many] = [SharedState.create({ codeBytes: 1024 }), SharedState.create({ codeBytes: 1024 })];
      for (const state of [one, many]) state.apply(start);
      const [oneState, manyState] = [sharedExecutorState(one), sharedExecutorState(many)];
      const expected: [NodeTransaction, boolean, number][] = [];
      let gasLeft = settings.gasLimit;
      for (const transaction of offered) {
        const sender = one.account(transaction.from);
        if (transaction.gasLimit > gasLeft || (sender?.nonce ?? 0) !== transaction.nonce || (sender?.balance ?? 0n) < highestCost(transaction)) continue;
        const receipt = executeOne(oneState, { block: BLOCK, fees: settings }, executorTransaction(transaction, effectiveGasPrice(transaction, settings.baseFee)));
        oneState.commit(receipt.changes, receipt.modules);
        gasLeft -= receipt.gasUsed;
        expected.push([transaction, receipt.success, receipt.gasUsed]);
      }
      const serial = new SerialExecutor(manyState);
      const executor: BlockExecutor = {
        run: (input) => (rounds++, serial.run(input)),
        changed: () => undefined,
        reset: () => undefined,
        close: () => serial.close(),
      };
      const builder = new BlockBuilder(() => many, executor, BLOCK, settings);
      for (const transaction of offered) builder.take(transaction);
      const receipts = builder.finish();
      assert.deepEqual(
        receipts.map((r) => [r.transaction, r.success, r.gasUsed]),
        expected,
      );
      for (let n = 0; n < 4; n++) assert.deepEqual(many.account(account(n)), one.account(account(n)));
      taken += receipts.length;
    }),
    { numRuns: 300 },
  );
  assert.ok(taken > rounds, `${taken} transactions in ${rounds} rounds`);
});
