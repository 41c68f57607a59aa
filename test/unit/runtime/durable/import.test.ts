/** Whole states brought into empty stores. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { addressBytes, addressKeyOfInt, bytesOfKey, littleEndian, slotKey, type AddressKey, type SlotKey } from "../../../../runtime/store/keys.js";
import { keccak256 } from "../../../../machine/keccak.js";
import { openChain } from "../../../../runtime/node/chain/chain-store.js";
import { DevChain } from "../../../../runtime/node/chain/dev-chain.js";
import { dataHex } from "../../../../runtime/node/encoding/hex.js";
import { MemoryBackend } from "../../../../runtime/node/state/backend.js";
import { DurableBackend } from "../../../../runtime/node/state/durable-backend.js";
import type { ImportedAccount } from "../../../../runtime/node/state/import.js";
import { StateError } from "../../../../runtime/store/durable/kv.js";
import { MemoryKeyValueStore } from "../../../../runtime/store/durable/memory-kv.js";
import { WriteQueue } from "../../../../runtime/store/durable/write-queue.js";

const CHAIN = { history: 16, chainId: 31_337n };
const hashOfAddress = (address: AddressKey): string => dataHex(keccak256(addressBytes(address)));
const hashOfSlot = (slot: SlotKey): string => dataHex(keccak256(Uint8Array.from(bytesOfKey(slot)).reverse()));
const byHash = <T>(things: Iterable<T>, hash: (thing: T) => string): T[] => [...things].sort((a, b) => (hash(a) < hash(b) ? -1 : 1));

type Content = ReadonlyMap<AddressKey, { readonly balance: bigint; readonly words: ReadonlyMap<SlotKey, Uint8Array> }>;

function inOrder(content: Content): ImportedAccount[] {
  return byHash(content, ([address]) => hashOfAddress(address)).map(([address, { balance, words }]) => ({
    address,
    record: { nonce: 1, balance },
    ...(words.size > 0 && { storage: byHash(words, ([slot]) => hashOfSlot(slot)) }),
  }));
}

const word = fc.bigInt({ min: 1n, max: 2n ** 256n - 1n }).map((value) => littleEndian(value, 32));
const content = fc
  .array(
    fc.record({
      number: fc.bigInt({ min: 1n, max: 2n ** 160n - 1n }),
      balance: fc.bigInt({ min: 0n, max: 2n ** 90n }),
      words: fc.array(fc.tuple(fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), word), { maxLength: 40 }),
    }),
    { maxLength: 60 },
  )
  .map((list): Content => new Map(list.map(({ number, balance, words }) => [addressKeyOfInt(number), { balance, words: new Map(words.map(([s, w]) => [slotKey(s), w])) }])));

const fresh = (queue: WriteQueue): DurableBackend => new DurableBackend(queue, { version: 0, root: undefined }, 1, 1);

describe("a state that is imported", () => {
  it("is the state that commits make, also after further changes and in a new process", () =>
    fc.assert(
      fc.asyncProperty(content, async (accounts) => {
        const memory = new MemoryBackend();
        for (const [address, { balance, words }] of accounts)
          memory.commit({ accounts: new Map([[address, { nonce: 1, balance }]]), storage: words.size > 0 ? new Map([[address, words]]) : new Map() }, []);
        const store = new MemoryKeyValueStore();
        const queue = new WriteQueue(store);
        const imported = fresh(queue);
        const view = await imported.import(inOrder(accounts), []);
        assert.equal(dataHex(view.root), dataHex(memory.view().root));
        queue.seal();
        await queue.durable();
        const durable = new DurableBackend(new WriteQueue(store), view.position, imported.nextVersion, imported.nodes.nextPage);
        for (const [address, { balance, words }] of accounts) {
          assert.deepEqual(durable.head.account(address), { nonce: 1, balance });
          for (const [slot, expected] of words) assert.deepEqual(durable.head.storage(address, slot), expected);
        }
        const changes = { accounts: new Map([...accounts.keys()].slice(0, 5).map((address) => [address, { nonce: 2, balance: 7n }])), storage: new Map() };
        for (const backend of [memory, durable]) backend.commit(changes, []);
        assert.equal(dataHex(durable.view().root), dataHex(memory.view().root));
      }),
      { numRuns: 40 },
    ));

  it("is refused where accounts or slots do not come in order", async () => {
    const two = inOrder(new Map([1n, 2n].map((n) => [addressKeyOfInt(n), { balance: n, words: new Map([1n, 2n].map((s) => [slotKey(s), littleEndian(s, 32)])) }])));
    const queue = (): WriteQueue => new WriteQueue(new MemoryKeyValueStore());
    await assert.rejects(fresh(queue()).import([...two].reverse(), []), RangeError);
    await assert.rejects(fresh(queue()).import([two[0]!, two[0]!], []), RangeError);
    await assert.rejects(fresh(queue()).import([{ ...two[0]!, storage: [...two[0]!.storage!].reverse() }], []), RangeError);
  });

  it("needs an empty store", async () => {
    const backend = fresh(new WriteQueue(new MemoryKeyValueStore()));
    const one = inOrder(new Map([[addressKeyOfInt(1n), { balance: 1n, words: new Map() }]]));
    await backend.import(one, []);
    await assert.rejects(backend.import(one, []), StateError);
  });

  it("becomes a chain with the first block, and is refused before that", async () => {
    const store = new MemoryKeyValueStore();
    const address = addressKeyOfInt(77n);
    const place = openChain(store, CHAIN);
    assert.ok(place.backend instanceof DurableBackend);
    await place.backend.import(inOrder(new Map([[address, { balance: 5n, words: new Map() }]])), []);
    assert.throws(() => openChain(store, CHAIN), /import did not end/);
    const chain = new DevChain({ accounts: 1, place });
    await chain.chain.archive.durable();
    const again = openChain(store, CHAIN);
    assert.equal(again.backend.head.account(address)?.balance, 5n);
    assert.equal(dataHex(again.backend.view().root), dataHex(chain.chain.head.header.stateRoot));
  });
});
