/** Records of blocks whose bits changed on the medium: none is taken for a block, and a node that meets one stops. */
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { MemoryArchive } from "../../../../runtime/node/chain/archive.js";
import { decodeBlock, encodeBlock } from "../../../../runtime/node/chain/block-codec.js";
import { ZERO_HASH } from "../../../../runtime/node/chain/header.js";
import type { Block } from "../../../../runtime/node/chain/block.js";
import { startNode, type RunningNode } from "../../../../runtime/node/node.js";
import { hashKey, numberKey, PREFIX } from "../../../../runtime/node/state/layout.js";
import { WatchedArchive } from "../../../../runtime/node/watched-archive.js";
import { StateError } from "../../../../runtime/store/durable/kv.js";
import { openStore } from "../../../../runtime/store/durable/open.js";
import { client, desk, DESK_CREATION, type Json } from "./client.js";

/** Of the seal, and of the checksum behind it. */
const SEAL_BYTES = 8;

function isDamage(error: unknown): boolean {
  return error instanceof StateError && error.kind === "corrupt" && error.hint === "restore a checkpoint";
}

let blocks: Block[];

before(async () => {
  const c = await client();
  const at = await c.deploy(DESK_CREATION);
  await c.send(at, desk.encodeFunctionData("keep", [1n]));
  blocks = [0, 1, 2].map((number) => c.node.chain.block(number)!);
  c.close();
});

describe("the record of a block", () => {
  it("tells of each bit that changed, and of each byte that is gone", () => {
    const record = encodeBlock(blocks[2]!);
    assert.deepEqual({ ...decodeBlock(record, undefined), receipts: [] }, { ...blocks[2], receipts: [], state: undefined });
    for (let bit = 0; bit < 8 * record.length; bit++) {
      const changed = Uint8Array.from(record);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      assert.throws(() => decodeBlock(changed, undefined), isDamage, `bit ${bit}`);
    }
    for (let length = 0; length < record.length; length++)
      if (length !== record.length - SEAL_BYTES) assert.throws(() => decodeBlock(record.subarray(0, length), undefined), isDamage, `${length} bytes`);
    assert.throws(() => decodeBlock(Uint8Array.of(...record, 0), undefined), isDamage);
    // The highest bits of two words: sums that only multiply and add miss such a pair.
    for (let at = 3; at + 4 < record.length - SEAL_BYTES; at += 4) {
      const changed = Uint8Array.from(record);
      changed[at]! ^= 0x80;
      changed[at + 4]! ^= 0x80;
      assert.throws(() => decodeBlock(changed, undefined), isDamage, `byte ${at}`);
    }
  });

  it("without a checksum, as earlier versions wrote it, is read, and fails in no other way", () => {
    const record = encodeBlock(blocks[2]!);
    const earlier = record.subarray(0, -SEAL_BYTES);
    assert.deepEqual(encodeBlock(decodeBlock(earlier, undefined)), record);
    for (let bit = 0; bit < 8 * earlier.length; bit++) {
      const changed = Uint8Array.from(earlier);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      try {
        decodeBlock(changed, undefined);
      } catch (error) {
        assert.ok(isDamage(error), `bit ${bit}: ${String(error)}`);
      }
    }
  });
});

describe("a watched archive", () => {
  it("tells of what is not where it should be", () => {
    const [genesis, first, second] = blocks as [Block, Block, Block];
    const hash = second.receipts[0]!.transaction.hash;
    class Wrong extends MemoryArchive {
      override block(number: number): Block | undefined {
        return [genesis, undefined, first][number];
      }

      override numberOf(): number {
        return 0;
      }

      override place(): { number: number; index: number } {
        return { number: 0, index: 3 };
      }
    }
    const told: StateError[] = [];
    const inner = new Wrong(10);
    for (const block of blocks) inner.append(block);
    const archive = new WatchedArchive(inner, "here", (error) => told.push(error));
    assert.equal(archive.block(0), genesis);
    assert.deepEqual([archive.block(3), archive.block(-1), archive.block(0.5)], [undefined, undefined, undefined]);
    assert.equal(archive.numberOf(genesis.header.hash), 0);
    for (const [read, message] of [
      [() => archive.block(1), /^here is damaged: block 1 is not there$/],
      [() => archive.block(2), /^here is damaged: what is kept as block 2 is another$/],
      [() => archive.numberOf(ZERO_HASH), /^here is damaged: block 0 does not have the hash/],
      [() => archive.place(hash), /^here is damaged: block 0 does not hold the transaction/],
    ] as const)
      assert.throws(read, (error: unknown) => isDamage(error) && message.test((error as Error).message) && told.splice(0).length === 1 && told.length === 0);
  });
});

describe("a node", () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "supervm-damage-"));
  let hash: string;
  let healthy: Uint8Array;
  after(() => fs.rmSync(folder, { recursive: true }));

  const start = (): Promise<RunningNode> => startNode({ port: 0, state: { location: folder } });
  const rpc = async (node: RunningNode, method: string, ...params: unknown[]): Promise<Json> =>
    JSON.parse(await node.dispatcher.handle(JSON.stringify({ jsonrpc: "2.0", id: 1, method, params })));

  before(async () => {
    const node = await start();
    const from = (await rpc(node, "eth_accounts")).result[0];
    hash = (await rpc(node, "eth_sendTransaction", { from, data: DESK_CREATION })).result;
    const to = (await rpc(node, "eth_getTransactionReceipt", hash)).result.contractAddress;
    for (let i = 0; i < 2; i++) await rpc(node, "eth_sendTransaction", { from, to, data: desk.encodeFunctionData("keep", [1n]) });
    await node.close();
    const store = await openStore(folder);
    healthy = Uint8Array.from(store.get(numberKey(PREFIX.BLOCK, 2))!);
    await store.close();
  });

  /** Puts a record in the place of one, opens the node, and asks. */
  async function meets(key: Uint8Array, value: Uint8Array | undefined, ask: (node: RunningNode) => Promise<Json>): Promise<void> {
    const store = await openStore(folder);
    const before = Uint8Array.from(store.get(key)!);
    await store.write([{ key, value }]);
    await store.close();
    const node = await start();
    const { error, result } = await ask(node).catch((failure: unknown) => ({ error: failure, result: undefined }));
    assert.equal(result, undefined);
    assert.ok(error);
    await assert.rejects(node.lost!, (lost: unknown) => isDamage(lost) && /damaged/.test((lost as Error).message));
    await node.close().catch(() => undefined);
    const again = await openStore(folder);
    await again.write([{ key, value: before }]);
    await again.close();
  }

  it("stops where a block's record decodes wrongly, is gone, or is another's", { timeout: 60_000 }, async () => {
    const key = numberKey(PREFIX.BLOCK, 2);
    const logs = (node: RunningNode): Promise<Json> => rpc(node, "eth_getLogs", { fromBlock: "0x0" });
    const changed = Uint8Array.from(healthy);
    changed[healthy.length - 40]! ^= 0x10;
    await meets(key, changed, logs);
    await meets(key, undefined, logs);
    await meets(numberKey(PREFIX.BLOCK, 1), healthy, logs);
    await meets(hashKey(PREFIX.TRANSACTION, Buffer.from(hash.slice(2), "hex")), Uint8Array.of(1, 7), (node) => rpc(node, "eth_getTransactionReceipt", hash));
    const node = await start();
    assert.equal((await logs(node)).result.length, 2);
    await node.close();
  });
});
