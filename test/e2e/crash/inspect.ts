/** Opens the state that a killed node left, and checks that it is a whole chain in which nothing that was answered is missing. */
import assert from "node:assert/strict";
import { openChain } from "../../../runtime/node/chain/chain-store.js";
import { StateTrie } from "../../../runtime/node/state/state-trie.js";
import { StoredView } from "../../../runtime/node/state/durable-backend.js";
import { dataHex, type Hex } from "../../../runtime/node/encoding/hex.js";
import { openLmdb } from "../../../runtime/store/durable/lmdb-kv.js";
import { addressKey, intOfLittleEndian, slotKey } from "../../../runtime/store/keys.js";
import type { Heard } from "./client.js";

export interface Found {
  readonly height: number;
  readonly transactions: number;
  readonly increments: number;
}

/**
 * @param supply Wei of the genesis accounts together.
 * @param totals Sums over the blocks that were checked before, carried on.
 */
export async function inspectState(folder: string, heard: Heard, counter: string, supply: bigint, totals: { burnt: bigint; increments: number; next: number }): Promise<Found> {
  const store = openLmdb(folder);
  try {
    const { archive, backend } = openChain(store, { history: Number.POSITIVE_INFINITY, chainId: 31_337n });
    let transactions = 0;
    for (; totals.next <= archive.height; totals.next++) {
      const block = archive.block(totals.next);
      assert.ok(block, `block ${totals.next} of ${archive.height} is there`);
      assert.equal(archive.numberOf(block.header.hash), totals.next);
      if (totals.next > 0) assert.equal(block.header.parentHash, archive.block(totals.next - 1)!.header.hash);
      totals.burnt += block.header.baseFee * BigInt(block.header.gasUsed);
      transactions += block.receipts.length;
      for (const { transaction, index, success } of block.receipts) {
        assert.equal(success, true);
        assert.deepEqual(archive.place(transaction.hash), { number: totals.next, index });
        if (transaction.to === addressKey(counter)) totals.increments++;
      }
    }
    assert.ok(archive.height >= heard.height, `the newest block is ${archive.height}, of ${heard.height} was told`);
    for (const hash of heard.hashes) assert.ok(archive.place(hash as Hex), `the answered transaction ${hash} is there`);
    for (const [hash, blockHash] of heard.receipts) assert.equal(archive.block(archive.place(hash as Hex)!.number)!.header.hash, blockHash);
    const head = archive.block(archive.height)!;
    const state = backend.view();
    assert.ok(state instanceof StoredView);
    const everything = state.trie.everything();
    assert.equal(dataHex(StateTrie.empty.apply(everything).root), dataHex(head.header.stateRoot), "the state's root, computed anew, is the header's");
    let sum = totals.burnt;
    for (const account of everything.accounts.values()) sum += account?.balance ?? 0n;
    assert.equal(sum, supply, "no wei came or went");
    assert.equal(intOfLittleEndian(backend.head.storage(addressKey(counter), slotKey(0n)) ?? new Uint8Array(32)), BigInt(totals.increments));
    return { height: archive.height, transactions, increments: totals.increments };
  } finally {
    await store.close();
  }
}
