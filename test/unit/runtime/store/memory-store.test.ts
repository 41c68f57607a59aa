import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Journal } from "../../../../runtime/store/journal.js";
import { littleEndian, slotKey, writeKeyWords, writeWordBytes, keyOfWords } from "../../../../runtime/store/keys.js";
import { MemoryStore } from "../../../../runtime/store/memory-store.js";
import { bytesOfWord } from "../../../../runtime/store/transaction-changes.js";

const address = (n: number): string => String.fromCharCode(65 + n).repeat(20);

test("changes applied from a journal's memory and from maps give the same state", () => {
  const write = fc.record({ account: fc.nat(20), slot: fc.nat(40), value: fc.nat(2) });
  fc.assert(
    fc.property(fc.array(fc.array(write, { maxLength: 120 }), { maxLength: 4 }), (transactions) => {
      const [flat, maps] = [new MemoryStore(), new MemoryStore()];
      const model = new Map<string, number>();
      const journal = new Journal(flat);
      for (const writes of transactions) {
        journal.begin(flat);
        for (const { account, slot, value } of writes) {
          journal.setStorage(address(account), slotKey(BigInt(slot)), littleEndian(BigInt(value), 32));
          model.set(`${account}:${slot}`, value);
        }
        const changes = journal.changes();
        const { accounts, storage } = changes;
        maps.apply({ accounts, storage });
        flat.apply(changes);
      }
      for (let account = 0; account <= 20; account++) {
        let any = false;
        for (let slot = 0; slot <= 40; slot++) {
          const value = model.get(`${account}:${slot}`) ?? 0;
          const word = value === 0 ? undefined : Uint8Array.from(littleEndian(BigInt(value), 32));
          any ||= value !== 0;
          for (const store of [flat, maps]) assert.deepEqual(store.storage(address(account), slotKey(BigInt(slot))), word);
        }
        for (const store of [flat, maps]) assert.equal(store.hasStorage(address(account)), any);
      }
    }),
    { numRuns: 60 },
  );
});

test("an account that goes takes its storage with it, and no other's", () => {
  const store = new MemoryStore();
  const words = new Map([[slotKey(1n), littleEndian(5n, 32)]]);
  store.apply({
    accounts: new Map([
      [address(0), { nonce: 1, balance: 0n }],
      [address(1), { nonce: 1, balance: 0n }],
    ]),
    storage: new Map([
      [address(0), words],
      [address(1), words],
    ]),
  });
  store.apply({ accounts: new Map([[address(0), undefined]]), storage: new Map() });
  assert.equal(store.account(address(0)), undefined);
  assert.equal(store.storage(address(0), slotKey(1n)), undefined);
  assert.equal(store.hasStorage(address(0)), false);
  assert.deepEqual(store.storage(address(1), slotKey(1n)), Uint8Array.from(littleEndian(5n, 32)));
});

test("keys and words keep every byte on the way through 32-bit words", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
      const words = new Int32Array(18);
      const key = Buffer.from(bytes).toString("latin1");
      writeKeyWords(key, words, 1);
      assert.equal(keyOfWords(words, 1, 8), key);
      writeWordBytes(bytes, words, 9);
      assert.deepEqual(bytesOfWord(words, 9), bytes.some((byte) => byte !== 0) ? bytes : undefined);
    }),
  );
});
