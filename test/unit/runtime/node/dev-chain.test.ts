/** Blocks, headers, snapshots and time. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { encodeRlp, keccak256, Transaction } from "ethers";
import { addressKeyOfInt } from "../../../../runtime/store/keys.js";
import { dataHex } from "../../../../runtime/node/encoding/hex.js";
import { DevChain } from "../../../../runtime/node/chain/dev-chain.js";
import { nextBaseFee } from "../../../../runtime/node/chain/header.js";
import { bloomMayHold, addToBloom, BLOOM_SIZE } from "../../../../runtime/node/encoding/bloom.js";
import type { NodeTransaction, UnsignedTransaction } from "../../../../runtime/node/transactions/transaction.js";

const GWEI = 10n ** 9n;

function transfer(chain: DevChain, change: Partial<UnsignedTransaction> = {}, from = chain.wallet.addresses[0]!): NodeTransaction {
  const base: UnsignedTransaction = {
    type: 2,
    chainId: 31337n,
    nonce: chain.pool.pendingNonce(from),
    to: addressKeyOfInt(0xaan),
    value: 1n,
    data: new Uint8Array(0),
    gasLimit: 21_000,
    maxFeePerGas: 3n * GWEI,
    maxPriorityFeePerGas: GWEI,
    accessList: [],
  };
  return chain.sign({ ...base, ...change }, from);
}

describe("DevChain", () => {
  it("derives the accounts that development nodes share", () => {
    const chain = new DevChain({ accounts: 2 });
    assert.equal(chain.wallet.revealKey(chain.wallet.addresses[0]!), "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");
    assert.equal(chain.wallet.addresses.length, 2);
  });

  it("chains headers by their hashes", () => {
    const chain = new DevChain({ timestamp: 1_700_000_000 });
    chain.submit(transfer(chain));
    const [genesis, first] = [chain.chain.block(0)!.header, chain.chain.block(1)!.header];
    assert.equal(first.parentHash, genesis.hash);
    assert.equal(first.hash, keccak256(first.encoded));
    assert.equal(first.gasUsed, 21_000);
    assert.deepEqual(Buffer.from(first.stateRoot), Buffer.from(chain.chain.state.root));
    assert.notDeepEqual(first.stateRoot, genesis.stateRoot);
    const { receipt } = chain.chain.find(chain.chain.head.receipts[0]!.transaction.hash)!;
    assert.equal(Transaction.from(dataHex(receipt.transaction.raw)).hash, receipt.transaction.hash);
  });

  it("commits to one transaction as a leaf of its own", () => {
    const chain = new DevChain({ timestamp: 1_700_000_000 });
    chain.submit(transfer(chain));
    const { header, receipts } = chain.chain.head;
    // rlp(0) = 0x80: the leaf's path is 8, 0 with the flag 0x20.
    assert.equal(dataHex(header.transactionsRoot), keccak256(encodeRlp(["0x2080", dataHex(receipts[0]!.transaction.raw)])));
    const receipt = "0x02" + encodeRlp(["0x01", "0x5208", "0x" + "00".repeat(256), []]).slice(2);
    assert.equal(dataHex(header.receiptsRoot), keccak256(encodeRlp(["0x2080", receipt])));
  });

  it("is deterministic: equal transactions give equal hashes", () => {
    const run = (): string => {
      const chain = new DevChain({ timestamp: 1_700_000_000 });
      for (let i = 0; i < 3; i++) {
        chain.clock.setNext(1_700_000_010 + i);
        chain.submit(transfer(chain, { value: BigInt(i) }));
      }
      return chain.chain.head.header.hash;
    };
    assert.equal(run(), run());
  });

  it("puts what waits into one block, within its gas limit", () => {
    const chain = new DevChain({ gasLimit: 60_000 });
    chain.setAutomine(false);
    const hashes = [0, 1, 2].map(() => chain.submit(transfer(chain)));
    assert.equal(chain.mine().receipts.length, 2);
    assert.deepEqual(
      chain.mine().receipts.map((r) => r.transaction.hash),
      hashes.slice(2),
    );
    assert.equal(chain.chain.find(hashes[1]!)!.receipt.cumulativeGas, 42_000);
  });

  it("with automine leaves nothing waiting that fits a block", () => {
    const chain = new DevChain({ gasLimit: 60_000 });
    const [first, second] = chain.wallet.addresses as [string, string];
    chain.setAutomine(false);
    const hashes = Array.from({ length: 5 }, () => chain.submit(transfer(chain)));
    const large = chain.submit(transfer(chain, { gasLimit: 50_000 }, second));
    chain.chain.gasLimit = 45_000;
    chain.setAutomine(true);
    assert.ok(hashes.every((hash) => chain.chain.find(hash)));
    assert.deepEqual([chain.chain.height, chain.pool.size], [3, 1], "one that no block has room for stays and makes no blocks");
    assert.ok(chain.pool.get(large));
    // Those behind a gap, when it closes.
    const next = chain.nonce(first);
    const late = [3, 2, 1].map((n) => chain.submit(transfer(chain, { nonce: next + n })));
    assert.equal(chain.chain.height, 3);
    chain.submit(transfer(chain, { nonce: next }));
    assert.ok(late.every((hash) => chain.chain.find(hash)));
    assert.deepEqual([chain.chain.height, chain.pool.size], [5, 1]);
  });

  it("goes back to snapshots, with state, blocks and pool", () => {
    const chain = new DevChain();
    const root = dataHex(chain.chain.state.root);
    const before = chain.snapshot();
    const hash = chain.submit(transfer(chain));
    const after = chain.snapshot();
    assert.equal(chain.revert(before), true);
    assert.equal(chain.revert(after), false, "later snapshots are gone");
    assert.equal(chain.revert(before), false, "a snapshot serves once");
    assert.equal(chain.chain.height, 0);
    assert.equal(chain.chain.find(hash), undefined);
    assert.equal(dataHex(chain.chain.state.root), root);
    assert.equal(chain.nonce(chain.wallet.addresses[0]!), 0);
    chain.submit(transfer(chain));
    assert.equal(chain.chain.height, 1);
  });

  it("lets time only go up", () => {
    const chain = new DevChain({ timestamp: Math.floor(Date.now() / 1000) + 1000 });
    const genesis = chain.chain.head.header.timestamp;
    assert.equal(chain.mine().header.timestamp, genesis + 1);
    chain.clock.setNext(genesis + 500);
    assert.equal(chain.mine().header.timestamp, genesis + 500);
    chain.clock.setInterval(7);
    assert.equal(chain.mine().header.timestamp, genesis + 507);
  });

  it("sends for impersonated accounts only", () => {
    const chain = new DevChain();
    const stranger = addressKeyOfInt(0x1234n);
    assert.throws(() => transfer(chain, {}, stranger), /unknown account/);
    chain.setAccount(stranger, { balance: 10n ** 18n });
    chain.impersonated.add(stranger);
    const hash = chain.submit(transfer(chain, {}, stranger));
    assert.equal(chain.chain.find(hash)!.receipt.success, true);
  });

  it("begins anew, however long ago that was", () => {
    const chain = new DevChain({ history: 2 });
    const genesis = chain.chain.head.header.hash;
    const root = Buffer.from(chain.chain.state.root).toString("hex");
    const sender = chain.wallet.addresses[0]!;
    chain.snapshot();
    chain.submit(transfer(chain));
    for (let i = 0; i < 5; i++) chain.mine();
    chain.impersonated.add(sender);
    assert.equal(chain.reset(), true);
    assert.equal(chain.chain.height, 0);
    assert.equal(chain.chain.head.header.hash, genesis);
    assert.equal(Buffer.from(chain.chain.state.root).toString("hex"), root);
    assert.deepEqual([chain.nonce(sender), chain.impersonated.size, chain.revert(0)], [0, 0, false]);
    assert.equal(chain.chain.find(chain.submit(transfer(chain)))!.receipt.success, true);
    assert.equal(chain.reset(), true);
    assert.equal(chain.chain.height, 0);
  });

  it("keeps only the newest states", () => {
    const chain = new DevChain({ history: 3 });
    for (let i = 0; i < 5; i++) chain.mine();
    assert.deepEqual(
      [0, 1, 2, 3, 4, 5].map((n) => chain.chain.block(n)!.state !== undefined),
      [false, false, false, true, true, true],
    );
  });
});

describe("base fee (EIP-1559)", () => {
  const parent = new DevChain().chain.head.header;
  const next = (gasUsed: number, baseFee = 1_000_000_000n): bigint => nextBaseFee({ ...parent, gasLimit: 20_000_000, gasUsed, baseFee });

  it("follows the examples of go-ethereum's tests", () => {
    assert.equal(next(10_000_000), 1_000_000_000n);
    assert.equal(next(9_000_000), 987_500_000n);
    assert.equal(next(11_000_000), 1_012_500_000n);
    assert.equal(next(20_000_000, 1n), 2n);
  });
});

describe("bloom filters", () => {
  it("hold what was added", () => {
    const bloom = new Uint8Array(BLOOM_SIZE);
    const item = Buffer.from("095e7baea6a6c7c4c2dfeb977efac326af552d87", "hex");
    assert.equal(bloomMayHold(bloom, item), false);
    addToBloom(bloom, item);
    assert.equal(bloomMayHold(bloom, item), true);
    assert.equal(bloom.reduce((n, b) => n + b.toString(2).replace(/0/g, "").length, 0) <= 3, true);
  });
});
