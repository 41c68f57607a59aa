import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { littleEndian, slotKey, type AddressKey } from "../../../../runtime/store/keys.js";
import { SharedState } from "../../../../runtime/store/shared/state.js";

/** Addresses of few kinds: many share their lowest 32 bits, by which recent accounts are told apart first. */
const address = (n: number): AddressKey => String.fromCharCode(n & 3).repeat(4) + String.fromCharCode(n >> 2).repeat(16);

test("a shared state finds every account and word, however often accounts with like addresses are met in turn", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(40), fc.integer({ min: 1, max: 6 })), { minLength: 1, maxLength: 150 }), (meetings) => {
      const state = SharedState.create({ records: 1024 });
      const nonces = new Map<number, number>();
      for (const [n, times] of meetings)
        for (let i = 0; i < times; i++) {
          const nonce = (nonces.get(n) ?? 0) + 1;
          assert.equal(state.account(address(n))?.nonce, nonces.get(n));
          nonces.set(n, nonce);
          state.apply({
            accounts: new Map([[address(n), { nonce, balance: BigInt(n) }]]),
            storage: new Map([[address(n), new Map([[slotKey(1n), littleEndian(BigInt(nonce), 32)]])]]),
          });
        }
      for (let n = 0; n <= 40; n++) {
        const nonce = nonces.get(n);
        assert.deepEqual(state.account(address(n)), nonce === undefined ? undefined : { nonce, balance: BigInt(n) });
        assert.deepEqual(state.storage(address(n), slotKey(1n)), nonce === undefined ? undefined : Uint8Array.from(littleEndian(BigInt(nonce), 32)));
      }
    }),
    { numRuns: 40 },
  );
});
