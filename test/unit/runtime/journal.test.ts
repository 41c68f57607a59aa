import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Journal } from "../../../runtime/store/journal.js";
import { MemoryStore } from "../../../runtime/store/memory-store.js";
import { intOfLittleEndian, littleEndian, slotKey } from "../../../runtime/store/keys.js";

const address = (n: number): string => String.fromCharCode(n).repeat(20);

type Action =
  | { kind: "store"; account: number; slot: number; value: number }
  | { kind: "transient"; account: number; slot: number; value: number }
  | { kind: "transfer"; from: number; to: number; value: number }
  | { kind: "log"; account: number }
  | { kind: "checkpoint" }
  | { kind: "keep" }
  | { kind: "revert" };

const small = fc.integer({ min: 0, max: 3 });
const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ kind: fc.constant("store" as const), account: small, slot: small, value: small }),
  fc.record({ kind: fc.constant("transient" as const), account: small, slot: small, value: small }),
  fc.record({ kind: fc.constant("transfer" as const), from: small, to: small, value: small }),
  fc.record({ kind: fc.constant("log" as const), account: small }),
  fc.record({ kind: fc.constantFrom("checkpoint" as const, "keep" as const, "revert" as const) }) as fc.Arbitrary<Action>,
);

/** The journal's meaning, told naively: a checkpoint copies everything. */
interface Model {
  storage: Map<string, number>;
  transient: Map<string, number>;
  balances: number[];
  logs: number;
}

function copyOf(model: Model): Model {
  return { storage: new Map(model.storage), transient: new Map(model.transient), balances: [...model.balances], logs: model.logs };
}

test("a journal with checkpoints behaves as copies of the whole state would", () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      const store = new MemoryStore();
      store.apply({
        accounts: new Map([0, 1, 2, 3].map((n) => [address(n), { nonce: 0, balance: 5n }])),
        storage: new Map([[address(1), new Map([[slotKey(2n), littleEndian(7n, 32)]])]]),
      });
      const journal = new Journal(store);
      let model: Model = { storage: new Map([["1:2", 7]]), transient: new Map(), balances: [5, 5, 5, 5], logs: 0 };
      const stack: { mark: number; model: Model }[] = [];
      for (const a of actions) {
        if (a.kind === "store") {
          journal.setStorage(address(a.account), slotKey(BigInt(a.slot)), littleEndian(BigInt(a.value), 32));
          model.storage.set(`${a.account}:${a.slot}`, a.value);
        } else if (a.kind === "transient") {
          journal.setTransient(address(a.account), slotKey(BigInt(a.slot)), littleEndian(BigInt(a.value), 32));
          model.transient.set(`${a.account}:${a.slot}`, a.value);
        } else if (a.kind === "transfer") {
          if (model.balances[a.from]! < a.value) continue;
          journal.transfer(address(a.from), address(a.to), BigInt(a.value));
          model.balances[a.from]! -= a.value;
          model.balances[a.to]! += a.value;
        } else if (a.kind === "log") {
          journal.logs.push({ address: address(a.account), topics: [], data: new Uint8Array() });
          model.logs++;
        } else if (a.kind === "checkpoint") {
          stack.push({ mark: journal.checkpoint(), model: copyOf(model) });
        } else {
          const top = stack.pop();
          if (!top) continue;
          if (a.kind === "keep") journal.keep();
          else {
            journal.revert(top.mark);
            model = top.model;
          }
        }
      }
      const word = (bytes: Uint8Array | undefined): number => (bytes ? Number(intOfLittleEndian(bytes)) : 0);
      for (let n = 0; n < 4; n++) {
        assert.equal(Number(journal.balance(address(n))), model.balances[n]);
        for (let s = 0; s < 4; s++) {
          assert.equal(word(journal.storage(address(n), slotKey(BigInt(s)))), model.storage.get(`${n}:${s}`) ?? 0);
          assert.equal(word(journal.transientWord(address(n), slotKey(BigInt(s)))), model.transient.get(`${n}:${s}`) ?? 0);
        }
      }
      assert.equal(journal.logs.length, model.logs);
      store.apply(journal.changes());
      for (let n = 0; n < 4; n++) for (let s = 0; s < 4; s++) assert.equal(word(store.storage(address(n), slotKey(BigInt(s)))), model.storage.get(`${n}:${s}`) ?? 0);
    }),
    { numRuns: 300 },
  );
});

