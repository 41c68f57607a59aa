/** The trie against @ethereumjs/mpt, by random sequences of changes. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createMPT, verifyMerkleProof } from "@ethereumjs/mpt";
import { keccak_256 } from "@noble/hashes/sha3.js";
import fc from "fast-check";
import { EMPTY_ROOT, nibblesOf, trieEntries, trieGet, trieProof, trieRoot, trieWith, trieWithout, type TrieNode } from "../../../../runtime/node/state/trie.js";
import { StateTrie } from "../../../../runtime/node/state/state-trie.js";
import { addressKeyOfInt, littleEndian, slotKey } from "../../../../runtime/store/keys.js";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe("Merkle Patricia trie", () => {
  it("has the root of the empty trie", () => {
    assert.equal(hex(EMPTY_ROOT), "56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421");
  });

  it("agrees with @ethereumjs/mpt whatever is set and deleted, and proves it", async () => {
    // Short keys share many prefixes; short values make nodes that their parents embed.
    const step = fc.tuple(
      fc.uint8Array({ minLength: 2, maxLength: 2 }).map((k) => k.map((b) => b & 0x13)),
      fc.option(fc.uint8Array({ minLength: 1, maxLength: 40 })),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const oracle = await createMPT();
        let root: TrieNode<Uint8Array> | undefined;
        const model = new Map<string, Uint8Array>();
        for (const [key, value] of steps) {
          if (value) {
            await oracle.put(key, value);
            root = trieWith(root, nibblesOf(key), value, value);
            model.set(hex(key), value);
          } else {
            await oracle.del(key);
            root = trieWithout(root, nibblesOf(key));
            model.delete(hex(key));
          }
          assert.equal(hex(trieRoot(root)), hex(oracle.root()));
        }
        for (const [key] of steps) {
          assert.deepEqual(trieGet(root, nibblesOf(key)), model.get(hex(key)));
          if (!root) continue;
          const proven = await verifyMerkleProof(key, trieProof(root, nibblesOf(key)), { root: trieRoot(root) });
          assert.equal(proven ? hex(proven) : undefined, model.has(hex(key)) ? hex(model.get(hex(key))!) : undefined);
        }
        assert.equal([...trieEntries(root)].length, model.size);
      }),
      { numRuns: 60 },
    );
  });
});

describe("StateTrie", () => {
  const address = addressKeyOfInt(0xabcn);
  const account = { nonce: 1, balance: 5n };

  it("does not hold empty accounts, and forgets what became zero", () => {
    const empty = StateTrie.empty;
    const full = empty.apply({ accounts: new Map([[address, account]]), storage: new Map([[address, new Map([[slotKey(1n), littleEndian(7n, 32)]])]]) });
    assert.notEqual(hex(full.root), hex(empty.root));
    assert.deepEqual(full.storage(address, slotKey(1n)), littleEndian(7n, 32));
    const cleared = full.apply({ accounts: new Map([[address, { nonce: 0, balance: 0n }]]), storage: new Map([[address, new Map([[slotKey(1n), undefined]])]]) });
    assert.equal(hex(cleared.root), hex(empty.root));
    assert.deepEqual(full.account(address), account, "the earlier state is still there");
  });

  it("gives itself back as one change set", () => {
    const storage = new Map([[address, new Map([1n, 2n, 300n].map((n) => [slotKey(n), littleEndian(n * n, 32)]))]]);
    const state = StateTrie.empty.apply({ accounts: new Map([[address, account]]), storage });
    assert.equal(hex(StateTrie.empty.apply(state.everything()).root), hex(state.root));
  });

  it("encodes accounts as Ethereum does", async () => {
    const oracle = await createMPT();
    const key = keccak_256(Buffer.from(0xabcn.toString(16).padStart(40, "0"), "hex"));
    const noCode = Buffer.from("c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470", "hex");
    // rlp([1, 5, emptyRoot, keccak256("")])
    await oracle.put(key, Buffer.concat([Buffer.from("f8440105a0", "hex"), EMPTY_ROOT, Buffer.from("a0", "hex"), noCode]));
    assert.equal(hex(StateTrie.empty.apply({ accounts: new Map([[address, account]]), storage: new Map() }).root), hex(oracle.root()));
  });
});
