/** RLP, blooms and what blocks commit to, beside ethers and @ethereumjs/mpt. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createMPT } from "@ethereumjs/mpt";
import { bytesToHex } from "@ethereumjs/util";
import { encodeRlp, toBeArray, type RlpStructuredDataish } from "ethers";
import fc from "fast-check";
import { DevChain } from "../../../../runtime/node/chain/dev-chain.js";
import { blockSize } from "../../../../runtime/node/chain/block.js";
import { EMPTY_LIST_HASH, EMPTY_REQUESTS_HASH, ZERO_HASH } from "../../../../runtime/node/chain/header.js";
import { addToBloom, bloomMayHold, BLOOM_SIZE, joinBlooms } from "../../../../runtime/node/encoding/bloom.js";
import { dataHex, hexBytes, wordHex } from "../../../../runtime/node/encoding/hex.js";
import { minimalBytes, rlpBytes, rlpBytesSize, rlpInteger, rlpList, rlpListSize, rlpStrings } from "../../../../runtime/node/encoding/rlp.js";
import { RlpReader } from "../../../../runtime/node/encoding/rlp-reader.js";
import { EMPTY_ROOT } from "../../../../runtime/node/state/trie-nodes.js";
import { addressHex, addressKeyOfInt } from "../../../../runtime/store/keys.js";

/** Lengths on both sides of every form of a head. */
const lengths = fc.constantFrom(0, 1, 2, 54, 55, 56, 57, 255, 256, 257, 65_535, 65_536);
const anyBytes = fc.oneof(
  lengths.map((length) => new Uint8Array(length).fill(0x81)),
  fc.uint8Array({ maxLength: 300 }),
  fc.uint8Array({ minLength: 1, maxLength: 1 }),
);
const anyInteger = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }),
  fc.constantFrom(0n, 1n, 127n, 128n, 255n, 256n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n),
  fc.nat().map(BigInt),
);

describe("RLP", () => {
  it("writes byte strings and lists as ethers does, and knows their sizes", () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        assert.equal(dataHex(rlpBytes(bytes)), encodeRlp(bytes));
        assert.equal(rlpBytesSize(bytes), rlpBytes(bytes).length);
      }),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(fc.array(anyBytes, { maxLength: 4 }), fc.option(fc.constantFrom(1, 2), { nil: undefined }), (items, type) => {
        const encoded = items.map(rlpBytes);
        assert.equal(dataHex(rlpStrings(items)), encodeRlp(items));
        const list = rlpList(encoded, type);
        assert.equal(dataHex(list), `0x${type === undefined ? "" : `0${type}`}${encodeRlp(items).slice(2)}`);
        const content = encoded.reduce((sum, item) => sum + item.length, 0);
        assert.equal(rlpListSize(content), rlpList(encoded).length);
      }),
    );
  });

  it("writes integers without leading zeros, numbers as bigints, and reads them back", () => {
    fc.assert(
      fc.property(anyInteger, (value) => {
        assert.equal(dataHex(minimalBytes(value)), dataHex(toBeArray(value)));
        assert.equal(dataHex(rlpInteger(value)), encodeRlp(toBeArray(value)));
        assert.equal(RlpReader.list(rlpList([rlpInteger(value)])).integer(256), value);
        const number = Number(value);
        if (Number.isSafeInteger(number)) assert.deepEqual(rlpInteger(number), rlpInteger(value));
      }),
      { numRuns: 500 },
    );
  });
});

describe("Blooms", () => {
  it("of several logs hold what each holds", () => {
    const items = [1, 2, 3, 4].map((n) => Uint8Array.of(n));
    const blooms = items.map((item) => {
      const bloom = new Uint8Array(BLOOM_SIZE);
      addToBloom(bloom, item);
      return bloom;
    });
    const joined = joinBlooms(blooms);
    for (const [i, item] of items.entries()) {
      assert.ok(bloomMayHold(joined, item));
      assert.ok(!blooms.some((bloom, j) => j !== i && bloomMayHold(bloom, item)));
    }
    assert.deepEqual(joinBlooms([blooms[0]!]), blooms[0]);
    assert.deepEqual(joinBlooms([]), new Uint8Array(BLOOM_SIZE));
  });
});

describe("A block", () => {
  /** Transfers of both forms, legacy and EIP-1559, in blocks of a given number. */
  function chainOf(count: number): DevChain {
    const chain = new DevChain({ timestamp: 1_700_000_000, gasLimit: 30_000_000 });
    chain.setAutomine(false);
    const from = chain.wallet.addresses[0]!;
    for (let i = 0; i < count; i++) {
      const price = 3n * 10n ** 9n;
      const fees = { maxFeePerGas: price, maxPriorityFeePerGas: price };
      const fields = { chainId: 31_337n, nonce: i, to: addressKeyOfInt(BigInt(0xaa + i)), value: BigInt(i), data: new Uint8Array(i), gasLimit: 30_000, accessList: [] };
      chain.submit(chain.sign({ type: i % 2 === 0 ? 2 : 0, ...fields, ...fees }, from));
    }
    chain.mine();
    return chain;
  }

  it("has the header, the size and the roots that other encoders give", async () => {
    for (const count of [0, 1, 2, 130]) {
      const { header, receipts, size } = chainOf(count).chain.head;
      assert.equal(receipts.length, count);
      const integer = (value: number | bigint): string => dataHex(toBeArray(value));
      const fields: RlpStructuredDataish[] = [
        ...[header.parentHash, dataHex(EMPTY_LIST_HASH), addressHex(header.coinbase), dataHex(header.stateRoot), dataHex(header.transactionsRoot)],
        ...[dataHex(header.receiptsRoot), dataHex(header.logsBloom), integer(0), integer(header.number), integer(header.gasLimit), integer(header.gasUsed)],
        ...[integer(header.timestamp), "0x", wordHex(header.prevrandao), "0x0000000000000000", integer(header.baseFee), dataHex(EMPTY_ROOT)],
        ...[integer(0), integer(0), ZERO_HASH, dataHex(EMPTY_REQUESTS_HASH)],
      ];
      assert.equal(dataHex(header.encoded), encodeRlp(fields));

      const transactions = receipts.map(({ transaction }) => transaction);
      const inBlock = transactions.map(({ type, raw }) => (type === 0 ? raw : rlpBytes(raw)));
      const whole = rlpList([header.encoded, rlpList(inBlock), rlpList([]), rlpList([])]);
      assert.equal(size, whole.length);
      assert.equal(blockSize(header, receipts), whole.length);

      const [sent, received] = [await createMPT(), await createMPT()];
      for (const { index, transaction, success, cumulativeGas, bloom } of receipts) {
        const receipt = encodeRlp([integer(success ? 1 : 0), integer(cumulativeGas), dataHex(bloom), []]);
        const key = hexBytes(encodeRlp(integer(index)));
        await sent.put(key, transaction.raw);
        await received.put(key, hexBytes(transaction.type === 0 ? receipt : `0x0${transaction.type}${receipt.slice(2)}`));
      }
      assert.equal(dataHex(header.transactionsRoot), bytesToHex(sent.root()));
      assert.equal(dataHex(header.receiptsRoot), bytesToHex(received.root()));
    }
  });
});
