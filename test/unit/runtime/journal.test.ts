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
