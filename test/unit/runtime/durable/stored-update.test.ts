/**
 * Changes of a stored trie record by record beside the trie in memory: the same roots and proofs, and exactly the nodes that the states need. Keys are chosen so that all
 * forms of nodes come up: many random ones for full branches, and some whose hashes begin alike, below which there are extensions and leaves so short that
 * they stand in their parents.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { MemoryBackend } from "../../../../runtime/node/state/backend.js";
import { DurableBackend, type StoredView } from "../../../../runtime/node/state/durable-backend.js";
import { hashed, nodesOf, reachableNodes } from "./nodes.js";
import { dataHex } from "../../../../runtime/node/encoding/hex.js";
import { MemoryKeyValueStore } from "../../../../runtime/store/durable/memory-kv.js";
import { WriteQueue } from "../../../../runtime/store/durable/write-queue.js";
import { addressKeyOfInt, littleEndian, slotKey } from "../../../../runtime/store/keys.js";
import type { AccountRecord, ChangeSet } from "../../../../runtime/store/state.js";

/** Pairs of slots whose hashes share their first eight half bytes. */
const NEAR_SLOTS = [40_364, 105_566, 50_541, 125_299, 15_205, 173_781];
/** Pairs of addresses whose hashes share their first seven. */
const NEAR_ADDRESSES = [26_226, 40_496, 6_822, 51_546, 10_203, 58_164];

const SLOTS = [...NEAR_SLOTS, ...Array.from({ length: 150 }, (_, i) => i)].map((n) => slotKey(BigInt(n)));
const ADDRESSES = [...NEAR_ADDRESSES, ...Array.from({ length: 60 }, (_, i) => 100 + i)].map((n) => addressKeyOfInt(BigInt(n)));

/** Often one of the first, which are near each other. */
const oneOf = (keys: readonly string[]): fc.Arbitrary<string> => fc.oneof(fc.constantFrom(...keys.slice(0, 6)), fc.constantFrom(...keys));
const word = fc.oneof(
  fc.constant(undefined),
  fc.bigInt({ min: 1n, max: 0x7fn }).map((value) => littleEndian(value, 32)),
  fc.bigInt({ min: 1n, max: 2n ** 256n - 1n }).map((value) => littleEndian(value, 32)),
);
const record = fc.tuple(fc.nat(1), fc.constantFrom(0n, 1n, 2n ** 70n)).map(([nonce, balance]): AccountRecord => ({ nonce, balance }));
/** Changes of which none says that an account goes: it goes where nothing is left of it. */
const changes = fc
  .record({
    accounts: fc.array(fc.tuple(oneOf(ADDRESSES), record), { maxLength: 40 }),
    storage: fc.array(fc.tuple(oneOf(ADDRESSES), fc.array(fc.tuple(oneOf(SLOTS), word), { maxLength: 60 })), { maxLength: 6 }),
  })
  .map(({ accounts, storage }): ChangeSet => {
    const words = new Map<string, Map<string, Uint8Array | undefined>>();
    for (const [address, list] of storage) words.set(address, new Map([...(words.get(address) ?? []), ...list]));
    return { accounts: new Map<string, AccountRecord>(accounts), storage: words };
  });

interface Moment {
  readonly memory: ReturnType<MemoryBackend["view"]>;
  readonly durable: StoredView;
}

describe("a stored trie that changes record by record", () => {
  it("has near keys that are near", () => {
    for (let i = 0; i < 6; i += 2) {
      assert.equal(hashed(SLOTS[i]!).slice(0, 8), hashed(SLOTS[i + 1]!).slice(0, 8));
      assert.equal(hashed(ADDRESSES[i]!).slice(0, 7), hashed(ADDRESSES[i + 1]!).slice(0, 7));
    }
  });

  it("has the roots and proofs of the trie in memory, and keeps exactly the nodes of the states that are kept", () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(changes, fc.constantFrom(0, 0, 0, 1, 3)), { minLength: 1, maxLength: 12 }), fc.nat(12), async (blocks, keptFrom) => {
        const memory = new MemoryBackend();
        const store = new MemoryKeyValueStore();
        const queue = new WriteQueue(store);
        const durable = new DurableBackend(queue, { version: 0, root: undefined }, 1, 1);
        const moments: Moment[] = [{ memory: memory.view(), durable: durable.view() }];
        for (const [block, back] of blocks) {
          // Some of the blocks before are undone first.
          moments.length = Math.max(1, moments.length - back);
          if (back > 0) {
            memory.restore(moments[moments.length - 1]!.memory);
            durable.restore(moments[moments.length - 1]!.durable);
          }
          memory.commit(block, []);
          durable.commit(block, []);
          const next = { memory: memory.view(), durable: durable.view() };
          assert.equal(dataHex(next.durable.root), dataHex(next.memory.root));
          moments.push(next);
        }
        const kept = moments.slice(Math.min(keptFrom, moments.length - 1));
        durable.prune(0, kept[0]!.durable.position.version);
        for (const { memory: expected, durable: actual } of kept)
          for (const address of ADDRESSES.slice(0, 8)) assert.deepEqual(actual.prove(address, SLOTS.slice(0, 12)), expected.prove(address, SLOTS.slice(0, 12)));
        queue.seal();
        await queue.durable();
        assert.deepEqual(
          nodesOf(store),
          reachableNodes(
            durable.nodes,
            kept.map((m) => m.durable),
          ),
        );
        // What a new process reads, with nothing in its caches.
        const { position } = kept[kept.length - 1]!.durable;
        const reopened = new DurableBackend(new WriteQueue(store), position, durable.nextVersion, durable.nodes.nextPage);
        const expected = kept[kept.length - 1]!.memory;
        for (const address of ADDRESSES) for (const slot of SLOTS) assert.deepEqual(reopened.head.storage(address, slot), expected.storage(address, slot));
      }),
      { numRuns: 60 },
    ));
});