test("storage of an account created in the transaction starts empty, and destruction removes it (EIP-6780)", () => {
  const store = new MemoryStore();
  const journal = new Journal(store);
  journal.markCreated(address(1));
  journal.setAccount(address(1), { nonce: 1, balance: 3n });
  journal.setStorage(address(1), slotKey(0n), littleEndian(1n, 32));
  journal.destroy(address(1));
  journal.setAccount(address(2), { nonce: 1, balance: 3n });
  journal.destroy(address(2)); // existed before, as far as this transaction knows: stays
  store.apply(journal.changes());
  assert.equal(store.account(address(1)), undefined);
  assert.equal(store.hasStorage(address(1)), false);
  assert.equal(store.account(address(2))?.balance, 3n);
});

test("a journal that serves another transaction has forgotten the first, and what it gave out stays", () => {
  const store = new MemoryStore();
  const journal = new Journal(store);
  const memory = { words: Int32Array.from({ length: 16 }, (_, i) => i), bytes: new Uint8Array(64).fill(7) };
  for (let n = 0; n < 100; n++) journal.setStorage(address(n % 20), slotKey(BigInt(n)), littleEndian(BigInt(n + 1), 32));
  journal.addLog(address(1), memory, 2, 0, 3, 9);
  journal.setAccount(address(1), { nonce: 4, balance: 9n });
  journal.setTransient(address(1), slotKey(0n), littleEndian(1n, 32));
  const [changes, logs] = [journal.changes(), journal.logs];
  journal.begin(store);
  assert.equal(journal.account(address(1)), undefined);
  assert.equal(journal.storage(address(1), slotKey(1n)), undefined);
  assert.equal(journal.transientWord(address(1), slotKey(0n)), undefined);
  assert.equal(journal.logs.length, 0);
  for (let n = 0; n < 100; n++) journal.setStorage(address(n % 20), slotKey(BigInt(n)), littleEndian(99n, 32));
  journal.addLog(address(2), memory, 0, 0, 0, 64);
  memory.words.fill(0);
  assert.deepEqual([...changes.accounts], [[address(1), { nonce: 4, balance: 9n }]]);
  let words = 0;
  for (const [owner, slots] of changes.storage)
    for (const [slot, word] of slots) {
      const n = Number(intOfLittleEndian(Buffer.from(slot, "latin1")));
      assert.equal(owner, address(n % 20));
      assert.equal(Number(intOfLittleEndian(word!)), n + 1);
      words++;
    }
  assert.equal(words, 100);
  const [log] = logs;
  assert.equal(logs.length, 1);
  assert.equal(log!.topics.length, 2);
  // Topics are numbers in memory, lowest byte first, and big-endian in a log.
  assert.deepEqual([...log!.topics[1]!].slice(24), [0, 0, 0, 9, 0, 0, 0, 8]);
  assert.deepEqual([...log!.data], new Array(9).fill(7));
  assert.deepEqual(JSON.parse(JSON.stringify(log)).address, address(1));
});

test("a word is asked of the state once, and again after the write that hid it was undone", () => {
  const asked: string[] = [];
  const journal = new Journal({
    account: () => undefined,
    storage: (_, slot) => {
      asked.push(slot);
      return littleEndian(6n, 32);
    },
  });
  const read = (): number => Number(intOfLittleEndian(journal.storage(address(1), slotKey(3n))!));
  const mark = journal.checkpoint();
  journal.setStorage(address(1), slotKey(3n), littleEndian(8n, 32));
  assert.equal(read(), 8);
  assert.equal(asked.length, 0);
  journal.revert(mark);
  assert.deepEqual([read(), read()], [6, 6]);
  assert.deepEqual(asked, [slotKey(3n)]);
  assert.equal(journal.changes().storage.size, 0, "what was only read is no change");
});
