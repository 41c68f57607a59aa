/** Decoding, rules and the pool. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { decodeRlp, encodeRlp, getAddress, Transaction, Wallet, type TransactionLike } from "ethers";
import fc from "fast-check";
import { addressHex } from "../../../../runtime/store/keys.js";
import { dataHex, hexBytes } from "../../../../runtime/node/encoding/hex.js";
import { decodeTransaction } from "../../../../runtime/node/transactions/decode.js";
import { TransactionError, type NodeTransaction } from "../../../../runtime/node/transactions/transaction.js";
import { TransactionPool } from "../../../../runtime/node/transactions/pool.js";
import { DevChain } from "../../../../runtime/node/chain/dev-chain.js";

const KEY = "0x" + "11".repeat(32);
const wallet = new Wallet(KEY);
const TO = "0x00000000000000000000000000000000000000aa";
const GWEI = 10n ** 9n;

function signed(fields: TransactionLike = {}, key = wallet): string {
  const transaction = Transaction.from({ type: 2, chainId: 31337n, nonce: 0, to: TO, gasLimit: 21_000n, maxFeePerGas: 2n * GWEI, maxPriorityFeePerGas: GWEI, ...fields });
  transaction.signature = key.signingKey.sign(transaction.unsignedHash);
  return transaction.serialized;
}

function decode(fields: TransactionLike = {}, key = wallet): NodeTransaction {
  return decodeTransaction(hexBytes(signed(fields, key)), 31337n);
}

const LEGACY = { type: 0, gasPrice: 2n * GWEI, maxFeePerGas: null, maxPriorityFeePerGas: null };

describe("decoding transactions", () => {
  it("reads the three types as ethers writes them and finds their senders", () => {
    for (const fields of [
      {},
      LEGACY,
      { ...LEGACY, chainId: 0n },
      { ...LEGACY, type: 1, accessList: [{ address: TO, storageKeys: ["0x" + "01".repeat(32)] }] },
      { to: null, data: "0x00ff" },
    ]) {
      const raw = signed(fields);
      const decoded = decodeTransaction(hexBytes(raw), 31337n);
      assert.equal(addressHex(decoded.from), wallet.address.toLowerCase());
      assert.equal(decoded.hash, Transaction.from(raw).hash);
    }
  });

  it("refuses what it does not understand", () => {
    const refused = (raw: string, message: RegExp): void => {
      assert.throws(
        () => decodeTransaction(hexBytes(raw), 31337n),
        (e) => e instanceof TransactionError && message.test(e.message),
        raw.slice(0, 80),
      );
    };
    refused("0x", /empty/);
    refused("0x03c0", /type not supported: 3/);
    refused("0x04c0", /type not supported: 4/);
    refused("0x02", /cannot be decoded/);
    refused("0xc0", /cannot be decoded/);
    refused(signed({ chainId: 1n }), /invalid chain id for signer: have 1 want 31337/);
    refused(Transaction.from({ type: 2, chainId: 31337n, to: TO, gasLimit: 21_000n }).unsignedSerialized, /not signed/);
    refused(signed() + "00", /cannot be decoded/);
    for (let cut = 4; cut < signed().length; cut += 20) refused(signed().slice(0, cut), /cannot be decoded|not signed|empty|invalid/);
  });

  it("refuses signatures with a high s", () => {
    const raw = signed();
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
    const s = raw.slice(-64);
    const flipped = raw.slice(0, -64) + (order - BigInt("0x" + s)).toString(16).padStart(64, "0");
    assert.throws(() => decodeTransaction(hexBytes(flipped), 31337n), TransactionError);
  });
});

describe("decoding any bytes", () => {
  const big = fc.bigInt({ min: 0n, max: 2n ** 100n });
  const bytes = (length: number): fc.Arbitrary<string> => fc.uint8Array({ minLength: length, maxLength: length }).map((b) => "0x" + Buffer.from(b).toString("hex"));
  const fields = fc.record({
    type: fc.constantFrom(0, 1, 2),
    nonce: fc.nat(),
    to: fc.option(bytes(20)),
    value: big,
    gasLimit: fc.bigInt({ min: 0n, max: 2n ** 40n }),
    data: fc.uint8Array({ maxLength: 300 }).map((b) => "0x" + Buffer.from(b).toString("hex")),
    price: big,
    list: fc.array(fc.record({ address: bytes(20), storageKeys: fc.array(bytes(32), { maxLength: 3 }) }), { maxLength: 3 }),
  });
  const raw = fields.map(({ price, list, to, ...rest }) =>
    signed({
      ...rest,
      to: to === null ? null : getAddress(to),
      ...(rest.type === 2 ? { maxFeePerGas: price, maxPriorityFeePerGas: price / 2n } : { gasPrice: price, maxFeePerGas: null, maxPriorityFeePerGas: null }),
      ...(rest.type !== 0 && { accessList: list.map((entry) => ({ ...entry, address: getAddress(entry.address) })) }),
    }),
  );

  it("reads what ethers reads", () => {
    fc.assert(
      fc.property(raw, (text) => {
        const [ours, theirs] = [decodeTransaction(hexBytes(text), 31337n), Transaction.from(text)];
        assert.equal(addressHex(ours.from), theirs.from!.toLowerCase());
        assert.deepEqual(
          [ours.nonce, ours.to && addressHex(ours.to), ours.value, BigInt(ours.gasLimit), dataHex(ours.data), ours.hash, ours.maxFeePerGas],
          [theirs.nonce, theirs.to?.toLowerCase(), theirs.value, theirs.gasLimit, theirs.data, theirs.hash, theirs.maxFeePerGas ?? theirs.gasPrice],
        );
        assert.deepEqual(
          ours.accessList,
          (theirs.accessList ?? []).map((e) => ({ address: e.address.toLowerCase(), storageKeys: e.storageKeys })),
        );
      }),
      { numRuns: 40 },
    );
  });

  it("refuses, or reads what an encoder writes", () => {
    fc.assert(
      fc.property(raw, fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 3 }), (text, flips) => {
        const bytes = hexBytes(text);
        for (const [at, by] of flips) bytes[at % bytes.length]! ^= by;
        let decoded: NodeTransaction;
        try {
          decoded = decodeTransaction(bytes, 31337n);
        } catch (error) {
          assert.ok(error instanceof TransactionError, String(error));
          return;
        }
        const list = decoded.type === 0 ? bytes : bytes.subarray(1);
        assert.equal(encodeRlp(decodeRlp(list)), dataHex(list), "an encoder writes other bytes");
      }),
      { numRuns: 300 },
    );
  });
});

describe("the pool", () => {
  it("replaces only for a tenth more, of both prices", () => {
    const pool = new TransactionPool(() => 0);
    const first = decode();
    pool.add(first);
    assert.throws(() => pool.add(first), /already known/);
    assert.throws(() => pool.add(decode({ maxFeePerGas: 3n * GWEI })), /replacement transaction underpriced/);
    assert.throws(() => pool.add(decode({ maxPriorityFeePerGas: 2n * GWEI })), /replacement transaction underpriced/);
    const better = decode({ maxFeePerGas: (22n * GWEI) / 10n, maxPriorityFeePerGas: (11n * GWEI) / 10n });
    pool.add(better);
    assert.equal(pool.size, 1);
    assert.equal(pool.get(first.hash), undefined);
  });

  it("orders by tip, each sender's by nonce, and leaves gaps alone", () => {
    const other = new Wallet("0x" + "22".repeat(32));
    const pool = new TransactionPool(() => 0);
    const cheap = [decode({ nonce: 0 }), decode({ nonce: 1, maxFeePerGas: 9n * GWEI, maxPriorityFeePerGas: 9n * GWEI }), decode({ nonce: 3 })];
    const dear = decode({ maxFeePerGas: 5n * GWEI, maxPriorityFeePerGas: 5n * GWEI }, other);
    for (const t of [...cheap, dear]) pool.add(t);
    const order: NodeTransaction[] = [];
    pool.select(0n, (t) => order.push(t) > 0);
    assert.deepEqual(
      order.map((t) => t.hash),
      [dear, cheap[0]!, cheap[1]!].map((t) => t.hash),
    );
    const { pending, queued } = pool.content();
    assert.equal([...pending.values()].flat().length, 3);
    assert.equal([...queued.values()].flat().length, 1);
    const none: NodeTransaction[] = [];
    pool.select(10n * GWEI, (t) => none.push(t) > 0);
    assert.equal(none.length, 0);
  });

  it("is bounded in all and for a sender", () => {
    const pool = new TransactionPool(() => 0, { total: 3, perSender: 2, bytes: 10_000 });
    pool.add(decode({ nonce: 0 }));
    pool.add(decode({ nonce: 1 }));
    assert.throws(() => pool.add(decode({ nonce: 2 })), /full: the sender/);
    const small = new TransactionPool(() => 0, { total: 3, perSender: 2, bytes: 50 });
    assert.throws(() => small.add(decode()), /txpool is full/);
    const one = new TransactionPool(() => 0, { total: 1, perSender: 9, bytes: 10_000 });
    one.add(decode());
    assert.throws(() => one.add(decode({ nonce: 1 })), /txpool is full/);
    one.add(decode({ maxFeePerGas: 4n * GWEI, maxPriorityFeePerGas: 2n * GWEI }));
  });
});

describe("the rules for a transaction", () => {
  const chain = new DevChain({ timestamp: 1_700_000_000 });
  const sender = wallet.address.toLowerCase();
  const submit = (fields: TransactionLike = {}): string => chain.submit(decode(fields));

  it("refuses what cannot be paid or run, with go-ethereum's words", () => {
    assert.throws(() => submit(), /insufficient funds for gas \* price \+ value/);
    chain.setAccount(decode().from, { balance: 10n ** 18n });
    assert.throws(() => submit({ gasLimit: 20_999n }), /intrinsic gas too low: have 20999, want 21000/);
    assert.throws(() => submit({ gasLimit: 30_000_001n }), /exceeds block gas limit/);
    assert.throws(() => submit({ maxFeePerGas: 1n, maxPriorityFeePerGas: 1n }), new RegExp(`max fee per gas less than block base fee: address ${sender}`));
    assert.throws(() => submit({ maxPriorityFeePerGas: 3n * GWEI }), /(max )?priority ?fee/i);
    assert.throws(() => submit({ nonce: 5000 }), /nonce too high/);
    assert.throws(() => submit({ to: null, data: "0x6080604052", gasLimit: 1_000_000n }), /EVM bytecode does not run here/);
  });

  it("charges value and fees, burns the base fee and pays the tip", () => {
    const hash = submit({ value: 5n });
    const { receipt, block } = chain.chain.find(hash as `0x${string}`)!;
    assert.equal(receipt.success, true);
    const balance = chain.chain.backend.head.account(decode().from)!.balance;
    assert.equal(balance, 10n ** 18n - 5n - 21_000n * receipt.gasPrice);
    assert.equal(chain.chain.backend.head.account(block.header.coinbase)!.balance, 21_000n * (receipt.gasPrice - block.header.baseFee));
    assert.throws(() => submit({ value: 5n }), /already known/);
    assert.throws(() => submit({ value: 6n }), /nonce too low: next nonce 1, tx nonce 0/);
  });

  it("holds transactions of one sender to what the sender has", () => {
    chain.setAutomine(false);
    submit({ nonce: 1, value: 6n * 10n ** 17n });
    assert.throws(() => submit({ nonce: 2, value: 6n * 10n ** 17n }), /insufficient funds.*queued cost/);
    chain.setAutomine(true);
    assert.equal(chain.pool.size, 0);
    chain.close();
  });
});
